"""Open flags as the desk sees them; never who flagged."""

from typing import Any

from sqlalchemy import Connection

from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import named

#: Rows that are read at once; the queue is worked from its top.
MOST_ROWS = 500


def waiting(connection: Connection, scope: Scope) -> list[dict[str, Any]]:
    """Return the open flags of the scope, the oldest first, each with name, slug, state and area of its record."""
    params = scope.params() | {"limit": MOST_ROWS}
    return [dict(row._mapping) for row in connection.execute(named("desk_flags"), params)]
