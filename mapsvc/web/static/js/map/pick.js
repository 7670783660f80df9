// Picking a point: the pin stays in the middle and the map moves under it.
//
// The page holds a form with data-pick="<id of the map>" and inputs named lon, lat and accuracy_m; it may hold a
// button with data-pick-position and a live region with data-pick-status. Without this module the form works from
// a typed address. Another module moves the map with document.dispatchEvent(new CustomEvent("mapsvc:goto",
// {detail: {lon, lat, accuracy_m, bounds}})).

import { el } from "./dom.js";
import { failureText, position } from "./near_me.js";
import { still } from "./motion.js";
import { t } from "./texts.js";

const CLOSE_ZOOM = 18;
// A finger places the map to about this many pixels.
const HAND_PX = 10;
const EARTH_M = 40075016.686;
const SVG = "http://www.w3.org/2000/svg";

export function pickPoint(map, options, entry) {
  const form = document.querySelector(`form[data-pick="${map.getContainer().id}"]`);
  if (!form) return;
  entry.pick = new Picker(map, form);
}

class Picker {
  constructor(map, form) {
    Object.assign(this, { map, form });
    this.accuracy = null;
    this.place = map.getContainer().parentElement;
    this.round = el("span", { class: "acc", "aria-hidden": "true" });
    this.label = el("span", { class: "lbl" });
    this.place.append(this.round, pin(), el("div", { class: "pick-say" }, this.label));
    map.getContainer().setAttribute("aria-label", t("pick_map"));
    this.#start();
    map.on("dragstart keydown", () => (this.accuracy = null));
    map.on("moveend zoomend", () => this.#write());
    document.addEventListener("mapsvc:goto", (event) => this.go(event.detail));
    const button = document.querySelector("[data-pick-position]");
    button?.addEventListener("click", () => this.#position(button));
    if (button) button.hidden = false;
  }

  // Inputs that are filled already (going back keeps everything) decide where the map starts.
  #start() {
    const lon = Number.parseFloat(this.#input("lon")?.value);
    const lat = Number.parseFloat(this.#input("lat")?.value);
    const asked = new URLSearchParams(location.search);
    const known = Number.isFinite(lon) && Number.isFinite(lat);
    const from = known ? { lon, lat } : { lon: Number(asked.get("lon")), lat: Number(asked.get("lat")) };
    if (known || (asked.get("lon") && asked.get("lat"))) {
      const zoom = Math.max(Number(asked.get("z")) || CLOSE_ZOOM, CLOSE_ZOOM - 1);
      this.map.setView([from.lat, from.lon], Math.min(zoom, this.map.getMaxZoom()), { animate: false });
    }
    this.#write();
  }

  go({ lon, lat, accuracy_m: accuracy = null, bounds = null }) {
    this.accuracy = accuracy;
    const animate = !still();
    if (bounds) {
      const [west, south, east, north] = bounds;
      this.map.fitBounds([[south, west], [north, east]], { animate, maxZoom: CLOSE_ZOOM });
    } else {
      this.map.setView([lat, lon], Math.max(this.map.getZoom(), CLOSE_ZOOM), { animate });
    }
    // While the map still flies, its middle is on the way; the form gets the place where it will arrive.
    this.#write(bounds ? undefined : { lat, lng: lon });
  }

  async #position(button) {
    const status = document.querySelector("[data-pick-status]");
    button.setAttribute("aria-busy", "true");
    try {
      const { coords } = await position();
      this.go({ lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.max(1, Math.round(coords.accuracy)) });
      if (status) status.textContent = t("accurate_to", { metres: this.accuracy });
    } catch (error) {
      if (status) status.textContent = failureText(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  #write({ lat, lng } = this.map.getCenter().wrap()) {
    const metresPerPixel = (EARTH_M * Math.cos((lat * Math.PI) / 180)) / 256 / 2 ** this.map.getZoom();
    const metres = this.accuracy ?? Math.max(2, Math.round(metresPerPixel * HAND_PX));
    this.#fill("lon", lng.toFixed(6));
    this.#fill("lat", lat.toFixed(6));
    this.#fill("accuracy_m", String(metres));
    this.round.style.setProperty("--acc", `${Math.round((2 * metres) / metresPerPixel)}px`);
    this.label.textContent = t("accurate_to", { metres });
    this.form.dispatchEvent(new CustomEvent("mapsvc:picked", { detail: { lon: lng, lat, accuracy_m: metres } }));
  }

  #input(name) {
    return this.form.elements.namedItem(name);
  }

  #fill(name, value) {
    const input = this.#input(name);
    if (input) input.value = value;
  }
}

function pin() {
  const picture = document.createElementNS(SVG, "svg");
  const shapes = [
    ["path", { d: "M20 56V26", class: "pin-stem" }],
    ["circle", { cx: 20, cy: 18, r: 15, class: "pin-head" }],
    ["circle", { cx: 20, cy: 18, r: 5, class: "pin-eye" }],
  ];
  picture.setAttribute("viewBox", "0 0 40 60");
  picture.setAttribute("class", "pin");
  picture.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    picture.append(shape);
  }
  return picture;
}
