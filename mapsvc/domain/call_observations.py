"""What groups say about a provisional list, and what the office answers before the list is final (domain.md 2.4)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.call_states import CallState
from mapsvc.domain.calls import Call
from mapsvc.domain.errors import Conflict

LONGEST_TEXT = 4_000
MOST_OF_A_GROUP = 5
"""Observations that one group can send about a list; each has to be answered before the list is final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallObservation:
    """An observation; `code` is the application's for whoever reads it, `answered_at` None while it waits."""

    id: UUID
    call_id: UUID
    application_id: UUID
    text: str
    received_at: datetime
    code: str = ""
    answer: str | None = None
    answered_by: int | None = None
    answered_at: datetime | None = None


def window_open(call: Call, today: date) -> bool:
    """Tell whether groups can send observations: the call has to be there, and the last day not over."""
    until = call.timeline.observations_until
    return call.state == CallState.OBSERVATIONS and (until is None or today <= until)


def check_window(call: Call, today: date, sent: int) -> None:
    """Raise Conflict unless a group that has sent so many observations can send another one."""
    if not window_open(call, today):
        raise Conflict("observations cannot be sent now", code="observations_closed", state=call.state)
    if sent >= MOST_OF_A_GROUP:
        raise Conflict("this group has sent enough observations", code="observations_many", most=MOST_OF_A_GROUP)


class CallObservations(Protocol):
    """Observations of groups."""

    def add(self, observation: CallObservation) -> None:
        """Add an observation."""
        ...

    def get(self, observation_id: UUID) -> CallObservation | None:
        """Return one, locked against other writers."""
        ...

    def of_call(self, call_id: UUID) -> list[CallObservation]:
        """Return those of a call, unanswered ones first, then by time."""
        ...

    def of_application(self, application_id: UUID) -> list[CallObservation]:
        """Return those of one group by time."""
        ...

    def answer(self, observation_id: UUID, answer: str, user_id: int | None, now: datetime) -> bool:
        """Keep the answer; False when somebody answered before."""
        ...
