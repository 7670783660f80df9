// Records that came with the page: a record's small map, the map beside a table, a group's embed.
//
// The page may hold elements with data-place="<id>" (rows of a table or a list). They and the markers select each
// other; the class "on" marks the selected row, and "mapsvc:select" tells the page {id, place}.

import { Camera } from "./camera.js";
import { dataBlock } from "./dom.js";
import { PlacesLayer } from "./places.js";
import { still } from "./motion.js";

const CLOSE_ZOOM = 17;

export function showPlaces(map, options, entry) {
  const id = map.getContainer().id;
  const places = dataBlock(`${id}-data`)?.places ?? [];
  const layer = new PlacesLayer(map, {
    interactive: options.interactive,
    onSelect: (place) => select(place, "map"),
    onHover: (place, on) => row(place.id)?.classList.toggle("hover", on),
  });
  layer.show(places.map((place) => ({ ...place, on_map: true })), []);
  const { bounds } = entry.options.view;
  if (bounds) map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2]]], { animate: false });
  if (!options.interactive) return;
  if (options.fit && places.length) fit(map, places);
  const camera = new Camera(map);
  const byId = new Map(places.map((place) => [String(place.id), place]));

  function row(placeId) {
    return document.querySelector(`[data-place="${CSS.escape(placeId)}"]:not(.mk)`);
  }

  function select(place, by) {
    row(layer.selectedId ?? "")?.classList.remove("on");
    layer.select(place.id);
    const chosen = row(place.id);
    chosen?.classList.add("on");
    if (by === "map") chosen?.scrollIntoView({ block: "nearest" });
    else if (!camera.sees([place.lat, place.lon])) camera.look(L.latLng(place.lat, place.lon), map.getZoom(), !still());
    document.dispatchEvent(new CustomEvent("mapsvc:select", { detail: { id: place.id, place, by } }));
  }

  function fromPage(event, act) {
    const node = event.target.closest?.("[data-place]");
    if (node && !node.matches(".mk") && byId.has(node.dataset.place)) act(byId.get(node.dataset.place));
  }
  document.addEventListener("focusin", (event) => fromPage(event, (place) => select(place, "page")));
  document.addEventListener("click", (event) => fromPage(event, (place) => select(place, "page")));
  document.addEventListener("mouseover", (event) => fromPage(event, (place) => layer.hover(place.id, true)));
  document.addEventListener("mouseout", (event) => fromPage(event, (place) => layer.hover(place.id, false)));
}

function fit(map, places) {
  const bounds = L.latLngBounds(places.map((place) => [place.lat, place.lon]));
  map.fitBounds(bounds, { padding: [52, 52], maxZoom: CLOSE_ZOOM, animate: false });
}
