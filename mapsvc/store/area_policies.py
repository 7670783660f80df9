"""Areas as those who decide about publication see them, and the places that a policy decides about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Row, Select, Text, case, cast, func, select, text, update

from mapsvc.domain.area_policies import DecidingArea, OwnPolicy, ShownPlace
from mapsvc.domain.publication import Precision, Standing
from mapsvc.store.owner_claims import from_authority
from mapsvc.store.tables import areas, spaces

#: Places that one statement changes, so that none takes longer than a statement may.
_AT_ONCE = 1000


class AreaPolicyRepository:
    """Reads and writes policies on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[DecidingArea]:
        """Return every area, the largest levels first."""
        return [_area(row) for row in self._connection.execute(_select().order_by(areas.c.level_rank, areas.c.name))]

    def by_slug(self, slug: str, *, lock: bool = False) -> DecidingArea | None:
        """Return the area with this slug, locked against other deciders on request."""
        query = _select().where(areas.c.slug == slug)
        row = self._connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _area(row)

    def decide(self, area: DecidingArea, own: OwnPolicy) -> bool:
        """Write the policy of an area if its version is still that of `area`; tell whether it was."""
        result = self._connection.execute(
            update(areas)
            .where(areas.c.id == area.id, areas.c.version == area.version)
            .values(
                commercial_precision=own.commercial_precision,
                moderation=own.moderation,
                version=areas.c.version + 1,
            )
        )
        return result.rowcount == 1

    def heirs(self, area_id: UUID) -> list[UUID]:
        """Return the area and the areas in it that take over its precision, since none between them decided another."""
        query = text(
            "WITH RECURSIVE heirs AS (SELECT CAST(:id AS uuid) AS id UNION SELECT a.id FROM areas a"
            " JOIN heirs h ON a.parent_id = h.id WHERE a.commercial_precision IS NULL) SELECT id FROM heirs"
        )
        return list(self._connection.execute(query, {"id": area_id}).scalars())

    def shops(self, area_ids: Sequence[UUID], *, lock: bool = False) -> list[ShownPlace]:
        """Return the commercial units of these areas that are not joined with another record."""
        query = (
            select(
                spaces.c.id,
                spaces.c.asset_kind,
                spaces.c.owner_type,
                spaces.c.owner_consent,
                spaces.c.owner_objection,
                spaces.c.office_precision,
                spaces.c.publication_precision,
                from_authority(spaces.c.id).label("from_authority"),
            )
            .where(
                spaces.c.area_id.in_(area_ids),
                spaces.c.asset_kind == "commercial_unit",
                spaces.c.record_state != "merged",
            )
            .order_by(spaces.c.id)
        )
        return [_place(row) for row in self._connection.execute(query.with_for_update(of=spaces) if lock else query)]

    def show_as(self, space_ids: Sequence[UUID], precision: str, now: datetime) -> None:
        """Show these places with another precision; one that is exact no longer gets a slug that tells nothing."""
        loses_address = (spaces.c.publication_precision == "exact") & (precision != "exact")
        # Twelve digits of the id: with six, two of some thousand would have the same slug.
        plain = func.concat("space-", func.right(func.replace(cast(spaces.c.id, Text), "-", ""), 12))
        for start in range(0, len(space_ids), _AT_ONCE):
            self._connection.execute(
                update(spaces)
                .where(spaces.c.id.in_(space_ids[start : start + _AT_ONCE]))
                .values(
                    slug=case((loses_address, plain), else_=spaces.c.slug),
                    publication_precision=precision,
                    updated_at=now,
                    version=spaces.c.version + 1,
                )
            )


def _select() -> Select[tuple[object, ...]]:
    names = ("id", "slug", "name", "level", "parent_id", "commercial_precision", "moderation", "version")
    return select(*(areas.c[name] for name in names))


def _area(row: Row[tuple[object, ...]]) -> DecidingArea:
    values = dict(row._mapping)
    own = OwnPolicy(values.pop("commercial_precision"), values.pop("moderation"))
    return DecidingArea(**values, own=own)


def _place(row: Row[tuple[object, ...]]) -> ShownPlace:
    values = row._mapping
    shown, decided = Precision(values["publication_precision"]), values["office_precision"]
    standing = Standing(
        asset_kind=values["asset_kind"],
        owner_type=values["owner_type"],
        owner_consent=values["owner_consent"],
        # An authority's position stays as it was published.
        authority_precision=shown if values["from_authority"] else None,
        objection=values["owner_objection"],
        office_decision=Precision(decided) if decided else None,
    )
    return ShownPlace(values["id"], standing, shown)
