"""Texts and photos that came with observations of public spaces: shown once a moderator has looked, or put away."""

from datetime import datetime

from mapsvc.domain.errors import NotFound, Stale
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import RecordState, Space


def settle(
    uow: UnitOfWork, actor: Actor, slug: str, version: int, *, show: bool, seen_at: datetime, now: datetime
) -> Space:
    """Show or put away the texts and photos of a public space that waited at `seen_at`; later ones go on waiting.

    Raises Forbidden, NotFound, and Stale when the record changed since it was looked at.
    """
    with uow:
        space = uow.spaces.by_slug(slug, lock=True)
        if space is None or space.record_state != RecordState.PUBLISHED:
            raise NotFound("there is no such space")
        require(actor, Action.MODERATE, uow.areas.path(space.area_id))
        if space.version != version:
            raise Stale("somebody else decided first", code="stale", state=space.record_state)
        uow.observations.settle_notes(space.id, "published" if show else "rejected", seen_at)
        uow.audit.add(actor, "notes_shown" if show else "notes_put_away", "space", space.id, at=now)
        uow.commit()
    return space
