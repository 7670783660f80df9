"""What the office and the committee read of the applications of a call; what is decided about them is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from mapsvc.domain.admissibility import CheckedRule, outcome
from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.applications import Application, ApplicationDocument, IntegrationRequest
from mapsvc.domain.calls import Call, CallProgress, Lot
from mapsvc.domain.errors import NotFound
from mapsvc.domain.matches import State
from mapsvc.domain.people import Action, Actor, allows
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.scores import Scored
from mapsvc.usecases.admissibility import rows_of, rows_of_call
from mapsvc.usecases.call_access import call_for, call_of_member
from mapsvc.usecases.scores import result_of

#: What is done first, the worst at the top of the list.
ORDER = ("late", "fail", "unknown", "ready", "asked", "decided")


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the list: the application, its check, the open request, and how urgent it is (a code of ORDER)."""

    application: Application
    rows: tuple[CheckedRule, ...]
    request: IntegrationRequest | None
    urgency: str


@dataclass(frozen=True, slots=True)
class CallApplications:
    """The applications of a call that the office has."""

    call: Call
    progress: CallProgress
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """One application as the office sees it; `scored` is there once every sheet of the call is signed."""

    call: Call
    progress: CallProgress
    application: Application
    rows: tuple[CheckedRule, ...]
    requests: tuple[IntegrationRequest, ...]
    documents: tuple[ApplicationDocument, ...]
    lots: tuple[Lot, ...]
    scored: Scored | None
    may_decide: bool
    next_code: str


def of_call(uow: UnitOfWork, actor: Actor, code: str, now: datetime) -> CallApplications:
    """Return the applications of a call, those that wait longest for the office first; raises NotFound, Forbidden."""
    with uow:
        call = call_for(uow, actor, code, Action.SEE_CALL)
        return CallApplications(call, uow.calls.progress(call.id), _items(uow, call, now))


def _items(uow: UnitOfWork, call: Call, now: datetime) -> tuple[Item, ...]:
    rows = rows_of_call(uow, call)
    items = []
    for one in uow.applications.of_call(call.id):
        request = _open(uow.applications.requests(one.id)) if one.state in _ASKED else None
        items.append(Item(one, rows[one.id], request, _urgency(one, rows[one.id], request, now)))
    return tuple(sorted(items, key=lambda it: (ORDER.index(it.urgency), it.application.code or "")))


_ASKED = frozenset({ApplicationState.INTEGRATION_REQUESTED})


def _open(requests: Sequence[IntegrationRequest]) -> IntegrationRequest | None:
    return next((one for one in requests if one.answered_at is None), None)


def _urgency(one: Application, rows: tuple[CheckedRule, ...], request: IntegrationRequest | None, now: datetime) -> str:
    if one.state in _ASKED:
        return "late" if request is None or request.due_on < now.astimezone(UTC).date() else "asked"
    if one.state != ApplicationState.SUBMITTED:
        return "decided"
    return {State.FAIL: "fail", State.UNKNOWN: "unknown"}.get(outcome(rows), "ready")


def find(uow: UnitOfWork, actor: Actor, code: str, application: str, now: datetime) -> CheckView:
    """Return one application with its check row by row; raises NotFound, Forbidden."""
    with uow:
        call = call_for(uow, actor, code, Action.SEE_CALL)
        one = _sent(uow, call, application)
        waiting = [it.application.code or "" for it in _items(uow, call, now) if it.urgency not in ("decided", "asked")]
        runs = allows(actor, Action.RUN_CALL, uow.areas.path(call.area_id))
        member = any(it.user_id == actor.user_id for it in uow.committees.members(call.id))
        return CheckView(
            call=call,
            progress=uow.calls.progress(call.id),
            application=one,
            rows=rows_of(uow, call, one),
            requests=tuple(uow.applications.requests(one.id)),
            documents=tuple(uow.applications.documents(one.id, sent=True)),
            lots=tuple(uow.calls.lots(call.id)),
            scored=result_of(uow, call, one),
            may_decide=runs and not member and call.state == "admissibility",
            next_code=next((it for it in waiting if it != one.code), ""),
        )


def document(uow: UnitOfWork, actor: Actor, code: str, application: str, document_id: UUID) -> ApplicationDocument:
    """Return a document that the office has, for an officer or director of the area; raises NotFound, Forbidden."""
    with uow:
        call = call_for(uow, actor, code, Action.SEE_CALL)
        return _document(uow, _sent(uow, call, application), document_id)


def papers_for_member(uow: UnitOfWork, actor: Actor, code: str, application: str) -> tuple[ApplicationDocument, ...]:
    """Return the documents of an application that a member scores; raises NotFound for everybody else."""
    with uow:
        one = _for_member(uow, actor, code, application)
        return tuple(uow.applications.documents(one.id, sent=True))


def document_for_member(uow: UnitOfWork, actor: Actor, code: str, application: str, document_id: UUID,
                        ) -> ApplicationDocument:  # fmt: skip
    """Return one of them; raises NotFound for everybody who does not score the application."""
    with uow:
        return _document(uow, _for_member(uow, actor, code, application), document_id)


def _for_member(uow: UnitOfWork, actor: Actor, code: str, application: str) -> Application:
    """Return an application that the actor scores; whoever declared a conflict reads it no more."""
    call, seat = call_of_member(uow, actor, code)
    one = uow.applications.by_code(call.id, application)
    near = {it.application_id for it in uow.committees.conflicts(call.id) if it.user_id == seat.user_id}
    shown = {ApplicationState.ADMITTED, ApplicationState.SCORED, ApplicationState.BELOW_THRESHOLD}
    if one is None or one.state not in shown or one.id in near:
        raise NotFound("there is no such application", code="application_unknown")
    return one


def _sent(uow: UnitOfWork, call: Call, code: str) -> Application:
    one = uow.applications.by_code(call.id, code)
    if one is None or not one.sent:
        raise NotFound("there is no such application", code="application_unknown")
    return one


def _document(uow: UnitOfWork, one: Application, document_id: UUID) -> ApplicationDocument:
    found = next((it for it in uow.applications.documents(one.id, sent=True) if it.id == document_id), None)
    if found is None:
        raise NotFound("there is no such document", code="document_unknown")
    return found
