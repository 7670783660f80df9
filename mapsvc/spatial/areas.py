"""Public areas: names for filters, one area with its figures, what a point lies in."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.spatial.named_sql import named


def names(connection: Connection) -> list[Mapping[str, Any]]:
    """Return slug, name and level of every area, the largest levels first."""
    query = text("SELECT slug, name, level, parent_name FROM public_areas ORDER BY level_rank, name")
    return [row._asdict() for row in connection.execute(query)]


def one(connection: Connection, slug: str) -> Mapping[str, Any] | None:
    """Return an area with its label point and bounds in degrees."""
    row = connection.execute(named("area"), {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()


def figures(connection: Connection, slug: str) -> list[Mapping[str, Any]]:
    """Return how many public records of each kind and state the area holds."""
    return [row._asdict() for row in connection.execute(named("area_figures"), {"slug": slug})]
