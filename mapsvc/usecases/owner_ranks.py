"""Owners' orders: noted by the officer for the whole lot, as long as nobody knows the scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.applications import Application
from mapsvc.domain.call_definitions import Mechanism
from mapsvc.domain.calls import Call, Lot
from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.owner_ranks import read_order, standing
from mapsvc.domain.people import Action, Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.call_access import call_for, check_not_member, check_state
from mapsvc.usecases.scores import all_signed

_ADMITTED = frozenset({ApplicationState.ADMITTED, ApplicationState.SCORED, ApplicationState.BELOW_THRESHOLD})


@dataclass(frozen=True, slots=True)
class OwnerOrder:
    """A lot with the applications that its owner can rank, and their order where it was noted and still holds."""

    lot: Lot
    candidates: tuple[Application, ...]
    ranks: Mapping[UUID, int] | None


def orders(uow: UnitOfWork, actor: Actor, code: str) -> tuple[Call, list[OwnerOrder], bool]:
    """Return the call, its lots with the owners' orders, and whether they can still be noted."""
    with uow:
        call = call_for(uow, actor, code, Action.SEE_CALL)
        noted = uow.owner_ranks.of_call(call.id)
        applications = _admitted(uow, call)
        found = []
        for lot in uow.calls.lots(call.id):
            if lot.withdrawn_at is None:
                candidates = candidates_of(call, lot, applications)
                ranks = standing(noted.get(lot.id, {}), [one.id for one in candidates])
                found.append(OwnerOrder(lot, candidates, ranks))
        return call, found, call.state == "evaluation" and not all_signed(uow, call)


def note_order(uow: UnitOfWork, actor: Actor, code: str, lot_number: int, order: Sequence[str], now: datetime) -> None:
    """Note the owner's order of all admitted applications for a lot by their codes, or take it back with an empty one.

    Raises NotFound, Forbidden, Invalid where one is foreign, repeated or missing, Conflict outside of the evaluation
    and once every score is signed: an order that knows the scores does not count.
    """
    with uow:
        call = call_for(uow, actor, code, Action.RUN_CALL, lock=True)
        check_state(call, "evaluation")
        check_not_member(uow, actor, call)
        if all_signed(uow, call):
            raise Conflict("the scores are known", code="scores_known")
        lot = next((one for one in uow.calls.lots(call.id) if one.number == lot_number), None)
        if lot is None or lot.withdrawn_at is not None:
            raise NotFound("there is no such lot", code="lot_unknown")
        candidates = candidates_of(call, lot, _admitted(uow, call))
        ranks = read_order(order, {one.code or "": one.id for one in candidates})
        uow.owner_ranks.set(lot.id, ranks, actor.user_id, now)
        after: Mapping[str, object] = {"lot": lot.number, "order": list(order)}
        uow.audit.add(actor, "owner_order_noted", "call", call.id, after=after, at=now)
        uow.commit()


def candidates_of(call: Call, lot: Lot, applications: Sequence[Application]) -> tuple[Application, ...]:
    """Return who competes for a lot: whoever listed it, and whoever accepts others where the mechanism uses that."""
    open_to_others = call.definition.mechanism is Mechanism.OPTIMAL
    return tuple(one for one in applications if lot.id in one.lots or (open_to_others and one.accepts_other_lots))


def _admitted(uow: UnitOfWork, call: Call) -> list[Application]:
    return uow.applications.of_call(call.id, _ADMITTED)
