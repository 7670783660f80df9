// The loaders of our own pages.

import { loadBackground } from "./background.js";
import { loadTiles } from "./base_tiles.js";
import { loadControls } from "./controls.js";
import { loadPlaces } from "./home.js";
import { loadLegend } from "./legend.js";
import { loadMarkLink } from "./mark_link.js";
import { pickPoint } from "./pick.js";
import { showPlaces } from "./show.js";
import { startMaps } from "./start.js";

startMaps({
  loadBackground, loadTiles, loadControls, loadPlaces, loadLegend, loadMarkLink, pickPoint, showPlaces,
});
