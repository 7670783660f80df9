// Markers as real buttons: a keyboard reaches them in the order of the list, and each has a name.

import { el, isCoarse, symbolOf } from "./dom.js";
import { t } from "./texts.js";

const CELL_M = 100;
const METRES_PER_DEGREE = 111320;

const NodeIcon = L.Icon.extend({
  createIcon() {
    return this.options.node;
  },
  createShadow() {
    return null;
  },
});

function markerAt(position, node, extra = {}) {
  // Leaflet's own keyboard support would give a second role to what is a button already.
  return L.marker(position, { icon: new NodeIcon({ node }), keyboard: false, autoPanOnFocus: false, ...extra });
}

export function placeName(place) {
  const parts = [place.name, place.headline, place.when];
  if (place.precision === "cell_100m") parts.push(t("approximate"));
  return parts.filter(Boolean).join(", ");
}

export function placeMarker(place, interactive = true) {
  const shape = isCoarse(place) ? " c cell" : place.kind === "space" ? "" : " c";
  const node = interactive
    ? el("button", { type: "button", "aria-label": placeName(place) })
    : el("span", { role: "img", "aria-label": placeName(place) });
  node.className = `leaflet-marker-icon mk${shape}`;
  node.append(symbolOf(place));
  return markerAt([place.lat, place.lon], node, { interactive });
}

export function clusterMarker(cluster) {
  const bar = el("i");
  const share = (part) => `${Math.round(part * 100)}%`;
  bar.style.setProperty("--a", share(cluster.confirmed));
  bar.style.setProperty("--b", share(cluster.confirmed + cluster.probable));
  const node = el("button", { type: "button", "aria-label": cluster.name }, cluster.count_text, bar);
  node.className = "leaflet-marker-icon cl";
  return markerAt([cluster.lat, cluster.lon], node);
}

export function labelMarker(place) {
  const node = el("span", { "aria-hidden": "true" }, el("span", { class: "lbl" }, place.name));
  node.className = `leaflet-marker-icon lbl-at${place.kind === "space" && !isCoarse(place) ? "" : " c"}`;
  return markerAt([place.lat, place.lon], node, { interactive: false, zIndexOffset: 2000 });
}

// The dashed cell in which a coarse position lies, to the scale of the map.
export function cellOf(place) {
  const lat = CELL_M / 2 / METRES_PER_DEGREE;
  const lon = lat / Math.cos((place.lat * Math.PI) / 180);
  const corners = [[place.lat - lat, place.lon - lon], [place.lat + lat, place.lon + lon]];
  const vacant = /vacant|disputed|unverified/.test(place.status);
  return L.rectangle(corners, { className: vacant ? "mcell" : "mcell-s", interactive: false });
}
