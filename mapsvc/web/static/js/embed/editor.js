// The editor of a map: the preview follows the form, the view is picked on it, the line to copy follows its options.

import { KINDS, noFilters } from "../map/state.js";

const form = document.querySelector("form[data-editor]");
const LISTS = ["status", "age", "category"];
const SINGLES = ["area", "min_m2", "max_m2", "q"];
const PAUSE_MS = 300;
let shown = null;
let timer = 0;

function filtersOf() {
  const data = new FormData(form);
  const kinds = data.getAll("kinds");
  const filters = { ...noFilters(), kinds: kinds.length ? kinds : [...KINDS] };
  for (const name of LISTS) filters[name] = data.getAll(name);
  for (const name of SINGLES) filters[name] = String(data.get(name) ?? "").trim();
  return filters;
}

function refresh() {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => shown?.setFilters(filtersOf()), PAUSE_MS);
}

form.addEventListener("input", (event) => {
  const { name, value } = event.target;
  const place = name === "title" || name === "intro" ? document.querySelector(`[data-view="${name}"]`) : null;
  if (place) {
    place.textContent = value;
    place.hidden = !value;
  } else if (name !== "state") {
    refresh();
  }
});

const view = form.elements.namedItem("view");
const fit = document.querySelector("[data-view-fit]");
const say = document.querySelector("[data-view-say]");

function choose(bounds) {
  view.value = bounds ? bounds.map((part) => part.toFixed(5)).join(",") : "";
  fit.hidden = !bounds;
  say.textContent = bounds ? say.dataset.fixed : say.dataset.fitted;
}

document.querySelector("[data-view-use]").addEventListener("click", () => {
  const bounds = shown.map.getBounds();
  choose([bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]);
});
fit.addEventListener("click", () => {
  choose(null);
  document.querySelector("[data-view-use]").focus();
});

// The preview may have started before or after this file ran.
function begin(entry) {
  shown = entry?.view ?? null;
  shown?.setFilters(filtersOf());
}
document.addEventListener("mapsvc:view", (event) => begin(event.detail));
begin(Object.values(window.mapsvcMaps ?? {})[0]);

const line = document.querySelector("[data-line]");
const options = document.querySelector("[data-line-options]");

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&#34;");
}

options?.addEventListener("change", () => {
  const query = new URLSearchParams();
  for (const name of ["theme", "lang"]) {
    const { value } = options.querySelector(`[name="${name}"]`);
    if (value) query.set(name, value);
  }
  const address = query.size ? `${line.dataset.address}?${query}` : line.dataset.address;
  const { value: height } = options.querySelector('[name="height"]');
  line.value = `<iframe src="${escaped(address)}" title="${escaped(line.dataset.title)}" width="100%" height="${height}" loading="lazy" style="border:0"></iframe>`;
});

document.querySelector("[data-copy]")?.addEventListener("click", async (event) => {
  const button = event.currentTarget;
  line.select();
  try {
    await navigator.clipboard.writeText(line.value);
    button.querySelector("span").textContent = button.dataset.copied;
  } catch {
    // Without the right to write, the selected line waits for the reader's own copy.
    line.focus();
  }
});
