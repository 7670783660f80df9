"""Appeals as the desk sees them, with the decision each is about."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import named


def waiting(connection: Connection, scope: Scope) -> list[dict[str, Any]]:
    """Return the open appeals of the scope, the oldest first."""
    return [dict(row) for row in connection.execute(named("desk_appeals"), scope.params() | {"id": None}).mappings()]


def one(connection: Connection, scope: Scope, appeal_id: UUID) -> dict[str, Any] | None:
    """Return an appeal of the scope in any state; None elsewhere."""
    params = scope.params() | {"id": str(appeal_id)}
    row = connection.execute(named("desk_appeals"), params).mappings().one_or_none()
    return None if row is None else dict(row)
