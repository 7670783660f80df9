"""The office checks applications: what follows from the figures, what it finds itself, what it decides and asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from mapsvc.domain import admissibility as rules
from mapsvc.domain.admissibility import CheckedRule, OfficeCheck
from mapsvc.domain.application_drafts import GroupFacts
from mapsvc.domain.application_states import ApplicationState, By, check_move
from mapsvc.domain.applications import Application, IntegrationRequest
from mapsvc.domain.calls import Call
from mapsvc.domain.eligibility import Facts, check_all
from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.matches import State
from mapsvc.domain.people import Action, Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.application_mail import tell
from mapsvc.usecases.call_access import call_for, check_not_member, check_state

LONGEST_NOTE = 1000
_WAITING = frozenset({ApplicationState.SUBMITTED, ApplicationState.INTEGRATION_REQUESTED})


def facts_of_call(uow: UnitOfWork, call_id: UUID) -> dict[UUID, Facts]:
    """Return what is known of each application that was sent in a call, for its rules and those of reserved seats."""
    kinds, paths = uow.admissibility.sent_kinds(call_id), uow.admissibility.seat_paths(call_id)
    return {one.id: _facts(one, kinds, paths) for one in uow.applications.of_call(call_id)}


def rows_of_call(uow: UnitOfWork, call: Call) -> dict[UUID, tuple[CheckedRule, ...]]:
    """Return the check of each application that was sent in a call, row by row: the input of H01."""
    found = uow.admissibility.checks_of_call(call.id)
    return {
        one: rules.checked(check_all(call.definition.eligibility, facts), found.get(one, {}))
        for one, facts in facts_of_call(uow, call.id).items()
    }


def rows_of(uow: UnitOfWork, call: Call, application: Application) -> tuple[CheckedRule, ...]:
    """Return the same for one application."""
    kinds, paths = uow.admissibility.sent_kinds(call.id), uow.admissibility.seat_paths(call.id)
    checks = check_all(call.definition.eligibility, _facts(application, kinds, paths))
    return rules.checked(checks, uow.admissibility.checks(application.id))


def _facts(one: Application, kinds: Mapping[UUID, frozenset[str]], paths: Mapping[str, frozenset[str]]) -> Facts:
    group = GroupFacts.from_json(one.facts)
    return group.for_rules(one.declarations, kinds.get(one.id, frozenset()), paths.get(group.seat))


def find(uow: UnitOfWork, actor: Actor, code: str, application: str, rule: str, state: str, note: str, now: datetime,
         ) -> None:  # fmt: skip
    """Keep what an officer found for one rule, with how; an empty state takes the finding back.

    Raises NotFound for another rule, Invalid for another state or without a note, Conflict once the office decided.
    """
    with uow:
        call, one = _waiting(uow, actor, code, application)
        if rule not in {asked.key for asked in call.definition.eligibility}:
            raise NotFound("the call has no such rule", code="rule_unknown")
        if state == "":
            uow.admissibility.forget(one.id, rule)
            after: dict[str, object] = {"rule": rule, "finding": None}
            words = None
        else:
            if state not in (State.PASS, State.FAIL):
                raise Invalid("it holds or it does not", "/state", code="unknown_value", value=state[:40])
            words = clean_text(note, "/note", LONGEST_NOTE, several_lines=True)
            if not words:
                raise Invalid("say how you found out", "/note", code="finding_note_required")
            uow.admissibility.find(OfficeCheck(one.id, rule, State(state), words, actor.user_id, now))
            after = {"rule": rule, "finding": state}
        uow.audit.add(actor, "checked", "application", one.id, after=after, reason=words, at=now)
        uow.commit()


def admit(uow: UnitOfWork, actor: Actor, code: str, application: str, version: int, now: datetime) -> Application:
    """Admit an application all of whose rules hold; raises Conflict where one fails or is not known, Stale."""
    with uow:
        call, one = _waiting(uow, actor, code, application)
        rules.check_admission(rows_of(uow, call, one))
        decided = _decide(uow, actor, one, ApplicationState.ADMITTED, None, None, version, now)
        uow.commit()
    return decided


def refuse(uow: UnitOfWork, actor: Actor, code: str, application: str, reason: str, norm: str, version: int,
           now: datetime) -> Application:  # fmt: skip
    """Declare an application inadmissible with reason and norm, and mail both with how to object.

    Raises Invalid without one of them, Conflict when it was decided before or the group still has time to complete.
    """
    words, article = rules.check_refusal(reason, norm)
    with uow:
        call, one = _waiting(uow, actor, code, application)
        decided = _decide(uow, actor, one, ApplicationState.INADMISSIBLE, words, article, version, now)
        params: Mapping[str, object] = {
            "call": dict(call.title), "code": one.code or "", "reason": words, "norm": article, "office": call.office,
        }  # fmt: skip
        tell(uow, decided, "application_refused", params, now)
        uow.commit()
    return decided


def ask(uow: UnitOfWork, actor: Actor, code: str, application: str, asked: str, due_on: date, version: int,
        now: datetime) -> IntegrationRequest:  # fmt: skip
    """Ask a group to complete its application within 10 to 60 days, and mail it.

    Raises Invalid for an empty text or another day, Conflict where a rule fails that nobody can complete, Stale.
    """
    with uow:
        call, one = _waiting(uow, actor, code, application)
        check_move(one.state, ApplicationState.INTEGRATION_REQUESTED, By.OFFICE)
        words = rules.check_request(asked, due_on, now.astimezone(UTC).date(), rows_of(uow, call, one))
        request = IntegrationRequest(new_id(), one.id, words, due_on, actor.user_id, now)
        uow.applications.add_request(request)
        _write(uow, replace(one, state=ApplicationState.INTEGRATION_REQUESTED, updated_at=now), version, now)
        uow.audit.add(actor, "completion_asked", "application", one.id, before={"state": one.state},
                      after={"state": ApplicationState.INTEGRATION_REQUESTED.value, "due_on": due_on.isoformat()},
                      reason=words, at=now)  # fmt: skip
        params: Mapping[str, object] = {
            "call": dict(call.title), "code": one.code or "", "asked": words, "due_on": due_on.isoformat(),
        }  # fmt: skip
        tell(uow, one, "application_completion", params, now)
        uow.commit()
    return request


def reopen(uow: UnitOfWork, actor: Actor, code: str, application: str, reason: str, version: int, now: datetime,
           ) -> Application:  # fmt: skip
    """Take a decision back with a reason, as long as the office is checking; raises Conflict afterwards, Stale."""
    words = clean_text(reason, "/reason", rules.LONGEST_TEXT, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="reason_required")
    with uow:
        call = call_for(uow, actor, code, Action.RUN_CALL, lock=True)
        check_state(call, "admissibility")
        check_not_member(uow, actor, call)
        one = _application(uow, call, application)
        state = check_move(one.state, ApplicationState.SUBMITTED, By.OFFICE)
        again = replace(one, state=state, decision_reason=None, decision_norm=None, decided_by=None, decided_at=None,
                        updated_at=now)  # fmt: skip
        _write(uow, again, version, now)
        uow.audit.add(actor, "decision_taken_back", "application", one.id, before={"state": one.state},
                      after={"state": state.value}, reason=words, at=now)  # fmt: skip
        uow.commit()
    return again


def _application(uow: UnitOfWork, call: Call, code: str) -> Application:
    seen = uow.applications.by_code(call.id, code)
    one = uow.applications.get(seen.id, lock=True) if seen is not None else None
    if one is None or not one.sent:
        raise NotFound("there is no such application", code="application_unknown")
    return one


def _waiting(uow: UnitOfWork, actor: Actor, code: str, application: str) -> tuple[Call, Application]:
    """Return the call and a locked application about which an officer who is not in the committee may decide now."""
    call = call_for(uow, actor, code, Action.RUN_CALL, lock=True)
    check_state(call, "admissibility")
    check_not_member(uow, actor, call)
    one = _application(uow, call, application)
    if one.state not in _WAITING:
        raise Conflict("this application was decided already", code="application_decided")
    return call, one


def _decide(uow: UnitOfWork, actor: Actor, one: Application, state: ApplicationState, reason: str | None,
            norm: str | None, version: int, now: datetime) -> Application:  # fmt: skip
    before = one.state
    if before == ApplicationState.INTEGRATION_REQUESTED:
        _end_request(uow, one, now)
    check_move(ApplicationState.SUBMITTED, state, By.OFFICE)
    decided = replace(one, state=state, decision_reason=reason, decision_norm=norm, decided_by=actor.user_id,
                      decided_at=now, updated_at=now)  # fmt: skip
    _write(uow, decided, version, now)
    after = {"state": state.value, "decision_norm": norm}
    uow.audit.add(actor, state.value, "application", one.id, before={"state": before}, after=after, reason=reason,
                  at=now)  # fmt: skip
    return decided


def _end_request(uow: UnitOfWork, one: Application, now: datetime) -> None:
    """Close a request whose day has passed without an answer; raises Conflict while the group still has time."""
    request = next((it for it in uow.applications.requests(one.id) if it.answered_at is None), None)
    if request is not None and now.astimezone(UTC).date() <= request.due_on:
        raise Conflict("the group still has time to complete", code="completion_open")
    if request is not None:
        uow.applications.answer_request(request.id, "", now)


def _write(uow: UnitOfWork, one: Application, version: int, now: datetime) -> None:
    if not uow.applications.update(replace(one, version=version), now):
        raise Stale("this application changed meanwhile", code="stale")
