"""Results of a call: what is published of them, and what one group is told of its own (matching 3.10, 3.11).

How they are found is in ``matching.results``, in which words they are said in the web. Priorities, their parts and
cut-offs are micro-units; applications go by their codes and lots by their numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from mapsvc.domain.match_boards import Term
from mapsvc.domain.matches import Change, ConstraintResult

#: The states of a call from which on groups and visitors read its results; before, nobody outside of the office does.
PUBLISHED = frozenset({"provisional", "observations", "final", "contracting", "concluded"})


class ResultKind(StrEnum):
    """Which list was published: the first one, the one that stands, and what a re-run made of that one."""

    PROVISIONAL = "provisional"
    FINAL = "final"
    WAITING_LIST = "waiting_list"


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """A list as it was published: canonical JSON with codes only, and the SHA-256 of its UTF-8 bytes."""

    id: UUID
    call_id: UUID
    run_id: UUID
    kind: ResultKind
    published_at: datetime
    content: str
    sha256: str


@dataclass(frozen=True, slots=True)
class OwnAward:
    """Why a group has its lot.

    ``rank`` counts from 1 and is None for a lot that it did not list; ``margin`` is None where no cut-off was needed:
    a seat stayed free, or a decision gave it. ``conditional_on`` are rules that are still verified.
    """

    lot: str
    rank: int | None
    wishes: int
    priority: int
    terms: tuple[Term, ...]
    seat: str
    cutoff: int | None
    margin: int | None
    conditional_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Something that would have given the group a lot, found true by computing the match again with it.

    ``lever`` is merit (``amount`` points more), fit (``amount`` micro-units more; ``criteria`` by how much one
    criterion alone would have to be better), or rule: ``changes`` together let the ``rules`` pass. Without
    ``changes`` only the rules are known.
    """

    lever: str
    amount: int | None = None
    rules: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    criteria: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnReason:
    """Why a group does not have a lot of its list: one code of the closed list with its figures.

    ``rules`` are what the rules that keep them apart said when the run was frozen, for the keys in ``rule_keys``.
    """

    lot: str
    rank: int
    code: str
    params: Mapping[str, object]
    priority: int | None
    terms: tuple[Term, ...]
    rule_keys: tuple[str, ...] = ()
    rules: tuple[ConstraintResult, ...] = ()
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A lot that the group wanted more and that somebody of lower priority has: by lock, reserve or best_total."""

    lot: str
    cause: str


@dataclass(frozen=True, slots=True)
class OwnResult:
    """What one group is told, and nothing about any other group.

    ``if_listed`` are lots that it would have got by listing them last. ``waiting`` gives its place in the waiting list
    of each lot that it still wants more than what it has.
    """

    application: str
    award: OwnAward | None
    others: tuple[OwnReason, ...]
    if_listed: tuple[str, ...]
    passed_over: tuple[PassedOver, ...]
    waiting: Mapping[str, int]


class CallResults(Protocol):
    """Published lists of calls; nobody changes one."""

    def add(self, result: PublishedResult) -> None:
        """Keep a list that is published now."""
        ...

    def of_call(self, call_id: UUID) -> list[PublishedResult]:
        """Return the lists of a call, the newest first."""
        ...


def placed_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return by application the lot that a published list gives it."""
    return {one["application"]: lot["lot"] for lot in content["lots"] for one in lot["placed"]}
