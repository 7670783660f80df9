"""Searchable lists of public records: conditions that are wanted, a total and one page of rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.spatial.named_sql import source


@dataclass
class Wanted:
    """The conditions of a list on one view; only constants of this package become SQL, values travel as parameters."""

    view: str
    words: str
    conditions: list[str] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)

    def add(self, given: object, condition: str, **params: object) -> None:
        """Add a condition that begins with AND when something was given for it."""
        if given:
            self.conditions.append(condition)
            self.params |= params


def catalogue_rows(
    connection: Connection, name: str, wanted: Wanted, limit: int, offset: int
) -> tuple[int, list[Mapping[str, Any]]]:
    """Return how many rows fit, and those of one page by spatial/sql/<name>.sql."""
    conditions = " ".join(wanted.conditions)
    params = wanted.params | {"words": wanted.words}
    count = text(f"SELECT count(*) FROM {wanted.view} WHERE true {conditions}")  # noqa: S608 - constants only
    total: int = connection.execute(count, params).scalar_one()
    statement = text(source(name).replace("{conditions}", conditions))
    rows = connection.execute(statement, params | {"limit": limit, "offset": offset})
    return total, [row._asdict() for row in rows]
