"""Plausible positions for invented records: a number on a real street inside a real neighbourhood of Torino."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiLineString, shape

from mapsvc.domain.imports import AreaRecord, LonLat, StreetRecord

CENTRE: LonLat = (7.6858, 45.0711)
"""Piazza Castello, from which the house numbers of Torino count outwards."""
HIGHEST_NUMBER = 95
"""The number near the far end of every street, so that the invented places spread over the neighbourhood."""
PAVEMENT_M = 9.0
"""From the middle of the street to the shop windows."""
_METRES_PER_DEGREE = 111_195.0


class StreetFinder:
    """Finds where a house number could be; deterministic, and not where the real number is."""

    def __init__(self, streets: Sequence[StreetRecord], neighbourhoods: Sequence[AreaRecord]) -> None:
        self._streets = {street.name: street for street in streets}
        self._areas = {area.name: shape(area.geometry) for area in neighbourhoods}

    def position(self, neighbourhood: str, street: str, number: int) -> LonLat:
        """Return lon/lat of a number on the part of a street that lies in a neighbourhood, even numbers on one side.

        Raises KeyError for an unknown street or neighbourhood, ValueError for a street that does not touch it.
        """
        lines = MultiLineString(self._streets[street].lines)
        line = _longest(shapely.line_merge(shapely.intersection(lines, self._areas[neighbourhood])))
        metres = shapely.transform(line, _to_metres, interleaved=False)
        if _starts_farther(metres):
            metres = shapely.reverse(metres)
        along = metres.length * min(number / HIGHEST_NUMBER, 0.97)
        here, ahead = metres.interpolate(along), metres.interpolate(min(along + 1, metres.length))
        behind = metres.interpolate(max(along - 1, 0))
        angle = math.atan2(ahead.y - behind.y, ahead.x - behind.x)
        side = PAVEMENT_M if number % 2 else -PAVEMENT_M
        return _to_degrees(here.x - side * math.sin(angle), here.y + side * math.cos(angle))


def _longest(value: shapely.Geometry) -> LineString:
    parts = [part for part in shapely.get_parts(value) if part.geom_type == "LineString"]
    if not parts:
        raise ValueError("the street does not touch the neighbourhood")
    return max(parts, key=lambda part: part.length)


def _starts_farther(line: LineString) -> bool:
    return math.hypot(*line.coords[0]) > math.hypot(*line.coords[-1])


_SHRINK = math.cos(math.radians(CENTRE[1]))


def _to_metres(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # Flat enough over the ten kilometres of one city.
    return (lon - CENTRE[0]) * _METRES_PER_DEGREE * _SHRINK, (lat - CENTRE[1]) * _METRES_PER_DEGREE


def _to_degrees(east: float, north: float) -> LonLat:
    lon = CENTRE[0] + east / (_METRES_PER_DEGREE * _SHRINK)
    return round(lon, 6), round(CENTRE[1] + north / _METRES_PER_DEGREE, 6)
