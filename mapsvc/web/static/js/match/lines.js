// The map of a result: numbered lots, groups, and a line from each group to the lot it got. Names only become text.

import { dataBlock, el } from "../map/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const entry = Object.values(window.mapsvcMaps ?? {})[0];
if (entry) {
  const layer = L.layerGroup().addTo(entry.map);
  draw(entry.map, layer, true);
  document.addEventListener("match:drawn", () => {
    layer.clearLayers();
    draw(entry.map, layer, false);
  });
}

function draw(map, layer, fit) {
  const { lots = [], groups = [], lines = [] } = dataBlock("match-lines") ?? {};
  const order = { was: 0, now: 1, moved: 2 };
  const sorted = [...lines].sort((a, b) => Number(a.current ?? false) - Number(b.current ?? false) || order[a.kind] - order[b.kind]);
  for (const line of sorted) {
    const css = ["ml", line.kind, line.dashed ? "dashed" : "", line.current ? "current" : ""].filter(Boolean).join(" ");
    L.polyline([line.from, line.to], { className: css, interactive: false }).addTo(layer);
  }
  const end = lines.find((line) => line.current)?.to;
  for (const group of groups) put(layer, group.at, groupNode(group, end), group.current ? 900 : -200);
  for (const lot of lots) put(layer, lot.at, lotNode(lot), 0);
  const points = [...lots, ...groups].map((one) => one.at);
  if (fit && points.length) map.fitBounds(points, { paddingTopLeft: [34, 48], paddingBottomRight: [34, 34], maxZoom: 17, animate: false });
}

// The name stands on the side that its line does not take.
function groupNode(group, end) {
  const css = ["ml-who", group.out ? "out" : "", group.current ? "current" : "", end && end[1] > group.at[1] ? "west" : ""].filter(Boolean).join(" ");
  const name = group.current ? el("span", { class: "lbl", "aria-hidden": "true" }, group.name) : null;
  return el("span", { class: css, role: "img", "aria-label": `${group.name}, ${group.text}`, title: group.name }, name);
}

function lotNode(lot) {
  const mark = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  const text = document.createElementNS(SVG, "text");
  mark.setAttribute("class", `mx-lot s-space${lot.empty ? " fit-out" : ""}`);
  mark.setAttribute("viewBox", "0 0 38 43");
  mark.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#m-lot");
  for (const [name, value] of [["x", "19"], ["y", "25"], ["text-anchor", "middle"]]) text.setAttribute(name, value);
  text.textContent = lot.number;
  mark.append(use, text);
  return el("span", { class: "ml-lot", role: "img", "aria-label": lot.name, title: lot.name }, mark);
}

function put(layer, at, node, above) {
  const icon = L.divIcon({ html: node, className: "ml-at", iconSize: null });
  L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: above }).addTo(layer);
}
