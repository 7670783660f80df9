"""A collective's profile and needs, changed by whoever speaks for it: one permission check and one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mapsvc.domain.collectives import Collective
from mapsvc.domain.errors import Invalid, NotFound, Stale
from mapsvc.domain.needs import COLLECTIVE_FORMS, DISCIPLINES, NeedsProfile
from mapsvc.domain.people import Action, Actor, allows, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text

_LONGEST_NAME = 120
_LONGEST_STORY = 4000
_MOST_MEMBERS = 100_000
#: A collective of another state is known to whoever speaks for it only.
_PUBLIC = frozenset({"active", "verified"})
_EDITED = ("name", "story", "form", "disciplines", "members_count", "needs")


@dataclass(frozen=True, slots=True)
class CollectiveDraft:
    """What a representative decides; `needs` as JSON of `mapsvc.domain.needs`."""

    name: str
    story: str
    form: str
    disciplines: tuple[str, ...]
    members_count: int | None
    needs: Mapping[str, object]


def collective_to_edit(uow: UnitOfWork, actor: Actor, slug: str) -> Collective:
    """Return a collective to whoever may change it; raise Forbidden, and NotFound for one that is not public either."""
    with uow:
        return _own(uow, actor, slug)


def _own(uow: UnitOfWork, actor: Actor, slug: str) -> Collective:
    collective = uow.collectives.by_slug(slug)
    own = collective is not None and allows(actor, Action.EDIT_COLLECTIVE, collective_id=collective.id)
    if collective is None or (not own and collective.state not in _PUBLIC):
        raise NotFound("there is no such collective")
    require(actor, Action.EDIT_COLLECTIVE, collective_id=collective.id)
    return collective


def edit_collective(
    uow: UnitOfWork, actor: Actor, slug: str, version: int, draft: CollectiveDraft, now: datetime
) -> Collective:
    """Change profile and needs, based on `version`, and return them.

    Raises NotFound, Forbidden, Stale when somebody else changed them in between, and Invalid with a pointer: to the
    field of the profile, or below /needs in the form of `mapsvc.domain.needs`.
    """
    with uow:
        stored = _own(uow, actor, slug)
        changed = _checked(stored, draft)
        if stored.version != version or not uow.collectives.update(changed, now):
            raise Stale("somebody else changed it first", code="stale", version=stored.version)
        before, after = _difference(stored, changed)
        uow.audit.add(actor, "edited", "collective", stored.id, before=before, after=after, at=now)
        uow.commit()
    return replace(changed, version=version + 1)


def _checked(stored: Collective, draft: CollectiveDraft) -> Collective:
    name = clean_text(draft.name, "/name", _LONGEST_NAME)
    if not name:
        raise Invalid("a collective needs a name", "/name", code="required")
    if draft.form not in COLLECTIVE_FORMS:
        raise Invalid("choose one of the listed values", "/form", code="unknown_value", value=draft.form)
    for code in draft.disciplines:
        if code not in DISCIPLINES:
            raise Invalid("choose one of the listed values", "/disciplines", code="unknown_value", value=code)
    members = draft.members_count
    if members is not None and not 1 <= members <= _MOST_MEMBERS:
        raise Invalid("at least one, at most 100,000", "/members_count", code="members_range")
    needs = _checked_needs(draft.needs)
    lon, lat = needs.anchor_point or (None, None)
    return replace(
        stored,
        name=name,
        story=clean_text(draft.story, "/story", _LONGEST_STORY, several_lines=True),
        form=draft.form,
        disciplines=tuple(code for code in DISCIPLINES if code in draft.disciplines),
        members_count=members,
        needs=needs.to_json(),
        anchor_lon=lon,
        anchor_lat=lat,
    )


def _checked_needs(needs: Mapping[str, object]) -> NeedsProfile:
    try:
        return NeedsProfile.from_json(dict(needs))
    except Invalid as error:
        raise Invalid(error.message, f"/needs{error.pointer}", code=error.code, **error.params) from error


def _difference(old: Collective, new: Collective) -> tuple[dict[str, object], dict[str, object]]:
    names = [name for name in _EDITED if getattr(old, name) != getattr(new, name)]
    return {name: getattr(old, name) for name in names}, {name: getattr(new, name) for name in names}
