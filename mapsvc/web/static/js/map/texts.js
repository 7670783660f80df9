// Words of the server's catalogue, figures in the reader's language.

import { dataBlock } from "./dom.js";

const words = dataBlock("texts") ?? {};
const lang = document.documentElement.lang || "en";
const figures = new Intl.NumberFormat(lang);

export function t(key, values = {}) {
  const pattern = words[key] ?? key;
  return pattern.replace(/%\((\w+)\)s/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// A sentence with a count: "<key>_one" for one, "<key>" for the rest, as both languages need.
export function counted(key, count) {
  return t(count === 1 ? `${key}_one` : key, { count: figures.format(count) });
}

export function distanceText(metres) {
  if (metres < 950) return `${figures.format(Math.max(10, Math.round(metres / 10) * 10))} m`;
  const digits = metres < 9950 ? 1 : 0;
  return `${new Intl.NumberFormat(lang, { maximumFractionDigits: digits }).format(metres / 1000)} km`;
}

export function language() {
  return lang;
}
