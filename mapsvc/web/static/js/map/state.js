// The address of the page says what is looked at and which filters hold, so that it can be shared.

export const KINDS = ["space", "initiative", "pact"];
const LISTS = ["status", "age", "category"];
const SINGLES = ["area", "min_m2", "max_m2", "q"];

export function noFilters() {
  return { kinds: [...KINDS], status: [], age: [], category: [], area: "", min_m2: "", max_m2: "", q: "" };
}

export function readView(search = location.search) {
  const query = new URLSearchParams(search);
  const [lat, lon, zoom] = ["lat", "lon", "z"].map((name) => (query.has(name) ? Number(query.get(name)) : NaN));
  if (!Number.isFinite(lat) || !Number.isFinite(lon) || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null;
  return { lat, lon, zoom: Number.isInteger(zoom) ? zoom : null };
}

export function readFilters(search = location.search) {
  const query = new URLSearchParams(search);
  const filters = noFilters();
  if (query.has("kinds")) filters.kinds = list(query, "kinds").filter((kind) => KINDS.includes(kind));
  for (const name of LISTS) filters[name] = list(query, name);
  for (const name of SINGLES) filters[name] = query.get(name) ?? "";
  return filters;
}

// The filters as parameters, as the address and the endpoint both understand them.
export function filterParameters(filters) {
  const query = new URLSearchParams();
  if (filters.kinds.length !== KINDS.length) query.set("kinds", filters.kinds.join(","));
  for (const name of LISTS) if (filters[name].length) query.set(name, filters[name].join(","));
  for (const name of SINGLES) if (filters[name]) query.set(name, filters[name]);
  return query;
}

export function writeState(view, filters) {
  const query = filterParameters(filters);
  const lang = new URLSearchParams(location.search).get("lang");
  if (lang) query.set("lang", lang);
  query.set("lat", view.lat.toFixed(5));
  query.set("lon", view.lon.toFixed(5));
  query.set("z", String(view.zoom));
  // Commas need no escape in a query, and the address is for people.
  history.replaceState(history.state, "", `${location.pathname}?${query.toString().replaceAll("%2C", ",")}`);
}

// What the dialog counts: everything but the kinds, which the chips show.
export function filterCount(filters) {
  const lists = LISTS.filter((name) => filters[name].length).length;
  return lists + (filters.area ? 1 : 0) + (filters.min_m2 || filters.max_m2 ? 1 : 0);
}

export function isFiltered(filters) {
  return filterCount(filters) > 0 || Boolean(filters.q) || filters.kinds.length < KINDS.length;
}

function list(query, name) {
  return query.getAll(name).flatMap((value) => value.split(",")).filter(Boolean);
}
