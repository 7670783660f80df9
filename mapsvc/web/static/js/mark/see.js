// Step 3: shows the chosen photo, and sends in place, so that nothing is lost when the network fails.

import { el, icon } from "../map/dom.js";

const form = document.querySelector("form[data-see]");
const input = form.elements.namedItem("photo");
const card = form.querySelector("[data-photo-card]");
const message = form.querySelector("[data-see-message]");
const send = form.querySelector("[data-send]");
let shown = null;

function showPhoto() {
  if (shown) URL.revokeObjectURL(shown);
  const [file] = input.files;
  shown = file ? URL.createObjectURL(file) : null;
  card.hidden = !file;
  if (file) card.querySelector("img").src = shown;
}

input.addEventListener("change", showPhoto);
form.querySelector("[data-photo-remove]").addEventListener("click", () => {
  input.value = "";
  showPhoto();
  input.focus();
});
showPhoto();

// The key of the form makes it harmless to send again after an answer that did not arrive.
form.addEventListener("submit", async (event) => {
  if (event.submitter?.hasAttribute("data-back")) return;
  event.preventDefault();
  if (send.getAttribute("aria-busy") === "true") return;
  send.setAttribute("aria-busy", "true");
  message.replaceChildren();
  try {
    const headers = { Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", headers, body: new FormData(form), credentials: "same-origin" });
    const told = await answer.json();
    if (answer.ok) {
      location.assign(told.url);
      return;
    }
    if (answer.status === 429 && told.pause) {
      wait(told);
      return;
    }
    if (answer.status < 500) say(told.detail, "", told.errors?.[0]?.pointer);
    else say(form.dataset.failed, form.dataset.failedText);
  } catch {
    say(form.dataset.failed, form.dataset.failedText);
  }
  send.removeAttribute("aria-busy");
});

// Too many places in a short time: what was entered is sent once more when the time that the service named is over.
function wait(told) {
  form.elements.namedItem("pause").value = told.pause;
  const box = el("div", { class: "msg warn", role: "status", tabindex: "-1" }, icon("clock"), el("b", { class: "h3" }, form.dataset.slow));
  box.append(el("p", {}, told.detail), el("p", {}, form.dataset.slowText));
  message.replaceChildren(box);
  box.scrollIntoView({ block: "center" });
  box.focus({ preventScroll: true });
  setTimeout(() => {
    send.removeAttribute("aria-busy");
    form.requestSubmit(send);
  }, told.wait * 1000);
}

// Coming back by the back button, the form may be sent again.
addEventListener("pageshow", () => send.removeAttribute("aria-busy"));

function say(title, text, pointer = "") {
  const box = el("div", { class: "msg bad", role: "alert", tabindex: "-1" }, icon("alert"), el("b", { class: "h3" }, title));
  if (text) {
    const again = el("button", { class: "btn btn-secondary btn-sm", type: "submit" }, form.dataset.again);
    box.append(el("p", {}, text), el("div", { class: "msg-do" }, again));
  }
  message.replaceChildren(box);
  const field = pointer ? form.querySelector(`#f-${CSS.escape(pointer.slice(1))}`) : null;
  field?.closest("details")?.setAttribute("open", "");
  box.scrollIntoView({ block: "center" });
  box.focus({ preventScroll: true });
}
