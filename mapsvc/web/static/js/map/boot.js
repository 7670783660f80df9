// Carries out what the Folium shells of this page have written into window.mapsvcMaps.

import { loadBackground } from "./background.js";
import { loadTiles } from "./base_tiles.js";
import { loadControls } from "./controls.js";
import { loadPlaces } from "./home.js";
import { loadLegend } from "./legend.js";
import { loadMarkLink } from "./mark_link.js";
import { still } from "./motion.js";
import { pickPoint } from "./pick.js";
import { showPlaces } from "./show.js";
import { t } from "./texts.js";

const loaders = {
  loadBackground, loadTiles, loadControls, loadPlaces, loadLegend, loadMarkLink, pickPoint, showPlaces,
};
const started = new Set();

function start(id) {
  const entry = window.mapsvcMaps?.[id];
  if (!entry || started.has(id)) return;
  started.add(id);
  const { map } = entry;
  // Chrome lies anywhere on the page of the map; a small map has only its own box.
  entry.page = map.getContainer().closest("[data-page]") ?? map.getContainer().parentElement;
  prepare(map, entry.options);
  for (const [loader, options] of entry.parts) loaders[loader](map, options, entry);
  map.getContainer().setAttribute("data-ready", "");
}

function prepare(map, options) {
  const box = map.getContainer();
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", t("map"));
  if (options.kind === "mini") box.removeAttribute("tabindex");
  if (still()) {
    // Leaflet reads its option only while the map is made, which the shell did before anybody could ask.
    map._zoomAnimated = false;
    map.options.inertia = false;
  }
  // Leaflet follows the window only; the box of a map also changes with the page around it.
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(box);
}

document.addEventListener("mapsvc:map", (event) => start(event.detail));
Object.keys(window.mapsvcMaps ?? {}).forEach(start);
