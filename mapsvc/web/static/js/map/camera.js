// Moving the map so that nothing ends under the panel, the sheet, the legend or a button.

import { still } from "./motion.js";

// Room around a marker: half its hit area to the sides, its whole height above the tip, its label below.
const ROOM = { top: 52, right: 26, bottom: 34, left: 26 };
const STRIP_GAP_PX = 24;
const CLOSE_ZOOM = 17;

export class Camera {
  // chrome: elements that lie over the map and reach one of its edges, as {element, edge}.
  constructor(map, chrome = []) {
    this.map = map;
    this.chrome = chrome;
    // What stands at the lower edge without covering all of it: nothing is flown there, but it may be seen there.
    this.strip = null;
  }

  #room() {
    const strip = this.strip?.getBoundingClientRect();
    return { ...ROOM, bottom: ROOM.bottom + (strip?.height ?? 0) + (strip ? STRIP_GAP_PX : 0) };
  }

  // How many pixels of each edge are covered.
  covered() {
    const box = this.map.getContainer().getBoundingClientRect();
    const covered = { top: 0, right: 0, bottom: 0, left: 0 };
    for (const { element, edge, height } of this.chrome) {
      const rect = element.getBoundingClientRect();
      if (!rect.width || !rect.height) continue;
      const reach = {
        top: rect.bottom - box.top,
        right: box.right - rect.left,
        bottom: height ? height() : box.bottom - rect.top,
        left: rect.right - box.left,
      }[edge()];
      covered[edge()] = Math.max(covered[edge()], reach);
    }
    return covered;
  }

  // The pixels of the map that can be seen, as Leaflet bounds in container points.
  window() {
    const size = this.map.getSize();
    const { top, right, bottom, left } = this.covered();
    return L.bounds([left, top], [Math.max(size.x - right, left + 1), Math.max(size.y - bottom, top + 1)]);
  }

  bounds() {
    const { min, max } = this.window();
    return L.latLngBounds(this.map.containerPointToLatLng(min), this.map.containerPointToLatLng(max));
  }

  middle() {
    return this.map.containerPointToLatLng(this.window().getCenter());
  }

  // Puts a position into the middle of what can be seen.
  look(position, zoom = this.map.getZoom(), animate = false) {
    const shift = this.window().getCenter().subtract(this.map.getSize().divideBy(2));
    const centre = this.map.unproject(this.map.project(position, zoom).subtract(shift), zoom);
    this.map.setView(centre, zoom, { animate: animate && !still() });
  }

  fit(bounds, maxZoom = this.map.getMaxZoom()) {
    const { top, right, bottom, left } = this.covered();
    const room = this.#room();
    const options = {
      paddingTopLeft: [left + room.left, top + room.top],
      paddingBottomRight: [right + room.right, bottom + room.bottom],
      maxZoom,
    };
    if (still()) this.map.fitBounds(bounds, { ...options, animate: false });
    else this.map.flyToBounds(bounds, { ...options, duration: 0.5 });
  }

  shows(position) {
    return this.window().contains(this.map.latLngToContainerPoint(position));
  }

  // Whether a marker there could be seen whole, clear of everything.
  sees(position) {
    const { min, max } = this.window();
    const room = this.#room();
    const inner = L.bounds(min.add([room.left, room.top]), max.subtract([room.right, room.bottom]));
    return inner.contains(this.map.latLngToContainerPoint(position));
  }

  // Flies only when the target is out of view or too far away to be told apart.
  go(position, zoom = CLOSE_ZOOM) {
    if (this.map.getZoom() >= zoom && this.sees(position)) return;
    this.look(position, Math.max(this.map.getZoom(), zoom), true);
  }
}
