"""Sheets of points: read strictly, summed exactly, signed over everything that stands on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.scores import (
    Grid,
    Mark,
    ScoreSheet,
    check_complete,
    check_unsigned,
    missing,
    read_marks,
    signing_hash,
    spread,
    summed_up,
    write_marks,
)
from mapsvc.matching.priority import merit

GRID = Grid({"quality": 60, "benefit": 40}, 60, {"quality": 30})
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ONE = UUID(int=1)
POINTS = st.tuples(st.integers(0, 60), st.integers(0, 40))


def sheet(user: int, quality: int, benefit: int, *, signed: bool = True) -> ScoreSheet:
    marks = {"quality": Mark(quality, "Clear."), "benefit": Mark(benefit, "Much.")}
    return ScoreSheet(ONE, user, marks, AT, AT if signed else None, "a" * 64 if signed else None, 1)


@given(st.dictionaries(st.sampled_from(["quality", "benefit"]), st.tuples(st.none() | st.integers(0, 40), st.text(
    alphabet="abc è“”\n", max_size=40))))  # fmt: skip
def test_what_was_read_is_written_and_read_again(given_marks: dict) -> None:
    value = {code: {"points": points, "reason": reason} for code, (points, reason) in given_marks.items()}
    marks = read_marks(value, GRID)
    assert read_marks(write_marks(marks), GRID) == marks
    assert list(marks) == [code for code in GRID.most if code in value]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["quality", "points", "reason", "x"]), inner, max_size=3)
    ),
)


@given(JSON)
def test_any_json_is_read_or_refused_with_a_pointer(value: object) -> None:
    pointer = ""
    try:
        marks = read_marks(value, GRID, "/marks")
    except Invalid as error:
        marks, pointer = {}, error.pointer
    assert pointer == "" or pointer.startswith("/marks")
    assert all(mark.points is None or 0 <= mark.points <= GRID.most[code] for code, mark in marks.items())


@given(st.lists(POINTS, min_size=1, max_size=7))
def test_means_and_thresholds_are_exact(given_points: list[tuple[int, int]]) -> None:
    sheets = [sheet(user, *points) for user, points in enumerate(given_points)]
    found = summed_up(sheets, GRID)
    totals = [quality + benefit for quality, benefit in given_points]
    mean = Fraction(sum(totals), len(totals))
    assert abs(Fraction(found.total.mean, 100) - mean) <= Fraction(1, 200)
    assert found.total.low <= mean <= found.total.high
    quality = Fraction(sum(one for one, _other in given_points), len(given_points))
    assert found.reached == (mean >= 60 and quality >= 30)
    assert {one.criterion for one in found.shortfalls} == ({None} if mean < 60 else set()) | (
        {"quality"} if quality < 30 else set()
    )


@given(st.lists(POINTS, min_size=1, max_size=7), st.randoms())
def test_the_order_of_members_changes_nothing(given_points: list[tuple[int, int]], random: object) -> None:
    sheets = [sheet(user, *points) for user, points in enumerate(given_points)]
    shuffled = list(sheets)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert summed_up(shuffled, GRID) == summed_up(sheets, GRID)


@given(st.lists(POINTS, min_size=1, max_size=5), st.integers(0, 4))
def test_one_more_point_never_lowers_the_merit(given_points: list[tuple[int, int]], number: int) -> None:
    totals = [quality + benefit for quality, benefit in given_points]
    more = list(totals)
    more[number % len(more)] = min(100, more[number % len(more)] + 1)
    assert merit(more) >= merit(totals)


def test_a_mean_just_below_a_threshold_misses_it() -> None:
    # 59.666… rounds to 59.67 and 59.996 would round to 60.00: the exact mean decides.
    sheets = [sheet(user, 40, 20) for user in range(249)] + [sheet(250, 39, 20)]
    found = summed_up(sheets, GRID)
    assert found.total.mean == 6000
    assert [one.criterion for one in found.shortfalls] == [None]


def test_only_signed_sheets_count() -> None:
    found = summed_up([sheet(1, 60, 40), sheet(2, 0, 0, signed=False)], GRID)
    assert (found.total.mean, found.total.members) == (10_000, 1)
    with pytest.raises(Invalid):
        summed_up([sheet(2, 0, 0, signed=False)], GRID)
    with pytest.raises(Invalid):
        spread([])


def test_half_a_hundredth_goes_to_the_even_one() -> None:
    assert spread([0] * 7 + [1]).mean == 12
    assert spread([0] * 5 + [1] * 3).mean == 38


@pytest.mark.parametrize("part", ["call", "application", "member", "points", "reason", "time"])
def test_the_hash_changes_with_every_part(part: str) -> None:
    marks = sheet(1, 40, 30).marks
    first = signing_hash("CB", "APP-0001", 1, marks, AT)
    changed = {
        "call": ("CC", "APP-0001", 1, marks, AT),
        "application": ("CB", "APP-0002", 1, marks, AT),
        "member": ("CB", "APP-0001", 2, marks, AT),
        "points": ("CB", "APP-0001", 1, marks | {"quality": Mark(41, "Clear.")}, AT),
        "reason": ("CB", "APP-0001", 1, marks | {"quality": Mark(40, "Clear")}, AT),
        "time": ("CB", "APP-0001", 1, marks, AT + timedelta(seconds=1)),
    }[part]
    assert signing_hash(*changed) != first
    assert signing_hash("CB", "APP-0001", 1, dict(reversed(marks.items())), AT) == first


def test_a_sheet_is_complete_with_points_and_reasons() -> None:
    marks = {"quality": Mark(0, "None."), "benefit": Mark(None, "Later")}
    assert missing(marks, GRID) == ("benefit",)
    assert missing({"quality": Mark(0, "")}, GRID) == ("quality", "benefit")
    with pytest.raises(Invalid) as error:
        check_complete(marks, GRID)
    assert (error.value.pointer, error.value.code) == ("/benefit/points", "mark_points_required")
    check_complete(marks | {"benefit": Mark(3, "Some.")}, GRID)


def test_a_signed_sheet_is_closed() -> None:
    check_unsigned(replace(sheet(1, 1, 1), signed_at=None, signed_sha256=None))
    with pytest.raises(Conflict):
        check_unsigned(sheet(1, 1, 1))
