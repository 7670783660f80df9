// Colours of the own background come from the style sheet, widths from the zoom.

const VARIABLES = {
  street: "--mv-street", casing: "--map-casing", minor: "--map-minor", border: "--map-border", land: "--mv-land", water: "--mv-water", edge: "--map-casing",
  shape: "--map-shape", shapeEdge: "--map-shape-edge", text: "--map-text", halo: "--map-halo",
};

export function colours(node) {
  const style = getComputedStyle(node);
  const found = Object.entries(VARIABLES).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]);
  return { ...Object.fromEntries(found), font: style.fontFamily };
}

// Width in pixels at zoom 15 and the zoom from which a class is drawn: 1 lane, 2 street, 3 avenue.
const CLASSES = { 1: { width: 3, from: 13 }, 2: { width: 4.2, from: 12 }, 3: { width: 7.5, from: 10 } };
const GROWTH = 1.62;

export function streetWidth(streetClass, zoom) {
  const { width, from } = CLASSES[streetClass] ?? CLASSES[1];
  if (zoom < from) return 0;
  return Math.max(0.7, width * GROWTH ** (zoom - 15));
}

// Calls back whenever the page turns light or dark; returns a function that stops it.
export function onTheme(change) {
  const watch = new MutationObserver(change);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  return () => watch.disconnect();
}
