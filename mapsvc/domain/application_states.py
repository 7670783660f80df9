"""The states of an application and who moves it from one to the next (domain.md 2.5), as one table."""

from enum import StrEnum

from mapsvc.domain.errors import Conflict


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INTEGRATION_REQUESTED = "integration_requested"
    ADMITTED = "admitted"
    INADMISSIBLE = "inadmissible"
    SCORED = "scored"
    BELOW_THRESHOLD = "below_threshold"
    MATCHED = "matched"
    WAITING = "waiting"
    UNMATCHED = "unmatched"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CONTRACTED = "contracted"
    WITHDRAWN = "withdrawn"


class By(StrEnum):
    """Who moves an application: the group (or the broker who filed it), the office, the committee, the service."""

    GROUP = "group"
    OFFICE = "office"
    COMMITTEE = "committee"
    SYSTEM = "system"


_S = ApplicationState
#: States in which the lots are not decided for good: the group may still withdraw. Afterwards it declines an offer.
WITHDRAWABLE = frozenset(
    {
        _S.DRAFT, _S.SUBMITTED, _S.INTEGRATION_REQUESTED, _S.ADMITTED, _S.SCORED, _S.BELOW_THRESHOLD, _S.MATCHED,
        _S.WAITING, _S.UNMATCHED,
    }
)  # fmt: skip
#: States in which a group can still get a lot that it listed.
HOPING = (WITHDRAWABLE - {_S.DRAFT, _S.BELOW_THRESHOLD}) | {_S.OFFERED, _S.ACCEPTED}
_AFTER_RUN = (_S.MATCHED, _S.WAITING, _S.UNMATCHED)

#: (from, to) -> who may do it; anything else is refused.
TRANSITIONS: dict[tuple[ApplicationState, ApplicationState], frozenset[By]] = {
    (_S.DRAFT, _S.SUBMITTED): frozenset({By.GROUP}),
    # Sent again before the call closes: the last one counts.
    (_S.SUBMITTED, _S.SUBMITTED): frozenset({By.GROUP}),
    (_S.SUBMITTED, _S.INTEGRATION_REQUESTED): frozenset({By.OFFICE}),
    # Answered by the group; or its time is over and the office decides on what is there.
    (_S.INTEGRATION_REQUESTED, _S.SUBMITTED): frozenset({By.GROUP, By.OFFICE, By.SYSTEM}),
    (_S.SUBMITTED, _S.ADMITTED): frozenset({By.OFFICE}),
    (_S.SUBMITTED, _S.INADMISSIBLE): frozenset({By.OFFICE}),
    # A decision that the office takes back with a reason, as long as it is checking.
    (_S.ADMITTED, _S.SUBMITTED): frozenset({By.OFFICE}),
    (_S.INADMISSIBLE, _S.SUBMITTED): frozenset({By.OFFICE}),
    (_S.ADMITTED, _S.SCORED): frozenset({By.COMMITTEE, By.SYSTEM}),
    (_S.SCORED, _S.BELOW_THRESHOLD): frozenset({By.SYSTEM}),
    **{(_S.SCORED, to): frozenset({By.SYSTEM}) for to in _AFTER_RUN},
    # A re-run, after somebody declined or a lot went away, may change what the first run said.
    **{(one, to): frozenset({By.SYSTEM}) for one in _AFTER_RUN for to in _AFTER_RUN if one is not to},
    (_S.MATCHED, _S.OFFERED): frozenset({By.OFFICE, By.SYSTEM}),
    (_S.WAITING, _S.OFFERED): frozenset({By.OFFICE, By.SYSTEM}),
    (_S.OFFERED, _S.ACCEPTED): frozenset({By.GROUP}),
    (_S.OFFERED, _S.DECLINED): frozenset({By.GROUP}),
    (_S.OFFERED, _S.EXPIRED): frozenset({By.SYSTEM}),
    # An offer that is taken back with a reason, or replaced by a better one of a re-run.
    **{(_S.OFFERED, to): frozenset({By.OFFICE, By.SYSTEM}) for to in _AFTER_RUN},
    **{(_S.ACCEPTED, to): frozenset({By.OFFICE, By.SYSTEM}) for to in _AFTER_RUN},
    (_S.ACCEPTED, _S.DECLINED): frozenset({By.GROUP}),
    (_S.ACCEPTED, _S.CONTRACTED): frozenset({By.OFFICE}),
    **{(one, _S.WITHDRAWN): frozenset({By.GROUP}) for one in WITHDRAWABLE},
}


def may_move(before: str, after: str, by: By) -> bool:
    """Tell whether `by` may move an application from one state to the other."""
    return by in TRANSITIONS.get((ApplicationState(before), ApplicationState(after)), frozenset())


def check_move(before: str, after: str, by: By) -> ApplicationState:
    """Return the new state; raise Conflict (`application_state`) for a move that the table does not know."""
    if not may_move(before, after, by):
        raise Conflict("the application is in another state", code="application_state", state=str(before))
    return ApplicationState(after)


def told_state(state: str, call_state: str, call_state_before: str | None = None) -> str:
    """Return the state that the group itself may know: what a run made of it is told with the published list.

    `call_state_before` is where a suspended call was halted.
    """
    at = call_state_before if call_state == "suspended" else call_state
    return ApplicationState.SCORED if at == "matching" and state in _AFTER_RUN else state
