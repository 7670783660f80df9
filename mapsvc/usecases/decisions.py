"""What a moderator decides about a space: publish, refuse, hide, archive; joining records is in `merges`."""

from dataclasses import dataclass, replace
from datetime import datetime

from mapsvc.domain.errors import Invalid, NotFound, Stale
from mapsvc.domain.moderation import StateChange, check_change
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.rulings import Subject, Verdict
from mapsvc.domain.spaces import RecordState, Space
from mapsvc.usecases.evidence import conclude, refresh
from mapsvc.usecases.notes import settle_waiting
from mapsvc.usecases.rulings import pronounce


@dataclass(frozen=True, slots=True)
class Decision:
    """What a moderator decides about a space, based on `version` of it and on the texts that waited at `seen_at`."""

    verb: str
    version: int
    reason: str = ""
    seen_at: datetime | None = None


def decide(uow: UnitOfWork, actor: Actor, slug: str, decision: Decision, now: datetime) -> Space:
    """Publish, reject with a reason of the closed list, hide, or archive.

    Raises Forbidden, NotFound, Stale when somebody else decided first, Conflict when the state does not allow it.
    """
    with uow:
        space = uow.spaces.by_slug(slug, lock=True)
        if space is None:
            raise NotFound("there is no such space")
        first = decision.verb == "publish" and space.record_state == RecordState.SUBMITTED
        require(actor, Action.PUBLISH if first else Action.MODERATE, uow.areas.path(space.area_id))
        if space.version != decision.version:
            raise Stale("somebody else decided first", code="stale", state=space.record_state)
        changed = _decided(uow, actor, space, decision, now)
        if not uow.spaces.update(changed):
            raise Stale("somebody else decided first", code="stale", state=space.record_state)
        if RecordState.ARCHIVED in {space.record_state, changed.record_state}:
            # A moderator confirmed that it is gone, or took that back.
            refresh(uow, space.id, now.date())
        uow.audit.add(
            actor,
            decision.verb,
            "space",
            space.id,
            before={"state": space.record_state},
            after={"state": changed.record_state},
            reason=decision.reason or None,
            at=now,
        )
        pronounce(uow, actor, space, decision.verb, decision.reason or None, now)
        uow.commit()
    return changed


_TARGETS = {
    "publish": RecordState.PUBLISHED,
    "reject": RecordState.REJECTED,
    "hide": RecordState.HIDDEN,
    "archive": RecordState.ARCHIVED,
}


def _decided(uow: UnitOfWork, actor: Actor, space: Space, decision: Decision, now: datetime) -> Space:
    after = _TARGETS.get(decision.verb)
    if after is None:
        raise Invalid("there is no such decision", "/verb", code="unknown_value", value=decision.verb)
    check_change(
        StateChange(
            before=RecordState(space.record_state),
            after=after,
            roles=[grant.role.value for grant in actor.grants],
            reason=decision.reason or None,
            gone=after is RecordState.ARCHIVED and _said_to_be_gone(uow, space, now),
        )
    )
    if after in {RecordState.PUBLISHED, RecordState.REJECTED}:
        _settle_texts(uow, actor, space, decision, after, now)
    return replace(space, record_state=after, state_reason=decision.reason or None, updated_at=now)


def _settle_texts(
    uow: UnitOfWork, actor: Actor, space: Space, decision: Decision, after: RecordState, now: datetime
) -> None:
    """Show the texts and photos that were on the page together with their place, or refuse them with it."""
    waiting = uow.observations.waiting(space.id, decision.seen_at or now)
    if after is RecordState.PUBLISHED and space.record_state == RecordState.SUBMITTED:
        settle_waiting(uow, actor, space, waiting, Verdict.PUBLISH, "", now)
    elif after is RecordState.REJECTED:
        # They have no decision of their own: an upheld appeal about the place brings them back with it.
        for one in waiting:
            if one.subject is Subject.NOTE:
                uow.observations.settle_note(one.record_id, "rejected", one.text, now)
            else:
                uow.observations.settle_photo(one.record_id, "rejected", decision.reason, now)


def _said_to_be_gone(uow: UnitOfWork, space: Space, now: datetime) -> bool:
    found = conclude(uow.observations.counted(space.id), now.date(), uow.freshness_policy)
    return found.status_on(now.date()) == "gone_pending"
