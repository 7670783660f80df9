"""Moderation: which decisions there are, who may take them, which reasons there are (publication 5.2).

How a published place is shown is in ``publication``; the words for the codes are the web's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from mapsvc.domain.errors import Conflict, Forbidden, Invalid
from mapsvc.domain.people import Role
from mapsvc.domain.publication import Moderation
from mapsvc.domain.spaces import RecordState


class RejectionReason(StrEnum):
    """The closed list of reasons for refusing a contribution; the contributor reads one of them."""

    NOT_A_SPACE = "not_a_space"
    WRONG_PLACE = "wrong_place"
    OUTSIDE_AREA = "outside_area"
    IN_USE = "in_use"
    LIVED_IN = "lived_in"
    PERSONAL_DATA = "personal_data"
    ACCUSATION = "accusation"
    OFFENSIVE = "offensive"
    COPIED_MEDIA = "copied_media"
    PEOPLE_INSIDE = "people_inside"
    NOT_ENOUGH = "not_enough"
    SPAM = "spam"
    REPEATED = "repeated"


class HidingReason(StrEnum):
    """The closed list of reasons for taking a published record out of sight; the data are kept."""

    OWNER_OBJECTION = "owner_objection"
    PRIVATE = "private"
    DANGEROUS = "dangerous"
    OFFENSIVE = "offensive"
    WRONG = "wrong"


# The service itself, when no person decides: publishing a trusted contribution, hiding what is flagged, archiving.
SYSTEM = "system"

_DESK = frozenset({Role.MODERATOR.value, Role.OFFICER.value, Role.ADMINISTRATOR.value})
_BROKERS = frozenset({Role.TRUST_BROKER.value})
_OFFICE = frozenset({Role.OFFICER.value, Role.ADMINISTRATOR.value})
_STATE = RecordState
_WHO: dict[tuple[RecordState, RecordState], frozenset[str]] = {
    (_STATE.SUBMITTED, _STATE.PUBLISHED): _DESK | _BROKERS | {SYSTEM},
    (_STATE.SUBMITTED, _STATE.REJECTED): _DESK,
    (_STATE.SUBMITTED, _STATE.MERGED): _DESK,
    (_STATE.PUBLISHED, _STATE.MERGED): _DESK,
    # The service hides what is flagged as private or dangerous until somebody has looked (M11).
    (_STATE.PUBLISHED, _STATE.HIDDEN): _DESK | {SYSTEM},
    (_STATE.HIDDEN, _STATE.PUBLISHED): _DESK,
    (_STATE.PUBLISHED, _STATE.ARCHIVED): _OFFICE | {SYSTEM},
    # Taking back: an appeal against a refusal, and the undoing of a merge.
    (_STATE.REJECTED, _STATE.SUBMITTED): _DESK,
    (_STATE.MERGED, _STATE.PUBLISHED): _DESK,
    (_STATE.MERGED, _STATE.SUBMITTED): _DESK,
}
# Days within which a decision can be taken back, by the state that is left.
_UNDO_DAYS = {_STATE.REJECTED: 30, _STATE.MERGED: 90}


@dataclass(frozen=True, slots=True)
class StateChange:
    """A wanted change of a record's moderation state, with what its guards look at.

    ``decided_on`` is the day of the decision that is taken back; ``same_person`` says that the one who decided then
    asks now; ``second_person`` that another one agreed where the two-person rule holds (``needs_second_person``).
    """

    before: RecordState
    after: RecordState
    roles: Collection[str]
    reason: str | None = None
    target: UUID | None = None
    today: date | None = None
    decided_on: date | None = None
    same_person: bool = False
    needs_second_person: bool = False
    second_person: bool = False
    gone: bool = False


def allowed_targets(before: RecordState, roles: Collection[str]) -> frozenset[RecordState]:
    """The states to which somebody with these roles can move a record, guards aside."""
    return frozenset(after for (start, after), who in _WHO.items() if start is before and who & set(roles))


def check_change(change: StateChange) -> None:
    """Raise Conflict, Forbidden or Invalid unless these roles may make the change and its guards hold (2.1, 5.2)."""
    who = _WHO.get((change.before, change.after))
    if who is None:
        raise Conflict("This record cannot change in that way any more.", code="state")
    if not who & set(change.roles):
        raise Forbidden("This account may not decide that.", code="forbidden")
    if change.needs_second_person and not change.second_person:
        raise Forbidden("A second person has to agree.", code="second_person")
    if change.after is _STATE.REJECTED and change.reason not in tuple(RejectionReason):
        raise Invalid("A reason from the list is needed.", "/reason", code="reason")
    if change.after is _STATE.HIDDEN and change.reason not in tuple(HidingReason):
        raise Invalid("A reason from the list is needed.", "/reason", code="reason")
    if change.after is _STATE.MERGED and change.target is None:
        raise Invalid("It has to be said which record it is the same as.", "/target", code="target")
    if change.after is _STATE.ARCHIVED and not change.gone and not change.reason:
        raise Invalid("A place that is not gone is archived with a reason.", "/reason", code="reason")
    if change.before in _UNDO_DAYS:
        _check_undo(change)


def _check_undo(change: StateChange) -> None:
    if change.today is None or change.decided_on is None:
        raise Invalid("The day of the decision is needed.", "/decided_on", code="decided_on")
    if (change.today - change.decided_on).days > _UNDO_DAYS[change.before]:
        raise Conflict("The time for taking this back is over.", code="too_late")
    if change.before is _STATE.REJECTED and change.same_person:
        raise Forbidden("Another moderator decides about an appeal.", code="second_person")


def first_state(moderation: str, roles: Collection[str], *, trusted: bool = False) -> RecordState:
    """The state of a new place; where an area moderates afterwards it is public at once, its text and photo are not."""
    if moderation == Moderation.AFTER or trusted or (_DESK | _BROKERS) & set(roles):
        return RecordState.PUBLISHED
    return RecordState.SUBMITTED
