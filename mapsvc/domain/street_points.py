"""The point of a street that stands for a place somewhere along it (publication 5.1).

The database function ``mapsvc_street_point`` states the same rule; a test compares the two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import atan, cos, degrees, exp, hypot, log, pi, radians, tan

Point = tuple[float, float]

#: A street farther away than this, in metres, is not the street of a place: the doors of a wide square are nearer.
FARTHEST_M = 100
#: A stretch shorter than this, in metres, has so few doors that its middle would nearly be the place: at 8 m for a shop
#: front on either side, 60 m have about fifteen.
SHORTEST_M = 60
_RADIUS_M = 6_378_137.0


@dataclass(frozen=True, slots=True)
class StreetLine:
    """One unbroken stretch of a street: at least two points (longitude and latitude, degrees) and the street's name."""

    name: str
    line: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class StreetPoint:
    """The middle of a stretch, degrees, and the name of its street."""

    name: str
    middle: Point


def street_point(lon: float, lat: float, streets: Iterable[StreetLine]) -> StreetPoint | None:
    """The middle of the nearest stretch within 100 m that is at least 60 m long; None where there is none.

    Lengths are those of web mercator (EPSG:3857) times the cosine of the latitude, right to a millimetre at 100 m.
    Of stretches that are equally near, to a millimetre, the first by name and then by place counts.
    """
    here, shrink = _mercator((lon, lat)), cos(radians(lat))
    found = []
    for street in streets:
        line = [_mercator(point) for point in street.line]
        away = min(_distance(here, ends) for ends in pairwise(line)) * shrink
        if away <= FARTHEST_M and sum(_lengths(line)) * shrink >= SHORTEST_M:
            found.append((round(away, 3), street.name, _middle(line)))
    if not found:
        return None
    _away, name, middle = min(found)
    return StreetPoint(name, _degrees(middle))


def _mercator(point: Point) -> Point:
    lon, lat = point
    return radians(lon) * _RADIUS_M, log(tan(pi / 4 + radians(lat) / 2)) * _RADIUS_M


def _degrees(point: Point) -> Point:
    x, y = point
    return degrees(x / _RADIUS_M), degrees(2 * atan(exp(y / _RADIUS_M)) - pi / 2)


def _distance(here: Point, ends: tuple[Point, Point]) -> float:
    (x, y), ((x1, y1), (x2, y2)) = here, ends
    across, up = x2 - x1, y2 - y1
    square = across * across + up * up
    along = 0.0 if square == 0 else min(1.0, max(0.0, ((x - x1) * across + (y - y1) * up) / square))
    return hypot(x - x1 - along * across, y - y1 - along * up)


def _lengths(line: list[Point]) -> Iterator[float]:
    for (x1, y1), (x2, y2) in pairwise(line):
        yield hypot(x2 - x1, y2 - y1)


def _middle(line: list[Point]) -> Point:
    left = sum(_lengths(line)) / 2
    for (start, end), length in zip(pairwise(line), _lengths(line), strict=True):
        if length >= left:
            share = left / length if length else 0.0
            return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
        left -= length
    return line[-1]
