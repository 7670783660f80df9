"""The soft criteria of matching.md 3.3 for one pair, in integer micro-units; ``array_fits`` says the same for many.

A need that nobody declared counts as met and is marked as not applicable. A missing value counts as the prior and opens
the interval from what it could be at worst to what it could be at best (3.5). Where a criterion has several parts, each
part is treated so by itself: otherwise leaving one part blank would hide the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mapsvc.domain.features import ENERGY_CLASSES
from mapsvc.domain.matches import FitResult, State
from mapsvc.matching.constraints import AMENITIES
from mapsvc.matching.distance import nearness
from mapsvc.matching.micro import MICRO, clip, divide
from mapsvc.matching.pairs import Pair
from mapsvc.matching.policy import Policy
from mapsvc.matching.readings import Code, Computed, Number

AREA_MIN, AREA_IDEAL = Number("area_min_m2", 10), Number("area_ideal_m2", 10)
AREA = Number("features.usable_area_m2", 10)
BUDGET, ALL_IN = Number("budget_max_cents"), Computed(lambda offer: offer.features.all_in_cents)
LIGHT_NEED, LIGHT = Number("daylight_min"), Number("features.daylight_level")
BANDS = ("day", "evening", "night")
EMISSION = tuple(Number(f"noise_emission_{band}") for band in BANDS)
TOLERANCE = tuple(Number(f"features.noise_tolerance_{band}") for band in BANDS)
OWN_WORKS, WORKS = Number("own_works_cents"), Computed(lambda offer: offer.features.works_cents)
FRONT_NEED, FRONT = Number("frontage_wanted_m", 10), Number("features.frontage_m", 10)
EXEMPT = len(ENERGY_CLASSES)
ENERGY = Code("features.energy_class", {**{code: rank for rank, code in enumerate(ENERGY_CLASSES)}, "exempt": EXEMPT})
LEVELS = 3


@dataclass(frozen=True)
class Raw:
    """One criterion before its weight, in micro-units."""

    micro: int
    low: int
    high: int
    state: State
    params: Mapping[str, object] = field(default_factory=dict)


def known(micro: int, **params: object) -> Raw:
    """A criterion whose values are all known."""
    return Raw(micro, micro, micro, State.PASS, params)


def not_declared(**params: object) -> Raw:
    """A criterion that nobody asked for."""
    return Raw(MICRO, MICRO, MICRO, State.NOT_APPLICABLE, params)


def missing(policy: Policy, **params: object) -> Raw:
    """A criterion whose value for the premises is not known."""
    return Raw(policy.prior, 0, MICRO, State.UNKNOWN, params)


def fit_area(pair: Pair) -> Raw:
    """Half at the least area, all from the ideal to one and a half of it, then down to 0.2 at three times."""
    least, ideal = AREA_MIN.of(pair.needs), AREA_IDEAL.of(pair.needs)
    if ideal is None:
        ideal = least
    if not ideal:
        return not_declared()
    have = AREA.of(pair.offer)
    if have is None:
        return missing(pair.policy, ideal=ideal / 10)
    # The parser refuses an ideal below the least area; here it would only turn the slope around.
    least = min(least or 0, ideal)
    if have < ideal:
        # Where the ideal is also the least area, anything below it fails H02 and the branch counts as 1.
        micro = MICRO if least == ideal else divide(MICRO * (have - 2 * least + ideal), 2 * (ideal - least))
    elif 2 * have <= 3 * ideal:
        micro = MICRO
    elif have < 3 * ideal:
        micro = divide(MICRO * (27 * ideal - 8 * have), 15 * ideal)
    else:
        micro = MICRO // 5
    return known(clip(micro), have=have / 10, ideal=ideal / 10)


def fit_time(pair: Pair) -> Raw:
    """The share of the desired term for which the place is free."""
    wanted = pair.needs.term_desired_days or pair.needs.term_min_days
    if not wanted:
        return not_declared()
    if pair.timing is None:
        return missing(pair.policy, wanted=wanted)
    days = min(max(0, pair.timing.days), wanted)
    return known(divide(MICRO * days, wanted), have=pair.timing.days, wanted=wanted)


def fit_cost(pair: Pair) -> Raw:
    """All up to half of the budget, nothing at the whole of it."""
    budget, cost = BUDGET.of(pair.needs), ALL_IN.of(pair.offer)
    if budget is None:
        return not_declared()
    if cost is None:
        return missing(pair.policy, budget=budget)
    if budget == 0:
        micro = MICRO if cost <= 0 else 0
    else:
        micro = clip(divide(2 * MICRO * (budget - cost), budget))
    return known(micro, have=cost, budget=budget)


def fit_light(pair: Pair) -> Raw:
    """All with enough daylight, a third less for each level that is missing."""
    need, have = LIGHT_NEED.of(pair.needs), LIGHT.of(pair.offer)
    if need is None:
        return not_declared()
    if have is None:
        return missing(pair.policy, need=need)
    return known(divide(MICRO * (LEVELS - max(0, need - have)), LEVELS), have=have, need=need)


def fit_quiet(pair: Pair) -> Raw:
    """All where the place tolerates more than the group makes, at the worst time of day."""
    parts = [(need.of(pair.needs), have.of(pair.offer)) for need, have in zip(EMISSION, TOLERANCE, strict=True)]
    if all(need is None for need, _ in parts):
        return not_declared()
    worst, unknown = MICRO, False
    for need, have in parts:
        if need is not None and have is None:
            unknown = True
        elif need is not None and have is not None:
            worst = min(worst, clip(divide(MICRO * (LEVELS - max(0, need - have + 1)), LEVELS)))
    if unknown:
        return Raw(min(pair.policy.prior, worst), 0, worst, State.UNKNOWN)
    return known(worst)


def fit_works(pair: Pair) -> Raw:
    """All where the works are paid for, nothing where the gap reaches its cap."""
    works = WORKS.of(pair.offer)
    if works is None:
        return missing(pair.policy)
    cap = pair.policy.gap_cap_cents
    gap = min(cap, max(0, works - (OWN_WORKS.of(pair.needs) or 0) - pair.policy.grant_cents))
    return known(MICRO - divide(MICRO * gap, cap), works=works, gap=gap)


def fit_front(pair: Pair) -> Raw:
    """The share of the wanted frontage on the street."""
    need, have = FRONT_NEED.of(pair.needs), FRONT.of(pair.offer)
    if not need:
        return not_declared()
    if have is None:
        return missing(pair.policy, need=need / 10)
    return known(divide(MICRO * min(have, need), need), have=have / 10, need=need / 10)


def fit_prox(pair: Pair) -> Raw:
    """Half for every kilometre from the anchor point."""
    if pair.needs.anchor_point is None:
        return not_declared()
    if pair.distance is None:
        return missing(pair.policy)
    return known(nearness(pair.distance), distance=pair.distance)


def fit_amen(pair: Pair) -> Raw:
    """The share of the welcome services that are there."""
    there: list[str] = []
    absent: list[str] = []
    unknown: list[str] = []
    for rule in AMENITIES:
        need = None if rule.nice is None else rule.nice.of(pair.needs)
        if need is not None:
            have = rule.have.of(pair.offer)
            (unknown if have is None else there if have >= need else absent).append(rule.part)
    wanted = len(there) + len(absent) + len(unknown)
    if not wanted:
        return not_declared()
    micro = divide(MICRO * len(there) + pair.policy.prior * len(unknown), wanted)
    low, high = divide(MICRO * len(there), wanted), divide(MICRO * (len(there) + len(unknown)), wanted)
    params = {"there": tuple(there), "absent": tuple(absent), "unknown": tuple(unknown), "wanted": wanted}
    return Raw(micro, low, high, State.UNKNOWN if unknown else State.PASS, params)


def fit_energy(pair: Pair) -> Raw:
    """From A4 (all) to G (nothing) in nine equal steps."""
    rank = ENERGY.of(pair.offer)
    if rank is None:
        return missing(pair.policy)
    if rank == EXEMPT:
        return not_declared()
    steps = len(ENERGY_CLASSES) - 1
    return known(divide(MICRO * (steps - rank), steps), energy_class=ENERGY_CLASSES[rank])


FITS: Mapping[str, Callable[[Pair], Raw]] = {
    "area": fit_area, "time": fit_time, "cost": fit_cost, "light": fit_light, "quiet": fit_quiet, "works": fit_works,
    "front": fit_front, "prox": fit_prox, "amen": fit_amen, "energy": fit_energy,
}  # fmt: skip


def fits_of(pair: Pair) -> tuple[FitResult, ...]:
    """Return every criterion of a pair with its weight."""
    weights = pair.policy.weights
    return tuple(
        FitResult(code, weights[code], raw.micro, raw.low, raw.high, raw.state, raw.params)
        for code, raw in ((code, fit(pair)) for code, fit in FITS.items())
    )


@dataclass(frozen=True)
class Score:
    """The weighted fit of a pair in micro-units, its bounds, and the share of the weights that is known."""

    fit: int
    low: int
    high: int
    coverage: int


def score_of(fits: tuple[FitResult, ...]) -> Score:
    """Return the weighted mean of the criteria (3.3), its interval and the coverage (3.5)."""
    total = sum(one.weight for one in fits)
    covered = sum(one.weight for one in fits if one.state is not State.UNKNOWN)
    return Score(
        divide(sum(one.weight * one.micro for one in fits), total),
        divide(sum(one.weight * one.low for one in fits), total),
        divide(sum(one.weight * one.high for one in fits), total),
        divide(MICRO * covered, total),
    )
