"""Who scores in a call: members, one of them in the chair, and the applications that somebody is too near to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Conflict
from mapsvc.domain.people import Account, Role

LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class CommitteeMember:
    """A member of the committee of a call."""

    call_id: UUID
    user_id: int
    chair: bool
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class ConflictOfInterest:
    """A member's declaration that they are too near to a group to score it."""

    application_id: UUID
    user_id: int
    reason: str
    declared_at: datetime


def check_may_join(account: Account | None, ran_by: Collection[int], members: Iterable[CommitteeMember]) -> Account:
    """Return the account that becomes a member; raises Conflict with a code that says why it cannot.

    Whoever wrote or runs the call does not score in it, nor does a director, who adopts the result: `ran_by` are the
    accounts that wrote, approved or checked it.
    """
    if account is None or not account.active:
        raise Conflict("there is no such account", code="member_unknown")
    if account.id in ran_by:
        raise Conflict("this person runs the call", code="member_runs_call")
    if any(role == Role.DIRECTOR.value for _, role, *_ in account.grants):
        raise Conflict("a director adopts the result", code="member_directs")
    if any(one.user_id == account.id for one in members):
        raise Conflict("this person is a member already", code="member_twice")
    return account


def reviewers(members: Iterable[int], conflicts: Iterable[ConflictOfInterest], application_id: UUID) -> frozenset[int]:
    """Return the members who score an application: all but those who declared a conflict with it."""
    near = {one.user_id for one in conflicts if one.application_id == application_id}
    return frozenset(members) - near


class Committees(Protocol):
    """Members of committees and what they declared."""

    def members(self, call_id: UUID) -> list[CommitteeMember]:
        """Return the members of a call, the chair first."""
        ...

    def calls_of(self, user_id: int) -> list[UUID]:
        """Return the calls in whose committee an account is, the latest first."""
        ...

    def add(self, member: CommitteeMember, added_by: int | None, at: datetime) -> bool:
        """Add a member; tell whether it is new."""
        ...

    def remove(self, call_id: UUID, user_id: int) -> bool:
        """Take a member out; tell whether there was one."""
        ...

    def set_chair(self, call_id: UUID, user_id: int) -> bool:
        """Give the chair to a member instead of whoever has it; tell whether there is such a member."""
        ...

    def conflicts(self, call_id: UUID) -> list[ConflictOfInterest]:
        """Return every declaration in a call."""
        ...

    def declare(self, conflict: ConflictOfInterest) -> bool:
        """Keep a declaration; tell whether it is new."""
        ...
