// The line that says whose data the ground of the map is.

import { el } from "./dom.js";

export function showCredits(map, credits) {
  const place = map.getContainer().parentElement;
  const line = place.querySelector(".attr") ?? place.appendChild(el("p", { class: "attr" }));
  line.replaceChildren();
  credits.forEach((credit, index) => {
    if (index) line.append(" · ");
    const words = [el("span", { class: "long" }, credit.text), el("span", { class: "short" }, credit.short ?? credit.text)];
    line.append(credit.url ? el("a", { href: credit.url, rel: "noopener" }, ...words) : el("span", {}, ...words));
  });
}
