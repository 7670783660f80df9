"""One-tap answers: still vacant, in use, gone, not sure; each a dated observation that can be taken back at once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mapsvc.domain.errors import NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.moderation_rules import DEFAULT, ModerationPolicy
from mapsvc.domain.observations import Claim, Observation, Quality, StoredObservation, accept
from mapsvc.domain.people import Actor
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.domain.ports import PhotoFiles, UnitOfWork
from mapsvc.domain.publication import Precision
from mapsvc.domain.spaces import RecordState, Space
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.follow_links import Follow, keep_link
from mapsvc.usecases.holds import Screened, follow_up, screen_answer

#: The source of everything that people enter here.
OWN_SOURCE = "mapsvc"
#: Undo is offered for ten seconds; a slow network gets two minutes.
UNDO_FOR = timedelta(minutes=2)
LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody says about a place, with the key that makes sending twice harmless.

    `follow` asks for a private link to the answer; `remote` says that it was given from memory, not at the door.
    """

    key: UUID
    claim: Claim
    note: str = ""
    photo: CheckedPhoto | None = None
    device_lon: float | None = None
    device_lat: float | None = None
    accuracy_m: float | None = None
    follow: Follow | None = None
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The stored observation and the status that follows from it today; `held` names the rules that keep it waiting."""

    observation_id: UUID
    status: str
    repeated: bool
    held: tuple[str, ...] = ()


def add_observation(
    uow: UnitOfWork, files: PhotoFiles, actor: Actor, slug: str, answer: Answer, now: datetime
) -> Answered:
    """Add an observation to a public space; sending the same answer again returns the first one.

    Raises NotFound for a space that is not public, Conflict for a key that was used for something else, Invalid for a
    text that cannot be stored.
    """
    with uow:
        space = uow.spaces.by_slug(slug, lock=True)
        if space is None or space.record_state != RecordState.PUBLISHED or space.publication_precision == "hidden":
            raise NotFound("there is no such space")
        body = f"{space.id}|{answer.claim}|{answer.note}|{answer.photo.sha256 if answer.photo else ''}"
        before = uow.idempotency.claim(answer.key, "observation", digest(body), now)
        if before is not None:
            held = tuple(before.get("held", ()))
            return Answered(UUID(before["observation_id"]), before["status"], repeated=True, held=held)
        observation_id, held = store_observation(uow, files, actor, space, answer, now)
        if answer.follow is not None:
            exact = space.publication_precision == Precision.EXACT
            place = space.name if exact else uow.areas.name(space.area_id)
            keep_link(uow, answer.follow, space, observation_id, now, place=place)
        evidence = refresh(uow, space.id, now.date())
        uow.audit.add(
            actor,
            "observation_held" if held else "observed",
            "space",
            space.id,
            after={"claim": answer.claim, "status": evidence.status_on(now.date())},
            at=now,
        )
        kept = {"observation_id": str(observation_id), "status": evidence.status_on(now.date()), "held": list(held)}
        uow.idempotency.keep(answer.key, kept)
        uow.commit()
    return Answered(observation_id, evidence.status_on(now.date()), repeated=False, held=held)


def store_observation(
    uow: UnitOfWork, files: PhotoFiles, actor: Actor, space: Space, answer: Answer, now: datetime,
    *, screened: Screened | None = None, policy: ModerationPolicy = DEFAULT,
) -> tuple[UUID, tuple[str, ...]]:  # fmt: skip
    """Add the observation and its photo inside the caller's transaction; return its id and the rules that hold it.

    The rules of moderation say whether it counts at once and whether its text shows; photos wait. `screened` is what
    they said already about the place that comes with it. The caller has locked the space.
    """
    observation_id = new_id()
    note = clean_text(answer.note, "/note", LONGEST_NOTE, several_lines=True)
    areas = uow.areas.path(space.area_id)
    if screened is None:
        photo = answer.photo is not None
        screened = screen_answer(uow, actor, space, answer.claim, note, photo, now, policy)
    held = screened.answer_rules
    seen = accept(
        Observation(
            id=str(observation_id),
            claim=answer.claim,
            source_kind=actor.source_kind(areas),
            quality=_quality(answer),
            observed_at=now,
            submitted_at=now,
            reporter=actor.reporter,
            cluster_key=actor.network or actor.device or None,
        ),
        now,
    )
    uow.observations.add(
        StoredObservation(
            space_id=space.id,
            observation=seen,
            source_code=OWN_SOURCE,
            user_id=actor.user_id,
            state="held" if held else "counted",
            note=note or None,
            note_state=_note_state(note, screened),
            device_lon=answer.device_lon,
            device_lat=answer.device_lat,
            accuracy_m=answer.accuracy_m,
        )
    )
    if answer.photo is not None:
        photo_id = new_id()
        files.save(photo_id, answer.photo)
        uow.photos.add(photo_id, space.id, observation_id, answer.photo, now)
    follow_up(uow, actor, space, observation_id, screened, areas, now)
    return observation_id, held


def _quality(answer: Answer) -> Quality:
    if answer.photo is not None:
        return Quality.PHOTO_ONSITE
    return Quality.REMOTE if answer.remote else Quality.ONSITE_NO_PHOTO


def _note_state(note: str, screened: Screened) -> str:
    if not note:
        return "none"
    return "queued" if screened.text_rules or screened.answer_rules or screened.text_waits else "published"


def undo_observation(uow: UnitOfWork, actor: Actor, observation_id: UUID, now: datetime) -> str:
    """Take one's own observation back within two minutes; return the slug of its space, raise NotFound otherwise."""
    with uow:
        # Identifiers begin with the time of their making, so that no further column is needed to know their age.
        made_at = (observation_id.int >> 80) / 1000
        fresh = now.timestamp() - made_at <= UNDO_FOR.total_seconds()
        # The space is locked before its observations, as everybody does who writes one.
        space_id = uow.observations.space_of(observation_id) if fresh else None
        space = uow.spaces.get(space_id, lock=True) if space_id else None
        if space is None or uow.observations.withdraw(observation_id, actor.reporter) != space.id:
            raise NotFound("there is nothing to take back")
        refresh(uow, space.id, now.date())
        uow.audit.add(actor, "observation_withdrawn", "space", space.id, at=now)
        uow.commit()
    return space.slug


def digest(body: str) -> str:
    """Return the SHA-256 of a request's meaning, to recognise the same request under the same key."""
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
