"""Public places by box and zoom: clusters when far, places when near, straight from the views without an ORM."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.domain.errors import Invalid
from mapsvc.domain.small_groups import ShownCount, shown_count
from mapsvc.spatial.filters import Filters
from mapsvc.spatial.named_sql import named, source

#: Half the width of the world in web mercator, metres (EPSG:3857).
WORLD = 20037508.342789244
#: Markers are DOM elements that a keyboard reaches: a few hundred at most (maps.md).
MOST_MARKERS = 150
#: Rows of the list beside the map.
MOST_ROWS = 60
#: From this many places on, the list is looked for in the middle of the box first.
MANY = 2000
#: A cell of the cluster grid in pixels; a cluster is 46 px wide.
CELL_PIXELS = 80
#: The same where few places are in view: only those that would hide each other are joined.
FEW_PIXELS = 60
#: How far from the middle of its cell a cluster may be drawn, as a share of the cell: neighbours never overlap.
CELL_PLAY = 0.2
#: From this zoom on, neighbours are far enough apart to be drawn one by one, whatever their number in the box.
NEAR_ZOOM = 17


@dataclass(frozen=True)
class Box:
    """A box in degrees (EPSG:4326)."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def read(cls, value: str) -> "Box":
        """Read `west,south,east,north`; raise Invalid when it is not four numbers in order and on the map."""
        try:
            numbers = [float(part) for part in value.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
            raise Invalid("bbox must be west,south,east,north in degrees", "/bbox", code="bbox")
        west, south, east, north = numbers
        if not (-1080 <= west < east <= 1080 and -90 <= south < north <= 90):
            raise Invalid("bbox must be west,south,east,north in degrees", "/bbox", code="bbox")
        return cls(max(west, -180.0), max(south, -85.06), min(east, 180.0), min(north, 85.06))

    def mercator(self) -> dict[str, float]:
        """Return the box in metres of web mercator as query parameters."""
        west, south = mercator(self.west, self.south)
        east, north = mercator(self.east, self.north)
        return {"west": west, "south": south, "east": east, "north": north}


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Return x and y in metres of EPSG:3857."""
    x = lon * WORLD / 180
    y = math.log(math.tan((90 + lat) * math.pi / 360)) * WORLD / math.pi
    return x, y


def degrees(x: float, y: float) -> tuple[float, float]:
    """Return lon and lat of a point in EPSG:3857."""
    return x * 180 / WORLD, math.degrees(2 * math.atan(math.exp(y * math.pi / WORLD)) - math.pi / 2)


@dataclass(frozen=True)
class Cluster:
    """Several records that stand too close to be drawn apart; position and bounds in degrees.

    `few` says that one or two coarse records are among them, which none of the figures counts (`small_groups`).
    """

    lon: float
    lat: float
    count: int
    confirmed: int
    probable: int
    bounds: tuple[float, float, float, float]
    few: bool = False


@dataclass(frozen=True)
class View:
    """What a box holds: how many may be told, the clusters, the rows, and which of the rows are drawn as markers."""

    total: ShownCount
    clusters: tuple[Cluster, ...]
    rows: tuple[Mapping[str, Any], ...]
    drawn: frozenset[str]


def view(connection: Connection, box: Box, zoom: int, filters: Filters) -> View:
    """Return what a map of `zoom` shows of `box` (degrees)."""
    conditions, params = filters.sql()
    params |= box.mercator()
    pixels = CELL_PIXELS
    cells = _cells(connection, conditions, params, zoom, pixels)
    total = sum(cell["count"] for cell in cells)
    shown = shown_count(total - (coarse := sum(cell["coarse"] for cell in cells)), coarse)
    if total <= MOST_MARKERS and zoom >= NEAR_ZOOM:
        rows = _run(connection, "places", conditions, params | {"limit": MOST_MARKERS})
        return View(shown, (), tuple(rows), frozenset(str(row["id"]) + str(row["lon"]) for row in rows))
    if total <= MOST_MARKERS:
        pixels = FEW_PIXELS
        cells = _cells(connection, conditions, params, zoom, pixels)
    rows = _nearest(connection, conditions, params, total)
    lone = {(cell["any_slug"], round(cell["x"], 3)) for cell in cells if cell["count"] == 1}
    if lone:
        slugs = sorted(slug for slug, _ in lone)[:MOST_MARKERS]
        known = {(row["id"], row["lon"]) for row in rows}
        found = _run(
            connection, "places", f"{conditions} AND p.slug = ANY (:slugs)", params | {"slugs": slugs, "limit": 400}
        )
        rows += [row for row in found if (row["id"], row["lon"]) not in known]
    drawn = frozenset(
        str(row["id"]) + str(row["lon"])
        for row in rows
        if (row["slug"], round(mercator(row["lon"], row["lat"])[0], 3)) in lone
    )
    clusters = tuple(_cluster(cell, _metres(pixels, zoom)) for cell in cells if cell["count"] > 1)
    return View(shown, clusters, tuple(rows), drawn)


def _metres(pixels: int, zoom: int) -> float:
    return pixels * 2 * WORLD / (256 * 2**zoom)


def _cells(
    connection: Connection, conditions: str, params: Mapping[str, Any], zoom: int, pixels: int
) -> list[dict[str, Any]]:
    return _run(connection, "clusters", conditions, {**params, "size": _metres(pixels, zoom)})


def _cluster(cell: Mapping[str, Any], size: float) -> Cluster:
    lon, lat = degrees(_held(cell["x"], size), _held(cell["y"], size))
    west, south = degrees(cell["west"], cell["south"])
    east, north = degrees(cell["east"], cell["north"])
    shown = shown_count(cell["count"] - cell["coarse"], cell["coarse"])
    confirmed = cell["confirmed"] - (cell["coarse_confirmed"] if shown.few else 0)
    probable = cell["probable"] - (cell["coarse_probable"] if shown.few else 0)
    return Cluster(lon, lat, shown.count, confirmed, probable, (west, south, east, north), shown.few)


def _nearest(connection: Connection, conditions: str, params: Mapping[str, Any], total: int) -> list[dict[str, Any]]:
    """Return the places nearest to the middle of the box, the rows of the list beside the map.

    Sorting a whole city by distance takes longer than looking at its middle first, which nearly always holds enough.
    """
    wanted = {**params, "limit": MOST_ROWS}
    if total > MANY:
        share = math.sqrt(8 * MOST_ROWS / total) / 2
        middle_x, middle_y = (params["west"] + params["east"]) / 2, (params["south"] + params["north"]) / 2
        half_x, half_y = (params["east"] - params["west"]) * share, (params["north"] - params["south"]) * share
        inner = {
            "west": middle_x - half_x,
            "east": middle_x + half_x,
            "south": middle_y - half_y,
            "north": middle_y + half_y,
        }
        rows = _run(connection, "places", conditions, wanted | inner)
        if len(rows) == MOST_ROWS:
            return rows
    return _run(connection, "places", conditions, wanted)


def _held(position: float, size: float) -> float:
    """Return the mean position of a cell's records, held near the middle of the cell."""
    middle = (math.floor(position / size) + 0.5) * size
    return middle + min(max(position - middle, -CELL_PLAY * size), CELL_PLAY * size)


def _run(connection: Connection, name: str, conditions: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    # The conditions are constants of `Filters.sql`; values travel as parameters only.
    statement = text(source(name).replace("{conditions}", conditions))
    return [row._asdict() for row in connection.execute(statement, dict(params))]


def nearby(connection: Connection, lon: float, lat: float, radius_m: float, limit: int) -> list[Mapping[str, Any]]:
    """Return public spaces within `radius_m` metres, the nearest first; coarse ones without a distance."""
    params = {"lon": lon, "lat": lat, "radius_m": radius_m, "limit": limit}
    return [row._asdict() for row in connection.execute(named("nearby"), params)]


def search(connection: Connection, query: str, lon: float, lat: float) -> list[Mapping[str, Any]]:
    """Return at most 12 streets, areas and records whose name resembles `query`, typing errors forgiven."""
    params = {"q": query, "lon": lon, "lat": lat}
    return [row._asdict() for row in connection.execute(named("search"), params)]
