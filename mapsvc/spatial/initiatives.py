"""Public initiatives: the catalogue and one page each."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.spatial.catalogues import Wanted, catalogue_rows
from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]
_CITY = "AND EXISTS (SELECT FROM public_initiative_places p WHERE p.initiative_id = i.id AND p.city_name = :city)"


def catalogue(
    connection: Connection,
    limit: int,
    offset: int,
    *,
    query: str = "",
    state: str = "",
    theme: str = "",
    city: str = "",
) -> tuple[int, list[Row]]:
    """Return how many initiatives are wanted, and one page of them."""
    wanted = Wanted("public_initiatives i", query)
    wanted.add(query, "AND mapsvc_fold(:words) <% i.search_text")
    wanted.add(state, "AND i.state = :state", state=state)
    wanted.add(theme, "AND :theme = ANY (i.themes)", theme=theme)
    wanted.add(city, _CITY, city=city)
    return catalogue_rows(connection, "initiatives_catalogue", wanted, limit, offset)


def cities(connection: Connection) -> list[str]:
    """Return the names of the towns where initiatives have places."""
    query = text("SELECT DISTINCT city_name FROM public_initiative_places WHERE city_name IS NOT NULL ORDER BY 1")
    return list(connection.execute(query).scalars())


def page(connection: Connection, slug: str) -> Row | None:
    """Return a public initiative with its source."""
    row = connection.execute(named("initiative"), {"slug": slug}).one_or_none()
    return None if row is None else row._asdict()


def places(connection: Connection, initiative_id: UUID) -> list[Row]:
    """Return where and when the initiative is or was, the earliest first; lon and lat in degrees or None."""
    query = text(
        "SELECT id, ST_X(point) AS lon, ST_Y(point) AS lat, address, city_name, starts, ends, flags"
        " FROM public_initiative_places WHERE initiative_id = :id ORDER BY starts NULLS FIRST, id LIMIT 200"
    )
    return [row._asdict() for row in connection.execute(query, {"id": initiative_id})]
