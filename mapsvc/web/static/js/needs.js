// Colours the areas of the need map; the list beside it says the same in words.

import { dataBlock } from "./map/dom.js";

const { map } = window.mapsvcMaps.main;
const id = map.getContainer().id;

for (const area of dataBlock(`${id}-data`)?.needs ?? []) {
  const shape = L.geoJSON(area.outline, { className: area.step ? `need need-${area.step}` : "need need-none" });
  shape.addTo(map);
  if (area.place !== null) {
    shape.bindTooltip(document.createTextNode(String(area.place)), {
      permanent: true, direction: "center", className: "need-number", interactive: false,
    });
  }
  const row = document.querySelector(`[data-area="${CSS.escape(area.slug)}"]`);
  const mark = (on) => {
    row?.classList.toggle("on", on);
    shape.eachLayer((layer) => layer.getElement()?.classList.toggle("on", on));
  };
  shape.on("mouseover", () => mark(true)).on("mouseout", () => mark(false));
  shape.on("click", () => row?.querySelector("a")?.focus());
  row?.addEventListener("mouseover", () => mark(true));
  row?.addEventListener("mouseout", () => mark(false));
  row?.addEventListener("focusin", () => mark(true));
  row?.addEventListener("focusout", () => mark(false));
}
