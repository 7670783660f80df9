"""The rules of pacts: the table of states, the clauses, the duties of both sides."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.pact_clauses import CLAUSES, missing_clauses, read_clauses
from mapsvc.domain.pact_duties import (
    REMINDED_BEFORE,
    Commitment,
    CommitmentKind,
    CommitmentState,
    Side,
    figures_of,
    report_due,
    settle,
    to_remind,
)
from mapsvc.domain.pact_states import (
    BEFORE_SIGNATURE,
    PUBLIC,
    TRANSITIONS,
    WAY,
    Facts,
    PactState,
    Who,
    missing_for,
    next_steps,
    transition,
)

TODAY = date(2027, 3, 1)
DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))


def commitment(number: int, **values: object) -> Commitment:
    given = {"side": Side.CIVIC, "kind": CommitmentKind.CARE, "text": "sweep"} | values
    return Commitment(UUID(int=number), **given)  # type: ignore[arg-type]


def test_a_pact_can_go_its_whole_way() -> None:
    ready = Facts(
        TODAY, city_party=True, civic_party=True, commitments_of_city=1, commitments_of_civic=2, indicators=3, places=1,
        starts_on=TODAY - timedelta(days=400), ends_on=TODAY, act=True, handed_back=True,
    )  # fmt: skip
    for start, end in pairwise(WAY):
        found = next(one for one in TRANSITIONS if (one.start, one.end) == (start, end))
        assert missing_for(found, ready) == (), (start, end)


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (Facts(TODAY, civic_party=True, commitments_of_city=1, commitments_of_civic=1, indicators=3), "pact_one_side"),
        (
            Facts(TODAY, city_party=True, civic_party=True, commitments_of_civic=4, indicators=3),
            "pact_one_sided_duties",
        ),
        (Facts(TODAY, indicators=2), "pact_few_indicators"),
        (Facts(TODAY, missing_clauses=("objectives",)), "pact_clauses_missing"),
        (Facts(TODAY, starts_on=TODAY), "pact_no_term"),
    ],
)
def test_a_draft_is_approved_with_two_sides_duties_and_indicators(facts: Facts, missing: str) -> None:
    assert missing in missing_for(transition("draft", "approved", Who.DIRECTOR), facts)


def test_nothing_is_signed_without_three_indicators_every_signature_and_an_act() -> None:
    signing = transition("approved", "signed", Who.DIRECTOR)
    assert missing_for(signing, Facts(TODAY, indicators=2, signatures_missing=1)) == (
        "pact_few_indicators", "pact_signatures_missing", "pact_no_act",
    )  # fmt: skip
    assert missing_for(signing, Facts(TODAY, indicators=3, act=True)) == ()


def test_a_pact_ends_with_its_term_a_final_report_and_the_place_given_back() -> None:
    ending = transition("active", "ended", Who.OFFICER)
    assert missing_for(ending, Facts(TODAY, ends_on=TODAY + timedelta(days=1), unsent_final_report=True)) == (
        "pact_term_runs", "pact_no_final_report", "pact_not_handed_back",
    )  # fmt: skip


def test_each_step_is_for_those_of_the_table_only() -> None:
    with pytest.raises(Conflict) as other:
        transition("draft", "approved", Who.OFFICER)
    assert other.value.code == "pact_step_of_others"
    with pytest.raises(Conflict) as never:
        transition("proposal", "active", Who.DIRECTOR)
    assert never.value.code == "pact_step"
    assert all(transition(one.start, one.end, who) is one for one in TRANSITIONS for who in one.by)


def test_every_state_can_be_reached_and_only_the_ends_are_final() -> None:
    reached = {PactState.PROPOSAL} | {one.end for one in TRANSITIONS}
    assert reached == set(PactState)
    final = {state for state in PactState if not any(next_steps(state, who) for who in Who)}
    assert final == {PactState.ENDED, PactState.TERMINATED_EARLY, PactState.ARCHIVED}


def test_what_is_not_public_is_before_publication_or_was_put_away() -> None:
    assert set(PactState) - PUBLIC == {
        PactState.PROPOSAL, PactState.TRIAGE, PactState.INTEGRATION, PactState.REJECTED, PactState.ARCHIVED,
    }  # fmt: skip
    assert PactState.SIGNED not in BEFORE_SIGNATURE


def test_clauses_are_read_cleaned_and_missed() -> None:
    read = read_clauses({"use": {"it": "  aperto a tutti "}, "objectives": {"en": "care", "it": ""}})
    assert read == {"objectives": {"en": "care"}, "use": {"it": "aperto a tutti"}}
    assert "objectives" not in missing_clauses(read, temporary_use=False)
    plain, temporary = (missing_clauses(read, temporary_use=kind) for kind in (False, True))
    assert set(temporary) - set(plain) == {one.code for one in CLAUSES if one.temporary_use}


@pytest.mark.parametrize(
    ("given_clauses", "pointer"),
    [
        ([], "/clauses"),
        ({"other": {"en": "x"}}, "/clauses"),
        ({"use": "x"}, "/clauses/use"),
        ({"use": {"fr": "x"}}, "/clauses/use"),
        ({"use": {"en": 1}}, "/clauses/use/en"),
        ({"use": {"en": "x" * 6_001}}, "/clauses/use/en"),
    ],
)
def test_bad_clauses_are_refused_where_they_stand(given_clauses: object, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_clauses(given_clauses)
    assert refused.value.pointer == pointer


@given(st.lists(st.tuples(DAYS, st.sampled_from(CommitmentState), st.none() | DAYS), max_size=8), DAYS)
def test_a_side_is_reminded_once_and_in_time(rows: list[tuple], today: date) -> None:
    own = [commitment(n, due_on=due, state=state, reminded_on=told) for n, (due, state, told) in enumerate(rows)]
    found = to_remind(own, today)
    assert all(today <= one.due_on <= today + REMINDED_BEFORE and one.reminded_on is None for one in found)
    left_out = [one for one in own if one not in found and one.state is CommitmentState.OPEN]
    assert all(one.reminded_on is not None or not today <= one.due_on <= today + REMINDED_BEFORE for one in left_out)
    assert [one.due_on for one in found] == sorted(one.due_on for one in found)


def test_figures_of_a_side_leave_out_what_was_dropped() -> None:
    late = commitment(1, due_on=TODAY - timedelta(days=1))
    own = [
        late, commitment(2, state=CommitmentState.DONE), commitment(3, state=CommitmentState.DROPPED),
        commitment(4, side=Side.CITY, due_on=TODAY),
    ]  # fmt: skip
    figures = figures_of(own, Side.CIVIC, TODAY)
    assert (figures.kept, figures.late, figures.total) == (1, 1, 2)
    assert figures_of(own, Side.CITY, TODAY).late == 0, "today is not late"


def test_what_was_kept_is_shown_by_something() -> None:
    with pytest.raises(Invalid) as refused:
        settle(commitment(1), "done", "", TODAY)
    assert refused.value.pointer == "/evidence"
    assert settle(commitment(1), "done", "photos", TODAY) == (CommitmentState.DONE, TODAY)
    assert settle(commitment(1, done_on=TODAY), "open", "", TODAY) == (CommitmentState.OPEN, None)
    with pytest.raises(Invalid):
        settle(commitment(1), "perhaps", "x", TODAY)


def test_a_report_is_due_every_year_and_at_the_end() -> None:
    assert report_due(date(2024, 2, 29), None, None) == date(2025, 2, 28)
    assert report_due(TODAY, date(2028, 3, 1), date(2028, 9, 1)) == date(2028, 9, 1)
    assert report_due(None, None, TODAY) is None
