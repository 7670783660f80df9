"""The map's own background from what is stored: streets, boundaries and footprints as tile-local integers."""

import re
from typing import Any

from sqlalchemy import Connection

from mapsvc.domain.errors import Invalid
from mapsvc.spatial.named_sql import named
from mapsvc.spatial.places import WORLD

EXTENT = 4096
LOWEST_ZOOM, HIGHEST_ZOOM = 3, 19
_STREETS_FROM = 12
_SHAPES_FROM = 15
_PATH = re.compile(r"\(([^()]+)\)")


def tile(connection: Connection, z: int, x: int, y: int) -> dict[str, Any]:
    """Return one tile as JSON-ready lines and rings in 0..4096, y down; raise Invalid for an unknown tile."""
    if not (LOWEST_ZOOM <= z <= HIGHEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise Invalid("there is no such tile", "/z", code="no_tile")
    unit = 2 * WORLD / 2**z / EXTENT
    where = {"z": z, "x": x, "y": y}
    streets = _streets(connection, where, z, unit) if z >= _STREETS_FROM else []
    levels = ["city", "municipality"] if z < 12 else ["city", "municipality", "district", "neighbourhood", "custom"]
    areas = [
        {"n": row.name, "g": paths(row.wkt), "label": _point(row.label), "level": row.level}
        for row in connection.execute(named("background_areas"), where | {"levels": levels, "tolerance": 6 * unit})
        if row.wkt
    ]
    shapes = []
    if z >= _SHAPES_FROM:
        shapes = [paths(row.wkt) for row in connection.execute(named("background_shapes"), where) if row.wkt]
    return {"extent": EXTENT, "streets": streets, "areas": areas, "shapes": shapes}


def _streets(connection: Connection, where: dict[str, int], z: int, unit: float) -> list[dict[str, Any]]:
    # At low zooms only wide or long streets: the others would fill the picture and weigh hundreds of kilobytes.
    width, length = {12: (2, 1500.0), 13: (1, 700.0)}.get(z, (1, 0.0))
    params = where | {"tolerance": 8 * unit, "width": width, "length": length}
    rows = connection.execute(named("background_streets"), params)
    return [{"n": row.name, "w": row.width, "g": paths(row.wkt)} for row in rows if row.wkt]


def paths(wkt: str) -> list[list[int]]:
    """Return every line or ring of a WKT geometry with integer coordinates as [x, y, x, y, …]."""
    return [[int(number) for number in re.split(r"[ ,]+", path)] for path in _PATH.findall(wkt)]


def _point(wkt: str | None) -> list[int] | None:
    return paths(wkt)[0] if wkt else None
