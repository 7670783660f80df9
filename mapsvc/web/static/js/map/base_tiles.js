// The street map of a tile server; where it does not answer, our own background takes its place.

import { Ground } from "./background.js";
import { showCredits } from "./credits.js";
import { t } from "./texts.js";

const FAILURES = 4;

export function loadTiles(map, options, entry) {
  const tiles = L.tileLayer(options.url, {
    maxNativeZoom: options.max_native_zoom,
    maxZoom: map.getMaxZoom(),
    // OpenStreetMap's servers refuse a request that does not say which site asks.
    referrerPolicy: "strict-origin-when-cross-origin",
  });
  const ground = new Ground(options.fallback.url, { streets: false }).addTo(map);
  let seen = 0;
  let failed = 0;

  function use(own) {
    ground.options.streets = own;
    ground.redrawAll();
    if (own) tiles.remove();
    else tiles.addTo(map).bringToBack();
    map.getContainer().toggleAttribute("data-own-ground", own);
    showCredits(map, own ? options.fallback.credits : [...options.credits, ...options.fallback.credits]);
  }

  tiles.on("tileload", () => (seen += 1));
  tiles.on("tileerror", () => {
    failed += 1;
    if (seen || failed < FAILURES || !map.hasLayer(tiles)) return;
    use(true);
    entry.home?.say(t("tiles_failed"));
  });
  entry.ground = {
    showAreas: (on) => ground.showAreas(on),
    showTiles: (on) => {
      seen = failed = 0;
      use(!on);
    },
  };
  use(false);
}
