"""The board of a run: what the office is shown of who goes where, as codes and figures.

How it is found is in ``matching.match_boards``, in which words it is said in the web. Applications and lots go by the
ids of the run; priorities, fits and shares are micro-units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Standing(StrEnum):
    """How an application stands at a lot."""

    GETS = "gets"
    LISTED = "listed"
    FAILS = "fails"
    UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Cell:
    """One application at one lot; ``priority`` is None where nobody compared them, ``rank`` counts from 1.

    ``lock`` is the kind of the decision that an officer took beforehand, empty without one.
    """

    application: str
    lot: str
    standing: Standing
    rank: int | None = None
    priority: int | None = None
    to_verify: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    lock: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a mechanism comes to on one input; ``passed_over`` counts pairs that a lower priority was preferred to."""

    mechanism: str
    lots: int
    lots_filled: int
    placed: int
    mean_rank: float | None
    worst_rank: int | None
    passed_over: int
    blocking: int
    priority_sum: int
    ranks: Mapping[int | None, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """An application whose lot differs between two results; ranks are those of its own list in each."""

    application: str
    before: str | None
    after: str | None
    rank_before: int | None = None
    rank_after: int | None = None

    @property
    def better(self) -> bool:
        """Tell whether the group would rather have the second result."""
        if self.after is None:
            return False
        if self.before is None:
            return True
        return (self.rank_after or _LAST) < (self.rank_before or _LAST)


_LAST = 1_000_000


@dataclass(frozen=True, slots=True)
class ToVerify:
    """A rule of a lot that nobody has verified: how many listed pairs wait for it, who holds the lot on that
    condition, and who would move if it failed (found by computing that run)."""

    lot: str
    rule: str
    waiting: int
    holders: tuple[str, ...] = ()
    moves: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a priority: its weight of 100, its value, and its share of the priority; the shares add up to it."""

    code: str
    weight: int
    value: int
    share: int


@dataclass(frozen=True, slots=True)
class PairBoard:
    """Everything about one pair of a run.

    ``next_priority`` is the highest at the lot below this pair of somebody who would rather have it than what they got.
    ``reason`` is the code of the one reason why the application does not have the lot, empty where it has it.
    ``changes`` are the levers that would give it the lot, each with its amount and the rules that would have to be met.
    """

    cell: Cell
    terms: tuple[Term, ...]
    low: int | None = None
    high: int | None = None
    next_priority: int | None = None
    seat: str = ""
    cutoff: int | None = None
    reason: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    changes: tuple[tuple[str, int | None, tuple[str, ...]], ...] = ()
    rank_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class EmptyBoard:
    """A lot with free seats; every "fills" was tried by computing the changed run.

    ``fills_if_listed`` names those who would get it if they listed it, ``fills_if_met`` maps a rule to those who would
    get it if the rule were met. ``untried`` counts those who were not tried, where there are very many.
    """

    lot: str
    free: int
    listed_by: int
    rules: Mapping[str, int]
    fills_if_listed: tuple[str, ...] = ()
    fills_if_met: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    untried: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """How many applications would get something else if a term were the same for everybody."""

    term: str
    weight: int
    moved: int


@dataclass(frozen=True, slots=True)
class LockEffect:
    """What the officers' decisions change: who moves, and the pairs passed over because of them (matching 3.9)."""

    moves: tuple[Move, ...]
    passed_over: tuple[tuple[str, str], ...]
