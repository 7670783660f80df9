"""The rules of a call: read strictly with a pointer, written in full, hashed in one canonical form."""

import copy
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.call_definition_files import definition_to_json, read_definition, read_reserve, reserve_to_json
from mapsvc.domain.call_definitions import (
    UNKNOWN_RULES,
    CallDefinition,
    Criterion,
    Framework,
    Grant,
    LotReserve,
    Mechanism,
    UnknownEffect,
    WantedDeclaration,
    WantedDocument,
    Weights,
)
from mapsvc.domain.call_timelines import ORDER, Timeline, extended, moved, read_timeline, timeline_to_json
from mapsvc.domain.canonical import canonical, sha256
from mapsvc.domain.eligibility import EligibilityRule, RuleKind
from mapsvc.domain.errors import Invalid

FULL = CallDefinition(
    officer="G. Ferrero",
    frameworks=(Framework("Regulation 391", "2020", "https://example.org/391"),),
    eligibility=(EligibilityRule(RuleKind.UNDER_AGE, least=50, age=35), EligibilityRule(RuleKind.DOCUMENT, ("plan",))),
    criteria=(Criterion("quality", {"en": "Quality"}, 60, 30), Criterion("benefit", {"it": "Beneficio"}, 40)),
    weights=Weights(60, 20, 20, 0),
    mechanism=Mechanism.OPTIMAL,
    unknown_policy={"H09": UnknownEffect.BLOCK},
    grant=Grant(500_000, ("works",)),
    documents=(WantedDocument("plan", {"en": "Plan"}),),
    declarations=(WantedDeclaration("no_debts", {"en": "No debts"}, required=False),),
)


def refused(change):
    value = copy.deepcopy(definition_to_json(FULL))
    change(value)
    with pytest.raises(Invalid) as error:
        read_definition(value)
    return error.value.code, error.value.pointer


def test_what_is_written_is_read_back():
    assert read_definition(definition_to_json(FULL)) == FULL
    assert read_definition({}) == CallDefinition()


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        (lambda v: v["weights"].update(merit=61), "weights_sum", "/weights"),
        (lambda v: v["weights"].update(merit=-1), "whole_range", "/weights/merit"),
        (lambda v: v["weights"].update(merit=60.0), "whole_number", "/weights/merit"),
        (lambda v: v["weights"].pop("owner"), "required", "/weights/owner"),
        (lambda v: v["weights"].update(merit=0, impact=0, fit=0, owner=100), "weights_owner", "/weights/owner"),
        (lambda v: v["criteria"][0].update(max_points=61), "criteria_sum", "/criteria"),
        (lambda v: v["criteria"][1].update(code="quality"), "code_twice", "/criteria/1/code"),
        (lambda v: v["criteria"][0].update(least=61), "criterion_threshold", "/criteria/0/least"),
        (lambda v: v["criteria"][0].update(code="Not a code"), "not_a_code", "/criteria/0/code"),
        (lambda v: v["criteria"][0].update(label={}), "required", "/criteria/0/label"),
        (lambda v: v["criteria"][0].update(colour="red"), "unknown_field", "/criteria/0/colour"),
        (lambda v: v.update(mechanism="random"), "unknown_value", "/mechanism"),
        (lambda v: v.update(max_preferences=9), "whole_range", "/max_preferences"),
        (lambda v: v.update(prior_micro=1_000_001), "whole_range", "/prior_micro"),
        (lambda v: v.update(unknown_policy={"H01": "block"}), "unknown_field", "/unknown_policy/H01"),
        (lambda v: v.update(unknown_policy={"H09": "ignore"}), "unknown_value", "/unknown_policy/H09"),
        (lambda v: v.update(documents=[]), "rule_unasked", "/eligibility/1/codes/0"),
        (lambda v: v["frameworks"][0].update(url="javascript:alert(1)"), "not_an_address", "/frameworks/0/url"),
        (lambda v: v.update(surprise=1), "unknown_field", "/surprise"),
        (lambda v: v.update(criteria={"a": 1}), "not_a_list", "/criteria"),
    ],
)
def test_what_is_wrong_is_named_with_a_pointer(change, code, pointer):
    assert refused(change) == (code, pointer)


@given(st.lists(st.integers(0, 100), min_size=4, max_size=4))
def test_weights_are_taken_exactly_when_they_add_to_100(numbers):
    value = definition_to_json(CallDefinition()) | {
        "weights": dict(zip(("merit", "impact", "fit", "owner"), numbers, strict=True))
    }
    if sum(numbers) == 100 and numbers[3] != 100:
        assert sum(vars_of(read_definition(value).weights)) == 100
    else:
        with pytest.raises(Invalid):
            read_definition(value)


def vars_of(weights):
    return [weights.merit, weights.impact, weights.fit, weights.owner]


@given(st.dictionaries(st.sampled_from(UNKNOWN_RULES), st.sampled_from(list(UnknownEffect))))
def test_the_hash_does_not_depend_on_the_order_in_which_something_was_written(policy):
    one = CallDefinition(unknown_policy=policy)
    other = CallDefinition(unknown_policy=dict(reversed(list(policy.items()))))
    assert sha256(definition_to_json(one)) == sha256(definition_to_json(other))
    assert canonical(definition_to_json(one)) == canonical(definition_to_json(read_definition(definition_to_json(one))))


def test_a_reserve_has_no_more_seats_than_its_lot():
    reserve = LotReserve(1, EligibilityRule(RuleKind.UNDER_AGE, least=50, age=30), {"en": "Under 30"})
    assert read_reserve(reserve_to_json(reserve), 1, "/reserve") == reserve
    assert read_reserve(None, 1, "/reserve") is None
    with pytest.raises(Invalid) as error:
        read_reserve(reserve_to_json(reserve) | {"seats": 2}, 1, "/reserve")
    assert (error.value.code, error.value.pointer) == ("reserve_seats", "/reserve/seats")


DATES = {name: date(2027, 1 + place, 10).isoformat() for place, name in enumerate(ORDER)}


def test_dates_follow_each_other():
    timeline = read_timeline(DATES | {"site_visits": ["2027-02-01"]})
    assert read_timeline(timeline_to_json(timeline)) == timeline
    for name, value, code in (
        ("final_on", "2027-01-01", "timeline_order"),
        ("draw_on", DATES["closes_on"], "draw_too_early"),
        ("closes_on", "2027-02-30", "not_a_day"),
        ("closes_at", "25:00", "not_a_time"),
        ("site_visits", ["2027-09-01"], "visit_too_late"),
        ("zone", "Mars/Olympus", "unknown_value"),
    ):
        with pytest.raises(Invalid) as error:
            read_timeline(DATES | {name: value})
        assert error.value.code == code


def test_the_deadline_is_an_instant_of_the_city():
    assert Timeline(closes_on=date(2027, 1, 10)).deadline == datetime(2027, 1, 10, 11, tzinfo=UTC)
    assert Timeline(closes_on=date(2027, 7, 10)).deadline == datetime(2027, 7, 10, 10, tzinfo=UTC)
    assert Timeline().deadline is None


@given(st.integers(-400, 400))
def test_moving_dates_keeps_their_distances(days):
    before, after = read_timeline(DATES), read_timeline(moved(DATES, days))
    assert {(getattr(after, name) - getattr(before, name)).days for name in ORDER} == {days}


def test_an_extension_moves_only_what_comes_after():
    before = read_timeline(DATES)
    after = extended(before, date(2027, 3, 17), time(18))
    assert after.questions_until == before.questions_until
    assert (after.draw_on - before.draw_on).days == 7
    assert (after.closes_on, after.closes_at) == (date(2027, 3, 17), time(18))
