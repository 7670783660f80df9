"""Indicators of areas and their values in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Uuid, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from mapsvc.domain.indicators import Indicator, IndicatorValue
from mapsvc.store.call_tables import indicator_values, indicators
from mapsvc.store.tables import areas, sources

# Usage: which areas the need of some areas is compared with: the smallest area around each that has figures, and all
# areas of the same level in the same larger area.
_COMPARED = text(
    "WITH RECURSIVE path AS (SELECT id AS asked, id, parent_id, level, 0 AS step FROM areas WHERE id = ANY(:ids)"
    " UNION ALL SELECT p.asked, a.id, a.parent_id, a.level, p.step + 1 FROM areas a JOIN path p ON a.id = p.parent_id),"
    " nearest AS (SELECT DISTINCT ON (asked) asked, id, parent_id, level FROM path"
    " WHERE EXISTS (SELECT FROM indicator_values v WHERE v.area_id = path.id) ORDER BY asked, step)"
    " SELECT n.asked, n.id, array_agg(a.id ORDER BY a.id) AS peers FROM nearest n"
    " JOIN areas a ON a.level = n.level AND a.parent_id IS NOT DISTINCT FROM n.parent_id GROUP BY n.asked, n.id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


class IndicatorRepository:
    """Reads and writes indicators on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Indicator]:
        """Return every indicator, by theme and code."""
        query = (
            select(indicators, sources.c.title, sources.c.licence, sources.c.demonstration)
            .join(sources, sources.c.id == indicators.c.source_id)
            .order_by(indicators.c.theme, indicators.c.code)
        )
        return [_indicator(row) for row in self._connection.execute(query).mappings()]

    def values(self, area_ids: Collection[UUID] | None = None) -> list[IndicatorValue]:
        """Return the values of these areas, or all."""
        query = select(indicator_values)
        if area_ids is not None:
            query = query.where(indicator_values.c.area_id.in_(list(area_ids)))
        return [
            IndicatorValue(row["indicator"], row["area_id"], row["period"], row["value"], row["n"], row["status"])
            for row in self._connection.execute(query).mappings()
        ]

    def compared_with(self, area_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, tuple[UUID, ...]]]:
        """Return, for each area, the smallest area around it that has figures and all areas of that level with it."""
        rows = self._connection.execute(_COMPARED, {"ids": list(area_ids)})
        return {row.asked: (row.id, tuple(row.peers)) for row in rows}

    def areas_named(self, names: Collection[str]) -> dict[str, UUID]:
        """Return the area that each name or slug stands for; the smallest of several, unknown ones are left out."""
        wanted = {name.casefold(): name for name in names}
        query = select(areas.c.id, areas.c.name, areas.c.slug).order_by(areas.c.level_rank, areas.c.id)
        found = {}
        for row in self._connection.execute(query):
            for said in (row.name.casefold(), row.slug):
                if said in wanted:
                    found[wanted[said]] = row.id
        return found

    def put(self, indicator: Indicator, source_code: str, at: datetime) -> None:
        """Add an indicator or change what is said of it; its weight stays as somebody decided it."""
        said = {
            name: getattr(indicator, name)
            for name in (
                "name", "about", "theme", "kind", "unit", "higher_is_need", "weight", "min_group_size", "method"
            )
        }  # fmt: skip
        source = select(sources.c.id).where(sources.c.code == source_code).scalar_subquery()
        statement = insert(indicators).values(
            code=indicator.code, source_id=source, created_at=at, updated_at=at, **said
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["code"],
                set_={name: value for name, value in said.items() if name != "weight"} | {"updated_at": at},
            )
        )

    def set_weight(self, code: str, version: int, weight: int, at: datetime) -> bool:
        """Write a weight if the version is still that one; tell whether it was."""
        result = self._connection.execute(
            update(indicators)
            .where(indicators.c.code == code, indicators.c.version == version)
            .values(weight=weight, version=indicators.c.version + 1, updated_at=at)
        )
        return result.rowcount == 1

    def put_values(self, values: Sequence[IndicatorValue], at: datetime) -> int:
        """Add or replace values; return how many are new or different."""
        if not values:
            return 0
        statement = insert(indicator_values).values(
            [
                {
                    "indicator": one.indicator, "area_id": one.area_id, "period": one.period, "value": one.value,
                    "n": one.n, "status": one.status, "updated_at": at,
                }
                for one in values
            ]
        )  # fmt: skip
        new, old = statement.excluded, indicator_values.c
        changed = statement.on_conflict_do_update(
            index_elements=["indicator", "area_id", "period"],
            set_={"value": new.value, "n": new.n, "status": new.status, "updated_at": at},
            where=or_(
                old.value != new.value,
                func.coalesce(old.n, -1) != func.coalesce(new.n, -1),
                old.status != new.status,
            ),
        ).returning(old.area_id)
        return len(self._connection.execute(changed).all())


def _indicator(row: Mapping[str, Any] | Any) -> Indicator:
    return Indicator(
        code=row["code"],
        name=row["name"],
        about=row["about"],
        theme=row["theme"],
        kind=row["kind"],
        unit=row["unit"],
        higher_is_need=row["higher_is_need"],
        weight=row["weight"],
        min_group_size=row["min_group_size"],
        method=row["method"],
        version=row["version"],
        source_title=row["title"],
        source_licence=row["licence"],
        demonstration=row["demonstration"],
    )
