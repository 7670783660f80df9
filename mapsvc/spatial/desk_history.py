"""The history as the desk reads it: of one record, of everything in an account's areas, and the state of its chain."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.domain.history import references, resolved
from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import source

#: Entries of one page.
PAGE = 40
#: The most entries that one export holds.
MOST_EXPORTED = 50_000
_NAMES = {
    "space": "SELECT id, slug, name FROM spaces WHERE id = ANY (CAST(:ids AS uuid[]))",
    "area": "SELECT id, slug, name FROM areas WHERE id = ANY (CAST(:ids AS uuid[]))",
    "group": "SELECT id, slug, name FROM groups WHERE id = ANY (CAST(:ids AS uuid[]))",
    "map": "SELECT id, slug, title AS name FROM curated_maps WHERE id = ANY (CAST(:ids AS uuid[]))",
    "collective": "SELECT id, slug, name FROM collectives WHERE id = ANY (CAST(:ids AS uuid[]))",
}


@dataclass(frozen=True)
class AuditQuery:
    """What the page about the history shows; empty means everything. Days are whole UTC days, both included."""

    noun: str = ""
    action: str = ""
    who: str = ""
    first: date | None = None
    last: date | None = None

    def sql(self) -> tuple[str, dict[str, Any]]:
        """Return conditions, each beginning with AND, and their parameters."""
        equal = {"noun": "l.noun", "action": "l.action", "who": "l.actor_kind"}
        parts = [f"AND {column} = :{name}" for name, column in equal.items() if getattr(self, name)]
        params: dict[str, Any] = {name: getattr(self, name) for name in equal if getattr(self, name)}
        if self.first:
            parts.append("AND l.at >= :first")
            params["first"] = self.first
        if self.last:
            parts.append("AND l.at < :end")
            params["end"] = self.last + timedelta(days=1)
        return " ".join(parts), params


def of_record(
    connection: Connection,
    noun: str,
    record_id: str,
    *,
    actions: Collection[str] | None = None,
    number: int = 1,
    size: int = PAGE,
) -> tuple[list[dict[str, Any]], int]:
    """Return a page (counted from 1) of the entries about a record, the newest first, and how many there are."""
    query = text(
        "SELECT l.id, l.at, l.actor_kind, u.name AS actor_name, l.action, l.noun, l.before, l.after, l.reason,"
        " count(*) OVER () AS total FROM audit_log l LEFT JOIN users u ON u.id = l.actor_user_id"
        " WHERE l.noun = :noun AND l.record_id = :id AND (:every OR l.action = ANY (CAST(:actions AS text[])))"
        " ORDER BY l.id DESC LIMIT :limit OFFSET :offset"
    )  # fmt: skip
    params = {"noun": noun, "id": record_id, "every": actions is None, "actions": list(actions or ())}
    rows = connection.execute(query, params | {"limit": size, "offset": (number - 1) * size}).all()
    found = [dict(row._mapping) for row in rows]
    return filled(connection, found), found[0]["total"] if found else 0


def filled(connection: Connection, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return entries with the personal values that they refer to; an erased one reads `domain.history.ERASED`."""
    members = ("before", "after", "reason")
    known = _known(connection, references(row[name] for row in rows for name in members))
    return [{**row, **{name: resolved(row[name], known) for name in members}} for row in rows]


def _known(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, object]:
    wanted = [str(one) for one in ids]
    if not wanted:
        return {}
    query = text(
        "SELECT id, value FROM personal_values WHERE id = ANY (CAST(:ids AS uuid[])) AND erased_at IS NULL"
    )  # fmt: skip
    return {row.id: row.value for row in connection.execute(query, {"ids": wanted})}


def page(connection: Connection, scope: Scope, query: AuditQuery, number: int, size: int = PAGE) -> tuple[
    list[dict[str, Any]], bool
]:  # fmt: skip
    """Return a page (counted from 1) of the history of a scope as it is stored, and whether more follows."""
    conditions, params = query.sql()
    # Conditions are constants of this module; values travel as parameters only.
    statement = text(source("desk_audit").replace("{conditions}", conditions))
    values = scope.params() | params | {"limit": size + 1, "offset": (number - 1) * size}
    rows = [dict(row._mapping) for row in connection.execute(statement, values)]
    return rows[:size], len(rows) > size


def records(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return slug and name of the records that entries are about, by noun and id; none for what has no page."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for noun, query in _NAMES.items():
        ids = sorted({row["record_id"] for row in rows if row["noun"] == noun and _is_id(row["record_id"])})
        if ids:
            for row in connection.execute(text(query), {"ids": ids}):
                found[noun, str(row.id)] = (row.slug, row.name)
    return found


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def chain(connection: Connection) -> dict[str, Any]:
    """Return the state of the chain: links, head, when it last grew, what waits, and how the last check ended."""
    row = connection.execute(
        text(
            "SELECT s.seq AS sealed, s.sha256 AS head, s.sealed_at,"
            " (SELECT count(*) FROM audit_log) - coalesce(s.seq, 0) AS waiting,"
            " r.finished_at AS checked_at, coalesce(CAST(r.report ->> 'broken_at' AS bigint), 0) AS broken_at"
            " FROM (SELECT 1) one LEFT JOIN (SELECT * FROM audit_seals ORDER BY seq DESC LIMIT 1) s ON true"
            " LEFT JOIN (SELECT * FROM job_runs WHERE name = 'verify-audit' AND report IS NOT NULL"
            " ORDER BY finished_at DESC LIMIT 1) r ON true"
        )
    ).one()
    return dict(row._mapping)
