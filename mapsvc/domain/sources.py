"""Registers that are kept in step: how each is read, what was seen of its rows, and what a run of it found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.imports import InitiativeRecord, LonLat, PactRecord, RowProblem, SourceInfo, SpaceRecord, Upload
from mapsvc.domain.spaces import Space
from mapsvc.domain.uploads import FieldChange, Told, nobody

REMOVAL_SHARE = 0.2
"""A broken publication lacks nearly everything; a register that shrinks loses a few rows."""


class SourceNoun(StrEnum):
    """What a row of a register becomes."""

    PACTS = "pacts"
    SPACES = "spaces"


#: How the columns of a register can be read, and what its rows become.
MAPPINGS = {
    "premises": SourceNoun.SPACES,
    "openstreetmap": SourceNoun.SPACES,
    "san_francisco": SourceNoun.SPACES,
    "palermo": SourceNoun.PACTS,
}


class Rhythm(StrEnum):
    """How often a new edition of a register is expected."""

    IRREGULAR = "irregular"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class FileFormat(StrEnum):
    """Which kind of file a register is published as."""

    ANY = "any"
    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    GEOPACKAGE = "geopackage"
    SHAPEFILE = "shapefile"
    OVERPASS = "overpass"


class RowKind(StrEnum):
    """What a row of a register's file would do, as an officer decides about it."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    RETURNED = "returned"
    REUSED = "reused"
    CONFLICT = "conflict"
    VANISHED = "vanished"
    REFUSED = "refused"


HARMLESS = (RowKind.NEW, RowKind.CHANGED, RowKind.MOVED, RowKind.RETURNED, RowKind.VANISHED)
"""Kinds that a rule may accept by itself; a number that is used again and a conflict are always looked at."""


@dataclass(frozen=True, slots=True)
class Register:
    """A named register; `columns` are answers about renamed columns, from the name in the file to the known one.

    `fetch_url` is where the timetable fetches it, `accepts` names the kinds that are written without asking, `grid` is
    the EPSG number of its x and y where they are no degrees, and `known_columns` says what each column of the newest
    file stood for (blank: left alone).
    """

    info: SourceInfo
    noun: SourceNoun
    mapping: str
    rhythm: Rhythm = Rhythm.IRREGULAR
    removal_share: float = REMOVAL_SHARE
    columns: Mapping[str, str] = field(default_factory=dict)
    fetch_url: str = ""
    format: FileFormat = FileFormat.ANY
    accepts: frozenset[RowKind] = frozenset()
    grid: int | None = None
    known_columns: Mapping[str, str] = field(default_factory=dict)
    paused: bool = False
    fetched_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row that could be read: what it states, by field as JSON values, and the record that it would become.

    A field that the row does not state is absent, and says nothing; None withdraws what was stated before. `remarks`
    are what is odd about the row, for whoever decides; no rule accepts a row with one.
    """

    key: str
    values: Mapping[str, object]
    record: PactRecord | SpaceRecord | InitiativeRecord
    remarks: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used; `key` is `row 3` where it has none, `code` and `params` make the sentence."""

    key: str
    number: int
    column: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def problem(self) -> RowProblem:
        """Return why it cannot be used."""
        return RowProblem(self.number, self.column, self.code, self.params)


@dataclass(frozen=True, slots=True)
class ColumnQuestion:
    """A column that is new and could be the one that is missing."""

    found: str
    missing: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A register's file as rows; nothing may be written while there are questions.

    `columns` says what each column stands for, blank where it is left alone.
    """

    rows: tuple[SourceRow, ...]
    refused: tuple[RefusedRow, ...] = ()
    questions: tuple[ColumnQuestion, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)


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

    `said` is what will be remembered of the row, None for everything that it states; `reused` is the record that had
    the key before, `returned` tells that the row had vanished, `conflicts` are fields that were changed here and in the
    register.
    """

    row: SourceRow
    record_id: UUID | None
    said: Mapping[str, str] | None
    version: int = 0
    changes: tuple[FieldChange, ...] = ()
    conflicts: tuple[FieldChange, ...] = ()
    moved: bool = False
    reused: UUID | None = None
    returned: bool = False
    remember: bool = False

    @property
    def kind(self) -> RowKind | None:
        """Return what there is to decide about the row, the weightiest first; None where nothing is."""
        if self.reused is not None:
            return RowKind.REUSED
        if self.record_id is None:
            return RowKind.NEW
        if self.conflicts:
            return RowKind.CONFLICT
        if self.moved:
            return RowKind.MOVED
        if self.returned:
            return RowKind.RETURNED
        return RowKind.CHANGED if self.changes else None


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
    """What a reader may need besides the file: today, the box of the areas (degrees), streets, and a listener."""

    today: date
    region: tuple[float, float, float, float] | None = None
    locate: SourceLocate | None = None
    told: Told = nobody


class SourceFiles(Protocol):
    """The readers of registers; the exchange provides them."""

    def check(self, register: Register, data: bytes) -> None:
        """Raise TooLarge or UnsupportedType for a file that is too large or of another kind than the register's."""
        ...

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

    def set(self, register: Register) -> bool:
        """Write how a register is kept in step, if the stored version is still that of `register`; tell whether."""
        ...

    def keep_columns(self, code: str, columns: Mapping[str, str]) -> None:
        """Remember the answers about renamed columns."""
        ...

    def keep_known_columns(self, code: str, columns: Mapping[str, str]) -> None:
        """Remember what each column of the newest file stood for."""
        ...

    def note_fetched(self, code: str, at: datetime) -> None:
        """Note when the register was fetched last, or tried to be."""
        ...

    def lift_time_limit(self) -> None:
        """Let the statements of this transaction take as long as a large register needs."""
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

    def spaces(self, ids: Sequence[UUID]) -> list[Space]:
        """Return some spaces, but for those that were joined with another one."""
        ...
