"""Strict reading of GeoJSON geometry before anything reaches the database; self-crossing is not found here.

The database repairs and guesses, so nothing may reach it unchecked; nothing is repaired here either: a fault is named
with its place. The check for self-crossing needs Shapely and lives in `mapsvc.exchange.geometry`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapsvc.domain.errors import Invalid, TooLarge

MAX_VERTICES = 10_000
"""More vertices than any premises or district of the fixtures needs; validity checks stay in milliseconds below it."""

_POSITION_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
TYPES = frozenset(_POSITION_DEPTH)
AREAS = frozenset({"Polygon", "MultiPolygon"})

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Geometry:
    """A checked geometry in EPSG:4326: finite lon/lat tuples, closed rings, at most `MAX_VERTICES` positions."""

    type: str
    coordinates: tuple[Any, ...]
    vertices: int

    def as_geojson(self) -> dict[str, object]:
        """Return the geometry as a GeoJSON object with lists, ready for a JSON encoder."""
        return {"type": self.type, "coordinates": _lists(self.coordinates)}

    def positions(self) -> list[tuple[float, float]]:
        """Return all positions in the order of the document."""
        return _flatten(self.coordinates, _POSITION_DEPTH[self.type])

    def bounds(self) -> Bounds:
        """Return west, south, east, north in degrees."""
        lons, lats = zip(*self.positions(), strict=True)
        return min(lons), min(lats), max(lons), max(lats)


def parse_json(text: str) -> object:
    """Return the value of a JSON text; refuse NaN, Infinity, doubled members and nesting that no geometry needs.

    Raises `Invalid` with the place of the fault.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_refuse_doubles)
    except RecursionError:
        raise Invalid("The document is nested too deeply.", code="json_depth") from None
    except json.JSONDecodeError as fault:
        raise Invalid(
            f"This is not valid JSON: line {fault.lineno}, column {fault.colno}.",
            code="json_syntax",
            line=fault.lineno,
            column=fault.colno,
        ) from None
    except ValueError:
        # Python refuses whole numbers of more than 4,300 digits.
        raise Invalid("A number in the document is too long.", code="json_number") from None


def parse_geometry(value: object, *, allowed: frozenset[str] = TYPES, pointer: str = "") -> Geometry:
    """Return the checked geometry of a GeoJSON geometry object.

    Raises `Invalid` with a JSON pointer to the first fault, `TooLarge` beyond `MAX_VERTICES`. A third number of a
    position (height) is checked and dropped. RFC 7946 section 3.1; a `crs` member (section 4) is refused because it
    would move the data.
    """
    if not isinstance(value, Mapping):
        raise Invalid("A geometry must be an object with type and coordinates.", pointer, code="geometry_object")
    if "crs" in value:
        raise Invalid(
            "Coordinates must be WGS 84 longitude and latitude, without a crs member.",
            f"{pointer}/crs",
            code="geometry_crs",
        )
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        names = ", ".join(sorted(allowed))
        raise Invalid(
            f"The type of the geometry must be one of: {names}.", f"{pointer}/type", code="geometry_type", allowed=names
        )
    counter = _Counter()
    coordinates = _parse_level(value.get("coordinates"), _POSITION_DEPTH[kind], f"{pointer}/coordinates", counter)
    if kind == "Polygon":
        _check_rings(coordinates, f"{pointer}/coordinates")
    elif kind == "MultiPolygon":
        for index, polygon in enumerate(coordinates):
            _check_rings(polygon, f"{pointer}/coordinates/{index}")
    elif kind in ("LineString", "MultiLineString"):
        _check_lines(coordinates if kind == "MultiLineString" else (coordinates,), f"{pointer}/coordinates")
    return Geometry(kind, coordinates, counter.count)


def parse_point(lon: object, lat: object, *, pointer: str = "") -> tuple[float, float]:
    """Return a lon/lat pair in degrees; refuse what is not finite, out of range, or exactly 0, 0.

    Raises `Invalid`; its code is `swapped_axes` where exchanging the two numbers would make them possible.
    """
    point = _position([lon, lat], pointer)
    if point == (0.0, 0.0):
        raise Invalid("The position 0, 0 lies in the ocean: the coordinates are missing.", pointer, code="null_island")
    return point


def looks_swapped(point: tuple[float, float], region: Bounds) -> bool:
    """Return whether a point lies outside the region and would lie inside it with its two numbers exchanged."""
    return not within(point, region) and within((point[1], point[0]), region)


def within(point: tuple[float, float], region: Bounds) -> bool:
    """Return whether a lon/lat point lies in a box of west, south, east, north, edges included."""
    west, south, east, north = region
    return west <= point[0] <= east and south <= point[1] <= north


EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG); the sphere errs by at most 0.6 %, which matters for nothing compared here."""


def distance_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return the great-circle distance of two lon/lat points in metres (haversine formula)."""
    lon_1, lat_1, lon_2, lat_2 = map(math.radians, (*first, *second))
    half = math.sin((lat_2 - lat_1) / 2) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


class _Counter:
    """Counts positions across all parts of one geometry."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, pointer: str) -> None:
        self.count += 1
        if self.count > MAX_VERTICES:
            raise TooLarge(
                f"The shape has more than {MAX_VERTICES} corners; please simplify it.",
                code="too_many_vertices",
                limit=MAX_VERTICES,
                pointer=pointer,
            )


def _parse_level(value: object, depth: int, pointer: str, counter: _Counter) -> tuple[Any, ...]:
    if depth == 0:
        counter.add(pointer)
        return _position(value, pointer)
    if not isinstance(value, list | tuple):
        raise Invalid("Coordinates must be a list at this place.", pointer, code="coordinates_list")
    if not value:
        raise Invalid("Coordinates must not be empty.", pointer, code="empty_geometry")
    return tuple(_parse_level(part, depth - 1, f"{pointer}/{index}", counter) for index, part in enumerate(value))


def _position(value: object, pointer: str) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 3:
        raise Invalid("A position must be two numbers: longitude and latitude.", pointer, code="position")
    numbers = [_number(part, f"{pointer}/{index}") for index, part in enumerate(value)]
    lon, lat = numbers[0], numbers[1]
    if abs(lon) <= 180 and abs(lat) <= 90:
        return lon, lat
    if abs(lon) <= 90 and abs(lat) <= 180:
        raise Invalid(
            "Longitude and latitude seem to be exchanged: longitude comes first.",
            pointer,
            code="swapped_axes",
            lon=lon,
            lat=lat,
        )
    raise Invalid(
        "Longitude must be between -180 and 180, latitude between -90 and 90.",
        pointer,
        code="out_of_range",
        lon=lon,
        lat=lat,
    )


def _number(value: object, pointer: str) -> float:
    # A bool is an int for Python, but `true` is no coordinate.
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid("A coordinate must be a number.", pointer, code="not_a_number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Invalid("A coordinate must be a finite number.", pointer, code="not_finite")
    return number


def _check_rings(rings: tuple[Any, ...], pointer: str) -> None:
    for index, ring in enumerate(rings):
        if len(ring) < 4:
            raise Invalid("A ring needs at least four positions.", f"{pointer}/{index}", code="ring_short")
        if ring[0] != ring[-1]:
            raise Invalid("A ring must end where it began.", f"{pointer}/{index}", code="ring_open")


def _check_lines(lines: tuple[Any, ...], pointer: str) -> None:
    for index, line in enumerate(lines):
        if len(line) < 2:
            raise Invalid("A line needs at least two positions.", f"{pointer}/{index}", code="line_short")


def _flatten(coordinates: Any, depth: int) -> list[tuple[float, float]]:
    if depth == 0:
        return [coordinates]
    return [position for part in coordinates for position in _flatten(part, depth - 1)]


def _lists(value: Any) -> Any:
    return [_lists(part) for part in value] if isinstance(value, tuple) else value


def _refuse_constant(name: str) -> float:
    raise Invalid(f"{name} is not a number that JSON knows.", code="not_finite")


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Invalid("A member of an object stands there twice.", code="json_double")
    return members
