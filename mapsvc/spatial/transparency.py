"""Figures about what was decided, by year, for everybody to see."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text


def rows(connection: Connection) -> list[Mapping[str, Any]]:
    """Return year, figure, reason, number, exact and hours; a reason that is too small to be told has no number."""
    query = text(
        "SELECT year, figure, reason, number, exact, hours FROM public_transparency"
        " ORDER BY year DESC, figure, reason = '' DESC, number DESC NULLS LAST, reason"
    )
    return [dict(row) for row in connection.execute(query).mappings()]
