"""Offers of lots: sending them, the group's answer, their end by time or by the office (domain.md 2.6, matching 3.9).

Every writer locks the call first, so that two hands at once come one after the other; the second one is told what the
first one did. What happens after the answer is in `award_contracts`, what a new run changes in `award_runs`.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState, By, check_move
from mapsvc.domain.applications import Application
from mapsvc.domain.awards import (
    Assignment,
    Ending,
    Offer,
    OfferState,
    check_answer,
    open_conditions,
)
from mapsvc.domain.call_states import CallState
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.people import SYSTEM, Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.application_mail import tell
from mapsvc.usecases.applications import opened
from mapsvc.usecases.award_spaces import settle_spaces

BATCH = 50
LONGEST_REASON = 2000
#: Offers are sent and answered once the final list stands.
_OPEN = frozenset({CallState.FINAL, CallState.CONTRACTING})


@dataclass(frozen=True, slots=True)
class Case:
    """An offer with everything that it is about; the call is locked where somebody writes."""

    offer: Offer
    assignment: Assignment
    call: Call
    lot: Lot
    application: Application


def accept(uow: UnitOfWork, actor: Actor, key: str, offer_id: UUID, now: datetime) -> Offer:
    """Accept an offer; `key` is the secret of the private page, or the application's id for who speaks for the group.

    Raises NotFound for an unknown link or another group's offer, Conflict with a code that says what happened before:
    `offer_over`, `offer_accepted`, `offer_declined`, `offer_expired`, `offer_revoked`, `offer_signed`.
    """
    with uow:
        case = _of_group(uow, actor, key, offer_id)
        accepted = answer(uow, actor, case, OfferState.ACCEPTED, now)
        set_state(uow, case.application, ApplicationState.ACCEPTED, By.GROUP, now)
        mail_case(uow, case, "award_accepted", now)
        uow.commit()
    return accepted


def decline(uow: UnitOfWork, actor: Actor, key: str, offer_id: UUID, reason: str, now: datetime) -> Offer:
    """Decline an offer, or give back one that was accepted and not signed; words are welcome and not needed.

    Raises NotFound and Conflict as `accept` does; declining is possible as long as the offer stands.
    """
    words = clean_text(reason, "/reason", LONGEST_REASON, several_lines=True)
    with uow:
        case = _of_group(uow, actor, key, offer_id)
        declined = answer(uow, actor, case, OfferState.DECLINED, now, reason=words or None)
        set_state(uow, case.application, ApplicationState.DECLINED, By.GROUP, now)
        settle_spaces(uow, actor, case.call, now)
        mail_case(uow, case, "award_declined", now)
        uow.commit()
    return declined


def revoke(uow: UnitOfWork, actor: Actor, offer_id: UUID, version: int, reason: str, now: datetime) -> Offer:
    """Take back an offer that is not signed, with a reason that the group reads; it is out of the call then.

    Raises Forbidden, NotFound, Invalid without a reason, Stale when the offer changed since it was read, Conflict when
    it ended before.
    """
    words = reason_of(reason)
    with uow:
        case = case_of_office(uow, actor, offer_id)
        check_version(case.offer, version)
        revoked = end(uow, actor, case, Ending.OFFICE, words, now)
        set_state(uow, case.application, ApplicationState.UNMATCHED, By.OFFICE, now)
        settle_spaces(uow, actor, case.call, now)
        uow.commit()
    return revoked


def expire(begin: Callable[[], AbstractContextManager[UnitOfWork]], now: datetime) -> int:
    """End every offer whose time has passed without an answer; return how many. One transaction for each."""
    with begin() as uow:
        due = uow.awards.overdue(now, BATCH)
    return sum(_expire(begin, offer.id, now) for offer in due)


def _expire(begin: Callable[[], AbstractContextManager[UnitOfWork]], offer_id: UUID, now: datetime) -> bool:
    with begin() as uow:
        case = locked_case(uow, offer_id)
        try:
            answer(uow, SYSTEM, case, OfferState.EXPIRED, now)
        except Conflict:
            # The group answered, or the office took it back, while this job waited for the call.
            return False
        set_state(uow, case.application, ApplicationState.EXPIRED, By.SYSTEM, now)
        settle_spaces(uow, SYSTEM, case.call, now)
        mail_case(uow, case, "award_expired", now)
        uow.commit()
    return True


def answer(
    uow: UnitOfWork, actor: Actor, case: Case, wanted: OfferState, now: datetime, *, reason: str | None = None
) -> Offer:
    """Move an offer to the state `wanted` with its entry in the history; raise Conflict where it cannot be."""
    check_answer(case.offer, wanted, now)
    # A signature comes after the group's answer, whose time stays.
    answered = case.offer.answered_at if wanted is OfferState.SIGNED else now
    moved = replace(case.offer, state=wanted, answered_at=answered, reason=reason, decided_by=actor.user_id)
    return _write(uow, actor, case, moved, f"offer_{wanted}", now)


def end(
    uow: UnitOfWork, actor: Actor, case: Case, ending: Ending, reason: str | None, now: datetime, *, told: bool = True
) -> Offer:
    """Revoke an offer with the cause and its reason in words, and tell the group unless another mail does."""
    check_answer(case.offer, OfferState.REVOKED, now)
    revoked = replace(
        case.offer,
        state=OfferState.REVOKED,
        answered_at=now,
        ending=ending,
        reason=reason,
        decided_by=actor.user_id,
    )
    written = _write(uow, actor, case, revoked, "offer_revoked", now)
    if told:
        mail_case(uow, case, "award_ended", now, ending=str(ending), reason=reason or "")
    return written


def _write(uow: UnitOfWork, actor: Actor, case: Case, moved: Offer, action: str, now: datetime) -> Offer:
    if not uow.awards.move(case.offer, moved):
        raise Conflict("somebody else was first", code="offer_changed")
    audit(uow, actor, action, moved, now)
    return replace(moved, version=moved.version + 1)


# What every use case about awards needs ------------------------------------------------------------------------------


def call_of_office(uow: UnitOfWork, actor: Actor, call_code: str) -> Call:
    """Return a call, locked, for an officer of its area; raise NotFound or Forbidden."""
    call = uow.calls.by_code(call_code)
    if call is None:
        raise NotFound("there is no such call")
    require(actor, Action.RUN_CALL, uow.areas.path(call.area_id))
    uow.awards.lock_call(call.id)
    return uow.calls.get(call.id) or call


def case_of_office(uow: UnitOfWork, actor: Actor, offer_id: UUID) -> Case:
    """Return an offer with its call locked, for an officer of the call's area; raise NotFound or Forbidden."""
    case = locked_case(uow, offer_id)
    require(actor, Action.RUN_CALL, uow.areas.path(case.call.area_id))
    return case


def _of_group(uow: UnitOfWork, actor: Actor, key: str, offer_id: UUID) -> Case:
    application = opened(uow, actor, key)
    offer = uow.awards.offer(offer_id)
    if offer is None or offer.application_id != application.id:
        raise NotFound("there is no such offer")
    return locked_case(uow, offer_id)


def locked_case(uow: UnitOfWork, offer_id: UUID) -> Case:
    """Return an offer as it stands once nobody else changes awards of its call; raise NotFound."""
    offer = uow.awards.offer(offer_id)
    if offer is None:
        raise NotFound("there is no such offer")
    uow.awards.lock_call(offer.call_id)
    return case_of(uow, uow.awards.offer(offer_id) or offer)


def case_of(uow: UnitOfWork, offer: Offer) -> Case:
    """Return an offer with everything that it is about."""
    assignment, call = uow.awards.assignment(offer.assignment_id), uow.calls.get(offer.call_id)
    if assignment is None or call is None:
        raise NotFound("there is no such offer")
    return Case(offer, assignment, call, lot_of(uow, offer.lot_id), application_of(uow, offer.application_id))


def application_of(uow: UnitOfWork, application_id: UUID) -> Application:
    """Return an application, locked against other writers."""
    application = uow.applications.get(application_id, lock=True)
    if application is None:
        raise NotFound("there is no such application")
    return application


def lot_of(uow: UnitOfWork, lot_id: UUID) -> Lot:
    """Return a lot."""
    lot = uow.calls.lot(lot_id)
    if lot is None:
        raise NotFound("there is no such lot")
    return lot


def set_state(uow: UnitOfWork, application: Application, state: ApplicationState, by: By, now: datetime) -> None:
    """Move an application to another state; one that is there already stays."""
    if application.state == state:
        return
    moved = replace(application, state=check_move(application.state, state, by), updated_at=now)
    if not uow.applications.update(moved, now):
        raise Stale("the application changed", code="stale")


def check_open(call: Call) -> None:
    """Raise Conflict unless the final list of the call stands and the call is not over."""
    if call.state not in _OPEN:
        raise Conflict("offers follow the final list", code="offers_not_yet", state=call.state)


def check_version(offer: Offer, version: int) -> None:
    """Raise Stale when an offer changed since it was read."""
    if offer.version != version:
        raise Stale("the offer changed", code="offer_stale", state=offer.state)


def conditions_left(uow: UnitOfWork, case: Case) -> tuple[str, ...]:
    """Return the rules that nobody has verified yet."""
    return open_conditions(case.assignment, uow.awards.conditions_of(case.call.id))


def reason_of(reason: str) -> str:
    """Return the words of a reason; raise Invalid without any."""
    words = clean_text(reason, "/reason", LONGEST_REASON, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="required")
    return words


def audit(uow: UnitOfWork, actor: Actor, action: str, offer: Offer, now: datetime, **after: object) -> None:
    """Write what happened to an offer into the history."""
    known = {"state": str(offer.state), "lot_id": str(offer.lot_id), "seat": offer.seat, **after}
    if offer.ending is not None:
        known["ending"] = str(offer.ending)
    values = {**known, "application_id": str(offer.application_id), "call_id": str(offer.call_id)}
    uow.audit.add(actor, action, "award", offer.id, after=values, reason=offer.reason, at=now)


def mail_case(uow: UnitOfWork, case: Case, template: str, now: datetime, **more: object) -> None:
    """Queue a mail about an offer to its group."""
    left = len(conditions_left(uow, case))
    ends = case.offer.expires_at.isoformat()
    mail(uow, case.application, case.call, case.lot, template, now, expires_at=ends, conditions=left, **more)


def mail(
    uow: UnitOfWork, application: Application, call: Call, lot: Lot, template: str, now: datetime, **more: object
) -> None:
    """Queue a mail about a lot to a group, in its own language."""
    params = {
        "call": dict(call.title), "code": application.code, "zone": call.timeline.zone, "lot": lot.number,
        "premises": lot.name, **more,
    }  # fmt: skip
    tell(uow, application, template, params, now)
