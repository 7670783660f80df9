"""Admissibility: what the office checks, what it may ask to be completed, and its decision with reason and norm.

The rules themselves are in `eligibility`, the states of an application in `application_states`, the requests that the
office made in `applications`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from mapsvc.domain.eligibility import EligibilityCheck, together
from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.matches import State
from mapsvc.domain.texts import clean_text

LEAST_DAYS = 10
"""A group has at least so many days to complete its application (domain.md 2.5)."""
MOST_DAYS = 60
LONGEST_TEXT = 4000
LONGEST_NORM = 300


@dataclass(frozen=True, slots=True)
class OfficeCheck:
    """What an officer found for one rule where the figures alone do not tell, and how."""

    application_id: UUID
    rule: str
    state: State
    note: str
    user_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """One row of the check: what follows from the figures, what the office found, and which of the two counts."""

    check: EligibilityCheck
    office: OfficeCheck | None = None

    @property
    def state(self) -> State:
        """Return what counts: the office's finding where there is one."""
        return self.check.state if self.office is None else self.office.state


def checked(checks: Sequence[EligibilityCheck], found: Mapping[str, OfficeCheck]) -> tuple[CheckedRule, ...]:
    """Return the rows in the order of the call."""
    return tuple(CheckedRule(one, found.get(one.rule.key)) for one in checks)


def outcome(rows: Sequence[CheckedRule]) -> State:
    """Return what all rows come to: the input of H01 together with the decision."""
    return together([row.state for row in rows])


def check_admission(rows: Sequence[CheckedRule]) -> None:
    """Raise Conflict unless every rule is known to hold (H01 blocks what is unknown)."""
    state = outcome(rows)
    if state is not State.PASS:
        raise Conflict("not every rule holds", code=f"eligibility_{state.value}")


def check_refusal(reason: str, norm: str) -> tuple[str, str]:
    """Return reason and norm as they are stored; raises Invalid where one of them is empty."""
    words = clean_text(reason, "/reason", LONGEST_TEXT, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="reason_required")
    rule = clean_text(norm, "/norm", LONGEST_NORM)
    if not rule:
        raise Invalid("the norm or article is needed", "/norm", code="norm_required")
    return words, rule


def check_request(text: str, due_on: date, today: date, rows: Sequence[CheckedRule]) -> str:
    """Return the text of a request for completion as it is stored.

    Raises Invalid for an empty text or a day nearer than 10 or further than 60 days, Conflict where a rule fails that
    nobody can complete: such an application is refused, not completed.
    """
    words = clean_text(text, "/asked", LONGEST_TEXT, several_lines=True)
    if not words:
        raise Invalid("say what is to be completed", "/asked", code="required")
    if not today + timedelta(days=LEAST_DAYS) <= due_on <= today + timedelta(days=MOST_DAYS):
        raise Invalid("between 10 and 60 days", "/due_on", code="completion_days", least=LEAST_DAYS, most=MOST_DAYS)
    if any(row.state is State.FAIL and row.office is None for row in rows):
        raise Conflict("a rule fails that cannot be completed", code="not_curable")
    return words


class Admissibility(Protocol):
    """What officers found."""

    def checks(self, application_id: UUID) -> dict[str, OfficeCheck]:
        """Return what officers found, by the key of the rule."""
        ...

    def checks_of_call(self, call_id: UUID) -> dict[UUID, dict[str, OfficeCheck]]:
        """Return the same for every application of a call."""
        ...

    def sent_kinds(self, call_id: UUID) -> dict[UUID, frozenset[str]]:
        """Return which kinds of documents the office has, by application of a call."""
        ...

    def seat_paths(self, call_id: UUID) -> dict[str, frozenset[str]]:
        """Return, by slug of an area that applicants of a call name as their seat, the slugs of all it lies in."""
        ...

    def find(self, found: OfficeCheck) -> None:
        """Keep what an officer found for a rule instead of what was found before."""
        ...

    def forget(self, application_id: UUID, rule: str) -> bool:
        """Take a finding back; tell whether there was one."""
        ...
