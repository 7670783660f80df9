"""Sending the offers of an adopted run, once the final list stands (domain.md 2.5)."""

from datetime import datetime

from mapsvc.domain.application_states import ApplicationState, By
from mapsvc.domain.awards import Assignment, Offer, expiry, free_seat
from mapsvc.domain.call_states import CallState
from mapsvc.domain.calls import Call
from mapsvc.domain.errors import Conflict
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.award_spaces import settle_spaces
from mapsvc.usecases.awards import (
    Case,
    application_of,
    audit,
    call_of_office,
    check_open,
    lot_of,
    mail_case,
    set_state,
)
from mapsvc.usecases.call_states import step_to


def send_offers(uow: UnitOfWork, actor: Actor, call_code: str, now: datetime, *, days: int | None = None) -> int:
    """Send an offer to every group to which the adopted run gave a lot and that has none yet; return how many.

    With the first offers the call passes from its final list to its contracts. `days` is the time for an answer, by
    default the one that the call published. Raises Forbidden, NotFound, Invalid for a number of days outside of the
    bounds, Conflict before the final list or when there is nothing to send.
    """
    with uow:
        call = call_of_office(uow, actor, call_code)
        check_open(call)
        if call.state == CallState.FINAL:
            call = step_to(uow, actor, call, CallState.CONTRACTING, now)
        ends = expiry(now, call.definition.offer_life_days if days is None else days)
        sent = [
            offer
            for assignment in uow.awards.standing_assignments(call.id)
            if (offer := _send(uow, actor, call, assignment, ends, now)) is not None
        ]
        if not sent:
            raise Conflict("every offer has been sent", code="offers_sent")
        settle_spaces(uow, actor, call, now)
        uow.commit()
    return len(sent)


def _send(
    uow: UnitOfWork, actor: Actor, call: Call, assignment: Assignment, ends: datetime, now: datetime
) -> Offer | None:
    """Send one offer unless the group has had it, is out, or the lot is gone or full."""
    application = application_of(uow, assignment.application_id)
    lot = lot_of(uow, assignment.lot_id)
    if application.state != ApplicationState.MATCHED or lot.withdrawn_at is not None:
        return None
    seat = free_seat(lot.capacity, [one for one in uow.awards.offers_of(call.id) if one.lot_id == lot.id])
    if seat is None:
        return None
    offer = Offer(
        id=new_id(),
        assignment_id=assignment.id,
        call_id=call.id,
        application_id=application.id,
        lot_id=lot.id,
        seat=seat,
        sent_at=now,
        expires_at=ends,
    )
    if not uow.awards.add_offer(offer):
        raise Conflict("the lot is offered to somebody already", code="lot_taken", lot=lot.number)
    set_state(uow, application, ApplicationState.OFFERED, By.OFFICE, now)
    audit(uow, actor, "offer_sent", offer, now, expires_at=ends.isoformat())
    mail_case(uow, Case(offer, assignment, call, lot, application), "award_offered", now)
    return offer
