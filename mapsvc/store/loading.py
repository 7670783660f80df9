"""Writing many records at once: one statement takes a thousand rows as JSON and turns them into columns.

Geometry arrives as GeoJSON that was checked in Python before; nothing here repairs or guesses.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Uuid, any_, bindparam, text

from mapsvc.domain.ids import new_id
from mapsvc.domain.imports import (
    AreaRecord,
    CallRecord,
    CityRecord,
    CollectiveRecord,
    InitiativePlace,
    InitiativeRecord,
    LonLat,
    Named,
    NewSpace,
    ObservationRecord,
    PactRecord,
    SourceInfo,
    SpaceRecord,
    StreetRecord,
)
from mapsvc.domain.spaces import Space
from mapsvc.store import loading_sql as sql
from mapsvc.store.engine import allow_long_work
from mapsvc.store.spaces import space_select, to_space
from mapsvc.store.tables import spaces as space_table

ROWS_PER_STATEMENT = 1_000
"""Enough to make the round trips vanish, few enough to keep one statement's JSON below some megabytes."""

_NOUNS_WITH_KEYS = frozenset({"areas", "streets", "spaces", "initiatives", "pacts", "collectives", "calls"})
_NOUNS_WITH_SLUGS = frozenset({"areas", "spaces", "initiatives", "pacts", "collectives"})
_WIDE = ("Corso ", "Viale ", "Lungo ", "Largo ", "Tangenziale ")
_MIDDLE = ("Via ", "Piazza ", "Piazzale ", "Strada ")


class LoadingRepository:
    """Adds many records of one source on one connection; `begin` names the source."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._source_id = 0

    def begin(self, source: SourceInfo, at: datetime) -> None:
        """Name the source of everything that follows in this transaction, and lift the time limit of statements."""
        allow_long_work(self._connection)
        values = {
            "code": source.code,
            "title": source.title,
            "licence": source.licence,
            "attribution": source.attribution,
            "url": source.url or None,
            "demonstration": source.demonstration,
            "at": at,
        }
        self._source_id = self._connection.execute(text(sql.SOURCE), values).scalar_one()

    def set_city(self, city: CityRecord) -> None:
        """Write the deployment's own row unless there is one."""
        values = asdict(city) | {"languages": list(city.languages), "lon": city.centre[0], "lat": city.centre[1]}
        values.pop("centre")
        self._connection.execute(text(sql.CITY), values)

    def region(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of all areas, None where there are none."""
        row = self._connection.execute(text(sql.REGION)).one_or_none()
        return None if row is None else (row.west, row.south, row.east, row.north)

    def street_point(self, name: str) -> LonLat | None:
        """Return a point on the only street with this name, None where there is none or more than one."""
        row = self._connection.execute(text(sql.STREET), {"name": name}).one_or_none()
        return None if row is None else (row.lon, row.lat)

    def candidates(self, records: Sequence[SpaceRecord], slugs: Sequence[str], source_code: str) -> list[Space]:
        """Return every stored space with one of the slugs, or that one of the records of a source could mean."""
        params = {
            "slugs": list(slugs),
            "source": source_code,
            "keys": [record.source_key for record in records],
            "streets": sorted({record.address.street for record in records if record.address.street}),
            "external": [f"{scheme} {value}" for record in records for scheme, value in record.external_ids],
        }
        ids = list(self._connection.execute(text(sql.CANDIDATES), params).scalars())
        query = (
            space_select()
            .where(space_table.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
            .order_by(space_table.c.id)
        )
        return [to_space(row) for row in self._connection.execute(query, {"ids": ids})]

    def known_keys(self, noun: str) -> set[str]:
        """Return the keys that the source already has among the records of a noun (a table name)."""
        if noun not in _NOUNS_WITH_KEYS:
            raise KeyError(noun)
        query = text(f"SELECT source_key FROM {noun} WHERE source_id = :source")  # noqa: S608 - one of a fixed set
        return set(self._connection.execute(query, {"source": self._source_id}).scalars())

    def slugs(self, noun: str) -> set[str]:
        """Return every slug that the noun (a table name) ever used, whatever the source."""
        if noun not in _NOUNS_WITH_SLUGS:
            raise KeyError(noun)
        return set(self._connection.execute(text(f"SELECT slug FROM {noun}")).scalars())  # noqa: S608 - one of a fixed set

    def observation_known(self, source_key: str) -> bool:
        """Tell whether the source has an observation with this key."""
        query = text("SELECT FROM observations WHERE source_id = :source AND source_key = :key")
        return self._connection.execute(query, {"source": self._source_id, "key": source_key}).first() is not None

    def known_observations(self, source_keys: Sequence[str]) -> set[str]:
        """Return those of the keys that the source has an observation with."""
        query = text("SELECT source_key FROM observations WHERE source_id = :source AND source_key = ANY (:keys)")
        return set(self._connection.execute(query, {"source": self._source_id, "keys": list(source_keys)}).scalars())

    def add_observations(self, observations: Sequence[tuple[UUID, ObservationRecord]]) -> None:
        """Add published observations of spaces that are there, leaving those alone whose keys are known."""
        self._add(sql.OBSERVATIONS, (_observation_row(space_id, seen, "published") for space_id, seen in observations))

    def add_areas(self, areas: Sequence[Named[AreaRecord]]) -> None:
        """Add areas; parents come first or are there already."""
        self._add(
            sql.AREAS,
            (
                {
                    "id": str(new_id()),
                    "slug": area.slug,
                    "name": area.record.name,
                    "level": area.record.level,
                    "parent_key": area.record.parent_key,
                    "geometry": area.record.geometry,
                    "source_key": area.record.source_key,
                }
                for area in areas
            ),
        )

    def add_streets(self, streets: Sequence[StreetRecord]) -> None:
        """Add streets of the gazetteer; how wide one is drawn is told from its name, since the source does not say."""
        self._add(
            sql.STREETS,
            (
                {
                    "name": street.name,
                    "width": street_width(street.name),
                    "geometry": {"type": "MultiLineString", "coordinates": street.lines},
                    "source_key": street.source_key,
                }
                for street in streets
            ),
        )

    def add_spaces(self, spaces: Sequence[NewSpace], at: datetime) -> None:
        """Add spaces with their observations."""
        for start in range(0, len(spaces), ROWS_PER_STATEMENT):
            part = spaces[start : start + ROWS_PER_STATEMENT]
            self._add(sql.SPACES, (_space_row(space) for space in part), at=at)
            self._add(sql.OBSERVATIONS, (row for space in part for row in _observation_rows(space)))

    def add_initiatives(self, initiatives: Sequence[Named[InitiativeRecord]], at: datetime) -> None:
        """Add initiatives with their places."""
        ids = [str(new_id()) for _ in initiatives]
        pairs = list(zip(ids, initiatives, strict=True))
        self._add(sql.INITIATIVES, (_initiative_row(key, item) for key, item in pairs), at=at)
        places = (_place_row(key, place) for key, item in pairs for place in item.record.places)
        self._add(sql.INITIATIVE_PLACES, places)

    def add_pacts(self, pacts: Sequence[Named[PactRecord]], at: datetime) -> None:
        """Add pacts and proposals."""
        self._add(sql.PACTS, (_pact_row(pact) for pact in pacts), at=at)

    def add_collectives(self, collectives: Sequence[Named[CollectiveRecord]], at: datetime) -> None:
        """Add collectives with their needs."""
        rows = (
            {
                "id": str(new_id()),
                "slug": item.slug,
                "name": item.record.name,
                "story": item.record.story,
                "original_lang": item.record.original_lang,
                "form": item.record.form,
                "disciplines": item.record.disciplines,
                "members_count": item.record.members_count,
                "needs": item.record.needs,
                "state": item.record.state,
                "anchor": _point(item.record.anchor),
                "source_key": item.record.source_key,
            }
            for item in collectives
        )
        self._add(sql.COLLECTIVES, rows, at=at)

    def add_calls(self, calls: Sequence[CallRecord], at: datetime) -> None:
        """Add calls with their lots; the spaces of the lots are of the same source and there already."""
        rows = (
            {
                "id": str(new_id()),
                "code": call.code,
                "title": call.title,
                "summary": call.summary,
                "state": call.state,
                "opens_on": call.opens_on.isoformat(),
                "closes_on": call.closes_on.isoformat(),
                "source_key": call.source_key,
            }
            for call in calls
        )
        self._add(sql.CALLS, rows, at=at)
        lots = (
            {
                "id": str(new_id()),
                "call_key": call.source_key,
                "space_key": lot.space_key,
                "number": lot.number,
                "starts_on": lot.start.isoformat(),
                "ends_on": lot.until.isoformat(),
            }
            for call in calls
            for lot in call.lots
        )
        self._add(sql.LOTS, lots)

    def _add(self, statement: str, rows: Iterator[dict[str, Any]], **params: object) -> None:
        query, part = text(statement), list[dict[str, Any]]()

        def send() -> None:
            values = params | {"rows": json.dumps(part, allow_nan=False), "source": self._source_id}
            self._connection.execute(query, values)
            part.clear()

        for row in rows:
            part.append(row)
            if len(part) == ROWS_PER_STATEMENT:
                send()
        if part:
            send()


def street_width(name: str) -> int:
    """Return 3 for avenues, 2 for streets and squares, 1 for lanes and paths, by the first word of an Italian name."""
    return 3 if name.startswith(_WIDE) else 2 if name.startswith(_MIDDLE) else 1


def _point(lonlat: LonLat | None) -> dict[str, object] | None:
    return None if lonlat is None else {"type": "Point", "coordinates": lonlat}


def _space_row(space: NewSpace) -> dict[str, Any]:
    record, evidence, address = space.record, space.evidence, space.record.address
    return {
        "id": str(space.id),
        "slug": space.slug,
        "name": record.name,
        "asset_kind": record.asset_kind,
        "owner_type": record.owner_type,
        "street": address.street or None,
        "number": address.civic_number or None,
        "floor": address.floor or None,
        "postcode": address.postcode or None,
        "city_name": address.municipality or None,
        "point": _point(record.point),
        "footprint": record.footprint,
        "geocode_precision": record.geocode_precision,
        "publication_precision": record.publication_precision,
        "features": record.features,
        "description": record.description,
        "external_ids": dict(record.external_ids),
        "record_state": record.record_state,
        "availability_state": record.availability_state,
        "owner_consent": record.owner_consent,
        "source_key": record.source_key,
        "source_url": record.source_url or None,
        "reported_at": record.reported_at.isoformat() if record.reported_at else None,
        "status_from": [day.isoformat() for day in evidence.status_from],
        "status_codes": evidence.status_codes,
        "band_codes": evidence.band_codes,
        "last_confirmed_on": _iso(evidence.last_confirmed_on),
        "last_source_kind": evidence.last_source_kind,
        "observation_count": evidence.observation_count,
        "next_check_due": _iso(evidence.next_check_due),
        "last_official_check_on": _iso(evidence.last_official_check_on),
    }


def _observation_rows(space: NewSpace) -> Iterator[dict[str, Any]]:
    # What waits for a moderator is not shown yet, and neither is its text.
    note_state = "queued" if space.record.record_state == "submitted" else "published"
    return (_observation_row(space.id, seen, note_state) for seen in space.record.observations)


def _observation_row(space_id: UUID, seen: ObservationRecord, note_state: str) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "space_id": str(space_id),
        "claim": seen.claim,
        "source_kind": seen.source_kind,
        "quality": seen.quality,
        "observed_at": seen.observed_at.isoformat(),
        "reporter": seen.reporter_key,
        "cluster_key": seen.reporter_key if seen.source_kind == "anonymous" else None,
        "note": seen.note or None,
        "note_state": note_state if seen.note else "none",
        "source_key": seen.source_key,
    }


def _initiative_row(key: str, item: Named[InitiativeRecord]) -> dict[str, Any]:
    record = item.record
    facts: Mapping[str, object] = {
        "activities": record.activities,
        "legal_form": record.legal_form,
        "profile_scores": record.profile_scores,
        "external_ids": dict(record.external_ids),
    }
    return {
        "id": key,
        "slug": item.slug,
        "name": record.name,
        "summary": record.summary,
        "original_lang": record.original_lang,
        "kind": record.kind,
        "themes": record.themes,
        "state": record.stage,
        "starts": record.start.iso() if record.start else None,
        "ends": record.until.iso() if record.until else None,
        "links": record.links,
        "facts": {name: value for name, value in facts.items() if value},
        "last_confirmed_on": _iso(record.confirmed_on),
        "source_key": record.source_key,
        "source_url": record.source_url or None,
    }


def _place_row(key: str, place: InitiativePlace) -> dict[str, Any]:
    address = " ".join(filter(None, (place.address.street, place.address.civic_number)))
    return {
        "id": str(new_id()),
        "initiative_id": key,
        "point": _point(place.point),
        "address": ", ".join(dict.fromkeys(filter(None, (place.title, address)))) or None,
        "city_name": place.address.municipality or None,
        "starts": place.start.iso() if place.start else None,
        "ends": place.until.iso() if place.until else None,
        "flags": place.flags,
        "source_key": place.source_key,
    }


def _pact_row(item: Named[PactRecord]) -> dict[str, Any]:
    record = item.record
    return {
        "id": str(new_id()),
        "slug": item.slug,
        "title": record.title,
        "summary": record.summary,
        "original_lang": record.original_lang,
        "kind": record.kind,
        "state": record.status,
        "fields_of_action": record.fields_of_action,
        "proposer": record.proposer_kind or None,
        "representative": record.representative or None,
        "representative_is_person": record.representative_is_person,
        "place_text": record.place or None,
        "district_text": record.district or None,
        "neighbourhood_text": " · ".join(dict.fromkeys(filter(None, (record.neighbourhood, record.unit)))) or None,
        "city_name": record.city or None,
        "note": record.note or None,
        "document_url": record.document_url or None,
        "point": _point(record.point),
        "state_as_of": _iso(record.as_of),
        "source_key": record.source_key,
        "source_url": record.source_url or None,
    }


def _iso(day: Any) -> str | None:
    return None if day is None else day.isoformat()
