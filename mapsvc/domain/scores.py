"""The committee's points: one sheet by member and application, signed once, summed up when everybody has signed.

Points are whole numbers, so that a total is exact. How the mean becomes the merit of the engine is
`mapsvc.matching.priority.merit`; who may score at all is in `committees`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.canonical import pointer_to, sha256
from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.texts import clean_text

LONGEST_REASON = 2000
HUNDREDTHS = 100
"""Means are told in hundredths of a point, rounded half to even: finer than that says nothing."""


@dataclass(frozen=True, slots=True)
class Grid:
    """What may be given in a call: the most points by criterion in the call's order, which add to 100.

    `least_total` and `least` are the thresholds, 0 where a call set none.
    """

    most: Mapping[str, int]
    least_total: int = 0
    least: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one member gives for one criterion, and why; without points while the sheet is a draft."""

    points: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """One member's sheet for one application; unchangeable once it is signed."""

    application_id: UUID
    user_id: int
    marks: Mapping[str, Mark]
    updated_at: datetime
    signed_at: datetime | None = None
    signed_sha256: str | None = None
    # 0 while nothing is stored yet.
    version: int = 0

    @property
    def signed(self) -> bool:
        """Tell whether the sheet counts and cannot change any more."""
        return self.signed_at is not None

    @property
    def total(self) -> int:
        """Return the sum of the points given so far."""
        return sum(mark.points or 0 for mark in self.marks.values())


def read_marks(value: object, grid: Grid, pointer: str = "") -> dict[str, Mark]:
    """Return the marks of a JSON object {criterion: {"points": whole number or null, "reason": text}}, in grid order.

    A criterion that is left out has no mark yet. Raises Invalid with a JSON pointer for another criterion, another
    member, points that are no whole number from 0 to what the criterion allows, or a text that cannot be stored.
    """
    if not isinstance(value, Mapping):
        raise Invalid("An object is needed.", pointer, code="not_an_object")
    for code in value:
        if code not in grid.most:
            raise Invalid("There is no such criterion in this call.", pointer_to(pointer, code), code="unknown_field")
    return {
        code: _read_mark(value[code], most, pointer_to(pointer, code))
        for code, most in grid.most.items()
        if code in value
    }


def _read_mark(value: object, most: int, pointer: str) -> Mark:
    if not isinstance(value, Mapping):
        raise Invalid("An object is needed.", pointer, code="not_an_object")
    for name in value:
        if name not in ("points", "reason"):
            raise Invalid("There is no field of this name.", pointer_to(pointer, name), code="unknown_field")
    points = value.get("points")
    if points is not None and (isinstance(points, bool) or not isinstance(points, int) or not 0 <= points <= most):
        raise Invalid(f"Whole points from 0 to {most} are needed.", f"{pointer}/points", code="points_range", most=most)
    reason = clean_text(value.get("reason", ""), f"{pointer}/reason", LONGEST_REASON, several_lines=True)
    return Mark(points, reason)


def write_marks(marks: Mapping[str, Mark]) -> dict[str, object]:
    """Return the JSON object that `read_marks` reads."""
    return {code: {"points": mark.points, "reason": mark.reason} for code, mark in marks.items()}


def missing(marks: Mapping[str, Mark], grid: Grid) -> tuple[str, ...]:
    """Return the criteria that lack points or a reason: a sheet is signed when none does."""
    empty = Mark()
    return tuple(code for code in grid.most if (one := marks.get(code, empty)).points is None or not one.reason)


def check_complete(marks: Mapping[str, Mark], grid: Grid) -> None:
    """Raise Invalid with a pointer to the first criterion that lacks points or a reason."""
    for code in missing(marks, grid):
        part = "points" if marks.get(code, Mark()).points is None else "reason"
        raise Invalid("Each criterion needs points and a reason.", f"/{code}/{part}", code=f"mark_{part}_required")


def check_unsigned(sheet: ScoreSheet) -> None:
    """Raise Conflict where the sheet is signed: the database refuses the same."""
    if sheet.signed:
        raise Conflict("this sheet is signed", code="sheet_signed")


def signing_hash(call: str, application: str, user_id: int, marks: Mapping[str, Mark], signed_at: datetime) -> str:
    """Return the SHA-256 of what a member signs: call, application by its code, member, points, reasons, time in UTC.

    The time counts to the second, as it is printed beside the hash.
    """
    return sha256(
        {
            "application": application,
            "call": call,
            "marks": write_marks(marks),
            "member": str(user_id),
            "signed_at": f"{signed_at:%Y-%m-%dT%H:%M:%SZ}",
        }
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """Several members' points for one thing: the mean in hundredths of a point, the lowest and the highest."""

    mean: int
    low: int
    high: int
    members: int


def spread(points: Sequence[int]) -> Spread:
    """Return mean, lowest and highest of one number from each member; raises Invalid without any."""
    if not points:
        raise Invalid("Nobody has signed a score.", "/scores", code="no_scores")
    return Spread(_mean(points), min(points), max(points), len(points))


def _mean(points: Sequence[int]) -> int:
    quotient, rest = divmod(HUNDREDTHS * sum(points), len(points))
    up = 2 * rest > len(points) or (2 * rest == len(points) and quotient % 2 == 1)
    return quotient + up


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A threshold that the mean does not reach: `criterion` is None for the total; points in hundredths."""

    criterion: str | None
    least: int
    mean: int


@dataclass(frozen=True, slots=True)
class Scored:
    """What the signed sheets of an application come to together."""

    total: Spread
    by_criterion: Mapping[str, Spread]
    shortfalls: tuple[Shortfall, ...]

    @property
    def reached(self) -> bool:
        """Tell whether every threshold of the call is reached."""
        return not self.shortfalls


def summed_up(sheets: Sequence[ScoreSheet], grid: Grid) -> Scored:
    """Return mean and spread of signed sheets, and the thresholds that they do not reach; raises Invalid without any.

    A threshold is compared with the exact mean, never with the rounded one.
    """
    signed = [sheet for sheet in sheets if sheet.signed]
    totals = [sheet.total for sheet in signed]
    by_code = {code: [sheet.marks[code].points or 0 for sheet in signed] for code in grid.most}
    total = spread(totals)
    spreads = {code: spread(points) for code, points in by_code.items()}
    short = [Shortfall(None, grid.least_total, total.mean)] if sum(totals) < grid.least_total * len(totals) else []
    short += [
        Shortfall(code, least, spreads[code].mean)
        for code in grid.most
        if (least := grid.least.get(code, 0)) and sum(by_code[code]) < least * len(signed)
    ]
    return Scored(total, spreads, tuple(short))


@dataclass(frozen=True, slots=True)
class SheetState:
    """How far one member is with one application, without what the sheet says."""

    application_id: UUID
    user_id: int
    signed_at: datetime | None


class Scores(Protocol):
    """Score sheets of the committee. Who may read whose is decided in the use cases."""

    def sheet(self, application_id: UUID, user_id: int, *, lock: bool = False) -> ScoreSheet | None:
        """Return one member's sheet, locked against other writers on request."""
        ...

    def save(self, sheet: ScoreSheet) -> bool:
        """Add a sheet of version 0, or write marks and signature if the version still holds; tell whether it did."""
        ...

    def drop_unsigned(self, call_id: UUID, user_id: int) -> None:
        """Delete what a member who leaves had begun; signed sheets stay."""
        ...

    def drop(self, application_id: UUID, user_id: int) -> None:
        """Delete a sheet that was begun; the database refuses it for a signed one."""
        ...

    def of_application(self, application_id: UUID) -> list[ScoreSheet]:
        """Return the sheets of an application by member."""
        ...

    def of_member(self, call_id: UUID, user_id: int) -> list[ScoreSheet]:
        """Return a member's own sheets in a call."""
        ...

    def of_call(self, call_id: UUID) -> list[ScoreSheet]:
        """Return every sheet of a call by application and member."""
        ...

    def states(self, call_id: UUID) -> list[SheetState]:
        """Return how far each sheet is that was begun in a call."""
        ...

    def conclude(self, results: Mapping[UUID, tuple[str, int]], now: datetime) -> None:
        """Write state and merit (millionths of one) of applications of a call that the caller has locked."""
        ...

    def unsigned(self, call_id: UUID) -> int:
        """Return how many sheets of admitted applications are still to be signed; those without a reviewer count one.

        A member who declared a conflict owes no sheet.
        """
        ...
