// A sheet of points saves itself as one goes; without this file the button Save does the same.

const form = document.querySelector("[data-sheet]");
const version = form.elements.version;
const said = form.querySelector("[data-saved]");
const sum = form.querySelector("[data-sum]");
const numbers = [...form.querySelectorAll("input[type=number]")];
let timer = 0;
let running = null;
let again = false;

for (const range of form.querySelectorAll("input[type=range]")) {
  const number = document.getElementById(range.dataset.for);
  range.hidden = false;
  range.addEventListener("input", () => {
    number.value = range.value;
    changed();
  });
  number.addEventListener("input", () => { range.value = number.value || 0; });
}

form.addEventListener("input", (event) => {
  if (event.target.name !== "sure") changed();
});

function changed() {
  sum.textContent = String(numbers.reduce((all, one) => all + (Number.parseInt(one.value, 10) || 0), 0));
  clearTimeout(timer);
  timer = setTimeout(save, 1200);
}

async function save() {
  if (running) {
    again = true;
    return;
  }
  said.textContent = form.dataset.saving;
  running = send();
  await running;
  running = null;
  if (again) {
    again = false;
    save();
  }
}

async function send() {
  const body = new FormData(form);
  body.delete("sure");
  body.set("verb", "save");
  try {
    const answer = await fetch(form.action || location.pathname, { method: "POST", body, headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (answer.ok) version.value = told.version;
    said.textContent = answer.ok ? told.message : told.detail;
  } catch {
    said.textContent = form.dataset.failed;
  }
}

// The button sends the page itself: it waits for a saving under way, whose version it would contradict.
form.addEventListener("submit", (event) => {
  clearTimeout(timer);
  if (!running) return;
  event.preventDefault();
  const button = event.submitter;
  running.then(() => {
    delete form.dataset.sent;
    form.requestSubmit(button);
  });
}, { capture: true });
