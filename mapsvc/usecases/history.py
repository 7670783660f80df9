"""Putting the facts of a space back, and what putting back any record needs; the history gets one more entry."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, Stale
from mapsvc.domain.history import whole
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.rollback import ROLLED_BACK, RollBack, put_back
from mapsvc.domain.spaces import Space
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.spaces import EDITABLE, change_facts, facts, space_to_change

_LONGEST_REASON = 1000
#: Availability follows its own states (domain.md 2.1): calls and contracts hang on it.
_FACTS = tuple(name for name in EDITABLE if name != "availability_state")


def plan_roll_back(uow: UnitOfWork, actor: Actor, slug: str, entry_id: int) -> RollBack:
    """Return what putting a space back to before an entry would change; nothing is written.

    Raises NotFound, Forbidden, and Conflict for an entry that cannot be undone this way.
    """
    with uow:
        return _planned(uow, space_to_change(uow, actor, slug), entry_id)


def roll_back(
    uow: UnitOfWork, actor: Actor, slug: str, entry_id: int, version: int, reason: str, now: datetime
) -> Space:
    """Put the facts of a space back to how they were before an entry, based on `version` of it.

    Raises as `plan_roll_back`, Stale when somebody changed the space since the plan was shown, and Invalid without a
    reason or for values that may not be stored any more.
    """
    words = checked_reason(reason)
    with uow:
        space = space_to_change(uow, actor, slug)
        if space.version != version:
            raise Stale("somebody else changed it first", code="stale", version=space.version)
        plan = _planned(uow, space, entry_id)
        need_changes(plan)
        changed = change_facts(uow, actor, space, version, whole(plan.values, facts(space)), now)
        note(uow, actor, "space", space.id, plan, words, now)
        uow.commit()
    return replace(changed, version=version + 1)


def checked_reason(reason: str) -> str:
    """Return why something is put back, in words; raise Invalid where there are none."""
    words = clean_text(reason, "/reason", _LONGEST_REASON, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="reason_required")
    return words


def need_changes(plan: RollBack) -> None:
    """Raise Conflict when putting back would change nothing."""
    if not plan.changes:
        raise Conflict("nothing would change", code="rollback_nothing")


def note(uow: UnitOfWork, actor: Actor, noun: str, record_id: UUID, plan: RollBack, reason: str, now: datetime) -> None:
    """Add the entry of a record that was put back, inside the caller's transaction."""
    before = {change.name: change.now for change in plan.changes}
    after = {**plan.values, "entry": plan.entry}
    uow.audit.add(actor, ROLLED_BACK, noun, record_id, before=before, after=after, reason=reason, at=now)


def _planned(uow: UnitOfWork, space: Space, entry_id: int) -> RollBack:
    return put_back(uow.audit.entries("space", space.id, entry_id), entry_id, facts(space), _FACTS)
