// Saves a part of an application while somebody writes. The form also works without this file: each button saves it.

import { el, icon } from "../map/dom.js";

const PAUSE_MS = 1200;
const AGAIN_MS = 8000;
const form = document.querySelector("form[data-save]");
const state = form.querySelector("[data-save-state]");
const message = form.querySelector("[data-save-message]");
const base = form.elements.namedItem("base");
let timer = 0;
let sent = text();
// What was said of that; while something newer waits it would not be true.
let said = state.textContent;
let under = null;
let leaving = false;

// What would be sent, as one text: nothing is saved as long as it is the same.
function text() {
  const data = new FormData(form);
  return JSON.stringify([...data.entries()].filter(([name]) => !["csrf_token", "base"].includes(name)));
}

function say(words, bad = false) {
  state.textContent = words;
  state.classList.toggle("bad", bad);
}

/** Saves what stands in the form; saves that come while one is under way wait for it. */
export async function save() {
  clearTimeout(timer);
  if (under) await under;
  if (leaving) return;
  if (text() === sent) {
    if (state.textContent === form.dataset.saving) say(said);
    return;
  }
  under = send();
  await under;
  under = null;
}

async function send() {
  const now = text();
  say(form.dataset.saving);
  try {
    const headers = { Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", headers, body: new FormData(form), credentials: "same-origin" });
    const told = await answer.json();
    if (answer.ok) {
      sent = now;
      base.value = told.mark;
      message.replaceChildren();
      said = Object.keys(told.faults).length ? form.dataset.kept : form.dataset.saved;
      if (text() === now) say(said);
    } else if (answer.status >= 500 || answer.status === 429) {
      failed();
    } else {
      // Sending the same again would not help: it is for the person to change something.
      sent = now;
      say(answer.status === 412 ? form.dataset.stale : form.dataset.failed, true);
      show(answer.status === 412 ? form.dataset.stale : form.dataset.failed, told.detail);
    }
  } catch {
    failed();
  }
}

function failed() {
  say(form.dataset.failed, true);
  show(form.dataset.failed, form.dataset.failedText);
  timer = setTimeout(save, AGAIN_MS);
}

function show(title, detail) {
  const box = el("div", { class: "msg bad", role: "alert" }, icon("alert"), el("b", { class: "h3" }, title), el("p", {}, detail));
  message.replaceChildren(box);
}

/** Saves after a short pause in typing. */
export function saveSoon(pause = PAUSE_MS) {
  clearTimeout(timer);
  if (text() !== sent) say(form.dataset.saving);
  timer = setTimeout(save, pause);
}

form.addEventListener("input", () => saveSoon());
form.addEventListener("change", () => saveSoon(200));
form.addEventListener("submit", async (event) => {
  leaving = true;
  clearTimeout(timer);
  if (!under) return;
  // The button sends what it is based on: a save that is under way has to say first what that is by now.
  event.preventDefault();
  await under;
  form.requestSubmit(event.submitter);
});
addEventListener("pageshow", () => {
  leaving = false;
});

// Somebody who puts the phone away loses nothing: the request outlives the page.
addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || leaving || text() === sent) return;
  const headers = { Accept: "application/json" };
  fetch(form.action, { method: "POST", headers, body: new FormData(form), credentials: "same-origin", keepalive: true })
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((told) => {
      if (told) base.value = told.mark;
    })
    .catch(() => {});
});
