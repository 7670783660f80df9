// Map and list of a group's map. A small map has all its records from the start; a large one asks by box.

import { Answers } from "../map/answers.js";
import { Camera } from "../map/camera.js";
import { dataBlock, el } from "../map/dom.js";
import { PlaceList } from "../map/list.js";
import { PlacesLayer, PlacesSource } from "../map/places.js";
import { Renewal } from "../map/renewal.js";
import { isFiltered, noFilters } from "../map/state.js";
import { t } from "../map/texts.js";

const PAUSE_MS = 250;
const CLOSE_ZOOM = 17;
const MOST_ROWS = 60;
const PADDING_PX = 44;

export class MapView {
  constructor(map, entry) {
    this.map = map;
    this.page = entry.page;
    this.bounds = entry.options.view.bounds;
    this.first = dataBlock("view");
    this.filters = noFilters();
    this.moved = false;
    this.camera = new Camera(map);
    this.source = new PlacesSource(this.first.url);
    this.layer = new PlacesLayer(map, {
      onSelect: (place) => this.select(place),
      onCluster: (cluster) => this.#open(cluster),
      onHover: (place, on) => this.list.hover(place.id, on),
    });
    this.list = new PlaceList(this.find("rows"), {
      onFocus: (place) => this.select(place),
      onHover: (place, on) => this.layer.hover(place.id, on),
      onAnswer: (place, claim, button) => this.answers.send(place, claim, button),
    });
    this.answers = new Answers("", (saved) => this.#answered(saved.place), (place) => `${this.first.answers}${place.url}/observations`);
    this.renewal = new Renewal(this.find("rows"));
    this.fit();
    this.#show(this.first);
    if (!this.first.whole) this.load();
    map.on("movestart", () => this.first.whole || this.renewal.begin());
    map.on("moveend", () => this.#later());
    // An iframe that was hidden or not yet laid out has no size to fit into until somebody looks at it.
    map.on("click", () => this.#release());
    map.on("resize", () => this.moved || this.fit());
    map.on("dragstart zoomstart", () => { this.moved ||= !this.fitting; });
    this.page.addEventListener("keydown", (event) => this.#key(event));
    for (const button of this.page.querySelectorAll("[data-choose]")) {
      button.addEventListener("click", () => this.#choose(button.dataset.choose));
    }
  }

  find(name) {
    return this.page.querySelector(`[data-view="${name}"]`);
  }

  fit() {
    const size = this.map.getSize();
    if (!this.bounds || !size.x || !size.y) return;
    const [west, south, east, north] = this.bounds;
    const padding = this.first.padded ? [PADDING_PX, PADDING_PX] : [0, 0];
    this.fitting = true;
    this.map.fitBounds([[south, west], [north, east]], { padding, maxZoom: CLOSE_ZOOM, animate: false });
    this.fitting = false;
  }

  // The editor changes what the map shows.
  setFilters(filters) {
    this.filters = filters;
    this.load();
  }

  async load() {
    const turn = this.renewal.begin();
    try {
      // A map that is hidden behind its list has no box to ask for; the list keeps what it shows.
      if (!this.map.getSize().x) return;
      this.#show(await this.source.fetch(this.map.getBounds(), this.map.getZoom(), this.filters));
    } catch (error) {
      if (error.name !== "AbortError") this.#failed();
    } finally {
      this.renewal.end(turn);
    }
  }

  // A map that has all its records from the start keeps them; only the answered one changes.
  #answered(place) {
    if (!this.first.whole) {
      this.load();
      return;
    }
    this.first.places = this.first.places.map((one) => (one.id === place.id ? { ...one, ...place, on_map: one.on_map } : one));
    this.#show(this.first);
  }

  #later() {
    if (this.first.whole) return;
    this.renewal.begin();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.load(), PAUSE_MS);
  }

  #show(answer) {
    // The editor's preview has nowhere to send answers to.
    const places = answer.places.map((place) => ({ ...place, answerable: place.answerable && Boolean(this.first.answers) }));
    const rows = places.slice(0, MOST_ROWS);
    this.list.show(rows, null);
    this.layer.show(places, answer.clusters);
    this.list.select(this.layer.selectedId);
    this.#note(answer, rows.length);
    if (this.first.whole) return;
    this.find("total").textContent = answer.total_text;
    if (this.find("status").textContent !== answer.total_text) this.find("status").textContent = answer.total_text;
  }

  #note(answer, listed) {
    const note = this.find("note");
    note.replaceChildren();
    if (!answer.total && !answer.few) note.append(el("p", {}, t(isFiltered(this.filters) ? "empty_filtered" : "empty")));
    else if (answer.total > listed) note.append(el("p", { class: "cap" }, t("nearest_only", { count: listed })));
  }

  #failed() {
    const again = el("button", { type: "button", class: "btn btn-secondary btn-sm" }, t("try_again"));
    again.addEventListener("click", () => this.load());
    this.find("note").replaceChildren(el("p", { role: "alert" }, t("load_failed")), again);
  }

  // A tap selects the marker and its row; the focus stays where it is.
  select(place) {
    this.layer.select(place.id);
    this.list.select(place.id);
    this.list.reveal(place.id);
    const position = L.latLng(place.lat, place.lon);
    if (!this.camera.shows(position) || this.#covered(position)) this.camera.look(position, this.map.getZoom(), true);
  }

  // In a narrow embed the chosen row lies over the foot of the map.
  #covered(position) {
    const list = this.find("scroll");
    if (getComputedStyle(list).position !== "absolute") return false;
    const top = this.map.getContainer().getBoundingClientRect().top;
    return top + this.map.latLngToContainerPoint(position).y > list.getBoundingClientRect().top;
  }

  #release() {
    this.layer.select(null);
    this.list.select(null);
  }

  #open(cluster) {
    const [west, south, east, north] = cluster.bounds;
    const bounds = L.latLngBounds([south, west], [north, east]);
    // A cluster of one spot, or one that fits already, would not open by flying to its box.
    if (this.map.getBoundsZoom(bounds) > this.map.getZoom()) this.camera.fit(bounds);
    else this.camera.look(L.latLng(cluster.lat, cluster.lon), Math.min(this.map.getZoom() + 2, this.map.getMaxZoom()), true);
  }

  #choose(face) {
    this.page.dataset.show = face;
    for (const button of this.page.querySelectorAll("[data-choose]")) {
      button.setAttribute("aria-pressed", String(button.dataset.choose === face));
    }
  }

  #key(event) {
    const marker = event.key === "Escape" ? event.target.closest(".mk[data-place]") : null;
    if (!marker) return;
    event.preventDefault();
    this.list.focus(marker.dataset.place);
  }
}
