"""What the office sees of the awards of a call, and what a group sees of its own; nothing is written here."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.applications import Application
from mapsvc.domain.awards import (
    LIVING,
    Assignment,
    Condition,
    Handover,
    HandoverKind,
    Offer,
    OfferState,
    standing,
)
from mapsvc.domain.call_states import CallState
from mapsvc.domain.calls import Call, CallProgress, Lot
from mapsvc.domain.errors import NotFound
from mapsvc.domain.match_runs import MatchRun
from mapsvc.domain.people import Action, Actor, allows, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.matching.run_files import read_run
from mapsvc.matching.runs import Run
from mapsvc.usecases.applications import opened

_HOLDING = frozenset({ApplicationState.MATCHED, ApplicationState.OFFERED, ApplicationState.ACCEPTED})
_SENDING = frozenset({CallState.FINAL, CallState.CONTRACTING})


@dataclass(frozen=True, slots=True)
class Seat:
    """One award of a lot: what the run gave, to whom, and how far it is.

    `state` is one of to_send, pending, over (unanswered, its time passed), accepted, signed, in_use, given_back, or
    void: the group is out, and the next run decides.
    """

    state: str
    assignment: Assignment
    application: Application
    offer: Offer | None = None
    conditions: tuple[tuple[str, Condition | None], ...] = ()
    handover: Handover | None = None
    returned: Handover | None = None
    pact: str = ""

    @property
    def open_conditions(self) -> tuple[str, ...]:
        """Return the rules that nobody has verified."""
        return tuple(rule for rule, found in self.conditions if found is None or not found.met)


@dataclass(frozen=True, slots=True)
class NextInLine:
    """Whoever would come next at a lot by the adopted run; the re-run decides."""

    application: Application
    priority_micro: int


@dataclass(frozen=True, slots=True)
class LotAwards:
    """A lot with its awards; `ended` are offers of the past with their groups, the newest first.

    `trouble` says what is wrong with the premises: gone, unsafe, occupied, withdrawn, or nothing.
    """

    lot: Lot
    seats: tuple[Seat, ...]
    ended: tuple[tuple[Offer, Application], ...]
    next_in_line: NextInLine | None
    trouble: str
    wanted: int


@dataclass(frozen=True, slots=True)
class AwardBoard:
    """The awards of a call; `to_send` counts offers that can leave, `vacated` lots that a re-run would give anew."""

    call: Call
    progress: CallProgress
    run: MatchRun | None
    under_way: MatchRun | None
    lots: tuple[LotAwards, ...]
    may_act: bool
    to_send: int
    vacated: int

    def lot(self, number: int) -> LotAwards:
        """Return one lot; raise NotFound."""
        for one in self.lots:
            if one.lot.number == number:
                return one
        raise NotFound("there is no such lot")


@dataclass(frozen=True, slots=True)
class GroupAward:
    """What a group sees of its award; `offer` is the newest one, `ended` tells that it does not stand any more."""

    call: Call
    lot: Lot
    offer: Offer
    assignment: Assignment
    conditions: tuple[tuple[str, Condition | None], ...]
    handover: Handover | None
    returned: Handover | None
    over: bool

    @property
    def may_accept(self) -> bool:
        """Tell whether a yes is possible now."""
        return self.offer.state == OfferState.PENDING and not self.over

    @property
    def may_decline(self) -> bool:
        """Tell whether a no is possible now: also to what was accepted and is not signed."""
        return self.offer.state in (OfferState.PENDING, OfferState.ACCEPTED)


def board(uow: UnitOfWork, actor: Actor, call_code: str, now: datetime) -> AwardBoard:
    """Return the awards of a call for its office; raise NotFound, Forbidden."""
    with uow:
        call = uow.calls.by_code(call_code)
        if call is None:
            raise NotFound("there is no such call")
        path = uow.areas.path(call.area_id)
        require(actor, Action.SEE_CALL, path)
        return _Reader(uow, call, now).board(may_act=allows(actor, Action.RUN_CALL, path))


def of_group(uow: UnitOfWork, actor: Actor, key: str, now: datetime) -> GroupAward | None:
    """Return the newest offer to the group of a private page, None before there is one; raise NotFound."""
    with uow:
        application = opened(uow, actor, key)
        offers = uow.awards.offers_to(application.id)
        if not offers:
            return None
        offer = offers[-1]
        call, lot = uow.calls.get(offer.call_id), uow.calls.lot(offer.lot_id)
        assignment = uow.awards.assignment(offer.assignment_id)
        if call is None or lot is None or assignment is None:
            raise NotFound("there is no such offer")
        reports = {one.kind: one for one in uow.awards.handovers_of(call.id) if one.offer_id == offer.id}
        return GroupAward(
            call=call,
            lot=lot,
            offer=offer,
            assignment=assignment,
            conditions=_found(assignment, uow.awards.conditions_of(call.id)),
            handover=reports.get(HandoverKind.HANDOVER),
            returned=reports.get(HandoverKind.RETURN),
            over=offer.is_over(now),
        )


class _Reader:
    """Reads a call's awards in a few statements and joins them."""

    def __init__(self, uow: UnitOfWork, call: Call, now: datetime) -> None:
        self.uow, self.call, self.now = uow, call, now
        self.applications = {one.id: one for one in uow.applications.of_call(call.id)}
        self.offers = uow.awards.offers_of(call.id)
        self.conditions = uow.awards.conditions_of(call.id)
        self.given = uow.awards.standing_assignments(call.id)
        self.pacts = uow.pacts.slugs_of_call(call.id)
        self.run = uow.match_runs.adopted(call.id)
        self.reports: dict[tuple[UUID, str], Handover] = {
            (one.offer_id, one.kind): one for one in uow.awards.handovers_of(call.id)
        }

    def board(self, *, may_act: bool) -> AwardBoard:
        """Return everything."""
        line = _Line(self.run, self._gone(), self._held()) if self.run is not None else None
        troubles = self.uow.awards.troubles(self.call.id)
        lots = tuple(self._lot(lot, line, troubles.get(lot.space_id, "")) for lot in self.uow.calls.lots(self.call.id))
        seats = [(one, seat) for one in lots for seat in one.seats]
        sendable = self.call.state in _SENDING
        return AwardBoard(
            call=self.call,
            progress=self.uow.calls.progress(self.call.id),
            run=self.run,
            under_way=self.uow.match_runs.under_way(self.call.id),
            lots=lots,
            may_act=may_act,
            to_send=sum(seat.state == "to_send" and one.lot.withdrawn_at is None for one, seat in seats)
            if sendable
            else 0,
            vacated=sum(seat.state == "void" for _, seat in seats),
        )

    def _gone(self) -> frozenset[UUID]:
        return standing(self.offers, self.uow.awards.upgradable(self.call.id), self.conditions, self.now).gone

    def _held(self) -> dict[UUID, UUID]:
        return {
            one.application_id: one.lot_id
            for one in self.given
            if one.application_id in self.applications and self.applications[one.application_id].state in _HOLDING
        }

    def _lot(self, lot: Lot, line: "_Line | None", trouble: str) -> LotAwards:
        seats = tuple(self._seats(lot))
        shown = {seat.offer.id for seat in seats if seat.offer is not None}
        ended = tuple(
            (offer, self.applications[offer.application_id])
            for offer in reversed(self.offers)
            if offer.lot_id == lot.id and offer.id not in shown and offer.application_id in self.applications
        )
        following = line.at(lot, self.applications) if line is not None and lot.withdrawn_at is None else None
        wanted = sum(lot.id in one.lots for one in self.applications.values())
        return LotAwards(lot, seats, ended, following, "" if lot.withdrawn_at else trouble, wanted)

    def _seats(self, lot: Lot) -> list[Seat]:
        """Return the awards of a lot: living offers first, then what the run gave and nobody holds any more."""
        found: list[Seat] = []
        by_application: dict[UUID, list[Offer]] = defaultdict(list)
        for offer in self.offers:
            if offer.lot_id == lot.id:
                by_application[offer.application_id].append(offer)
        for assignment in self.given:
            application = self.applications.get(assignment.application_id)
            if assignment.lot_id == lot.id and application is not None:
                mine = by_application[application.id]
                found.append(self._seat(assignment, application, mine[-1] if mine else None))
        return found

    def _seat(self, assignment: Assignment, application: Application, offer: Offer | None) -> Seat:
        handover = returned = None
        if offer is not None:
            handover = self.reports.get((offer.id, HandoverKind.HANDOVER))
            returned = self.reports.get((offer.id, HandoverKind.RETURN))
        return Seat(
            state=self._state(application, offer, handover, returned),
            assignment=assignment,
            application=application,
            offer=offer,
            conditions=_found(assignment, self.conditions),
            handover=handover,
            returned=returned,
            pact=self.pacts.get(application.id, ""),
        )

    def _state(
        self, application: Application, offer: Offer | None, handover: Handover | None, returned: Handover | None
    ) -> str:
        if offer is None or offer.state not in LIVING:
            return "to_send" if application.state == ApplicationState.MATCHED else "void"
        if offer.state == OfferState.SIGNED:
            return "given_back" if returned else "in_use" if handover else "signed"
        if offer.state == OfferState.PENDING and offer.is_over(self.now):
            return "over"
        return str(offer.state)


class _Line:
    """Who comes next at each lot, by the input of the adopted run."""

    def __init__(self, record: MatchRun, gone: frozenset[UUID], held: Mapping[UUID, UUID]) -> None:
        self._run: Run = read_run(json.loads(record.snapshot or "{}")["run"])
        self._ids = {code: record.application_id(code) for code in self._run.applications}
        self._lots = {record.lot_id(number): number for number in self._run.lots}
        self._gone, self._held = gone, held

    def at(self, lot: Lot, applications: Mapping[UUID, Application]) -> NextInLine | None:
        """Return the group of the highest priority that wants the lot more than what it has."""
        key = self._lots.get(lot.id)
        if key is None:
            return None
        waiting = [
            (self._run.priority_of(code, key), application)
            for code, application_id in self._ids.items()
            if self._wants(code, application_id, key)
            and (application := applications.get(application_id)) is not None
            and application.state in _HOLDING | {ApplicationState.WAITING}
        ]
        if not waiting:
            return None
        priority, application = max(waiting, key=lambda one: (one[0], str(one[1].code)))
        return NextInLine(application, priority)

    def _wants(self, code: str, application_id: UUID, key: str) -> bool:
        wishes = self._run.wishes_of(code)
        if application_id in self._gone or key not in wishes or not self._run.is_open(code, key):
            return False
        held = self._lots.get(self._held[application_id]) if application_id in self._held else None
        return held not in wishes or wishes.index(key) < wishes.index(held)


def _found(assignment: Assignment, conditions: list[Condition]) -> tuple[tuple[str, Condition | None], ...]:
    """Return the rules that an assignment waits for, each with what was found."""
    known = {
        one.rule: one
        for one in conditions
        if (one.application_id, one.lot_id) == (assignment.application_id, assignment.lot_id)
    }
    return tuple((rule, known.get(rule)) for rule in assignment.conditional_on)
