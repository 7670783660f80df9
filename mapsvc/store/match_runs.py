"""Runs of the matching in the database, which lets one of a call be under way and one be adopted."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from mapsvc.domain.match_runs import UNDER_WAY, MatchRun, RunKind, RunState, RunSummary
from mapsvc.store.call_tables import applications, lots, match_runs

_SUMMARY = (
    "id", "kind", "state", "started_at", "started_by", "changes", "input_sha256", "result_sha256", "adopted_at",
    "version",
)  # fmt: skip
# Another transaction wrote what this one was about to write: the row came (23505), changed (40001), or is still
# being written (55P03).
_BEATEN = frozenset({"23505", "40001", "55P03"})


class MatchRunRepository:
    """Reads and writes runs on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, run: MatchRun) -> bool:
        """Add a run; tell whether there was room: False when another one of the call is under way."""
        try:
            return self._connection.execute(insert(match_runs).values(**asdict(run))).rowcount == 1
        except DBAPIError as error:
            if _is_beaten(error):
                return False
            raise

    def get(self, run_id: UUID, *, lock: bool = False) -> MatchRun | None:
        """Return a run, locked against other writers on request."""
        return self._one(select(match_runs).where(match_runs.c.id == run_id), lock)

    def update(self, run: MatchRun) -> bool:
        """Write a run if its version still holds, raise the version; tell whether it did."""
        values = {**asdict(run), "version": match_runs.c.version + 1}
        statement = update(match_runs).where(match_runs.c.id == run.id, match_runs.c.version == run.version)
        try:
            return self._connection.execute(statement.values(**values)).rowcount == 1
        except DBAPIError as error:
            if _is_beaten(error):
                return False
            raise

    def of_call(self, call_id: UUID) -> list[RunSummary]:
        """Return the runs of a call, the latest first."""
        query = select(*(match_runs.c[name] for name in _SUMMARY)).where(match_runs.c.call_id == call_id)
        rows = self._connection.execute(query.order_by(match_runs.c.started_at.desc(), match_runs.c.id))
        return [_summary(row) for row in rows]

    def adopted(self, call_id: UUID, *, lock: bool = False) -> MatchRun | None:
        """Return the adopted run of a call."""
        return self._one(
            select(match_runs).where(match_runs.c.call_id == call_id, match_runs.c.state == RunState.ADOPTED), lock
        )

    def under_way(self, call_id: UUID) -> MatchRun | None:
        """Return the official run that the office works on."""
        states = [state.value for state in UNDER_WAY]
        return self._one(
            select(match_runs).where(
                match_runs.c.call_id == call_id,
                match_runs.c.kind != RunKind.SIMULATION,
                match_runs.c.state.in_(states),
            ),
            False,
        )

    def gone(self, run: MatchRun) -> tuple[list[str], list[str]]:
        """Return the applications and the lots of a run that were withdrawn since, by their ids in the snapshot."""
        people = {UUID(value): name for name, value in run.ids.get("applications", {}).items()}
        places = {UUID(value): name for name, value in run.ids.get("lots", {}).items()}
        withdrawn = self._connection.scalars(
            # Whoever withdraws now waits for this transaction, and is then told that the run was adopted.
            select(applications.c.id)
            .where(applications.c.id.in_(people), applications.c.state == "withdrawn")
        )  # fmt: skip
        lost = self._connection.scalars(
            select(lots.c.id).where(lots.c.id.in_(places), lots.c.withdrawn_at.is_not(None))
        )
        return sorted(people[one] for one in withdrawn), sorted(places[one] for one in lost)

    def _one(self, query: Select[Any], lock: bool) -> MatchRun | None:
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _run(row)


def _is_beaten(error: DBAPIError) -> bool:
    return getattr(error.orig, "pgcode", None) in _BEATEN


def _run(row: Row[Any]) -> MatchRun:
    values = dict(row._mapping)
    return MatchRun(**{**values, "kind": RunKind(values["kind"]), "state": RunState(values["state"])})


def _summary(row: Row[Any]) -> RunSummary:
    values = dict(row._mapping)
    return RunSummary(**{**values, "kind": RunKind(values["kind"]), "state": RunState(values["state"])})
