// The rows beside the map: the same records in the same order, and for the selected one the one-tap answers.

import { el, symbolOf } from "./dom.js";
import { distanceText, t } from "./texts.js";

export class PlaceList {
  // root: the <ul class="rows">; actions: onFocus(place), onHover(place, on), onAnswer(place, claim, button).
  constructor(root, actions) {
    this.root = root;
    this.actions = actions;
    this.items = new Map();
    this.selectedId = null;
    root.replaceChildren();
    root.addEventListener("keydown", (event) => this.#move(event));
  }

  // from: the position that distances count from, with the words that say so.
  show(places, from) {
    const wanted = new Set(places.map((place) => place.id));
    for (const [id, item] of this.items) {
      if (!wanted.has(id)) {
        item.node.remove();
        this.items.delete(id);
      }
    }
    for (const place of places) {
      const item = this.items.get(place.id) ?? this.#newItem(place);
      item.place = place;
      this.#fill(item, from);
    }
    this.#order(places);
    if (!wanted.has(this.selectedId)) this.selectedId = null;
  }

  select(id) {
    const before = this.items.get(this.selectedId);
    if (before && this.selectedId !== id) {
      before.link.classList.remove("on");
      before.link.removeAttribute("aria-current");
      before.quick?.remove();
      before.quick = null;
    }
    this.selectedId = id;
    const item = this.items.get(id);
    if (!item) return;
    item.link.classList.add("on");
    item.link.setAttribute("aria-current", "true");
    if (item.place.answerable && !item.quick) {
      item.quick = this.#quick(item);
      item.node.append(item.quick);
    }
  }

  // Brings a row to sight inside the list, without moving the page or the focus.
  reveal(id) {
    const node = this.items.get(id)?.node;
    if (!node) return;
    const scroller = this.root.parentElement;
    const box = scroller.getBoundingClientRect();
    const row = node.getBoundingClientRect();
    if (row.top < box.top) scroller.scrollTop += row.top - box.top;
    else if (row.bottom > box.bottom) scroller.scrollTop += Math.min(row.bottom - box.bottom, row.top - box.top);
  }

  focus(id) {
    this.items.get(id)?.link.focus();
  }

  hover(id, on) {
    this.items.get(id)?.link.classList.toggle("hover", on);
  }

  #newItem(place) {
    const link = el("a", { class: "rec" });
    const node = el("li", { "data-place": place.id }, link);
    const item = { node, link, place, quick: null, face: "" };
    link.addEventListener("focus", () => {
      // Only for the keyboard: a row that grows under a pressed mouse button would swallow the click.
      if (link.matches(":focus-visible")) this.actions.onFocus(item.place);
    });
    link.addEventListener("mouseenter", () => this.actions.onHover(item.place, true));
    link.addEventListener("mouseleave", () => this.actions.onHover(item.place, false));
    this.items.set(place.id, item);
    return item;
  }

  #fill(item, from) {
    const { place, link } = item;
    const metres = from ? from.position.distanceTo([place.lat, place.lon]) : null;
    const far = metres === null ? "" : distanceText(metres);
    const face = JSON.stringify([place, far]);
    if (face === item.face) return;
    item.face = face;
    link.href = place.url;
    const words = el("p", {}, el("em", {}, place.headline), place.when ? ` · ${place.when}` : "");
    if (place.detail) words.append(el("br"), place.detail);
    const distance = el("span", { class: "d num" }, far, el("span", { class: "vh" }, ` ${from?.words ?? ""}`));
    link.replaceChildren(symbolOf(place), el("b", { class: "rec-name" }, place.name), far ? distance : "", words);
  }

  #quick(item) {
    const button = (claim, text) => {
      const node = el("button", { type: "button", class: "btn btn-secondary btn-sm", "data-claim": claim }, text);
      node.addEventListener("click", () => this.actions.onAnswer(item.place, claim, node));
      return node;
    };
    const inUse = ["confirmed_occupied", "probable_occupied"].includes(item.place.status);
    return el(
      "div",
      { class: "quick", role: "group", "aria-label": t("there_now") },
      button("vacant", t(inUse ? "empty_now" : "still_empty")),
      button("occupied", t(inUse ? "still_in_use" : "now_in_use")),
    );
  }

  // Puts the rows into order without moving the one that holds the focus.
  #order(places) {
    const nodes = places.map((place) => this.items.get(place.id).node);
    const focused = nodes.findIndex((node) => node.contains(document.activeElement));
    nodes.forEach((node, index) => {
      if (focused >= 0 && index < focused) nodes[focused].before(node);
      else if (index !== focused) this.root.append(node);
    });
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches("a.rec")) return;
    const links = [...this.root.querySelectorAll("a.rec")];
    const next = links[links.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
