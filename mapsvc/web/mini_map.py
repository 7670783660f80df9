"""The small map of a record page: a picture of one place or of several, or a map to move about."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mapsvc.spatial.ground import ground_near
from mapsvc.web.current import connection, services
from mapsvc.web.folium_elements import ShellOptions, map_texts, render_shell
from mapsvc.web.home import ground
from mapsvc.web.i18n import language

Bounds = tuple[float, float, float, float]
_CLOSE_ZOOM = 16
#: Places that are asked for ground before a map is left out.
_ASKED = 5
_COARSE_ZOOM = 15
#: The margin around several places, as a share of their box, and the least half width of a box in degrees.
_MARGIN, _LEAST = 0.2, 0.002


def mini_map(
    places: Sequence[Mapping[str, Any]], *, bounds: Bounds | None = None, moving: bool = False
) -> dict[str, Any] | None:
    """Return shell, data and texts for `maps.canvas` and `maps.scripts`; None where nothing has a position
    or where the map would be empty ground.

    `places` are members of /places.json; `bounds` (west, south, east, north in degrees) wins over them. `moving`
    makes a map that a visitor can move, with buttons to zoom.
    """
    if not places and bounds is None:
        return None
    if bounds is None and not services().settings.basemap_url and not _ground_known(places):
        return None
    # A map that moves fits its places itself, with room for its buttons.
    if bounds is None and not moving and len({(place["lon"], place["lat"]) for place in places}) > 1:
        bounds = _around(places)
    lon, lat = (places[0]["lon"], places[0]["lat"]) if bounds is None else _middle(bounds)
    zoom = _CLOSE_ZOOM if not places or places[0]["precision"] == "exact" else _COARSE_ZOOM
    kind: Literal["desk", "mini"] = "desk" if moving else "mini"
    options = ShellOptions(kind=kind, lat=lat, lon=lon, zoom=zoom, bounds=bounds, lang=language(), **ground())
    return {"shell": render_shell(options), "data": {"places": list(places)}, "texts": map_texts()}


def _ground_known(places: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether our own background draws anything around one of the places; a pin on nothing helps nobody."""
    return any(ground_near(connection(), place["lon"], place["lat"]) for place in places[:_ASKED])


def elsewhere(lon: float, lat: float) -> str:
    """Return the address of the place on openstreetmap.org, for a record that our own background does not reach."""
    return f"https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=17/{lat:.5f}/{lon:.5f}"


def _around(places: Sequence[Mapping[str, Any]]) -> Bounds:
    lons, lats = [place["lon"] for place in places], [place["lat"] for place in places]
    wide = max((max(lons) - min(lons)) * _MARGIN, _LEAST)
    high = max((max(lats) - min(lats)) * _MARGIN, _LEAST)
    return min(lons) - wide, min(lats) - high, max(lons) + wide, max(lats) + high


def _middle(bounds: Bounds) -> tuple[float, float]:
    west, south, east, north = bounds
    return (west + east) / 2, (south + north) / 2
