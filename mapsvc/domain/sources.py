"""Registers that are kept in step: how each is read, what was seen of its rows, and what a run of it found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.imports import LonLat, PactRecord, SourceInfo, SpaceRecord, Upload
from mapsvc.domain.uploads import FieldChange

REMOVAL_SHARE = 0.2
"""A broken publication lacks nearly everything; a register that shrinks loses a few rows."""


class SourceNoun(StrEnum):
    """What a row of a register becomes."""

    PACTS = "pacts"
    SPACES = "spaces"


class Rhythm(StrEnum):
    """How often a new edition of a register is expected."""

    IRREGULAR = "irregular"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Register:
    """A named register; `columns` are answers about renamed columns, from the name in the file to the known one."""

    info: SourceInfo
    noun: SourceNoun
    mapping: str
    rhythm: Rhythm = Rhythm.IRREGULAR
    removal_share: float = REMOVAL_SHARE
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row that could be read: what it states, by field as JSON values, and the record that it would become.

    A field that the row does not state is absent, and says nothing; None withdraws what was stated before.
    """

    key: str
    values: Mapping[str, object]
    record: PactRecord | SpaceRecord


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used; `key` is `row 3` where it has none, `code` and `params` make the sentence."""

    key: str
    number: int
    column: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """A column that is new and could be the one that is missing."""

    found: str
    missing: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A register's file as rows; nothing may be written while there are questions."""

    rows: tuple[SourceRow, ...]
    refused: tuple[RefusedRow, ...] = ()
    questions: tuple[ColumnQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a key in earlier files; `said` holds a hash for each field that a row ever stated.

    `earlier` are records that the key stood for before it was given to something else, the newest first.
    """

    key: str
    record_id: UUID
    state: str = "present"
    said: Mapping[str, str] = field(default_factory=dict)
    missed: int = 0
    earlier: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A record as it is stored here; `edited` names fields that somebody changed here by hand.

    One that was `joined` with another record takes nothing from its row any more.
    """

    record_id: UUID
    version: int
    values: Mapping[str, object]
    edited: frozenset[str] = frozenset()
    joined: bool = False


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What one row would do: become a record (`record_id` None), or change the fields of one.

    `said` is what will be remembered of the row; `reused` is the record that had the key before, `returned` tells that
    the row had vanished, `conflicts` are fields that were changed here and in the register.
    """

    row: SourceRow
    record_id: UUID | None
    said: Mapping[str, str]
    version: int = 0
    changes: tuple[FieldChange, ...] = ()
    conflicts: tuple[FieldChange, ...] = ()
    moved: bool = False
    reused: UUID | None = None
    returned: bool = False
    remember: bool = False


@dataclass(frozen=True, slots=True)
class SourceDifference:
    """A file against what is stored: a plan for each row, the keys that are missing, and whether to stop and ask."""

    plans: tuple[RowPlan, ...]
    vanished: tuple[Seen, ...]
    still_missing: tuple[Seen, ...]
    stopped: bool


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a run found, as keys in their order, and what it asks; `written` tells whether anything was."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[str, ...]
    vanished: tuple[str, ...]
    reused_ids: tuple[str, ...]
    conflicts: tuple[str, ...]
    refused: tuple[str, ...]
    stopped_to_ask: bool
    refusals: tuple[RefusedRow, ...]
    questions: tuple[ColumnQuestion, ...]
    disputed: Mapping[str, tuple[str, ...]]
    written: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a source that was written."""

    file_sha256: str
    file_as_of: date | None
    ran_at: datetime
    counts: Mapping[str, int]


SourceLocate = Callable[[str], LonLat | None]


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What a reader may need besides the file: today, the box of the areas (degrees), where a street is."""

    today: date
    region: tuple[float, float, float, float] | None = None
    locate: SourceLocate | None = None


class SourceFiles(Protocol):
    """The readers of registers; the exchange provides them."""

    def known(self, code: str) -> Register | None:
        """Return a register that the product knows without being told."""
        ...

    def read(self, register: Register, upload: Upload, reading: SourceReading) -> SourceFile:
        """Return the rows of a file; raise Invalid, TooLarge or UnsupportedType for one that cannot be used."""
        ...


class Sources(Protocol):
    """Registers, their runs, and what was seen of their rows."""

    def get(self, code: str, *, lock: bool = False) -> Register | None:
        """Return a register, locked against a second run on request."""
        ...

    def all(self) -> list[tuple[Register, Run | None]]:
        """Return every register with its last run, by code."""
        ...

    def add(self, register: Register) -> None:
        """Add a register, unless it is there."""
        ...

    def keep_columns(self, code: str, columns: Mapping[str, str]) -> None:
        """Remember the answers about renamed columns."""
        ...

    def last_run(self, code: str) -> Run | None:
        """Return the last run."""
        ...

    def add_run(self, code: str, run: Run) -> None:
        """Add a run."""
        ...

    def seen(self, code: str) -> list[Seen]:
        """Return what was seen of every key."""
        ...

    def remember(self, code: str, rows: Sequence[Seen], at: datetime) -> None:
        """Write what was seen of some keys."""
        ...

    def add_reuse(self, code: str, key: str, old: UUID, new: UUID, at: datetime) -> None:
        """Note that a key was given to something else."""
        ...

    def edited_here(self, noun: str, ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
        """Return the fields that somebody changed by hand, by record."""
        ...

    def spaces_of(self, code: str) -> list[tuple[str, UUID, bool]]:
        """Return key and id of every space of the source, and whether it was joined with another one."""
        ...
