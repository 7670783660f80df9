"""What officers decide before a run, each with a reason and a second signature (matching 3.9)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid

LONGEST_TEXT = 2_000
LONGEST_NORM = 300


class LockKind(StrEnum):
    """What a lock does to applications and lots."""

    REQUIRE = "require"
    FORBID = "forbid"
    HOLD_OUT = "hold_out"
    EXCLUDE = "exclude"


class LockReason(StrEnum):
    """Why; the closed list of matching 3.9."""

    CONTINUITY = "continuity"
    SAFETY = "safety"
    COURT_ORDER = "court_order"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    TECHNICAL_VISIT = "technical_visit"
    OWNER_WITHDRAWAL = "owner_withdrawal"


NAMES_APPLICATION = frozenset({LockKind.REQUIRE, LockKind.FORBID, LockKind.EXCLUDE})
NAMES_LOT = frozenset({LockKind.REQUIRE, LockKind.FORBID, LockKind.HOLD_OUT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock; `application` is the code and `lot` the number of what it names, for whoever reads it."""

    id: UUID
    call_id: UUID
    kind: LockKind
    reason: LockReason
    text: str
    author_id: int
    created_at: datetime
    norm: str = ""
    application_id: UUID | None = None
    lot_id: UUID | None = None
    application: str | None = None
    lot: str | None = None
    signed_by: int | None = None
    signed_at: datetime | None = None
    lifted_by: int | None = None
    lifted_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Tell whether a run takes it into account: signed by a second person, and not lifted."""
        return self.signed_at is not None and self.lifted_at is None


def check_lock(kind: LockKind, application: object, lot: object, norm: str, text: str) -> None:
    """Raise Invalid with a pointer unless the lock names what its kind needs and says why."""
    for name, given, naming in (("application", application, NAMES_APPLICATION), ("lot", lot, NAMES_LOT)):
        if (given is not None) != (kind in naming):
            missing = kind in naming
            raise Invalid(f"The {name} does not fit this kind of decision.", f"/{name}",
                          code="missing" if missing else "not_wanted")  # fmt: skip
    if not text.strip():
        raise Invalid("Say why.", "/text", code="missing")
    for name, given_text, longest in (("text", text, LONGEST_TEXT), ("norm", norm, LONGEST_NORM)):
        if len(given_text) > longest:
            raise Invalid(f"At most {longest} characters.", f"/{name}", code="too_long", most=longest)


def check_among(new: tuple[LockKind, UUID | None, UUID | None], standing: Collection[Lock]) -> None:
    """Raise Conflict when a decision says again, or the contrary of, what stands already for the same pair."""
    kind, application_id, lot_id = new
    for lock in standing:
        if lock.lifted_at is not None:
            continue
        same_pair = (lock.application_id, lock.lot_id) == (application_id, lot_id)
        if same_pair and (lock.kind is kind or {lock.kind, kind} == {LockKind.REQUIRE, LockKind.FORBID}):
            raise Conflict("there is a decision about this already", code="lock_there_already")
        if kind is LockKind.REQUIRE is lock.kind and lock.application_id == application_id:
            raise Conflict("this application has a lot by decision already", code="lock_there_already")


def check_signer(lock: Lock, user_id: int | None) -> None:
    """Raise Conflict unless somebody else than the author signs a lock that is not signed or lifted yet."""
    if lock.lifted_at is not None:
        raise Conflict("the decision was lifted", code="lock_lifted")
    if lock.signed_at is not None:
        raise Conflict("the decision is signed already", code="lock_signed")
    if user_id is None or user_id == lock.author_id:
        raise Conflict("a second person signs", code="lock_four_eyes")


class MatchLocks(Protocol):
    """Locks of calls."""

    def of_call(self, call_id: UUID) -> list[Lock]:
        """Return every lock of a call, lifted ones too, in the order in which they were written."""
        ...

    def get(self, lock_id: UUID, *, lock: bool = False) -> Lock | None:
        """Return a lock, locked against other writers on request."""
        ...

    def add(self, lock: Lock) -> None:
        """Add a lock."""
        ...

    def update(self, lock: Lock) -> None:
        """Write who signed or lifted it."""
        ...
