"""Pacts in the database, as their registers keep them in step."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, update

from mapsvc.domain.pacts import Pact
from mapsvc.store.tables import pacts, sources

_PLAIN = (
    "title", "state", "proposer", "representative", "representative_is_person", "place_text", "district_text",
    "neighbourhood_text", "city_name", "note", "document_url",
)  # fmt: skip


class PactRepository:
    """Reads and writes pacts on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_source(self, source_code: str) -> list[Pact]:
        """Return every pact of a source, by key; locked against other writers."""
        query = (
            select(pacts, func.ST_X(pacts.c.point).label("lon"), func.ST_Y(pacts.c.point).label("lat"))
            .join(sources, sources.c.id == pacts.c.source_id)
            .where(sources.c.code == source_code)
            .order_by(pacts.c.source_key)
            .with_for_update(of=pacts)
        )
        return [_to_pact(row._mapping) for row in self._connection.execute(query)]

    def update(self, pact: Pact, values: Mapping[str, object], as_of: date | None, at: datetime) -> bool:
        """Write some fields and the day they hold for if the version still does; tell whether it did."""
        written: dict[str, Any] = {name: value for name, value in values.items() if name != "point"}
        point = values.get("point")
        if isinstance(point, list | tuple):
            written["point"] = func.ST_SetSRID(func.ST_MakePoint(*point), 4326)
        if as_of is not None:
            written["state_as_of"] = as_of
        done = self._connection.execute(
            update(pacts)
            .where(pacts.c.id == pact.id, pacts.c.version == pact.version)
            .values(**written, updated_at=at, version=pacts.c.version + 1)
        )
        return done.rowcount == 1

    def confirm(self, ids: Sequence[UUID], as_of: date) -> int:
        """Note that their source still said the same on a later day; return of how many that was news."""
        done = self._connection.execute(
            update(pacts)
            .where(pacts.c.id.in_(ids), or_(pacts.c.state_as_of.is_(None), pacts.c.state_as_of < as_of))
            .values(state_as_of=as_of)
        )
        return done.rowcount


def _to_pact(row: Mapping[Any, Any]) -> Pact:
    values: dict[str, object] = {name: row[name] for name in _PLAIN}
    values["fields_of_action"] = list(row["fields_of_action"])
    values["point"] = None if row["lon"] is None else [row["lon"], row["lat"]]
    return Pact(row["id"], row["slug"], row["source_key"], row["version"], values)
