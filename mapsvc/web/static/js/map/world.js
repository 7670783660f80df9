// Land and borders of the whole world for small zooms (Natural Earth, public domain), so that a far view is no empty sheet.

const FILE = new URL("../../vendor/world-atlas-2.0.2/countries-110m.json", import.meta.url);

/** The last zoom at which outlines of this coarseness still look right. */
export const WORLD_TO_ZOOM = 7;

// It goes round the pole, which no flat outline can show, and nobody marks spaces there.
const ANTARCTICA = "010";

let loading;

/** Loads the outlines once; a map that stays near never asks for them. */
export function loadWorld() {
  loading ??= fetch(FILE).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error("world")))).then(decoded);
  return loading;
}

// TopoJSON: arcs of quantised differences, shared by the countries on both sides.
function decoded({ arcs, transform, objects }) {
  const { scale, translate } = transform;
  const lines = arcs.map((arc) => {
    let x = 0;
    let y = 0;
    return arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return project(x * scale[0] + translate[0], y * scale[1] + translate[1]);
    });
  });
  const ring = (indices) => indices.flatMap((index) => (index < 0 ? [...lines[~index]].reverse() : lines[index]));
  const countries = objects.countries.geometries.filter(({ id }) => id !== ANTARCTICA).flatMap(({ type, arcs: parts }) =>
    (type === "Polygon" ? [parts] : parts).map((rings) => rings.map((indices) => unwrapped(ring(indices)))));
  return countries.map((rings) => ({ rings, box: boxOf(rings[0]) }));
}

// A ring that crosses the date line goes on beyond the edge of the world instead of jumping back across it.
function unwrapped(points) {
  let shift = 0;
  return points.map(([x, y], i) => {
    if (i && Math.abs(x - points[i - 1][0]) > 0.5) shift += x < points[i - 1][0] ? 1 : -1;
    return [x + shift, y];
  });
}

// Web mercator as shares of the world's width, y down.
function project(lon, lat) {
  const sine = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

function boxOf(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Draws sea, land and borders of one tile; the pen is scaled to tile-local units, `extent` of them to a side. */
export function drawWorld(pen, world, { z, x, y }, extent, colours) {
  const count = 2 ** z;
  const left = ((x % count) + count) % count;
  const [west, north, east, south] = [left / count, y / count, (left + 1) / count, (y + 1) / count];
  pen.fillStyle = colours.water;
  pen.fillRect(0, 0, extent, extent);
  pen.fillStyle = colours.land;
  pen.strokeStyle = colours.edge;
  pen.lineWidth = (extent / 256) * 0.9;
  for (const shift of [-1, 0, 1]) {
    for (const { rings, box } of world) {
      if (box[0] + shift > east || box[2] + shift < west || box[1] > south || box[3] < north) continue;
      pen.beginPath();
      for (const points of rings) outline(pen, points, (x) => (x + shift - west) * count * extent, (y) => (y - north) * count * extent);
      pen.fill("evenodd");
      pen.stroke();
    }
  }
}

function outline(pen, points, across, down) {
  points.forEach(([x, y], i) => pen[i ? "lineTo" : "moveTo"](across(x), down(y)));
  pen.closePath();
}
