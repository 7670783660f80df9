"""A call as a run of the matching reads it: everything of one moment in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from geoalchemy2.functions import ST_X, ST_Y
from sqlalchemy import ColumnElement, Connection, Row, Uuid, bindparam, literal_column, select, text

from mapsvc.domain.call_market import COMPETING, Applicant, CallHead, MarketLot, MarketRows, Neighbour
from mapsvc.domain.offers import OfferRow
from mapsvc.store.areas import AreaRepository
from mapsvc.store.call_tables import application_lots, applications, calls, lots
from mapsvc.store.match_locks import MatchLockRepository
from mapsvc.store.offers import OfferRepository
from mapsvc.store.tables import collectives

_HEAD = (
    "id", "code", "title", "state", "area_id", "definition", "lottery_seed", "draw_description", "seed_commitment",
    "frozen_sha256",
)  # fmt: skip
_LOT = ("id", "starts_on", "ends_on", "unit", "capacity", "reserve", "overrides", "pre_access_from")
# Who signed for another unit of the same premises, whatever call it was in, while that period still touches the lot's.
_NEIGHBOURS = text(
    "SELECT DISTINCT l.number AS lot, coalesce(other.unit, '') AS unit, a.needs, c.disciplines"
    " FROM lots l JOIN lots other ON other.space_id = l.space_id AND other.id <> l.id"
    " AND other.starts_on < l.ends_on AND l.starts_on < other.ends_on"
    " JOIN award_offers o ON o.lot_id = other.id AND o.state = 'signed'"
    " JOIN applications a ON a.id = o.application_id LEFT JOIN collectives c ON c.id = a.collective_id"
    " WHERE l.call_id = :call_id"
).bindparams(bindparam("call_id", type_=Uuid))

# Kinds of the documents that reached the office, and the areas that the seat lies in.
_DOCUMENTS: ColumnElement[list[str]] = literal_column(
    "ARRAY(SELECT DISTINCT d.kind FROM application_documents d WHERE d.application_id = applications.id"
    " AND d.sent_at IS NOT NULL AND d.removed_at IS NULL)"
).label("documents")
_SEAT_AREAS: ColumnElement[list[str]] = literal_column(
    "ARRAY(WITH RECURSIVE path AS (SELECT s.id, s.parent_id, s.slug FROM areas s"
    " WHERE s.slug = applications.facts ->> 'seat'"
    " UNION SELECT p.id, p.parent_id, p.slug FROM areas p JOIN path ON p.id = path.parent_id) SELECT slug FROM path)"
).label("seat_areas")


class CallMarketRepository:
    """Reads calls for runs on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def head(self, code: str) -> CallHead | None:
        """Return what a run reads of the call with this code."""
        return self._head(calls.c.code == code)

    def by_id(self, call_id: UUID) -> CallHead | None:
        """Return what a run reads of a call."""
        return self._head(calls.c.id == call_id)

    def _head(self, condition: ColumnElement[bool]) -> CallHead | None:
        row = self._connection.execute(select(*(calls.c[name] for name in _HEAD)).where(condition)).first()
        if row is None:
            return None
        return CallHead(**row._mapping, path=AreaRepository(self._connection).path(row.area_id))

    def rows(self, head: CallHead) -> MarketRows:
        """Return everything that a run of the call is computed from, in a fixed number of statements."""
        market_lots = self.lots(head.id)
        return MarketRows(
            call=head,
            lots=market_lots,
            applicants=self._applicants(head.id, {lot.id: lot.number for lot in market_lots}),
            locks=MatchLockRepository(self._connection).of_call(head.id),
            neighbours=self._neighbours(head.id),
        )

    def space(self, slug: str) -> OfferRow | None:
        """Return a space that a simulation may add as a lot."""
        return OfferRepository(self._connection).by_slug(slug)

    def lots(self, call_id: UUID) -> list[MarketLot]:
        """Return the lots of a call in the order of their numbers, withdrawn ones too."""
        columns = (*(lots.c[name] for name in _LOT), lots.c.number, lots.c.space_id, lots.c.withdrawn_at)
        rows = self._connection.execute(select(*columns).where(lots.c.call_id == call_id).order_by(lots.c.number)).all()
        spaces = OfferRepository(self._connection).of_ids({row.space_id for row in rows})
        return [
            MarketLot(
                **{name: row._mapping[name] for name in _LOT},
                number=str(row.number),
                space=spaces[row.space_id],
                withdrawn=row.withdrawn_at is not None,
            )
            for row in rows
        ]

    def _applicants(self, call_id: UUID, number: Mapping[UUID, str]) -> list[Applicant]:
        rankings: dict[UUID, list[str]] = {}
        ranked = (
            select(application_lots.c.application_id, application_lots.c.lot_id)
            .join(applications, applications.c.id == application_lots.c.application_id)
            .where(applications.c.call_id == call_id)
            .order_by(application_lots.c.application_id, application_lots.c.rank)
        )
        for row in self._connection.execute(ranked):
            if row.lot_id in number:
                rankings.setdefault(row.application_id, []).append(number[row.lot_id])
        columns = (
            applications.c.id, applications.c.code, applications.c.state, applications.c.collective_id,
            applications.c.needs, applications.c.project, applications.c.accepts_other_lots,
            applications.c.accepts_upgrade, applications.c.merit_micro, applications.c.facts,
            applications.c.declarations, _DOCUMENTS, _SEAT_AREAS, collectives.c.name, collectives.c.slug,
            collectives.c.disciplines, collectives.c.members_count, ST_X(collectives.c.anchor).label("lon"),
            ST_Y(collectives.c.anchor).label("lat"),
        )  # fmt: skip
        query = (
            select(*columns)
            .join(collectives, collectives.c.id == applications.c.collective_id)
            .where(applications.c.call_id == call_id, applications.c.state.in_(COMPETING))
            .order_by(applications.c.code)
        )
        return [_applicant(row, tuple(rankings.get(row.id, ()))) for row in self._connection.execute(query)]

    def _neighbours(self, call_id: UUID) -> dict[str, Sequence[Neighbour]]:
        found: dict[str, list[Neighbour]] = {}
        for row in self._connection.execute(_NEIGHBOURS, {"call_id": call_id}):
            activities = row.needs.get("activities") or row.disciplines or ()
            practices = row.needs.get("incompatible_practices") or ()
            found.setdefault(str(row.lot), []).append(Neighbour(row.unit, frozenset(activities), frozenset(practices)))
        return {lot: tuple(some) for lot, some in found.items()}


def _applicant(row: Row[*tuple[Any, ...]], ranking: tuple[str, ...]) -> Applicant:
    return Applicant(
        id=row.id,
        code=row.code,
        state=row.state,
        collective_id=row.collective_id,
        collective=row.name,
        slug=row.slug,
        disciplines=tuple(row.facts.get("disciplines") or row.disciplines),
        members=row.members_count,
        anchor=None if row.lon is None else (row.lon, row.lat),
        needs=row.needs,
        facts=row.facts,
        declarations=tuple(row.declarations),
        documents=frozenset(row.documents),
        seat_areas=frozenset(row.seat_areas) or None,
        themes=row.project.get("themes") or {},
        ranking=ranking,
        accepts_other_lots=row.accepts_other_lots,
        accepts_upgrade=row.accepts_upgrade,
        merit_micro=row.merit_micro,
    )
