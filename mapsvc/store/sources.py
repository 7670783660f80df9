"""Registers that are kept in step, in the database: how each is read, its runs, and what was seen of its rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from sys import intern
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, ScalarSelect, Select, Text, Uuid, any_, bindparam, cast, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.ids import new_id
from mapsvc.domain.imports import SourceInfo
from mapsvc.domain.rollback import ROLLED_BACK
from mapsvc.domain.sources import FileFormat, Register, Rhythm, RowKind, Run, Seen, SourceNoun
from mapsvc.domain.spaces import Space
from mapsvc.store.engine import allow_long_work
from mapsvc.store.machinery_tables import source_registers, source_reuses, source_rows, source_runs
from mapsvc.store.spaces import space_select, to_space
from mapsvc.store.tables import sources, spaces

ROWS_PER_STATEMENT = 1_000

_EDITED = """
SELECT record_id, array_agg(DISTINCT name) AS names
FROM audit_log, jsonb_object_keys(after) AS name
WHERE noun = :noun AND record_id = ANY (:ids) AND action = ANY (:actions) AND jsonb_typeof(after) = 'object'
GROUP BY record_id
"""

_REMEMBER = """
INSERT INTO source_rows (source_id, row_key, record_id, state, said, missed, first_seen_at, changed_at)
SELECT s.id, r.row_key, r.record_id, r.state, r.said, r.missed, :at, :at
FROM sources s, jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (row_key text, record_id uuid, state text, said jsonb,
    missed integer)
WHERE s.code = :code
ON CONFLICT (source_id, row_key) DO UPDATE SET record_id = excluded.record_id, state = excluded.state,
    said = excluded.said, missed = excluded.missed, changed_at = excluded.changed_at
"""


class _Said(Mapping[str, str]):
    """What was said of a row, as the text that the database gave: read as a mapping it takes three times the memory."""

    __slots__ = ("_text",)

    def __init__(self, said: str) -> None:
        self._text = said

    def _read(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self._text)
        return found

    def __getitem__(self, name: str) -> str:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


class SourceRepository:
    """Reads and writes registers on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, code: str, *, lock: bool = False) -> Register | None:
        """Return a register, locked against a second run on request."""
        query = _registers().where(sources.c.code == code)
        row = self._connection.execute(query.with_for_update(of=source_registers) if lock else query).one_or_none()
        return None if row is None else _to_register(row._mapping)

    def all(self) -> list[tuple[Register, Run | None]]:
        """Return every register with its last run, by code."""
        rows = self._connection.execute(_registers().order_by(sources.c.code)).all()
        registers = [_to_register(row._mapping) for row in rows]
        return [(one, self.last_run(one.info.code)) for one in registers]

    def add(self, register: Register) -> None:
        """Add a register, unless it is there."""
        info = register.info
        values = {
            "code": info.code,
            "title": info.title,
            "licence": info.licence,
            "attribution": info.attribution,
            "url": info.url or None,
            "demonstration": info.demonstration,
        }
        self._connection.execute(insert(sources).values(**values).on_conflict_do_nothing())
        self._connection.execute(
            insert(source_registers)
            .values(
                source_id=_id_of(info.code),
                noun=register.noun.value,
                mapping=register.mapping,
                rhythm=register.rhythm.value,
                removal_share=register.removal_share,
                columns=dict(register.columns),
                **_settings(register),
            )
            .on_conflict_do_nothing()
        )

    def set(self, register: Register) -> bool:
        """Write how a register is kept in step, if the stored version is still that of `register`; tell whether."""
        info = register.info
        done = self._connection.execute(
            update(source_registers)
            .where(source_registers.c.source_id == _id_of(info.code), source_registers.c.version == register.version)
            .values(
                rhythm=register.rhythm.value,
                removal_share=register.removal_share,
                columns=dict(register.columns),
                **_settings(register),
                version=source_registers.c.version + 1,
            )
        )
        texts = {"title": info.title, "licence": info.licence, "attribution": info.attribution, "url": info.url or None}
        if done.rowcount == 1:
            self._connection.execute(update(sources).where(sources.c.code == info.code).values(**texts))
        return done.rowcount == 1

    def keep_known_columns(self, code: str, columns: Mapping[str, str]) -> None:
        """Remember what each column of the newest file stood for."""
        self._register(code, known_columns=dict(columns))

    def note_fetched(self, code: str, at: datetime) -> None:
        """Note when the register was fetched last, or tried to be."""
        self._register(code, fetched_at=at)

    def _register(self, code: str, **values: object) -> None:
        statement = update(source_registers).where(source_registers.c.source_id == _id_of(code)).values(**values)
        self._connection.execute(statement)

    def lift_time_limit(self) -> None:
        """Let the statements of this transaction take as long as a large register needs."""
        allow_long_work(self._connection)

    def keep_columns(self, code: str, columns: Mapping[str, str]) -> None:
        """Remember the answers about renamed columns."""
        self._register(code, columns=dict(columns))

    def last_run(self, code: str) -> Run | None:
        """Return the last run."""
        query = (
            select(source_runs)
            .where(source_runs.c.source_id == _id_of(code), source_runs.c.state == "done")
            .order_by(source_runs.c.ran_at.desc(), source_runs.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Run(row.file_sha256, row.file_as_of, row.ran_at, row.counts)

    def add_run(self, code: str, run: Run) -> None:
        """Add a run."""
        self._connection.execute(
            insert(source_runs).values(
                id=new_id(),
                source_id=_id_of(code),
                file_sha256=run.file_sha256,
                file_as_of=run.file_as_of,
                ran_at=run.ran_at,
                counts=dict(run.counts),
            )
        )

    def seen(self, code: str) -> list[Seen]:
        """Return what was seen of every key."""
        reused = select(source_reuses).where(source_reuses.c.source_id == _id_of(code))
        chains: dict[str, list[UUID]] = {}
        for row in self._connection.execute(reused.order_by(source_reuses.c.noticed_at.desc())):
            chains.setdefault(row.row_key, []).extend((row.new_record_id, row.old_record_id))
        columns = (source_rows.c.row_key, source_rows.c.record_id, source_rows.c.state, source_rows.c.missed)
        said = cast(source_rows.c.said, Text).label("said_text")
        query = select(*columns, said).where(source_rows.c.source_id == _id_of(code))
        rows = self._connection.execute(query.execution_options(yield_per=ROWS_PER_STATEMENT))
        return [
            Seen(
                row.row_key,
                row.record_id,
                intern(row.state),
                _Said(row.said_text),
                row.missed,
                tuple(one for one in dict.fromkeys(chains.get(row.row_key, ())) if one != row.record_id),
            )
            for row in rows
        ]

    def remember(self, code: str, rows: Sequence[Seen], at: datetime) -> None:
        """Write what was seen of some keys."""
        for start in range(0, len(rows), ROWS_PER_STATEMENT):
            values = [
                {
                    "row_key": row.key,
                    "record_id": str(row.record_id),
                    "state": row.state,
                    "said": dict(row.said),
                    "missed": row.missed,
                }
                for row in rows[start : start + ROWS_PER_STATEMENT]
            ]
            params = {"code": code, "at": at, "rows": json.dumps(values)}
            self._connection.execute(text(_REMEMBER), params)

    def add_reuse(self, code: str, key: str, old: UUID, new: UUID, at: datetime) -> None:
        """Note that a key was given to something else."""
        values = {"row_key": key, "old_record_id": old, "new_record_id": new, "noticed_at": at}
        statement = insert(source_reuses).values(source_id=_id_of(code), **values)
        self._connection.execute(statement.on_conflict_do_nothing())

    def edited_here(self, noun: str, ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
        """Return the fields that somebody changed by hand, by record."""
        params = {"noun": noun, "ids": [str(one) for one in ids], "actions": ["edited", ROLLED_BACK]}
        rows = self._connection.execute(text(_EDITED), params)
        return {UUID(row.record_id): frozenset(row.names) for row in rows}

    def spaces_of(self, code: str) -> list[tuple[str, UUID, bool]]:
        """Return key and id of every space of the source, and whether it was joined with another one."""
        query = select(spaces.c.source_key, spaces.c.id, spaces.c.record_state).where(
            spaces.c.source_id == _id_of(code)
        )
        return [(row.source_key, row.id, row.record_state == "merged") for row in self._connection.execute(query)]

    def spaces(self, ids: Sequence[UUID]) -> list[Space]:
        """Return some spaces, but for those that were joined with another one."""
        chosen = spaces.c.id == any_(bindparam("ids", list(ids), type_=ARRAY(Uuid)))
        query = space_select().where(chosen, spaces.c.record_state != "merged")
        return [to_space(row) for row in self._connection.execute(query)]


def _settings(register: Register) -> dict[str, Any]:
    return {
        "fetch_url": register.fetch_url or None,
        "format": register.format.value,
        "accepts": sorted(register.accepts),
        "grid": register.grid,
        "paused": register.paused,
    }


def _registers() -> Select[Any]:
    return select(source_registers, sources).join(sources, sources.c.id == source_registers.c.source_id)


def _id_of(code: str) -> ScalarSelect[Any]:
    return select(sources.c.id).where(sources.c.code == code).scalar_subquery()


def _to_register(row: Mapping[Any, Any]) -> Register:
    info = SourceInfo(
        row["code"], row["title"], row["licence"], row["attribution"], row["url"] or "", row["demonstration"]
    )
    return Register(
        info,
        SourceNoun(row["noun"]),
        row["mapping"],
        Rhythm(row["rhythm"]),
        row["removal_share"],
        row["columns"],
        row["fetch_url"] or "",
        FileFormat(row["format"]),
        frozenset(RowKind(kind) for kind in row["accepts"]),
        row["grid"],
        row["known_columns"],
        row["paused"],
        row["fetched_at"],
        row["version"],
    )
