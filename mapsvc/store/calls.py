"""Calls, their lots and what happened to them, in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, text, update

from mapsvc.domain.call_definition_files import definition_to_json, read_definition, read_reserve, reserve_to_json
from mapsvc.domain.call_timelines import read_timeline, timeline_to_json
from mapsvc.domain.calls import Call, CallEvent, CallProgress, Lot
from mapsvc.store.call_tables import call_events, calls, lots
from mapsvc.store.tables import sources, spaces

_PLAIN = (
    "id", "code", "title", "summary", "state", "created_at", "updated_at", "source_key", "kind", "office", "area_id",
    "frozen", "frozen_sha256", "draw_description", "seed_commitment", "lottery_seed", "state_before", "created_by",
    "approved_by", "legal_checked_by", "legal_checked_at", "copied_from", "version",
)  # fmt: skip
_KEPT = ("id", "created_at", "created_by", "source_key", "version")
_LOT = (
    "id", "call_id", "space_id", "number", "starts_on", "ends_on", "unit", "capacity", "pre_access_from",
    "withdrawn_at", "withdrawn_reason",
)  # fmt: skip
_OVER = ("concluded", "cancelled")
_PROGRESS = text(
    "SELECT (SELECT coalesce(jsonb_object_agg(state, n), '{}') FROM (SELECT state, count(*) AS n FROM applications"
    " WHERE call_id = :id GROUP BY state) by_state) AS applications,"
    " (SELECT count(*) FROM committee_members WHERE call_id = :id) AS members,"
    " EXISTS (SELECT FROM committee_members WHERE call_id = :id AND chair) AS has_chair,"
    " EXISTS (SELECT FROM match_runs WHERE call_id = :id AND state = 'adopted') AS adopted,"
    " (SELECT count(*) FROM award_offers WHERE call_id = :id AND state IN ('pending', 'accepted')) AS open_offers,"
    " (SELECT count(*) FROM call_observations WHERE call_id = :id AND answered_at IS NULL) AS unanswered"
)


class CallRepository:
    """Reads and writes calls on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, call_id: UUID, *, lock: bool = False) -> Call | None:
        """Return a call, locked against other deciders on request."""
        return self._one(_select().where(calls.c.id == call_id), lock=lock)

    def by_code(self, code: str, *, lock: bool = False, share: bool = False) -> Call | None:
        """Return the call with this code; `share` lets several hold it while nobody changes it."""
        return self._one(_select().where(calls.c.code == code), lock=lock, share=share)

    def all(self) -> list[Call]:
        """Return every call, the newest first."""
        rows = self._connection.execute(_select().order_by(calls.c.created_at.desc(), calls.c.id.desc()))
        return [_call(row) for row in rows]

    def add(self, call: Call) -> None:
        """Add a call."""
        source = select(sources.c.id).where(sources.c.code == call.source_code).scalar_subquery()
        kept = {name: getattr(call, name) for name in _KEPT}
        self._connection.execute(insert(calls).values(**kept, **_values(call), source_id=source))

    def update(self, call: Call, now: datetime) -> bool:
        """Write all fields if the stored version is still `call.version`, raise the version; tell whether it was."""
        done = self._connection.execute(
            update(calls)
            .where(calls.c.id == call.id, calls.c.version == call.version)
            .values(**_values(call) | {"updated_at": now}, version=calls.c.version + 1)
        )
        return done.rowcount == 1

    def due(self, now: datetime) -> list[Call]:
        """Return the open calls whose deadline has passed."""
        query = _select().where(calls.c.state == "open", calls.c.closes_at <= now).order_by(calls.c.closes_at)
        return [_call(row) for row in self._connection.execute(query)]

    def lots(self, call_id: UUID) -> list[Lot]:
        """Return the lots of a call in the order of their numbers, withdrawn ones too."""
        query = _lots().where(lots.c.call_id == call_id).order_by(lots.c.number)
        return [_lot(row) for row in self._connection.execute(query)]

    def lot(self, lot_id: UUID) -> Lot | None:
        """Return a lot."""
        row = self._connection.execute(_lots().where(lots.c.id == lot_id)).one_or_none()
        return None if row is None else _lot(row)

    def add_lot(self, lot: Lot) -> None:
        """Add a lot."""
        self._connection.execute(insert(lots).values(_lot_values(lot)))

    def update_lot(self, lot: Lot) -> None:
        """Write all fields of a lot."""
        self._connection.execute(update(lots).where(lots.c.id == lot.id).values(_lot_values(lot)))

    def remove_lot(self, lot_id: UUID) -> None:
        """Remove a lot of a call that was not published yet."""
        self._connection.execute(delete(lots).where(lots.c.id == lot_id))

    def lots_at(self, space_id: UUID) -> list[Lot]:
        """Return the lots at a space that are not withdrawn, of calls that are not over; the space is locked."""
        self._connection.execute(select(spaces.c.id).where(spaces.c.id == space_id).with_for_update())
        query = (
            _lots()
            .join(calls, calls.c.id == lots.c.call_id)
            .where(lots.c.space_id == space_id, lots.c.withdrawn_at.is_(None), calls.c.state.not_in(_OVER))
            .order_by(lots.c.starts_on, lots.c.id)
        )
        return [_lot(row) for row in self._connection.execute(query)]

    def add_event(self, event: CallEvent) -> None:
        """Add an event."""
        self._connection.execute(
            insert(call_events).values(
                call_id=event.call_id,
                at=event.at,
                action=event.action,
                state=event.state,
                note=event.note,
                details=dict(event.details),
                user_id=event.user_id,
            )
        )

    def events(self, call_id: UUID) -> list[CallEvent]:
        """Return what happened to a call, the oldest first."""
        names = ("call_id", "at", "action", "state", "note", "details", "user_id")
        query = (
            select(*(call_events.c[name] for name in names))
            .where(call_events.c.call_id == call_id)
            .order_by(call_events.c.at, call_events.c.id)
        )
        return [CallEvent(**row._mapping) for row in self._connection.execute(query)]

    def progress(self, call_id: UUID) -> CallProgress:
        """Return how far the work on a call is."""
        return CallProgress(**self._connection.execute(_PROGRESS, {"id": call_id}).one()._mapping)

    def _one(self, query: Select[Any], *, lock: bool, share: bool = False) -> Call | None:
        if lock or share:
            query = query.with_for_update(read=share and not lock, of=calls)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _call(row)


def _select() -> Select[Any]:
    return select(
        *(calls.c[name] for name in _PLAIN),
        calls.c.opens_on,
        calls.c.closes_on,
        calls.c.definition,
        calls.c.timeline,
        sources.c.code.label("source_code"),
        sources.c.demonstration,
    ).join(sources, sources.c.id == calls.c.source_id)


def _call(row: Row[Any]) -> Call:
    values = dict(row._mapping)
    dates = {"publish_on": values.pop("opens_on"), "closes_on": values.pop("closes_on")}
    # A register states no more than the first and the last day.
    timeline = {name: day.isoformat() for name, day in dates.items() if day is not None} | values.pop("timeline")
    definition = read_definition(values.pop("definition"))
    return Call(**values, definition=definition, timeline=read_timeline(timeline))


def _values(call: Call) -> dict[str, Any]:
    written = {name: getattr(call, name) for name in _PLAIN if name not in _KEPT}
    return written | {
        "title": dict(call.title),
        "summary": dict(call.summary),
        "definition": definition_to_json(call.definition),
        "timeline": timeline_to_json(call.timeline),
        "opens_on": call.timeline.publish_on,
        "closes_on": call.timeline.closes_on,
        "closes_at": call.closes_at,
    }


def _lots() -> Select[Any]:
    return select(
        *(lots.c[name] for name in _LOT),
        lots.c.reserve,
        lots.c.overrides,
        spaces.c.slug,
        func.coalesce(spaces.c.name, "").label("name"),
    ).join(spaces, spaces.c.id == lots.c.space_id)


def _lot(row: Row[Any]) -> Lot:
    values = dict(row._mapping)
    return Lot(**{**values, "reserve": read_reserve(values["reserve"], values["capacity"], "/reserve")})


def _lot_values(lot: Lot) -> dict[str, Any]:
    reserve = {"reserve": reserve_to_json(lot.reserve), "overrides": dict(lot.overrides)}
    return {name: getattr(lot, name) for name in _LOT} | reserve
