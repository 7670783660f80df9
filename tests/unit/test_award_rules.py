"""The rules of offers and of premises on their way to somebody's use, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.availability import STEPS, WAY, Guard, Who, check_step, furthest, next_states, step_between
from mapsvc.domain.awards import (
    LIVING,
    LONGEST_OFFER,
    SHORTEST_OFFER,
    TRANSITIONS,
    Assignment,
    Condition,
    Ending,
    Offer,
    OfferState,
    check_answer,
    expiry,
    free_seat,
    improves,
    open_conditions,
    somebody_waits,
    standing,
)
from mapsvc.domain.errors import Conflict, Forbidden, Invalid
from mapsvc.domain.spaces import AvailabilityState as State

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
#: The table of domain.md 2.1, as it is written there.
WRITTEN = {
    ("not_offered", "offered"), ("offered", "in_call"), ("in_call", "reserved"), ("reserved", "in_call"),
    ("reserved", "offered"), ("reserved", "assigned"), ("assigned", "in_use"), ("in_use", "returning"),
    ("returning", "offered"), ("returning", "not_offered"),
}  # fmt: skip


def offer(number: int = 1, state: str = "pending", *, seat: int = 1, lot: int = 1, **values: object) -> Offer:
    made = Offer(
        id=UUID(int=number), assignment_id=UUID(int=number), call_id=UUID(int=9), application_id=UUID(int=number),
        lot_id=UUID(int=100 + lot), seat=seat, sent_at=NOW, expires_at=NOW + timedelta(days=10), state=state,
    )  # fmt: skip
    return replace(made, **values)  # type: ignore[arg-type]


def assignment(rank: int | None = 1, rules: tuple[str, ...] = ()) -> Assignment:
    return Assignment(
        id=UUID(int=1), run_id=UUID(int=2), call_id=UUID(int=9), application_id=UUID(int=1), lot_id=UUID(int=101),
        basis="open", priority_micro=700_000, rank=rank, cutoff_micro=690_000, conditional_on=rules,
    )  # fmt: skip


def test_every_step_of_the_specification_is_in_the_table() -> None:
    table = {(str(step.start), str(step.end)) for step in STEPS}
    assert table >= WRITTEN
    assert {(str(one), "withdrawn") for one in State if one not in (State.IN_USE, State.WITHDRAWN)} <= table
    assert ("in_use", "withdrawn") not in table, "whoever is inside is not put out by a click"


@given(st.sampled_from(list(State)), st.sampled_from(list(State)), st.sampled_from(list(Who)))
def test_a_step_needs_its_person_and_its_guard(start: State, end: State, who: Who) -> None:
    step = step_between(start, end)
    if step is None:
        with pytest.raises(Conflict) as error:
            check_step(start, end, who, set(Guard))
        assert error.value.code == "availability_step"
        return
    if who not in step.by:
        with pytest.raises(Forbidden):
            check_step(start, end, who, set(Guard))
        return
    check_step(start, end, who, [step.guard])
    with pytest.raises(Conflict) as error:
        check_step(start, end, who, set(Guard) - {step.guard})
    assert error.value.code == f"availability_{step.guard}"
    assert end in next_states(start, who)


def test_shared_premises_stand_where_the_furthest_lot_stands() -> None:
    assert furthest([]) == State.IN_CALL
    assert furthest(["in_call", "assigned", "reserved"]) == State.ASSIGNED
    assert [furthest([one]) for one in WAY] == list(WAY)


@given(st.sampled_from(list(OfferState)), st.sampled_from(list(OfferState)), st.integers(-3, 13))
def test_an_offer_only_takes_the_steps_of_the_table_and_in_its_time(
    start: OfferState, end: OfferState, days: int
) -> None:
    when = NOW + timedelta(days=days)
    late = days >= 10
    allowed = end in TRANSITIONS[start]
    if end is OfferState.ACCEPTED:
        allowed = allowed and not late
    if end is OfferState.EXPIRED:
        allowed = allowed and late
    if allowed:
        check_answer(offer(state=start), end, when)
        return
    with pytest.raises(Conflict) as error:
        check_answer(offer(state=start), end, when)
    assert error.value.code.startswith("offer_")


def test_what_is_over_never_comes_back() -> None:
    for state in set(OfferState) - LIVING:
        assert not TRANSITIONS[state]
    assert not TRANSITIONS[OfferState.SIGNED]


@given(st.integers(-5, 100))
def test_the_life_of_an_offer_has_bounds(days: int) -> None:
    if SHORTEST_OFFER <= days <= LONGEST_OFFER:
        assert expiry(NOW, days) == NOW + timedelta(days=days)
    else:
        with pytest.raises(Invalid):
            expiry(NOW, days)


@given(st.integers(1, 6), st.lists(st.tuples(st.integers(1, 6), st.sampled_from(list(OfferState))), max_size=12))
def test_a_free_seat_is_one_without_a_living_offer(capacity: int, given_: list[tuple[int, OfferState]]) -> None:
    offers = [offer(index + 1, state, seat=seat) for index, (seat, state) in enumerate(given_)]
    taken = {one.seat for one in offers if one.state in LIVING}
    found = free_seat(capacity, offers)
    assert found is None or (1 <= found <= capacity and found not in taken)
    assert (found is None) == (taken >= set(range(1, capacity + 1)))


def test_conditions_are_open_until_they_are_met() -> None:
    waits = assignment(rules=("H09.evening", "H12.water"))
    met = Condition(waits.application_id, waits.lot_id, "H09.evening", True, "", NOW)
    elsewhere = replace(met, lot_id=UUID(int=5), rule="H12.water")
    failed = replace(met, rule="H12.water", met=False)
    assert open_conditions(waits, []) == ("H09.evening", "H12.water")
    assert open_conditions(waits, [met, elsewhere]) == ("H12.water",)
    assert open_conditions(waits, [met, failed]) == ("H12.water",)
    assert waits.margin == 10_000


def test_a_re_run_keeps_the_signed_and_frees_those_who_left() -> None:
    signed, accepted, pending = offer(1, "signed"), offer(2, "accepted"), offer(3)
    declined, expired = offer(4, "declined"), offer(5, "expired")
    fraud = offer(6, "revoked", ending=Ending.OFFICE)
    unlucky = offer(7, "revoked", ending=Ending.CONDITION)
    everybody = [signed, accepted, pending, declined, expired, fraud, unlucky]
    failed = Condition(UUID(int=7), UUID(int=101), "H09.evening", False, "Loud", NOW)
    agreed = {UUID(int=number) for number in range(1, 8)}

    found = standing(everybody, agreed, [failed], NOW)
    assert found.gone == {UUID(int=4), UUID(int=5), UUID(int=6)}
    assert found.kept == {UUID(int=1): UUID(int=101)}
    assert found.failed == {(UUID(int=7), UUID(int=101)): ("H09.evening",)}

    unwilling = standing(everybody, agreed - {UUID(int=3)}, [], NOW)
    assert set(unwilling.kept) == {UUID(int=1), UUID(int=3)}
    later = standing(everybody, agreed, [], NOW + timedelta(days=10))
    assert set(later.kept) == {UUID(int=1), UUID(int=2)}, "an accepted offer outlives its time"
    assert UUID(int=3) in later.gone, "an unanswered one does not"


def test_an_upgrade_is_what_the_group_ranked_higher() -> None:
    assert improves(assignment(3), assignment(1))
    assert improves(assignment(None), assignment(5))
    assert not improves(assignment(1), assignment(2))
    assert not improves(assignment(1), assignment(1))
    assert not improves(assignment(2), assignment(None))


def test_somebody_waits_for_a_lot_that_it_wants_more_than_its_own() -> None:
    one, two = UUID(int=101), UUID(int=102)
    first, second = UUID(int=1), UUID(int=2)
    assert somebody_waits(one, {first: (one, two)}, {})
    assert somebody_waits(one, {first: (one, two)}, {first: two})
    assert not somebody_waits(two, {first: (one, two)}, {first: one})
    assert not somebody_waits(one, {first: (one,)}, {first: one})
    assert not somebody_waits(two, {first: (one,), second: (one,)}, {})
