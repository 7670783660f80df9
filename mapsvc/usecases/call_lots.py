"""The lots of a call: added, changed and removed while it is a draft, withdrawn with a reason afterwards."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from mapsvc.domain.application_states import HOPING
from mapsvc.domain.availability import Guard, Who
from mapsvc.domain.call_checks import premises_problems
from mapsvc.domain.call_definitions import LotReserve
from mapsvc.domain.call_states import UNPUBLISHED, WAY, CallState
from mapsvc.domain.calls import MOST_LOTS, Call, CallEvent, Lot, check_lot, collides, read_overrides
from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.offers import OfferRow
from mapsvc.domain.people import Action, Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import AvailabilityState
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.availability import move_space
from mapsvc.usecases.award_lots import end_awards_of
from mapsvc.usecases.awards import mail
from mapsvc.usecases.call_access import call_for
from mapsvc.usecases.calls import call_to_write, sign_as_author, write

_LONGEST_UNIT = 80
_LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True)
class LotDraft:
    """What an officer says of a lot; `overrides` are facts as JSON that hold for it instead of those of the space."""

    space_slug: str
    starts_on: date
    ends_on: date
    unit: str = ""
    capacity: int = 1
    reserve: LotReserve | None = None
    overrides: dict[str, object] | None = None
    pre_access_from: date | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Premises that can become a lot, with the codes of what is missing before they can be awarded."""

    offer: OfferRow
    problems: tuple[str, ...]


def candidates(uow: UnitOfWork, actor: Actor, code: str, today: date) -> list[Candidate]:
    """Return premises of the call's area that are offered, ready ones first, then those in a call; at most 300.

    Raises NotFound and Forbidden.
    """
    with uow:
        call = call_for(uow, actor, code, Action.RUN_CALL)
        found = [one for one in uow.offers.all() if call.area_id is None or call.area_id in one.area_ids]
    free = [Candidate(one, premises_problems(one, {}, today)) for one in found if one.space.owner_consent]
    return sorted(free, key=_readiness)[:MOST_LOTS]


def _readiness(one: Candidate) -> tuple[bool, bool, str]:
    space = one.offer.space
    return space.availability_state != AvailabilityState.OFFERED, bool(one.problems), space.name


def add_lot(uow: UnitOfWork, actor: Actor, code: str, version: int, draft: LotDraft, now: datetime) -> Lot:
    """Add a lot with the next number; raises NotFound, Invalid with a pointer, Conflict, Stale."""
    with uow:
        call = call_to_write(uow, actor, code, version)
        lots = uow.calls.lots(call.id)
        if len(lots) >= MOST_LOTS:
            raise Invalid("A call has at most 300 lots.", "", code="too_many_lots")
        number = max((lot.number for lot in lots), default=0) + 1
        lot = _lot(uow, call, number, draft)
        uow.calls.add_lot(lot)
        sign_as_author(uow, actor, call, now)
        _noted(uow, actor, call, "lot_added", lot, now)
        uow.commit()
    return lot


def change_lot(
    uow: UnitOfWork, actor: Actor, code: str, number: int, version: int, draft: LotDraft, now: datetime
) -> Lot:
    """Write a lot of a draft anew; raises as `add_lot`."""
    with uow:
        call = call_to_write(uow, actor, code, version)
        stored = _stored(uow, call, number)
        lot = replace(_lot(uow, call, number, draft, stored), id=stored.id)
        uow.calls.update_lot(lot)
        sign_as_author(uow, actor, call, now)
        _noted(uow, actor, call, "lot_changed", lot, now)
        uow.commit()
    return lot


def remove_lot(uow: UnitOfWork, actor: Actor, code: str, number: int, version: int, now: datetime) -> None:
    """Take a lot out of a draft; the numbers after it move up. Raises NotFound, Conflict, Stale."""
    with uow:
        call = call_to_write(uow, actor, code, version)
        stored = _stored(uow, call, number)
        uow.calls.remove_lot(stored.id)
        for lot in uow.calls.lots(call.id):
            if lot.number > number:
                uow.calls.update_lot(replace(lot, number=lot.number - 1))
        _noted(uow, actor, call, "lot_removed", stored, now)
        uow.commit()


def withdraw_lot(
    uow: UnitOfWork,
    actor: Actor,
    code: str,
    number: int,
    version: int,
    reason: str,
    now: datetime,
    *,
    premises_gone: bool = False,
) -> Lot:
    """Withdraw a lot of an open call with a public reason; its premises leave the call, its offers end.

    With `premises_gone` nobody can have the premises any more, otherwise they are offered again. Raises NotFound,
    Stale, Invalid without a reason, Conflict before the opening, after the end, done twice, and once a contract is
    signed.
    """
    words = clean_text(reason, "/reason", _LONGEST_REASON, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="reason_required")
    with uow:
        call = call_for(uow, actor, code, Action.RUN_CALL, lock=True)
        if call.version != version:
            raise Stale("somebody else changed it first", code="stale", version=call.version)
        over = call.state not in WAY or call.state == CallState.CONCLUDED
        if call.state in UNPUBLISHED or over:
            raise Conflict("no lot is withdrawn in this state", code="call_step", state=call.state)
        stored = _stored(uow, call, number)
        if stored.withdrawn_at is not None:
            raise Conflict("the lot was withdrawn", code="decided_before")
        lot = replace(stored, withdrawn_at=now, withdrawn_reason=words)
        uow.calls.update_lot(lot)
        told = end_awards_of(uow, actor, call, lot, words, now)
        if premises_gone:
            withdraw_space(uow, actor, lot, words, now)
        else:
            free_space(uow, actor, lot, now)
        for application in uow.applications.of_call(call.id):
            if lot.id in application.lots and application.id not in told and application.state in HOPING:
                mail(uow, application, call, lot, "lot_withdrawn", now, reason=words)
        details = {"lot": lot.number, "name": lot.name}
        uow.calls.add_event(CallEvent(call.id, now, "lot_withdrawn", call.state, words, details, actor.user_id))
        _noted(uow, actor, call, "lot_withdrawn", lot, now, reason=words)
        uow.commit()
    return lot


def free_space(uow: UnitOfWork, actor: Actor, lot: Lot, now: datetime) -> None:
    """Give the premises of a lot that has gone back to what is offered, unless another lot or a contract holds them."""
    space = uow.spaces.get(lot.space_id, lock=True)
    held = (AvailabilityState.IN_CALL, AvailabilityState.RESERVED)
    if space is None or space.availability_state not in held:
        return
    if uow.calls.lots_at(lot.space_id):
        return
    move_space(uow, actor, lot.space_id, AvailabilityState.OFFERED, Who.SYSTEM, (Guard.NO_CALL,), now)


def withdraw_space(uow: UnitOfWork, actor: Actor, lot: Lot, reason: str, now: datetime) -> None:
    """Withdraw the premises of a lot that has gone, unless another lot is at them."""
    if not uow.calls.lots_at(lot.space_id):
        withdrawn = AvailabilityState.WITHDRAWN
        move_space(uow, actor, lot.space_id, withdrawn, Who.OFFICER, (Guard.REASON,), now, reason=reason)


def _stored(uow: UnitOfWork, call: Call, number: int) -> Lot:
    found = next((lot for lot in uow.calls.lots(call.id) if lot.number == number), None)
    if found is None:
        raise NotFound("there is no such lot")
    return found


def _lot(uow: UnitOfWork, call: Call, number: int, draft: LotDraft, stored: Lot | None = None) -> Lot:
    space = uow.spaces.by_slug(draft.space_slug)
    if space is None or space.merged_into is not None:
        raise Invalid("There are no such premises.", "/space", code="no_such_space", value=draft.space_slug)
    lot = check_lot(
        Lot(
            id=stored.id if stored else new_id(),
            call_id=call.id,
            space_id=space.id,
            number=number,
            starts_on=draft.starts_on,
            ends_on=draft.ends_on,
            unit=clean_text(draft.unit, "/unit", _LONGEST_UNIT) or None,
            capacity=draft.capacity,
            reserve=draft.reserve,
            overrides=read_overrides(draft.overrides or {}),
            pre_access_from=draft.pre_access_from,
            slug=space.slug,
            name=space.name,
        )
    )
    for other in uow.calls.lots_at(space.id):
        if collides(lot, other):
            raise Invalid(
                "Another lot has these premises at the same time.",
                "/starts_on",
                code="lots_overlap",
                number=other.number,
                same_call=other.call_id == call.id,
            )
    return lot


def _noted(
    uow: UnitOfWork, actor: Actor, call: Call, action: str, lot: Lot, now: datetime, *, reason: str | None = None
) -> None:
    """Raise the version of the call, so that two officers see each other, and write the history."""
    write(uow, call, now)
    after = {
        "number": lot.number, "space_id": str(lot.space_id), "unit": lot.unit, "capacity": lot.capacity,
        "starts_on": lot.starts_on.isoformat(), "ends_on": lot.ends_on.isoformat(),
    }  # fmt: skip
    uow.audit.add(actor, action, "call", call.id, after=after, reason=reason, at=now)
