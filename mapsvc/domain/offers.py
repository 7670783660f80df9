"""A space as the matching reads it from the store."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mapsvc.domain.spaces import Space


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A space as matching reads it, with what a list says about it.

    Areas are those it lies in, the smallest first; `published_point` is (lon, lat) as the public sees it, None where it
    has no public place.
    """

    space: Space
    status: str
    band: str
    last_official_check_on: date | None
    area_ids: tuple[UUID, ...] = ()
    area_slugs: tuple[str, ...] = ()
    area_name: str | None = None
    published_point: tuple[float, float] | None = None
    last_confirmed_on: date | None = None
    last_source_kind: str | None = None
    area_m2: float | None = None
    demonstration: bool = False
