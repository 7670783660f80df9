"""What becomes of the awards of a lot that is taken out of its call (matching 3.9); the caller tells and commits."""

from datetime import datetime
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState, By
from mapsvc.domain.awards import LIVING, Ending, OfferState
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.errors import Conflict
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.awards import application_of, case_of, end, set_state

_HOLDING = frozenset({ApplicationState.MATCHED, ApplicationState.OFFERED, ApplicationState.ACCEPTED})


def end_awards_of(uow: UnitOfWork, actor: Actor, call: Call, lot: Lot, reason: str, now: datetime) -> set[UUID]:
    """End every offer of a lot and let its groups wait for the next run; return the applications that were mailed so.

    Raises Conflict with code `lot_signed` when a contract of the lot is signed.
    """
    uow.awards.lock_call(call.id)
    told: set[UUID] = set()
    for offer in uow.awards.offers_of(call.id):
        if offer.lot_id != lot.id or offer.state not in LIVING:
            continue
        if offer.state == OfferState.SIGNED:
            raise Conflict("the contract of this lot is signed", code="lot_signed")
        end(uow, actor, case_of(uow, offer), Ending.LOT_WITHDRAWN, reason, now)
        told.add(offer.application_id)
    for assignment in uow.awards.standing_assignments(call.id):
        if assignment.lot_id == lot.id:
            application = application_of(uow, assignment.application_id)
            if application.state in _HOLDING:
                set_state(uow, application, ApplicationState.WAITING, By.SYSTEM, now)
    return told
