// The link to mark a space starts the flow where the visitor looks.

import { Camera } from "./camera.js";

export function loadMarkLink(map, options, entry) {
  const link = entry.page.querySelector("a.btn-mark");
  if (!link) return;
  const camera = entry.home?.camera ?? new Camera(map);
  const follow = () => {
    const middle = camera.middle();
    const query = new URLSearchParams({ lat: middle.lat.toFixed(5), lon: middle.lng.toFixed(5) });
    query.set("z", String(map.getZoom()));
    const lang = new URLSearchParams(location.search).get("lang");
    if (lang) query.set("lang", lang);
    link.href = `${options.url}?${query}`;
  };
  map.on("moveend", follow);
  follow();
}
