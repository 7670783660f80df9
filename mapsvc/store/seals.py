"""The links of the hash chain over the history, and the entries that they seal, exactly as they are stored."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, cast, func, insert, select

from mapsvc.domain.seals import Seal, SealedRow
from mapsvc.store.engine import allow_long_work
from mapsvc.store.machinery_tables import audit_log, audit_seals

# The name of the sealer's lock among the advisory locks of this database.
_LOCK = "mapsvc seal-audit"
_BATCH = 2_000

_ROW = (
    audit_log.c.id.label("log_id"),
    audit_log.c.at,
    audit_log.c.actor_user_id,
    audit_log.c.actor_kind,
    audit_log.c.action,
    audit_log.c.noun,
    audit_log.c.record_id,
    # The text of a JSON value is the same whatever driver reads it, and keeps every digit of a number.
    cast(audit_log.c.before, Text).label("before"),
    cast(audit_log.c.after, Text).label("after"),
    audit_log.c.reason,
)


def _sealed_row(row: Row[Any]) -> SealedRow:
    values = row._mapping
    names = [name for name in SealedRow.__dataclass_fields__ if name != "id"]
    return SealedRow(id=values["log_id"], **{name: values[name] for name in names})


def _unsealed(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(audit_log.outerjoin(audit_seals, audit_seals.c.entry_id == audit_log.c.id))
        .where(audit_seals.c.entry_id.is_(None))
    )


class SealRepository:
    """Reads and continues the chain on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> bool:
        """Become the only sealer until this transaction ends; tell whether nobody else is."""
        allow_long_work(self._connection)
        return bool(self._connection.execute(select(func.pg_try_advisory_xact_lock(func.hashtext(_LOCK)))).scalar_one())

    def last(self) -> Seal | None:
        """Return the head of the chain."""
        query = select(audit_seals.c.seq, audit_seals.c.entry_id, audit_seals.c.sha256)
        row = self._connection.execute(query.order_by(audit_seals.c.seq.desc()).limit(1)).first()
        return None if row is None else Seal(row.seq, row.entry_id, row.sha256)

    def at(self, seq: int) -> Seal | None:
        """Return the link at a place of the chain."""
        query = select(audit_seals.c.seq, audit_seals.c.entry_id, audit_seals.c.sha256)
        row = self._connection.execute(query.where(audit_seals.c.seq == seq)).first()
        return None if row is None else Seal(row.seq, row.entry_id, row.sha256)

    def unsealed(self, limit: int) -> list[SealedRow]:
        """Return committed entries without a seal, the lowest numbers first."""
        rows = self._connection.execute(_unsealed(*_ROW).order_by(audit_log.c.id).limit(limit))
        return [_sealed_row(row) for row in rows]

    def add(self, seals: list[Seal], at: datetime) -> None:
        """Append links."""
        rows = [{"seq": one.seq, "entry_id": one.entry_id, "sha256": one.sha256, "sealed_at": at} for one in seals]
        if rows:
            self._connection.execute(insert(audit_seals), rows)

    def links(self) -> Iterator[tuple[Seal, SealedRow | None]]:
        """Yield every link in the order of the chain with the entry that it seals, None where that is gone."""
        allow_long_work(self._connection)
        query: Select[Any] = select(audit_seals.c.seq, audit_seals.c.entry_id, audit_seals.c.sha256, *_ROW).select_from(
            audit_seals.outerjoin(audit_log, audit_log.c.id == audit_seals.c.entry_id)
        )
        place: int | None = None
        while True:
            part = query if place is None else query.where(audit_seals.c.seq > place)
            rows = self._connection.execute(part.order_by(audit_seals.c.seq).limit(_BATCH)).all()
            for row in rows:
                seal = Seal(row.seq, row.entry_id, row.sha256)
                yield seal, None if row.log_id is None else _sealed_row(row)
            if len(rows) < _BATCH:
                return
            place = rows[-1].seq

    def tail(self) -> tuple[int, int]:
        """Return how many entries have no seal yet, and how many of them are older by number than a sealed one."""
        allow_long_work(self._connection)
        highest = select(func.coalesce(func.max(audit_seals.c.entry_id), 0)).scalar_subquery()
        counts = (func.count(), func.count().filter(audit_log.c.id < highest))
        row = self._connection.execute(_unsealed(*counts)).one()
        return int(row[0]), int(row[1])
