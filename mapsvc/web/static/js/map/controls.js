// The buttons on the map: zoom, my position, layers.

import { Camera } from "./camera.js";
import { el, icon } from "./dom.js";
import { layersCard } from "./layers.js";
import { NearMe } from "./near_me.js";
import { still } from "./motion.js";
import { t } from "./texts.js";

export function loadControls(map, options, entry) {
  const box = el("div", { class: "ctl" });
  const camera = entry.home?.camera ?? new Camera(map);
  // Around the middle of what can be seen, not of what lies half under the panel.
  const zoomBy = (step) => {
    map.setZoomAround(camera.window().getCenter(), map.getZoom() + step, { animate: !still() });
  };
  if (options.zoom) {
    const closer = button("plus", "zoom_in", () => zoomBy(1), "zoom");
    const farther = button("minus", "zoom_out", () => zoomBy(-1), "zoom");
    const limits = () => {
      // Not `disabled`: a button that loses the focus at the last step sends a keyboard back to the start of the page.
      closer.setAttribute("aria-disabled", String(map.getZoom() >= map.getMaxZoom()));
      farther.setAttribute("aria-disabled", String(map.getZoom() <= map.getMinZoom()));
    };
    map.on("zoomend", limits);
    limits();
    box.append(closer, farther);
  }
  if (options.position) {
    const nearMe = new NearMe(map, entry);
    box.append(button("position", "position", (node) => nearMe.toggle(node), "position"));
  }
  const place = entry.page.querySelector("[data-controls]") ?? entry.page;
  if (options.layers) {
    const card = layersCard(map, entry);
    const opener = button("layers", "layers", () => card.toggle(opener), "layers");
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", card.node.id);
    box.append(opener);
    place.append(box, card.node);
  } else {
    place.append(box);
  }
}

function button(symbol, word, act, name) {
  const node = el("button", { type: "button", "aria-label": t(word), "data-control": name }, icon(symbol));
  node.addEventListener("click", () => act(node));
  return node;
}
