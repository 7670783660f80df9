// Names of streets and areas over the own background, placed for the whole view so that no tile edge cuts them.

import { language } from "./texts.js";

const TILE_PX = 256;
const PAD_PX = 160;
const STREET_PX = 11.5;
const AREA_PX = 14;
const AREA_SPACING_PX = 2.6;
const REPEAT_PX = 420;
const BEND = Math.cos((14 * Math.PI) / 180);
const NAMES_FROM = { 1: 17, 2: 16, 3: 14 };
const AREAS_FROM_ZOOM = 11;
const SURROUND = { step: 9, radius: 9 };

export const Labels = L.Layer.extend({
  initialize(ground) {
    this.ground = ground;
    this.waiting = 0;
  },

  onAdd(map) {
    const pane = map.getPane("groundLabels") ?? map.createPane("groundLabels");
    // Above the tiles (200), below shapes and markers (400 and more).
    pane.style.zIndex = 300;
    pane.style.pointerEvents = "none";
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", pane);
    this.canvas.setAttribute("aria-hidden", "true");
    this.later();
  },

  onRemove() {
    cancelAnimationFrame(this.waiting);
    this.canvas.remove();
  },

  getEvents() {
    return { moveend: this.later, zoomend: this.later, resize: this.later };
  },

  // Several tiles that arrive together cost one drawing.
  later() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this._map && this.draw());
  },

  draw() {
    const map = this._map;
    const size = map.getSize().add([2 * PAD_PX, 2 * PAD_PX]);
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    this.canvas.width = size.x * scale;
    this.canvas.height = size.y * scale;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([-PAD_PX, -PAD_PX]));
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    const origin = map.getPixelBounds().min.subtract([PAD_PX, PAD_PX]);
    const taken = [];
    if (this.ground.options.areas) this.drawAreas(pen, origin, taken);
    if (this.ground.options.streets) this.drawStreets(pen, origin, taken);
  },

  drawAreas(pen, origin, taken) {
    const { colours } = this.ground;
    if (this._map.getZoom() < AREAS_FROM_ZOOM) return;
    pen.font = `600 ${AREA_PX}px ${colours.font}`;
    pen.letterSpacing = `${AREA_SPACING_PX}px`;
    for (const { data, coords } of this.ground.loaded()) {
      for (const area of data.areas ?? []) {
        if (!area.label) continue;
        const [x, y] = inView(area.label[0], area.label[1], data, coords, origin);
        const text = area.n.toLocaleUpperCase(language());
        this.write(pen, { text, x, y, angle: 0, width: pen.measureText(text).width, halo: 5 }, taken, colours.land);
      }
    }
    pen.letterSpacing = "0px";
  },

  drawStreets(pen, origin, taken) {
    const { colours } = this.ground;
    const zoom = this._map.getZoom();
    pen.font = `400 ${STREET_PX}px ${colours.font}`;
    const runs = [];
    for (const { data, coords } of this.ground.loaded()) {
      for (const street of data.streets ?? []) {
        if (zoom < (NAMES_FROM[street.w] ?? NAMES_FROM[1]) || !street.n) continue;
        const width = pen.measureText(street.n).width;
        for (const line of street.g) {
          const run = straightest(line, data, coords, origin);
          if (run.length > width + 12) runs.push({ ...run, text: street.n, width, rank: street.w, halo: 3 });
        }
      }
    }
    runs.sort((a, b) => b.rank - a.rank || b.length - a.length || (a.text < b.text ? -1 : 1));
    const written = new Map();
    for (const run of runs) {
      const before = written.get(run.text) ?? [];
      if (before.some((other) => Math.hypot(other.x - run.x, other.y - run.y) < REPEAT_PX)) continue;
      if (this.write(pen, run, taken, colours.halo)) written.set(run.text, [...before, run]);
    }
  },

  // Writes a label unless it would touch one that is there already.
  write(pen, { text, x, y, angle, width, halo }, taken, haloColour) {
    const spots = surround(x, y, angle, width);
    const touches = spots.some(([sx, sy]) =>
      taken.some(([tx, ty]) => Math.hypot(sx - tx, sy - ty) < 2 * SURROUND.radius));
    if (touches) return false;
    taken.push(...spots);
    pen.save();
    pen.translate(x, y);
    pen.rotate(angle);
    pen.strokeStyle = haloColour;
    pen.lineWidth = halo;
    pen.strokeText(text, 0, 0);
    pen.fillStyle = this.ground.colours.text;
    pen.fillText(text, 0, 0);
    pen.restore();
    return true;
  },
});

function inView(x, y, data, coords, origin) {
  const unit = TILE_PX / data.extent;
  return [coords.x * TILE_PX + x * unit - origin.x, coords.y * TILE_PX + y * unit - origin.y];
}

// The longest part of a line that hardly bends: its middle, its angle (readable from the left) and its length.
function straightest(line, data, coords, origin) {
  let best = { length: 0 };
  let from = 0;
  for (let i = 2; i < line.length; i += 2) {
    if (from < i - 2 && bends(line, from, i)) from = i - 2;
    const dx = line[i] - line[from];
    const dy = line[i + 1] - line[from + 1];
    const length = (Math.hypot(dx, dy) * TILE_PX) / data.extent;
    if (length > best.length) best = { length, from, to: i, dx, dy };
  }
  if (!best.length) return best;
  const [x, y] = inView(
    (line[best.from] + line[best.to]) / 2, (line[best.from + 1] + line[best.to + 1]) / 2, data, coords, origin,
  );
  let angle = Math.atan2(best.dy, best.dx);
  if (angle > Math.PI / 2) angle -= Math.PI;
  if (angle <= -Math.PI / 2) angle += Math.PI;
  return { x, y, angle, length: best.length };
}

function bends(line, from, to) {
  const ax = line[from + 2] - line[from];
  const ay = line[from + 3] - line[from + 1];
  const bx = line[to] - line[to - 2];
  const by = line[to + 1] - line[to - 1];
  return (ax * bx + ay * by) < BEND * Math.hypot(ax, ay) * Math.hypot(bx, by);
}

function surround(x, y, angle, width) {
  const count = Math.max(1, Math.ceil(width / SURROUND.step));
  return Array.from({ length: count + 1 }, (_, i) => {
    const along = (i / count - 0.5) * width;
    return [x + along * Math.cos(angle), y + along * Math.sin(angle)];
  });
}
