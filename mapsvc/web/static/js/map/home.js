// The map page: one set of filters and one selection, shown by the map and by the list.

import { showToast } from "../toast.js";
import { Answers } from "./answers.js";
import { Camera } from "./camera.js";
import { dataBlock, el, isCoarse } from "./dom.js";
import { Filters } from "./filters.js";
import { PlaceList } from "./list.js";
import { countLooks } from "./looks.js";
import { PlacesLayer, PlacesSource } from "./places.js";
import { Renewal } from "./renewal.js";
import { Search } from "./search.js";
import { Sheet } from "./sheet.js";
import { isFiltered, noFilters, readFilters, readView, writeState } from "./state.js";
import { counted, t } from "./texts.js";

const PAUSE_MS = 150;
const ROWS = 60;
const LEAST_COARSE = 3;
const STANDING_HERE_M = 60;
const PHONE = window.matchMedia("(max-width: 719.98px)");

export function loadPlaces(map, options, entry) {
  if (!options.chrome) {
    quietPlaces(map, options);
    return;
  }
  entry.home = new Home(map, options, entry);
}

// Records as a backdrop, for picking a point between them.
function quietPlaces(map, options) {
  const source = new PlacesSource(options.url);
  const layer = new PlacesLayer(map, { interactive: false });
  let timer = null;
  const load = async () => {
    try {
      const answer = await source.fetch(map.getBounds(), map.getZoom(), { ...noFilters(), kinds: ["space"] });
      layer.show(answer.places, []);
    } catch (error) {
      // Without the backdrop the point can still be picked; the next move tries again.
      if (error.name !== "AbortError") layer.show([], []);
    }
  };
  map.on("moveend", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(load, PAUSE_MS);
  });
  load();
}

class Home {
  constructor(map, options, entry) {
    const { page } = entry;
    Object.assign(this, { map, options, page });
    this.find = (name) => page.querySelector(`[data-home="${name}"]`);
    this.filters = readFilters();
    this.selectedUrl = null;
    this.from = null;
    this.timer = null;
    this.source = new PlacesSource(options.url);
    this.layer = new PlacesLayer(map, {
      onSelect: (place) => this.select(place),
      onCluster: (cluster) => this.#open(cluster),
      onHover: (place, on) => this.list.hover(place.id, on),
    });
    this.#chrome();
    this.renewal = new Renewal(this.find("rows"));
    this.#look(entry.options.view);
    this.#first();
    map.on("movestart", () => this.renewal.begin());
    map.on("moveend", () => this.#moved());
    map.on("zoomstart", () => this.layer.show([], []));
    page.addEventListener("keydown", (event) => this.#key(event));
  }

  #chrome() {
    const { page } = this;
    this.sheet = new Sheet(this.find("sheet"), this.find("handle"), this.find("sheet-button"));
    this.camera = new Camera(this.map, [
      { element: this.find("panel"), edge: () => "left" },
      { element: this.find("top"), edge: () => (PHONE.matches ? "top" : "left") },
      {
        element: this.find("sheet"),
        edge: () => (PHONE.matches ? "bottom" : "left"),
        height: () => (PHONE.matches ? this.sheet.peek() : 0),
      },
    ]);
    this.camera.strip = page.querySelector(".strip");
    this.list = new PlaceList(this.find("rows"), {
      onFocus: (place) => this.select(place),
      onHover: (place, on) => this.layer.hover(place.id, on),
      onAnswer: (place, claim, button) => this.answers.send(place, claim, button),
    });
    this.answers = new Answers(this.page.dataset.csrf, () => this.load());
    this.filter = new Filters({
      chips: [...this.page.querySelectorAll(".chip[data-kind]")],
      openers: [...this.page.querySelectorAll("[data-filters]")],
      dialog: this.find("filters"),
      form: this.find("filters").querySelector("form"),
      filters: this.filters,
      onChange: (filters) => {
        this.filters = filters;
        writeState(this.#view(), filters);
        this.load();
      },
    });
    const input = this.find("search");
    input.value = this.filters.q;
    this.search = new Search({
      input,
      list: this.find("results"),
      status: this.find("status"),
      url: this.options.search,
      middle: () => this.camera.middle(),
      onChoose: (result) => this.#chosen(result),
      onSubmit: (q) => q !== this.filters.q && this.filter.set({ q }),
    });
    this.find("search-form").addEventListener("submit", (event) => event.preventDefault());
  }

  // Where the visit starts: the address, else what the server suggests.
  #look(view) {
    const asked = readView();
    if (asked) this.camera.look(L.latLng(asked.lat, asked.lon), this.#allowed(asked.zoom ?? view.zoom));
    else if (view.bounds) this.#fitNow(view.bounds);
    else this.camera.look(L.latLng(view.lat, view.lon), view.zoom);
  }

  #fitNow([west, south, east, north]) {
    const covered = this.camera.covered();
    this.map.fitBounds([[south, west], [north, east]], {
      paddingTopLeft: [covered.left, covered.top], paddingBottomRight: [covered.right, covered.bottom], animate: false,
    });
  }

  #allowed(zoom) {
    return Math.min(this.map.getMaxZoom(), Math.max(this.map.getMinZoom(), zoom));
  }

  // The first records come with the page, if the page was made for this place and zoom.
  #first() {
    const sent = dataBlock("places");
    const here = this.camera.bounds();
    if (!sent?.bbox || sent.zoom !== this.map.getZoom() || isSmaller(sent.bbox, here)) {
      this.load();
      return;
    }
    const inside = ({ lat, lon }) => here.contains([lat, lon]);
    const places = sent.places.filter(inside);
    const clusters = sent.clusters.filter(inside);
    const whole = places.length === sent.places.length && clusters.length === sent.clusters.length;
    // Records inside a cluster are rows too, but they are counted with their cluster.
    const drawn = clusters.length ? places.filter((place) => place.on_map) : places;
    const complete = whole || clusters.length || sent.places.length >= sent.total;
    const listed = whole ? sent : complete ? inView(drawn, clusters) : null;
    if (!listed) this.load();
    else this.#show({ ...sent, ...listed, places, clusters });
  }

  #moved() {
    this.renewal.begin();
    writeState(this.#view(), this.filters);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.load(), PAUSE_MS);
  }

  #view() {
    const { lat, lng } = this.camera.middle();
    return { lat, lon: lng, zoom: this.map.getZoom() };
  }

  async load() {
    const turn = this.renewal.begin();
    try {
      if (!this.filters.kinds.length) {
        this.source.drop();
        this.#show({ places: [], clusters: [], total: 0, total_text: counted("in_view", 0) });
        return;
      }
      this.#show(await this.source.fetch(this.camera.bounds(), this.map.getZoom(), this.filters));
    } catch (error) {
      if (error.name !== "AbortError") this.#failed();
    } finally {
      this.renewal.end(turn);
    }
  }

  #show(answer) {
    const selected = answer.places.find((place) => place.url === this.selectedUrl);
    const rows = answer.places.slice(0, ROWS);
    if (selected && !rows.includes(selected)) rows.unshift(selected);
    this.list.show(rows, this.from ?? { position: this.camera.middle(), words: t("from_middle") });
    this.layer.show(answer.places, answer.clusters);
    this.layer.select(selected?.id ?? null);
    this.list.select(selected?.id ?? null);
    this.find("total").textContent = answer.total_text;
    if (this.find("status").textContent !== answer.total_text) this.find("status").textContent = answer.total_text;
    this.#note(answer, rows.length);
  }

  // What stands below the rows: why there are none, that there are more, how old the data are.
  #note(answer, listed) {
    const note = this.find("note");
    note.replaceChildren();
    if (!answer.total && !answer.few) {
      const filtered = isFiltered(this.filters);
      note.append(el("p", {}, t(filtered ? "empty_filtered" : "empty")));
      if (filtered) note.append(this.#button("show_all", () => this.#showAll()));
    } else if (answer.total > listed) {
      note.append(el("p", { class: "cap" }, t("nearest_only", { count: listed })));
    }
    if (answer.as_of_text) note.append(el("p", { class: "cap" }, t("data_of", { date: answer.as_of_text })));
  }

  #failed() {
    const note = this.find("note");
    note.replaceChildren(el("p", { role: "alert" }, t("load_failed")), this.#button("try_again", () => this.load()));
  }

  #button(word, act) {
    const node = el("button", { type: "button", class: "btn btn-secondary btn-sm" }, t(word));
    node.addEventListener("click", act);
    return node;
  }

  #showAll() {
    this.find("search").value = "";
    this.filter.clear();
  }

  // A tap selects the marker and its row; the focus stays where it is.
  select(place) {
    this.selectedUrl = place.url;
    this.layer.select(place.id);
    this.list.select(place.id);
    this.list.reveal(place.id);
    const position = L.latLng(place.lat, place.lon);
    // On a phone the buttons cover half of their strip; on a desktop a marker beside them is well in view.
    const visible = PHONE.matches ? this.camera.sees(position) : this.camera.shows(position);
    if (!visible) this.camera.look(position, this.map.getZoom(), true);
  }

  #open(cluster) {
    const [west, south, east, north] = cluster.bounds;
    const bounds = L.latLngBounds([south, west], [north, east]);
    const middle = L.latLng(cluster.lat, cluster.lon);
    const zoom = this.map.getBoundsZoom(bounds);
    // A cluster of one spot, or one that fits already, would not open by flying to its box.
    if (zoom <= this.map.getZoom()) this.camera.look(middle, this.#allowed(this.map.getZoom() + 2), true);
    else this.camera.fit(bounds);
  }

  #chosen(result) {
    if (result.url) this.selectedUrl = result.url;
    if (this.filters.q) this.filter.set({ q: "" });
    if (result.bounds) {
      const [west, south, east, north] = result.bounds;
      this.camera.fit(L.latLngBounds([south, west], [north, east]), 18);
    } else {
      this.camera.go(L.latLng(result.lat, result.lon));
    }
    this.load();
  }

  // The visitor's position is known: distances count from it, and the nearest place gets its one-tap answers.
  here(position, accuracy) {
    this.from = { position, words: t("from_you") };
    const reach = Math.max(STANDING_HERE_M, accuracy);
    const near = [...this.list.items.values()].map((item) => item.place)
      .filter((place) => place.answerable && position.distanceTo([place.lat, place.lon]) <= reach)
      .sort((a, b) => position.distanceTo([a.lat, a.lon]) - position.distanceTo([b.lat, b.lon]));
    if (near.length) this.select(near[0]);
    countLooks(this.find("look"), position);
    this.load();
  }

  say(text) {
    showToast(text);
  }

  #key(event) {
    if (event.key !== "Escape") return;
    const marker = event.target.closest?.(".mk[data-place]");
    if (!marker) return;
    event.preventDefault();
    if (PHONE.matches) this.sheet.to(1);
    this.list.focus(marker.dataset.place);
  }
}

function isSmaller([west, south, east, north], bounds) {
  return west > bounds.getWest() || south > bounds.getSouth() || east < bounds.getEast() || north < bounds.getNorth();
}

// How many places a part of what was sent holds: one or two coarse ones are not counted, as the service does not.
function inView(drawn, clusters) {
  const coarse = drawn.filter(isCoarse).length;
  const told = coarse < LEAST_COARSE ? 0 : coarse;
  const few = told !== coarse || clusters.some((cluster) => cluster.few);
  const total = drawn.length - coarse + told + clusters.reduce((sum, cluster) => sum + cluster.count, 0);
  if (few && !total) return null;
  const words = counted("in_view", total);
  return { total, few, total_text: few ? t("and_a_few", { count: words }) : words };
}
