"""Flags: what any visitor finds wrong with a record. What a flag does at once is rule M11 in ``moderation_rules``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class FlagKind(StrEnum):
    """What somebody finds wrong with a record."""

    WRONG = "wrong"
    PRIVATE = "private"
    OFFENSIVE = "offensive"
    DANGEROUS = "dangerous"


class FlagNoun(StrEnum):
    """What can be flagged."""

    SPACE = "space"
    PHOTO = "photo"
    INITIATIVE = "initiative"
    PACT = "pact"
    MAP = "map"


#: Hours within which somebody looks: a day where somebody may be in danger or exposed, else three (publication 5.2).
GRAVE = frozenset({FlagKind.PRIVATE.value, FlagKind.DANGEROUS.value})
GRAVE_HOURS = 24


class FlagVerb(StrEnum):
    """What a moderator decides about the open flags of a record.

    ``hide`` and ``keep`` agree with the flags: the record goes out of sight, or it was put right and stays.
    """

    HIDE = "hide"
    KEEP = "keep"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag; ``hid_from`` is the state that the record had before this flag hid it at once."""

    id: UUID
    noun: str
    record_id: UUID
    area_id: UUID | None
    kind: str
    note: str | None
    reporter: str
    cluster_key: str | None
    user_id: int | None
    created_at: datetime
    hid_from: str | None = None
    state: str = "open"


@dataclass(frozen=True, slots=True)
class FlaggedRecord:
    """A record that can be flagged; ``state`` is its moderation state, or the state of a photo or a map.

    ``area_id`` says who decides; records without one belong to whoever moderates everywhere.
    """

    noun: str
    id: UUID
    name: str
    state: str
    area_id: UUID | None

    @property
    def public(self) -> bool:
        """Tell whether the public sees it."""
        return self.state in (("public", "unlisted") if self.noun == FlagNoun.MAP else ("published", "archived"))

    @property
    def hidden_state(self) -> str:
        """Return the state in which the public does not see it and its data are kept."""
        return "private" if self.noun == FlagNoun.MAP else "hidden"


class Flags(Protocol):
    """Flags and the records they are about."""

    def record(self, noun: str, record_id: UUID) -> FlaggedRecord | None:
        """Return the record, locked against other writers, or None."""
        ...

    def set_state(self, record: FlaggedRecord, state: str, reason: str | None, at: datetime) -> None:
        """Give the record a state; its version rises, so that nobody decides on what they saw before."""
        ...

    def add(self, flag: Flag) -> bool:
        """Add a flag; tell whether it is new, since one reporter has one open flag of a kind for a record."""
        ...

    def hidings(self, reporter: str, cluster_key: str | None, since: datetime) -> int:
        """Return how many records this reporter or this network hid at once since then; their next flag waits."""
        ...

    def dismissed(self, noun: str, record_id: UUID, kind: str, since: datetime) -> bool:
        """Tell whether a flag of this kind about the record was dismissed since then."""
        ...

    def open_of(self, noun: str, record_id: UUID) -> list[Flag]:
        """Return the open flags of a record, the oldest first, locked against other deciders."""
        ...

    def settle(self, flag_ids: Sequence[UUID], state: str, settled_by: int | None, at: datetime) -> None:
        """Close flags as upheld or dismissed."""
        ...
