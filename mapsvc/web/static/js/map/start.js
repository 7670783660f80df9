// Starts the maps that the Folium shells of a page have written into window.mapsvcMaps.

import { still } from "./motion.js";
import { t } from "./texts.js";

// loaders: functions (map, options, entry) by the names that the shells use.
export function startMaps(loaders) {
  const started = new Set();
  const start = (id) => {
    const entry = window.mapsvcMaps?.[id];
    if (!entry || started.has(id)) return;
    started.add(id);
    const { map } = entry;
    // Chrome lies anywhere on the page of the map; a small map has only its own box.
    entry.page = map.getContainer().closest("[data-page]") ?? map.getContainer().parentElement;
    prepare(map, entry.options);
    for (const [loader, options] of entry.parts) loaders[loader](map, options, entry);
    map.getContainer().setAttribute("data-ready", "");
  };
  document.addEventListener("mapsvc:map", (event) => start(event.detail));
  Object.keys(window.mapsvcMaps ?? {}).forEach(start);
}

function prepare(map, options) {
  const box = map.getContainer();
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", t("map"));
  if (options.kind === "mini") box.removeAttribute("tabindex");
  // Leaflet gives the focus to a map that is dragged; the ring is for those who came by keyboard.
  box.addEventListener("pointerdown", () => box.classList.add("held"), { capture: true });
  document.addEventListener("keydown", () => box.classList.remove("held"), { capture: true });
  if (still()) {
    // Leaflet reads its option only while the map is made, which the shell did before anybody could ask.
    map._zoomAnimated = false;
    map.options.inertia = false;
  }
  // Leaflet follows the window only; the box of a map also changes with the page around it.
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(box);
}
