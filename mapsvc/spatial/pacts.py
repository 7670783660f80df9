"""Public pacts: the catalogue and one page each."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.spatial.catalogues import Wanted, catalogue_rows
from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]


def catalogue(
    connection: Connection,
    limit: int,
    offset: int,
    *,
    query: str = "",
    state: str = "",
    field: str = "",
    city: str = "",
) -> tuple[int, list[Row]]:
    """Return how many pacts are wanted, and one page of them."""
    wanted = Wanted("public_pacts c", query)
    wanted.add(query, "AND mapsvc_fold(:words) <% c.search_text")
    wanted.add(state, "AND c.state = :state", state=state)
    wanted.add(field, "AND :field = ANY (c.fields_of_action)", field=field)
    wanted.add(city, "AND c.city_name = :city", city=city)
    return catalogue_rows(connection, "pacts_catalogue", wanted, limit, offset)


def fields_of_action(connection: Connection) -> list[str]:
    """Return the fields of action that public pacts name."""
    query = text("SELECT DISTINCT unnest(fields_of_action) FROM public_pacts ORDER BY 1")
    return list(connection.execute(query).scalars())


def cities(connection: Connection) -> list[str]:
    """Return the cities of public pacts."""
    query = text("SELECT DISTINCT city_name FROM public_pacts WHERE city_name IS NOT NULL ORDER BY 1")
    return list(connection.execute(query).scalars())


def states(connection: Connection) -> list[str]:
    """Return the states that public pacts are in."""
    return list(connection.execute(text("SELECT DISTINCT state FROM public_pacts ORDER BY 1")).scalars())


def page(connection: Connection, slug: str) -> Row | None:
    """Return a public pact with its source; lon and lat in degrees or None."""
    row = connection.execute(named("pact"), {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()
