"""Indicators of areas and the need index that is made of them (domain.md 2.12).

The same index colours the need map, names the gaps and gives the impact of an application its weight. It compares areas
of one level with each other: an area's need is its place among them, never an amount.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Protocol
from uuid import UUID

from mapsvc.domain.imports import SourceInfo

MICRO = 1_000_000
"""Need is counted in millionths of one, as everything that the matching reckons with."""
MOST_VALUES = 50_000
"""Values in one file: 500 figures of 100 areas."""
MOST_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is measured; `weight` is its published share in the need index, 0 leaves it out.

    `theme` is one of `domain.imports.THEMES`, or "general" where it speaks to every project. Values that count fewer
    than `min_group_size` people or units are not kept.
    """

    code: str
    name: Mapping[str, str]
    about: Mapping[str, str]
    theme: str
    kind: str
    unit: str
    higher_is_need: bool
    weight: int
    min_group_size: int
    method: str
    version: int = 1
    source_title: str = ""
    source_licence: str = ""
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """What an indicator says of one area in one period; `n` is of how many people or units it speaks."""

    indicator: str
    area_id: UUID
    period: str
    value: float
    n: int | None = None
    status: str = "final"


@dataclass(frozen=True, slots=True)
class IndicatorFigure:
    """A value as a file states it: of an area by its name or slug."""

    indicator: str
    area: str
    period: str
    value: float
    n: int | None = None


@dataclass(frozen=True, slots=True)
class IndicatorFile:
    """Indicators and their figures from one source."""

    source: SourceInfo
    indicators: tuple[Indicator, ...]
    figures: tuple[IndicatorFigure, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One indicator in the index of one area: its place among the areas in micro-units, None without a value."""

    indicator: str
    weight: int
    percentile: int | None
    value: float | None
    period: str | None


@dataclass(frozen=True, slots=True)
class AreaNeed:
    """The need of one area: the index in micro-units and by theme, with the parts that it was made of.

    `index` is None where no weighted indicator has a value here. `incomplete` tells that some had none, so that the
    others weigh more (domain.md 2.12: re-weighted and flagged).
    """

    area_id: UUID
    index: int | None
    by_theme: Mapping[str, int]
    parts: tuple[Part, ...]

    @property
    def incomplete(self) -> bool:
        """Tell whether a weighted indicator has no value for this area."""
        return any(part.weight and part.percentile is None for part in self.parts)


def percentile_ranks(values: Mapping[UUID, float], *, higher_is_need: bool) -> dict[UUID, int]:
    """Return the place of each area among all, 0 to 1,000,000; the greatest need has 1,000,000.

    The place is (areas with less need + half of the others with the same) / (areas − 1): the percentile rank of the
    mean rank, so that equal areas stay equal and turning an indicator round mirrors it. A single area stands in the
    middle.
    """
    if len(values) == 1:
        return dict.fromkeys(values, MICRO // 2)
    ordered = sorted(values.values())
    last = len(ordered) - 1
    below: dict[float, int] = {}
    same: dict[float, int] = defaultdict(int)
    for place, value in enumerate(ordered):
        below.setdefault(value, place)
        same[value] += 1
    found = {}
    for area, value in values.items():
        share = (Fraction(below[value]) + Fraction(same[value] - 1, 2)) / last
        found[area] = round((share if higher_is_need else 1 - share) * MICRO)
    return found


def need_index(
    indicators: Sequence[Indicator], values: Collection[IndicatorValue], areas: Collection[UUID]
) -> dict[UUID, AreaNeed]:
    """Return the need of each of `areas`, which are compared with each other: n = Σ w·pctrank, weights adding to one.

    Of several periods the latest counts for each area. Raises nothing: an area without figures has no index. An
    indicator of theme "general" counts towards every theme, the theme of the others to their own alone.
    """
    latest = _latest(values, set(areas))
    ranks = {
        one.code: percentile_ranks(
            {area: value.value for area, value in latest.get(one.code, {}).items()}, higher_is_need=one.higher_is_need
        )
        for one in indicators
        if latest.get(one.code)
    }
    themes = sorted({one.theme for one in indicators if one.weight})
    needs = {}
    for area in areas:
        parts = tuple(_part(one, area, latest.get(one.code, {}), ranks.get(one.code, {})) for one in indicators)
        by_theme = {}
        for theme in themes:
            speaking = {one.code for one in indicators if one.theme in (theme, "general")}
            mean = _weighted([part for part in parts if part.indicator in speaking])
            if mean is not None:
                by_theme[theme] = mean
        needs[area] = AreaNeed(area, _weighted(parts), by_theme, parts)
    return needs


def need_by_theme(need: AreaNeed | None, themes: Collection[str]) -> dict[str, int]:
    """Return the need that a project of each theme would answer in an area, in micro-units.

    A theme that no indicator speaks to has the need of the general ones; where there are none either, 0: nothing is
    known that it would answer.
    """
    if need is None:
        return dict.fromkeys(themes, 0)
    general = need.by_theme.get("general", 0)
    return {theme: need.by_theme.get(theme, general) for theme in themes}


def _latest(values: Collection[IndicatorValue], areas: set[UUID]) -> dict[str, dict[UUID, IndicatorValue]]:
    latest: dict[str, dict[UUID, IndicatorValue]] = defaultdict(dict)
    for value in values:
        if value.area_id in areas:
            known = latest[value.indicator].get(value.area_id)
            if known is None or known.period < value.period:
                latest[value.indicator][value.area_id] = value
    return latest


def _part(one: Indicator, area: UUID, latest: Mapping[UUID, IndicatorValue], ranks: Mapping[UUID, int]) -> Part:
    value = latest.get(area)
    if value is None:
        return Part(one.code, one.weight, None, None, None)
    return Part(one.code, one.weight, ranks[area], value.value, value.period)


def _weighted(parts: Sequence[Part]) -> int | None:
    """Return the mean of the places by weight; what has no value is left out, and the others weigh more."""
    known = [(part.weight, part.percentile) for part in parts if part.percentile is not None and part.weight]
    total = sum(weight for weight, _ in known)
    if not total:
        return None
    return round(Fraction(sum(weight * place for weight, place in known), total))


class Indicators(Protocol):
    """Indicators and their values."""

    def all(self) -> list[Indicator]:
        """Return every indicator, by theme and code."""
        ...

    def values(self, area_ids: Collection[UUID] | None = None) -> list[IndicatorValue]:
        """Return the values of these areas, or all."""
        ...

    def compared_with(self, area_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, tuple[UUID, ...]]]:
        """Return, for each area, the smallest area around it that has figures and all areas of that level with some.

        The area itself comes first; one without figures anywhere around it is left out.
        """
        ...

    def areas_named(self, names: Collection[str]) -> dict[str, UUID]:
        """Return the area that each name or slug stands for; the smallest of several, unknown ones are left out."""
        ...

    def put(self, indicator: Indicator, source_code: str, at: datetime) -> None:
        """Add an indicator or change what is said of it; its weight stays as somebody decided it."""
        ...

    def set_weight(self, code: str, version: int, weight: int, at: datetime) -> bool:
        """Write a weight if the version is still that one; tell whether it was."""
        ...

    def put_values(self, values: Sequence[IndicatorValue], at: datetime) -> int:
        """Add or replace values; return how many are new or different."""
        ...
