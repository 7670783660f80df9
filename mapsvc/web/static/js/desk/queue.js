// The queue: another item, a decision or an undo changes list and detail in place, by the pages the server writes anyway.
//
// Keys: J and K move, the letters of data-key press the button that carries them, R and H open the form with the reason,
// S the records nearby, Z takes back. Without this file the rows are links and the decisions are forms.

import { showToast } from "../toast.js";

const LIST = "[data-queue-list]";
const DETAIL = "[data-queue-detail]";
const nonce = document.querySelector("script[nonce]")?.nonce ?? "";
const failed = () => document.querySelector(DETAIL).dataset.failed;
let undoUrl = null;
let sending = false;
let last = Promise.resolve();
let waiting = 0;

async function load(address, { push = true, focus = false } = {}) {
  const response = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!response.ok || response.redirected) return location.assign(address);
  await show(new DOMParser().parseFromString(await response.text(), "text/html"));
  if (push) history.pushState(null, "", address);
  if (focus) document.querySelector("[data-detail-title]")?.focus();
}

// An item without a map brought nothing of what the map of the next one needs.
function missing(page, selector) {
  const known = new Set([...document.querySelectorAll(selector)].map((one) => one.src ?? one.href));
  return [...page.querySelectorAll(selector)].filter((one) => !known.has(one.src ?? one.href));
}

function loaded(old) {
  const script = document.createElement("script");
  script.nonce = nonce;
  if (old.type) script.type = old.type;
  return new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = reject;
    script.src = old.src;
    document.body.append(script);
  });
}

// The page is our own and escaped by the server; scripts in a parsed document do not run by themselves.
async function show(page) {
  const scrolled = document.querySelector(LIST).scrollTop;
  document.head.append(...missing(page, "link[rel=stylesheet]").map((one) => document.adoptNode(one)));
  const texts = page.querySelector("#texts");
  if (texts && !document.querySelector("#texts")) document.body.append(document.adoptNode(texts));
  for (const old of missing(page, "script[src]:not([type])")) await loaded(old);
  for (const part of [LIST, DETAIL]) {
    document.querySelector(part).replaceWith(document.adoptNode(page.querySelector(part)));
  }
  document.querySelector("main").className = page.querySelector("main").className;
  document.querySelector(LIST).scrollTop = scrolled;
  document.querySelector(".q.on")?.scrollIntoView({ block: "nearest" });
  for (const old of page.querySelectorAll("script:not([src]):not([type])")) {
    const script = document.createElement("script");
    script.nonce = nonce;
    script.textContent = old.textContent;
    document.body.append(script);
    script.remove();
  }
  for (const old of missing(page, "script[src][type=module]")) await loaded(old);
}

function neighbour(step) {
  const rows = [...document.querySelectorAll(".q[data-item]")];
  const at = rows.findIndex((row) => row.classList.contains("on"));
  return rows[at < 0 ? 0 : at + step];
}

function addressOf(row) {
  return row?.querySelector("h2 a")?.href;
}

async function move(step) {
  const row = neighbour(step);
  if (row) await load(addressOf(row), { focus: true });
}

async function send(form, button) {
  const body = new FormData(form, button);
  const here = addressOf(document.querySelector(".q.on")) ?? location.href;
  const following = addressOf(neighbour(1)) ?? addressOf(neighbour(-1));
  const answer = await fetch(form.action, {
    method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin",
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 412 || answer.status === 409) {
    showToast(said.detail ?? failed());
    return load(location.href, { push: false });
  }
  if (!answer.ok) return showToast(said.detail ?? failed());
  undoUrl = said.undo;
  showToast(said.message, { undo: undoUrl ? () => takeBack() : undefined });
  // A finding leaves the place where it is; after a decision the next one is on.
  return load(form.matches(".tap, [data-stay]") ? here : (following ?? location.pathname));
}

async function takeBack() {
  if (!undoUrl) return;
  const body = new FormData();
  body.set("csrf_token", document.querySelector("input[name=csrf_token]").value);
  const address = undoUrl;
  undoUrl = null;
  const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
  const said = await answer.json().catch(() => ({}));
  showToast(said.message ?? said.detail ?? "");
  await load(location.href, { push: false });
}

// One after the other: a key pressed while a page is on its way is not lost.
function once(work) {
  const main = document.querySelector("main");
  waiting += 1;
  main.setAttribute("aria-busy", "true");
  last = last.then(work).catch(() => showToast(failed())).finally(() => {
    waiting -= 1;
    if (!waiting) main.removeAttribute("aria-busy");
  });
  return last;
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-decide]");
  if (!form) return;
  event.preventDefault();
  if (sending) return;
  sending = true;
  once(() => send(form, event.submitter)).finally(() => (sending = false));
}, true);

document.addEventListener("click", (event) => {
  const link = event.target.closest(`.q h2 a, ${LIST} .chip, .back-to-list a`);
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  once(() => load(link.href, { focus: Boolean(link.closest(".q")) }));
});

addEventListener("popstate", () => once(() => load(location.href, { push: false })));
// An address can name an item far down; on a wide screen the list scrolls by itself, and the page stays where it is.
if (matchMedia("(min-width: 1024px)").matches) document.querySelector(".q.on")?.scrollIntoView({ block: "nearest" });

function open(css, control) {
  const fold = document.querySelector(`${DETAIL} details.${css}`);
  if (!fold) return;
  fold.open = true;
  fold.querySelector(control)?.focus();
}

// A record has its neighbours to choose from; a pair is compared at once.
function compare() {
  if (document.querySelector(`${DETAIL} details.same`)) open("same", "input:not([type=hidden])");
  else document.querySelector(`${DETAIL} a[data-key="s"]`)?.click();
}

const keys = {
  j: () => once(() => move(1)),
  k: () => once(() => move(-1)),
  r: () => once(() => open("reject", "select, textarea")),
  h: () => once(() => open("hide", "select")),
  s: () => once(compare),
  z: () => once(takeBack),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, select, textarea, [contenteditable], dialog")) return;
  const letter = event.key.toLowerCase();
  const button = () => document.querySelector(`${DETAIL} [data-key="${CSS.escape(letter)}"]`);
  if (!keys[letter] && !button()) return;
  event.preventDefault();
  if (keys[letter]) keys[letter]();
  // A second press while a decision is on its way must not decide about the next item, which nobody has seen yet.
  // The button is asked for again when it is this key's turn: the page may have changed in between.
  else if (!sending) last.then(() => button()?.click());
});
