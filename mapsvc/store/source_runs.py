"""Runs of registers that somebody follows, in the database: how far they are, what they found, what was decided."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.imports import RowProblem
from mapsvc.domain.source_runs import AT_WORK, OPEN, Choice, Decision, FoundRow, RunState, SourceRun
from mapsvc.domain.sources import ColumnQuestion, RowKind
from mapsvc.domain.uploads import FieldChange
from mapsvc.store.machinery_tables import source_files, source_run_rows, source_runs
from mapsvc.store.tables import sources

ROWS_PER_STATEMENT = 2_000

_ADD_ROWS = """
INSERT INTO source_run_rows (run_id, row_key, kind, number, title, record_id, changes, disputed, remarks, mark)
SELECT :run, r.row_key, r.kind, r.number, r.title, r.record_id, r.changes, r.disputed, r.remarks, r.mark
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (row_key text, kind text, number integer, title text,
    record_id uuid, changes jsonb, disputed jsonb, remarks jsonb, mark text)
"""
_NOUN_TABLES = {"spaces": "spaces", "pacts": "pacts", "initiatives": "initiatives"}


class SourceRunRepository:
    """Reads and writes runs on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, run: SourceRun, data: bytes | None) -> bool:
        """Add a run with its file; tell whether it was, since a register has one open run at a time."""
        source_id = select(sources.c.id).where(sources.c.code == run.code).scalar_subquery()
        values = {"id": run.id, "source_id": source_id, "ran_at": run.ran_at, **_values(run)}
        added = self._connection.execute(
            insert(source_runs).values(**values).on_conflict_do_nothing().returning(source_runs.c.id)
        ).first()
        if added is not None:
            self._connection.execute(insert(source_files).values(run_id=run.id, data=data))
        return added is not None

    def get(self, run_id: UUID) -> SourceRun | None:
        """Return a run."""
        return self._one(_runs().where(source_runs.c.id == run_id))

    def open_of(self, code: str) -> SourceRun | None:
        """Return the run of a register that has not ended."""
        return self._one(_runs().where(sources.c.code == code, source_runs.c.state.in_(OPEN)))

    def recent(self, code: str, limit: int) -> list[SourceRun]:
        """Return the newest runs of a register, the newest first."""
        query = _runs().where(sources.c.code == code).order_by(source_runs.c.ran_at.desc(), source_runs.c.id.desc())
        return [_to_run(row._mapping) for row in self._connection.execute(query.limit(limit))]

    def take(self) -> UUID | None:
        """Return the oldest run that the worker has to do, its file locked until this transaction ends."""
        query = (
            select(source_files.c.run_id)
            .join(source_runs, source_runs.c.id == source_files.c.run_id)
            .where(source_runs.c.state.in_(AT_WORK))
            .order_by(source_runs.c.ran_at, source_runs.c.id)
            .limit(1)
            .with_for_update(of=source_files, skip_locked=True)
        )
        return self._connection.execute(query).scalar_one_or_none()

    def data(self, run_id: UUID) -> bytes | None:
        """Return the file of a run."""
        query = select(source_files.c.data).where(source_files.c.run_id == run_id)
        return self._connection.execute(query).scalar_one_or_none()

    def keep_data(self, run_id: UUID, data: bytes, file_name: str) -> None:
        """Keep a file that was fetched."""
        self._connection.execute(update(source_files).where(source_files.c.run_id == run_id).values(data=data))
        self._connection.execute(update(source_runs).where(source_runs.c.id == run_id).values(file_name=file_name))

    def change(self, run: SourceRun) -> bool:
        """Write everything about a run but its progress, if its version is still that of `run`; tell whether it was."""
        done = self._connection.execute(
            update(source_runs)
            .where(source_runs.c.id == run.id, source_runs.c.version == run.version)
            .values(**_values(run), version=source_runs.c.version + 1)
        )
        return done.rowcount == 1

    def progress(self, run_id: UUID, step: str, done: int, total: int) -> bool:
        """Note how far a run is; tell whether somebody asked to stop it."""
        query = (
            update(source_runs)
            .where(source_runs.c.id == run_id)
            .values(step=step, done_rows=done, all_rows=total)
            .returning(source_runs.c.stop_asked)
        )
        return bool(self._connection.execute(query).scalar_one_or_none())

    def ask_to_stop(self, run_id: UUID) -> None:
        """Ask the worker to stop a run at the next step."""
        self._connection.execute(update(source_runs).where(source_runs.c.id == run_id).values(stop_asked=True))

    def add_rows(self, run_id: UUID, rows: Sequence[FoundRow]) -> None:
        """Add rows that a run found."""
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            values = [_row_values(row) for row in rows[start : start + ROWS_PER_STATEMENT]]
            self._connection.execute(text(_ADD_ROWS), {"run": run_id, "rows": json.dumps(values)})

    def rows(self, run_id: UUID, kind: RowKind, limit: int, offset: int = 0) -> list[FoundRow]:
        """Return rows of one kind in the order of their keys."""
        query = (
            select(source_run_rows)
            .where(source_run_rows.c.run_id == run_id, source_run_rows.c.kind == kind.value)
            .order_by(source_run_rows.c.row_key, source_run_rows.c.number)
            .limit(limit)
            .offset(offset)
        )
        return [_to_row(row._mapping) for row in self._connection.execute(query)]

    def marks(self, run_id: UUID) -> dict[str, tuple[RowKind, str]]:
        """Return kind and mark of every row by its key, refused ones left out."""
        query = select(source_run_rows.c.row_key, source_run_rows.c.kind, source_run_rows.c.mark).where(
            source_run_rows.c.run_id == run_id, source_run_rows.c.kind != RowKind.REFUSED.value
        )
        return {row.row_key: (RowKind(row.kind), row.mark) for row in self._connection.execute(query)}

    def slugs(self, noun: str, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return the slugs of records of a noun, for links."""
        table = _NOUN_TABLES[noun]
        query = text(f"SELECT id, slug FROM {table} WHERE id = ANY (:ids)")  # noqa: S608 - one of a fixed set
        return {row.id: row.slug for row in self._connection.execute(query, {"ids": list(ids)})}

    def forget_rows(self, code: str, keep: Sequence[RowKind] = (), file_of: UUID | None = None) -> None:
        """Forget the rows and files of a register's runs, but for the rows of some kinds, and the file of one run."""
        source_id = select(sources.c.id).where(sources.c.code == code).scalar_subquery()
        of_register = select(source_runs.c.id).where(source_runs.c.source_id == source_id)
        kinds = [kind.value for kind in keep]
        self._connection.execute(
            delete(source_run_rows).where(
                source_run_rows.c.run_id.in_(of_register), source_run_rows.c.kind.not_in(kinds)
            )
        )
        others = source_files.c.run_id.in_(of_register) & source_files.c.run_id.is_distinct_from(file_of)
        self._connection.execute(update(source_files).where(others).values(data=None))

    def _one(self, query: Select[Any]) -> SourceRun | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _to_run(row._mapping)


def _runs() -> Select[Any]:
    return select(source_runs, sources.c.code).join(sources, sources.c.id == source_runs.c.source_id)


def _values(run: SourceRun) -> dict[str, Any]:
    decision = run.decision
    return {
        "file_sha256": run.file_sha256,
        "file_as_of": run.file_as_of,
        "counts": dict(run.counts),
        "state": run.state.value,
        "file_name": run.file_name,
        "asked_by": run.asked_by,
        "decided_by": run.decided_by,
        "ended_at": run.ended_at,
        "stopped_to_ask": run.stopped_to_ask,
        "stop_asked": run.stop_asked,
        "columns": dict(run.columns),
        "questions": [asdict(one) for one in run.questions],
        "decision": None if decision is None else {"kinds": sorted(decision.kinds), "rows": dict(decision.rows)},
        "accepted": run.accepted,
        "written": None if run.written is None else dict(run.written),
        "fault": run.fault or None,
        "fault_params": dict(run.fault_params),
    }


def _to_run(row: Mapping[Any, Any]) -> SourceRun:
    plain = (
        "id code ran_at file_name file_as_of file_sha256 counts asked_by decided_by ended_at stopped_to_ask stop_asked"
        " step done_rows all_rows columns accepted written fault_params version"
    ).split()
    return SourceRun(
        **{name: row[name] for name in plain},
        state=RunState(row["state"]),
        questions=tuple(ColumnQuestion(**one) for one in row["questions"]),
        decision=_to_decision(row["decision"]),
        fault=row["fault"] or "",
    )


def _to_decision(value: Mapping[str, Any] | None) -> Decision | None:
    if value is None:
        return None
    kinds = frozenset(RowKind(kind) for kind in value["kinds"])
    return Decision(kinds, {key: Choice(choice) for key, choice in value["rows"].items()})


def _row_values(row: FoundRow) -> dict[str, Any]:
    return {
        "row_key": row.key,
        "kind": row.kind.value,
        "number": row.number,
        "title": row.title,
        "record_id": str(row.record_id) if row.record_id else None,
        "changes": [asdict(one) for one in row.changes],
        "disputed": [asdict(one) for one in row.disputed],
        "remarks": [asdict(one) for one in row.remarks],
        "mark": row.mark,
    }


def _to_row(row: Mapping[Any, Any]) -> FoundRow:
    return FoundRow(
        key=row["row_key"],
        kind=RowKind(row["kind"]),
        title=row["title"],
        mark=row["mark"],
        record_id=row["record_id"],
        changes=tuple(FieldChange(**one) for one in row["changes"]),
        disputed=tuple(FieldChange(**one) for one in row["disputed"]),
        remarks=tuple(RowProblem(**one) for one in row["remarks"]),
        number=row["number"],
    )
