"""From a yes to the keys and back: the contract that becomes the draft of a pact, handover and return (domain.md 2.1).

The draft carries what the group declared as ceilings; how a pact goes on from there is in the part of pacts.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from mapsvc.domain.application_states import ApplicationState, By
from mapsvc.domain.availability import Guard, Who
from mapsvc.domain.awards import RETURN_DAYS, Handover, HandoverKind, Offer, OfferState
from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.pacts import PactDraft, ceilings_of
from mapsvc.domain.people import SYSTEM, Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.projects import Project
from mapsvc.domain.spaces import AvailabilityState
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.availability import move_space
from mapsvc.usecases.award_spaces import settle_spaces
from mapsvc.usecases.awards import (
    Case,
    answer,
    audit,
    case_of_office,
    check_version,
    conditions_left,
    locked_case,
    mail_case,
    set_state,
)

LONGEST_ACT = 200
LONGEST_METERS = 500
LONGEST_REPORT = 4000
MOST_KEYS = 1000
BATCH = 50


@dataclass(frozen=True, slots=True)
class HandoverNote:
    """What an officer writes down at a handover or a return."""

    done_on: date
    keys: int
    report: str
    meters: str = ""


def sign(
    uow: UnitOfWork, actor: Actor, offer_id: UUID, version: int, signed_on: date, act: str, now: datetime
) -> Offer:
    """Note that the contract of an accepted offer is signed: a pact begins as a draft, the premises are assigned.

    `act` is the number of the contract. Raises Forbidden, NotFound, Invalid, Stale when the offer changed since it was
    read, Conflict before the group's yes (`offer_pending`) or while conditions are open (`conditions_open`).
    """
    number = clean_text(act, "/act", LONGEST_ACT)
    if not number:
        raise Invalid("the contract has a number", "/act", code="required")
    check_day(signed_on, now, "/signed_on")
    with uow:
        case = case_of_office(uow, actor, offer_id)
        check_version(case.offer, version)
        left = conditions_left(uow, case)
        if left:
            raise Conflict("conditions are open", code="conditions_open", count=len(left))
        signed = answer(uow, actor, case, OfferState.SIGNED, now)
        set_state(uow, case.application, ApplicationState.CONTRACTED, By.OFFICE, now)
        _begin_pact(uow, actor, case, signed_on, number, now)
        settle_spaces(uow, actor, case.call, now)
        mail_case(uow, case, "award_signed", now)
        uow.commit()
    return signed


def _begin_pact(uow: UnitOfWork, actor: Actor, case: Case, signed_on: date, act: str, now: datetime) -> None:
    """Add the draft of the pact with what the application declared."""
    application, lot = case.application, case.lot
    space = uow.spaces.get(lot.space_id)
    group = uow.collectives.get(application.collective_id) if application.collective_id is not None else None
    if space is None or group is None:
        raise NotFound("the premises or the group are gone")
    project = Project.from_json(application.project)
    pact_id = new_id()
    draft = PactDraft(
        id=pact_id,
        slug=f"{slugify(f'{case.call.code}-{application.code}')}-{pact_id.hex[-6:]}",
        title=project.title or f"{group.name}, {lot.name}",
        summary={application.lang: project.summary} if project.summary else {},
        lang=application.lang,
        proposer=group.name,
        place=lot.name,
        point=(space.lon, space.lat),
        call_id=case.call.id,
        lot_id=lot.id,
        application_id=application.id,
        space_id=lot.space_id,
        starts_on=lot.starts_on,
        ends_on=lot.ends_on,
        signed_on=signed_on,
        act=act,
        ceilings=ceilings_of(application.needs),
        commitments=project.commitments,
    )
    if not uow.pacts.add_draft(draft, case.call.source_code, now):
        raise Conflict("the contract is signed already", code="offer_signed")
    after = {"slug": draft.slug, "call_id": str(draft.call_id), "lot_id": str(draft.lot_id)}
    uow.audit.add(actor, "pact_begun", "pact", draft.id, after=after, at=now)


def hand_over(uow: UnitOfWork, actor: Actor, offer_id: UUID, note: HandoverNote, now: datetime) -> Handover:
    """Note that a group with a signed contract took the premises over: from now on they are in use.

    Raises Forbidden, NotFound, Invalid, Conflict before the contract (`handover_unsigned`) or for a second time.
    """
    checked = _checked(note, now)
    with uow:
        case = case_of_office(uow, actor, offer_id)
        if case.offer.state != OfferState.SIGNED:
            raise Conflict("the contract is not signed", code="handover_unsigned")
        report = _report(uow, actor, case, HandoverKind.HANDOVER, checked, now)
        settle_spaces(uow, actor, case.call, now)
        mail_case(uow, case, "award_handed_over", now, day=checked.done_on.isoformat(), keys=checked.keys)
        uow.commit()
    return report


def give_back(
    uow: UnitOfWork, actor: Actor, offer_id: UUID, note: HandoverNote, now: datetime, *, offer_again: bool
) -> Handover:
    """Note that a group gave the premises back as agreed; they are offered again or no longer offered.

    Premises with another group inside stay in use. Raises Forbidden, NotFound, Invalid, Conflict before the handover
    (`return_without_handover`) or for a second time.
    """
    checked = _checked(note, now)
    with uow:
        case = case_of_office(uow, actor, offer_id)
        reports = uow.awards.handovers_of(case.call.id)
        if not any(one.offer_id == offer_id and one.kind == HandoverKind.HANDOVER for one in reports):
            raise Conflict("nobody took the premises over", code="return_without_handover")
        report = _report(uow, actor, case, HandoverKind.RETURN, checked, now)
        back = {one.offer_id for one in reports if one.kind == HandoverKind.RETURN} | {offer_id}
        inside = {one.offer_id for one in reports if one.kind == HandoverKind.HANDOVER} - back
        same = {one.id for one in uow.calls.lots(case.call.id) if one.space_id == case.lot.space_id}
        others = [one for one in uow.awards.offers_of(case.call.id) if one.id in inside and one.lot_id in same]
        if not others:
            _return_premises(uow, actor, case, now, offer_again=offer_again)
        uow.commit()
    return report


def _return_premises(uow: UnitOfWork, actor: Actor, case: Case, now: datetime, *, offer_again: bool) -> None:
    space_id = case.lot.space_id
    # A group may leave before the usual time; the premises pass through the same states.
    move_space(uow, actor, space_id, AvailabilityState.RETURNING, Who.OFFICER, [Guard.ENDS_SOON], now)
    after = AvailabilityState.OFFERED if offer_again else AvailabilityState.NOT_OFFERED
    move_space(uow, actor, space_id, after, Who.OFFICER, [Guard.GIVEN_BACK], now)


def announce_returns(begin: Callable[[], AbstractContextManager[UnitOfWork]], today: date, now: datetime) -> int:
    """Let premises whose period ends within 60 days be on their way back, and tell their groups; return how many."""
    with begin() as uow:
        due = uow.awards.ending(today, RETURN_DAYS, BATCH)
    for offer_id in due:
        with begin() as uow:
            case = locked_case(uow, offer_id)
            space = uow.spaces.get(case.lot.space_id, lock=True)
            if space is not None and space.availability_state == AvailabilityState.IN_USE:
                move_space(uow, SYSTEM, space.id, AvailabilityState.RETURNING, Who.SYSTEM, [Guard.ENDS_SOON], now)
                mail_case(uow, case, "award_returning", now, ends_on=case.lot.ends_on.isoformat())
                audit(uow, SYSTEM, "return_announced", case.offer, now)
                uow.commit()
    return len(due)


def _report(
    uow: UnitOfWork, actor: Actor, case: Case, kind: HandoverKind, note: HandoverNote, now: datetime
) -> Handover:
    report = Handover(
        offer_id=case.offer.id,
        kind=kind,
        done_on=note.done_on,
        keys=note.keys,
        meters=note.meters,
        report=note.report,
        noted_at=now,
        noted_by=actor.user_id,
    )
    if not uow.awards.add_handover(report):
        raise Conflict("this report was written before", code="handover_written")
    action = "handed_over" if kind is HandoverKind.HANDOVER else "given_back"
    audit(uow, actor, action, case.offer, now, done_on=note.done_on.isoformat(), keys=note.keys, report=note.report)
    return report


def _checked(note: HandoverNote, now: datetime) -> HandoverNote:
    """Return the note with clean texts; raise Invalid with a pointer for what cannot be."""
    check_day(note.done_on, now, "/done_on")
    if not 0 <= note.keys <= MOST_KEYS:
        raise Invalid("a number of keys is needed", "/keys", code="keys", most=MOST_KEYS)
    report = clean_text(note.report, "/report", LONGEST_REPORT, several_lines=True)
    if not report:
        raise Invalid("say in what state the premises are", "/report", code="required")
    meters = clean_text(note.meters, "/meters", LONGEST_METERS, several_lines=True)
    return replace(note, report=report, meters=meters)


def check_day(day: date, now: datetime, pointer: str) -> None:
    """Raise Invalid for a day that has not come yet."""
    if day > now.date():
        raise Invalid("the day has not come yet", pointer, code="day_to_come")
