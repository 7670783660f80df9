"""Pacts as they are stored: by the fields that their registers state, or as drafts that a call's award begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.imports import PactRecord

#: Fields that name categories: capitals and spaces never split one.
CATEGORIES = ("district_text", "neighbourhood_text", "fields_of_action")


@dataclass(frozen=True, slots=True)
class Pact:
    """A stored pact; `values` holds the fields of `pact_values`, None where nothing is known."""

    id: UUID
    slug: str
    source_key: str
    version: int
    values: Mapping[str, object]


def pact_values(record: PactRecord) -> dict[str, object]:
    """Return the fields of a pact by column of the store, as JSON values; a blank text is None."""
    texts = {
        "title": record.title,
        "state": record.status,
        "proposer": record.proposer_kind,
        "representative": record.representative,
        "place_text": record.place,
        "district_text": record.district,
        "neighbourhood_text": " · ".join(dict.fromkeys(filter(None, (record.neighbourhood, record.unit)))),
        "city_name": record.city,
        "note": record.note,
        "document_url": record.document_url,
    }
    return {
        **{name: value or None for name, value in texts.items()},
        "representative_is_person": record.representative_is_person,
        "fields_of_action": list(record.fields_of_action),
        "point": None if record.point is None else list(record.point),
    }


#: Needs that a group declares as ceilings or commitments, and that bind it in its pact (domain.md 2.3).
CEILINGS = (
    "noise_emission_day", "noise_emission_evening", "noise_emission_night", "dust_odour", "hot_work", "solvents",
    "activities", "hours", "people_peak", "residents_count", "public_opening_h_week", "events_per_year",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PactDraft:
    """A pact as a signed award begins it; `ceilings` is JSON of the needs that bind, `summary` text by language."""

    id: UUID
    slug: str
    title: str
    summary: Mapping[str, str]
    lang: str
    proposer: str
    place: str
    point: tuple[float, float]
    call_id: UUID
    lot_id: UUID
    application_id: UUID
    space_id: UUID
    starts_on: date
    ends_on: date
    signed_on: date
    act: str
    ceilings: Mapping[str, object]
    commitments: Sequence[str]


def ceilings_of(needs: Mapping[str, object]) -> dict[str, object]:
    """Return those of the declared needs (JSON of `domain.needs`) that become clauses."""
    return {name: needs[name] for name in CEILINGS if needs.get(name) not in (None, "", [], {})}


class Pacts(Protocol):
    """Pacts of registers, and drafts of pacts that calls begin."""

    def add_draft(self, draft: PactDraft, source_code: str, at: datetime) -> bool:
        """Add a draft that nobody sees in public; tell whether the application had none yet."""
        ...

    def slugs_of_call(self, call_id: UUID) -> dict[UUID, str]:
        """Return the slugs of the pacts that began in a call, by application."""
        ...

    def of_source(self, source_code: str) -> list[Pact]:
        """Return every pact of a source, by key; locked against other writers."""
        ...

    def update(self, pact: Pact, values: Mapping[str, object], as_of: date | None, at: datetime) -> bool:
        """Write some fields and the day they hold for if the version still does; tell whether it did."""
        ...

    def confirm(self, ids: Sequence[UUID], as_of: date) -> int:
        """Note that their source still said the same on a later day; return of how many that was news."""
        ...
