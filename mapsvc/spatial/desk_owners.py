"""Claims of owners and messages about homes as the desk sees them; never who sent them."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import named

#: Rows that are read at once; the queue is worked from its top.
MOST_ROWS = 200
Row = dict[str, Any]


def claims(connection: Connection, scope: Scope, claim_id: UUID | None = None) -> list[Row]:
    """Return the claims of the scope that wait, the oldest first; or the one with this id."""
    return _rows(connection, "desk_owner_claims", scope, claim_id)


def messages(connection: Connection, scope: Scope, message_id: UUID | None = None) -> list[Row]:
    """Return the open messages of the scope, the oldest first; or the one with this id."""
    return _rows(connection, "desk_office_messages", scope, message_id)


def _rows(connection: Connection, name: str, scope: Scope, row_id: UUID | None) -> list[Row]:
    params = scope.params() | {"limit": MOST_ROWS, "id": None if row_id is None else str(row_id)}
    return [dict(row._mapping) for row in connection.execute(named(name), params)]
