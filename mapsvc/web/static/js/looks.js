// Places that need a look: by the visitor's position on a tap, and a card that says thank you after its answer.

import { position } from "./map/near_me.js";
import { showToast } from "./toast.js";

const button = document.querySelector("[data-look-here]");

// To about a hundred metres: the address of the page is all that leaves, and it may stand in a log.
function rounded(degrees) {
  return degrees.toFixed(3);
}

if (button && navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    try {
      const { coords } = await position();
      location.assign(`/look?lat=${rounded(coords.latitude)}&lon=${rounded(coords.longitude)}`);
    } catch {
      showToast(button.dataset.failed);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
}

document.addEventListener("answer", (event) => {
  event.target.closest("[data-look-item]")?.classList.toggle("done", !event.detail.undone);
});
