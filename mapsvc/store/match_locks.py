"""What officers decided before a run, in the database."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, insert, select, update

from mapsvc.domain.match_locks import Lock, LockKind, LockReason
from mapsvc.store.call_tables import applications, lots, match_locks

_READ = ("application", "lot", "reason")


class MatchLockRepository:
    """Reads and writes locks on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_call(self, call_id: UUID) -> list[Lock]:
        """Return every lock of a call, lifted ones too, in the order in which they were written."""
        query = _select().where(match_locks.c.call_id == call_id)
        rows = self._connection.execute(query.order_by(match_locks.c.created_at, match_locks.c.id))
        return [_lock(row) for row in rows]

    def get(self, lock_id: UUID, *, lock: bool = False) -> Lock | None:
        """Return a lock, locked against other writers on request."""
        query = _select().where(match_locks.c.id == lock_id)
        row = self._connection.execute(query.with_for_update(of=match_locks) if lock else query).one_or_none()
        return None if row is None else _lock(row)

    def add(self, lock: Lock) -> None:
        """Add a lock."""
        values = {name: value for name, value in asdict(lock).items() if name not in _READ}
        self._connection.execute(insert(match_locks).values(**values, reason_code=lock.reason))

    def update(self, lock: Lock) -> None:
        """Write who signed or lifted it."""
        self._connection.execute(
            update(match_locks)
            .where(match_locks.c.id == lock.id)
            .values(
                signed_by=lock.signed_by, signed_at=lock.signed_at, lifted_by=lock.lifted_by, lifted_at=lock.lifted_at
            )
        )


def _select() -> Select[Any]:
    return (
        select(match_locks, applications.c.code.label("application"), lots.c.number.label("lot"))
        .outerjoin(applications, applications.c.id == match_locks.c.application_id)
        .outerjoin(lots, lots.c.id == match_locks.c.lot_id)
    )


def _lock(row: Row[Any]) -> Lock:
    values = dict(row._mapping)
    number, reason = values.pop("lot"), values.pop("reason_code")
    values |= {"kind": LockKind(values["kind"]), "reason": LockReason(reason)}
    return Lock(**values, lot=None if number is None else str(number))
