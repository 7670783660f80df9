// Building elements without innerHTML: what a resident wrote only ever becomes a text node or an attribute value.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  setAttributes(node, attributes);
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

function svg(attributes, ...uses) {
  const node = document.createElementNS(SVG, "svg");
  setAttributes(node, { "aria-hidden": "true", ...attributes });
  for (const id of uses) {
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#${id}`);
    node.append(use);
  }
  return node;
}

export function icon(name) {
  return svg({ class: "ic", viewBox: "0 0 20 20" }, `i-${name}`);
}

// The symbol of a record, as its JSON names it; a coarse position has no tip.
export function symbolOf(place) {
  const pip = ["ageing", "stale"].includes(place.band) ? [`m-pip-${place.band}`] : [];
  return svg({ class: place.css, viewBox: "0 0 38 43" }, symbolId(place), ...pip);
}

function symbolId(place) {
  const coarse = place.kind === "space" && place.precision !== "exact";
  if (!coarse || place.symbol.startsWith("m-approx")) return place.symbol;
  const fill = place.symbol.slice(2);
  return fill === "confirmed" ? "m-approx" : `m-approx-${fill}`;
}

export function isCoarse(place) {
  return place.kind === "space" && place.precision !== "exact";
}

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
}

// The content of a JSON block of the page; null where there is none.
export function dataBlock(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent) : null;
}
