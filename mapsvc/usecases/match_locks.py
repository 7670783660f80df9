"""What officers decide before a run: proposed by one person, signed by another, lifted with a reason (matching 3.9)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.call_market import CallHead, MarketRows
from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.match_locks import Lock, LockKind, LockReason, check_among, check_lock, check_signer
from mapsvc.domain.people import Action, Actor, allows, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.matching.runs import NEVER_OVERRIDDEN
from mapsvc.usecases.call_market import check_matchable, gather, head_of


def locks_of(uow: UnitOfWork, actor: Actor, call_code: str) -> list[Lock]:
    """Return every lock of a call, lifted ones too; raises NotFound and Forbidden."""
    with uow:
        call = head_of(uow, call_code)
        require(actor, Action.SEE_CALL, call.path)
        return uow.match_locks.of_call(call.id)


def propose(
    uow: UnitOfWork,
    actor: Actor,
    call_code: str,
    kind: LockKind,
    application: str | None,
    lot: str | None,
    reason: LockReason,
    norm: str,
    text: str,
    now: datetime,
) -> Lock:
    """Write a decision that counts once a second person signed it; applications by code, lots by number.

    Raises NotFound, Forbidden, Conflict where the same is decided already or a law stands against it, and Invalid.
    """
    check_lock(kind, application, lot, norm, text)
    with uow:
        call = head_of(uow, call_code)
        require(actor, Action.RUN_CALL, call.path)
        check_matchable(call)
        uow.awards.lock_call(call.id)
        rows = uow.call_market.rows(call)
        application_id, lot_id = _named(rows, application, lot)
        check_among((kind, application_id, lot_id), rows.locks)
        if kind is LockKind.REQUIRE:
            _check_lawful(uow, call, str(application), str(lot), now)
        new = Lock(
            id=new_id(), call_id=call.id, kind=kind, reason=reason, text=text.strip(), norm=norm.strip(),
            application_id=application_id, lot_id=lot_id, application=application, lot=lot,
            author_id=_person(actor), created_at=now,
        )  # fmt: skip
        uow.match_locks.add(new)
        uow.audit.add(actor, "lock_proposed", "match_lock", new.id, after=_words(new, call), at=now)
        uow.commit()
    return new


def sign(uow: UnitOfWork, actor: Actor, lock_id: UUID, now: datetime) -> Lock:
    """Sign a lock as the second person, a director or another officer; raises NotFound, Forbidden, Conflict."""
    with uow:
        lock, call = _found(uow, lock_id)
        if not allows(actor, Action.APPROVE_CALL, call.path):
            require(actor, Action.RUN_CALL, call.path)
        check_signer(lock, actor.user_id)
        signed = replace(lock, signed_by=actor.user_id, signed_at=now)
        uow.match_locks.update(signed)
        uow.audit.add(actor, "lock_signed", "match_lock", lock.id, after=_words(signed, call), at=now)
        uow.commit()
    return signed


def lift(uow: UnitOfWork, actor: Actor, lock_id: UUID, reason: str, now: datetime) -> Lock:
    """Take a lock back with a reason; raises NotFound, Forbidden, Conflict when it is lifted already, Invalid."""
    words = reason.strip()
    if not words:
        raise Invalid("Say why.", "/reason", code="missing")
    with uow:
        lock, call = _found(uow, lock_id)
        require(actor, Action.RUN_CALL, call.path)
        if lock.lifted_at is not None:
            raise Conflict("the decision was lifted", code="lock_lifted")
        lifted = replace(lock, lifted_by=actor.user_id, lifted_at=now)
        uow.match_locks.update(lifted)
        uow.audit.add(
            actor, "lock_lifted", "match_lock", lock.id, after={**_words(lifted, call), "text": words}, at=now
        )
        uow.commit()
    return lifted


def _check_lawful(uow: UnitOfWork, call: CallHead, application: str, lot: str, now: datetime) -> None:
    """A lock overrides no rule of law; it may give a lot that the group listed, or would take."""
    market = gather(uow, call, now)
    given = market.run.applications[application]
    if lot not in given.ranking and not given.accepts_other_lots:
        raise Conflict("the group did not list this lot", code="lock_not_listed", application=application, lot=lot)
    stopped = [key for key in given.pairs[lot].blocked_by if key.split(".")[0] in NEVER_OVERRIDDEN]
    if stopped:
        raise Conflict("no decision overrides this rule", code="lock_overrides", rule=stopped[0])


def _named(rows: MarketRows, application: str | None, lot: str | None) -> tuple[UUID | None, UUID | None]:
    people = {one.code: one.id for one in rows.applicants}
    places = {one.number: one.id for one in rows.lots}
    if application is not None and application not in people:
        raise Invalid("There is no such application.", "/application", code="unknown_application", value=application)
    if lot is not None and lot not in places:
        raise Invalid("There is no such lot.", "/lot", code="unknown_lot", value=lot)
    return (None if application is None else people[application]), (None if lot is None else places[lot])


def _found(uow: UnitOfWork, lock_id: UUID) -> tuple[Lock, CallHead]:
    lock = uow.match_locks.get(lock_id, lock=True)
    call = None if lock is None else uow.call_market.by_id(lock.call_id)
    if lock is None or call is None:
        raise NotFound("there is no such decision")
    return lock, call


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise Conflict("a person decides", code="lock_four_eyes")
    return actor.user_id


def _words(lock: Lock, call: CallHead) -> dict[str, object]:
    return {
        "call": call.code, "kind": lock.kind.value, "application": lock.application, "lot": lock.lot,
        "reason": lock.reason.value, "norm": lock.norm, "text": lock.text,
    }  # fmt: skip
