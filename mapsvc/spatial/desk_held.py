"""What the rules of moderation hold, as the desk sees it."""

from typing import Any

from sqlalchemy import Connection

from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import named

#: Rows that are read at once; the queue is worked from its top.
MOST_ROWS = 500


def waiting(connection: Connection, scope: Scope) -> list[dict[str, Any]]:
    """Return held answers (`kind` held), places that wait for a visit (visit) and for a look (sample), oldest first.

    A held answer carries `cluster` where the same network said the same several times.
    """
    params = scope.params() | {"limit": MOST_ROWS}
    return [dict(row._mapping) for row in connection.execute(named("desk_held"), params)]
