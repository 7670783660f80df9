"""Public areas: names for filters, the tree with figures, one area with its records."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.domain.small_groups import AreaCount, folded
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
    """Return how many public records of each kind and state the area holds, its parts included, as it may be shown.

    `few` says that one or two coarse spaces of this state count in a larger area only.
    """
    rows = connection.execute(named("area_figures"), {"slug": slug}).all()
    parents = {row.slug: row.parent_slug for row in rows if row.kind == "space"}
    spaces = {
        (row.slug, row.status): AreaCount(row.parent_slug, row.exact, row.coarse) for row in rows if row.kind == "space"
    }
    found: list[Row] = []
    for status in sorted({status for _slug, status in spaces if status}):
        shown = folded({area: spaces.get((area, status), AreaCount(up)) for area, up in parents.items()})[slug]
        found.append({"kind": "space", "status": status, "count": shown.count, "few": shown.few})
    others = [row for row in rows if row.kind != "space"]
    found += [{"kind": row.kind, "status": row.status, "count": row.exact, "few": False} for row in others]
    return sorted((row for row in found if row["count"] or row["few"]), key=lambda row: (row["kind"], -row["count"]))


def tree(connection: Connection) -> list[dict[str, Any]]:
    """Return the areas as a tree: slug, name, level, figures by kind (parts included), parts; the largest first.

    Figures of spaces are those that may be shown, state by state; `few` says that some coarse ones count above only.
    """
    query = text("SELECT slug, name, level, parent_slug FROM public_areas ORDER BY level_rank, name")
    nodes: dict[str, dict[str, Any]] = {
        row.slug: {"slug": row.slug, "name": row.name, "level": row.level, "parent": row.parent_slug, "parts": []}
        | dict.fromkeys(("space", "confirmed", "initiative", "pact"), 0)
        | {"few": False}
        for row in connection.execute(query)
    }
    spaces: dict[str, dict[str, AreaCount]] = {}
    for row in connection.execute(named("areas_figures")):
        if row.kind == "space":
            own = AreaCount(nodes[row.slug]["parent"], row.exact, row.coarse)
            spaces.setdefault(row.status, {})[row.slug] = own
            continue
        node = nodes.get(row.slug)
        while node is not None:
            node[row.kind] += row.exact
            node = nodes.get(node["parent"])
    for status, counts in spaces.items():
        everywhere = {slug: counts.get(slug, AreaCount(node["parent"])) for slug, node in nodes.items()}
        for slug, shown in folded(everywhere).items():
            nodes[slug]["space"] += shown.count
            nodes[slug]["confirmed"] += shown.count if status == "confirmed_vacant" else 0
            nodes[slug]["few"] = nodes[slug]["few"] or shown.few
    roots: list[dict[str, Any]] = []
    for node in nodes.values():
        parent = nodes.get(node["parent"])
        (roots if parent is None else parent["parts"]).append(node)
    return roots


def newest(connection: Connection, slug: str, limit: int) -> list[Row]:
    """Return the public places of an area that somebody confirmed last."""
    return [row._asdict() for row in connection.execute(named("area_places"), {"slug": slug, "limit": limit})]
