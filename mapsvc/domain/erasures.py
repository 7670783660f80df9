"""Erasing what is held about a person: whom it is about, what it leaves, and what must be remembered about it.

The evidence stays as it was: a statement counts on without its sender, under a random key that nobody can lead back.
Which columns hold what is `mapsvc.domain.personal_data`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from mapsvc.domain.ids import new_token

#: Keys that begin so were made at random, and lead to nobody.
TOMBSTONE = "erased:"


class SubjectKind(StrEnum):
    """What a request to erase can name: an account, a mail address left without one, or one report."""

    USER = "user"
    CONTACT = "contact"
    OBSERVATION = "observation"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an export or an erasure is about, and the records that lead to them.

    `known_since` is when the account, the address or the report came into being.
    """

    kind: SubjectKind
    id: str
    known_since: datetime
    user_id: int | None = None
    emails: tuple[str, ...] = ()
    contact_ids: tuple[UUID, ...] = ()
    observation_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """An observation of the subject with the keys under which it counts."""

    id: UUID
    space_id: UUID
    reporter: str
    cluster_key: str | None
    anonymous: bool
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What becomes of the keys of statements.

    `renamed` maps a key of the past to a random one, wherever it stands, so that one sender still has one vote.
    `withdrawn` are statements whose sender could answer again under the same key: counting both would be two votes.
    """

    renamed: Mapping[str, str]
    withdrawn: tuple[UUID, ...]


def tombstone() -> str:
    """Return a new random key."""
    return TOMBSTONE + new_token()


def change_keys(kind: SubjectKind, statements: Sequence[Statement], user_id: int | None, now: datetime) -> KeyChange:
    """Decide what becomes of the keys of statements that are erased.

    An erased account never answers again, so that its key is of the past. The key of a visitor is of the past when its
    UTC day is over, since the next day brings another one.
    """
    renamed = {f"user:{user_id}": tombstone()} if kind is SubjectKind.USER else {}
    present = [said for said in statements if said.reporter not in renamed and not _is_past(said, now)]
    # A key that still counts somewhere must not change anywhere.
    live = {said.reporter for said in present} | {said.cluster_key for said in present if said.anonymous}
    withdrawn = []
    for said in statements:
        if said.reporter in live or (said.anonymous and said.cluster_key in live - {None}):
            withdrawn.append(said.id)
            continue
        keys = [said.reporter, said.cluster_key] if said.anonymous else [said.reporter]
        for key in keys:
            if key and key not in renamed and not key.startswith(TOMBSTONE):
                renamed[key] = tombstone()
    return KeyChange(renamed, tuple(withdrawn))


def _is_past(said: Statement, now: datetime) -> bool:
    day_is_over = said.submitted_at.astimezone(UTC).date() < now.astimezone(UTC).date()
    return day_is_over and not said.reporter.startswith("user:")


@dataclass(frozen=True, slots=True)
class Erasure:
    """One line of the list of erasures: whom, by identifier only, and when; never what."""

    id: UUID
    kind: SubjectKind
    subject_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away: numbers by kind, and what lies outside of the database and has to go after it."""

    erasure: Erasure
    counts: Mapping[str, int]
    photo_ids: tuple[UUID, ...] = ()
    proof_files: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    space_ids: tuple[UUID, ...] = ()
    document_ids: tuple[UUID, ...] = ()


class PersonalData(Protocol):
    """What is held about one person."""

    def subject(self, kind: SubjectKind, subject_id: str) -> Subject | None:
        """Return whom a request is about, or None for nobody known; `subject_id` is an id of that kind."""
        ...

    def contact_of(self, email: str) -> UUID | None:
        """Return one of the contacts with this address."""
        ...

    def rows(self, subject: Subject) -> dict[str, list[dict[str, Any]]]:
        """Return every row about the subject by table, with the columns that the inventory gives to the person."""
        ...


class Erasures(Protocol):
    """The database's side of an erasure."""

    def statements(self, subject: Subject) -> list[Statement]:
        """Return the observations of a subject."""
        ...

    def erase(self, subject: Subject, keys: KeyChange, at: datetime) -> Erased:
        """Take everything away that the inventory names, and write the erasure down."""
        ...

    def remembered(self) -> list[Erasure]:
        """Return every erasure, the oldest first."""
        ...

    def remember(self, erasure: Erasure, counts: Mapping[str, int]) -> None:
        """Write an erasure down."""
        ...


class Outside(Protocol):
    """What lies outside of the database: files of photos, proofs and documents, mails, the list beside the backups."""

    def forget(self, erased: Erased) -> None:
        """Delete the files that belonged to what was erased; doing it twice does no harm."""
        ...

    def note(self, erasures: Sequence[Erasure]) -> None:
        """Add lines to the list that no backup overwrites, durably; known ones are left out."""
        ...
