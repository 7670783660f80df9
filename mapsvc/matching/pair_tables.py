"""The compared pairs of a call as arrays; each becomes a `PairInput` when it is asked for.

A call of hundreds of applications and lots has a hundred thousand pairs, of which a run asks for the listed ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from mapsvc.matching.arrays import PairMatrix
from mapsvc.matching.constraints import RULES
from mapsvc.matching.micro import MICRO, IntArray, divide_arrays
from mapsvc.matching.runs import PairInput

_KEYS = tuple(rule.key for rule in RULES)
Keys = tuple[str, ...]


@cache
def keys_of(mask: int) -> Keys:
    """Return the keys of the rules whose bits are set, in the order of the table."""
    return tuple(key for place, key in enumerate(_KEYS) if mask >> place & 1)


def mask_of(keys: frozenset[str]) -> int:
    """Return the bits of these rules; a key of another kind has none."""
    return sum(1 << place for place, key in enumerate(_KEYS) if key in keys)


def impacts(shares: Sequence[Mapping[str, int]], needs: Sequence[Mapping[str, int]]) -> IntArray:
    """Return I = Σ u·n of every project and every lot, (m, n), in micro-units (matching 3.3)."""
    themes = sorted({theme for one in shares for theme in one})
    wanted = np.array([[one.get(theme, 0) for theme in themes] for one in shares], dtype=np.int64)
    there = np.array([[one.get(theme, 0) for theme in themes] for one in needs], dtype=np.int64)
    if not themes:
        return np.zeros((len(shares), len(needs)), dtype=np.int64)
    return divide_arrays(wanted @ there.T, MICRO)


@dataclass(frozen=True)
class PairTable:
    """All pairs of a call: rows are `applications`, columns are `lots`, in the order of the scored arrays.

    ``extra`` holds by pair what the rules of ``call_rules`` add: keys that block and keys that condition. ``owner`` is
    by lot and application; a lot that is missing has no owner's term. ``relaxed`` rules keep nobody apart.
    """

    applications: Mapping[str, int]
    lots: Mapping[str, int]
    scored: PairMatrix
    impact: IntArray
    owner: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    extra: Mapping[tuple[str, str], tuple[Keys, Keys]] = field(default_factory=dict)
    relaxed: frozenset[str] = frozenset()

    def row(self, application: str) -> PairRow:
        """Return the pairs of one application by lot."""
        return PairRow(self, application)

    def relax(self, keys: frozenset[str]) -> PairTable:
        """Return the table as if these rules kept nobody apart."""
        return replace(self, relaxed=self.relaxed | keys)

    def pair(self, application: str, lot: str) -> PairInput:
        """Return one pair."""
        at = self.applications[application], self.lots[lot]
        keep = ~mask_of(self.relaxed)
        blocked, conditional = (
            keys_of(int(masks[at]) & keep) for masks in (self.scored.blocked, self.scored.conditional)
        )
        more = self.extra.get((application, lot))
        if more is not None:
            blocked, conditional = (
                (*keys, *(key for key in others if key not in self.relaxed))
                for keys, others in zip((blocked, conditional), more, strict=True)
            )
        by_owner = self.owner.get(lot)
        return PairInput(
            fit=int(self.scored.fit[at]),
            fit_low=int(self.scored.low[at]),
            fit_high=int(self.scored.high[at]),
            impact=int(self.impact[at]),
            # Whoever did not list the lot was not graded there and would come after everybody who was.
            owner=None if by_owner is None else by_owner.get(application, 0),
            blocked_by=blocked,
            conditional_on=conditional,
        )


class PairRow(Mapping[str, PairInput]):
    """The pairs of one application, each made when it is first asked for."""

    def __init__(self, table: PairTable, application: str) -> None:
        self._table, self._application = table, application
        self._made: dict[str, PairInput] = {}

    def __getitem__(self, lot: str) -> PairInput:
        """Return the pair with a lot; raises KeyError for a foreign one."""
        made = self._made.get(lot)
        if made is None:
            made = self._made[lot] = self._table.pair(self._application, lot)
        return made

    def __iter__(self) -> Iterator[str]:
        """Iterate over the lots."""
        return iter(self._table.lots)

    def __len__(self) -> int:
        """Return how many lots there are."""
        return len(self._table.lots)

    def __eq__(self, other: object) -> bool:
        """Compare as a mapping of pairs."""
        return isinstance(other, Mapping) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]
