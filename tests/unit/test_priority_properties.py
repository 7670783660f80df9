"""Priorities (matching 3.4, 3.5): within bounds, monotone in every part, and what is not known never wins over it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mapsvc.domain.call_definitions import Weights
from mapsvc.domain.matches import State
from mapsvc.matching.fits import Score, fits_of, score_of
from mapsvc.matching.micro import MICRO
from mapsvc.matching.pairs import Pair
from mapsvc.matching.policy import Policy
from mapsvc.matching.priority import Terms, owner_terms, priority
from tests.unit.matching_inputs import TODAY, Inputs

micro = st.integers(0, MICRO)


@st.composite
def weights(draw):
    merit = draw(st.integers(0, 100))
    impact = draw(st.integers(0, 100 - merit))
    fit = draw(st.integers(0, 100 - merit - impact))
    owner = 100 - merit - impact - fit
    return Weights(merit, impact, fit, owner) if owner < 100 else Weights()


@given(weights(), micro, micro, micro, st.none() | micro)
def test_a_priority_lies_between_nothing_and_all(given_weights, merit, impact, fit, owner):
    assert 0 <= priority(given_weights, Terms(merit, impact, fit, owner)) <= MICRO
    assert priority(given_weights, Terms(MICRO, MICRO, MICRO, None if owner is None else MICRO)) == MICRO


@given(weights(), micro, micro, micro, micro, st.sampled_from(["merit", "impact", "fit", "owner"]), micro)
def test_more_of_any_term_is_never_worth_less(given_weights, merit, impact, fit, owner, name, other):
    terms = Terms(merit, impact, fit, owner)
    more = replace(terms, **{name: max(other, getattr(terms, name))})
    assert priority(given_weights, more) >= priority(given_weights, terms)


def scored(seed: int, **facts: object) -> tuple[Score, Pair]:
    offer = Inputs(seed + 1).offer("one")
    offer = replace(offer, features=replace(offer.features, **facts))
    pair = Pair(Inputs(seed).needs(), offer, TODAY, Policy())
    return score_of(fits_of(pair)), pair


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.sampled_from([("daylight_level", 3), ("energy_class", "A4"), ("frontage_m", 1000.0)]))
def test_what_is_not_known_never_beats_the_best_that_it_could_be(seed, fact):
    name, best = fact
    unknown, _ = scored(seed, **{name: None})
    known, _ = scored(seed, **{name: best})
    assert unknown.fit <= known.fit
    assert unknown.low <= known.fit <= unknown.high
    assert unknown.coverage <= known.coverage


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400))
def test_each_criterion_lies_within_its_bounds_and_only_missing_data_widen_them(seed):
    score, pair = scored(seed)
    assert 0 <= score.low <= score.fit <= score.high <= MICRO
    for one in fits_of(pair):
        assert 0 <= one.low <= one.micro <= one.high <= MICRO
        assert one.state is State.UNKNOWN or one.low == one.high


@given(st.integers(1, 30))
def test_an_owners_order_is_worth_from_all_to_nothing(count):
    names = [f"A{number}" for number in range(count)]
    terms = owner_terms({name: place for place, name in enumerate(names, start=1)}, names)
    assert terms is not None
    values = [terms[name] for name in names]
    assert values[0] == MICRO
    assert values == sorted(values, reverse=True)
    assert count == 1 or values[-1] == 0
