"""What an adopted run does to offers and premises (matching 3.9); called inside the transaction that adopts it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState, By
from mapsvc.domain.awards import (
    LIVING,
    VERIFY_DAYS,
    Assignment,
    Ending,
    Offer,
    OfferState,
    free_seat,
    improves,
)
from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import SYSTEM, Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.award_spaces import settle_spaces
from mapsvc.usecases.awards import Case, answer, application_of, audit, case_of, end, lot_of, mail_case, set_state

_HELD = frozenset({ApplicationState.OFFERED, ApplicationState.ACCEPTED})


def follow_adoption(uow: UnitOfWork, actor: Actor, call_id: UUID, run_id: UUID, now: datetime) -> None:
    """Let offers and premises follow a run that has just become the adopted one; the caller checks and commits.

    Offers of lots that the run gives to the same group stay as they are. A group that moves to a lot that it wanted
    more keeps its answer: what was accepted is accepted there. Every other unsigned offer ends, and its group is told.
    """
    call = uow.calls.get(call_id)
    if call is None:
        raise NotFound("there is no such call")
    uow.awards.lock_call(call_id)
    given = {one.application_id: one for one in uow.awards.assignments_of(run_id)}
    uow.awards.set_verify_by(run_id, now.date() + timedelta(days=VERIFY_DAYS))
    leaving = [
        offer
        for offer in uow.awards.offers_of(call_id)
        if offer.state in LIVING and not _stays(offer, given.get(offer.application_id))
    ]
    # All old seats become free before anybody moves, since a lot can pass from one moving group to another.
    moving = [case for offer in leaving if (case := _leave(uow, actor, offer, given, now)) is not None]
    for case in moving:
        _arrive(uow, actor, case, given[case.application.id], now)
    settle_spaces(uow, actor, call, now)


def _stays(offer: Offer, new: Assignment | None) -> bool:
    if offer.state == OfferState.SIGNED and (new is None or new.lot_id != offer.lot_id):
        raise Conflict("a signed award is not moved by a run", code="run_moves_signed")
    return new is not None and new.lot_id == offer.lot_id


def _leave(uow: UnitOfWork, actor: Actor, offer: Offer, given: Mapping[UUID, Assignment], now: datetime) -> Case | None:
    """End an offer that the run no longer gives; return it where the group's yes holds for its better lot."""
    case, new = case_of(uow, offer), given.get(offer.application_id)
    if new is None and offer.state == OfferState.PENDING and offer.is_over(now):
        # The run left the group out because its time was over; the job that notes it comes a little later.
        answer(uow, SYSTEM, case, OfferState.EXPIRED, now)
        set_state(uow, case.application, ApplicationState.EXPIRED, By.SYSTEM, now)
        mail_case(uow, case, "award_expired", now)
        return None
    better = new is not None and improves(case.assignment, new)
    carried = better and offer.state == OfferState.ACCEPTED
    end(uow, actor, case, Ending.UPGRADE if better else Ending.RERUN, None, now, told=not carried)
    if case.application.state in _HELD:
        state = ApplicationState.MATCHED if new is not None else ApplicationState.WAITING
        set_state(uow, case.application, state, By.SYSTEM, now)
    return case if carried else None


def _arrive(uow: UnitOfWork, actor: Actor, case: Case, new: Assignment, now: datetime) -> None:
    """Give a group that had accepted its new lot, accepted as well."""
    lot = lot_of(uow, new.lot_id)
    seat = free_seat(lot.capacity, [one for one in uow.awards.offers_of(case.call.id) if one.lot_id == lot.id])
    offer = Offer(
        id=new_id(),
        assignment_id=new.id,
        call_id=case.call.id,
        application_id=case.application.id,
        lot_id=lot.id,
        seat=seat or 0,
        sent_at=now,
        expires_at=case.offer.expires_at,
        state=OfferState.ACCEPTED,
        answered_at=now,
    )
    if seat is None or not uow.awards.add_offer(offer):
        raise Conflict("the lot is offered to somebody already", code="lot_taken", lot=lot.number)
    application = application_of(uow, case.application.id)
    set_state(uow, application, ApplicationState.OFFERED, By.SYSTEM, now)
    set_state(uow, application_of(uow, application.id), ApplicationState.ACCEPTED, By.GROUP, now)
    audit(uow, actor, "offer_moved", offer, now)
    mail_case(uow, replace(case, offer=offer, assignment=new, lot=lot), "award_moved", now)
