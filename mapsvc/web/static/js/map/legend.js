// What the symbols mean. Where the card does not fit beside the other chrome it waits behind its button.

import { el, symbolOf } from "./dom.js";
import { t } from "./texts.js";

const STATES = [
  ["confirmed", "m-confirmed"], ["probable", "m-probable"], ["disputed", "m-disputed"],
  ["unverified", "m-unverified"], ["in_use", "m-occupied"],
];
const BANDS = [["fresh", " full"], ["ageing", " half"], ["stale", ""]];

export function loadLegend(map, options, entry) {
  const place = entry.page.querySelector("[data-legend]");
  if (!place) return;
  const card = legendCard();
  const button = el("button", { type: "button", class: "chip leg", "aria-expanded": "false", "aria-controls": card.id },
    t("legend"));
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
  place.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") {
      open(false);
      button.focus();
    }
  });
  function open(on) {
    button.setAttribute("aria-expanded", String(on));
    place.classList.toggle("open", on);
  }
  place.append(button, card);
  const measure = () => place.classList.toggle("folded", !fits(place, card));
  new ResizeObserver(measure).observe(place.parentElement);
  measure();
}

function legendCard() {
  const card = el("div", { class: "legend", role: "group", "aria-label": t("legend"), id: "map-legend" });
  card.append(el("b", {}, t("how_sure")));
  for (const [word, symbol] of STATES) {
    card.append(el("span", {}, symbolOf({ symbol, css: "s-space", kind: "sample", band: "fresh" }), t(word)));
  }
  card.append(el("b", {}, t("last_check")));
  for (const [word, moon] of BANDS) card.append(el("span", { class: "age" }, el("i", { class: `moon${moon}` }), t(word)));
  return card;
}

// The card lies in one line with the mark button; its own width is known only while it is shown.
function fits(place, card) {
  place.classList.remove("folded");
  const strip = place.parentElement;
  const others = [...strip.children].filter((child) => child !== place);
  const taken = others.reduce((sum, child) => sum + child.offsetWidth, 0);
  return card.scrollWidth + taken + 24 <= strip.clientWidth;
}
