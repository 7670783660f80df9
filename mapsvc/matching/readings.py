"""Reading whole numbers out of needs and offers, one subject at a time or a column of many.

Both ways read the same definition, so that a page and a table of a million pairs cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Protocol

import numpy as np

from mapsvc.domain.needs import MUST, NICE
from mapsvc.matching.micro import IntArray

# Smaller than any value that occurs, and still far enough from the end of 64 bits to be subtracted from.
MISSING = -(1 << 61)


# Making a getter takes longer than using it.
_getter = cache(attrgetter)


class Reading(Protocol):
    """A whole number read out of a subject, None where it is not stated or not known."""

    def of(self, subject: Any) -> int | None:
        """Return the number of one subject."""

    def column(self, subjects: Sequence[Any]) -> IntArray:
        """Return the numbers of many subjects, MISSING for None."""


@dataclass(frozen=True)
class Number:
    """The attribute at a dotted path, times ``scale``; true and false are 1 and 0."""

    path: str
    scale: int = 1

    def of(self, subject: Any) -> int | None:
        """Return the number of one subject."""
        value = _getter(self.path)(subject)
        return None if value is None else round(value * self.scale)

    def column(self, subjects: Sequence[Any]) -> IntArray:
        """Return the numbers of many subjects, MISSING for None."""
        values = np.array(list(map(attrgetter(self.path), subjects)), dtype=np.float64)
        known = ~np.isnan(values)
        column = np.full(len(values), MISSING, dtype=np.int64)
        column[known] = np.rint(values[known] * self.scale).astype(np.int64)
        return column


@dataclass(frozen=True, eq=False)
class Code:
    """The number that a table gives to the code at a dotted path; a code that is not in it counts as not stated."""

    path: str
    table: Mapping[Any, int]

    def of(self, subject: Any) -> int | None:
        """Return the number of one subject."""
        return self.table.get(_getter(self.path)(subject))

    def column(self, subjects: Sequence[Any]) -> IntArray:
        """Return the numbers of many subjects, MISSING for None."""
        get = self.table.get
        codes = map(attrgetter(self.path), subjects)
        return np.fromiter((get(code, MISSING) for code in codes), dtype=np.int64, count=len(subjects))


@dataclass(frozen=True)
class Computed:
    """The number that a function finds in a subject."""

    find: Callable[[Any], int | None]

    def of(self, subject: Any) -> int | None:
        """Return the number of one subject."""
        return self.find(subject)

    def column(self, subjects: Sequence[Any]) -> IntArray:
        """Return the numbers of many subjects, MISSING for None."""
        found = map(self.find, subjects)
        return np.fromiter((MISSING if n is None else n for n in found), dtype=np.int64, count=len(subjects))


@dataclass(frozen=True)
class Always:
    """The same number for every subject."""

    number: int

    def of(self, subject: Any) -> int | None:  # noqa: ARG002 (a reading is asked about a subject)
        """Return the number."""
        return self.number

    def column(self, subjects: Sequence[Any]) -> IntArray:
        """Return the number for every subject."""
        return np.full(len(subjects), self.number, dtype=np.int64)


@dataclass(frozen=True)
class Stated:
    """A minimum in the needs, read only where it is necessary (``must``) or only where it is welcome."""

    reading: Reading
    code: str
    must: bool

    def of(self, subject: Any) -> int | None:
        """Return the number of one profile."""
        return self.reading.of(subject) if subject.must(self.code) is self.must else None

    def column(self, subjects: Sequence[Any]) -> IntArray:
        """Return the numbers of many profiles, MISSING for None."""
        fits = np.fromiter((one.must(self.code) is self.must for one in subjects), dtype=np.bool_, count=len(subjects))
        return np.where(fits, self.reading.column(subjects), MISSING)


def must(path: str) -> Code:
    """Read 1 where a need is marked as necessary."""
    return Code(path, {MUST: 1})


def nice(path: str) -> Code:
    """Read 1 where a need is marked as welcome."""
    return Code(path, {NICE: 1})


def present(path: str, *absent: str, options: Sequence[str]) -> Code:
    """Read 0 for the codes that mean absence, 1 for all other codes of the vocabulary."""
    return Code(path, {code: int(code not in absent) for code in options})
