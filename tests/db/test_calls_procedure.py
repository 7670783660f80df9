"""A call from the draft to its end, by the use cases: guards, people, the notice, what the database refuses."""

import hashlib
import json
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from mapsvc.bootstrap import build
from mapsvc.domain.call_definition_files import read_definition
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.usecases import call_lots, call_states, calls
from mapsvc.usecases.call_lots import LotDraft
from tests.builders import NOW, TODAY, Builder
from tests.call_world import AFTER_DEADLINE, CODE, DRAFT, DRAW, END, START, TIMELINE, CallWorld, build_call_world


@pytest.fixture
def services(settings):
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services):
    return build_call_world(Builder(services))


def availability(world: CallWorld) -> dict[str, str]:
    return {row.slug: row.availability_state for row in world.make.rows("SELECT slug, availability_state FROM spaces")}


def test_what_is_missing_is_named_and_nobody_approves_before(world):
    world.draft(draw_description="", timeline=replace(TIMELINE, draw_on=None))
    world.premises("bare", 1, features={}, owner_consent=None, availability_state="not_offered")
    world.add_lot("bare")
    view = calls.find_call(world.uow(), world.people["director"], CODE, NOW)
    missing = {one.code: one.problems for one in view.checks if not one.passed}
    assert missing["timeline"] == ("draw_on",)
    assert missing["draw"] == ("draw_description",)
    assert missing["legal"] == ("legal_check",)
    assert set(missing["lot"]) == {"hazards_unknown", "area_unknown", "no_consent", "not_offered"}
    with pytest.raises(Conflict) as refused:
        world.move("approved", "director")
    assert refused.value.code == "call_checks_missing"
    assert world.call().state == "draft"


def test_an_unsafe_or_stale_place_is_no_lot_to_approve(world):
    world.ready()
    world.make.write("UPDATE spaces SET features = features || '{\"condition\": \"unsafe\"}' WHERE slug = 'alta-1'")
    world.make.write("UPDATE spaces SET last_official_check_on = :day WHERE slug = 'alta-2'",
                     day=TODAY - timedelta(days=181))  # fmt: skip
    view = calls.find_call(world.uow(), world.people["officer"], CODE, NOW)
    assert {one.lot: one.problems for one in view.checks if one.lot} == {1: ("unsafe",), 2: ("not_visited",)}


def test_two_people_and_only_those_of_the_area(world):
    world.ready()
    for who in ("officer", "far", "far-director", "administrator", "auditor", "resident"):
        with pytest.raises(Forbidden):
            world.move("approved", who)
    # An officer who is a director too does not approve what they wrote a part of.
    both = replace(world.people["second"], grants=(*world.people["second"].grants, *world.people["director"].grants))
    world.people["both"] = both
    calls.save_call(world.uow(), both, CODE, world.call().version, DRAFT, NOW)
    with pytest.raises(Forbidden) as refused:
        world.move("approved", "both")
    assert refused.value.code == "second_person"
    assert world.move("approved", "director").approved_by == world.people["director"].user_id


def test_opening_publishes_a_hash_that_anybody_can_recompute(world):
    world.ready()
    assert set(availability(world).values()) == {"offered"}
    world.move("approved", "director")
    with pytest.raises(Forbidden):
        world.move("open", "director")
    opened = world.move("open")
    frozen = json.loads(opened.frozen)
    assert hashlib.sha256(opened.frozen.encode()).hexdigest() == opened.frozen_sha256
    assert json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":")) == opened.frozen
    assert frozen["seed_commitment"] == hashlib.sha256(DRAW.encode()).hexdigest() == opened.seed_commitment
    assert [lot["space"] for lot in frozen["lots"]] == ["alta-1", "alta-2"]
    assert read_definition(frozen["definition"]) == DRAFT.definition
    assert set(availability(world).values()) == {"in_call"}


def test_nothing_of_an_open_call_changes_not_even_in_the_database(world):
    world.opened()
    call = world.call()
    changed = replace(DRAFT, title={"en": "Another"})
    with pytest.raises(Conflict):
        calls.save_call(world.uow(), world.people["officer"], CODE, call.version, changed, NOW)
    with pytest.raises(Conflict):
        world.add_lot("alta-1")
    for statement in (
        "UPDATE calls SET definition = '{}'",
        "UPDATE calls SET frozen = 'x', frozen_sha256 = repeat('0', 64)",
        "UPDATE calls SET draw_description = 'another draw'",
        "UPDATE lots SET ends_on = ends_on + 1",
        "UPDATE lots SET capacity = 2",
        "DELETE FROM lots",
        "INSERT INTO lots (id, call_id, space_id, number, starts_on, ends_on)"
        " SELECT gen_random_uuid(), call_id, space_id, 9, ends_on, ends_on + 1 FROM lots LIMIT 1",
    ):
        with pytest.raises(DatabaseError, match="cannot change"):
            world.make.write(statement)
    assert world.call() == call


def test_a_call_opens_on_its_day_and_not_after_its_deadline(world):
    world.ready()
    world.move("approved", "director")
    for at, code in ((NOW - timedelta(days=1), "call_too_early"), (AFTER_DEADLINE, "call_deadline_past")):
        with pytest.raises(Conflict) as refused:
            world.move("open", at=at)
        assert refused.value.code == code


def test_more_time_needs_a_reason_and_moves_what_comes_after(world):
    world.opened()
    officer, later = world.people["officer"], TIMELINE.closes_on + timedelta(days=7)

    def extend(day, reason, at=NOW):
        return call_states.extend(world.uow(), officer, CODE, world.call().version, day, time(12), reason, at)

    with pytest.raises(Invalid):
        extend(later, " ")
    with pytest.raises(Invalid) as earlier:
        extend(TIMELINE.closes_on - timedelta(days=1), "Too short.")
    assert earlier.value.code == "call_not_later"
    with pytest.raises(Conflict):
        extend(AFTER_DEADLINE.date() + timedelta(days=9), "Too late.", AFTER_DEADLINE)
    frozen = world.call().frozen_sha256
    done = extend(later, "The office was closed for a day.")
    assert done.timeline.closes_on == later
    assert done.timeline.final_on == TIMELINE.final_on + timedelta(days=7)
    assert done.frozen_sha256 == frozen
    with world.uow() as uow:
        event = uow.calls.events(done.id)[-1]
    assert (event.action, event.note) == ("extended", "The office was closed for a day.")
    assert call_states.close_due(world.uow(), AFTER_DEADLINE) == []


def test_the_job_closes_once_at_the_deadline(world):
    world.opened()
    deadline = world.call().closes_at
    assert call_states.close_due(world.uow(), deadline - timedelta(seconds=1)) == []
    assert call_states.close_due(world.uow(), deadline) == [CODE]
    assert call_states.close_due(world.uow(), deadline) == []
    assert world.call().state == "closed"


def test_the_draw_is_noted_once_after_the_deadline(world):
    world.opened()
    officer = world.people["officer"]
    day = TIMELINE.draw_on

    def draw(numbers, drawn_on=day, at=AFTER_DEADLINE + timedelta(days=10)):
        return call_states.enter_draw(world.uow(), officer, CODE, world.call().version, drawn_on, numbers, at)

    with pytest.raises(Conflict):
        draw("1-2", at=NOW)
    call_states.close_due(world.uow(), AFTER_DEADLINE)
    for numbers, drawn_on, code in (("x", day, "draw_numbers"), ("1-2", TIMELINE.closes_on, "draw_too_early"),
                                    ("1-2", day + timedelta(days=90), "draw_in_future")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            draw(numbers, drawn_on)
        assert refused.value.code == code
    assert draw("81, 7 45-12 66").lottery_seed == f"{CODE}|draw:{day.isoformat()}|81-7-45-12-66"
    with pytest.raises(Conflict):
        draw("1-2-3-4-5")
    with pytest.raises(DatabaseError, match="seed of the lottery"):
        world.make.write("UPDATE calls SET lottery_seed = 'mine'")


def test_the_steps_after_the_deadline_wait_for_their_guards(world):
    world.closed()
    world.move("admissibility")
    with pytest.raises(Conflict) as refused:
        world.move("evaluation")
    assert refused.value.code == "call_no_committee"
    with pytest.raises(Conflict) as refused:
        world.move("matching")
    assert refused.value.code == "call_step"
    world.make.write("UPDATE calls SET state = 'matching'")
    with pytest.raises(Conflict) as refused:
        world.move("provisional")
    assert refused.value.code == "call_no_run"


def test_a_director_suspends_with_a_reason_and_takes_it_up_again(world):
    world.opened()
    with pytest.raises(Forbidden):
        world.move("suspended", "officer", reason="A doubt.")
    with pytest.raises(Invalid):
        world.move("suspended", "director")
    world.move("suspended", "director", reason="A doubt.")
    assert call_states.close_due(world.uow(), AFTER_DEADLINE) == []
    with pytest.raises(Conflict):
        world.move("closed")
    assert world.move("open", "director", reason="Answered.").state == "open"
    cancelled = world.move("cancelled", "director", reason="No money.")
    assert (cancelled.state, cancelled.state_before) == ("cancelled", "open")
    assert set(availability(world).values()) == {"offered"}


def test_a_call_that_was_dropped_as_a_draft_never_was_public(world):
    world.ready()
    world.move("cancelled", "director", reason="Not needed.")
    assert world.make.rows("SELECT code FROM public_calls") == []
    world.draft("CB-TV-2028")
    assert world.make.rows("SELECT code FROM public_calls") == []


def test_lots_do_not_overlap_and_end_after_they_begin(world):
    world.draft()
    world.premises("alta-1", 1)
    world.add_lot("alta-1", unit="A")
    world.add_lot("alta-1", unit="B", capacity=2)
    for values, code in (
        ({"unit": "A"}, "lots_overlap"),
        ({}, "lots_overlap"),
        ({"unit": "C", "capacity": 0}, "lot_capacity"),
        ({"unit": "C", "pre_access_from": START}, "lot_pre_access"),
    ):
        with pytest.raises(Invalid) as refused:
            world.add_lot("alta-1", **values)
        assert refused.value.code == code
    backwards = LotDraft("alta-1", END, START, unit="C")
    with pytest.raises(Invalid) as refused:
        call_lots.add_lot(world.uow(), world.people["officer"], CODE, world.call().version, backwards, NOW)
    assert (refused.value.code, refused.value.pointer) == ("lot_period", "/ends_on")
    later = LotDraft("alta-1", END, date(2031, 3, 1))
    lot = call_lots.add_lot(world.uow(), world.people["officer"], CODE, world.call().version, later, NOW)
    assert lot.number == 3
    call_lots.remove_lot(world.uow(), world.people["officer"], CODE, 1, world.call().version, NOW)
    with world.uow() as uow:
        assert [(one.number, one.unit) for one in uow.calls.lots(world.call().id)] == [(1, "B"), (2, None)]


def test_another_call_does_not_take_the_same_premises_at_the_same_time(world):
    world.opened()
    world.draft("CB-TV-2028")
    with pytest.raises(Invalid) as refused:
        world.add_lot("alta-1", "CB-TV-2028")
    assert refused.value.code == "lots_overlap"
    assert not refused.value.params["same_call"]


def test_two_officers_see_each_other(world):
    world.ready()
    version = world.call().version
    calls.save_call(world.uow(), world.people["second"], CODE, version, replace(DRAFT, office="Other"), NOW)
    with pytest.raises(Stale):
        calls.save_call(world.uow(), world.people["officer"], CODE, version, DRAFT, NOW)
    assert world.call().office == "Other"


def test_a_changed_rule_takes_the_legal_check_away(world):
    call = world.ready()
    same = calls.save_call(world.uow(), world.people["officer"], CODE, call.version, DRAFT, NOW)
    assert same.legal_checked_by == world.people["officer"].user_id
    other = replace(DRAFT, definition=replace(DRAFT.definition, threshold_total=50))
    assert (
        calls.save_call(world.uow(), world.people["officer"], CODE, same.version, other, NOW).legal_checked_by is None
    )


def test_a_past_call_begins_the_next_one(world):
    world.opened()
    opens = TIMELINE.publish_on + timedelta(days=365)
    new, left_out = calls.copy_call(
        world.uow(), world.people["second"], CODE, "CB-TV-2028", {"en": "The next one"}, opens, NOW
    )
    assert (new.state, new.definition, new.timeline.publish_on) == ("draft", DRAFT.definition, opens)
    assert new.timeline.closes_on == TIMELINE.closes_on + timedelta(days=365)
    assert new.frozen is None
    # Both lots are taken for three years.
    assert [lot.number for lot in left_out] == [1, 2]
    world.move("cancelled", "director", reason="Begun anew.")
    _new, left_out = calls.copy_call(
        world.uow(), world.people["second"], CODE, "CB-TV-2029", {"en": "Another"}, opens, NOW
    )
    assert left_out == ()
    with pytest.raises(Conflict):
        calls.copy_call(world.uow(), world.people["second"], CODE, "CB-TV-2029", {"en": "Twice"}, opens, NOW)


def test_a_withdrawn_lot_frees_its_premises(world):
    world.opened()
    officer = world.people["officer"]
    with pytest.raises(Invalid):
        call_lots.withdraw_lot(world.uow(), officer, CODE, 1, world.call().version, "", NOW)
    call_lots.withdraw_lot(world.uow(), officer, CODE, 1, world.call().version, "Water came in.", NOW)
    assert availability(world) == {"alta-1": "offered", "alta-2": "in_call"}
    with pytest.raises(Conflict):
        call_lots.withdraw_lot(world.uow(), officer, CODE, 1, world.call().version, "Again.", NOW)


def test_other_areas_and_unknown_codes(world):
    world.ready()
    for who in ("far", "far-director", "resident"):
        with pytest.raises(Forbidden):
            calls.find_call(world.uow(), world.people[who], CODE, NOW)
        with pytest.raises(Forbidden):
            call_states.extend(world.uow(), world.people[who], CODE, 1, END, time(12), "x", NOW)
    with pytest.raises(NotFound):
        calls.find_call(world.uow(), world.people["officer"], "NONE", NOW)
    assert [one.call.code for one in calls.list_calls(world.uow(), world.people["far"])] == []
    assert [one.whole for one in calls.list_calls(world.uow(), world.people["auditor"])] == [False]
