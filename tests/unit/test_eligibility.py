"""Rules of eligibility: what fails, what is unknown, what can be completed; and their JSON, read strictly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mapsvc.domain.admissibility import CheckedRule, OfficeCheck, check_admission, check_request, checked, outcome
from mapsvc.domain.committees import CommitteeMember, ConflictOfInterest, check_may_join, reviewers
from mapsvc.domain.eligibility import (
    EligibilityRule,
    Facts,
    RuleKind,
    check,
    check_all,
    read_rule,
    read_rules,
    together,
    write_rule,
)
from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.matches import State
from mapsvc.domain.needs import COLLECTIVE_FORMS
from mapsvc.domain.owner_ranks import read_order, standing
from mapsvc.domain.people import Account
from mapsvc.matching.priority import owner_terms

AT = datetime(2026, 11, 20, tzinfo=UTC)
TODAY = date(2026, 11, 20)
ONE = UUID(int=1)
FORMS = EligibilityRule(RuleKind.FORMS, ("association",))
YOUNG = EligibilityRule(RuleKind.UNDER_AGE, least=50, age=35)
FULL = Facts("association", 6, {30: 2, 35: 3}, "north", frozenset({"north", "city"}), "978", frozenset({"no_debts"}),
             frozenset({"plan"}), True)  # fmt: skip
CODE = st.text(alphabet="abcdefgh_", min_size=1, max_size=12)
RULES = st.one_of(
    st.builds(lambda codes: EligibilityRule(RuleKind.FORMS, tuple(codes)),
              st.lists(st.sampled_from(COLLECTIVE_FORMS), min_size=1, unique=True)),
    st.builds(lambda codes: EligibilityRule(RuleKind.SEAT, tuple(codes)), st.lists(CODE, min_size=1, unique=True)),
    st.builds(lambda codes: EligibilityRule(RuleKind.REGISTRATION, tuple(codes)),
              st.lists(st.sampled_from(COLLECTIVE_FORMS), unique=True)),
    st.builds(lambda least: EligibilityRule(RuleKind.MEMBERS, least=least), st.integers(1, 1000)),
    st.builds(lambda least, age: EligibilityRule(RuleKind.UNDER_AGE, least=least, age=age), st.integers(1, 100),
              st.sampled_from([30, 35])),
    st.builds(lambda code: EligibilityRule(RuleKind.DECLARATION, (code,)), CODE),
    st.builds(lambda code: EligibilityRule(RuleKind.DOCUMENT, (code,)), CODE),
    st.just(EligibilityRule(RuleKind.SITE_VISIT)),
)  # fmt: skip


@given(RULES)
def test_a_rule_is_written_and_read_again(rule: EligibilityRule) -> None:
    assert read_rule(write_rule(rule), "/rule") == rule


@given(RULES)
def test_nothing_known_never_fails_and_never_passes_by_silence(rule: EligibilityRule) -> None:
    found = check(rule, Facts())
    assert found.state is State.UNKNOWN
    assert found.curable


@given(RULES)
def test_a_group_that_fails_cannot_complete_it(rule: EligibilityRule) -> None:
    found = check(rule, FULL)
    assert found.curable == (found.state is State.UNKNOWN)


@given(st.integers(1, 100), st.integers(1, 500), st.integers(0, 500))
def test_a_share_is_reached_exactly(least: int, members: int, young: int) -> None:
    assume(young <= members)
    facts = Facts(members=members, members_under={35: young})
    found = check(EligibilityRule(RuleKind.UNDER_AGE, least=least, age=35), facts)
    assert (found.state is State.PASS) == (young * 100 >= least * members)


@pytest.mark.parametrize(
    ("rule", "facts", "state"),
    [
        (FORMS, FULL, State.PASS),
        (FORMS, replace(FULL, form="company"), State.FAIL),
        (EligibilityRule(RuleKind.SEAT, ("city",)), FULL, State.PASS),
        (EligibilityRule(RuleKind.SEAT, ("south",)), FULL, State.FAIL),
        (EligibilityRule(RuleKind.REGISTRATION, ("aps",)), FULL, State.PASS),
        (EligibilityRule(RuleKind.REGISTRATION), replace(FULL, registration=None), State.UNKNOWN),
        (EligibilityRule(RuleKind.MEMBERS, least=7), FULL, State.FAIL),
        (YOUNG, replace(FULL, members=0), State.UNKNOWN),
        (YOUNG, replace(FULL, members=7), State.FAIL),
        (EligibilityRule(RuleKind.SITE_VISIT), replace(FULL, visited=False), State.FAIL),
    ],
)
def test_what_a_rule_says(rule: EligibilityRule, facts: Facts, state: State) -> None:
    assert check(rule, facts).state is state


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ([], "/r"),
        ({"kind": "votes"}, "/r/kind"),
        ({"kind": ["forms"]}, "/r/kind"),
        ({"kind": "forms", "codes": []}, "/r/codes"),
        ({"kind": "forms", "codes": ["guild"]}, "/r/codes/0"),
        ({"kind": "forms", "codes": ["aps"], "least": 3}, "/r"),
        ({"kind": "members", "least": 0}, "/r/least"),
        ({"kind": "members", "least": True}, "/r/least"),
        ({"kind": "under_age", "least": 101, "age": 35}, "/r/least"),
        ({"kind": "under_age", "least": 50, "age": 40}, "/r/age"),
        ({"kind": "document", "codes": ["a", "b"]}, "/r/codes"),
    ],
)
def test_a_bad_rule_is_refused_with_its_place(value: object, pointer: str) -> None:
    with pytest.raises(Invalid) as error:
        read_rule(value, "/r")
    assert error.value.pointer == pointer


def test_a_rule_comes_once() -> None:
    with pytest.raises(Invalid) as error:
        read_rules([write_rule(YOUNG), write_rule(replace(YOUNG, least=60))], "/eligibility")
    assert error.value.pointer == "/eligibility/1"


@given(st.lists(st.sampled_from([State.PASS, State.FAIL, State.UNKNOWN])))
def test_one_fail_decides_then_one_unknown(states: list[State]) -> None:
    worst = State.FAIL if State.FAIL in states else State.UNKNOWN if State.UNKNOWN in states else State.PASS
    assert together(states) is worst


def found(state: State) -> OfficeCheck:
    return OfficeCheck(ONE, "forms", state, "seen", 1, AT)


def test_what_the_office_found_counts_before_the_figures() -> None:
    checks = check_all((FORMS, YOUNG), replace(FULL, form=None))
    assert outcome(checked(checks, {})) is State.UNKNOWN
    assert outcome(checked(checks, {"forms": found(State.PASS)})) is State.PASS
    assert outcome(checked(checks, {"forms": found(State.FAIL)})) is State.FAIL
    check_admission(checked(checks, {"forms": found(State.PASS)}))
    with pytest.raises(Conflict):
        check_admission(checked(checks, {}))


@pytest.mark.parametrize(("days", "good"), [(9, False), (10, True), (60, True), (61, False)])
def test_the_days_to_complete(days: int, good: bool) -> None:
    rows = [CheckedRule(check(FORMS, Facts()))]
    if good:
        assert check_request(" The plan ", TODAY + timedelta(days=days), TODAY, rows) == "The plan"
    else:
        with pytest.raises(Invalid):
            check_request("The plan", TODAY + timedelta(days=days), TODAY, rows)


def test_what_only_fails_on_paper_can_be_completed_again() -> None:
    failing = check(FORMS, replace(FULL, form="company"))
    with pytest.raises(Conflict):
        check_request("More", TODAY + timedelta(days=10), TODAY, [CheckedRule(failing)])
    # A document that the office found empty may be sent again.
    judged = CheckedRule(check(FORMS, FULL), found(State.FAIL))
    assert check_request("More", TODAY + timedelta(days=10), TODAY, [judged]) == "More"


def account(number: int, *roles: str, active: bool = True) -> Account:
    grants = tuple((index, role, None, None, None) for index, role in enumerate(roles))
    return Account(number, f"{number}@example.org", str(number), None, active, True, False, grants)


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (None, "member_unknown"),
        (account(1, active=False), "member_unknown"),
        (account(7), "member_runs_call"),
        (account(1, "moderator", "director"), "member_directs"),
        (account(3), "member_twice"),
    ],
)
def test_who_cannot_join_a_committee(one: Account | None, code: str) -> None:
    with pytest.raises(Conflict) as error:
        check_may_join(one, {7}, [CommitteeMember(ONE, 3, True, "", "")])
    assert error.value.code == code
    assert check_may_join(account(1, "officer"), {7}, []).id == 1


@given(st.sets(st.integers(1, 9)), st.sets(st.tuples(st.integers(1, 9), st.integers(1, 3))))
def test_whoever_is_too_near_does_not_score(members: set[int], near: set[tuple[int, int]]) -> None:
    conflicts = [ConflictOfInterest(UUID(int=one), user, "near", AT) for user, one in near]
    for number in (1, 2, 3):
        scoring = reviewers(members, conflicts, UUID(int=number))
        assert scoring == {user for user in members if (user, number) not in near}


@given(st.permutations([f"APP-000{number}" for number in range(1, 7)]), st.sets(st.integers(1, 6), min_size=1))
def test_an_order_stays_an_order_when_groups_withdraw(order: list[str], stay: set[int]) -> None:
    candidates = {f"APP-000{number}": UUID(int=number) for number in range(1, 7)}
    ranks = read_order(order, candidates)
    left = [UUID(int=number) for number in sorted(stay)]
    kept = standing(ranks, left)
    assert kept is not None
    assert sorted(kept.values()) == list(range(1, len(left) + 1))
    assert sorted(left, key=lambda one: kept[one]) == sorted(left, key=lambda one: ranks[one])
    assert owner_terms({str(one): rank for one, rank in kept.items()}, [str(one) for one in left]) is not None


def test_an_order_without_everybody_is_dropped_for_the_whole_lot() -> None:
    assert standing({UUID(int=1): 1}, [UUID(int=1), UUID(int=2)]) is None
    assert standing({}, []) is None
    assert read_order([], {"APP-0001": UUID(int=1)}) == {}
