"""From options to a map shell that our own layout can place: HTML, script and vendored files.

Folium's page is taken apart: its viewport meta forbids zooming by hand, its styles would need unsafe-inline, and its
links point to foreign hosts. What stands on the map is not decided here but by the data the browser loads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from branca.element import CssLink, Figure, JavascriptLink
from markupsafe import Markup

from mapsvc.web.assets import local_url
from mapsvc.web.folium_elements import elements, verbatim

Kind = Literal["home", "mini", "desk", "mark", "embed"]

# The largest window for which the first list of records is sent within the page; a larger one asks once more.
_WINDOW_PX = (1920, 1080)
_TILE_PX = 256
_GROUND_CSS = "css/ground.css"
_MERCATOR_LIMIT_DEG = 85.0511
_MOVEMENTS = ("dragging", "touch_zoom", "scroll_wheel_zoom", "double_click_zoom", "box_zoom", "keyboard")


@dataclass(frozen=True, slots=True)
class Credit:
    """Who made the map data: a text, a shorter one for narrow maps, and where the licence stands."""

    text: str
    url: str | None = None
    short: str | None = None


@dataclass(frozen=True, slots=True)
class TileSource:
    """A raster tile server set by the deployment; ``url`` holds {z}, {x} and {y}."""

    url: str
    credit: Credit
    max_native_zoom: int = 19


@dataclass(frozen=True, slots=True)
class ShellOptions:
    """What a map page decides; longitudes and latitudes in degrees (WGS 84), bounds as west, south, east, north.

    kind: home (all chrome), mini (one record, a still picture), desk (table and map), mark (pick a point), embed.
    ``bounds`` wins over ``zoom`` once the browser knows the size of the window.
    """

    kind: Kind
    lat: float
    lon: float
    zoom: int
    map_id: str = "main"
    min_zoom: int = 3
    max_zoom: int = 19
    bounds: tuple[float, float, float, float] | None = None
    lang: str = "en"
    tiles: TileSource | None = None
    credits: tuple[Credit, ...] = ()
    background_url: str = "/background/{z}/{x}/{y}.json"
    places_url: str = "/places.json"
    search_url: str = "/search.json"
    mark_url: str = "/mark"


@dataclass(frozen=True, slots=True)
class Shell:
    """A map ready for a layout: ``script`` has no script tags, ``styles`` and ``scripts`` are paths below static."""

    map_id: str
    kind: Kind
    html: Markup
    script: Markup
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    module: str = "js/map/boot.js"


def box_around(lat: float, lon: float, zoom: int) -> tuple[float, float, float, float]:
    """Return the box (west, south, east, north, degrees) that a large window shows around a point at a zoom.

    The records of this box, sent within the page, spare the browser its first request.
    """
    world_px = _TILE_PX * 2**zoom
    half_lon = 180.0 * _WINDOW_PX[0] / world_px
    merc_y = math.asinh(math.tan(math.radians(lat)))
    half_y = math.pi * _WINDOW_PX[1] / world_px
    south, north = (math.degrees(math.atan(math.sinh(merc_y + sign * half_y))) for sign in (-1, 1))
    return (
        max(lon - half_lon, -180.0),
        max(south, -_MERCATOR_LIMIT_DEG),
        min(lon + half_lon, 180.0),
        min(north, _MERCATOR_LIMIT_DEG),
    )


def render_shell(options: ShellOptions) -> Shell:
    """Return the shell of a map.

    Raises RuntimeError when ``install()`` has not run, ValueError for a position that is no number, and the assets'
    own error for a file that is not vendored.
    """
    if not verbatim.installed():
        raise RuntimeError("folium_elements.install() must run at start-up, before the first map.")
    shell_map = _map_of(options)
    for part in _parts_of(options):
        shell_map.add_child(part)
    figure = shell_map.figure
    for child in list(figure._children.values()):
        child.render()
    styles, scripts = _links(figure, shell_map.get_name())
    return Shell(
        map_id=options.map_id,
        kind=options.kind,
        html=Markup(_joined(figure.html)),  # noqa: S704 - made of our macros and JSON only
        script=Markup(_joined(figure.script)),  # noqa: S704
        styles=(*styles, _GROUND_CSS),
        scripts=scripts,
    )


def _map_of(options: ShellOptions) -> elements.ShellMap:
    """Build the bare map; a mini map is a picture, so nothing on it moves or takes the focus."""
    leaflet: dict[str, Any] = {"world_copy_jump": True, "zoom_animation_threshold": 6}
    if options.kind == "mini":
        leaflet |= dict.fromkeys(_MOVEMENTS, False)
    shell_map = elements.ShellMap(options.map_id, (options.lat, options.lon), options.zoom, options.max_zoom, leaflet)
    shell_map.options["min_zoom"] = options.min_zoom
    return shell_map


def _parts_of(options: ShellOptions) -> Iterator[elements.MapPart]:
    """Yield the parts of a map in the order in which the browser loads them.

    What decides the view (records, pin) comes before the ground, or tiles of the first view would be asked for nothing.
    """
    map_id = options.map_id
    view = {"lat": options.lat, "lon": options.lon, "zoom": options.zoom, "bounds": options.bounds}
    yield elements.Registry(map_id, kind=options.kind, lang=options.lang, view=view)
    if options.kind == "home":
        yield elements.EndpointLayer(map_id, url=options.places_url, search=options.search_url, chrome=True)
        yield _ground(options)
        yield elements.Controls(map_id, zoom=True, position=True, layers=True)
        yield elements.Legend(map_id)
        yield elements.MarkLink(map_id, url=options.mark_url)
    elif options.kind == "mark":
        yield elements.PointPicker(map_id)
        yield _ground(options)
        yield elements.EndpointLayer(map_id, url=options.places_url, search=options.search_url, chrome=False)
        yield elements.Controls(map_id, zoom=True, position=False, layers=False)
    else:
        still = options.kind == "mini"
        yield elements.ShownPlaces(map_id, fit=not still and options.bounds is None, interactive=not still)
        yield _ground(options)
        if not still:
            yield elements.Controls(map_id, zoom=True, position=False, layers=False)
    yield elements.Ready(map_id)


def _ground(options: ShellOptions) -> elements.MapPart:
    """Return what lies under the records: the configured tiles, or our own background."""
    own = {"url": options.background_url, "credits": [asdict(credit) for credit in options.credits]}
    if options.tiles is None:
        return elements.Background(options.map_id, **own)
    return elements.BaseTiles(
        options.map_id,
        url=options.tiles.url,
        credits=[asdict(options.tiles.credit)],
        max_native_zoom=options.tiles.max_native_zoom,
        fallback=own,
    )


def _links(figure: Figure, map_name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the vendored styles and scripts of a figure, and refuse anything else in its head.

    The head of the map itself (viewport, styles, switches) and the content type are dropped: our layout has its own.
    """
    styles: list[str] = []
    scripts: list[str] = []
    for name, child in figure.header._children.items():
        if isinstance(child, CssLink):
            styles.append(local_url(child.url))
        elif isinstance(child, JavascriptLink):
            scripts.append(local_url(child.url))
        elif name not in ("meta_http", map_name):
            raise ValueError(f"An element puts {name!r} into the head of the page; give it a file instead.")
    return tuple(styles), tuple(scripts)


def _joined(part: Any) -> str:
    """Return one part of a figure as text, without the empty lines of Folium's templates."""
    lines = (line.strip() for line in part.render().splitlines())
    return "\n".join(line for line in lines if line)
