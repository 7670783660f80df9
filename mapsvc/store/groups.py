"""Community groups in the database."""

from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from mapsvc.domain.groups import Group
from mapsvc.store.tables import groups

_COLUMNS = [groups.c[item.name] for item in fields(Group)]


def _group(row: Row[Any]) -> Group:
    return Group(**row._mapping)


class GroupRepository:
    """Reads and writes groups on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, group_id: UUID, *, lock: bool = False) -> Group | None:
        """Return the group."""
        query = select(*_COLUMNS).where(groups.c.id == group_id)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _group(row)

    def by_slug(self, slug: str) -> Group | None:
        """Return the group with this slug."""
        row = self._connection.execute(select(*_COLUMNS).where(groups.c.slug == slug)).one_or_none()
        return None if row is None else _group(row)

    def add(self, group: Group) -> None:
        """Add a group."""
        self._connection.execute(insert(groups).values(asdict(group)))

    def update(self, group: Group) -> bool:
        """Write all fields if the version still holds; tell whether it did."""
        values = asdict(group)
        for name in ("id", "created_at", "requested_by", "version"):
            values.pop(name)
        result = self._connection.execute(
            update(groups)
            .where(groups.c.id == group.id, groups.c.version == group.version)
            .values(**values, version=groups.c.version + 1)
        )
        return result.rowcount == 1

    def waiting(self) -> list[Group]:
        """Return the groups that wait for approval, the oldest first."""
        query = select(*_COLUMNS).where(groups.c.state == "requested").order_by(groups.c.created_at, groups.c.id)
        return [_group(row) for row in self._connection.execute(query)]

    def all(self) -> list[Group]:
        """Return all groups in the order of their names."""
        return [_group(row) for row in self._connection.execute(select(*_COLUMNS).order_by(groups.c.name, groups.c.id))]
