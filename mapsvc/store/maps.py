"""Maps of groups in the database."""

from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from mapsvc.domain.maps import CuratedMap
from mapsvc.store.tables import curated_maps

_COLUMNS = [curated_maps.c[item.name] for item in fields(CuratedMap)]


def _map(row: Row[Any]) -> CuratedMap:
    return CuratedMap(**row._mapping)


class MapRepository:
    """Reads and writes maps of groups on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_slug(self, slug: str) -> CuratedMap | None:
        """Return the map with this slug."""
        row = self._connection.execute(select(*_COLUMNS).where(curated_maps.c.slug == slug)).one_or_none()
        return None if row is None else _map(row)

    def add(self, curated_map: CuratedMap) -> None:
        """Add a map."""
        self._connection.execute(insert(curated_maps).values(asdict(curated_map)))

    def update(self, curated_map: CuratedMap) -> bool:
        """Write all fields if the version still holds; tell whether it did."""
        values = asdict(curated_map)
        for name in ("id", "created_at", "created_by", "version"):
            values.pop(name)
        result = self._connection.execute(
            update(curated_maps)
            .where(curated_maps.c.id == curated_map.id, curated_maps.c.version == curated_map.version)
            .values(**values, version=curated_maps.c.version + 1)
        )
        return result.rowcount == 1

    def of_group(self, group_id: UUID) -> list[CuratedMap]:
        """Return the maps of a group, the newest first."""
        query = select(*_COLUMNS).where(curated_maps.c.group_id == group_id).order_by(curated_maps.c.created_at.desc())
        return [_map(row) for row in self._connection.execute(query)]
