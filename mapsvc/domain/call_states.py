"""The states of a call as a table: who moves it from where to where, and what has to be true (domain.md 2.4).

The facts that a guard asks for are looked up by `usecases/call_states`; the checks before an approval are in
`call_checks`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mapsvc.domain.calls import Call, CallProgress
from mapsvc.domain.errors import Conflict
from mapsvc.domain.people import Action


class CallState(StrEnum):
    """Where a call stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    OPEN = "open"
    CLOSED = "closed"
    ADMISSIBILITY = "admissibility"
    EVALUATION = "evaluation"
    MATCHING = "matching"
    PROVISIONAL = "provisional"
    OBSERVATIONS = "observations"
    FINAL = "final"
    CONTRACTING = "contracting"
    CONCLUDED = "concluded"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"


_S = CallState
#: The usual way of a call from its first draft to its end.
WAY: tuple[CallState, ...] = (
    _S.DRAFT, _S.APPROVED, _S.OPEN, _S.CLOSED, _S.ADMISSIBILITY, _S.EVALUATION, _S.MATCHING, _S.PROVISIONAL,
    _S.OBSERVATIONS, _S.FINAL, _S.CONTRACTING, _S.CONCLUDED,
)  # fmt: skip
#: Only here can the definition and the lots be written.
EDITABLE = frozenset({_S.DRAFT})
#: States that visitors never see, and out of which a call can be dropped without a trace in public.
UNPUBLISHED = frozenset({_S.DRAFT, _S.APPROVED})
#: From here on there is nothing to suspend or to cancel: single assignments are revoked instead.
_BEFORE_FINAL = tuple(state for state in WAY if WAY.index(state) < WAY.index(_S.FINAL))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a guard may ask: the call, how far its work is, and the clock.

    `unsigned` counts the score sheets that are still open, `missing` names the lines of the check list that fail.
    """

    call: Call
    progress: CallProgress
    unsigned: int
    missing: tuple[str, ...]
    now: datetime
    today: date


Guard = Callable[[Facts], str]
"""Returns the code of what is missing, empty where nothing is."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state: whose permission it needs, whether a reason is written into the act, and its guards.

    Without an action only the service by itself makes it.
    """

    start: CallState
    end: CallState
    action: Action | None
    guards: tuple[Guard, ...] = ()
    reason: bool = False


def _checked(facts: Facts) -> str:
    return "call_checks_missing" if facts.missing else ""


def _publication_day(facts: Facts) -> str:
    day = facts.call.timeline.publish_on
    return "call_too_early" if day is None or facts.today < day else ""


def _time_left(facts: Facts) -> str:
    closes = facts.call.closes_at
    return "call_deadline_past" if closes is None or closes <= facts.now else ""


def _deadline_passed(facts: Facts) -> str:
    closes = facts.call.closes_at
    return "call_still_open" if closes is None or facts.now < closes else ""


def _all_decided(facts: Facts) -> str:
    return "call_undecided" if facts.progress.count("submitted", "integration_requested") else ""


def _committee(facts: Facts) -> str:
    return "" if facts.progress.members and facts.progress.has_chair else "call_no_committee"


def _all_signed(facts: Facts) -> str:
    return "call_unsigned" if facts.unsigned else ""


def _run_adopted(facts: Facts) -> str:
    return "" if facts.progress.adopted else "call_no_run"


def _window_over(facts: Facts) -> str:
    until = facts.call.timeline.observations_until
    return "call_window_open" if until is not None and facts.today <= until else ""


def _all_answered(facts: Facts) -> str:
    return "call_unanswered" if facts.progress.unanswered else ""


def _no_offers(facts: Facts) -> str:
    return "call_open_offers" if facts.progress.open_offers else ""


TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.DRAFT, _S.APPROVED, Action.APPROVE_CALL, (_checked,)),
    # Whoever wants to change an approved call takes it back to the draft, and it is approved anew.
    Transition(_S.APPROVED, _S.DRAFT, Action.SEE_CALL, reason=True),
    Transition(_S.APPROVED, _S.OPEN, Action.RUN_CALL, (_checked, _publication_day, _time_left)),
    Transition(_S.OPEN, _S.CLOSED, Action.RUN_CALL, (_deadline_passed,)),
    Transition(_S.CLOSED, _S.ADMISSIBILITY, Action.RUN_CALL),
    Transition(_S.ADMISSIBILITY, _S.EVALUATION, Action.RUN_CALL, (_all_decided, _committee)),
    Transition(_S.EVALUATION, _S.MATCHING, Action.RUN_CALL, (_all_signed,)),
    Transition(_S.MATCHING, _S.PROVISIONAL, Action.RUN_CALL, (_run_adopted,)),
    Transition(_S.PROVISIONAL, _S.OBSERVATIONS, Action.RUN_CALL),
    Transition(_S.OBSERVATIONS, _S.FINAL, Action.RUN_CALL, (_window_over, _all_answered)),
    Transition(_S.FINAL, _S.CONTRACTING, Action.RUN_CALL),
    Transition(_S.CONTRACTING, _S.CONCLUDED, Action.RUN_CALL, (_no_offers,)),
    *(Transition(state, _S.SUSPENDED, Action.APPROVE_CALL, reason=True) for state in _BEFORE_FINAL
      if state not in UNPUBLISHED),
    *(Transition(state, _S.CANCELLED, Action.APPROVE_CALL, reason=True) for state in (*_BEFORE_FINAL, _S.SUSPENDED)),
)  # fmt: skip
_BY_ENDS: Mapping[tuple[CallState, CallState], Transition] = {(one.start, one.end): one for one in TRANSITIONS}


def transition(call: Call, end: str) -> Transition:
    """Return the change of the table from where the call stands to `end`.

    A suspended call goes back to where it was. Raises Conflict with code `call_step` where there is no such change.
    """
    start = CallState(call.state)
    if start is _S.SUSPENDED and call.state_before == end:
        return Transition(start, CallState(end), Action.APPROVE_CALL, reason=True)
    found = _BY_ENDS.get((start, CallState(end))) if end in set(CallState) else None
    if found is None:
        raise Conflict("the call cannot change like this", code="call_step", state=call.state, wanted=end)
    return found


def missing_for(found: Transition, facts: Facts) -> tuple[str, ...]:
    """Return the codes of the guards that do not hold, in their order."""
    return tuple(code for guard in found.guards if (code := guard(facts)))


def next_steps(call: Call) -> tuple[Transition, ...]:
    """Return every change that the table knows from where the call stands, guards aside, the usual one first."""
    start = CallState(call.state)
    if start is _S.SUSPENDED and call.state_before is not None:
        return (transition(call, call.state_before), _BY_ENDS[start, _S.CANCELLED])
    return tuple(one for one in TRANSITIONS if one.start is start)
