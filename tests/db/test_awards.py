"""Offers of lots from sending to keys, on the real database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.awards import TRANSITIONS, Ending, OfferState
from mapsvc.domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.match_runs import RunKind
from mapsvc.domain.people import Actor
from mapsvc.notify.messages import compose
from mapsvc.operations.connections import connect
from mapsvc.usecases import award_conditions, award_contracts, award_sending, awards, call_lots, match_runs
from mapsvc.usecases.award_contracts import HandoverNote
from mapsvc.usecases.spaces import edit_space
from tests.award_world import AwardWorld, build_awards
from tests.builders import NOW, Builder
from tests.evaluation_world import CODE

LATER = NOW + timedelta(days=11)


@pytest.fixture
def world(settings: Settings) -> AwardWorld:
    return build_awards(Builder(build(settings)))


def codes(call: Callable[[], object]) -> str:
    """Return the code of the error that a call raises, `done` without any."""
    try:
        call()
    except DomainError as error:
        return error.code
    return "done"


def together(*calls: Callable[[], object]) -> list[str]:
    """Run calls at the same moment, each on its own connection; return what each one said, sorted."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        gate.wait()
        return codes(call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(one.result() for one in [pool.submit(run, call) for call in calls])


def meet_condition(world: AwardWorld, code: str, *, met: bool = True, note: str = "Measured on the spot") -> None:
    with world.uow() as uow:
        given = next(
            one
            for one in uow.awards.standing_assignments(world.call_id)
            if one.application_id == world.applications[code]
        )
    for rule in given.conditional_on:
        award_conditions.note_condition(world.uow(), world.officer, given.id, rule, met, note, NOW)


def sign(world: AwardWorld, code: str) -> None:
    offer = world.offer(code)
    award_contracts.sign(world.uow(), world.officer, offer.id, offer.version, NOW.date(), "REP 7/2026", NOW)


def test_the_adopted_run_reserves_its_premises_and_says_what_has_to_be_verified(world: AwardWorld) -> None:
    assert world.held() == {"APP-0101": 1, "APP-0102": 2}
    assert world.states() == {"APP-0101": "matched", "APP-0102": "matched", "APP-0103": "waiting"}
    assert [world.premises(number) for number in (1, 2, 3)] == ["reserved", "reserved", "in_call"]
    with world.uow() as uow:
        given = {one.application_id: one for one in uow.awards.standing_assignments(world.call_id)}
    sure, waits = given[world.applications["APP-0101"]], given[world.applications["APP-0102"]]
    assert (sure.conditional_on, sure.verify_by) == ((), None)
    assert waits.conditional_on == ("H09.evening",)
    assert waits.verify_by == (NOW + timedelta(days=10)).date(), "thirty days after the adoption"


def test_offers_are_sent_once_with_mail_and_the_time_that_the_call_published(world: AwardWorld) -> None:
    assert world.send() == 2
    offer = world.offer("APP-0101")
    assert (offer.state, offer.expires_at - offer.sent_at, offer.seat) == ("pending", timedelta(days=10), 1)
    assert world.states()["APP-0101"] == "offered"
    assert codes(world.send) == "offers_sent"
    sent = [(template, params["premises"]) for template, params in world.mails() if template == "award_offered"]
    assert sorted(sent) == [("award_offered", "Via Alta 1"), ("award_offered", "Via Alta 2")]


@pytest.mark.parametrize("state", ["matching", "provisional", "observations", "concluded"])
def test_no_offer_leaves_before_the_final_list_or_after_the_end(world: AwardWorld, state: str) -> None:
    world.move(state)
    assert codes(world.send) == "offers_not_yet"


@pytest.mark.parametrize("days", [2, 61])
def test_the_time_for_an_answer_has_bounds(world: AwardWorld, days: int) -> None:
    with pytest.raises(Invalid) as error:
        award_sending.send_offers(world.uow(), world.officer, CODE, NOW, days=days)
    assert error.value.pointer == "/days"


@pytest.mark.parametrize("name", ["far", "director", "auditor", "stranger"])
def test_only_an_officer_of_the_area_sends_and_revokes(world: AwardWorld, name: str) -> None:
    who = world.people[name]
    with pytest.raises(Forbidden):
        award_sending.send_offers(world.uow(), who, CODE, NOW)
    world.send()
    offer = world.offer("APP-0101")
    with pytest.raises(Forbidden):
        awards.revoke(world.uow(), who, offer.id, offer.version, "Why not", NOW)
    with pytest.raises(Forbidden):
        award_contracts.sign(world.uow(), who, offer.id, offer.version, NOW.date(), "1", NOW)
    with pytest.raises(Forbidden):
        award_contracts.hand_over(world.uow(), who, offer.id, HandoverNote(NOW.date(), 1, "Fine"), NOW)


def test_a_group_answers_its_own_offer_and_nobody_elses(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0101")
    with pytest.raises(NotFound):
        awards.accept(world.uow(), Actor(), world.key("APP-0102"), offer.id, NOW)
    with pytest.raises(NotFound):
        awards.decline(world.uow(), Actor(), "no-such-link", offer.id, "", NOW)
    with pytest.raises(NotFound):
        awards.accept(world.uow(), world.people["stranger"], str(world.applications["APP-0101"]), offer.id, NOW)
    with pytest.raises(NotFound):
        awards.accept(world.uow(), Actor(), world.key("APP-0101"), uuid4(), NOW)
    assert world.accept("APP-0101").state == "accepted"
    assert world.states()["APP-0101"] == "accepted"
    assert codes(lambda: world.accept("APP-0101")) == "offer_accepted"


def test_accepting_after_the_time_is_refused_although_no_job_ran(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0101")
    assert codes(lambda: world.accept("APP-0101", offer.expires_at)) == "offer_over"
    assert world.accept("APP-0101", offer.expires_at - timedelta(seconds=1)).state == "accepted"


def test_the_job_ends_what_nobody_answered_and_says_so_once(world: AwardWorld) -> None:
    world.send()
    world.accept("APP-0101")
    begin = world.make.services.unit_of_work
    assert awards.expire(begin, NOW + timedelta(days=9)) == 0
    assert (awards.expire(begin, LATER), awards.expire(begin, LATER)) == (1, 0)
    assert world.states() == {"APP-0101": "accepted", "APP-0102": "expired", "APP-0103": "waiting"}
    assert [template for template, _ in world.mails()].count("award_expired") == 1
    assert codes(lambda: world.accept("APP-0102", LATER)) == "offer_expired"
    assert world.premises(2) == "reserved", "somebody waits for it"


def test_a_declined_lot_goes_to_the_waiting_list_by_a_re_run(world: AwardWorld) -> None:
    world.send()
    world.accept("APP-0101")
    world.decline("APP-0102")
    assert world.premises(2) == "reserved"
    world.move("contracting")
    world.adopt(RunKind.RERUN)
    assert world.held() == {"APP-0101": 1, "APP-0103": 2}
    assert world.states() == {"APP-0101": "accepted", "APP-0102": "declined", "APP-0103": "matched"}
    with world.uow() as uow:
        basis = {one.lot_id: one.basis for one in uow.awards.standing_assignments(world.call_id)}
    assert basis[world.lots[1]] == "waiting_list"
    assert world.send() == 1
    assert world.offer("APP-0103").state == "pending"


def test_without_anybody_waiting_the_premises_go_back_to_the_call(world: AwardWorld) -> None:
    world.send()
    world.decline("APP-0102")
    world.move("contracting")
    world.adopt(RunKind.RERUN)
    world.send()
    world.decline("APP-0103")
    assert world.premises(2) == "in_call"


def test_an_upgrade_carries_the_yes_over(world: AwardWorld) -> None:
    world.send()
    world.accept("APP-0102")
    world.decline("APP-0101")
    world.move("contracting")
    world.adopt(RunKind.RERUN)
    assert world.held() == {"APP-0102": 1, "APP-0103": 2}
    moved = world.offer("APP-0102")
    assert (moved.state, moved.lot_id) == ("accepted", world.lots[0])
    assert world.states() == {"APP-0101": "declined", "APP-0102": "accepted", "APP-0103": "matched"}
    told = [template for template, params in world.mails() if params.get("code") == "APP-0102"]
    assert (told.count("award_moved"), told.count("award_ended")) == (1, 0)


def test_an_unanswered_offer_ends_for_a_better_one_that_is_sent_anew(world: AwardWorld) -> None:
    world.send()
    world.decline("APP-0101")
    world.move("contracting")
    world.adopt(RunKind.RERUN)
    with world.uow() as uow:
        before = uow.awards.offers_to(world.applications["APP-0102"])
    assert [(one.state, one.ending) for one in before] == [("revoked", "upgrade")]
    assert world.states()["APP-0102"] == "matched"
    assert world.send() == 2
    assert world.offer("APP-0102").lot_id == world.lots[0]


@pytest.mark.parametrize("why", ["no wish", "life over"])
def test_who_wants_no_upgrade_or_whose_time_is_over_stays(world: AwardWorld, why: str) -> None:
    world.send()
    world.accept("APP-0102")
    world.decline("APP-0101")
    if why == "no wish":
        world.make.write(
            "UPDATE applications SET accepts_upgrade = false WHERE id = :id", id=world.applications["APP-0102"]
        )
    world.move("contracting")
    world.adopt(RunKind.RERUN, LATER if why == "life over" else NOW)
    assert world.held() == {"APP-0102": 2}, "lot 1 stays empty: APP-0103 did not list it"
    assert world.offer("APP-0102").state == "accepted"
    assert [world.premises(number) for number in (1, 2)] == ["in_call", "reserved"]


def test_revoking_needs_words_that_the_group_reads(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0102")
    with pytest.raises(Invalid):
        awards.revoke(world.uow(), world.officer, offer.id, offer.version, "  ", NOW)
    with pytest.raises(Stale):
        awards.revoke(world.uow(), world.officer, offer.id, offer.version + 1, "A false declaration", NOW)
    done = awards.revoke(world.uow(), world.officer, offer.id, offer.version, "A false declaration", NOW)
    assert (done.state, done.ending) == ("revoked", Ending.OFFICE)
    ended = next(params for template, params in world.mails() if template == "award_ended")
    assert ended["reason"] == "A false declaration"
    assert codes(lambda: world.accept("APP-0102")) == "offer_revoked"
    assert codes(lambda: world.decline("APP-0102")) == "offer_revoked"
    world.move("contracting")
    world.adopt(RunKind.RERUN)
    assert world.held() == {"APP-0101": 1, "APP-0103": 2}


def test_a_failed_condition_voids_the_offer_and_the_group_competes_without_that_lot(world: AwardWorld) -> None:
    world.send()
    world.accept("APP-0102")
    with pytest.raises(Invalid):
        meet_condition(world, "APP-0102", met=False, note=" ")
    meet_condition(world, "APP-0102", met=False, note="At night one hears everything")
    assert (world.offer("APP-0102").ending, world.states()["APP-0102"]) == ("condition", "waiting")
    world.move("contracting")
    world.adopt(RunKind.RERUN)
    assert world.held() == {"APP-0101": 1, "APP-0103": 2}
    assert world.states()["APP-0102"] == "waiting", "lot 1 could still become free"
    world.decline("APP-0101")
    world.adopt(RunKind.RERUN)
    assert world.held() == {"APP-0102": 1, "APP-0103": 2}


def test_a_condition_is_noted_once_and_only_by_an_officer(world: AwardWorld) -> None:
    with world.uow() as uow:
        given = uow.awards.standing_assignments(world.call_id)[1]
    note = award_conditions.note_condition
    with pytest.raises(Forbidden):
        note(world.uow(), world.people["far"], given.id, "H09.evening", True, "", NOW)
    with pytest.raises(NotFound):
        note(world.uow(), world.officer, given.id, "H02.area", True, "", NOW)
    note(world.uow(), world.officer, given.id, "H09.evening", True, "", NOW)
    assert codes(lambda: note(world.uow(), world.officer, given.id, "H09.evening", True, "", NOW)) == "condition_noted"


def test_a_withdrawn_lot_ends_its_offer_and_everybody_who_listed_it_is_told(world: AwardWorld) -> None:
    world.send()
    world.accept("APP-0101")
    with world.uow() as uow:
        version = uow.calls.get(world.call_id).version
    call_lots.withdraw_lot(world.uow(), world.officer, CODE, 1, version, "The roof came down", NOW, premises_gone=True)
    assert (world.offer("APP-0101").ending, world.states()["APP-0101"]) == ("lot_withdrawn", "waiting")
    assert world.premises(1) == "withdrawn"
    told = [(template, params["code"]) for template, params in world.mails() if params.get("reason")]
    assert sorted(told) == [("award_ended", "APP-0101"), ("lot_withdrawn", "APP-0102")]
    world.move("contracting")
    world.adopt(RunKind.RERUN)
    assert world.held() == {"APP-0101": 2}, "the better one moves down to lot 2, as the director adopts"
    assert world.states()["APP-0102"] in ("waiting", "unmatched")
    assert (world.offer("APP-0102").state, world.offer("APP-0102").ending) == ("revoked", "rerun")


def test_a_contract_begins_a_pact_with_what_the_group_declared(world: AwardWorld) -> None:
    world.send()
    assert codes(lambda: sign(world, "APP-0102")) == "conditions_open"
    meet_condition(world, "APP-0102")
    assert codes(lambda: sign(world, "APP-0102")) == "offer_pending"
    world.accept("APP-0102", NOW - timedelta(hours=3))
    offer = world.offer("APP-0102")
    with pytest.raises(Invalid):
        award_contracts.sign(world.uow(), world.officer, offer.id, offer.version, date(2099, 1, 1), "1", NOW)
    answered = world.offer("APP-0102").answered_at
    sign(world, "APP-0102")
    assert world.offer("APP-0102").answered_at == answered, "the group's own answer keeps its time"
    assert (world.states()["APP-0102"], world.premises(2)) == ("contracted", "assigned")
    pact = world.make.rows("SELECT * FROM pacts")[0]
    assert (pact.state, pact.record_state, pact.act) == ("draft", "submitted", "REP 7/2026")
    assert (pact.call_id, pact.lot_id, pact.application_id) == (
        world.call_id, world.lots[1], world.applications["APP-0102"],
    )  # fmt: skip
    assert (pact.starts_on, pact.ends_on, pact.space_id) == (date(2027, 3, 1), date(2030, 3, 1), world.space_of(2))
    assert pact.ceilings == {"noise_emission_evening": 2}
    assert world.make.rows("SELECT count(*) AS n FROM public_pacts")[0].n == 0
    assert codes(lambda: sign(world, "APP-0102")) == "offer_signed"
    assert codes(lambda: world.decline("APP-0102")) == "offer_signed"


def test_premises_go_from_a_contract_through_use_back_to_what_is_offered(world: AwardWorld) -> None:
    world.send()
    world.accept("APP-0101")
    offer, begin = world.offer("APP-0101"), world.make.services.unit_of_work
    note = HandoverNote(NOW.date(), 2, "Clean, walls white, one pane cracked.", "Electricity 10422")

    def handed() -> object:
        return award_contracts.hand_over(world.uow(), world.officer, offer.id, note, NOW)

    def returned() -> object:
        return award_contracts.give_back(world.uow(), world.officer, offer.id, note, NOW, offer_again=False)

    assert (codes(handed), codes(returned)) == ("handover_unsigned", "return_without_handover")
    sign(world, "APP-0101")
    with pytest.raises(Invalid):
        award_contracts.hand_over(world.uow(), world.officer, offer.id, replace(note, report=" "), NOW)
    assert codes(handed) == "done"
    assert world.premises(1) == "in_use"
    assert codes(handed) == "handover_written"
    soon = date(2030, 3, 1) - timedelta(days=60)
    assert award_contracts.announce_returns(begin, soon - timedelta(days=1), NOW) == 0
    assert [award_contracts.announce_returns(begin, soon, NOW) for _ in range(2)] == [1, 0]
    assert world.premises(1) == "returning"
    assert codes(returned) == "done"
    assert world.premises(1) == "not_offered"


def test_nobody_moves_premises_of_a_call_by_hand(world: AwardWorld) -> None:
    with world.uow() as uow:
        space = uow.spaces.by_slug("lot-1")
    change = {"availability_state": "offered"}
    with pytest.raises(Invalid) as error:
        edit_space(world.uow(), world.officer, "lot-1", space.version, change, NOW)
    assert (error.value.code, world.premises(1)) == ("availability_by_call", "reserved")
    edit_space(world.uow(), world.officer, "lot-1", space.version, {"asset_kind": "office"}, NOW)


def test_a_re_run_that_counts_on_a_group_that_left_since_is_not_adopted(world: AwardWorld) -> None:
    world.send()
    world.decline("APP-0102")
    world.move("contracting")
    run = match_runs.freeze(world.uow(), world.officer, CODE, NOW, RunKind.RERUN)
    run = match_runs.compute(world.uow(), world.officer, run.id, run.version, NOW)
    run = match_runs.review(world.uow(), world.officer, run.id, run.version, "Looked at", NOW)
    world.decline("APP-0101")
    director = world.people["director"]
    with pytest.raises(Conflict) as error:
        match_runs.adopt(world.uow(), director, run.id, run.version, "DD 13/2026", NOW)
    assert (error.value.code, error.value.params["applications"]) == ("run_outdated", ["APP-0101"])


# Two hands at once ---------------------------------------------------------------------------------------------------


def test_an_offer_is_accepted_once(world: AwardWorld) -> None:
    world.send()
    assert together(lambda: world.accept("APP-0101"), lambda: world.accept("APP-0101")) == ["done", "offer_accepted"]


def test_accepting_and_revoking_at_once_leaves_one_answer(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0101")
    said = together(
        lambda: world.accept("APP-0101"),
        lambda: awards.revoke(world.uow(), world.officer, offer.id, offer.version, "A false declaration", NOW),
    )
    # Whoever came second was told: the group that it was revoked, or the officer that the offer had changed.
    assert said in (["done", "offer_revoked"], ["done", "offer_stale"])
    states = {"accepted": "accepted", "revoked": "unmatched"}
    assert world.states()["APP-0101"] == states[world.offer("APP-0101").state]


def test_two_officers_send_and_revoke_once(world: AwardWorld) -> None:
    assert together(world.send, world.send) == ["done", "offers_sent"]
    assert len(world.make.rows("SELECT id FROM award_offers")) == 2
    offer = world.offer("APP-0102")

    def revoke() -> object:
        return awards.revoke(world.uow(), world.officer, offer.id, offer.version, "A false declaration", NOW)

    assert together(revoke, revoke) == ["done", "offer_stale"]


def test_two_officers_sign_once(world: AwardWorld) -> None:
    world.send()
    world.accept("APP-0101")
    offer = world.offer("APP-0101")

    def signing() -> object:
        return award_contracts.sign(world.uow(), world.officer, offer.id, offer.version, NOW.date(), "REP 7", NOW)

    assert together(signing, signing) == ["done", "offer_stale"]
    assert len(world.make.rows("SELECT id FROM pacts")) == 1


def test_the_job_and_the_group_at_the_last_moment(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0101")
    moment = offer.expires_at

    def accepting() -> object:
        return world.accept("APP-0101", moment - timedelta(microseconds=1))

    together(accepting, lambda: awards.expire(world.make.services.unit_of_work, moment))
    ended = world.offer("APP-0101").state
    assert (ended, world.states()["APP-0101"]) in (("accepted", "accepted"), ("expired", "expired"))


# What the database refuses by itself ----------------------------------------------------------------------------------


def test_the_database_refuses_a_second_award_of_a_seat_and_steps_that_do_not_exist(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0101")
    copy = (
        "INSERT INTO award_offers (id, assignment_id, call_id, application_id, lot_id, seat, sent_at, expires_at)"
        " SELECT gen_random_uuid(), assignment_id, call_id, :app, lot_id, :seat, sent_at, expires_at"
        " FROM award_offers WHERE id = :id"
    )
    other = world.applications["APP-0103"]
    for app, seat in ((other, 1), (other, 2), (world.applications["APP-0101"], 1)):
        with pytest.raises(IntegrityError):
            world.make.write(copy, app=app, seat=seat, id=offer.id)
    with world.uow() as uow:
        again = replace(offer, id=uuid4(), application_id=other)
        assert not uow.awards.add_offer(again), "the seat is taken"
    step = "UPDATE award_offers SET state = :state, answered_at = :at WHERE id = :id"
    with pytest.raises(IntegrityError):
        world.make.write(step, state="signed", at=NOW, id=offer.id)
    with pytest.raises(IntegrityError):
        world.make.write(step, state="accepted", at=offer.expires_at, id=offer.id)
    world.make.write(step, state="declined", at=NOW, id=offer.id)
    with pytest.raises(IntegrityError):
        world.make.write(step, state="accepted", at=NOW, id=offer.id)


def test_every_step_of_the_domain_is_one_of_the_database_and_the_other_way_round(world: AwardWorld) -> None:
    world.send()
    offer = world.offer("APP-0101")
    put = (
        "UPDATE award_offers SET state = :state, answered_at = CASE WHEN :state = 'pending' THEN NULL ELSE sent_at END,"
        " ending = CASE WHEN :state = 'revoked' THEN 'office' END WHERE id = :id"
    )
    for start in OfferState:
        for end in set(OfferState) - {start}:
            _place(world, offer.id, start)
            try:
                world.make.write(put, state=end.value, id=offer.id)
                allowed = True
            except IntegrityError:
                allowed = False
            assert allowed == (end in TRANSITIONS[start]), (start, end)


def _place(world: AwardWorld, offer_id: object, state: OfferState) -> None:
    """Put an offer into a state as only the owner of the tables can."""
    with connect(world.make.services.settings.owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE award_offers DISABLE TRIGGER award_offers_step")
        cursor.execute(
            "UPDATE award_offers SET state = %s, answered_at = CASE WHEN %s = 'pending' THEN NULL ELSE sent_at END,"
            " ending = CASE WHEN %s = 'revoked' THEN 'office' END WHERE id = %s",
            (state.value, state.value, state.value, str(offer_id)),
        )
        cursor.execute("ALTER TABLE award_offers ENABLE TRIGGER award_offers_step")


def test_every_mail_is_written_in_both_languages(world: AwardWorld) -> None:
    world.send()
    world.accept("APP-0101")
    offer = world.offer("APP-0102")
    awards.revoke(world.uow(), world.officer, offer.id, offer.version, "A false declaration", NOW)
    sign(world, "APP-0101")
    offer = world.offer("APP-0101")
    award_contracts.hand_over(world.uow(), world.officer, offer.id, HandoverNote(NOW.date(), 2, "Fine"), NOW)
    written = [one for one in world.mails() if one[0].startswith("award_")]
    assert {template for template, _ in written} == {
        "award_offered", "award_accepted", "award_ended", "award_signed", "award_handed_over",
    }  # fmt: skip
    for template, params in written:
        for lang in ("en", "it"):
            mail = compose("a@b.example", template, lang, {**params, "token": "T0"}, public_url="https://m", city="T")
            assert "https://m/a/T0" in mail.body
            assert "%(" not in mail.subject + mail.body
            assert "APP-" not in mail.subject


# Whatever comes in whatever order -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [3, 14])
def test_no_order_of_actions_awards_a_lot_or_serves_a_group_twice(world: AwardWorld, seed: int) -> None:
    dice = Random(seed)
    now = NOW
    done: set[str] = set()
    for _step in range(60):
        now += timedelta(hours=dice.choice([0, 0, 1, 1, 20, 60]))
        code = dice.choice(list(world.applications))
        actions = _actions(world, code, dice)
        name = dice.choices(list(actions), [4 if one in ("send", "accept", "rerun") else 1 for one in actions])[0]
        if world.make.rows("SELECT 1 FROM award_offers WHERE application_id = :id", id=world.applications[code]) or (
            name in ("send", "rerun")
        ):
            done |= {name} if codes(partial(actions[name], now)) == "done" else set()
            _check_invariants(world)
    assert done >= {"send", "accept", "rerun"}, "the sequence went on"


def _actions(world: AwardWorld, code: str, dice: Random) -> dict[str, Callable[[datetime], object]]:
    """Return what can happen next, with a group picked by lot."""
    uow, officer = world.uow, world.officer

    def revoke(now: datetime) -> object:
        offer = world.offer(code)
        return awards.revoke(uow(), officer, offer.id, offer.version, "A false declaration", now)

    def sign_it(now: datetime) -> object:
        offer = world.offer(code)
        return award_contracts.sign(uow(), officer, offer.id, offer.version, now.date(), "REP 7", now)

    def condition(now: datetime) -> object:
        with uow() as reading:
            given = reading.awards.standing_assignments(world.call_id)
        if not given:
            raise NotFound("everybody left")
        one = dice.choice(given)
        rule = (*one.conditional_on, "H09.evening")[0]
        return award_conditions.note_condition(uow(), officer, one.id, rule, dice.random() < 0.7, "Looked", now)

    def hand_over(now: datetime) -> object:
        note = HandoverNote(now.date(), 1, "Fine")
        return award_contracts.hand_over(uow(), officer, world.offer(code).id, note, now)

    return {
        "send": world.send,
        "accept": lambda now: world.accept(code, now),
        "decline": lambda now: world.decline(code, now),
        "expire": lambda now: awards.expire(world.make.services.unit_of_work, now),
        "revoke": revoke,
        "sign": sign_it,
        "condition": condition,
        "hand_over": hand_over,
        "rerun": lambda now: world.adopt(RunKind.RERUN, now),
    }


#: The state of an application by that of its living offer.
_STATES = {"pending": "offered", "accepted": "accepted", "signed": "contracted"}


def _check_invariants(world: AwardWorld) -> None:
    living = world.make.rows(
        "SELECT o.lot_id, o.application_id, o.state, a.state AS application_state, l.capacity, s.availability_state"
        " FROM award_offers o JOIN applications a ON a.id = o.application_id JOIN lots l ON l.id = o.lot_id"
        " JOIN spaces s ON s.id = l.space_id WHERE o.state IN ('pending', 'accepted', 'signed')"
    )
    assert len({row.lot_id for row in living}) == len(living), "a lot is awarded once"
    assert len({row.application_id for row in living}) == len(living), "a group holds one lot"
    for row in living:
        assert row.application_state == _STATES[row.state]
        assert row.availability_state in {"pending": ("reserved",), "accepted": ("reserved",)}.get(
            row.state, ("assigned", "in_use")
        )
    held = {row.application_id for row in living}
    states = world.make.rows("SELECT id, state FROM applications")
    assert all(row.state not in _STATES.values() for row in states if row.id not in held)
