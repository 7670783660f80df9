// Our own ground: streets and areas from /background, drawn on canvas, so that a map is never blank.

import { showCredits } from "./credits.js";
import { colours, onTheme, streetWidth } from "./ground_style.js";
import { Labels } from "./labels.js";
import { WORLD_TO_ZOOM, drawWorld, loadWorld } from "./world.js";

const TILE_PX = 256;
const AREAS_FROM_ZOOM = 9;
const SHAPES_FROM_ZOOM = 15;

export const Ground = L.GridLayer.extend({
  options: { minZoom: 3, updateWhenZooming: false, keepBuffer: 1, streets: true, areas: true },

  initialize(url, options) {
    this.url = url;
    L.setOptions(this, options);
    this.drawn = new Map();
  },

  onAdd(map) {
    this.colours = colours(map.getContainer());
    this.labels = new Labels(this).addTo(map);
    this.on("tileunload", this.forget, this);
    this.stopTheme = onTheme(() => this.redrawAll());
    return L.GridLayer.prototype.onAdd.call(this, map);
  },

  onRemove(map) {
    this.stopTheme();
    this.labels.remove();
    this.off("tileunload", this.forget, this);
    for (const tile of this.drawn.values()) tile.stop.abort();
    this.drawn.clear();
    return L.GridLayer.prototype.onRemove.call(this, map);
  },

  createTile(coords, done) {
    const canvas = document.createElement("canvas");
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = canvas.height = TILE_PX * scale;
    const tile = { coords, canvas, scale, data: null, stop: new AbortController() };
    this.drawn.set(canvas, tile);
    this.load(tile).then(() => done(null, canvas), (error) => done(error, canvas));
    return canvas;
  },

  async load(tile) {
    const { z, x, y } = tile.coords;
    const count = 2 ** z;
    const url = this.url.replace("{z}", z).replace("{x}", ((x % count) + count) % count).replace("{y}", y);
    const answer = await fetch(url, { signal: tile.stop.signal });
    if (!answer.ok) throw new Error(`background: ${answer.status}`);
    tile.data = await answer.json();
    if (z <= WORLD_TO_ZOOM) tile.world = await loadWorld();
    this.draw(tile);
    this.labels.later();
  },

  forget({ tile }) {
    this.drawn.get(tile)?.stop.abort();
    this.drawn.delete(tile);
    this.labels.later();
  },

  // What the labels are made of: the loaded tiles of the current zoom.
  loaded() {
    return [...this.drawn.values()].filter((tile) => tile.data && tile.coords.z === this._tileZoom);
  },

  redrawAll() {
    this.colours = colours(this._map.getContainer());
    for (const tile of this.drawn.values()) if (tile.data) this.draw(tile);
    this.labels.later();
  },

  showAreas(on) {
    this.options.areas = on;
    this.redrawAll();
  },

  draw({ canvas, scale, data, coords, world }) {
    const pen = canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.scale((TILE_PX / data.extent) * scale, (TILE_PX / data.extent) * scale);
    const unit = data.extent / TILE_PX;
    pen.lineJoin = pen.lineCap = "round";
    if (world) drawWorld(pen, world, coords, data.extent, this.colours);
    if (coords.z >= SHAPES_FROM_ZOOM) this.drawShapes(pen, data.shapes ?? [], unit);
    if (this.options.streets) this.drawStreets(pen, data.streets ?? [], unit, coords.z);
    if (this.options.areas && coords.z >= AREAS_FROM_ZOOM) this.drawAreas(pen, data.areas ?? [], unit);
  },

  drawShapes(pen, shapes, unit) {
    pen.fillStyle = this.colours.shape;
    pen.strokeStyle = this.colours.shapeEdge;
    pen.lineWidth = unit;
    for (const rings of shapes) {
      pen.beginPath();
      for (const ring of ringsOf(rings)) trace(pen, ring, true);
      pen.fill("evenodd");
      pen.stroke();
    }
  },

  // Lanes first, then the edges of the avenues, then the avenues, so that crossings stay open.
  drawStreets(pen, streets, unit, zoom) {
    const stroke = (streetClass, extra, colour) => {
      const width = streetWidth(streetClass, zoom);
      if (!width) return;
      pen.beginPath();
      for (const street of streets) if (street.w === streetClass) for (const line of street.g) trace(pen, line);
      pen.strokeStyle = colour;
      pen.lineWidth = (width + extra) * unit;
      pen.stroke();
    };
    stroke(1, 0, this.colours.minor);
    stroke(2, 0, this.colours.minor);
    if (zoom >= 13) stroke(3, zoom >= 15 ? 2.4 : 1.6, this.colours.casing);
    stroke(3, 0, this.colours.street);
  },

  drawAreas(pen, areas, unit) {
    pen.strokeStyle = this.colours.border;
    pen.lineWidth = 1.4 * unit;
    pen.setLineDash([6 * unit, 5 * unit]);
    pen.lineCap = "butt";
    pen.beginPath();
    const seen = new Set();
    for (const area of areas) for (const ring of ringsOf(area.g)) traceOnce(pen, ring, seen);
    pen.stroke();
    pen.setLineDash([]);
  },
});

// Both [[x,y,…],…] and a bare ring are accepted: a shape of one ring may come without the outer list.
function ringsOf(rings) {
  return rings.length && typeof rings[0] === "number" ? [rings] : rings;
}

function trace(pen, points, close = false) {
  pen.moveTo(points[0], points[1]);
  for (let i = 2; i < points.length; i += 2) pen.lineTo(points[i], points[i + 1]);
  if (close) pen.closePath();
}

// Neighbours share their border: drawn twice, the dashes of one would fill the gaps of the other.
function traceOnce(pen, ring, seen) {
  let drawing = false;
  for (let i = 2; i <= ring.length; i += 2) {
    const to = i % ring.length;
    const ends = [`${ring[i - 2]},${ring[i - 1]}`, `${ring[to]},${ring[to + 1]}`];
    const edge = ends.sort().join(" ");
    if (ends[0] === ends[1]) continue;
    if (seen.has(edge)) {
      drawing = false;
      continue;
    }
    seen.add(edge);
    if (!drawing) pen.moveTo(ring[i - 2], ring[i - 1]);
    pen.lineTo(ring[to], ring[to + 1]);
    drawing = true;
  }
}

export function loadBackground(map, options, entry) {
  const ground = new Ground(options.url).addTo(map);
  showCredits(map, options.credits);
  entry.ground = { showAreas: (on) => ground.showAreas(on) };
}
