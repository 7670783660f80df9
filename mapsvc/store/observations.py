"""Observations in the database; immutable but for their state."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind, StoredObservation
from mapsvc.domain.rulings import Subject, Waiting
from mapsvc.store.care_tables import reporters, rulings
from mapsvc.store.tables import observations, photos, sources


class ObservationRepository:
    """Reads and writes observations on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, observation: StoredObservation) -> None:
        """Add an observation."""
        said = observation.observation
        device_point = None
        if observation.device_lon is not None:
            device_point = func.ST_SetSRID(func.ST_MakePoint(observation.device_lon, observation.device_lat), 4326)
        self._connection.execute(
            insert(observations).values(
                id=UUID(said.id),
                space_id=observation.space_id,
                claim=said.claim.value,
                source_kind=said.source_kind.value,
                quality=said.quality.value,
                observed_at=said.observed_at,
                submitted_at=said.submitted_at,
                reporter=said.reporter,
                cluster_key=said.cluster_key,
                user_id=observation.user_id,
                state=observation.state,
                note=observation.note,
                note_state=observation.note_state,
                device_point=device_point,
                accuracy_m=observation.accuracy_m,
                source_id=select(sources.c.id).where(sources.c.code == observation.source_code).scalar_subquery(),
                source_key=observation.source_key,
            )
        )

    def counted(self, space_id: UUID) -> list[Observation]:
        """Return the observations of a space that count, the oldest first."""
        query = (
            select(observations, func.coalesce(reporters.c.reliability, 1.0).label("reliability"))
            .outerjoin(reporters, reporters.c.reporter == observations.c.reporter)
            .where(observations.c.space_id == space_id, observations.c.state == "counted")
            .order_by(observations.c.observed_at, observations.c.submitted_at, observations.c.id)
        )
        return [to_observation(row._mapping) for row in self._connection.execute(query)]

    def withdraw(self, observation_id: UUID, reporter: str) -> UUID | None:
        """Withdraw an observation of this reporter with its text and photo; return its space, None without such."""
        query = (
            update(observations)
            .where(
                observations.c.id == observation_id,
                observations.c.reporter == reporter,
                observations.c.state.in_(("counted", "held")),
            )
            .values(state="withdrawn", note=None, note_state="none")
            .returning(observations.c.space_id)
        )
        space_id = self._connection.execute(query).scalar_one_or_none()
        if space_id is not None:
            self._connection.execute(
                update(photos).where(photos.c.observation_id == observation_id).values(state="rejected")
            )
        return space_id

    def waiting(self, space_id: UUID, seen_at: datetime) -> list[Waiting]:
        """Return the texts and photos of a space that waited at `seen_at`; what was written later is another text."""
        notes = (
            select(observations.c.id, observations.c.note)
            .where(
                observations.c.space_id == space_id,
                observations.c.note_state == "queued",
                _written_at() <= seen_at,
            )
            .order_by(observations.c.submitted_at, observations.c.id)
            .with_for_update()
        )
        pictures = (
            select(photos.c.id, photos.c.observation_id)
            .where(photos.c.space_id == space_id, photos.c.state == "submitted", photos.c.created_at <= seen_at)
            .order_by(photos.c.created_at, photos.c.id)
            .with_for_update()
        )
        found = [Waiting(Subject.NOTE, row.id, row.id, row.note) for row in self._connection.execute(notes)]
        return found + [
            Waiting(Subject.PHOTO, row.id, row.observation_id) for row in self._connection.execute(pictures)
        ]

    def space_of(self, observation_id: UUID) -> UUID | None:
        """Return the space that an observation is about."""
        query = select(observations.c.space_id).where(observations.c.id == observation_id)
        return self._connection.execute(query).scalar_one_or_none()

    def queued_note(self, observation_id: UUID) -> tuple[Waiting, datetime] | None:
        """Return a text that waits and when it was written; locked against other deciders."""
        query = (
            select(observations.c.note, _written_at().label("at"))
            .where(observations.c.id == observation_id, observations.c.note_state == "queued")
            .with_for_update()
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else (Waiting(Subject.NOTE, observation_id, observation_id, row.note), row.at)

    def settle_note(self, observation_id: UUID, state: str, text: str | None, at: datetime) -> None:
        """Give a text a moderator's state, worded as it is shown."""
        self._connection.execute(
            update(observations)
            .where(observations.c.id == observation_id)
            .values(note_state=state, note=text, decided_at=at)
        )

    def settle_photo(self, photo_id: UUID, state: str, reason: str | None, at: datetime) -> None:
        """Give a photo a moderator's state, and raise its version so that a later decision sees this one."""
        self._connection.execute(
            update(photos)
            .where(photos.c.id == photo_id)
            .values(state=state, reason=reason, decided_at=at, version=photos.c.version + 1)
        )

    def refused_note(self, observation_id: UUID) -> str | None:
        """Return the text of an observation as it was refused; None when its sender took it back or wrote another."""
        query = select(observations.c.note).where(
            observations.c.id == observation_id, observations.c.note_state == "rejected"
        )
        return self._connection.execute(query).scalar_one_or_none()

    def state_of(self, observation_id: UUID) -> str | None:
        """Return whether an observation counts, is held, was rejected or withdrawn."""
        query = select(observations.c.state).where(observations.c.id == observation_id)
        return self._connection.execute(query).scalar_one_or_none()

    def wait_again(self, space_id: UUID) -> None:
        """Let the texts and photos that were refused together with their place wait for a look again.

        What was refused by a decision of its own, or taken back by its sender, stays away.
        """
        of_parts = rulings.c.subject.in_(["note", "photo"])
        alone = select(rulings.c.record_id).where(rulings.c.space_id == space_id, of_parts)
        taken_back = select(observations.c.id).where(observations.c.state == "withdrawn")
        self._connection.execute(
            update(observations)
            .where(
                observations.c.space_id == space_id,
                observations.c.note_state == "rejected",
                observations.c.state != "withdrawn",
                observations.c.id.not_in(alone),
            )
            .values(note_state="queued")
        )
        self._connection.execute(
            update(photos)
            .where(
                photos.c.space_id == space_id,
                photos.c.state == "rejected",
                photos.c.id.not_in(alone),
                or_(photos.c.observation_id.is_(None), photos.c.observation_id.not_in(taken_back)),
            )
            .values(state="submitted", reason=None, decided_at=None, version=photos.c.version + 1)
        )

    def reporter_of(self, observation_id: UUID) -> str | None:
        """Return who reported it."""
        query = select(observations.c.reporter).where(observations.c.id == observation_id)
        return self._connection.execute(query).scalar_one_or_none()


def _written_at() -> ColumnElement[datetime]:
    return func.coalesce(observations.c.note_at, observations.c.submitted_at)


def to_observation(row: Any) -> Observation:
    """Return the observation of a mapping with the columns of the table and the reliability of its reporter."""
    return Observation(
        id=str(row["id"]),
        claim=Claim(row["claim"]),
        source_kind=SourceKind(row["source_kind"]),
        quality=Quality(row["quality"]),
        observed_at=row["observed_at"],
        submitted_at=row["submitted_at"],
        reporter=row["reporter"],
        cluster_key=row["cluster_key"],
        reliability=row["reliability"],
    )
