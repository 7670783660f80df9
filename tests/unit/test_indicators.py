"""The need index: a place among areas, by published weights, with what is missing said."""

from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.gaps import Provision, gaps, need_class
from mapsvc.domain.indicators import (
    MICRO,
    Indicator,
    IndicatorValue,
    need_by_theme,
    need_index,
    percentile_ranks,
)

SPACE = UUID(int=1)
A, B, C, D = (uuid5(SPACE, name) for name in "ABCD")
FIGURES = st.dictionaries(st.uuids(), st.integers(-1000, 1000).map(float), min_size=1, max_size=12)


def indicator(code: str, *, theme: str = "art", weight: int = 1, higher_is_need: bool = True) -> Indicator:
    return Indicator(code, {"en": code}, {}, theme, "need", "%", higher_is_need, weight, 5, "")


def values(code: str, period: str = "2025", **by_area: float) -> list[IndicatorValue]:
    return [IndicatorValue(code, uuid5(SPACE, name), period, value) for name, value in by_area.items()]


def test_the_places_of_four_areas() -> None:
    ranks = percentile_ranks({A: 1, B: 2, C: 3, D: 4}, higher_is_need=True)
    assert ranks == {A: 0, B: 333_333, C: 666_667, D: MICRO}
    assert percentile_ranks({A: 1, B: 2, C: 2, D: 4}, higher_is_need=True) == {A: 0, B: 500_000, C: 500_000, D: MICRO}
    assert percentile_ranks({A: 7}, higher_is_need=False) == {A: 500_000}


@given(FIGURES)
def test_turning_an_indicator_round_mirrors_it(figures: dict[UUID, float]) -> None:
    up, down = (percentile_ranks(figures, higher_is_need=way) for way in (True, False))
    assert all(abs(up[area] + down[area] - MICRO) <= 1 for area in figures)
    assert all((figures[a] < figures[b]) == (up[a] < up[b]) for a in figures for b in figures)


@given(FIGURES, st.randoms())
def test_neither_the_order_nor_the_unit_matters(figures: dict[UUID, float], chance) -> None:
    items = list(figures.items())
    chance.shuffle(items)
    assert percentile_ranks(dict(items), higher_is_need=True) == percentile_ranks(figures, higher_is_need=True)
    scaled = {area: value * 3 + 7 for area, value in figures.items()}
    assert percentile_ranks(scaled, higher_is_need=True) == percentile_ranks(figures, higher_is_need=True)


def test_weights_decide_how_much_each_indicator_counts() -> None:
    known = [indicator("first", weight=3), indicator("second", weight=1)]
    needs = need_index(known, values("first", A=0, B=10) + values("second", A=10, B=0), [A, B])
    assert (needs[A].index, needs[B].index) == (250_000, 750_000)
    assert not needs[A].incomplete


def test_what_is_missing_is_weighed_anew_and_flagged() -> None:
    known = [indicator("first", weight=3), indicator("second", weight=1), indicator("idle", weight=0)]
    needs = need_index(known, values("first", A=0, B=10) + values("second", A=1, B=2, C=3), [A, B, C, D])
    assert needs[C].index == MICRO
    assert needs[C].incomplete
    assert needs[D].index is None
    assert not needs[A].incomplete, "an indicator without weight is missed by nobody"


def test_the_latest_period_counts_for_each_area() -> None:
    found = values("first", "2023", A=9, B=5) + values("first", "2025", A=1)
    needs = need_index([indicator("first")], found, [A, B])
    assert (needs[A].index, needs[B].index) == (0, MICRO)
    assert needs[A].parts[0].period == "2025"


def test_a_theme_without_figures_has_the_general_need() -> None:
    known = [indicator("income", theme="general"), indicator("libraries", theme="education", higher_is_need=False)]
    needs = need_index(known, values("income", A=0, B=5, C=10) + values("libraries", A=9, B=5, C=1), [A, B, C])
    assert need_by_theme(needs[B], ("art", "education")) == {"art": 500_000, "education": 500_000}
    assert need_by_theme(needs[C], ("art", "education")) == {"art": MICRO, "education": MICRO}
    assert need_by_theme(None, ("art",)) == {"art": 0}


def test_a_gap_needs_much_has_little_and_knows_a_vacant_place() -> None:
    known = [indicator("first")]
    needs = need_index(known, values("first", A=1, B=2, C=3, D=4), [A, B, C, D])
    nothing, much = Provision(vacant=2), Provision(initiatives=3, vacant=2)
    found = gaps(needs, {A: nothing, B: nothing, C: nothing, D: nothing})
    assert [gap.area_id for gap in found] == [D, C], "the deepest gap first; A and B need little"
    assert [gap.area_id for gap in gaps(needs, {A: nothing, B: nothing, C: nothing, D: much})] == [C]
    assert gaps(needs, dict.fromkeys((A, B, C, D), Provision())) == [], "nowhere to begin"
    assert gaps({}, {}) == []


@given(st.integers(0, MICRO))
def test_the_five_steps_of_the_map_are_equal_and_in_order(index: int) -> None:
    assert need_class(index) == min(5, index // 200_000 + 1)
