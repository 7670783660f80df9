"""What an uploaded register says, row by row, and what each row would change; reading it is not done here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from mapsvc.domain.imports import LonLat, RowProblem, SpaceRecord, Upload
from mapsvc.domain.spaces import Space

Told = Callable[[int, int], None]
"""Told how many rows are done, and how many there are."""


def nobody(done: int, total: int) -> None:
    """Tell nobody how far the work is."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of an uploaded file: the record it stands for, or the problems that refuse it.

    `stated` names the fields that the row fills in; a blank cell says nothing and never empties a stored field.
    `slug` is the record that the row itself names, as in a file that was exported from here; `remarks` say what is odd
    about a row that can be used.
    """

    number: int
    record: SpaceRecord | None
    problems: tuple[RowProblem, ...] = ()
    stated: frozenset[str] = frozenset()
    slug: str | None = None
    remarks: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that a row would change; values are JSON values, None is not known."""

    field: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """What one row would do; `kind` is new, changed, unchanged or refused.

    `space_id` and `version` name the stored space that would change, as it was when the comparison was made.
    """

    number: int
    kind: str
    record: SpaceRecord | None = None
    space_id: UUID | None = None
    version: int | None = None
    changes: tuple[FieldChange, ...] = ()
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """An uploaded file as its rows, with the columns that were understood (column to field) and those that were not."""

    rows: tuple[ImportRow, ...]
    understood: Mapping[str, str]
    not_understood: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known before the first row: today, the box of the city (degrees), where a street is, and whom to tell.

    `columns` are answers about columns, from the name in the file to a known name or a field, blank for one that is
    left alone; `grid` is the EPSG number of the columns grid_x and grid_y.
    """

    today: date
    region: tuple[float, float, float, float] | None = None
    locate: Callable[[str], LonLat | None] | None = None
    told: Told = nobody
    columns: Mapping[str, str] = field(default_factory=dict)
    grid: int | None = None


class RegisterFiles(Protocol):
    """Reading uploaded registers and comparing them with what is stored; the exchange provides it."""

    def read(self, upload: Upload, reading: Reading) -> ReadFile:
        """Return the rows of a file; raise Invalid, TooLarge or UnsupportedType for a file that cannot be used."""
        ...

    def compare(self, rows: Sequence[ImportRow], stored: Sequence[Space], source_code: str) -> list[ComparedRow]:
        """Return what each row would do."""
        ...
