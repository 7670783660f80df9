"""Moving premises from one administrative state to the next, inside the transaction of whatever moves them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.availability import Guard, Who, check_step
from mapsvc.domain.errors import NotFound, Stale
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import Space


def move_space(
    uow: UnitOfWork,
    actor: Actor,
    space_id: UUID,
    wanted: str,
    who: Who,
    known: Iterable[Guard],
    now: datetime,
    *,
    reason: str | None = None,
) -> Space:
    """Move premises to the state `wanted` with an entry in the history; those that are there already stay.

    The caller has checked the permission and commits. Raises NotFound, Conflict where the table of
    `domain.availability` lacks the change or its guard does not hold, Forbidden for somebody else's change.
    """
    space = uow.spaces.get(space_id, lock=True)
    if space is None:
        raise NotFound("there is no such space")
    if space.availability_state == wanted:
        return space
    check_step(space.availability_state, wanted, who, known)
    moved = replace(space, availability_state=wanted, updated_at=now)
    if not uow.spaces.update(moved):
        raise Stale("somebody else changed the premises", code="stale")
    uow.audit.add(
        actor,
        "availability_changed",
        "space",
        space.id,
        before={"availability_state": space.availability_state},
        after={"availability_state": wanted},
        reason=reason,
        at=now,
    )
    return replace(moved, version=space.version + 1)
