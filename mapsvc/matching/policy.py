"""The settings of one comparison: weights, priors, what an unknown does; a call brings its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mapsvc.domain.errors import Invalid
from mapsvc.domain.matches import Effect
from mapsvc.matching.micro import MICRO

# Default weights of matching.md 3.3; they add to 100.
DEFAULT_WEIGHTS: Mapping[str, int] = {
    "area": 20, "time": 15, "cost": 15, "light": 10, "quiet": 10, "works": 10, "front": 5, "prox": 5, "amen": 5,
    "energy": 5,
}  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """How pairs are judged; the defaults are those of "what fits me now" (matching.md 3.2 and 3.3).

    ``unknown`` overrides by constraint code what a missing value does; ``warn_only`` lists constraints that never keep
    a pair apart; ``prior`` in micro-units stands for a missing criterion; ``gap_cap_cents`` is the gap in the works at
    which that criterion reaches zero; ``heavy_load`` in tenths of kN/m² is the floor load from which an unknown load
    blocks: workshops and kilns ask 4 and more, an ordinary shop floor is built for less.
    """

    weights: Mapping[str, int] = field(default_factory=lambda: DEFAULT_WEIGHTS)
    unknown: Mapping[str, Effect] = field(default_factory=dict)
    warn_only: frozenset[str] = frozenset({"H17"})
    accepted_states: frozenset[str] = frozenset({"offered", "in_call"})
    prior: int = MICRO // 2
    grant_cents: int = 0
    gap_cap_cents: int = 1_000_000
    check_valid_days: int = 180
    heavy_load: int = 40

    def __post_init__(self) -> None:
        given = self.weights.values()
        if set(self.weights) != set(DEFAULT_WEIGHTS) or min(given) < 0 or not sum(given):
            raise Invalid("The weights must name every criterion and none may be negative.", "/weights")
        if not 0 <= self.prior <= MICRO:
            raise Invalid("The prior must be between 0 and 1,000,000.", "/prior")


WHAT_FITS_NOW = Policy()
