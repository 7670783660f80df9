// What the symbols mean. Where the card does not fit beside the mark button it gets narrower, or waits behind its button.

import { el, symbolOf } from "./dom.js";
import { t } from "./texts.js";

const STATES = [
  ["confirmed", "m-confirmed"], ["probable", "m-probable"], ["disputed", "m-disputed"],
  ["unverified", "m-unverified"], ["in_use", "m-occupied"],
];
const BANDS = [["fresh", " full"], ["ageing", " half"], ["stale", ""]];

const PHONE = window.matchMedia("(max-width: 719.98px)");

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
  const measure = () => {
    place.classList.remove("folded", "compact");
    if (PHONE.matches) place.classList.add("folded");
    else if (!fits(place, card)) place.classList.add("compact");
    if (place.classList.contains("compact") && !fits(place, card)) place.classList.replace("compact", "folded");
  };
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
  const strip = place.parentElement;
  const others = [...strip.children].filter((child) => child !== place);
  const taken = others.reduce((sum, child) => sum + child.offsetWidth, 0);
  return card.scrollWidth + taken + 24 <= strip.clientWidth;
}
