"""How premises follow the awards of their lots, in the transaction of whatever changed an award."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.availability import WAY, Guard, Who, furthest
from mapsvc.domain.awards import LIVING, HandoverKind, Offer, OfferState, somebody_waits
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import AvailabilityState
from mapsvc.usecases.availability import move_space

#: Applications in these states hold what the adopted run gave them.
_HOLDING = frozenset({ApplicationState.MATCHED, ApplicationState.OFFERED, ApplicationState.ACCEPTED})
#: What each step forward needs, and who makes it.
_FORWARD = {
    AvailabilityState.RESERVED: (Who.SYSTEM, Guard.AWARDED),
    AvailabilityState.ASSIGNED: (Who.OFFICER, Guard.CONTRACT_SIGNED),
    AvailabilityState.IN_USE: (Who.OFFICER, Guard.HANDED_OVER),
}


def settle_spaces(uow: UnitOfWork, actor: Actor, call: Call, now: datetime) -> None:
    """Let the premises of all lots of a call stand where their awards are; the caller commits.

    Premises that are in no step between a call and somebody's use stay as they are, and so do those that another call
    has brought further.
    """
    by_space: dict[UUID, list[AvailabilityState]] = defaultdict(list)
    standing = _Standing(uow, call)
    for lot in uow.calls.lots(call.id):
        if lot.withdrawn_at is None:
            by_space[lot.space_id].append(standing.of(lot))
    for space_id, states in by_space.items():
        _bring(uow, actor, space_id, furthest(states), now)


class _Standing:
    """Where each lot of a call stands, from everything that is known of its awards."""

    def __init__(self, uow: UnitOfWork, call: Call) -> None:
        self._offers: dict[UUID, list[Offer]] = defaultdict(list)
        for offer in uow.awards.offers_of(call.id):
            self._offers[offer.lot_id].append(offer)
        self._assignments = uow.awards.standing_assignments(call.id)
        reports = uow.awards.handovers_of(call.id)
        self._inside = {one.offer_id for one in reports if one.kind == HandoverKind.HANDOVER}
        self._inside -= {one.offer_id for one in reports if one.kind == HandoverKind.RETURN}
        applications = uow.applications.of_call(call.id, _HOLDING | {ApplicationState.WAITING})
        self._wishes = {one.id: one.lots for one in applications}
        holding = {one.id for one in applications if one.state in _HOLDING}
        self._held = {one.application_id: one.lot_id for one in self._assignments if one.application_id in holding}

    def of(self, lot: Lot) -> AvailabilityState:
        """Return where one lot stands between a call and somebody's use."""
        offers = self._offers[lot.id]
        signed = [one.id for one in offers if one.state == OfferState.SIGNED]
        if self._inside.intersection(signed):
            return AvailabilityState.IN_USE
        if signed:
            return AvailabilityState.ASSIGNED
        given = [one for one in self._assignments if one.lot_id == lot.id]
        if _living(offers) or any(one.application_id in self._held for one in given):
            return AvailabilityState.RESERVED
        # Somebody said no: the lot is kept for whoever waits until the match has been computed again.
        if given and somebody_waits(lot.id, self._wishes, self._held):
            return AvailabilityState.RESERVED
        return AvailabilityState.IN_CALL


def _living(offers: Collection[Offer]) -> bool:
    return any(offer.state in LIVING for offer in offers)


def _bring(uow: UnitOfWork, actor: Actor, space_id: UUID, wanted: AvailabilityState, now: datetime) -> None:
    space = uow.spaces.get(space_id, lock=True)
    if space is None or space.availability_state not in WAY:
        return
    here, there = WAY.index(AvailabilityState(space.availability_state)), WAY.index(wanted)
    for step in WAY[here + 1 : there + 1]:
        who, guard = _FORWARD[step]
        move_space(uow, actor, space_id, step, who, [guard], now)
    if space.availability_state == AvailabilityState.RESERVED and wanted == AvailabilityState.IN_CALL:
        move_space(uow, actor, space_id, wanted, Who.SYSTEM, [Guard.NOBODY_WAITS], now)


def release_spaces(uow: UnitOfWork, actor: Actor, space_ids: Sequence[UUID], now: datetime) -> None:
    """Offer premises again that no call holds any more; those in another state stay as they are."""
    for space_id in space_ids:
        space = uow.spaces.get(space_id, lock=True)
        if space is not None and space.availability_state in (AvailabilityState.IN_CALL, AvailabilityState.RESERVED):
            move_space(uow, actor, space_id, AvailabilityState.OFFERED, Who.SYSTEM, [Guard.NO_CALL], now)
