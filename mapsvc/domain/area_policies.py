"""What an area decides about the publication of its places: how exactly shops are shown, and when somebody looks.

An area that decides nothing takes over what the area around it decided. What follows for a place is in `publication`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.publication import AreaPolicy, Standing


@dataclass(frozen=True, slots=True)
class OwnPolicy:
    """What one area decided itself; None where it decided nothing."""

    commercial_precision: str | None = None
    moderation: str | None = None

    def __post_init__(self) -> None:
        """Refuse what an area cannot decide."""
        default = AreaPolicy()
        AreaPolicy(self.commercial_precision or default.commercial_precision, self.moderation or default.moderation)


def effective(path: Iterable[OwnPolicy]) -> AreaPolicy:
    """What holds where these areas lie in each other, the smallest first: of each part, what was decided first."""
    default, decided = AreaPolicy(), list(path)
    precision = next((one.commercial_precision for one in decided if one.commercial_precision), None)
    moderation = next((one.moderation for one in decided if one.moderation), None)
    return AreaPolicy(precision or default.commercial_precision, moderation or default.moderation)


@dataclass(frozen=True, slots=True)
class DecidingArea:
    """An area with what it decided itself, based on which version."""

    id: UUID
    slug: str
    name: str
    level: str
    parent_id: UUID | None
    own: OwnPolicy
    version: int


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place as the policy of its area finds it: what decides its publication, and how exactly it is shown now."""

    space_id: UUID
    standing: Standing
    precision: str


class AreaPolicies(Protocol):
    """Areas with their policies, and the places that they decide about."""

    def all(self) -> list[DecidingArea]:
        """Return every area, the largest levels first."""
        ...

    def by_slug(self, slug: str, *, lock: bool = False) -> DecidingArea | None:
        """Return the area with this slug, locked against other deciders on request."""
        ...

    def decide(self, area: DecidingArea, own: OwnPolicy) -> bool:
        """Write the policy of an area if its version is still that of `area`; tell whether it was."""
        ...

    def heirs(self, area_id: UUID) -> list[UUID]:
        """Return the area and the areas in it that take over its precision, since none between them decided another."""
        ...

    def shops(self, area_ids: Sequence[UUID], *, lock: bool = False) -> list[ShownPlace]:
        """Return the commercial units of these areas that are not joined with another record."""
        ...

    def show_as(self, space_ids: Sequence[UUID], precision: str, now: datetime) -> None:
        """Show these places with another precision; one that is exact no longer gets a slug that tells nothing."""
        ...
