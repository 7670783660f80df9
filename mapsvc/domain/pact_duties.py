"""Duties of both sides of a pact and its reports: what is due, what is late, whom to remind (domain.md 2.8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from mapsvc.domain.errors import Invalid

REMINDED_BEFORE = timedelta(days=14)
"""A side is reminded so long before something is due, once."""
REPORT_MONTHS = 12
"""A running pact reports at least once a year."""


class Side(StrEnum):
    """A pact has two sides."""

    CITY = "city"
    CIVIC = "civic"


class CommitmentKind(StrEnum):
    """What a side promises."""

    CARE = "care"
    MANAGEMENT = "management"
    REGENERATION = "regeneration"
    ACTIVITY = "activity"
    OPENING = "opening"
    REPORT = "report"
    SUPPORT = "support"


class CommitmentState(StrEnum):
    """Whether a promise was kept."""

    OPEN = "open"
    DONE = "done"
    PARTLY = "partly"
    NOT_DONE = "not_done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise of one side, with its measure and its day; `evidence` says or links to what shows that it was kept."""

    id: UUID
    side: Side
    kind: CommitmentKind
    text: str
    quantity: float | None = None
    unit: str = ""
    due_on: date | None = None
    state: CommitmentState = CommitmentState.OPEN
    evidence: str = ""
    done_on: date | None = None
    reminded_on: date | None = None
    version: int = 1

    def is_late(self, today: date) -> bool:
        """Tell whether its day is past and nothing was said about it."""
        return self.state is CommitmentState.OPEN and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class SideFigures:
    """How one side keeps its promises: kept ones, late ones, and all that were not dropped."""

    kept: int
    late: int
    total: int


def figures_of(commitments: Iterable[Commitment], side: Side, today: date) -> SideFigures:
    """Return how a side keeps its promises."""
    own = [one for one in commitments if one.side is side and one.state is not CommitmentState.DROPPED]
    return SideFigures(
        kept=sum(one.state is CommitmentState.DONE for one in own),
        late=sum(one.is_late(today) for one in own),
        total=len(own),
    )


def to_remind(commitments: Iterable[Commitment], today: date) -> list[Commitment]:
    """Return the promises whose side has to be reminded today, those due first first.

    Each is reminded once, within the last fourteen days before it is due; one that is late already was or was not in
    time, and is seen on the page of the pact.
    """
    found = [
        one
        for one in commitments
        if one.state is CommitmentState.OPEN
        and one.reminded_on is None
        and one.due_on is not None
        and today <= one.due_on <= today + REMINDED_BEFORE
    ]
    return sorted(found, key=lambda one: (one.due_on or date.max, str(one.id)))


def settle(commitment: Commitment, state: str, evidence: str, today: date) -> tuple[CommitmentState, date | None]:
    """Return the new state of a promise and the day it was kept; raise Invalid with a pointer.

    What was kept, wholly or in part, is shown by some evidence.
    """
    try:
        wanted = CommitmentState(state)
    except ValueError:
        raise Invalid("choose one of the listed values", "/state", code="unknown_value", value=state[:60]) from None
    kept = wanted in (CommitmentState.DONE, CommitmentState.PARTLY)
    if kept and not evidence:
        raise Invalid("say what shows it", "/evidence", code="evidence_needed")
    return wanted, (commitment.done_on or today) if kept else None


def report_due(from_on: date | None, last_until: date | None, ends_on: date | None) -> date | None:
    """Return the day on which the next report is due: a year after the last one or after the start, at most the end."""
    begun = last_until or from_on
    if begun is None:
        return None
    try:
        due = begun.replace(year=begun.year + REPORT_MONTHS // 12)
    except ValueError:
        due = begun.replace(year=begun.year + REPORT_MONTHS // 12, day=28)
    return due if ends_on is None or due <= ends_on else ends_on
