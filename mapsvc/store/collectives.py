"""Collectives in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2.functions import ST_X, ST_Y
from sqlalchemy import Connection, Row, Select, delete, exists, func, insert, select, text, update

from mapsvc.domain.collectives import ALERTED_STATES, Collective, Endorsement, Recipient
from mapsvc.store.call_tables import applications, collective_endorsements
from mapsvc.store.tables import collectives, sources

#: What a change writes; who made a collective, and when, stays.
_WRITTEN = (
    "slug", "name", "story", "original_lang", "form", "disciplines", "members_count", "members_under_30",
    "members_under_35", "needs", "legal_id", "website", "state", "state_reason", "trust", "alerts", "heard_at",
    "noticed_at",
)  # fmt: skip
_PLAIN = (*_WRITTEN, "id", "version", "created_by", "created_at")
_PUBLIC = collectives.c.state.in_(["active", "verified"])

# The address that stands in the latest application serves where nobody with an account speaks for the group.
_RECIPIENTS = """
SELECT u.email, coalesce(u.lang, c.original_lang) AS lang
FROM role_grants g JOIN users u ON u.id = g.user_id JOIN collectives c ON c.id = g.collective_id
WHERE g.collective_id = :id AND g.role = 'collective_rep' AND u.active AND u.erased_at IS NULL
    AND u.confirmed_at IS NOT NULL
ORDER BY u.id
"""
_APPLICANT = """
SELECT t.email, a.lang
FROM applications a JOIN contacts t ON t.id = a.contact_id
WHERE a.collective_id = :id ORDER BY a.created_at DESC, a.id DESC LIMIT 1
"""

_AREAS = """
WITH RECURSIVE near AS (
    SELECT a.id, a.parent_id FROM areas a JOIN collectives c ON c.id = :id
        AND (ST_Covers(a.geom, c.anchor) OR jsonb_exists(c.needs -> 'districts_ok', a.slug))
    UNION SELECT p.id, p.parent_id FROM areas p JOIN near n ON p.id = n.parent_id
)
SELECT id FROM near ORDER BY id
"""


def _select() -> Select[Any]:
    return select(
        *(collectives.c[name] for name in _PLAIN),
        ST_X(collectives.c.anchor).label("anchor_lon"),
        ST_Y(collectives.c.anchor).label("anchor_lat"),
        sources.c.demonstration,
    ).join(sources, sources.c.id == collectives.c.source_id)


def _collective(row: Row[Any]) -> Collective:
    return Collective(**{**row._mapping, "disciplines": tuple(row.disciplines)})


def _values(collective: Collective) -> dict[str, Any]:
    values = {name: getattr(collective, name) for name in _WRITTEN}
    point = None
    if collective.anchor_lon is not None:
        point = func.ST_SetSRID(func.ST_MakePoint(collective.anchor_lon, collective.anchor_lat), 4326)
    lists = {"disciplines": list(collective.disciplines), "needs": dict(collective.needs)}
    return values | lists | {"anchor": point}


class CollectiveRepository:
    """Reads and writes collectives on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _one(self, query: Select[Any]) -> Collective | None:
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _collective(row)

    def get(self, collective_id: UUID, *, lock: bool = False) -> Collective | None:
        """Return the collective."""
        query = _select().where(collectives.c.id == collective_id)
        return self._one(query.with_for_update(of=collectives) if lock else query)

    def by_slug(self, slug: str) -> Collective | None:
        """Return the collective with this slug."""
        return self._one(_select().where(collectives.c.slug == slug))

    def looking(self) -> list[Collective]:
        """Return all active collectives in the order of their ids."""
        query = _select().where(_PUBLIC).order_by(collectives.c.id)
        return [_collective(row) for row in self._connection.execute(query)]

    def add(self, collective: Collective, source_code: str, now: datetime) -> None:
        """Add a collective of a source; its id is its key there."""
        self._connection.execute(
            insert(collectives).values(
                id=collective.id,
                created_by=collective.created_by,
                source_id=select(sources.c.id).where(sources.c.code == source_code).scalar_subquery(),
                source_key=str(collective.id),
                created_at=now,
                updated_at=now,
                **_values(collective),
            )
        )

    def update(self, collective: Collective, now: datetime) -> bool:
        """Write all fields but who made it if the version still holds; tell whether it did."""
        result = self._connection.execute(
            update(collectives)
            .where(collectives.c.id == collective.id, collectives.c.version == collective.version)
            .values(updated_at=now, version=collectives.c.version + 1, **_values(collective))
        )
        return result.rowcount == 1

    def silent(self, before: datetime) -> list[Collective]:
        """Return the public collectives that nobody spoke for since this instant, in the order of their ids."""
        heard = func.coalesce(collectives.c.heard_at, collectives.c.created_at)
        applied = exists().where(
            applications.c.collective_id == collectives.c.id, applications.c.updated_at > before
        )  # fmt: skip
        query = _select().where(_PUBLIC, heard <= before, ~applied, ~sources.c.demonstration)
        query = query.order_by(collectives.c.id)
        return [_collective(row) for row in self._connection.execute(query)]

    def area_ids(self, collective_id: UUID) -> tuple[UUID, ...]:
        """Return the areas in which it is or looks for a place, with everything that these lie in."""
        return tuple(self._connection.execute(text(_AREAS), {"id": collective_id}).scalars())

    def recipients(self, collective_id: UUID) -> list[Recipient]:
        """Return where whoever speaks for a collective is written to, without closed accounts."""
        for query, signs_in in ((_RECIPIENTS, True), (_APPLICANT, False)):
            rows = self._connection.execute(text(query), {"id": collective_id}).all()
            if rows:
                return [Recipient(row.email, row.lang, signs_in) for row in rows]
        return []

    def alerted(self) -> list[Collective]:
        """Return those that want to be told of spaces that fit, in the order of their ids."""
        states = sorted(ALERTED_STATES)
        query = _select().where(collectives.c.alerts, collectives.c.state.in_(states)).order_by(collectives.c.id)
        return [_collective(row) for row in self._connection.execute(query)]

    def endorse(self, endorsement: Endorsement) -> None:
        """Keep what an organisation says."""
        self._connection.execute(
            insert(collective_endorsements).values(
                id=endorsement.id, collective_id=endorsement.collective_id, organisation=endorsement.organisation,
                text=endorsement.text, user_id=endorsement.user_id, created_at=endorsement.created_at,
            )
        )  # fmt: skip

    def endorsements(self, collective_id: UUID) -> list[Endorsement]:
        """Return what organisations say, the latest first."""
        table = collective_endorsements
        query = select(table).where(table.c.collective_id == collective_id)
        rows = self._connection.execute(query.order_by(table.c.created_at.desc(), table.c.id.desc()))
        return [Endorsement(**row._mapping) for row in rows]

    def withdraw_endorsement(self, endorsement_id: UUID, collective_id: UUID) -> bool:
        """Take it away; tell whether it was there."""
        table = collective_endorsements
        query = delete(table).where(table.c.id == endorsement_id, table.c.collective_id == collective_id)
        return self._connection.execute(query).rowcount == 1
