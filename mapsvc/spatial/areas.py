"""Public areas: names for filters, the tree with figures, one area with its records."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]


def names(connection: Connection) -> list[Row]:
    """Return slug, name and level of every area, the largest levels first."""
    query = text("SELECT slug, name, level, parent_name FROM public_areas ORDER BY level_rank, name")
    return [row._asdict() for row in connection.execute(query)]


def one(connection: Connection, slug: str) -> Row | None:
    """Return an area with its label point and bounds in degrees."""
    row = connection.execute(named("area"), {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()


def path(connection: Connection, slug: str | None) -> list[Row]:
    """Return slug and name of everything the area lies in and of itself, the largest first."""
    query = text(
        "WITH RECURSIVE up AS (SELECT slug, name, parent_slug, 0 AS step FROM public_areas WHERE slug = :slug"
        " UNION ALL SELECT a.slug, a.name, a.parent_slug, up.step + 1 FROM public_areas a"
        " JOIN up ON a.slug = up.parent_slug WHERE up.step < 10)"
        " SELECT slug, name FROM up ORDER BY step DESC"
    )
    return [row._asdict() for row in connection.execute(query, {"slug": slug})]


def parts(connection: Connection, slug: str) -> list[Row]:
    """Return slug and name of the areas directly below this one."""
    query = text("SELECT slug, name, level FROM public_areas WHERE parent_slug = :slug ORDER BY name")
    return [row._asdict() for row in connection.execute(query, {"slug": slug})]


def figures(connection: Connection, slug: str) -> list[Row]:
    """Return how many public records of each kind and state the area holds, its parts included."""
    return [row._asdict() for row in connection.execute(named("area_figures"), {"slug": slug})]


def tree(connection: Connection) -> list[dict[str, Any]]:
    """Return the areas as a tree: slug, name, level, figures by kind (parts included), parts; the largest first."""
    query = text("SELECT slug, name, level, parent_slug FROM public_areas ORDER BY level_rank, name")
    nodes: dict[str, dict[str, Any]] = {
        row.slug: {"slug": row.slug, "name": row.name, "level": row.level, "parent": row.parent_slug, "parts": []}
        | dict.fromkeys(("space", "confirmed", "initiative", "pact"), 0)
        for row in connection.execute(query)
    }
    for row in connection.execute(named("areas_figures")):
        node = nodes.get(row.slug)
        while node is not None:
            node[row.kind] += row.count
            node["confirmed"] += row.confirmed
            node = nodes.get(node["parent"])
    roots: list[dict[str, Any]] = []
    for node in nodes.values():
        parent = nodes.get(node["parent"])
        (roots if parent is None else parent["parts"]).append(node)
    return roots


def newest(connection: Connection, slug: str, limit: int) -> list[Row]:
    """Return the public places of an area that somebody confirmed last."""
    return [row._asdict() for row in connection.execute(named("area_places"), {"slug": slug, "limit": limit})]
