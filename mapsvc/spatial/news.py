"""What happened to public spaces, for feeds: the newest first, at published precision."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from mapsvc.spatial.named_sql import named


def of_area(connection: Connection, slug: str, limit: int, offset: int) -> list[Mapping[str, Any]]:
    """Return what happened in an area and its parts."""
    return _run(connection, {"area": slug, "every": False, "limit": limit, "offset": offset})


def everywhere(connection: Connection, limit: int, offset: int) -> list[Mapping[str, Any]]:
    """Return what happened anywhere on the map."""
    return _run(connection, {"area": "", "every": True, "limit": limit, "offset": offset})


def _run(connection: Connection, values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row._asdict() for row in connection.execute(named("news"), dict(values))]
