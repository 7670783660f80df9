"""Observations about a provisional list: a group sends them from its private page, the office answers each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.call_observations import LONGEST_TEXT, CallObservation, check_window
from mapsvc.domain.calls import Call, CallProgress
from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Action, Actor, allows
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.application_mail import tell
from mapsvc.usecases.applications import opened
from mapsvc.usecases.call_access import call_for
from mapsvc.usecases.calls import mail_facts
from mapsvc.usecases.observations import digest

#: Groups that never sent anything, or took it back, are no party of the call.
_NO_PARTY = frozenset({ApplicationState.DRAFT, ApplicationState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class ObservationBoard:
    """The observations of a call, unanswered ones first."""

    call: Call
    progress: CallProgress
    observations: Sequence[CallObservation]
    may_answer: bool


def observe(uow: UnitOfWork, actor: Actor, page: str, key: UUID, text: str, now: datetime) -> CallObservation:
    """Send an observation as the group of a private page; the same `key` is stored once.

    Raises NotFound, Invalid without words, and Conflict outside of the window (`observations_closed`), for a group
    that is no party, and beyond the most that one group can send (`observations_many`).
    """
    words = clean_text(text, "/text", LONGEST_TEXT, several_lines=True)
    if not words:
        raise Invalid("say what is wrong", "/text", code="required")
    with uow:
        before = uow.idempotency.claim(key, "observation", digest(f"{page}|{words}"), now)
        application = opened(uow, actor, page, lock=True)
        sent = uow.call_observations.of_application(application.id)
        if before is not None:
            return next(one for one in sent if str(one.id) == str(before["id"]))
        call = uow.calls.get(application.call_id)
        if call is None or application.state in _NO_PARTY:
            raise Conflict("this group takes no part", code="observations_closed", state=application.state)
        check_window(call, now.astimezone(ZoneInfo(call.timeline.zone)).date(), len(sent))
        observation = CallObservation(
            id=new_id(), call_id=call.id, application_id=application.id, text=words, received_at=now,
            code=application.code or "",
        )  # fmt: skip
        uow.call_observations.add(observation)
        uow.idempotency.keep(key, {"id": str(observation.id)})
        uow.audit.add(actor, "observation_sent", "call", call.id, after={"observation": str(observation.id)}, at=now)
        uow.commit()
    return observation


def board(uow: UnitOfWork, actor: Actor, call_code: str) -> ObservationBoard:
    """Return the observations of a call for its office; raise NotFound, Forbidden."""
    with uow:
        call = call_for(uow, actor, call_code, Action.SEE_CALL)
        may_answer = allows(actor, Action.RUN_CALL, uow.areas.path(call.area_id))
        return ObservationBoard(
            call, uow.calls.progress(call.id), uow.call_observations.of_call(call.id), may_answer=may_answer
        )


def answer(
    uow: UnitOfWork, actor: Actor, call_code: str, observation_id: UUID, text: str, now: datetime
) -> CallObservation:
    """Answer an observation once; the group reads it on its private page and gets a mail.

    Raises NotFound, Forbidden, Invalid without words, and Conflict when somebody answered before.
    """
    words = clean_text(text, "/answer", LONGEST_TEXT, several_lines=True)
    if not words:
        raise Invalid("an answer is needed", "/answer", code="required")
    with uow:
        call = call_for(uow, actor, call_code, Action.RUN_CALL, lock=True)
        found = uow.call_observations.get(observation_id)
        if found is None or found.call_id != call.id:
            raise NotFound("there is no such observation")
        if not uow.call_observations.answer(found.id, words, actor.user_id, now):
            raise Conflict("somebody answered before", code="observation_answered")
        uow.audit.add(actor, "observation_answered", "call", call.id, after={"observation": str(found.id)}, at=now)
        application = uow.applications.get(found.application_id)
        if application is not None:
            facts = {**mail_facts(call), "code": found.code, "answer": words}
            tell(uow, application, "observation_answered", facts, now)
        uow.commit()
    return replace(found, answer=words, answered_by=actor.user_id, answered_at=now)
