"""An owner's order of the applications for a lot: whole and before scores are known, or it does not count (3.3).

What the order is worth to the engine is `mapsvc.matching.priority.owner_terms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Invalid


def read_order(order: Sequence[str], candidates: Mapping[str, UUID]) -> dict[UUID, int]:
    """Return the rank, from 1, of each application of an order that names every candidate of the lot once by its code.

    An empty order takes the owner's word back. Raises Invalid with the place of what is foreign, repeated or missing.
    """
    ranks: dict[UUID, int] = {}
    for index, code in enumerate(order):
        if code not in candidates:
            raise Invalid("this application did not list the lot", f"/order/{index}", code="rank_foreign")
        if candidates[code] in ranks:
            raise Invalid("this application comes twice", f"/order/{index}", code="rank_twice")
        ranks[candidates[code]] = index + 1
    if order and len(ranks) < len(candidates):
        raise Invalid("all applications for the lot are needed", "/order", code="rank_missing")
    return ranks


def standing(ranks: Mapping[UUID, int], taking_part: Sequence[UUID]) -> dict[UUID, int] | None:
    """Return the ranks among the applications that take part, from 1 without gaps, or None where one has no rank.

    Whoever withdrew leaves a gap that closes; whoever was never ranked drops the term for the whole lot.
    """
    if not taking_part or any(one not in ranks for one in taking_part):
        return None
    return {one: place for place, one in enumerate(sorted(taking_part, key=lambda one: ranks[one]), start=1)}


class OwnerRanks(Protocol):
    """Owners' orders of applications by lot."""

    def of_call(self, call_id: UUID) -> dict[UUID, dict[UUID, int]]:
        """Return by lot the rank of each application that its owner ranked."""
        ...

    def set(self, lot_id: UUID, ranks: Mapping[UUID, int], noted_by: int | None, at: datetime) -> None:
        """Keep an order instead of the one before."""
        ...
