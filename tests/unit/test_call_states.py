"""The states of a call: the usual way, the ways out of it, and that no other change exists."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

import pytest

from mapsvc.domain.call_states import TRANSITIONS, WAY, CallState, Facts, missing_for, next_steps, transition
from mapsvc.domain.call_timelines import Timeline
from mapsvc.domain.calls import Call, CallProgress, Lot, check_lot, collides
from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Action

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
CALL = Call(new_id(), "CB", {"en": "Call"}, {}, "draft", NOW, NOW)
S = CallState


def test_the_usual_way_leads_from_the_draft_to_the_end():
    for start, end in pairwise(WAY):
        found = transition(replace(CALL, state=start), end)
        assert found.action is (Action.APPROVE_CALL if end is S.APPROVED else Action.RUN_CALL)


def test_every_other_change_is_refused():
    known = {(one.start, one.end) for one in TRANSITIONS}
    for start, end in product(S, S):
        if (start, end) not in known:
            with pytest.raises(Conflict):
                transition(replace(CALL, state=start), end)
    with pytest.raises(Conflict):
        transition(CALL, "somewhere")


def test_only_before_the_final_list_a_director_stops_a_call_with_a_reason():
    for state in S:
        ways = {one.end: one for one in next_steps(replace(CALL, state=state, state_before=None))}
        early = state in WAY[: WAY.index(S.FINAL)]
        assert (S.CANCELLED in ways) is (early or state is S.SUSPENDED)
        assert (S.SUSPENDED in ways) is (early and state not in (S.DRAFT, S.APPROVED))
        for end in (S.CANCELLED, S.SUSPENDED):
            if end in ways:
                assert ways[end].reason
                assert ways[end].action is Action.APPROVE_CALL


def test_a_suspended_call_goes_back_to_where_it_was_and_nowhere_else():
    stopped = replace(CALL, state=S.SUSPENDED, state_before=S.EVALUATION)
    back, out = next_steps(stopped)
    assert (back.end, out.end) == (S.EVALUATION, S.CANCELLED)
    assert back.reason
    with pytest.raises(Conflict):
        transition(stopped, S.MATCHING)


def facts(**values):
    given = {"call": CALL, "progress": CallProgress(), "unsigned": 0, "missing": (), "now": NOW, "today": NOW.date()}
    return Facts(**given | values)


@pytest.mark.parametrize(
    ("start", "end", "values", "code"),
    [
        (S.DRAFT, S.APPROVED, {"missing": ("legal",)}, "call_checks_missing"),
        (S.ADMISSIBILITY, S.EVALUATION, {"progress": CallProgress({"submitted": 1}, 3, True)}, "call_undecided"),
        (S.ADMISSIBILITY, S.EVALUATION, {"progress": CallProgress({"admitted": 1}, 3, False)}, "call_no_committee"),
        (S.EVALUATION, S.MATCHING, {"unsigned": 1}, "call_unsigned"),
        (S.MATCHING, S.PROVISIONAL, {}, "call_no_run"),
        (S.OBSERVATIONS, S.FINAL, {"progress": CallProgress(unanswered=1)}, "call_unanswered"),
        (S.CONTRACTING, S.CONCLUDED, {"progress": CallProgress(open_offers=1)}, "call_open_offers"),
    ],
)
def test_guards_name_what_is_missing(start, end, values, code):
    found = transition(replace(CALL, state=start), end)
    assert code in missing_for(found, facts(**values))


def test_the_window_for_observations_is_over_the_day_after_its_last():
    found = transition(replace(CALL, state=S.OBSERVATIONS), S.FINAL)
    timed = replace(CALL, timeline=Timeline(observations_until=date(2027, 1, 10)))
    assert missing_for(found, facts(call=timed)) == ("call_window_open",)
    assert missing_for(found, facts(call=timed, today=date(2027, 1, 11))) == ()


def test_lots_collide_on_the_same_rooms_on_the_same_day():
    lot = Lot(new_id(), CALL.id, new_id(), 1, date(2027, 3, 1), date(2028, 3, 1))
    later = replace(lot, id=new_id(), starts_on=lot.ends_on, ends_on=lot.ends_on + timedelta(days=1))
    unit = replace(lot, id=new_id(), unit="A")
    assert not collides(lot, lot)
    assert not collides(lot, later)
    assert not collides(unit, replace(lot, id=new_id(), unit="B"))
    assert not collides(lot, replace(unit, space_id=new_id()))
    assert collides(lot, unit)
    assert collides(unit, replace(lot, id=new_id(), unit="A", starts_on=lot.ends_on - timedelta(days=1)))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"ends_on": date(2027, 3, 1)}, "lot_period"),
        ({"capacity": 0}, "lot_capacity"),
        ({"pre_access_from": date(2027, 3, 1)}, "lot_pre_access"),
    ],
)
def test_a_lot_makes_sense(values, code):
    lot = Lot(new_id(), CALL.id, new_id(), 1, date(2027, 3, 1), date(2028, 3, 1))
    assert check_lot(lot) == lot
    with pytest.raises(Invalid) as refused:
        check_lot(replace(lot, **values))
    assert refused.value.code == code
