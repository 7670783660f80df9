"""Where need is high, provision is low, and premises stand empty: the gap finder of the need map (product.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from mapsvc.domain.indicators import MICRO, AreaNeed, percentile_ranks

HIGH_NEED = 600_000
"""An area stands out from this index on: it needs more than about three fifths of the others."""
LOW_PROVISION = 500_000
"""Provision is low up to this place: half of the areas or more have as much or more."""


@dataclass(frozen=True, slots=True)
class Provision:
    """What an area has: initiatives and pacts that run, and vacant premises as their number may be shown.

    `few` says that one or two coarse premises are not in the number (publication 5.1).
    """

    initiatives: int = 0
    pacts: int = 0
    vacant: int = 0
    few: bool = False

    @property
    def running(self) -> int:
        """Return how many initiatives and pacts run here."""
        return self.initiatives + self.pacts


@dataclass(frozen=True, slots=True)
class Gap:
    """An area with more need than provision; `depth` is need less the place of its provision, in micro-units."""

    area_id: UUID
    need: int
    provision: Provision
    depth: int


def gaps(needs: Mapping[UUID, AreaNeed], provision: Mapping[UUID, Provision]) -> Sequence[Gap]:
    """Return the areas where need is high, provision low and at least one vacant place known, the deepest gap first.

    Provision is compared as need is: by its place among the same areas.
    """
    if not needs:
        return []
    running = {area: float(provision.get(area, Provision()).running) for area in needs}
    places = percentile_ranks(running, higher_is_need=True)
    found = [
        Gap(area, need.index, have, need.index - places[area])
        for area, need in needs.items()
        if need.index is not None
        and need.index >= HIGH_NEED
        and places[area] <= LOW_PROVISION
        and (have := provision.get(area, Provision())).vacant
    ]
    return sorted(found, key=lambda gap: (-gap.depth, str(gap.area_id)))


def need_class(index: int, classes: int = 5) -> int:
    """Return which of so many equal steps an index falls into, from 1; the map colours by it."""
    return min(classes, index * classes // MICRO + 1)
