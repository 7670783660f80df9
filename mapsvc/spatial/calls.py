"""Public calls: the catalogue, and one page each with its lots."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.spatial.catalogues import Wanted, catalogue_rows
from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]


def catalogue(
    connection: Connection, limit: int, offset: int, *, query: str = "", state: str = ""
) -> tuple[int, list[Row]]:
    """Return how many calls are wanted, and one page of them."""
    wanted = Wanted("public_calls c", query)
    wanted.add(query, "AND mapsvc_fold(:words) <% mapsvc_fold(c.title::text)")
    wanted.add(state, "AND c.state = :state", state=state)
    return catalogue_rows(connection, "calls_catalogue", wanted, limit, offset)


def states(connection: Connection) -> list[str]:
    """Return the states that public calls are in."""
    return list(connection.execute(text("SELECT DISTINCT state FROM public_calls ORDER BY 1")).scalars())


def page(connection: Connection, code: str) -> Row | None:
    """Return a public call with its source."""
    query = text(
        "SELECT p.id, p.code, p.title, p.summary, p.state, p.opens_on, p.closes_on, p.demonstration, p.updated_at,"
        " c.code AS source_code, c.title AS source_title, c.licence AS source_licence,"
        " c.attribution AS source_attribution, c.url AS source_home, NULL AS source_url"
        " FROM public_calls p JOIN public_sources c ON c.code = p.source_code WHERE p.code = :code"
    )
    row = connection.execute(query, {"code": code}).one_or_none()
    return None if row is None else row._asdict()


def lots(connection: Connection, call_id: UUID) -> list[Row]:
    """Return the lots of a call in their order, each with its space; lon and lat in degrees."""
    return [row._asdict() for row in connection.execute(named("call_lots"), {"call_id": call_id})]
