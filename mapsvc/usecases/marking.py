"""Marking a space: a new place with its first observation and a private link, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.moderation import first_state
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Action, Actor, allows
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.domain.ports import PhotoFiles, UnitOfWork
from mapsvc.domain.publication import Precision, Standing, precision_for
from mapsvc.domain.spaces import AssetKind, Space, check_place, space_name
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.follow_links import Follow, keep_link
from mapsvc.usecases.observations import OWN_SOURCE, Answer, digest, store_observation
from mapsvc.usecases.spaces import free_slug

_LONGEST_NAME = 160
_LONGEST_NUMBER = 20
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
