// Copies the private link; where the browser does not allow it, the link is selected to be copied by hand.

const field = document.querySelector("[data-copy-from]");
const button = document.querySelector("[data-copy]");
const status = document.querySelector("[data-copy-status]");

field.addEventListener("focus", () => field.select());

button.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(field.value);
    button.querySelector("span").textContent = button.dataset.copied;
    status.textContent = button.dataset.copied;
  } catch {
    field.focus();
    field.select();
  }
});
