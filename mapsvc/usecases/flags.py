"""Flagging a record, which anybody may, and settling what was flagged."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.flags import Flag, FlaggedRecord, FlagKind, FlagNoun, FlagVerb
from mapsvc.domain.ids import new_id
from mapsvc.domain.moderation import HidingReason
from mapsvc.domain.moderation_rules import DEFAULT, Contribution, Contributor, Do, ModerationPolicy, Site, What, judge
from mapsvc.domain.people import SYSTEM, Action, Actor, allows, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text

_LONGEST_NOTE = 1000
#: What the reason of a hidden record says where a flag hid it at once.
_REASONS = {FlagKind.PRIVATE: HidingReason.PRIVATE, FlagKind.DANGEROUS: HidingReason.DANGEROUS}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewFlag:
    """What somebody flags: a public record by its noun and id."""

    noun: str
    record_id: UUID
    kind: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Flagged:
    """What became of a flag: whether it is new, and whether the record is out of sight now."""

    new: bool
    hidden: bool


def flag(
    uow: UnitOfWork, actor: Actor, new: NewFlag, now: datetime, policy: ModerationPolicy = DEFAULT
) -> Flagged:  # fmt: skip
    """Put a public record into the queue, and out of sight at once where the rule says so (M11).

    Anybody may; the same flag by the same reporter again changes nothing. Raises NotFound for a record that is not
    public, Invalid for a kind that does not exist or a text that cannot be stored.
    """
    kind = _kind(new.kind)
    note = clean_text(new.note, "/note", _LONGEST_NOTE, several_lines=True)
    if new.noun not in set(FlagNoun):
        raise NotFound("there is no such record")
    with uow:
        record = uow.flags.record(new.noun, new.record_id)
        if record is None or not record.public:
            raise NotFound("there is no such record")
        hides = _hides_at_once(uow, actor, record, kind, now, policy)
        kept = Flag(
            id=new_id(),
            noun=new.noun,
            record_id=record.id,
            area_id=record.area_id,
            kind=kind.value,
            note=note or None,
            reporter=actor.reporter,
            cluster_key=actor.network or None,
            user_id=actor.user_id,
            created_at=now,
            hid_from=record.state if hides else None,
        )
        if not uow.flags.add(kept):
            return Flagged(new=False, hidden=False)
        uow.audit.add(actor, "flagged", record.noun, record.id, after={"kind": kind.value}, at=now)
        if hides:
            reason = _REASONS[kind].value
            uow.flags.set_state(record, record.hidden_state, reason, now)
            uow.audit.add(
                SYSTEM, "hide", record.noun, record.id,
                before={"state": record.state}, after={"state": record.hidden_state}, reason=reason, at=now,
            )  # fmt: skip
        uow.commit()
    return Flagged(new=True, hidden=hides)


def _kind(raw: str) -> FlagKind:
    try:
        return FlagKind(raw)
    except ValueError:
        raise Invalid("say what is wrong", "/kind", code="unknown_value", value=raw[:80]) from None


def _hides_at_once(
    uow: UnitOfWork, actor: Actor, record: FlaggedRecord, kind: FlagKind, now: datetime, policy: ModerationPolicy
) -> bool:
    network = actor.network or None
    said = Contribution(
        What.FLAG,
        by=Contributor(
            desk=allows(actor, Action.MODERATE, uow.areas.path(record.area_id)),
            hidings=uow.flags.hidings(actor.reporter, network, now - _DAY) if kind in _REASONS else 0,
        ),
        site=Site(
            settled=uow.flags.dismissed(record.noun, record.id, kind.value, now - timedelta(days=policy.settled_days))
        ),
        flag=kind,
    )
    return bool(judge(said, policy).rules(Do.HIDE))


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a moderator decides about the flags that they saw; `reason` is a HidingReason where the record is hidden."""

    noun: str
    record_id: UUID
    seen: Collection[UUID]
    verb: str
    reason: str = ""


def settle(uow: UnitOfWork, actor: Actor, settlement: Settlement, now: datetime) -> FlaggedRecord:
    """Decide about the open flags of a record; flags that came later go on waiting, and keep what they hid hidden.

    Raises Forbidden, NotFound, Invalid, and Stale when somebody decided about one of the flags first.
    """
    if settlement.verb not in set(FlagVerb):
        raise Invalid("there is no such decision", "/verb", code="unknown_value", value=settlement.verb[:40])
    if settlement.verb == FlagVerb.HIDE and settlement.reason not in set(HidingReason):
        raise Invalid("a reason from the list is needed", "/reason", code="reason")
    if settlement.noun not in set(FlagNoun):
        raise NotFound("there is no such record")
    with uow:
        record = uow.flags.record(settlement.noun, settlement.record_id)
        if record is None:
            raise NotFound("there is no such record")
        require(actor, Action.MODERATE, uow.areas.path(record.area_id))
        standing = {one.id: one for one in uow.flags.open_of(record.noun, record.id)}
        if not settlement.seen or not set(settlement.seen) <= set(standing):
            raise Stale("somebody else decided first", code="stale")
        decided = [standing[one] for one in settlement.seen]
        later = [one for one in standing.values() if one.id not in set(settlement.seen)]
        changed = _applied(uow, record, settlement, decided, later, now)
        state = "dismissed" if settlement.verb == FlagVerb.DISMISS else "upheld"
        uow.flags.settle([one.id for one in decided], state, actor.user_id, now)
        action = {"hide": "hide", "keep": "flag_upheld", "dismiss": "flag_dismissed"}[settlement.verb]
        uow.audit.add(
            actor, action, record.noun, record.id,
            before={"state": record.state}, after={"state": changed.state}, reason=settlement.reason or None, at=now,
        )  # fmt: skip
        uow.commit()
    return changed


def _applied(
    uow: UnitOfWork, record: FlaggedRecord, settlement: Settlement, decided: list[Flag], later: list[Flag],
    now: datetime,
) -> FlaggedRecord:  # fmt: skip
    """Hide the record, show it again, or leave it as it is; return it as it is now."""
    if settlement.verb == FlagVerb.HIDE:
        hidden = "rejected" if record.noun == FlagNoun.PHOTO else record.hidden_state
        if not record.public and record.state != record.hidden_state:
            raise Conflict("the record is not public any more", code="state")
        uow.flags.set_state(record, hidden, settlement.reason, now)
        return replace(record, state=hidden)
    before = next((one.hid_from for one in decided if one.hid_from), None)
    if before is None or record.state != record.hidden_state or any(one.hid_from for one in later):
        return record
    uow.flags.set_state(record, before, None, now)
    return replace(record, state=before)
