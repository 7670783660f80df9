"""What a group's map shows first: shell, records and bounds, the same for page, embed and editor."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import ngettext

from mapsvc.domain.small_groups import ShownCount
from mapsvc.spatial import maps, places
from mapsvc.spatial.filters import Filters
from mapsvc.web.current import city, connection
from mapsvc.web.folium_elements import Shell, ShellOptions, box_around, render_shell
from mapsvc.web.home import ground
from mapsvc.web.i18n import language, number_text
from mapsvc.web.place_words import view_json, with_few

Bounds = tuple[float, float, float, float]
#: Up to here a map sends all its records at once and none is clustered; moving it asks for nothing more.
MOST_AT_ONCE = 30
_MODULE = "js/embed/boot.js"
_TILE_PX = 256
# A middling embed; the browser fits the bounds again once it knows the real size.
_GUESSED_PX = (500, 400)
_LOWEST_ZOOM, _CLOSEST_ZOOM = 3, 17


@dataclass(frozen=True)
class MapView:
    """A map ready for a template: `data` is the block from which the browser draws and without it the list is made."""

    shell: Shell
    data: dict[str, Any]
    total_text: str


def map_view(
    filters: Filters, places_url: str, *, answers_url: str = "", bounds: Bounds | None = None, at_once: bool = True
) -> MapView:
    """Return the first view of the records that the filters let through; `bounds` in degrees win over their extent.

    `places_url` answers as /places.json does; below `answers_url` one-tap answers are taken, none without it.
    `at_once` False always asks by box, as the editor needs it.
    """
    found = maps.extent(connection(), filters)
    fitted = bounds or _fitting(found.bounds)
    lat, lon, zoom = _camera(fitted)
    whole = at_once and found.total <= MOST_AT_ONCE
    box = places.Box(*_widened(found.bounds)) if whole and found.bounds else _box(lat, lon, zoom, fitted)
    # At the closest zoom nothing is clustered, so that a small map gets each of its records.
    view = places.view(connection(), box, places.NEAR_ZOOM if whole else zoom, filters)
    shell = render_shell(
        ShellOptions(kind="embed", lat=lat, lon=lon, zoom=zoom, bounds=fitted, lang=language(), **ground())
    )
    data = view_json(view) | {"url": places_url, "whole": whole, "padded": bounds is None, "answers": answers_url}
    return MapView(replace(shell, module=_MODULE), data, total_text(found.shown))


def stored_bounds(view: Mapping[str, Any]) -> Bounds | None:
    """Return the bounds of a stored view, None where all places are to fit."""
    bounds = view.get("bounds")
    return (bounds[0], bounds[1], bounds[2], bounds[3]) if bounds else None


def total_text(total: ShownCount) -> str:
    """Return how many places a map has, in words."""
    words = ngettext("%(count)s place", "%(count)s places", total.count, count=number_text(total.count))
    return with_few(words, total.few)


def _camera(bounds: Bounds | None) -> tuple[float, float, int]:
    """Return latitude, longitude and zoom from which an embed of middling size shows the bounds."""
    start = city()
    if bounds is None:
        return start.lat, start.lon, start.zoom
    west, south = places.mercator(bounds[0], bounds[1])
    east, north = places.mercator(bounds[2], bounds[3])
    lon, lat = places.degrees((west + east) / 2, (south + north) / 2)
    return round(lat, 6), round(lon, 6), max(_zoom(bounds), _LOWEST_ZOOM)


def _zoom(bounds: Bounds) -> int:
    """Return the highest zoom at which the bounds fit into an embed of middling size; it may be too low to exist."""
    west, south = places.mercator(bounds[0], bounds[1])
    east, north = places.mercator(bounds[2], bounds[3])
    width, height = _GUESSED_PX
    scale = max((east - west) / width, (north - south) / height)
    if scale <= 0:
        return _CLOSEST_ZOOM
    return min(math.floor(math.log2(2 * places.WORLD / _TILE_PX / scale)), _CLOSEST_ZOOM)


def _fitting(extent: Bounds | None) -> Bounds | None:
    # Places on several continents fit into no embed, and their middle is an ocean: then the map opens on the city.
    return extent if extent and _zoom(extent) > _LOWEST_ZOOM else None


def _box(lat: float, lon: float, zoom: int, bounds: Bounds | None) -> places.Box:
    return places.Box(*(bounds or box_around(lat, lon, zoom)))


def _widened(bounds: Bounds) -> Bounds:
    # A record on the very edge, or a single one, must lie within the box in spite of rounding.
    margin = 0.0001
    return bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin
