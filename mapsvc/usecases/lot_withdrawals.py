"""Taking a lot out of a call after it opened: its premises are gone, unsafe, or no longer to be had (matching 3.9)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mapsvc.domain.application_states import WITHDRAWABLE, ApplicationState, By
from mapsvc.domain.applications import Application
from mapsvc.domain.availability import Guard, Who
from mapsvc.domain.awards import LIVING, Ending, OfferState
from mapsvc.domain.call_states import UNPUBLISHED, CallState
from mapsvc.domain.calls import Call, CallEvent, Lot
from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import AvailabilityState
from mapsvc.usecases.availability import move_space
from mapsvc.usecases.award_spaces import release_spaces
from mapsvc.usecases.awards import call_of_office, case_of, end, mail, reason_of, set_state

_OVER = frozenset({*UNPUBLISHED, CallState.CONCLUDED, CallState.CANCELLED})
#: Groups in these states still hope for a lot of their list.
_HOPING = frozenset(WITHDRAWABLE | {ApplicationState.OFFERED, ApplicationState.ACCEPTED})


def withdraw_lot(
    uow: UnitOfWork, actor: Actor, call_code: str, number: int, reason: str, now: datetime, *, keeps_premises: bool
) -> Lot:
    """Take a lot out of a published call with a public reason; everybody who listed it is told.

    Offers of it end, and their groups compete again in the next run. With `keeps_premises` the premises are offered
    again, else they are withdrawn. Raises Forbidden, NotFound, Invalid without a reason, Conflict when a contract is
    signed, when the lot was withdrawn before, or when the call is over.
    """
    words = reason_of(reason)
    with uow:
        call = call_of_office(uow, actor, call_code)
        lot = next((one for one in uow.calls.lots(call.id) if one.number == number), None)
        if lot is None:
            raise NotFound("there is no such lot")
        if call.state in _OVER:
            raise Conflict("the call is not under way", code="lot_call_over", state=call.state)
        if lot.withdrawn_at is not None:
            raise Conflict("the lot was withdrawn before", code="lot_withdrawn_before")
        withdrawn = replace(lot, withdrawn_at=now, withdrawn_reason=words)
        uow.calls.update_lot(withdrawn)
        ended = _end_offers(uow, actor, call, lot, words, now)
        for application in _listing(uow, call, lot):
            if application.id not in ended:
                mail(uow, application, call, lot, "lot_withdrawn", now, reason=words)
        _settle_premises(uow, actor, lot, words, now, keeps_premises=keeps_premises)
        event = CallEvent(call.id, now, "lot_withdrawn", call.state, words, {"lot": lot.number}, actor.user_id)
        uow.calls.add_event(event)
        after = {"lot_id": str(lot.id), "lot": lot.number}
        uow.audit.add(actor, "lot_withdrawn", "call", call.id, after=after, reason=words, at=now)
        uow.commit()
    return withdrawn


def _end_offers(uow: UnitOfWork, actor: Actor, call: Call, lot: Lot, words: str, now: datetime) -> set[object]:
    """End the offers of a lot and let its groups wait for the next run; return their applications."""
    ended: set[object] = set()
    for offer in uow.awards.offers_of(call.id):
        if offer.lot_id == lot.id and offer.state in LIVING:
            if offer.state == OfferState.SIGNED:
                raise Conflict("the contract of this lot is signed", code="lot_signed")
            case = case_of(uow, offer)
            end(uow, actor, case, Ending.LOT_WITHDRAWN, words, now)
            ended.add(case.application.id)
    for assignment in uow.awards.standing_assignments(call.id):
        if assignment.lot_id == lot.id:
            application = uow.applications.get(assignment.application_id, lock=True)
            if application is not None and application.state in (
                ApplicationState.MATCHED,
                ApplicationState.OFFERED,
                ApplicationState.ACCEPTED,
            ):
                set_state(uow, application, ApplicationState.WAITING, By.SYSTEM, now)
    return ended


def _listing(uow: UnitOfWork, call: Call, lot: Lot) -> Iterator[Application]:
    """Yield the groups that listed the lot and still hope for one."""
    for application in uow.applications.of_call(call.id):
        if lot.id in application.lots and application.state in _HOPING:
            yield application


def _settle_premises(
    uow: UnitOfWork, actor: Actor, lot: Lot, words: str, now: datetime, *, keeps_premises: bool
) -> None:
    """Offer the premises again or withdraw them, unless another lot is at them."""
    if any(one.id != lot.id for one in uow.calls.lots_at(lot.space_id)):
        return
    if keeps_premises:
        release_spaces(uow, actor, [lot.space_id], now)
    else:
        move_space(
            uow, actor, lot.space_id, AvailabilityState.WITHDRAWN, Who.OFFICER, [Guard.REASON], now, reason=words
        )
