// Follows a run of a register: the bar moves, and the page is made anew when the run waits for somebody or has ended.
// Without this file the page is fetched again every three seconds.

const box = document.querySelector("[data-progress]");
const bar = box.querySelector("progress");
const said = document.querySelector("[data-said]");
const EVERY_MS = 1000;
const RARELY_MS = 5000;

function show(state) {
  const title = box.querySelector("[data-title]");
  if (title.textContent !== state.title) said.textContent = state.title;
  title.textContent = state.title;
  box.querySelector("[data-text]").textContent = state.text;
  bar.setAttribute("aria-label", state.title);
  if (state.total > 0) {
    bar.max = state.total;
    bar.value = Math.min(state.done, state.total);
  } else {
    bar.removeAttribute("value");
  }
}

async function look() {
  let wait = EVERY_MS;
  try {
    const response = await fetch(box.dataset.progress, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!response.ok) throw new Error(String(response.status));
    const state = await response.json();
    if (!state.working) return location.reload();
    show(state);
  } catch {
    // The service may be restarting; the run is not lost.
    wait = RARELY_MS;
  }
  setTimeout(look, wait);
}

setTimeout(look, EVERY_MS);
