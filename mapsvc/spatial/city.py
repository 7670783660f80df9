"""The deployment's own row and the sources of its data."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text


def city(connection: Connection) -> Mapping[str, Any] | None:
    """Return name, languages, accent colours, centre (degrees), zoom and whether it is a demonstration."""
    query = text(
        "SELECT name, languages, accent, accent_dark, ST_X(centre) AS lon, ST_Y(centre) AS lat, zoom, demonstration"
        " FROM public_city"
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else row._asdict()


def sources(connection: Connection, codes: Sequence[str] | None = None) -> list[Mapping[str, Any]]:
    """Return the sources with these codes, or all, in the order of their titles."""
    query = text(
        "SELECT * FROM public_sources WHERE :every OR code = ANY (:codes) ORDER BY array_position(:codes, code), title"
    )
    rows = connection.execute(query, {"every": codes is None, "codes": list(codes or ())})
    return [row._asdict() for row in rows]


def answers(connection: Connection) -> bool:
    """Tell that the database answers; raise its own error when it does not."""
    return bool(connection.execute(text("SELECT true")).scalar_one())
