// The search box: a combobox with a list of streets, areas and records.

import { el, icon } from "./dom.js";
import { counted, language, t } from "./texts.js";

const PAUSE_MS = 180;
const SHORTEST = 2;
const SYMBOLS = {
  space: ["s-space", "m-confirmed"], initiative: ["s-init", "m-initiative"], pact: ["s-pact", "m-pact"],
  area: ["s-area", "m-area"],
};

export class Search {
  // input: <input role="combobox">; list: <ul role="listbox">; status: a live region.
  constructor({ input, list, status, url, middle, onChoose, onSubmit }) {
    Object.assign(this, { input, list, status, url, middle, onChoose, onSubmit });
    this.results = [];
    this.active = -1;
    this.timer = null;
    this.running = null;
    input.addEventListener("input", () => this.#later());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
    // The list must not take the focus from the input, or the blur would close it before the click.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option?.dataset.index) this.#choose(Number(option.dataset.index));
    });
  }

  close() {
    this.running?.abort();
    window.clearTimeout(this.timer);
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #later() {
    window.clearTimeout(this.timer);
    if (this.input.value.trim().length < SHORTEST) {
      this.close();
      if (!this.input.value.trim()) this.onSubmit("");
      return;
    }
    this.timer = window.setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    this.running?.abort();
    this.running = new AbortController();
    const middle = this.middle();
    const query = new URLSearchParams({ q: this.input.value.trim(), lang: language() });
    query.set("lon", middle.lng.toFixed(4));
    query.set("lat", middle.lat.toFixed(4));
    try {
      const answer = await fetch(`${this.url}?${query}`, { signal: this.running.signal });
      if (!answer.ok) throw new Error(`search: ${answer.status}`);
      this.#show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") this.#say(t("search_failed"));
    }
  }

  #show(results) {
    this.results = results;
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    if (!results.length) {
      this.#say(t("no_results"));
      return;
    }
    this.list.replaceChildren(...results.map((result, index) => this.#option(result, index)));
    this.status.textContent = counted("results", results.length);
    this.#open();
  }

  #say(text) {
    this.results = [];
    this.list.replaceChildren(el("li", { class: "none", role: "option", "aria-disabled": "true" }, text));
    this.status.textContent = text;
    this.#open();
  }

  #open() {
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  #option(result, index) {
    const where = [t(`type_${result.type}`), result.context].filter(Boolean).join(" · ");
    return el(
      "li",
      { role: "option", id: `${this.list.id}-${index}`, "data-index": index, "aria-selected": "false" },
      pictureOf(result),
      el("b", {}, result.name),
      el("span", { class: "cap" }, where),
    );
  }

  #key(event) {
    const open = !this.list.hidden && this.results.length > 0;
    if (event.key === "Escape") {
      if (!this.list.hidden) this.close();
      else this.input.value = "";
      event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && this.active >= 0) this.#choose(this.active);
      else this.#submit();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const count = this.results.length;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.#activate(this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count);
    }
  }

  #activate(index) {
    this.active = index;
    [...this.list.children].forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === index));
      if (place === index) option.scrollIntoView({ block: "nearest" });
    });
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
  }

  #submit() {
    this.close();
    this.onSubmit(this.input.value.trim());
  }

  #choose(index) {
    const result = this.results[index];
    this.input.value = result.name;
    this.close();
    this.onChoose(result);
  }
}

function pictureOf(result) {
  if (!SYMBOLS[result.type]) return icon("pin");
  // A space shows how sure we are of it; the keyhole is for the confirmed ones only.
  const [css, symbol] = result.symbol ? [result.css, result.symbol] : SYMBOLS[result.type];
  const picture = icon("pin");
  picture.setAttribute("class", css);
  picture.setAttribute("viewBox", "0 0 38 43");
  picture.firstChild.setAttribute("href", `#${symbol}`);
  return picture;
}
