"""Public figures of need: which areas can be compared, what the indicators say of them, what each of them has."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.domain.indicators import Indicator, IndicatorValue
from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]


def groups(connection: Connection) -> list[Row]:
    """Return level, parent and number of areas of each group that can be compared, the largest first."""
    return [row._asdict() for row in connection.execute(named("need_groups"))]


def group_around(connection: Connection, slug: str) -> tuple[str, str | None]:
    """Return level and parent of the group that an area belongs to."""
    query = text("SELECT level, parent_slug FROM public_areas WHERE slug = :slug")
    row = connection.execute(query, {"slug": slug}).one()
    return row.level, row.parent_slug


def areas(connection: Connection, level: str, parent: str | None) -> list[Row]:
    """Return the areas of a group by name, with outline, bounds and what each has."""
    return [row._asdict() for row in connection.execute(named("need_areas"), {"level": level, "parent": parent})]


def indicators(connection: Connection) -> list[Indicator]:
    """Return every indicator, those that weigh most first."""
    query = text(
        "SELECT code, name, about, theme, kind, unit, higher_is_need, weight, min_group_size, method, version,"
        " source_title, source_licence, demonstration FROM public_indicators ORDER BY weight DESC, theme, code"
    )
    return [Indicator(**row._asdict()) for row in connection.execute(query)]


def values(connection: Connection, area_ids: list[UUID]) -> list[IndicatorValue]:
    """Return the values of these areas."""
    query = text(
        "SELECT indicator, area_id, period, value, n, status FROM public_indicator_values WHERE area_id = ANY (:ids)"
    )
    return [IndicatorValue(**row._asdict()) for row in connection.execute(query, {"ids": area_ids})]
