// Step 1: the address box knows the streets, and the form knows how the place was found.
//
// `placed` is "address" while the pin stands where the typed street led, "device" after a fix, "map" once somebody
// moved the map. Without this module the server finds the street of the typed address.

import { Search } from "../map/search.js";

const form = document.getElementById("mark-form");
const input = form.querySelector("[data-address]");
const placed = form.elements.namedItem("placed");
// From this zoom on, the middle of a map that somebody was looking at is a place and no longer a part of town.
const PLACE_ZOOM = 16;
// Whether a hand, a wheel or a key moved the map since the pin was last put somewhere.
let moved = false;
// Where the pin was put last; a change of the window's size must not carry it away.
let resting = null;

function entry() {
  return window.mapsvcMaps?.[form.dataset.pick.replace(/^map_/, "")];
}

function number(name) {
  return Number.parseFloat(form.elements.namedItem(name).value);
}

new Search({
  input,
  list: form.querySelector("[data-address-results]"),
  status: form.querySelector("[data-pick-status]"),
  url: "/mark/streets.json",
  middle: () => entry()?.map.getCenter().wrap() ?? { lng: number("lon") || 0, lat: number("lat") || 0 },
  onChoose: (street) => {
    placed.value = "address";
    moved = false;
    document.dispatchEvent(new CustomEvent("mapsvc:goto", { detail: { lon: street.lon, lat: street.lat } }));
  },
  onSubmit: (text) => {
    if (text) form.requestSubmit();
  },
});

// What is typed decides until the map is moved again.
input.addEventListener("input", () => {
  moved = false;
  placed.value = input.value.trim() ? "address" : "";
});

const ground = form.querySelector(".where-map .map");
for (const name of ["pointerdown", "wheel", "keydown"]) {
  ground.addEventListener(name, (event) => {
    if (event.key !== "Tab") moved = true;
  }, { capture: true, passive: true });
}
form.querySelector("[data-pick-position]").addEventListener("click", () => (moved = false));

form.addEventListener("mapsvc:picked", ({ detail }) => {
  if (moved) placed.value = "map";
  else if (entry()?.pick?.accuracy) placed.value = "device";
  resting = detail;
});

const map = entry()?.map;
if (map) {
  // The keyboard of a phone makes the map smaller and larger again; the pin stays where it was put.
  map.on("resize", () => {
    if (resting) map.setView([resting.lat, resting.lon], map.getZoom(), { animate: false });
  });
  if (Number.isFinite(number("lon"))) resting = { lon: number("lon"), lat: number("lat") };
  if (!placed.value && lookedAtAPlace()) placed.value = "map";
}

function lookedAtAPlace() {
  const asked = new URLSearchParams(location.search);
  return asked.has("lat") && asked.has("lon") && Number(asked.get("z")) >= PLACE_ZOOM;
}
