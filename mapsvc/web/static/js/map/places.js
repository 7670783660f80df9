// Fetching the records of a box, and drawing them as markers.

import { cellOf, clusterMarker, labelMarker, placeMarker } from "./markers.js";
import { filterParameters } from "./state.js";
import { language } from "./texts.js";

export class PlacesSource {
  constructor(url) {
    this.url = url;
    this.running = null;
  }

  drop() {
    this.running?.abort();
  }

  // The answer for a box; an older question that is still open is dropped (AbortError).
  async fetch(bounds, zoom, filters) {
    this.drop();
    this.running = new AbortController();
    const query = filterParameters(filters);
    const edges = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    query.set("bbox", edges.map((edge) => edge.toFixed(5)).join(","));
    query.set("zoom", String(zoom));
    query.set("lang", language());
    const answer = await fetch(`${this.url}?${query}`, {
      signal: this.running.signal,
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw new Error(`places: ${answer.status}`);
    return answer.json();
  }
}

export class PlacesLayer {
  constructor(map, { onSelect, onCluster, onHover, interactive = true } = {}) {
    this.map = map;
    this.interactive = interactive;
    this.listeners = { onSelect, onCluster, onHover };
    this.shown = new Map();
    this.label = null;
    this.selectedId = null;
  }

  show(places, clusters) {
    const wanted = new Map();
    for (const place of places) if (place.on_map) wanted.set(`p:${place.id}`, place);
    for (const cluster of clusters) {
      wanted.set(`c:${cluster.lon},${cluster.lat},${cluster.count},${cluster.confirmed}`, cluster);
    }
    for (const [key, drawn] of this.shown) {
      if (!wanted.has(key) || drawn.face !== face(wanted.get(key))) this.#remove(key, drawn);
    }
    for (const [key, record] of wanted) if (!this.shown.has(key)) this.#add(key, record);
    this.#order([...wanted.keys()]);
    this.select(this.selectedId);
  }

  select(id) {
    this.marker(this.selectedId)?.getElement()?.classList.remove("sel");
    this.label?.remove();
    this.label = null;
    this.selectedId = id;
    const drawn = this.shown.get(`p:${id}`);
    if (!drawn) return;
    drawn.marker.setZIndexOffset(1500);
    drawn.marker.getElement().classList.add("sel");
    this.label = labelMarker(drawn.record).addTo(this.map);
  }

  hover(id, on) {
    this.marker(id)?.getElement()?.classList.toggle("hover", on);
  }

  marker(id) {
    return this.shown.get(`p:${id}`)?.marker ?? null;
  }

  #add(key, record) {
    const isCluster = key.startsWith("c:");
    const marker = isCluster ? clusterMarker(record) : placeMarker(record, this.interactive);
    const drawn = { record, marker, face: face(record), cell: null };
    if (!isCluster && record.precision === "cell_100m") drawn.cell = cellOf(record).addTo(this.map);
    marker.addTo(this.map);
    this.shown.set(key, drawn);
    if (isCluster) {
      marker.on("click", () => this.listeners.onCluster?.(record));
    } else if (this.interactive) {
      marker.getElement().dataset.place = record.id;
      marker.on("click", () => this.listeners.onSelect?.(record));
      marker.on("mouseover", () => this.listeners.onHover?.(record, true));
      marker.on("mouseout", () => this.listeners.onHover?.(record, false));
    }
  }

  #remove(key, drawn) {
    drawn.marker.remove();
    drawn.cell?.remove();
    this.shown.delete(key);
  }

  // Tab order is document order: the list's order, then clusters. The focused marker is never moved, because
  // moving it would take the focus away.
  #order(keys) {
    const nodes = keys.map((key) => this.shown.get(key).marker.getElement()).filter(Boolean);
    const pane = this.map.getPane("markerPane");
    const focused = nodes.indexOf(document.activeElement);
    nodes.forEach((node, place) => {
      if (focused >= 0 && place < focused) nodes[focused].before(node);
      else if (place !== focused) pane.append(node);
    });
  }
}

// What a marker looks like and says; when it changes, the marker is drawn anew.
function face(record) {
  return JSON.stringify([record.lat, record.lon, record.symbol, record.css, record.name, record.headline, record.when]);
}
