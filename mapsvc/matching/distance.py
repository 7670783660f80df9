"""Distances in whole metres that are the same to the metre on every machine, one at a time or many at once.

A point becomes a place in space in whole centimetres (WGS 84); from there on only sums, products and square roots are
used, which every processor rounds alike. The straight line is shorter than the way over the ground by under 1 m in
100 km, which no criterion here can tell.
"""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache

import numpy as np

from mapsvc.matching.micro import MICRO, IntArray, divide

AXIS_M = 6_378_137.0
ECCENTRICITY_SQUARED = 6.69437999014e-3
Place = tuple[int, int, int]

# Nearness is half for every kilometre (matching.md 3.3); the steps within one kilometre are integers of 40 bits.
_ONE = 1 << 40
_FARTHEST_KM = 21


def place_of(point: tuple[float, float]) -> Place:
    """Return the place in space, in centimetres, of a (longitude, latitude) in degrees."""
    lon, lat = math.radians(point[0]), math.radians(point[1])
    radius = AXIS_M / math.sqrt(1 - ECCENTRICITY_SQUARED * math.sin(lat) ** 2)
    flat = radius * math.cos(lat)
    height = radius * (1 - ECCENTRICITY_SQUARED) * math.sin(lat)
    return round(100 * flat * math.cos(lon)), round(100 * flat * math.sin(lon)), round(100 * height)


def metres(one: Place, other: Place) -> int:
    """Return the distance of two places in whole metres, rounded half up."""
    squared = sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
    return int(math.sqrt(squared) / 100 + 0.5)


def metres_between(ones: IntArray, others: IntArray) -> IntArray:
    """Return the distances (m, n) in whole metres of places (m, 3) and (n, 3)."""
    squared = np.zeros((len(ones), len(others)), dtype=np.int64)
    for axis in range(3):
        squared += (ones[:, axis, None] - others[None, :, axis]) ** 2
    return (np.sqrt(squared.astype(np.float64)) / 100 + 0.5).astype(np.int64)


def nearness(distance: int) -> int:
    """Return 0.5^(distance / 1000 m) in micro-units."""
    kilometres, rest = divmod(distance, 1000)
    if kilometres > _FARTHEST_KM:
        return 0
    return divide(_steps()[rest] * MICRO, _ONE << kilometres)


def nearness_of(distances: IntArray) -> IntArray:
    """Return `nearness` of every element."""
    table = _nearness_table()
    return table[np.clip(distances, 0, len(table) - 1)]


@cache
def _steps() -> tuple[int, ...]:
    # Decimal arithmetic is the same on every machine; a power of floats is not.
    return tuple(round(_ONE * Decimal(2) ** (Decimal(-metre) / 1000)) for metre in range(1000))


@cache
def _nearness_table() -> IntArray:
    return np.array([nearness(metre) for metre in range((_FARTHEST_KM + 1) * 1000 + 1)], dtype=np.int64)
