"""Spaces as the matching reads them."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, text

from mapsvc.domain.offers import OfferRow
from mapsvc.store.spaces import space_select, to_space
from mapsvc.store.tables import sources, spaces

_PATHS = text(
    "WITH RECURSIVE path AS (SELECT id AS start, id, parent_id, slug, name, 0 AS step FROM areas"
    " WHERE id = ANY (CAST(:ids AS uuid[]))"
    " UNION ALL SELECT p.start, a.id, a.parent_id, a.slug, a.name, p.step + 1 FROM areas a JOIN path p"
    " ON a.id = p.parent_id) SELECT start, id, slug, name FROM path ORDER BY start, step"
)

# Every change of facts raises the version; evidence and the day do not, so they count by what follows from them.
_STAMP = text(
    "SELECT concat_ws('/', (SELECT count(*) || ':' || coalesce(sum(hashtextextended(concat_ws('|', id, version,"
    " updated_at, area_id, mapsvc_current(status_from, status_codes), mapsvc_current(status_from, band_codes),"
    " last_official_check_on, last_confirmed_on, last_source_kind), 0)::numeric), 0) FROM spaces"
    " WHERE record_state = 'published' AND availability_state IN ('offered', 'in_call')),"
    " (SELECT sum(hashtextextended(concat_ws('|', id, parent_id, slug, name), 0)::numeric) FROM areas))"
)


class _Path(NamedTuple):
    """An area and everything it lies in, the smallest first."""

    ids: tuple[UUID, ...] = ()
    slugs: tuple[str, ...] = ()
    name: str | None = None


def _select() -> Select[Any]:
    return space_select().add_columns(
        func.mapsvc_current(spaces.c.status_from, spaces.c.status_codes).label("status"),
        func.mapsvc_current(spaces.c.status_from, spaces.c.band_codes).label("band"),
        spaces.c.last_official_check_on,
        spaces.c.last_confirmed_on,
        spaces.c.last_source_kind,
        spaces.c.area_m2,
        func.ST_X(spaces.c.published_point).label("published_lon"),
        func.ST_Y(spaces.c.published_point).label("published_lat"),
        sources.c.demonstration,
    )


class OfferRepository:
    """Reads offers on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stamp(self) -> str:
        """Return a text that changes with the offers, with the day where their status does, and with the areas."""
        return str(self._connection.execute(_STAMP).scalar_one())

    def all(self) -> list[OfferRow]:
        """Return every published space that is offered or in a call, in the order of the ids."""
        query = _select().where(
            spaces.c.record_state == "published", spaces.c.availability_state.in_(["offered", "in_call"])
        )
        return self._offers(query.order_by(spaces.c.id))

    def by_slug(self, slug: str) -> OfferRow | None:
        """Return one space in any state of moderation and availability."""
        return next(iter(self._offers(_select().where(spaces.c.slug == slug))), None)

    def of_ids(self, space_ids: Collection[UUID]) -> dict[UUID, OfferRow]:
        """Return these spaces by their ids, in any state of moderation and availability."""
        found = self._offers(_select().where(spaces.c.id.in_(space_ids)))
        return {row.space.id: row for row in found}

    def _offers(self, query: Select[Any]) -> list[OfferRow]:
        rows = self._connection.execute(query).all()
        paths = self._paths({row.area_id for row in rows if row.area_id is not None})
        return [_offer(row, paths.get(row.area_id, _Path())) for row in rows]

    def _paths(self, area_ids: Iterable[UUID]) -> dict[UUID | None, _Path]:
        """Return the areas around each of `area_ids` in one query, however many spaces lie in them."""
        steps: dict[UUID, list[Row[Any]]] = {}
        for row in self._connection.execute(_PATHS, {"ids": [str(area_id) for area_id in area_ids]}):
            steps.setdefault(row.start, []).append(row)
        return {
            start: _Path(tuple(one.id for one in path), tuple(one.slug for one in path), path[0].name)
            for start, path in steps.items()
        }


def _offer(row: Row[Any], path: _Path) -> OfferRow:
    return OfferRow(
        space=to_space(row),
        status=row.status,
        band=row.band,
        last_official_check_on=row.last_official_check_on,
        area_ids=path.ids,
        area_slugs=path.slugs,
        area_name=path.name,
        published_point=None if row.published_lon is None else (row.published_lon, row.published_lat),
        last_confirmed_on=row.last_confirmed_on,
        last_source_kind=row.last_source_kind,
        area_m2=row.area_m2,
        demonstration=row.demonstration,
    )
