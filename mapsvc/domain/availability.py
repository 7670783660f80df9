"""The administrative state of premises as a table: who may move it from where to where, and under which guard.

The table is the third machine of domain.md 2.1. A call moves premises by its lots; premises that are shared by several
lots stand where the furthest of them stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mapsvc.domain.errors import Conflict, Forbidden
from mapsvc.domain.spaces import AvailabilityState as State


class Who(StrEnum):
    """Who asks for a change: the owner of the premises, an officer of their area, or the service by itself."""

    OWNER = "owner"
    OFFICER = "officer"
    SYSTEM = "system"


class Guard(StrEnum):
    """What has to be true for a change; each is a fact that the caller looked up."""

    CONSENT_AND_WINDOW = "consent_and_window"
    LOT_OF_CALL = "lot_of_call"
    AWARDED = "awarded"
    NOBODY_WAITS = "nobody_waits"
    NO_CALL = "no_call"
    CONTRACT_SIGNED = "contract_signed"
    HANDED_OVER = "handed_over"
    ENDS_SOON = "ends_soon"
    GIVEN_BACK = "given_back"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the table."""

    start: State
    end: State
    by: frozenset[Who]
    guard: Guard


_OWNER, _OFFICER, _SYSTEM = frozenset({Who.OWNER}), frozenset({Who.OFFICER}), frozenset({Who.SYSTEM})
STEPS: tuple[Step, ...] = (
    Step(State.NOT_OFFERED, State.OFFERED, _OWNER | _OFFICER, Guard.CONSENT_AND_WINDOW),
    # Premises that were withdrawn come back as they came the first time.
    Step(State.WITHDRAWN, State.OFFERED, _OWNER | _OFFICER, Guard.CONSENT_AND_WINDOW),
    Step(State.OFFERED, State.NOT_OFFERED, _OWNER | _OFFICER, Guard.REASON),
    Step(State.OFFERED, State.IN_CALL, _OFFICER | _SYSTEM, Guard.LOT_OF_CALL),
    # The call ended, was cancelled or lost the lot, and nobody holds it.
    Step(State.IN_CALL, State.OFFERED, _OFFICER | _SYSTEM, Guard.NO_CALL),
    Step(State.IN_CALL, State.RESERVED, _SYSTEM, Guard.AWARDED),
    Step(State.RESERVED, State.IN_CALL, _SYSTEM, Guard.NOBODY_WAITS),
    Step(State.RESERVED, State.OFFERED, _SYSTEM, Guard.NO_CALL),
    Step(State.RESERVED, State.ASSIGNED, _OFFICER, Guard.CONTRACT_SIGNED),
    Step(State.ASSIGNED, State.IN_USE, _OFFICER, Guard.HANDED_OVER),
    Step(State.IN_USE, State.RETURNING, _OFFICER | _SYSTEM, Guard.ENDS_SOON),
    Step(State.RETURNING, State.OFFERED, _OWNER | _OFFICER, Guard.GIVEN_BACK),
    Step(State.RETURNING, State.NOT_OFFERED, _OWNER | _OFFICER, Guard.GIVEN_BACK),
    *(
        Step(state, State.WITHDRAWN, _OWNER | _OFFICER, Guard.REASON)
        for state in State
        if state not in (State.IN_USE, State.WITHDRAWN)
    ),
)
_BY_ENDS = {(step.start, step.end): step for step in STEPS}
#: How far premises have come on the way from a call to somebody's use.
WAY = (State.IN_CALL, State.RESERVED, State.ASSIGNED, State.IN_USE)


def step_between(start: str, end: str) -> Step | None:
    """Return the change of the table between two states, None where there is none."""
    try:
        return _BY_ENDS.get((State(start), State(end)))
    except ValueError:
        return None


def check_step(start: str, end: str, who: Who, known: Iterable[Guard]) -> None:
    """Raise unless the table allows `who` the change and its guard is among the facts `known`.

    Raises Conflict with code `availability_step` for a change that the table lacks, Forbidden for somebody else's, and
    Conflict with code `availability_<guard>` where the guard does not hold.
    """
    step = step_between(start, end)
    if step is None:
        raise Conflict("the premises cannot change like this", code="availability_step", state=start, wanted=end)
    if who not in step.by:
        raise Forbidden("somebody else makes this change", code="forbidden")
    if step.guard not in frozenset(known):
        raise Conflict("what this change needs is missing", code=f"availability_{step.guard}", state=start, wanted=end)


def next_states(start: str, who: Who) -> tuple[State, ...]:
    """Return where `who` may move premises from a state, guards aside, in the order of the table."""
    return tuple(step.end for step in STEPS if step.start == start and who in step.by)


def furthest(states: Iterable[str]) -> State:
    """Return where premises stand whose lots stand at `states`: at the furthest of in_call … in_use."""
    return max((State(one) for one in states), key=WAY.index, default=State.IN_CALL)
