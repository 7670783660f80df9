"""A weekly timetable in half hours, Monday first, as used for allowed and needed hours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mapsvc.domain.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SLOT_MINUTES = 30
SLOTS_A_DAY = 24 * 60 // SLOT_MINUTES
SLOTS = len(DAYS) * SLOTS_A_DAY
CLOCK = re.compile(r"(?P<hour>[01][0-9]|2[0-4]):(?P<minute>00|30)")


@dataclass(frozen=True)
class WeeklyHours:
    """Half-hour slots of a week: bit d * 48 + s of ``bits`` is slot s of day d, counted from Monday midnight."""

    bits: int

    @classmethod
    def from_json(cls, obj: object, pointer: str = "") -> WeeklyHours:
        """Read ``{"mon": [["08:00", "20:00"]], ...}``; a missing day is closed, "24:00" ends a day.

        Raises Invalid for unknown days, times off the half hour and periods that end before they begin: a night that
        goes past midnight is two periods.
        """
        if not isinstance(obj, Mapping):
            raise Invalid("This must be an object with the days of the week.", pointer, code="not_an_object")
        bits = 0
        for day, periods in obj.items():
            here = f"{pointer}/{day}"
            if day not in DAYS or not isinstance(periods, list | tuple) or len(periods) > SLOTS_A_DAY:
                raise Invalid(f"This must be one of {', '.join(DAYS)} with a list of periods.", here, code="not_a_day")
            for place, period in enumerate(periods):
                first, last = _period(period, f"{here}/{place}")
                bits |= ((1 << last) - (1 << first)) << (DAYS.index(day) * SLOTS_A_DAY)
        return cls(bits)

    @cached_property
    def periods(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Return for each day, Monday first, its periods as (from, to) in minutes after midnight."""
        return tuple(_runs(self.bits >> (day * SLOTS_A_DAY) & ((1 << SLOTS_A_DAY) - 1)) for day in range(len(DAYS)))

    def to_json(self) -> dict[str, list[list[str]]]:
        """Return the form that `from_json` reads; closed days are left out."""
        return {
            day: [[_clock(start), _clock(end)] for start, end in periods]
            for day, periods in zip(DAYS, self.periods, strict=True)
            if periods
        }

    def missing_from(self, allowed: WeeklyHours) -> WeeklyHours:
        """Return the hours of this timetable that ``allowed`` does not cover."""
        return WeeklyHours(self.bits & ~allowed.bits)

    def union(self, other: WeeklyHours) -> WeeklyHours:
        """Return the hours that are in either timetable."""
        return WeeklyHours(self.bits | other.bits)

    def intersection(self, other: WeeklyHours) -> WeeklyHours:
        """Return the hours that are in both timetables."""
        return WeeklyHours(self.bits & other.bits)

    @property
    def hours(self) -> float:
        """The length of the timetable in hours a week."""
        return self.bits.bit_count() * SLOT_MINUTES / 60


def _period(period: object, pointer: str) -> tuple[int, int]:
    if isinstance(period, list | tuple) and len(period) == 2:
        ends = [CLOCK.fullmatch(end) if isinstance(end, str) else None for end in period]
        if ends[0] and ends[1]:
            first, last = (int(end["hour"]) * 2 + int(end["minute"]) // SLOT_MINUTES for end in ends if end)
            if first < last <= SLOTS_A_DAY:
                return first, last
    raise Invalid(
        "A period is two times on the half hour, such as 08:00 and 20:30, the first one earlier.",
        pointer,
        code="not_a_period",
    )


def _runs(day: int) -> tuple[tuple[int, int], ...]:
    runs: list[tuple[int, int]] = []
    slot = 0
    while day >> slot:
        if not day >> slot & 1:
            slot += 1
            continue
        start = slot
        while day >> slot & 1:
            slot += 1
        runs.append((start * SLOT_MINUTES, slot * SLOT_MINUTES))
    return tuple(runs)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
