"""From an adopted run to the keys: assignments, offers with their life, conditions and handovers (domain.md 2.6).

An offer is the proposal of one seat of one lot to one group. The database keeps it that a seat has one living offer and
a group as well; the rules here say which answers are possible when, and what a group gives up or keeps when the match
is computed again (matching.md 3.9).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid

#: How long a group has for its answer, in days (domain.md 2.5).
OFFER_DAYS = 10
#: The bounds of that time which an officer may set, in days.
SHORTEST_OFFER, LONGEST_OFFER = 3, 60
#: By when unknown facts of a conditional assignment are verified, in days after the adoption.
VERIFY_DAYS = 30
#: How long before the end of its period premises are on their way back, in days (domain.md 2.1).
RETURN_DAYS = 60


class Basis(StrEnum):
    """Why an application has its lot."""

    OPEN = "open"
    RESERVE = "reserve"
    LOCK = "lock"
    WAITING_LIST = "waiting_list"


class OfferState(StrEnum):
    """The states of an offer (domain.md 2.6)."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SIGNED = "signed"


class Ending(StrEnum):
    """Why an offer ended without a contract, where it was not the group that said no."""

    OFFICE = "office"
    CONDITION = "condition"
    LOT_WITHDRAWN = "lot_withdrawn"
    UPGRADE = "upgrade"
    RERUN = "rerun"


#: A seat with an offer in one of these states is taken.
LIVING = frozenset({OfferState.PENDING, OfferState.ACCEPTED, OfferState.SIGNED})
#: What follows what; an accepted offer can still be given back, since nothing is signed yet.
TRANSITIONS: Mapping[OfferState, frozenset[OfferState]] = {
    OfferState.PENDING: frozenset({OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.REVOKED}),
    OfferState.ACCEPTED: frozenset({OfferState.SIGNED, OfferState.DECLINED, OfferState.REVOKED}),
    OfferState.DECLINED: frozenset(),
    OfferState.EXPIRED: frozenset(),
    OfferState.REVOKED: frozenset(),
    OfferState.SIGNED: frozenset(),
}
#: Endings after which the group is out of the call; after the others it competes in the next run.
_OUT = frozenset({Ending.OFFICE})


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an adopted run gave to an application; priorities in micro-units.

    `rank` is the place of the lot in the group's list, None for a lot that it did not list; `cutoff_micro` None where a
    seat of the kind stayed free or a lock gave it; `conditional_on` names rules to verify by `verify_by`.
    """

    id: UUID
    run_id: UUID
    call_id: UUID
    application_id: UUID
    lot_id: UUID
    basis: str
    priority_micro: int
    rank: int | None = None
    cutoff_micro: int | None = None
    conditional_on: tuple[str, ...] = ()
    verify_by: date | None = None

    @property
    def margin(self) -> int | None:
        """Return how far the priority lies above the cut-off, None where there is none."""
        return None if self.cutoff_micro is None else self.priority_micro - self.cutoff_micro


@dataclass(frozen=True, slots=True)
class Offer:
    """The proposal of one seat, counted from 1, to one group; it is over at `expires_at`."""

    id: UUID
    assignment_id: UUID
    call_id: UUID
    application_id: UUID
    lot_id: UUID
    seat: int
    sent_at: datetime
    expires_at: datetime
    state: str = OfferState.PENDING
    answered_at: datetime | None = None
    ending: str | None = None
    reason: str | None = None
    decided_by: int | None = None
    version: int = 1

    def is_over(self, now: datetime) -> bool:
        """Tell whether the time to answer has passed."""
        return now >= self.expires_at


@dataclass(frozen=True, slots=True)
class Condition:
    """What somebody found about a rule that an award waited for."""

    application_id: UUID
    lot_id: UUID
    rule: str
    met: bool
    note: str
    decided_at: datetime
    decided_by: int | None = None


class HandoverKind(StrEnum):
    """Taking premises over, or giving them back."""

    HANDOVER = "handover"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Handover:
    """The report of a handover or a return: the day, how many keys, meters, and the state of the premises in words."""

    offer_id: UUID
    kind: str
    done_on: date
    keys: int
    meters: str
    report: str
    noted_at: datetime
    noted_by: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a re-run has to know of what happened since the adoption (matching.md 3.9).

    `gone` are applications that are out of the call; `kept` are lots by application that nobody moves: signed ones, and
    unsigned ones whose group wants no upgrade or whose offer's life is over; `failed` are pairs that a visit refuted.
    """

    gone: frozenset[UUID] = frozenset()
    kept: Mapping[UUID, UUID] = field(default_factory=dict)
    failed: Mapping[tuple[UUID, UUID], tuple[str, ...]] = field(default_factory=dict)


def check_answer(offer: Offer, wanted: str, now: datetime) -> None:
    """Raise Conflict unless an offer can go to the state `wanted` now; the code says what happened to it instead.

    Codes: `offer_over` where its time has passed, else `offer_<state>` for the state that it is in.
    """
    state = OfferState(offer.state)
    if OfferState(wanted) not in TRANSITIONS[state]:
        raise Conflict("the offer cannot change like this any more", code=f"offer_{state}", state=state)
    if wanted == OfferState.ACCEPTED and offer.is_over(now):
        raise Conflict("the time for an answer is over", code="offer_over")
    if wanted == OfferState.EXPIRED and not offer.is_over(now):
        raise Conflict("the time for an answer is not over", code="offer_runs")


def expiry(now: datetime, days: int = OFFER_DAYS) -> datetime:
    """Return when an offer sent at `now` is over: `days` whole days later; raise Invalid outside the bounds."""
    if not SHORTEST_OFFER <= days <= LONGEST_OFFER:
        raise Invalid("an offer lasts some days", "/days", code="offer_days", least=SHORTEST_OFFER, most=LONGEST_OFFER)
    return now + timedelta(days=days)


def free_seat(capacity: int, offers: Iterable[Offer]) -> int | None:
    """Return the lowest seat of a lot without a living offer, None where all are taken."""
    taken = {offer.seat for offer in offers if offer.state in LIVING}
    return next((seat for seat in range(1, capacity + 1) if seat not in taken), None)


def open_conditions(assignment: Assignment, found: Iterable[Condition]) -> tuple[str, ...]:
    """Return the rules of an assignment that nobody has verified yet."""
    met = {
        one.rule
        for one in found
        if one.met and (one.application_id, one.lot_id) == (assignment.application_id, assignment.lot_id)
    }
    return tuple(rule for rule in assignment.conditional_on if rule not in met)


def standing(
    offers: Sequence[Offer], upgradable: Collection[UUID], conditions: Iterable[Condition], now: datetime
) -> Standing:
    """Return what holds for a re-run; `offers` are all of a call, `upgradable` the applications that accept an upgrade.

    A group that said no, let its offer expire or lost it by a reasoned revocation is out; one whose condition failed or
    whose lot was withdrawn competes again.
    """
    gone: set[UUID] = set()
    kept: dict[UUID, UUID] = {}
    for offer in offers:
        unanswered = offer.state == OfferState.PENDING and offer.is_over(now)
        if unanswered or offer.state in (OfferState.DECLINED, OfferState.EXPIRED):
            gone.add(offer.application_id)
        elif offer.state == OfferState.REVOKED:
            if offer.ending in _OUT:
                gone.add(offer.application_id)
        elif offer.state == OfferState.SIGNED or offer.application_id not in upgradable or offer.is_over(now):
            kept[offer.application_id] = offer.lot_id
    failed: dict[tuple[UUID, UUID], list[str]] = {}
    for one in conditions:
        if not one.met:
            failed.setdefault((one.application_id, one.lot_id), []).append(one.rule)
    return Standing(frozenset(gone), kept, {pair: tuple(sorted(rules)) for pair, rules in failed.items()})


def improves(before: Assignment, after: Assignment) -> bool:
    """Tell whether a group wanted its new lot more than its old one, by its own list."""
    return after.rank is not None and (before.rank is None or after.rank < before.rank)


def somebody_waits(lot_id: UUID, wishes: Mapping[UUID, Sequence[UUID]], held: Mapping[UUID, UUID]) -> bool:
    """Tell whether a group that is still in the call would rather have the lot than what it holds.

    `wishes` are rankings by application, the most wanted first; `held` the lots of those that have one.
    """
    for application_id, ranking in wishes.items():
        if lot_id in ranking and held.get(application_id) != lot_id:
            mine = held.get(application_id)
            if mine not in ranking or ranking.index(lot_id) < ranking.index(mine):
                return True
    return False


class Awards(Protocol):
    """Assignments, offers, conditions and handovers; every writer locks the call first."""

    def lock_call(self, call_id: UUID) -> None:
        """Let nobody else change awards of the call before this transaction ends."""
        ...

    def add_assignments(self, assignments: Sequence[Assignment]) -> None:
        """Add what a run gave."""
        ...

    def assignments_of(self, run_id: UUID) -> list[Assignment]:
        """Return what a run gave, by lot."""
        ...

    def standing_assignments(self, call_id: UUID) -> list[Assignment]:
        """Return what the adopted run of a call gave, by lot; nothing where none is adopted."""
        ...

    def assignment(self, assignment_id: UUID) -> Assignment | None:
        """Return one assignment."""
        ...

    def set_verify_by(self, run_id: UUID, day: date) -> None:
        """Note by when the conditional assignments of a run are verified."""
        ...

    def add_offer(self, offer: Offer) -> bool:
        """Add an offer; tell whether the seat and the group were free."""
        ...

    def offer(self, offer_id: UUID) -> Offer | None:
        """Return one offer."""
        ...

    def offers_of(self, call_id: UUID) -> list[Offer]:
        """Return all offers of a call, the oldest first."""
        ...

    def offers_to(self, application_id: UUID) -> list[Offer]:
        """Return all offers to an application, the oldest first."""
        ...

    def move(self, offer: Offer, to: Offer) -> bool:
        """Write state, answer and reason of `to` if the stored offer is still as `offer` was; tell whether it was."""
        ...

    def overdue(self, now: datetime, limit: int) -> list[Offer]:
        """Return unanswered offers whose time is over, the longest first."""
        ...

    def ending(self, today: date, days: int, limit: int) -> list[UUID]:
        """Return the signed offers whose group is inside premises in use, and whose lot ends within `days`."""
        ...

    def troubles(self, call_id: UUID) -> dict[UUID, str]:
        """Return what is wrong with premises of a call by space: gone, unsafe, occupied, or withdrawn."""
        ...

    def upgradable(self, call_id: UUID) -> set[UUID]:
        """Return the applications of a call that accept an upgrade."""
        ...

    def conditions_of(self, call_id: UUID) -> list[Condition]:
        """Return what was found about conditions in a call."""
        ...

    def add_condition(self, condition: Condition) -> bool:
        """Note what was found; tell whether nobody had noted it before."""
        ...

    def handovers_of(self, call_id: UUID) -> list[Handover]:
        """Return the handovers and returns of a call."""
        ...

    def add_handover(self, handover: Handover) -> bool:
        """Add a report; tell whether there was none of the kind yet."""
        ...
