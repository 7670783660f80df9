"""The committee of a call: the office names members and a chair; members declare what they are too near to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mapsvc.domain.application_states import ApplicationState
from mapsvc.domain.calls import Call
from mapsvc.domain.committees import (
    LONGEST_REASON,
    CommitteeMember,
    ConflictOfInterest,
    check_may_join,
    reviewers,
)
from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.people import Action, Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.call_access import call_for, call_of_member, check_not_member, check_state
from mapsvc.usecases.scores import conclude_when_signed

#: Until the scores are signed the committee can be named; afterwards it is what it was.
_NAMING = ("draft", "approved", "open", "closed", "admissibility", "evaluation")


@dataclass(frozen=True, slots=True)
class MemberProgress:
    """A member with how many sheets they owe, began and signed, and how many applications they are too near to."""

    member: CommitteeMember
    due: int
    begun: int
    signed: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class CommitteeView:
    """The committee of a call as the office sees it; `alone` are the codes of applications that nobody may score."""

    call: Call
    members: tuple[MemberProgress, ...]
    conflicts: tuple[tuple[str, CommitteeMember | None, ConflictOfInterest], ...]
    alone: tuple[str, ...]
    unsigned: int
    changeable: bool


def view(uow: UnitOfWork, actor: Actor, code: str) -> CommitteeView:
    """Return members, declarations and progress of a call, without any points; raises NotFound, Forbidden."""
    with uow:
        call = call_for(uow, actor, code, Action.SEE_CALL)
        members = uow.committees.members(call.id)
        conflicts = uow.committees.conflicts(call.id)
        codes = {one.id: one.code or "" for one in uow.applications.of_call(call.id)}
        rated = {one.id for one in uow.applications.of_call(call.id) if one.state in _RATED}
        states = uow.scores.states(call.id)
        by_id = {one.user_id: one for one in members}
        progress = tuple(
            MemberProgress(
                one,
                len(rated - {it.application_id for it in conflicts if it.user_id == one.user_id}),
                sum(it.user_id == one.user_id and it.signed_at is None for it in states),
                sum(it.user_id == one.user_id and it.signed_at is not None for it in states),
                sum(it.user_id == one.user_id for it in conflicts),
            )
            for one in members
        )
        alone = {one for one in rated if not reviewers(by_id, conflicts, one)}
        return CommitteeView(
            call,
            progress,
            tuple((codes.get(it.application_id, ""), by_id.get(it.user_id), it) for it in conflicts),
            tuple(sorted(codes[one] for one in alone)) if members else (),
            uow.scores.unsigned(call.id),
            call.state in _NAMING and not _known(uow, call),
        )


_RATED = frozenset({ApplicationState.ADMITTED, ApplicationState.SCORED, ApplicationState.BELOW_THRESHOLD})


def add_member(uow: UnitOfWork, actor: Actor, code: str, email: str, chair: bool, now: datetime) -> CommitteeMember:
    """Name the account with this address a member, in the chair on request or as the first one.

    Raises Conflict for an unknown account, for whoever runs the call, for a director, for a member, and once the
    scores are signed.
    """
    address = clean_text(email, "/email", 254)
    if not address:
        raise Invalid("an address is needed", "/email", code="email_required")
    with uow:
        call = _naming(uow, actor, code)
        members = uow.committees.members(call.id)
        account = check_may_join(uow.people.by_email(address.casefold()), _ran_by(uow, actor, call), members)
        member = CommitteeMember(call.id, account.id, False, account.name, account.email)
        uow.committees.add(member, actor.user_id, now)
        if chair or not members:
            uow.committees.set_chair(call.id, account.id)
        after: dict[str, object] = {"user_id": account.id, "chair": chair or not members}
        uow.audit.add(actor, "member_added", "call", call.id, after=after, at=now)
        _tell(uow, call, member, "committee_named", now)
        uow.commit()
    return member


def tell_members(uow: UnitOfWork, call: Call, now: datetime) -> None:
    """Queue the mail that the applications are ready, to every member, inside the caller's transaction."""
    for member in uow.committees.members(call.id):
        _tell(uow, call, member, "committee_begins", now)


def _tell(uow: UnitOfWork, call: Call, member: CommitteeMember, template: str, now: datetime) -> None:
    account = uow.people.get(member.user_id)
    if account is not None and account.active:
        lang = account.lang or next(iter(call.title), "en")
        uow.outbox.add(account.email, template, lang, {"call": dict(call.title), "code": call.code}, now)


def set_chair(uow: UnitOfWork, actor: Actor, code: str, user_id: int, now: datetime) -> None:
    """Give the chair to another member; raises NotFound where there is no such member."""
    with uow:
        call = _naming(uow, actor, code)
        if not uow.committees.set_chair(call.id, user_id):
            raise NotFound("there is no such member", code="member_unknown")
        uow.audit.add(actor, "chair_given", "call", call.id, after={"user_id": user_id}, at=now)
        uow.commit()


def remove_member(uow: UnitOfWork, actor: Actor, code: str, user_id: int, now: datetime) -> None:
    """Take a member out who has signed nothing yet, with what they had begun; the first of the rest takes the chair.

    Raises NotFound for another account, Conflict where a sheet is signed: it stays part of the procedure.
    """
    with uow:
        call = _naming(uow, actor, code)
        if any(it.user_id == user_id and it.signed_at for it in uow.scores.states(call.id)):
            raise Conflict("this member has signed sheets", code="member_signed")
        seats = uow.committees.members(call.id)
        uow.scores.drop_unsigned(call.id, user_id)
        if not uow.committees.remove(call.id, user_id):
            raise NotFound("there is no such member", code="member_unknown")
        rest = [one for one in seats if one.user_id != user_id]
        if rest and not any(one.chair for one in rest):
            uow.committees.set_chair(call.id, rest[0].user_id)
        uow.audit.add(actor, "member_removed", "call", call.id, before={"user_id": user_id}, at=now)
        conclude_when_signed(uow, actor, call, now)
        uow.commit()


def declare_conflict(uow: UnitOfWork, actor: Actor, code: str, application: str, reason: str, now: datetime) -> None:
    """Keep a member's declaration that they are too near to a group: they do not score it, and what they began goes.

    Raises NotFound for everybody who is not a member, Invalid without a reason, Conflict once their sheet is signed
    and for a second declaration.
    """
    words = clean_text(reason, "/reason", LONGEST_REASON, several_lines=True)
    if not words:
        raise Invalid("a reason is needed", "/reason", code="reason_required")
    with uow:
        call, seat = call_of_member(uow, actor, code, lock=True)
        check_state(call, "admissibility", "evaluation")
        one = uow.applications.by_code(call.id, application)
        if one is None or one.state != ApplicationState.ADMITTED:
            raise NotFound("there is no such application", code="application_unknown")
        sheet = uow.scores.sheet(one.id, seat.user_id, lock=True)
        if sheet is not None and sheet.signed:
            raise Conflict("this sheet is signed", code="sheet_signed")
        if sheet is not None:
            uow.scores.drop(one.id, seat.user_id)
        if not uow.committees.declare(ConflictOfInterest(one.id, seat.user_id, words, now)):
            raise Conflict("there is a declaration already", code="conflict_twice")
        after: Mapping[str, object] = {"user_id": seat.user_id}
        uow.audit.add(actor, "conflict_declared", "application", one.id, after=after, reason=words, at=now)
        conclude_when_signed(uow, actor, call, now)
        uow.commit()


def _naming(uow: UnitOfWork, actor: Actor, code: str) -> Call:
    call = call_for(uow, actor, code, Action.RUN_CALL, lock=True)
    check_state(call, *_NAMING)
    check_not_member(uow, actor, call)
    if _known(uow, call):
        raise Conflict("the scores are known", code="scores_known")
    return call


def _known(uow: UnitOfWork, call: Call) -> bool:
    """Tell whether the scores are concluded: the committee is then what it was."""
    return any(one.merit_micro is not None for one in uow.applications.of_call(call.id))


def _ran_by(uow: UnitOfWork, actor: Actor, call: Call) -> set[int]:
    """Return the accounts that wrote, checked, approved or moved the call, and whoever asks now."""
    names = {call.created_by, call.approved_by, call.legal_checked_by, actor.user_id}
    return {one for one in names | {event.user_id for event in uow.calls.events(call.id)} if one is not None}
