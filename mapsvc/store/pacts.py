"""Pacts in the database: those that registers keep in step, and drafts that calls begin."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mapsvc.domain.pacts import Pact, PactDraft
from mapsvc.store.pact_tables import pacts
from mapsvc.store.tables import sources

_PLAIN = (
    "title", "state", "proposer", "representative", "representative_is_person", "place_text", "district_text",
    "neighbourhood_text", "city_name", "note", "document_url",
)  # fmt: skip
_DRAFT = (
    "id", "slug", "title", "summary", "proposer", "call_id", "lot_id", "application_id", "space_id", "starts_on",
    "ends_on", "signed_on", "act", "ceilings",
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

    def add_draft(self, draft: PactDraft, source_code: str, at: datetime) -> bool:
        """Add a draft that nobody sees in public; tell whether the application had none yet."""
        done = self._connection.execute(
            insert(pacts)
            .values(
                **{name: getattr(draft, name) for name in _DRAFT},
                original_lang=draft.lang,
                place_text=draft.place,
                point=func.ST_SetSRID(func.ST_MakePoint(*draft.point), 4326),
                commitments=list(draft.commitments),
                state="draft",
                state_as_of=draft.signed_on,
                representative_is_person=False,
                record_state="submitted",
                source_id=select(sources.c.id).where(sources.c.code == source_code).scalar_subquery(),
                source_key=str(draft.id),
                created_at=at,
                updated_at=at,
            )
            .on_conflict_do_nothing(index_elements=["application_id"], index_where=pacts.c.application_id.is_not(None))
        )
        return done.rowcount == 1

    def slugs_of_call(self, call_id: UUID) -> dict[UUID, str]:
        """Return the slugs of the pacts that began in a call, by application."""
        query = select(pacts.c.application_id, pacts.c.slug).where(pacts.c.call_id == call_id)
        return {row.application_id: row.slug for row in self._connection.execute(query)}


def _to_pact(row: Mapping[Any, Any]) -> Pact:
    values: dict[str, object] = {name: row[name] for name in _PLAIN}
    values["fields_of_action"] = list(row["fields_of_action"])
    values["point"] = None if row["lon"] is None else [row["lon"], row["lat"]]
    return Pact(row["id"], row["slug"], row["source_key"], row["version"], values)
