// Chips for the kinds, and the dialog for the rest; map and list always hold the same filters.

import { KINDS, filterCount, noFilters } from "./state.js";
import { t } from "./texts.js";

export class Filters {
  // chips: buttons with data-kind; openers: buttons that open the dialog.
  constructor({ chips, openers, dialog, form, filters, onChange }) {
    Object.assign(this, { chips, openers, dialog, form, filters, onChange });
    // Open without JavaScript, as a part of the page; from here on a dialog.
    dialog.removeAttribute("open");
    for (const chip of chips) chip.addEventListener("click", () => this.#toggle(chip.dataset.kind));
    for (const opener of openers) opener.addEventListener("click", () => this.#open());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply();
    });
    for (const closer of dialog.querySelectorAll("[data-close]")) {
      closer.addEventListener("click", () => dialog.close());
    }
    dialog.querySelector("[data-clear]").addEventListener("click", (event) => {
      event.preventDefault();
      this.clear();
      dialog.close();
    });
    // A tap beside the card closes it; the card itself fills the dialog.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    this.#draw();
  }

  set(change) {
    this.filters = { ...this.filters, ...change };
    this.#draw();
    this.onChange(this.filters);
  }

  clear() {
    this.set(noFilters());
  }

  #toggle(kind) {
    const on = new Set(this.filters.kinds);
    if (!on.delete(kind)) on.add(kind);
    this.set({ kinds: KINDS.filter((each) => on.has(each)) });
  }

  #open() {
    this.#fill();
    this.dialog.showModal();
  }

  #fill() {
    for (const field of this.form.elements) {
      if (!field.name || !(field.name in this.filters)) continue;
      if (field.type === "checkbox") field.checked = this.filters[field.name].includes(field.value);
      else field.value = this.filters[field.name];
    }
  }

  #apply() {
    if (!this.form.reportValidity()) return;
    const data = new FormData(this.form);
    const change = { q: this.filters.q };
    for (const name of ["status", "age", "category"]) change[name] = data.getAll(name);
    for (const name of ["area", "min_m2", "max_m2"]) change[name] = (data.get(name) ?? "").trim();
    const kinds = data.getAll("kinds");
    change.kinds = KINDS.filter((kind) => kinds.includes(kind));
    this.dialog.close();
    this.set(change);
  }

  #draw() {
    for (const chip of this.chips) {
      chip.setAttribute("aria-pressed", String(this.filters.kinds.includes(chip.dataset.kind)));
    }
    const count = filterCount(this.filters);
    for (const opener of this.openers) {
      opener.querySelector("[data-label]").textContent = count ? t("filters_on", { count }) : t("filters");
      opener.classList.toggle("on", count > 0);
    }
  }
}
