"""Marking a space, deciding about it, editing it: each verb is one permission check and one transaction."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.errors import Invalid, NotFound, Stale
from mapsvc.domain.features import Features
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.moderation import StateChange, check_change, clean_text, first_state
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Action, Actor, allows, require
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.domain.ports import PhotoFiles, UnitOfWork
from mapsvc.domain.publication import Precision, Standing, precision_for
from mapsvc.domain.spaces import AssetKind, OwnerType, RecordState, Space, check_place, space_name
from mapsvc.usecases.evidence import conclude, refresh
from mapsvc.usecases.follow_links import Follow, keep_link
from mapsvc.usecases.observations import OWN_SOURCE, Answer, digest, store_observation

_LONGEST_NAME = 160
_LONGEST_NUMBER = 20
_LONGEST_TEXT = 4000
#: How a place was found: a fix of the device, the map under a pin, or an address without a house number's position.
PLACED = ("device", "map", "address")


@dataclass(frozen=True, slots=True)
class Report:
    """A place that somebody marks: where, what kind, what they see; lon and lat in degrees, accuracy in metres.

    `near` names a place without an address, such as the neighbourhood it lies in.
    """

    key: UUID
    token: str
    lon: float
    lat: float
    claim: Claim
    street: str = ""
    number: str = ""
    floor: str = ""
    asset_kind: str = AssetKind.COMMERCIAL_UNIT
    placed: str = "map"
    near: str = ""
    accuracy_m: float | None = None
    note: str = ""
    photo: CheckedPhoto | None = None
    email: str = ""
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report."""

    space_id: UUID
    slug: str
    state: str
    repeated: bool


def report_space(uow: UnitOfWork, files: PhotoFiles, actor: Actor, report: Report, now: datetime) -> Reported:
    """Store a marked place with its first observation and a private link; the same key is stored once.

    Raises Invalid for a place off the map, a text that cannot be stored or a kind that does not exist.
    """
    check_place(report.lon, report.lat)
    if report.asset_kind not in set(AssetKind) - {AssetKind.HOUSE}:
        raise Invalid("choose one of the listed kinds", "/asset_kind", code="unknown_value", value=report.asset_kind)
    if report.placed not in PLACED:
        raise Invalid("say how the place was found", "/placed", code="unknown_value", value=report.placed)
    with uow:
        before = uow.idempotency.claim(report.key, "report", _body_of(report), now)
        if before is not None:
            return Reported(UUID(before["space_id"]), before["slug"], before["state"], repeated=True)
        space = _space_from(uow, actor, report, now)
        uow.spaces.add(space)
        stored = uow.spaces.get(space.id)
        if stored is None:
            raise NotFound("the space is not there")
        answer = Answer(report.key, report.claim, report.note, report.photo, accuracy_m=report.accuracy_m)
        if report.placed == "device":
            answer = replace(answer, device_lon=report.lon, device_lat=report.lat)
        observation_id = store_observation(uow, files, actor, stored, answer, now)
        refresh(uow, space.id, now.date())
        keep_link(uow, Follow(report.token, report.email, report.lang), space, observation_id, now, place=space.name)
        uow.audit.add(actor, "reported", "space", space.id, after={"state": space.record_state}, at=now)
        result = Reported(space.id, space.slug, space.record_state, repeated=False)
        uow.idempotency.keep(report.key, {"space_id": str(space.id), "slug": space.slug, "state": space.record_state})
        uow.commit()
    return result


def _body_of(report: Report) -> str:
    place = (report.lon, report.lat, report.street, report.number, report.floor, report.asset_kind)
    said = (report.claim, report.note, report.photo.sha256 if report.photo else "")
    return digest("|".join(map(str, (*place, *said))))


def _space_from(uow: UnitOfWork, actor: Actor, report: Report, now: datetime) -> Space:
    areas = uow.areas.at(report.lon, report.lat)
    policy = uow.areas.policy(areas)
    street = clean_text(report.street, "/street", _LONGEST_NAME)
    number = clean_text(report.number, "/number", _LONGEST_NUMBER)
    floor = clean_text(report.floor, "/floor", _LONGEST_NUMBER)
    near = clean_text(report.near, "/near", _LONGEST_NAME)
    precision = precision_for(Standing(report.asset_kind), policy)
    name = space_name(street, number) or near or "?"
    roles = actor.roles if allows(actor, Action.MODERATE, areas) else frozenset()
    return Space(
        id=(space_id := new_id()),
        slug=free_slug(uow, name if precision == Precision.EXACT else "space", space_id),
        name=name,
        lon=report.lon,
        lat=report.lat,
        source_code=OWN_SOURCE,
        source_key=str(space_id),
        created_at=now,
        updated_at=now,
        asset_kind=report.asset_kind,
        street=street or None,
        number=number or None,
        floor=floor or None,
        # The gazetteer knows streets without numbers: an address leads to its street, a pin to the door.
        geocode_precision="street" if report.placed == "address" else "entrance",
        publication_precision=precision,
        record_state=first_state(policy.moderation, roles),
        reported_by=actor.user_id,
    )


def free_slug(uow: UnitOfWork, name: str, space_id: UUID) -> str:
    """Return a slug from the name, with the end of the id where the plain one was ever used."""
    slug = slugify(name)
    return f"{slug}-{space_id.hex[-6:]}" if slug in {"place", "space"} or uow.spaces.slug_taken(slug) else slug


def without_address(uow: UnitOfWork, before: Space, after: Space) -> Space:
    """Return `after` with a slug that tells nothing, where it was shown exactly `before` and is so no more."""
    if before.publication_precision != Precision.EXACT or after.publication_precision == Precision.EXACT:
        return after
    return replace(after, slug=free_slug(uow, "space", after.id))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a moderator decides about a space, based on `version` of it and on the texts that waited at `seen_at`."""

    verb: str
    version: int
    reason: str = ""
    same_as: str = ""
    seen_at: datetime | None = None


def decide(uow: UnitOfWork, actor: Actor, slug: str, decision: Decision, now: datetime) -> Space:
    """Publish, reject with a reason of the closed list, hide, or say that it is the same as another space.

    Raises Forbidden, NotFound, Stale when somebody else decided first, Conflict when the state does not allow it.
    """
    with uow:
        space = uow.spaces.by_slug(slug, lock=True)
        if space is None:
            raise NotFound("there is no such space")
        require(actor, Action.MODERATE, uow.areas.path(space.area_id))
        if space.version != decision.version:
            raise Stale("somebody else decided first", code="stale", state=space.record_state)
        changed = _decided(uow, actor, space, decision, now)
        if not uow.spaces.update(changed):
            raise Stale("somebody else decided first", code="stale", state=space.record_state)
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
        uow.commit()
    return changed


_TARGETS = {
    "publish": RecordState.PUBLISHED,
    "reject": RecordState.REJECTED,
    "hide": RecordState.HIDDEN,
    "same_as": RecordState.MERGED,
    "archive": RecordState.ARCHIVED,
}


def _decided(uow: UnitOfWork, actor: Actor, space: Space, decision: Decision, now: datetime) -> Space:
    after = _TARGETS.get(decision.verb)
    if after is None:
        raise Invalid("there is no such decision", "/verb", code="unknown_value", value=decision.verb)
    target = uow.spaces.by_slug(decision.same_as, lock=True) if after is RecordState.MERGED else None
    if after is RecordState.MERGED and not _can_take(target, space):
        raise Invalid("name a published space", "/same_as", code="no_such_space")
    if target is not None:
        require(actor, Action.MODERATE, uow.areas.path(target.area_id))
    check_change(
        StateChange(
            before=RecordState(space.record_state),
            after=after,
            roles=[grant.role.value for grant in actor.grants],
            reason=decision.reason or None,
            target=target.id if target else None,
            gone=after is RecordState.ARCHIVED and _said_to_be_gone(uow, space, now),
        )
    )
    if target is not None:
        uow.spaces.move_evidence(space.id, target.id)
        refresh(uow, target.id, now.date())
        refresh(uow, space.id, now.date())
        return replace(space, record_state=after, merged_into=target.id, updated_at=now)
    if after in {RecordState.PUBLISHED, RecordState.REJECTED}:
        uow.observations.settle_notes(space.id, after.value, decision.seen_at or now)
    return replace(space, record_state=after, state_reason=decision.reason or None, updated_at=now)


def _said_to_be_gone(uow: UnitOfWork, space: Space, now: datetime) -> bool:
    return conclude(uow.observations.counted(space.id), now.date()).status_codes[0] == "gone_pending"


def _can_take(target: Space | None, space: Space) -> bool:
    return target is not None and target.id != space.id and target.record_state == RecordState.PUBLISHED


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
        space = uow.spaces.by_slug(slug, lock=True)
        if space is None or space.record_state == RecordState.MERGED:
            raise NotFound("there is no such space")
        require(actor, Action.EDIT_SPACE, uow.areas.path(space.area_id))
        changed = without_address(uow, space, checked(replace(space, **_known(changes), updated_at=now)))
        require(actor, Action.EDIT_SPACE, uow.areas.at(changed.lon, changed.lat) or uow.areas.path(space.area_id))
        if space.version != version or not uow.spaces.update(changed):
            raise Stale("somebody else changed it first", code="stale", version=space.version)
        before, after = _difference(space, changed)
        uow.audit.add(actor, "edited", "space", space.id, before=before, after=after, at=now)
        uow.commit()
    return replace(changed, version=version + 1)


def add_space(uow: UnitOfWork, actor: Actor, values: Mapping[str, object], now: datetime) -> Space:
    """Add a space to the register, published at once; raise Forbidden, or Invalid with a pointer to the field."""
    space_id = new_id()
    empty = Space(space_id, "", "", 0.0, 0.0, OWN_SOURCE, str(space_id), now, now, record_state=RecordState.PUBLISHED)
    with uow:
        space = checked(replace(empty, **_known(values)))
        require(actor, Action.EDIT_SPACE, uow.areas.at(space.lon, space.lat))
        exact = space.publication_precision == Precision.EXACT
        space = replace(space, slug=free_slug(uow, space.name if exact else "space", space_id))
        uow.spaces.add(space)
        uow.audit.add(actor, "added", "space", space_id, after={"name": space.name}, at=now)
        uow.commit()
    return space


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


def _difference(old: Space, new: Space) -> tuple[dict[str, object], dict[str, object]]:
    left, right = asdict(old), asdict(new)
    names = [name for name in EDITABLE if left[name] != right[name]]
    return {name: left[name] for name in names}, {name: right[name] for name in names}
