"""Adding a space to the register and editing its facts; marking one is in `marking`, deciding in `decisions`."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.errors import Invalid, NotFound, Stale
from mapsvc.domain.features import Features
from mapsvc.domain.history import difference
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.publication import Precision, precision_for, standing_of
from mapsvc.domain.spaces import AssetKind, OwnerType, RecordState, Space, check_place, space_name
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.observations import OWN_SOURCE

_LONGEST_NAME = 160
_LONGEST_TEXT = 4000
#: What an officer edits; the status is not among it, since it follows from the observations.
EDITABLE = (
    "name", "asset_kind", "owner_type", "street", "number", "floor", "postcode", "city_name", "lon", "lat",
    "publication_precision", "availability_state", "owner_consent", "features", "description",
)  # fmt: skip


def edit_space(
    uow: UnitOfWork, actor: Actor, slug: str, version: int, changes: Mapping[str, object], now: datetime
) -> Space:
    """Change facts of a space, based on `version`; raise Stale when somebody else changed it in between.

    Raises Forbidden, NotFound, and Invalid with a pointer to the field that cannot be stored.
    """
    with uow:
        space = space_to_change(uow, actor, slug)
        changed = change_facts(uow, actor, space, version, changes, now)
        before, after = difference(facts(space), facts(changed))
        uow.audit.add(actor, "edited", "space", space.id, before=before, after=after, at=now)
        uow.commit()
    return replace(changed, version=version + 1)


def space_to_change(uow: UnitOfWork, actor: Actor, slug: str) -> Space:
    """Return a space, locked, whose facts the actor may change; raise NotFound or Forbidden."""
    space = uow.spaces.by_slug(slug, lock=True)
    if space is None or space.record_state == RecordState.MERGED:
        raise NotFound("there is no such space")
    require(actor, Action.EDIT_SPACE, uow.areas.path(space.area_id))
    return space


def change_facts(
    uow: UnitOfWork, actor: Actor, space: Space, version: int, changes: Mapping[str, object], now: datetime
) -> Space:
    """Write changed facts of a locked space inside the caller's transaction, which also writes the history.

    Raises Forbidden where the new place is not the actor's, Invalid with a pointer, Stale for another version. While a
    call holds the premises their availability moves with the call, not by hand.
    """
    edited = _as_decided(space, checked(replace(space, **_known(changes), updated_at=now)))
    changed = without_address(uow, space, edited)
    require(actor, Action.EDIT_SPACE, uow.areas.at(changed.lon, changed.lat) or uow.areas.path(space.area_id))
    if changed.availability_state != space.availability_state and uow.calls.lots_at(space.id):
        raise Invalid("a call holds the premises", "/availability_state", code="availability_by_call")
    if space.version != version or not uow.spaces.update(changed):
        raise Stale("somebody else changed it first", code="stale", version=space.version)
    return changed


def add_space(uow: UnitOfWork, actor: Actor, values: Mapping[str, object], now: datetime) -> Space:
    """Add a space to the register, published at once; raise Forbidden, or Invalid with a pointer to the field."""
    space_id = new_id()
    empty = Space(space_id, "", "", 0.0, 0.0, OWN_SOURCE, str(space_id), now, now, record_state=RecordState.PUBLISHED)
    with uow:
        space = checked(replace(empty, **_known(values)))
        areas = uow.areas.at(space.lon, space.lat)
        require(actor, Action.EDIT_SPACE, areas)
        by_rule = precision_for(standing_of(space), uow.areas.policy(areas))
        space = _as_decided(replace(space, publication_precision=by_rule), space)
        exact = space.publication_precision == Precision.EXACT
        space = replace(space, slug=free_slug(uow, space.name if exact else "space", space_id))
        uow.spaces.add(space)
        _, after = difference({}, facts(space))
        uow.audit.add(actor, "added", "space", space_id, after=after, at=now)
        uow.commit()
    return space


def _as_decided(before: Space, after: Space) -> Space:
    """Return `after` with the precision as the office's own decision, where it differs from that of `before`."""
    if after.publication_precision == before.publication_precision:
        return after
    return replace(after, office_precision=after.publication_precision)


def _known(values: Mapping[str, object]) -> dict[str, Any]:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        name = min(unknown)
        raise Invalid("this field cannot be changed", f"/{name}", code="unknown_field", value=name)
    return dict(values)


def checked(space: Space) -> Space:
    """Return the space with clean texts; raise Invalid with a pointer to the first field that cannot be stored."""
    check_place(space.lon, space.lat)
    for name, codes in (
        ("asset_kind", AssetKind),
        ("owner_type", OwnerType),
        ("publication_precision", Precision),
    ):
        if getattr(space, name) not in set(codes):
            raise Invalid(
                "choose one of the listed values", f"/{name}", code="unknown_value", value=getattr(space, name)
            )
    refused = space.owner_objection or space.owner_consent is False
    if refused and space.publication_precision in (Precision.EXACT, Precision.STREET):
        raise Invalid("the owner objects to the exact place", "/publication_precision", code="owner_objected")
    texts: dict[str, Any] = {
        name: clean_text(value, f"/{name}", _LONGEST_NAME) or None
        for name in ("street", "number", "floor", "postcode", "city_name")
        if (value := getattr(space, name))
    }
    name = clean_text(space.name or space_name(space.street, space.number), "/name", _LONGEST_NAME)
    if not name:
        raise Invalid("a space needs a name or an address", "/name", code="required")
    description = {
        lang: clean_text(text, f"/description/{lang}", _LONGEST_TEXT, several_lines=True)
        for lang, text in space.description.items()
    }
    features = Features.from_json(dict(space.features)).to_json()
    return replace(space, name=name, features=features, description=description, **texts)


def facts(space: Space) -> dict[str, Any]:
    """Return what an officer edits, by name."""
    values = asdict(space)
    return {name: values[name] for name in EDITABLE}


def free_slug(uow: UnitOfWork, name: str, space_id: UUID) -> str:
    """Return a slug from the name, with the end of the id where the plain one was ever used."""
    slug = slugify(name)
    if slug not in {"place", "space"} and not uow.spaces.slug_taken(slug):
        return slug
    # Of some thousand coarse places, two end in the same six digits.
    ends = (space_id.hex[-digits:] for digits in (6, 12))
    return next((free for end in ends if not uow.spaces.slug_taken(free := f"{slug}-{end}")), f"{slug}-{space_id.hex}")


def without_address(uow: UnitOfWork, before: Space, after: Space) -> Space:
    """Return `after` with a slug that tells nothing, where it was shown exactly `before` and is so no more."""
    if before.publication_precision != Precision.EXACT or after.publication_precision == Precision.EXACT:
        return after
    return replace(after, slug=free_slug(uow, "space", after.id))
