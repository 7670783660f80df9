// The order of places: by dragging the handle, by the arrow keys on it, by the buttons, or by typing a number.

import { saveSoon } from "./save.js";

const EDGE_PX = 90;
const STEP_PX = 9;
const order = document.querySelector("[data-order]");
const others = document.querySelector("[data-others]");
const said = document.querySelector("[data-order-said]");
const rows = () => [...order.children];

if (order) {
  document.addEventListener("click", pressed);
  order.addEventListener("keydown", typed);
  order.addEventListener("pointerdown", take);
  for (const input of document.querySelectorAll("[data-rank]")) {
    input.addEventListener("change", () => numbered(input));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      numbered(input);
    });
  }
  number();
}

// Writes the places into the fields that are sent, and shows which list is empty.
function number() {
  rows().forEach((row, place) => {
    row.querySelector("[data-rank]").value = place + 1;
  });
  for (const row of others.children) row.querySelector("[data-rank]").value = "";
  document.querySelector("[data-order-empty]").hidden = order.children.length > 0;
  document.querySelector("[data-others-empty]").hidden = others.children.length > 0;
}

function settled(row) {
  number();
  const inside = row.parentElement === order;
  const words = inside ? said.dataset.said : said.dataset.saidOut;
  const values = { place: row.querySelector("[data-lot-name]").textContent, rank: rows().indexOf(row) + 1, total: rows().length };
  said.textContent = words.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
  saveSoon(300);
}

function put(row, place) {
  const rest = rows().filter((one) => one !== row);
  order.insertBefore(row, rest[Math.max(0, Math.min(place, rest.length))] ?? null);
}

function move(row, how) {
  const place = rows().indexOf(row);
  if (how === "out") others.prepend(row);
  else if (how === "in") order.append(row);
  else put(row, place + (how === "up" ? -1 : 1));
  settled(row);
}

function pressed(event) {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("[data-lot]");
  move(row, button.dataset.move);
  const next = button.offsetParent && getComputedStyle(button).visibility === "visible" ? button : null;
  const fallback = [...row.querySelectorAll("[data-move]")].find((one) => one.offsetParent && getComputedStyle(one).visibility === "visible");
  (next ?? fallback)?.focus();
}

function typed(event) {
  const handle = event.target.closest("[data-handle]");
  const row = handle?.closest("[data-lot]");
  if (!row || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  if (event.key === "Home") put(row, 0);
  else if (event.key === "End") put(row, rows().length);
  else put(row, rows().indexOf(row) + (event.key === "ArrowUp" ? -1 : 1));
  settled(row);
  handle.focus();
}

function numbered(input) {
  const row = input.closest("[data-lot]");
  const wanted = input.value.trim();
  if (!wanted) {
    if (row.parentElement === order) move(row, "out");
    return;
  }
  if (!/^[1-9]\d{0,3}$/.test(wanted)) {
    // Not a place: the list says again where it stands.
    number();
    return;
  }
  put(row, Number(wanted) - 1);
  settled(row);
  input.focus();
}

// Dragging: the row follows the finger, the others make room; near an edge the page scrolls along.
function take(event) {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  const row = handle.closest("[data-lot]");
  const held = { row, from: rows().indexOf(row), y: event.clientY, top: row.getBoundingClientRect().top, frame: 0 };
  handle.setPointerCapture(event.pointerId);
  row.classList.add("held");
  order.classList.add("holding");
  const follow = (moved) => {
    held.y = moved.clientY;
    place(held, event.clientY);
  };
  const scroll = () => {
    const over = held.y < EDGE_PX ? -STEP_PX : held.y > innerHeight - EDGE_PX * 1.6 ? STEP_PX : 0;
    if (over) {
      scrollBy({ top: over, behavior: "instant" });
      place(held, event.clientY);
    }
    held.frame = requestAnimationFrame(scroll);
  };
  const drop = () => {
    cancelAnimationFrame(held.frame);
    handle.removeEventListener("pointermove", follow);
    row.classList.remove("held");
    row.style.removeProperty("transform");
    order.classList.remove("holding");
    if (rows().indexOf(row) !== held.from) settled(row);
  };
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("lostpointercapture", drop, { once: true });
  handle.focus();
  held.frame = requestAnimationFrame(scroll);
}

function place(held, began) {
  const { row } = held;
  row.style.removeProperty("transform");
  const grip = began - held.top;
  const height = row.getBoundingClientRect().height;
  const middle = held.y - grip + height / 2;
  const rest = rows().filter((one) => one !== row);
  const before = rest.find((one) => {
    const box = one.getBoundingClientRect();
    return middle < box.top + box.height / 2;
  });
  // The others move around the held row: a row that leaves the page for an instant would lose the finger.
  const wanted = before ? rest.indexOf(before) : rest.length;
  while (rows().indexOf(row) < wanted) row.before(row.nextElementSibling);
  while (rows().indexOf(row) > wanted) row.after(row.previousElementSibling);
  const top = row.getBoundingClientRect().top;
  row.style.transform = `translateY(${held.y - grip - top}px)`;
}
