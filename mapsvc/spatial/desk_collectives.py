"""Collectives as the desk sees them: every state, exact numbers, within the areas of the account."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]


def catalogue(
    connection: Connection, scope: Scope, limit: int, offset: int, *, query: str = "", state: str = ""
) -> tuple[list[Row], dict[str, int]]:
    """Return one page of collectives, and how many there are by state for these words; all of them under ''.

    One that names no place may be anywhere, so that every account of the office sees it.
    """
    params = {**scope.params(), "words": query, "state": state, "limit": limit, "offset": offset}
    rows: list[Row] = [row._asdict() for row in connection.execute(named("desk_collectives"), params)]
    counts = {row.state: int(row.total) for row in connection.execute(named("desk_collective_states"), params)}
    return rows, counts | {"": sum(counts.values())}


def standing(connection: Connection, collective_id: UUID) -> Row:
    """Return who speaks for a collective in numbers, where it is or looks for a place, and in which calls it stands."""
    return connection.execute(named("desk_collective"), {"id": collective_id}).one()._asdict()
