"""A collective and its profile: registered, changed and shown by whoever speaks for it.

What the office decides about collectives is in `collective_states`, what they are told of new spaces in `fit_alerts`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from mapsvc.domain.collectives import PUBLIC_STATES, Collective, CollectiveDraft, CollectiveState, Move, state_after
from mapsvc.domain.errors import Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.needs import COLLECTIVE_FORMS, DISCIPLINES, NeedsProfile
from mapsvc.domain.people import Action, Actor, Role, allows, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.group_requests import checked_website
from mapsvc.usecases.observations import OWN_SOURCE, digest

_LONGEST_NAME = 120
_LONGEST_STORY = 4000
_LONGEST_LEGAL_ID = 60
_MOST_MEMBERS = 100_000
#: Slugs that are addresses of pages below /collectives.
_TAKEN = frozenset({"new", "alerts", "here"})
_EDITED = (
    "name", "story", "form", "disciplines", "members_count", "members_under_30", "members_under_35", "legal_id",
    "website", "needs",
)  # fmt: skip


def register_collective(
    uow: UnitOfWork, actor: Actor, key: UUID, draft: CollectiveDraft, lang: str, now: datetime, *, publish: bool
) -> Collective:
    """Store a collective whose representative is the actor, and return it; the same key is stored once.

    It is a draft until it is shown to everybody, at once with `publish`. Raises Forbidden without an account, Invalid
    with a pointer to what cannot be stored.
    """
    if actor.user_id is None:
        raise Forbidden("an account is needed", code="forbidden")
    with uow:
        body = digest(f"{actor.user_id}|{draft}")
        before = uow.idempotency.claim(key, "collective", body, now)
        if before is not None:
            found = uow.collectives.get(UUID(str(before["id"])))
            if found is None:
                raise NotFound("there is no such collective")
            return found
        collective = add_collective(uow, actor, draft, lang, now)
        if publish:
            collective = activate_collective(uow, actor, collective, now)
        uow.idempotency.keep(key, {"id": str(collective.id)})
        uow.commit()
    return collective


def add_collective(
    uow: UnitOfWork, actor: Actor, draft: CollectiveDraft, lang: str, now: datetime, *, on_behalf: bool = False
) -> Collective:
    """Add a draft inside the caller's transaction and return it; raise Invalid with a pointer.

    Whoever has an account becomes its representative, unless they file on behalf of it. Without an account it is led by
    the private link of its application; the caller has checked who asks.
    """
    collective_id = new_id()
    empty = Collective(
        id=collective_id, slug="", name="", story="", original_lang=lang, form="", disciplines=(), members_count=None,
        needs={}, state=CollectiveState.DRAFT, anchor_lon=None, anchor_lat=None, created_by=actor.user_id,
        created_at=now, heard_at=now,
    )  # fmt: skip
    collective = checked(empty, draft)
    slug = slugify(collective.name)
    if slug in _TAKEN or uow.collectives.by_slug(slug) is not None:
        slug = f"{slug}-{collective_id.hex[-6:]}"
    collective = replace(collective, slug=slug)
    uow.collectives.add(collective, OWN_SOURCE, now)
    if actor.user_id is not None and not on_behalf:
        uow.people.grant(actor.user_id, Role.COLLECTIVE_REP.value, collective_id=collective_id, granted_by=None, at=now)
    after = {"slug": slug, "state": collective.state} | {name: getattr(collective, name) for name in _EDITED}
    uow.audit.add(actor, "added", "collective", collective_id, after=after, at=now)
    return collective


def change_collective(
    uow: UnitOfWork, actor: Actor, stored: Collective, draft: CollectiveDraft, now: datetime
) -> Collective:
    """Change a profile inside the caller's transaction, which has checked who asks, and return it.

    Raises Stale when somebody else changed it in between, and Invalid with a pointer: to the field of the profile, or
    below /needs in the form of `mapsvc.domain.needs`.
    """
    changed = replace(checked(stored, draft), heard_at=now, noticed_at=None)
    if not uow.collectives.update(changed, now):
        raise Stale("somebody else changed it first", code="stale", version=stored.version)
    before, after = _difference(stored, changed)
    uow.audit.add(actor, "edited", "collective", stored.id, before=before, after=after, at=now)
    return replace(changed, version=stored.version + 1)


def activate_collective(uow: UnitOfWork, actor: Actor, stored: Collective, now: datetime) -> Collective:
    """Show a draft to everybody, inside the caller's transaction; one that is shown already stays as it is.

    Raises Conflict for a collective that is suspended or dissolved.
    """
    if stored.state in PUBLIC_STATES:
        return stored
    changed = replace(stored, state=state_after(stored, Move.ACTIVATE), heard_at=now)
    if not uow.collectives.update(changed, now):
        raise Stale("somebody else changed it first", code="stale", version=stored.version)
    uow.audit.add(
        actor, "activated", "collective", stored.id, before={"state": stored.state}, after={"state": changed.state},
        at=now,
    )  # fmt: skip
    return replace(changed, version=stored.version + 1)


def collective_to_edit(uow: UnitOfWork, actor: Actor, slug: str) -> Collective:
    """Return a collective to whoever may change it; raise Forbidden, and NotFound for one that is not public either."""
    with uow:
        return own_collective(uow, actor, slug)


def own_collective(uow: UnitOfWork, actor: Actor, slug: str) -> Collective:
    """Return the same inside the caller's transaction."""
    collective = uow.collectives.by_slug(slug)
    own = collective is not None and allows(actor, Action.EDIT_COLLECTIVE, collective_id=collective.id)
    if collective is None or (not own and collective.state not in PUBLIC_STATES):
        raise NotFound("there is no such collective")
    require(actor, Action.EDIT_COLLECTIVE, collective_id=collective.id)
    return collective


def edit_collective(
    uow: UnitOfWork, actor: Actor, slug: str, version: int, draft: CollectiveDraft, now: datetime
) -> Collective:
    """Change profile and needs, based on `version`, and return them.

    Raises NotFound, Forbidden, Stale and Invalid as `change_collective`.
    """
    with uow:
        stored = own_collective(uow, actor, slug)
        if stored.version != version:
            raise Stale("somebody else changed it first", code="stale", version=stored.version)
        changed = change_collective(uow, actor, stored, draft, now)
        uow.commit()
    return changed


def checked(stored: Collective, draft: CollectiveDraft) -> Collective:
    """Return a collective with what its representative decided; raise Invalid with a pointer."""
    name = clean_text(draft.name, "/name", _LONGEST_NAME)
    if not name:
        raise Invalid("a collective needs a name", "/name", code="required")
    if draft.form not in COLLECTIVE_FORMS:
        raise Invalid("choose one of the listed values", "/form", code="unknown_value", value=draft.form)
    for code in draft.disciplines:
        if code not in DISCIPLINES:
            raise Invalid("choose one of the listed values", "/disciplines", code="unknown_value", value=code)
    _check_counts(draft)
    needs = _checked_needs(draft.needs)
    lon, lat = needs.anchor_point or (None, None)
    return replace(
        stored,
        name=name,
        story=clean_text(draft.story, "/story", _LONGEST_STORY, several_lines=True),
        form=draft.form,
        disciplines=tuple(code for code in DISCIPLINES if code in draft.disciplines),
        members_count=draft.members_count,
        members_under_30=draft.members_under_30,
        members_under_35=draft.members_under_35,
        legal_id=clean_text(draft.legal_id, "/legal_id", _LONGEST_LEGAL_ID),
        website=checked_website(draft.website),
        needs=needs.to_json(),
        anchor_lon=lon,
        anchor_lat=lat,
    )


def _check_counts(draft: CollectiveDraft) -> None:
    """Raise Invalid unless those under 30 are among those under 35, and these among all."""
    members = draft.members_count
    if members is not None and not 1 <= members <= _MOST_MEMBERS:
        raise Invalid("at least one, at most 100,000", "/members_count", code="members_range")
    for name, count in (("members_under_30", draft.members_under_30), ("members_under_35", draft.members_under_35)):
        if count is not None and not 0 <= count <= _MOST_MEMBERS:
            raise Invalid("at most 100,000", f"/{name}", code="members_range")
    known = [
        (name, count)
        for name, count in (
            ("members_under_30", draft.members_under_30),
            ("members_under_35", draft.members_under_35),
            ("members_count", members),
        )
        if count is not None
    ]
    for (name, fewer), (_, more) in pairwise(known):
        if fewer > more:
            raise Invalid("a part is larger than the whole", f"/{name}", code="members_part")


def _checked_needs(needs: Mapping[str, object]) -> NeedsProfile:
    try:
        return NeedsProfile.from_json(dict(needs))
    except Invalid as error:
        raise Invalid(error.message, f"/needs{error.pointer}", code=error.code, **error.params) from error


def _difference(old: Collective, new: Collective) -> tuple[dict[str, object], dict[str, object]]:
    names = [name for name in _EDITED if getattr(old, name) != getattr(new, name)]
    return {name: getattr(old, name) for name in names}, {name: getattr(new, name) for name in names}
