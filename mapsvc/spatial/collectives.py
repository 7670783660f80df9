"""Public collectives: the catalogue and one page each; what they can pay is not in the views."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from mapsvc.spatial.catalogues import Wanted, catalogue_rows
from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]


def catalogue(
    connection: Connection, limit: int, offset: int, *, query: str = "", discipline: str = ""
) -> tuple[int, list[Row]]:
    """Return how many collectives are wanted, and one page of them."""
    wanted = Wanted("public_collectives c", query)
    wanted.add(query, "AND mapsvc_fold(:words) <% c.search_text")
    wanted.add(discipline, "AND :discipline = ANY (c.disciplines)", discipline=discipline)
    return catalogue_rows(connection, "collectives_catalogue", wanted, limit, offset)


def page(connection: Connection, slug: str) -> Row | None:
    """Return a public collective with its source and the names of the areas it would go to."""
    row = connection.execute(named("collective"), {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()


def endorsements(connection: Connection, collective_id: UUID) -> list[dict[str, Any]]:
    """Return what organisations say for a public collective, the latest first."""
    rows = connection.execute(named("collective_endorsements"), {"id": collective_id})
    return [row._asdict() for row in rows]
