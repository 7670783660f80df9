// Sends a document as soon as it is chosen, and shows its receipt. Without this file each kind has a button of its own.

import { el, icon } from "../map/dom.js";

for (const input of document.querySelectorAll("[data-paper] input[type=file]")) {
  input.addEventListener("change", () => send(input));
}

async function send(input) {
  if (!input.files.length) return;
  const paper = input.closest("[data-paper]");
  const state = paper.querySelector("[data-file-state]");
  const fault = paper.querySelector("[data-file-fault]");
  fault.hidden = true;
  state.hidden = false;
  state.textContent = state.dataset.sending;
  try {
    const headers = { Accept: "application/json" };
    const answer = await fetch(input.form.action, { method: "POST", headers, body: new FormData(input.form), credentials: "same-origin" });
    const told = await answer.json();
    if (answer.ok) {
      // The page is drawn anew by the server, with the receipt and the button to take it out again.
      location.reload();
      return;
    }
    show(fault, answer.status < 500 ? told.detail : state.dataset.failed);
  } catch {
    show(fault, state.dataset.failed);
  }
  state.hidden = true;
  input.value = "";
}

function show(fault, words) {
  fault.replaceChildren(icon("alert"), el("span", {}, words));
  fault.hidden = false;
}
