"""The runs of jobs: each due moment of a job is one row, taken by one worker at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.store.machinery_tables import job_runs


@dataclass(frozen=True, slots=True)
class JobRun:
    """One due moment of a job."""

    id: int
    name: str
    due_at: datetime


class JobRepository:
    """Enters, takes and closes runs on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def enter(self, name: str, due_at: datetime) -> bool:
        """Note that a job is due; tell whether it is new, since several workers look at the same timetable."""
        query = insert(job_runs).values(name=name, due_at=due_at).on_conflict_do_nothing()
        return self._connection.execute(query.returning(job_runs.c.id)).first() is not None

    def take(self, now: datetime, name: str | None = None) -> JobRun | None:
        """Return the oldest run that is due, locked until this transaction ends; a worker that dies gives it back."""
        query = select(job_runs.c.id, job_runs.c.name, job_runs.c.due_at).where(
            job_runs.c.started_at.is_(None), job_runs.c.due_at <= now
        )
        if name is not None:
            query = query.where(job_runs.c.name == name)
        row = self._connection.execute(
            query.order_by(job_runs.c.due_at, job_runs.c.id).limit(1).with_for_update(skip_locked=True)
        ).first()
        return None if row is None else JobRun(row.id, row.name, row.due_at)

    def finish(
        self, run_id: int, started_at: datetime, finished_at: datetime, report: dict[str, Any] | None, error: str | None
    ) -> None:
        """Close a run with what it did, or with what stopped it."""
        values = {"started_at": started_at, "finished_at": finished_at, "report": report, "error": error}
        self._connection.execute(update(job_runs).where(job_runs.c.id == run_id).values(**values))

    def note(self, name: str, at: datetime, finished_at: datetime, report: dict[str, Any]) -> None:
        """Note a run that was asked for by hand and is done."""
        values = {"name": name, "due_at": at, "started_at": at, "finished_at": finished_at, "report": report}
        self._connection.execute(insert(job_runs).values(**values).on_conflict_do_nothing())
