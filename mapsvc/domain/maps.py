"""Maps of groups: which states there are, and what a stored filter and a stored view may look like.

What a filter code means is the business of the reads; here stands only the shape that is kept.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Invalid

#: Members of the stored filters, named as in the address of the map.
LISTS = ("kinds", "status", "age", "category")
TEXTS = ("area", "min_m2", "max_m2", "q")
_CODE = re.compile(r"[a-z0-9_]{1,40}")
_MOST_CODES = 40
_LONGEST_TEXT = 200
# A view narrower than this (degrees, some ten metres) would be deeper than any zoom.
_NARROWEST = 0.0001
_NORTHMOST = 85.06


class MapState(StrEnum):
    """Who sees a map: its curators, whoever has the link, everybody."""

    PRIVATE = "private"
    UNLISTED = "unlisted"
    PUBLIC = "public"


def checked_filters(raw: Mapping[str, object]) -> dict[str, object]:
    """Return filters as they are stored, without empty members; raise Invalid with a pointer to what they may not hold.

    Lists hold codes of vocabularies, the other members are short texts as somebody typed them.
    """
    kept: dict[str, object] = {}
    for name, value in raw.items():
        if name in LISTS and isinstance(value, list | tuple):
            codes = [str(code) for code in value]
            if len(codes) > _MOST_CODES or not all(_CODE.fullmatch(code) for code in codes):
                raise Invalid("a filter holds codes of a list", f"/{name}", code="unknown_value", value=str(value))
            if codes:
                kept[name] = codes
        elif name in TEXTS and isinstance(value, str):
            if len(value) > _LONGEST_TEXT:
                raise Invalid("the text is too long", f"/{name}", code="text_too_long")
            if value:
                kept[name] = value
        else:
            raise Invalid("there is no such filter", f"/{name}", code="unknown_field", value=name)
    return kept


def checked_view(raw: Mapping[str, object]) -> dict[str, object]:
    """Return a view as it is stored: empty (all places fit) or {"bounds": [west, south, east, north]} in degrees."""
    if not raw:
        return {}
    bounds = raw.get("bounds")
    if set(raw) != {"bounds"} or not isinstance(bounds, list | tuple) or len(bounds) != 4:
        raise Invalid("a view is west, south, east, north in degrees", "/view", code="bbox")
    if not all(isinstance(part, int | float) and math.isfinite(part) for part in bounds):
        raise Invalid("a view is west, south, east, north in degrees", "/view", code="bbox")
    west, south, east, north = (round(float(part), 5) for part in bounds)
    on_the_map = -180 <= west < east <= 180 and -_NORTHMOST <= south < north <= _NORTHMOST
    if not on_the_map or east - west < _NARROWEST or north - south < _NARROWEST:
        raise Invalid("a view is west, south, east, north in degrees", "/view", code="bbox")
    return {"bounds": [west, south, east, north]}


@dataclass(frozen=True, slots=True)
class CuratedMap:
    """A group's map: filters, words and view."""

    id: UUID
    slug: str
    group_id: UUID
    title: str
    intro: str
    filters: Mapping[str, object]
    view: Mapping[str, object]
    state: str
    created_by: int | None
    created_at: datetime
    updated_at: datetime
    version: int = 1


class CuratedMaps(Protocol):
    """Maps of groups."""

    def by_slug(self, slug: str) -> CuratedMap | None:
        """Return the map with this slug."""
        ...

    def add(self, curated_map: CuratedMap) -> None:
        """Add a map."""
        ...

    def update(self, curated_map: CuratedMap) -> bool:
        """Write all fields if the version still holds; tell whether it did."""
        ...

    def of_group(self, group_id: UUID) -> list[CuratedMap]:
        """Return the maps of a group, the newest first."""
        ...
