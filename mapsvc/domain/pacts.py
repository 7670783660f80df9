"""Pacts as they are stored, by the fields that their registers state."""

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


class Pacts(Protocol):
    """Pacts of registers."""

    def of_source(self, source_code: str) -> list[Pact]:
        """Return every pact of a source, by key; locked against other writers."""
        ...

    def update(self, pact: Pact, values: Mapping[str, object], as_of: date | None, at: datetime) -> bool:
        """Write some fields and the day they hold for if the version still does; tell whether it did."""
        ...

    def confirm(self, ids: Sequence[UUID], as_of: date) -> int:
        """Note that their source still said the same on a later day; return of how many that was news."""
        ...
