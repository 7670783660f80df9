// Starts the map of a group: in an embed, on its own page, in the editor. Only what such a map needs is loaded.

import { loadBackground } from "../map/background.js";
import { loadTiles } from "../map/base_tiles.js";
import { loadControls } from "../map/controls.js";
import { still } from "../map/motion.js";
import { t } from "../map/texts.js";
import { MapView } from "./view.js";

const started = new Set();
const loaders = {
  loadBackground,
  loadTiles,
  loadControls,
  showPlaces(map, options, entry) {
    entry.view = new MapView(map, entry);
  },
};

function start(id) {
  const entry = window.mapsvcMaps?.[id];
  if (!entry || started.has(id)) return;
  started.add(id);
  const { map, parts } = entry;
  const box = map.getContainer();
  entry.page = box.closest("[data-page]");
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", t("map"));
  if (still()) {
    map._zoomAnimated = false;
    map.options.inertia = false;
  }
  // A wheel over the map of a foreign page scrolls that page, until somebody has touched the map.
  map.scrollWheelZoom.disable();
  map.once("mousedown focus touchstart", () => map.scrollWheelZoom.enable());
  for (const [loader, options] of parts) loaders[loader](map, options, entry);
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(box);
  box.setAttribute("data-ready", "");
  document.dispatchEvent(new CustomEvent("mapsvc:view", { detail: entry }));
}

document.addEventListener("mapsvc:map", (event) => start(event.detail));
Object.keys(window.mapsvcMaps ?? {}).forEach(start);
