"""Groups and their maps as visitors see them, and what a map's filters let through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.domain.small_groups import ShownCount, shown_count
from mapsvc.spatial.filters import Filters
from mapsvc.spatial.named_sql import named, source
from mapsvc.spatial.places import degrees


@dataclass(frozen=True)
class Extent:
    """How many places there are and may be told, and their box (west, south, east, north in degrees; None for none)."""

    total: int
    shown: ShownCount
    bounds: tuple[float, float, float, float] | None


def stored_filters(stored: Mapping[str, Any]) -> Filters:
    """Return the filters of a map from their stored form."""
    return Filters.read({name: value if isinstance(value, list) else [value] for name, value in stored.items()})


def extent(connection: Connection, filters: Filters) -> Extent:
    """Return how many public places the filters let through and where they lie."""
    conditions, params = filters.sql()
    # The conditions are constants of `Filters.sql`; values travel as parameters only.
    row = connection.execute(text(source("map_extent").replace("{conditions}", conditions)), params).one()
    if not row.total:
        return Extent(0, ShownCount(0), None)
    west, south = degrees(row.west, row.south)
    east, north = degrees(row.east, row.north)
    shown = shown_count(row.total - row.coarse, row.coarse)
    return Extent(row.total, shown, (round(west, 6), round(south, 6), round(east, 6), round(north, 6)))


def groups(connection: Connection) -> list[Mapping[str, Any]]:
    """Return the approved groups by name, with the number of their listed maps."""
    return [row._asdict() for row in connection.execute(named("groups"), {"slug": None})]


def group(connection: Connection, slug: str) -> Mapping[str, Any] | None:
    """Return one approved group."""
    row = connection.execute(named("groups"), {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()


def listed(connection: Connection, group_slug: str) -> list[Mapping[str, Any]]:
    """Return the listed maps of a group, the last changed first."""
    query = text("SELECT * FROM public_maps WHERE group_slug = :slug AND listed ORDER BY updated_at DESC, id")
    return [row._asdict() for row in connection.execute(query, {"slug": group_slug})]


def one(connection: Connection, slug: str) -> Mapping[str, Any] | None:
    """Return a map that whoever has its address may see; None for private ones and those of closed groups."""
    row = connection.execute(text("SELECT * FROM public_maps WHERE slug = :slug"), {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()


def area_id(connection: Connection, slug: str) -> UUID | None:
    """Return the id of a public area."""
    found: UUID | None = connection.execute(
        text("SELECT id FROM public_areas WHERE slug = :slug"), {"slug": slug}
    ).scalar_one_or_none()
    return found
