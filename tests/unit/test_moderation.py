"""Who may decide what about a record: publication 5.2."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest

from mapsvc.domain.errors import Conflict, Forbidden, Invalid
from mapsvc.domain.moderation import SYSTEM, StateChange, allowed_targets, check_change, first_state
from mapsvc.domain.spaces import RecordState

S = RecordState
DAY = date(2026, 11, 22)
TARGET = UUID(int=1)
FULL = {"reason": "spam", "target": TARGET, "today": DAY, "decided_on": DAY, "gone": True}


def test_only_the_listed_changes_exist():
    allowed = set()
    for before, after in product(S, S):
        reason = "dangerous" if after is S.HIDDEN else "spam"
        try:
            check_change(StateChange(before, after, ["officer"], **{**FULL, "reason": reason}))
        except Conflict:
            continue
        allowed.add((before.value, after.value))
    assert allowed == {
        ("submitted", "published"),
        ("submitted", "rejected"),
        ("submitted", "merged"),
        ("published", "merged"),
        ("published", "hidden"),
        ("published", "archived"),
        ("hidden", "published"),
        ("rejected", "submitted"),
        ("merged", "published"),
        ("merged", "submitted"),
    }


def test_roles_decide():
    assert allowed_targets(S.PUBLISHED, ["moderator"]) == {S.MERGED, S.HIDDEN}
    assert allowed_targets(S.PUBLISHED, ["officer"]) == {S.MERGED, S.HIDDEN, S.ARCHIVED}
    assert allowed_targets(S.SUBMITTED, [SYSTEM]) == {S.PUBLISHED}
    assert allowed_targets(S.PUBLISHED, [SYSTEM]) == {S.HIDDEN, S.ARCHIVED}
    # A trusted organisation publishes; it neither refuses, hides nor joins.
    assert {s: allowed_targets(s, ["trust_broker"]) for s in S if allowed_targets(s, ["trust_broker"])} == {
        S.SUBMITTED: {S.PUBLISHED}
    }
    for roles in ([], ["curator"], ["member", "collective_rep"]):
        assert all(not allowed_targets(state, roles) for state in S)
        with pytest.raises(Forbidden):
            check_change(StateChange(S.SUBMITTED, S.PUBLISHED, roles))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (StateChange(S.SUBMITTED, S.REJECTED, ["moderator"]), Invalid),
        (StateChange(S.SUBMITTED, S.REJECTED, ["moderator"], reason="because"), Invalid),
        (StateChange(S.PUBLISHED, S.HIDDEN, ["moderator"], reason="spam"), Invalid),
        (StateChange(S.SUBMITTED, S.MERGED, ["moderator"]), Invalid),
        (StateChange(S.PUBLISHED, S.ARCHIVED, ["officer"]), Invalid),
        (StateChange(S.PUBLISHED, S.ARCHIVED, ["moderator"], gone=True), Forbidden),
        (StateChange(S.HIDDEN, S.PUBLISHED, ["moderator"], needs_second_person=True), Forbidden),
        (StateChange(S.MERGED, S.PUBLISHED, ["moderator"]), Invalid),
        (StateChange(S.MERGED, S.PUBLISHED, ["moderator"], today=DAY, decided_on=DAY - timedelta(91)), Conflict),
        (StateChange(S.REJECTED, S.SUBMITTED, ["moderator"], today=DAY, decided_on=DAY - timedelta(31)), Conflict),
        (StateChange(S.REJECTED, S.SUBMITTED, ["moderator"], today=DAY, decided_on=DAY, same_person=True), Forbidden),
    ],
)
def test_guards(change, error):
    with pytest.raises(error):
        check_change(change)


@pytest.mark.parametrize(
    "change",
    [
        StateChange(S.SUBMITTED, S.REJECTED, ["moderator"], reason="not_a_space"),
        StateChange(S.PUBLISHED, S.ARCHIVED, [SYSTEM], gone=True),
        StateChange(S.HIDDEN, S.PUBLISHED, ["moderator"], needs_second_person=True, second_person=True),
        StateChange(S.MERGED, S.PUBLISHED, ["moderator"], today=DAY, decided_on=DAY - timedelta(90)),
        StateChange(S.REJECTED, S.SUBMITTED, ["moderator"], today=DAY, decided_on=DAY - timedelta(30)),
    ],
)
def test_guards_let_through(change):
    check_change(change)


def test_where_a_new_place_starts():
    assert first_state("before", []) is S.SUBMITTED
    assert first_state("after", []) is S.PUBLISHED
    assert first_state("before", [], trusted=True) is S.PUBLISHED
    assert first_state("before", ["moderator"]) is S.PUBLISHED
