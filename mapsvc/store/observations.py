"""Observations in the database; immutable but for their state."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind, StoredObservation
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
            select(observations)
            .where(observations.c.space_id == space_id, observations.c.state == "counted")
            .order_by(observations.c.observed_at, observations.c.submitted_at, observations.c.id)
        )
        return [to_observation(row._mapping) for row in self._connection.execute(query)]

    def withdraw(self, observation_id: UUID, reporter: str) -> UUID | None:
        """Withdraw an observation of this reporter; return its space, or None when there is no such."""
        query = (
            update(observations)
            .where(
                observations.c.id == observation_id,
                observations.c.reporter == reporter,
                observations.c.state == "counted",
            )
            .values(state="withdrawn")
            .returning(observations.c.space_id)
        )
        return self._connection.execute(query).scalar_one_or_none()

    def settle_notes(self, space_id: UUID, state: str, seen_at: datetime) -> None:
        """Give the notes and photos that waited at `seen_at` a moderator's state; later ones go on waiting."""
        self._connection.execute(
            update(observations)
            .where(
                observations.c.space_id == space_id,
                observations.c.note_state == "queued",
                observations.c.submitted_at <= seen_at,
            )
            .values(note_state=state)
        )
        self._connection.execute(
            update(photos)
            .where(photos.c.space_id == space_id, photos.c.state == "submitted", photos.c.created_at <= seen_at)
            .values(state=state)
        )

    def reporter_of(self, observation_id: UUID) -> str | None:
        """Return who reported it."""
        query = select(observations.c.reporter).where(observations.c.id == observation_id)
        return self._connection.execute(query).scalar_one_or_none()


def to_observation(row: Any) -> Observation:
    """Return the observation of a mapping with the columns of the table or of `public_observations`."""
    return Observation(
        id=str(row["id"]),
        claim=Claim(row["claim"]),
        source_kind=SourceKind(row["source_kind"]),
        quality=Quality(row["quality"]),
        observed_at=row["observed_at"],
        submitted_at=row["submitted_at"],
        reporter=row["reporter"],
        cluster_key=row["cluster_key"],
    )
