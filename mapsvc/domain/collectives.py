"""Collectives: groups that look for a place; what they need is in `needs`."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Collective:
    """A group that looks for a place, with its needs as JSON of `mapsvc.domain.needs`."""

    id: UUID
    slug: str
    name: str
    story: str
    original_lang: str
    form: str
    disciplines: tuple[str, ...]
    members_count: int | None
    needs: Mapping[str, object]
    state: str
    anchor_lon: float | None
    anchor_lat: float | None
    version: int = 1
    demonstration: bool = False
