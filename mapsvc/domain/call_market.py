"""Everything of one call that a run of the matching reads from the store, at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from mapsvc.domain.application_drafts import GroupFacts
from mapsvc.domain.eligibility import Facts
from mapsvc.domain.match_locks import Lock
from mapsvc.domain.offers import OfferRow

#: Applications in these states compete: admitted, scored and not below the threshold, whatever an earlier run of the
#: same call gave them.
COMPETING = frozenset({"scored", "matched", "waiting", "unmatched", "offered", "accepted", "contracted"})
#: The states of a call in which the scores are signed, so that its matching may be seen.
MATCHABLE = frozenset({"matching", "provisional", "observations", "final", "contracting", "concluded"})


@dataclass(frozen=True, slots=True)
class CallHead:
    """What a run reads of its call; `path` are the areas of the office, the smallest first."""

    id: UUID
    code: str
    title: Mapping[str, str]
    state: str
    area_id: UUID | None
    definition: Mapping[str, Any]
    lottery_seed: str | None
    draw_description: str
    seed_commitment: str | None
    frozen_sha256: str | None
    path: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class MarketLot:
    """A lot with its space, `[starts_on, ends_on)`; `overrides` are facts of the unit instead of those of the space."""

    id: UUID
    number: str
    space: OfferRow
    starts_on: date
    ends_on: date
    unit: str | None
    capacity: int
    reserve: Mapping[str, Any] | None
    overrides: Mapping[str, Any]
    pre_access_from: date | None
    withdrawn: bool

    @property
    def area_m2(self) -> float | None:
        """Return the usable area of the unit, else that of the space, as far as either is known."""
        value = self.overrides.get("usable_area_m2", self.space.space.features.get("usable_area_m2"))
        return float(value) if isinstance(value, int | float) else self.space.area_m2

    @property
    def point(self) -> tuple[float, float]:
        """Return longitude and latitude."""
        return self.space.space.lon, self.space.space.lat


@dataclass(frozen=True, slots=True)
class Applicant:
    """An application that competes, with its group; `ranking` are numbers of lots, the most wanted first."""

    id: UUID
    code: str
    state: str
    collective_id: UUID
    collective: str
    slug: str
    disciplines: tuple[str, ...]
    members: int | None
    anchor: tuple[float, float] | None
    needs: Mapping[str, Any]
    facts: Mapping[str, Any]
    declarations: tuple[str, ...]
    documents: frozenset[str]
    seat_areas: frozenset[str] | None
    themes: Mapping[str, int]
    ranking: tuple[str, ...]
    accepts_other_lots: bool
    accepts_upgrade: bool
    merit_micro: int | None

    @property
    def eligibility_facts(self) -> Facts:
        """Return what the rule of a reserved seat looks at."""
        return GroupFacts.from_json(self.facts).for_rules(self.declarations, self.documents, self.seat_areas)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Who holds a sibling unit of a lot already: what they do there and beside what they cannot work."""

    lot: str
    activities: frozenset[str]
    incompatible: frozenset[str]


@dataclass(frozen=True, slots=True)
class MarketRows:
    """A call as the store holds it at one moment.

    `neighbours` are by number of lot.
    """

    call: CallHead
    lots: Sequence[MarketLot]
    applicants: Sequence[Applicant]
    locks: Sequence[Lock]
    neighbours: Mapping[str, Sequence[Neighbour]] = field(default_factory=dict)


class CallMarkets(Protocol):
    """Calls as runs read them."""

    def head(self, code: str) -> CallHead | None:
        """Return what a run reads of the call with this code."""
        ...

    def by_id(self, call_id: UUID) -> CallHead | None:
        """Return what a run reads of a call."""
        ...

    def rows(self, head: CallHead) -> MarketRows:
        """Return everything that a run of the call is computed from, in a fixed number of statements."""
        ...

    def lots(self, call_id: UUID) -> Sequence[MarketLot]:
        """Return the lots of a call in the order of their numbers, withdrawn ones too."""
        ...

    def space(self, slug: str) -> OfferRow | None:
        """Return a space that a simulation may add as a lot."""
        ...
