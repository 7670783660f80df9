"""The office checks, asks, admits and refuses; and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.admissibility import outcome
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.matches import State
from mapsvc.usecases import admissibility
from tests.builders import NOW, TODAY, Builder
from tests.evaluation_world import CODE, EvaluationWorld, build_world

DUE = TODAY + timedelta(days=10)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services: Services) -> EvaluationWorld:
    return build_world(Builder(services))


def rows(world: EvaluationWorld, code: str) -> dict[str, State]:
    with world.uow() as uow:
        call = uow.calls.get(world.call_id)
        assert call is not None
        found = admissibility.rows_of(uow, call, world.stored(code))
        together = admissibility.rows_of_call(uow, call)[world.applications[code]]
        assert found == together
        return {row.check.rule.key: row.state for row in found}


def test_every_rule_is_a_row(world: EvaluationWorld) -> None:
    assert rows(world, "APP-0101") == dict.fromkeys(
        ("forms", "seat", "members", "under_35", "declaration:no_debts", "document:plan"), State.PASS
    )


def test_what_is_missing_is_unknown_and_what_contradicts_fails(world: EvaluationWorld) -> None:
    world.apply("APP-0104", facts={"name": "Four", "form": "company", "seat": "south", "members_count": None},
                plan=False, declarations=())  # fmt: skip
    found = rows(world, "APP-0104")
    assert found["forms"] is State.FAIL
    assert found["seat"] is State.FAIL
    assert {found[key] for key in ("members", "under_35", "declaration:no_debts", "document:plan")} == {State.UNKNOWN}


def test_an_application_is_admitted_when_every_rule_holds(world: EvaluationWorld) -> None:
    officer = world.people["officer"]
    admitted = admissibility.admit(world.uow(), officer, CODE, "APP-0101", 1, NOW)
    assert (admitted.state, admitted.decided_by) == ("admitted", officer.user_id)
    assert world.stored("APP-0101").state == "admitted"
    assert world.make.rows("SELECT action FROM audit_log WHERE noun = 'application'")[0].action == "admitted"


def test_an_unknown_rule_blocks_until_the_office_found_out(world: EvaluationWorld) -> None:
    officer = world.people["officer"]
    world.apply("APP-0104", facts={"name": "Four"}, plan=False)
    with pytest.raises(Conflict) as refused:
        admissibility.admit(world.uow(), officer, CODE, "APP-0104", 1, NOW)
    assert refused.value.code == "eligibility_unknown"
    with pytest.raises(Invalid):
        admissibility.find(world.uow(), officer, CODE, "APP-0104", "document:plan", "pass", " ", NOW)
    with pytest.raises(NotFound):
        admissibility.find(world.uow(), officer, CODE, "APP-0104", "document:other", "pass", "seen", NOW)
    admissibility.find(world.uow(), officer, CODE, "APP-0104", "document:plan", "pass", "Handed in on paper.", NOW)
    assert admissibility.admit(world.uow(), officer, CODE, "APP-0104", 1, NOW).state == "admitted"


def test_the_office_can_find_that_a_rule_fails_and_take_it_back(world: EvaluationWorld) -> None:
    officer = world.people["officer"]
    admissibility.find(world.uow(), officer, CODE, "APP-0101", "document:plan", "fail", "It is empty.", NOW)
    with pytest.raises(Conflict) as refused:
        admissibility.admit(world.uow(), officer, CODE, "APP-0101", 1, NOW)
    assert refused.value.code == "eligibility_fail"
    admissibility.find(world.uow(), officer, CODE, "APP-0101", "document:plan", "", "", NOW)
    with world.uow() as uow:
        call = uow.calls.get(world.call_id)
        assert call is not None
        assert outcome(admissibility.rows_of(uow, call, world.stored("APP-0101"))) is State.PASS


def test_a_refusal_needs_reason_and_norm_and_is_mailed(world: EvaluationWorld) -> None:
    officer = world.people["officer"]
    for reason, norm in (("", "Art. 3"), ("Because", " ")):
        with pytest.raises(Invalid):
            admissibility.refuse(world.uow(), officer, CODE, "APP-0101", reason, norm, 1, NOW)
    assert world.make.rows("SELECT 1 FROM outbox") == []
    refused = admissibility.refuse(world.uow(), officer, CODE, "APP-0101", "Sent for somebody else", "Art. 3", 1, NOW)
    assert (refused.state, refused.decision_norm) == ("inadmissible", "Art. 3")
    mail = world.make.rows("SELECT recipient, template, params FROM outbox")[0]
    assert (mail.recipient, mail.template) == ("group@example.org", "application_refused")
    assert mail.params["reason"] == "Sent for somebody else"


def test_deciding_twice_is_refused(world: EvaluationWorld) -> None:
    officer = world.people["officer"]
    admissibility.admit(world.uow(), officer, CODE, "APP-0101", 1, NOW)
    with pytest.raises(Conflict) as second:
        admissibility.refuse(world.uow(), officer, CODE, "APP-0101", "No", "Art. 3", 1, NOW)
    assert second.value.code == "application_decided"
    with pytest.raises(Stale):
        admissibility.admit(world.uow(), officer, CODE, "APP-0102", 7, NOW)
    assert world.stored("APP-0102").state == "submitted"


@pytest.mark.parametrize("days", [9, 61])
def test_a_group_has_between_ten_and_sixty_days_to_complete(world: EvaluationWorld, days: int) -> None:
    with pytest.raises(Invalid):
        admissibility.ask(world.uow(), world.people["officer"], CODE, "APP-0101", "The plan, please",
                          TODAY + timedelta(days=days), 1, NOW)  # fmt: skip
    assert world.stored("APP-0101").state == "submitted"


def test_a_request_waits_for_its_day(world: EvaluationWorld) -> None:
    officer = world.people["officer"]
    world.apply("APP-0104", facts={"name": "Four"}, plan=False)
    admissibility.ask(world.uow(), officer, CODE, "APP-0104", "The plan, please", DUE, 1, NOW)
    assert world.stored("APP-0104").state == "integration_requested"
    assert world.make.rows("SELECT template FROM outbox")[0].template == "application_completion"
    with pytest.raises(Conflict) as early:
        admissibility.refuse(world.uow(), officer, CODE, "APP-0104", "No plan", "Art. 3", 2, NOW)
    assert early.value.code == "completion_open"
    late = NOW + timedelta(days=11)
    assert admissibility.refuse(world.uow(), officer, CODE, "APP-0104", "No plan", "Art. 3", 2, late).state == (
        "inadmissible"
    )
    assert world.make.rows("SELECT 1 FROM integration_requests WHERE answered_at IS NULL") == []


def test_nobody_asks_to_complete_what_cannot_be(world: EvaluationWorld) -> None:
    world.apply("APP-0104", facts={"name": "Four", "seat": "south"})
    with pytest.raises(Conflict) as refused:
        admissibility.ask(world.uow(), world.people["officer"], CODE, "APP-0104", "Move north", DUE, 1, NOW)
    assert refused.value.code == "not_curable"


def test_a_decision_is_taken_back_with_a_reason(world: EvaluationWorld) -> None:
    officer = world.people["officer"]
    admissibility.refuse(world.uow(), officer, CODE, "APP-0101", "No plan", "Art. 3", 1, NOW)
    with pytest.raises(Invalid):
        admissibility.reopen(world.uow(), officer, CODE, "APP-0101", "", 2, NOW)
    again = admissibility.reopen(world.uow(), officer, CODE, "APP-0101", "The plan was in the annex.", 2, NOW)
    assert (again.state, again.decision_reason, again.decided_by) == ("submitted", None, None)
    world.move("evaluation")
    with pytest.raises(Conflict):
        admissibility.reopen(world.uow(), officer, CODE, "APP-0101", "Again", 3, NOW)


@pytest.mark.parametrize("name", ["far", "director", "auditor", "ada", "stranger"])
def test_only_an_officer_of_the_area_decides(world: EvaluationWorld, name: str) -> None:
    actor = world.people[name]
    with pytest.raises(Forbidden):
        admissibility.admit(world.uow(), actor, CODE, "APP-0101", 1, NOW)
    with pytest.raises(Forbidden):
        admissibility.refuse(world.uow(), actor, CODE, "APP-0101", "No", "Art. 3", 1, NOW)
    with pytest.raises(Forbidden):
        admissibility.ask(world.uow(), actor, CODE, "APP-0101", "More", date(2026, 12, 12), 1, NOW)
    with pytest.raises(Forbidden):
        admissibility.find(world.uow(), actor, CODE, "APP-0101", "seat", "pass", "seen", NOW)
    assert world.stored("APP-0101").version == 1


def test_a_member_of_the_committee_does_not_decide_for_the_office(world: EvaluationWorld) -> None:
    world.name_committee("officer")
    with pytest.raises(Forbidden) as refused:
        admissibility.admit(world.uow(), world.people["officer"], CODE, "APP-0101", 1, NOW)
    assert refused.value.code == "member_decides"


@pytest.mark.parametrize("state", ["open", "evaluation", "suspended"])
def test_decisions_belong_to_their_step(world: EvaluationWorld, state: str) -> None:
    world.move(state)
    with pytest.raises(Conflict):
        admissibility.admit(world.uow(), world.people["officer"], CODE, "APP-0101", 1, NOW)
