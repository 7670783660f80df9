"""Observations of groups about a provisional list, in the database."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, insert, select, update

from mapsvc.domain.call_observations import CallObservation
from mapsvc.store.call_tables import applications, call_observations


class CallObservationRepository:
    """Reads and writes observations on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, observation: CallObservation) -> None:
        """Add an observation."""
        values = {name: value for name, value in asdict(observation).items() if name != "code"}
        self._connection.execute(insert(call_observations).values(**values))

    def get(self, observation_id: UUID) -> CallObservation | None:
        """Return one, locked against other writers."""
        query = _read().where(call_observations.c.id == observation_id).with_for_update(of=call_observations)
        return next(iter(self._all(query)), None)

    def of_call(self, call_id: UUID) -> list[CallObservation]:
        """Return those of a call, unanswered ones first, then by time."""
        column = call_observations.c
        query = _read().where(column.call_id == call_id)
        return self._all(query.order_by(column.answered_at.is_not(None), column.received_at, column.id))

    def of_application(self, application_id: UUID) -> list[CallObservation]:
        """Return those of one group by time."""
        column = call_observations.c
        return self._all(_read().where(column.application_id == application_id).order_by(column.received_at, column.id))

    def answer(self, observation_id: UUID, answer: str, user_id: int | None, now: datetime) -> bool:
        """Keep the answer; False when somebody answered before."""
        column = call_observations.c
        statement = update(call_observations).where(column.id == observation_id, column.answered_at.is_(None))
        values = {"answer": answer, "answered_by": user_id, "answered_at": now}
        return self._connection.execute(statement.values(**values)).rowcount == 1

    def _all(self, query: Select[Any]) -> list[CallObservation]:
        return [CallObservation(**row._mapping) for row in self._connection.execute(query)]


def _read() -> Select[Any]:
    joined = call_observations.join(applications, applications.c.id == call_observations.c.application_id)
    return select(call_observations, applications.c.code).select_from(joined)
