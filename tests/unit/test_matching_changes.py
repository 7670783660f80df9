"""What would have to change: each sentence is true, and the change is the smallest one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapsvc.domain.matches import Candidate, Effect
from mapsvc.domain.needs import NeedsProfile
from mapsvc.matching.changes import judge_all, what_would_change
from mapsvc.matching.constraints import RULE_BY_KEY
from mapsvc.matching.pairs import Pair
from mapsvc.matching.policy import WHAT_FITS_NOW
from mapsvc.matching.rank import explain, rank_collectives, rank_spaces
from tests.unit.matching_inputs import TODAY, Inputs

# The smallest step of a figure: one whole number less of a change must not be enough.
STEPS = {
    "area_min_m2": 0.1, "area_max_m2": -0.1, "budget_max_cents": -1, "deposit_max_cents": -1, "people_peak": 1,
    "term_min_days": 1, "max_distance_m": -1, "rent_cents": 1, "subsidy_cents": -1, "deposit_cents": 1,
    "min_term_days": 1, "start_latest": -timedelta(days=1), "height_min_m": 0.01, "power_min_kw": 0.1,
    "floor_load_min_kn_m2": 0.1, "noise_emission_day": 1, "noise_tolerance_day": -1, "power_kw": -0.1,
    "fit_out_access_from": timedelta(days=1),
}  # fmt: skip


def blocking(pair: Pair) -> set[str]:
    return {one.key for one in judge_all(pair) if one.effect is Effect.BLOCK}


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_every_change_is_true_and_smallest(seed):
    inputs = Inputs(seed)
    pair = Pair(inputs.needs(), inputs.offer(), TODAY, WHAT_FITS_NOW)
    before = blocking(pair)
    for change in what_would_change(pair, judge_all(pair)):
        if change.field.startswith("windows"):
            continue
        after = applied(pair, change.side, change.field, value(pair, change))
        assert change.constraint in before
        assert blocking(after) < before
        assert change.constraint not in blocking(after)
        assert change.makes_feasible == (not blocking(after))
        step = STEPS.get(change.field)
        if step is not None and change.kind == "change":
            less = change.after + step
            smaller = applied(pair, change.side, change.field, round(less, 2) if isinstance(less, float) else less)
            assert RULE_BY_KEY[change.constraint].judge(smaller).effect is Effect.BLOCK


def value(pair: Pair, change):
    """The changed value itself, where the change shows something shorter."""
    if change.field == "districts_ok":
        return (*(pair.needs.districts_ok or ()), change.after)
    if change.field == "certificates":
        return ()
    return change.after


def applied(pair: Pair, side: str, field: str, after) -> Pair:
    if side == "needs":
        return replace(pair, needs=replace(pair.needs, **{field: after}))
    if side == "offer":
        return replace(pair, offer=replace(pair.offer, **{field: after}))
    return replace(pair, offer=replace(pair.offer, features=replace(pair.offer.features, **{field: after})))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_the_order_of_input_changes_nothing(seed, random):
    inputs = Inputs(seed)
    needs, offers = inputs.needs(), [inputs.offer(f"offer-{number}") for number in range(8)]
    candidates = [Candidate(f"c{number}", inputs.needs()) for number in range(8)]
    spaces, groups = rank_spaces(needs, offers, TODAY), rank_collectives(offers[0], candidates, TODAY)
    offer = offers[0]
    random.shuffle(offers)
    random.shuffle(candidates)
    assert rank_spaces(needs, offers, TODAY) == spaces
    assert rank_collectives(offer, candidates, TODAY) == groups
    keys = [(not row.feasible, len(row.blocking), -row.fit, row.offer_id) for row in spaces.rows]
    assert keys == sorted(keys)
    assert spaces.feasible == sum(row.feasible for row in spaces.rows)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(("water", "internet", "step_free", "usable_area_m2", "frontage_m")))
def test_a_blank_never_beats_the_best_answer(seed, field):
    inputs = Inputs(seed)
    welcome = dict.fromkeys(("water", "internet", "step_free"), "nice")
    needs = replace(inputs.needs(), **welcome, area_min_m2=40.0, area_ideal_m2=60.0)
    offer = inputs.offer()
    best = {"water": True, "internet": "ftth", "step_free": "yes", "usable_area_m2": 60.0, "frontage_m": 1000.0}[field]
    blank = explain(Candidate("c", needs), replace(offer, features=replace(offer.features, **{field: None})), TODAY)
    known = explain(Candidate("c", needs), replace(offer, features=replace(offer.features, **{field: best})), TODAY)
    assert blank.fit <= known.fit
    assert 0 <= blank.low <= blank.fit <= blank.high <= 1_000_000
    assert blank.high >= known.fit


def test_pages_of_a_ranking_join_without_gaps():
    inputs = Inputs(7)
    offers, needs = [inputs.offer(f"o{number:02}") for number in range(9)], inputs.needs()
    whole = rank_spaces(needs, offers, TODAY)
    parts = [rank_spaces(needs, offers, TODAY, first=first, limit=4) for first in (0, 4, 8)]
    assert tuple(row for part in parts for row in part.rows) == whole.rows
    assert {part.total for part in parts} == {9}


@pytest.mark.parametrize("start", [None, date(2027, 1, 1)])
def test_nothing_to_compare_is_an_empty_ranking(start):
    ranking = rank_spaces(NeedsProfile(start_latest=start), [], TODAY)
    assert (ranking.rows, ranking.total, ranking.feasible) == ((), 0, 0)
    assert rank_collectives(Inputs(1).offer(), [], TODAY).total == 0
