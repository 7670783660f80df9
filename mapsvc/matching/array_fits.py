"""The soft criteria of ``fits`` for all pairs of a batch, with the same whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mapsvc.domain.features import ENERGY_CLASSES
from mapsvc.matching.constraints import AMENITIES
from mapsvc.matching.distance import nearness_of
from mapsvc.matching.fits import (
    ALL_IN,
    AREA,
    AREA_IDEAL,
    AREA_MIN,
    BUDGET,
    EMISSION,
    ENERGY,
    EXEMPT,
    FRONT,
    FRONT_NEED,
    LEVELS,
    LIGHT,
    LIGHT_NEED,
    OWN_WORKS,
    TOLERANCE,
    WORKS,
)
from mapsvc.matching.micro import MICRO, BoolArray, IntArray, divide_arrays
from mapsvc.matching.pairs import HAS_ANCHOR, TERM_DESIRED, TERM_MIN, Batch
from mapsvc.matching.readings import MISSING


@dataclass(frozen=True)
class RawColumns:
    """One criterion of all pairs before its weight, in micro-units, each array broadcastable to (m, n)."""

    micro: IntArray
    low: IntArray
    high: IntArray
    known: BoolArray


def assemble(batch: Batch, micro: IntArray, applies: BoolArray, known: BoolArray) -> RawColumns:
    """Return a criterion with the prior where a value is missing and all of it where nobody asked."""
    unknown = applies & ~known

    def fill(instead: int) -> IntArray:
        return np.where(unknown, instead, np.where(applies, micro, MICRO)).astype(np.int64)

    return RawColumns(fill(batch.policy.prior), fill(0), fill(MICRO), ~unknown)


def _clip(micro: IntArray) -> IntArray:
    return np.clip(micro, 0, MICRO)


def _known(numbers: IntArray, instead: int = 0) -> IntArray:
    return np.where(numbers == MISSING, instead, numbers)


def area(batch: Batch) -> RawColumns:
    """`fit_area` of all pairs."""
    least, stated, read = batch.need(AREA_MIN), batch.need(AREA_IDEAL), batch.have(AREA)
    ideal = _known(np.where(stated == MISSING, least, stated))
    least, have = np.minimum(_known(least), ideal), _known(read)
    one = np.maximum(ideal, 1)
    rising = divide_arrays(MICRO * (have - 2 * least + ideal), np.maximum(2 * (ideal - least), 1))
    falling = divide_arrays(MICRO * (27 * ideal - 8 * have), 15 * one)
    micro = np.where(least == ideal, MICRO, rising)
    micro = np.where(have < ideal, micro, MICRO)
    micro = np.where(2 * have > 3 * ideal, falling, micro)
    micro = np.where(have >= 3 * ideal, MICRO // 5, micro)
    return assemble(batch, _clip(micro), ideal != 0, read != MISSING)


def time(batch: Batch) -> RawColumns:
    """`fit_time` of all pairs."""
    desired, least = _known(batch.need(TERM_DESIRED)), _known(batch.need(TERM_MIN))
    wanted = np.where(desired == 0, least, desired)
    days = batch.timing.days
    micro = divide_arrays(MICRO * np.minimum(np.maximum(days, 0), wanted), np.maximum(wanted, 1))
    return assemble(batch, micro, wanted != 0, days != MISSING)


def cost(batch: Batch) -> RawColumns:
    """`fit_cost` of all pairs."""
    budget, price = batch.need(BUDGET), batch.have(ALL_IN)
    limit, asked = _known(budget), _known(price)
    micro = _clip(divide_arrays(2 * MICRO * (limit - asked), np.maximum(limit, 1)))
    micro = np.where(limit == 0, np.where(asked <= 0, MICRO, 0), micro)
    return assemble(batch, micro, budget != MISSING, price != MISSING)


def light(batch: Batch) -> RawColumns:
    """`fit_light` of all pairs."""
    need, have = batch.need(LIGHT_NEED), batch.have(LIGHT)
    short = np.maximum(0, _known(need) - _known(have))
    return assemble(batch, divide_arrays(MICRO * (LEVELS - short), LEVELS), need != MISSING, have != MISSING)


def quiet(batch: Batch) -> RawColumns:
    """`fit_quiet` of all pairs."""
    worst = np.full((1, 1), MICRO, dtype=np.int64)
    applies = unknown = np.zeros((1, 1), dtype=np.bool_)
    for emission, tolerance in zip(EMISSION, TOLERANCE, strict=True):
        need, have = batch.need(emission), batch.have(tolerance)
        declared, measured = need != MISSING, have != MISSING
        short = np.maximum(0, _known(need) - _known(have) + 1)
        micro = _clip(divide_arrays(MICRO * (LEVELS - short), LEVELS))
        worst = np.where(declared & measured, np.minimum(worst, micro), worst)
        applies, unknown = applies | declared, unknown | (declared & ~measured)
    value = np.where(unknown, np.minimum(batch.policy.prior, worst), worst)
    return RawColumns(value, np.where(unknown, 0, worst), worst, ~unknown)


def works(batch: Batch) -> RawColumns:
    """`fit_works` of all pairs."""
    estimate, cap = batch.have(WORKS), batch.policy.gap_cap_cents
    own = _known(batch.need(OWN_WORKS)) + batch.policy.grant_cents
    gap = np.minimum(cap, np.maximum(0, _known(estimate) - own))
    micro = MICRO - divide_arrays(MICRO * gap, cap)
    return assemble(batch, micro, np.ones((1, 1), dtype=np.bool_), estimate != MISSING)


def front(batch: Batch) -> RawColumns:
    """`fit_front` of all pairs."""
    need, have = _known(batch.need(FRONT_NEED)), batch.have(FRONT)
    micro = divide_arrays(MICRO * np.minimum(_known(have), need), np.maximum(need, 1))
    return assemble(batch, micro, need != 0, have != MISSING)


def prox(batch: Batch) -> RawColumns:
    """`fit_prox` of all pairs."""
    distance = batch.distance
    return assemble(batch, nearness_of(distance), batch.need(HAS_ANCHOR) != MISSING, distance != MISSING)


def amen(batch: Batch) -> RawColumns:
    """`fit_amen` of all pairs."""
    there = unknown = wanted = np.zeros((1, 1), dtype=np.int64)
    for rule in AMENITIES:
        if rule.nice is None:
            continue
        need = batch.need(rule.nice)
        asked = need != MISSING
        if asked.any():
            have = batch.have(rule.have)
            known = have != MISSING
            there = there + (asked & known & (have >= need))
            unknown = unknown + (asked & ~known)
            wanted = wanted + asked
    one = np.maximum(wanted, 1)

    def share(count: IntArray) -> IntArray:
        return np.where(wanted == 0, MICRO, divide_arrays(count, one))

    sure = MICRO * there
    value = share(sure + batch.policy.prior * unknown)
    return RawColumns(value, share(sure), share(sure + MICRO * unknown), unknown == 0)


def energy(batch: Batch) -> RawColumns:
    """`fit_energy` of all pairs."""
    rank, steps = batch.have(ENERGY), len(ENERGY_CLASSES) - 1
    micro = divide_arrays(MICRO * (steps - _known(rank)), steps)
    return assemble(batch, micro, rank != EXEMPT, rank != MISSING)


ARRAY_FITS: Mapping[str, Callable[[Batch], RawColumns]] = {
    "area": area, "time": time, "cost": cost, "light": light, "quiet": quiet, "works": works, "front": front,
    "prox": prox, "amen": amen, "energy": energy,
}  # fmt: skip
