"""Making and changing the maps of a group: each verb is one permission check and one transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.errors import Invalid, NotFound, Stale
from mapsvc.domain.history import difference, whole
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.maps import CuratedMap, MapState, checked_filters, checked_view
from mapsvc.domain.people import Action, Actor, allows, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.rollback import RollBack, put_back
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.history import checked_reason, need_changes, note
from mapsvc.usecases.observations import digest

_LONGEST_TITLE = 120
_LONGEST_INTRO = 2000
#: Slugs that are addresses of pages below /maps.
_TAKEN = {"new", "edit"}
#: What is put back, and what stands there when it was empty; who sees the map is decided, not put back.
_EMPTY: Mapping[str, Any] = {"title": "", "intro": "", "filters": {}, "view": {}}


@dataclass(frozen=True, slots=True)
class MapDraft:
    """What a curator decides about a map; filters and view as `mapsvc.domain.maps` describes them."""

    title: str
    intro: str
    filters: Mapping[str, object]
    view: Mapping[str, object]
    state: str


def create_map(uow: UnitOfWork, actor: Actor, group_slug: str, key: UUID, draft: MapDraft, now: datetime) -> CuratedMap:
    """Add a map to a group and return it; the same key adds it once.

    Raises NotFound, Forbidden unless the actor is a curator of the group, Invalid with a pointer to the field.
    """
    clean = _checked(draft)
    with uow:
        group = uow.groups.by_slug(group_slug)
        if group is None or group.state != "approved":
            raise NotFound("there is no such group")
        require(actor, Action.EDIT_MAP, group_id=group.id)
        # Two maps of a group that are made at the same moment must not take the same address.
        uow.groups.get(group.id, lock=True)
        before = uow.idempotency.claim(key, "map", digest(json.dumps([group_slug, *_values(clean)])), now)
        if before is not None:
            return _existing(uow, str(before["slug"]))
        map_id = new_id()
        slug = slugify(clean.title)
        if slug in _TAKEN or uow.maps.by_slug(slug) is not None:
            slug = f"{slug}-{map_id.hex[-6:]}"
        made = CuratedMap(map_id, slug, group.id, clean.title, clean.intro, clean.filters, clean.view, clean.state,
                          created_by=actor.user_id, created_at=now, updated_at=now)  # fmt: skip
        uow.maps.add(made)
        uow.audit.add(actor, "made", "map", map_id, after={"slug": slug, **_facts(clean)}, at=now)
        uow.idempotency.keep(key, {"slug": slug})
        uow.commit()
    return made


def edit_map(uow: UnitOfWork, actor: Actor, slug: str, version: int, draft: MapDraft, now: datetime) -> CuratedMap:
    """Change a map, based on `version` of it, and return it.

    Raises NotFound, Forbidden, Stale when somebody else changed it in between, Invalid with a pointer to the field.
    """
    clean = _checked(draft)
    with uow:
        stored = _to_change(uow, actor, slug)
        changed = replace(stored, title=clean.title, intro=clean.intro, filters=clean.filters, view=clean.view,
                          state=clean.state, updated_at=now)  # fmt: skip
        if stored.version != version or not uow.maps.update(changed):
            raise Stale("somebody else changed it first", code="stale", version=stored.version)
        before, after = difference(_stored_facts(stored), _facts(clean))
        uow.audit.add(actor, "edited", "map", stored.id, before=before, after=after, at=now)
        uow.commit()
    return replace(changed, version=version + 1)


def plan_map_roll_back(uow: UnitOfWork, actor: Actor, slug: str, entry_id: int) -> RollBack:
    """Return what putting a map back to before an entry would change; nothing is written.

    Raises NotFound, Forbidden, and Conflict for an entry that changed no facts.
    """
    with uow:
        return _planned(uow, _to_change(uow, actor, slug), entry_id)


def roll_back_map(
    uow: UnitOfWork, actor: Actor, slug: str, entry_id: int, version: int, reason: str, now: datetime
) -> CuratedMap:
    """Put title, introduction, filters and view of a map back to before an entry, based on `version`, and return it.

    Who sees the map stays as it is. Raises as `plan_map_roll_back`, Stale when somebody changed it in between, Invalid
    without a reason or for values that may not be stored any more.
    """
    words = checked_reason(reason)
    with uow:
        stored = _to_change(uow, actor, slug)
        stale = Stale("somebody else changed it first", code="stale", version=stored.version)
        if stored.version != version:
            raise stale
        plan = _planned(uow, stored, entry_id)
        need_changes(plan)
        former = {name: value or _EMPTY[name] for name, value in whole(plan.values, _stored_facts(stored)).items()}
        clean = _checked(MapDraft(**{name: getattr(stored, name) for name in _EMPTY} | former, state=stored.state))
        changed = replace(
            stored, title=clean.title, intro=clean.intro, filters=clean.filters, view=clean.view, updated_at=now
        )
        if not uow.maps.update(changed):
            raise stale
        note(uow, actor, "map", stored.id, plan, words, now)
        uow.commit()
    return replace(changed, version=version + 1)


def _planned(uow: UnitOfWork, stored: CuratedMap, entry_id: int) -> RollBack:
    return put_back(uow.audit.entries("map", stored.id, entry_id), entry_id, _stored_facts(stored), _EMPTY)


def _to_change(uow: UnitOfWork, actor: Actor, slug: str) -> CuratedMap:
    """Return a map that the actor may change; a private map of others is not there."""
    stored = uow.maps.by_slug(slug)
    group = uow.groups.get(stored.group_id) if stored else None
    if stored is None or group is None or group.state != "approved":
        raise NotFound("there is no such map")
    if stored.state == MapState.PRIVATE and not allows(actor, Action.EDIT_MAP, group_id=stored.group_id):
        # Whoever may not see a private map is not told that there is one.
        raise NotFound("there is no such map")
    require(actor, Action.EDIT_MAP, group_id=stored.group_id)
    return stored


def _stored_facts(stored: CuratedMap) -> dict[str, object]:
    return _facts(MapDraft(stored.title, stored.intro, stored.filters, stored.view, stored.state))


def _existing(uow: UnitOfWork, slug: str) -> CuratedMap:
    found = uow.maps.by_slug(slug)
    if found is None:
        raise NotFound("there is no such map")
    return found


def _checked(draft: MapDraft) -> MapDraft:
    title = clean_text(draft.title, "/title", _LONGEST_TITLE)
    if not title:
        raise Invalid("a map needs a title", "/title", code="required")
    if draft.state not in set(MapState):
        raise Invalid("choose one of the listed values", "/state", code="unknown_value", value=draft.state)
    texts = {
        name: clean_text(value, f"/{name}", _LONGEST_TITLE) if isinstance(value, str) else value
        for name, value in draft.filters.items()
    }
    return MapDraft(
        title=title,
        intro=clean_text(draft.intro, "/intro", _LONGEST_INTRO, several_lines=True),
        filters=checked_filters(texts),
        view=checked_view(draft.view),
        state=draft.state,
    )


def _values(draft: MapDraft) -> tuple[object, ...]:
    return draft.title, draft.intro, dict(draft.filters), dict(draft.view), draft.state


def _facts(draft: MapDraft) -> dict[str, object]:
    names = ("title", "intro", "filters", "view", "state")
    return dict(zip(names, _values(draft), strict=True))
