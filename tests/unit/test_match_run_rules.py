"""The states of runs, decisions before a run, and what a simulation may change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.ids import new_id
from mapsvc.domain.match_locks import Lock, LockKind, LockReason, check_among, check_lock, check_signer
from mapsvc.domain.match_runs import TRANSITIONS, MatchRun, RunKind, RunState, check_adopter, check_move
from mapsvc.domain.run_changes import Changes, read_changes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUN = MatchRun(
    id=new_id(), call_id=new_id(), kind=RunKind.OFFICIAL, state=RunState.FROZEN, engine_version="1",
    python_version="3.11", started_at=NOW, frozen_by=7,
)  # fmt: skip
LOCK = Lock(
    id=new_id(), call_id=new_id(), kind=LockKind.REQUIRE, reason=LockReason.SAFETY, text="Why.", author_id=7,
    created_at=NOW, application_id=new_id(), lot_id=new_id(),
)  # fmt: skip
WAY = (RunState.FROZEN, RunState.COMPUTED, RunState.REVIEWED, RunState.ADOPTED, RunState.SUPERSEDED)


def test_a_run_goes_its_way_step_by_step():
    for before in RunState:
        for after in RunState:
            run = replace(RUN, state=before)
            if after in TRANSITIONS[before]:
                check_move(run, after)
            else:
                with pytest.raises(Conflict) as refused:
                    check_move(run, after)
                assert refused.value.code == f"run_{before.value}"
    assert all(after in TRANSITIONS[before] for before, after in pairwise(WAY))
    assert RunState.DISCARDED not in TRANSITIONS[RunState.ADOPTED]


def test_a_simulation_is_computed_or_put_aside_only():
    simulation = replace(RUN, kind=RunKind.SIMULATION, state=RunState.COMPUTED)
    assert not simulation.official
    check_move(simulation, RunState.DISCARDED)
    for state in (RunState.REVIEWED, RunState.ADOPTED, RunState.FROZEN):
        with pytest.raises(Conflict, match="never made official"):
            check_move(simulation, state)


@pytest.mark.parametrize("user", [7, None])
def test_two_people_adopt(user):
    check_adopter(RUN, 8)
    with pytest.raises(Conflict):
        check_adopter(RUN, user)


def test_a_lock_counts_when_it_is_signed_and_stands():
    assert not LOCK.counts
    signed = replace(LOCK, signed_by=8, signed_at=NOW)
    assert signed.counts
    assert not replace(signed, lifted_at=NOW).counts


@pytest.mark.parametrize(
    ("lock", "user", "code"),
    [
        (LOCK, 7, "lock_four_eyes"),
        (LOCK, None, "lock_four_eyes"),
        (replace(LOCK, signed_at=NOW, signed_by=8), 9, "lock_signed"),
        (replace(LOCK, lifted_at=NOW), 9, "lock_lifted"),
    ],
)
def test_who_may_sign(lock, user, code):
    check_signer(LOCK, 8)
    with pytest.raises(Conflict) as refused:
        check_signer(lock, user)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("kind", "application", "lot", "pointer"),
    [
        (LockKind.REQUIRE, "A", None, "/lot"),
        (LockKind.FORBID, None, "1", "/application"),
        (LockKind.HOLD_OUT, "A", "1", "/application"),
        (LockKind.EXCLUDE, "A", "1", "/lot"),
    ],
)
def test_a_lock_names_what_its_kind_is_about(kind, application, lot, pointer):
    with pytest.raises(Invalid) as refused:
        check_lock(kind, application, lot, "", "Why.")
    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    ("norm", "text", "pointer"), [("", " ", "/text"), ("", "x" * 2001, "/text"), ("x" * 301, "y", "/norm")]
)
def test_a_lock_says_why(norm, text, pointer):
    with pytest.raises(Invalid) as refused:
        check_lock(LockKind.EXCLUDE, "A", None, norm, text)
    assert refused.value.pointer == pointer


def test_the_same_is_not_decided_twice_nor_its_contrary():
    pair = (LOCK.application_id, LOCK.lot_id)
    for new in ((LockKind.REQUIRE, *pair), (LockKind.FORBID, *pair), (LockKind.REQUIRE, LOCK.application_id, new_id())):
        with pytest.raises(Conflict):
            check_among(new, [LOCK])
        check_among(new, [replace(LOCK, lifted_at=NOW)])
    check_among((LockKind.FORBID, LOCK.application_id, new_id()), [LOCK])


def test_changes_come_back_as_they_were_written():
    changes = Changes(
        weights={"merit": 40, "impact": 30, "fit": 20, "owner": 10}, mechanism="optimal", relax=frozenset({"H09.day"}),
        seats={"1": 2}, add_space="via-alta-1", require=(("APP-0001", "1"),), forbid=(("APP-0002", "2"),),
        exclude=frozenset({"APP-0003"}), hold_out=frozenset({"3"}), drop_locks=True,
    )  # fmt: skip
    assert read_changes(changes.to_json()) == changes
    assert Changes().to_json() == {}
    assert read_changes({}) == Changes()


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ([], ""),
        ({"colour": 1}, "/colour"),
        ({"weights": {"merit": 100}}, "/weights"),
        ({"weights": {"merit": 50, "impact": 20, "fit": 20, "owner": 11}}, "/weights"),
        ({"weights": {"merit": 50.0, "impact": 20, "fit": 20, "owner": 10}}, "/weights/merit"),
        ({"weights": {"merit": -1, "impact": 51, "fit": 40, "owner": 10}}, "/weights/merit"),
        ({"mechanism": "random"}, "/mechanism"),
        ({"seats": {"1": 0}}, "/seats/1"),
        ({"seats": []}, "/seats"),
        ({"relax": "H09.day"}, "/relax"),
        ({"relax": [1]}, "/relax/0"),
        ({"require": [["A"]]}, "/require/0"),
        ({"require": [["A", 1]]}, "/require/0/1"),
        ({"drop_locks": 1}, "/drop_locks"),
        ({"add_space": ""}, "/add_space"),
    ],
)
def test_changes_that_make_no_sense_are_refused_with_their_place(given, pointer):
    with pytest.raises(Invalid) as refused:
        read_changes(given)
    assert refused.value.pointer == pointer
