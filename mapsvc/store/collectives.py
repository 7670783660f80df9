"""Collectives in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2.functions import ST_X, ST_Y
from sqlalchemy import Connection, Row, Select, func, select, update

from mapsvc.domain.collectives import Collective
from mapsvc.store.tables import collectives, sources


def _select() -> Select[Any]:
    return select(
        collectives,
        ST_X(collectives.c.anchor).label("lon"),
        ST_Y(collectives.c.anchor).label("lat"),
        sources.c.demonstration,
    ).join(sources, sources.c.id == collectives.c.source_id)


def _collective(row: Row[Any]) -> Collective:
    return Collective(
        id=row.id,
        slug=row.slug,
        name=row.name,
        story=row.story,
        original_lang=row.original_lang,
        form=row.form,
        disciplines=tuple(row.disciplines),
        members_count=row.members_count,
        needs=row.needs,
        state=row.state,
        anchor_lon=row.lon,
        anchor_lat=row.lat,
        version=row.version,
        demonstration=row.demonstration,
    )


def _point(lon: float | None, lat: float | None) -> Any:
    return None if lon is None else func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)


class CollectiveRepository:
    """Reads and writes collectives on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _one(self, query: Select[Any]) -> Collective | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _collective(row)

    def get(self, collective_id: UUID) -> Collective | None:
        """Return the collective."""
        return self._one(_select().where(collectives.c.id == collective_id))

    def by_slug(self, slug: str) -> Collective | None:
        """Return the collective with this slug."""
        return self._one(_select().where(collectives.c.slug == slug))

    def looking(self) -> list[Collective]:
        """Return all active collectives in the order of their ids."""
        query = _select().where(collectives.c.state.in_(["active", "verified"])).order_by(collectives.c.id)
        return [_collective(row) for row in self._connection.execute(query)]

    def update(self, collective: Collective, now: datetime) -> bool:
        """Write what its representative may change if the version still holds; tell whether it did."""
        result = self._connection.execute(
            update(collectives)
            .where(collectives.c.id == collective.id, collectives.c.version == collective.version)
            .values(
                name=collective.name,
                story=collective.story,
                form=collective.form,
                disciplines=list(collective.disciplines),
                members_count=collective.members_count,
                needs=dict(collective.needs),
                anchor=_point(collective.anchor_lon, collective.anchor_lat),
                updated_at=now,
                version=collectives.c.version + 1,
            )
        )
        return result.rowcount == 1
