"""Marking a space: a new place with its first observation and a private link, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.moderation import first_state
from mapsvc.domain.moderation_rules import DEFAULT, Do, ModerationPolicy, Part
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Action, Actor, allows
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.domain.ports import PhotoFiles, UnitOfWork
from mapsvc.domain.publication import Precision, Standing, precision_for
from mapsvc.domain.spaces import AssetKind, RecordState, Space, check_place, space_name
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.follow_links import Follow, keep_link, known_address, mailed_name
from mapsvc.usecases.holds import NewPlace, Screened, screen_place
from mapsvc.usecases.observations import LONGEST_NOTE, OWN_SOURCE, Answer, digest, store_observation
from mapsvc.usecases.spaces import free_slug

_LONGEST_NAME = 160
_LONGEST_NUMBER = 20
#: A floor of so many signs, such as -1 or PT, is no sentence.
_PLAIN_FLOOR = 3
#: How a place was found: a fix of the device, the map under a pin, or an address without a house number's position.
PLACED = ("device", "map", "address")


@dataclass(frozen=True, slots=True)
class Report:
    """A place that somebody marks: where, what kind, what they see; lon and lat in degrees, accuracy in metres.

    `near` names a place without an address, such as the neighbourhood it lies in. `right_place` confirms a place off
    the map (M10); `waited_for` is the number of places of today for which a wait was served (M7).
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
    right_place: bool = False
    waited_for: int | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report."""

    space_id: UUID
    slug: str
    state: str
    repeated: bool


def report_space(
    uow: UnitOfWork, files: PhotoFiles, actor: Actor, report: Report, now: datetime, policy: ModerationPolicy = DEFAULT
) -> Reported:
    """Store a marked place with its first observation and a private link; the same key is stored once.

    Raises Invalid for a place off the map, a text that cannot be stored or a kind that does not exist, and
    `holds.SlowDown` after too many places.
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
        space, areas = _space_from(uow, actor, report, now)
        screened = _screened(uow, actor, report, space, areas, now, policy)
        space = replace(space, record_state=_first_state(uow, actor, space, areas, screened))
        uow.spaces.add(space)
        marks = screened.judgement.rules(Do.HOLD, Part.PLACE) or screened.judgement.rules(Do.SAMPLE)
        if marks:
            uow.holds.hold_space(space.id, marks)
        stored = uow.spaces.get(space.id)
        if stored is None:
            raise NotFound("the space is not there")
        answer = Answer(report.key, report.claim, report.note, report.photo, accuracy_m=report.accuracy_m)
        if report.placed == "device":
            answer = replace(answer, device_lon=report.lon, device_lat=report.lat)
        observation_id, _held = store_observation(uow, files, actor, stored, answer, now, screened=screened)
        refresh(uow, space.id, now.date())
        follow = Follow(report.token, report.email, report.lang)
        keep_link(uow, follow, space, observation_id, now, place=mailed_name(uow, stored))
        uow.audit.add(actor, "reported", "space", space.id, after={"state": space.record_state}, at=now)
        result = Reported(space.id, space.slug, space.record_state, repeated=False)
        uow.idempotency.keep(report.key, {"space_id": str(space.id), "slug": space.slug, "state": space.record_state})
        uow.commit()
    return result


def _body_of(report: Report) -> str:
    place = (report.lon, report.lat, report.street, report.number, report.floor, report.asset_kind)
    said = (report.claim, report.note, report.photo.sha256 if report.photo else "")
    return digest("|".join(map(str, (*place, *said))))


def _screened(
    uow: UnitOfWork, actor: Actor, report: Report, space: Space, areas: tuple[UUID, ...], now: datetime,
    policy: ModerationPolicy,
) -> Screened:  # fmt: skip
    """Ask the rules of moderation about the place; its text waits unless whoever wrote it is trusted here."""
    note = clean_text(report.note, "/note", LONGEST_NOTE, several_lines=True)
    address = " ".join(part for part in (space.name, space.number, space.floor) if part)
    place = NewPlace(
        id=space.id,
        areas=areas,
        has_areas=uow.areas.known(),
        street=space.street or "",
        address=address,
        text=note,
        photo=report.photo is not None,
        claim=report.claim,
        confirmed=report.right_place,
        waited_for=report.waited_for,
    )
    screened = screen_place(uow, actor, place, now, policy)
    trusted = bool(screened.judgement.rules(Do.PUBLISH)) or allows(actor, Action.PUBLISH, areas)
    return replace(screened, text_waits=not trusted)


def _first_state(
    uow: UnitOfWork, actor: Actor, space: Space, areas: tuple[UUID, ...], screened: Screened
) -> RecordState:
    roles = actor.roles if allows(actor, Action.PUBLISH, areas) else frozenset()
    trusted = bool(screened.judgement.rules(Do.PUBLISH))
    # An address that no gazetteer knows is a text, and a text of somebody unknown is read before it is shown.
    unread = not (trusted or roles) and (len(space.floor or "") > _PLAIN_FLOOR or not known_address(uow, space))
    if screened.judgement.rules(Do.HOLD, Part.PLACE) or unread:
        return RecordState.SUBMITTED
    return first_state(uow.areas.policy(areas).moderation, roles, trusted=trusted)


def _space_from(uow: UnitOfWork, actor: Actor, report: Report, now: datetime) -> tuple[Space, tuple[UUID, ...]]:
    """Return the new space, and the areas that hold it."""
    areas = uow.areas.at(report.lon, report.lat)
    policy = uow.areas.policy(areas)
    street = clean_text(report.street, "/street", _LONGEST_NAME)
    number = clean_text(report.number, "/number", _LONGEST_NUMBER)
    floor = clean_text(report.floor, "/floor", _LONGEST_NUMBER)
    near = clean_text(report.near, "/near", _LONGEST_NAME)
    precision = precision_for(Standing(report.asset_kind), policy)
    name = space_name(street, number) or near or "?"
    space = Space(
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
        reported_by=actor.user_id,
    )
    return space, areas
