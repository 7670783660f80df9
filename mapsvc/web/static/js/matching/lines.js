// The map of a ranking: the number of each space on its marker, and lines from a group to the spaces that fit it.

import { dataBlock, el } from "../map/dom.js";

const { people = [], lines = [] } = dataBlock("fit-lines") ?? {};
const entry = Object.values(window.mapsvcMaps ?? {})[0];
if (entry) {
  const { map } = entry;
  const places = dataBlock(`${map.getContainer().id}-data`)?.places ?? [];
  for (const line of lines) {
    const css = `fit-line${line.dashed ? " dashed" : ""}`;
    L.polyline([line.from, line.to], { className: css, interactive: false }).addTo(map);
  }
  for (const place of places) if (place.number) numberOn(map, place);
  for (const one of people) {
    const name = el("span", { class: "lbl" }, one.name);
    put(map, one.at, el("span", { class: "fit-who", role: "img", "aria-label": one.name }, name), 900);
  }
  const points = [...places.map((place) => [place.lat, place.lon]), ...people.map((one) => one.at)];
  if (people.length && points.length > 1) map.fitBounds(points, { padding: [40, 40], maxZoom: 16, animate: false });
}

function numberOn(map, place) {
  const shape = place.precision === "exact" ? "" : " c";
  const out = place.css.includes("fit-out") ? " out" : "";
  // One step above its own marker, below the markers that lie before it.
  put(map, [place.lat, place.lon], el("span", { class: `fit-no${shape}${out}`, "aria-hidden": "true" }, String(place.number)), 1);
}

function put(map, at, node, above) {
  const icon = L.divIcon({ html: node, className: "fit-at", iconSize: null });
  L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: above }).addTo(map);
}
