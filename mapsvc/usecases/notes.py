"""Texts and photos that came with observations: shown once a moderator has looked, or refused with a reason.

Each can be decided by itself; the quick way decides all that wait at a place at once.
"""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.rulings import REASONS, Subject, Verdict, Waiting
from mapsvc.domain.screening import redact
from mapsvc.domain.spaces import RecordState, Space
from mapsvc.usecases.rulings import pronounce_on_part


def settle(
    uow: UnitOfWork, actor: Actor, slug: str, version: int, *, show: bool, reason: str, seen_at: datetime, now: datetime
) -> Space:
    """Show or refuse the texts and photos of a public space that waited at `seen_at`; later ones go on waiting.

    Raises Forbidden, NotFound, Invalid without a reason that fits, and Stale when the record changed in between.
    """
    with uow:
        space = uow.spaces.by_slug(slug, lock=True)
        if space is None or space.record_state != RecordState.PUBLISHED:
            raise NotFound("there is no such space")
        require(actor, Action.PUBLISH if show else Action.MODERATE, uow.areas.path(space.area_id))
        if space.version != version:
            raise Stale("somebody else decided first", code="stale", state=space.record_state)
        waiting = uow.observations.waiting(space.id, seen_at)
        verdict = Verdict.PUBLISH if show else Verdict.REJECT
        for one in waiting:
            check_reason(one.subject, verdict, reason)
        settle_waiting(uow, actor, space, waiting, verdict, reason, now)
        tell_senders(uow, actor, space, waiting, verdict, reason, now)
        uow.commit()
    return space


def decide_note(
    uow: UnitOfWork, actor: Actor, observation_id: UUID, verb: str, reason: str, seen_at: datetime, now: datetime
) -> Space:
    """Show one text or refuse it with a reason; the others of its place go on waiting.

    Raises NotFound, Forbidden, Invalid, Conflict when it was decided already, and Stale when its sender wrote another
    text since `seen_at`.
    """
    verdict = verdict_of(verb)
    check_reason(Subject.NOTE, verdict, reason)
    with uow:
        space = _space_of(uow, actor, observation_id, verdict)
        found = uow.observations.queued_note(observation_id)
        if found is None:
            raise Conflict("this text was decided already", code="decided_before")
        note, written_at = found
        if written_at > seen_at:
            raise Stale("the text was changed since", code="stale")
        settle_waiting(uow, actor, space, [note], verdict, reason, now)
        tell_senders(uow, actor, space, [note], verdict, reason, now)
        uow.commit()
    return space


def settle_waiting(
    uow: UnitOfWork, actor: Actor, space: Space, waiting: list[Waiting], verdict: Verdict, reason: str, now: datetime
) -> None:
    """Give waiting texts and photos their state, with an entry in the history for each; nobody is told yet.

    A text is shown without the personal data and accusations that the rules find in it (M1, M3).
    """
    state = "published" if verdict is Verdict.PUBLISH else "rejected"
    done = "shown" if verdict is Verdict.PUBLISH else "refused"
    for one in waiting:
        if one.subject is Subject.NOTE:
            text = redact(one.text) if one.text and verdict is Verdict.PUBLISH else one.text
            uow.observations.settle_note(one.record_id, state, text, now)
        else:
            uow.observations.settle_photo(one.record_id, state, reason or None, now)
        after = {"observation_id" if one.subject is Subject.NOTE else "photo_id": str(one.record_id)}
        uow.audit.add(actor, f"{one.subject}_{done}", "space", space.id, after=after, reason=reason or None, at=now)


def tell_senders(
    uow: UnitOfWork, actor: Actor, space: Space, waiting: list[Waiting], verdict: Verdict, reason: str, now: datetime
) -> None:
    """Keep what was decided about texts and photos; whoever sent both with one observation gets one mail."""
    by_sender: dict[UUID | None, list[tuple[Subject, UUID]]] = defaultdict(list)
    for one in waiting:
        by_sender[one.observation_id].append((one.subject, one.record_id))
    for observation_id, parts in by_sender.items():
        pronounce_on_part(uow, actor, space, parts, observation_id, verdict, reason or None, now)


def verdict_of(verb: str) -> Verdict:
    """Return what `show` and `refuse` decide; raise Invalid for another word."""
    verdict = {"show": Verdict.PUBLISH, "refuse": Verdict.REJECT}.get(verb)
    if verdict is None:
        raise Invalid("there is no such decision", "/verb", code="unknown_value", value=verb[:80])
    return verdict


def check_reason(subject: Subject, verdict: Verdict, reason: str) -> None:
    """Raise Invalid unless a refusal has a reason of the list of its subject."""
    if verdict is Verdict.REJECT and reason not in REASONS[subject]:
        raise Invalid("a reason from the list is needed", "/reason", code="reason")


def _space_of(uow: UnitOfWork, actor: Actor, observation_id: UUID, verdict: Verdict) -> Space:
    """Return the locked space of a text that the actor may decide about; every decision locks the space first."""
    space_id = uow.observations.space_of(observation_id)
    space = uow.spaces.get(space_id, lock=True) if space_id is not None else None
    if space is None or space.record_state == RecordState.MERGED:
        raise NotFound("there is no such text")
    action = Action.PUBLISH if verdict is Verdict.PUBLISH else Action.MODERATE
    require(actor, action, uow.areas.path(space.area_id))
    return space
