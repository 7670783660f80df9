// The visitor's own position: asked for on a tap only, kept in the page only.

import { el } from "./dom.js";
import { Camera } from "./camera.js";
import { t } from "./texts.js";

const WAIT_MS = 15000;
const CLOSE_ZOOM = 17;

export function position() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) reject(new Error("no geolocation"));
    else navigator.geolocation.getCurrentPosition(resolve, reject, {
      enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 30000,
    });
  });
}

export function failureText(error) {
  return t(error?.code === 1 ? "position_denied" : "position_failed");
}

export class NearMe {
  constructor(map, entry) {
    Object.assign(this, { map, entry });
    this.dot = null;
    this.circle = null;
  }

  async toggle(button) {
    button.setAttribute("aria-busy", "true");
    try {
      const { coords } = await position();
      this.#draw(coords);
    } catch (error) {
      this.entry.home?.say(failureText(error));
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  #draw({ latitude, longitude, accuracy }) {
    const here = L.latLng(latitude, longitude);
    const metres = Math.max(1, Math.round(accuracy));
    this.dot?.remove();
    this.circle?.remove();
    const node = el("span", { role: "img", "aria-label": t("you_are_here", { metres }) });
    node.className = "here";
    const icon = L.divIcon({ className: "here-at", html: node, iconSize: [20, 20] });
    this.circle = L.circle(here, { radius: accuracy, className: "here-round", interactive: false }).addTo(this.map);
    this.dot = L.marker(here, { icon, interactive: false, keyboard: false }).addTo(this.map);
    const camera = this.entry.home?.camera ?? new Camera(this.map);
    camera.look(here, Math.max(this.map.getZoom(), CLOSE_ZOOM), true);
    this.entry.home?.here(here, accuracy);
  }
}
