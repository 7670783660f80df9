// What lies under the records: our own areas with their names, and the street map of a tile server if one is set.

import { el } from "./dom.js";
import { t } from "./texts.js";

export function layersCard(map, entry) {
  const node = el("div", { class: "layers panel", id: `${map.getContainer().id}-layers`, role: "group",
    "aria-label": t("layers"), hidden: true });
  let opener = null;
  node.append(choice(t("layer_areas"), true, (on) => entry.ground.showAreas(on)));
  if (entry.ground.showTiles) node.append(choice(t("layer_tiles"), true, (on) => entry.ground.showTiles(on)));
  const show = (on) => {
    node.hidden = !on;
    opener.setAttribute("aria-expanded", String(on));
  };
  const onEscape = (event) => {
    if (event.key !== "Escape" || node.hidden) return;
    show(false);
    opener.focus();
  };
  node.addEventListener("keydown", onEscape);
  map.on("click", () => opener && show(false));
  return {
    node,
    toggle(button) {
      if (!opener) button.addEventListener("keydown", onEscape);
      opener = button;
      show(node.hidden);
    },
  };
}

function choice(text, on, act) {
  const input = el("input", { type: "checkbox", class: "form-check-input", checked: on });
  input.addEventListener("change", () => act(input.checked));
  return el("label", {}, input, text);
}
