"""Stages of initiatives with their honest end; partners that a network lacks; who is asked after a silence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.initiative_stages import (
    Outcome,
    Stage,
    becomes_unknown,
    change_stage,
    next_stages,
    reminder_due,
)
from mapsvc.domain.organisation_rules import Sector, falls_dormant, is_open, missing_sectors

TODAY = date(2027, 3, 1)


def test_an_end_says_how_and_a_failure_says_why() -> None:
    assert change_stage("active", "ended", "completed", "", TODAY, TODAY).outcome is Outcome.COMPLETED
    for outcome in ("failed", "transformed", "not_implemented"):
        with pytest.raises(Invalid) as refused:
            change_stage("active", "ended", outcome, "", TODAY, TODAY)
        assert refused.value.pointer == "/note"
        assert change_stage("active", "ended", outcome, "no money", TODAY, TODAY).note == "no money"
    with pytest.raises(Invalid) as refused:
        change_stage("idea", "ended", None, "x", TODAY, TODAY)
    assert refused.value.pointer == "/outcome"


def test_what_ended_can_begin_again_and_nobody_chooses_not_to_know() -> None:
    assert change_stage("ended", "active", None, "", TODAY, TODAY).outcome is None
    for now in Stage:
        with pytest.raises(Conflict):
            change_stage(now, "unknown", None, "", TODAY, TODAY)
        assert Stage.UNKNOWN not in next_stages(now)
        assert all(change_stage(now, one, "completed", "", TODAY, TODAY).stage is one for one in next_stages(now))
    with pytest.raises(Conflict):
        change_stage("ended", "idea", None, "", TODAY, TODAY)
    with pytest.raises(Invalid):
        change_stage("active", "paused", None, "", TODAY + timedelta(days=1), TODAY)


def test_keepers_are_asked_after_nine_and_twelve_months_once_each() -> None:
    heard = date(2026, 1, 1)
    asked, reminded = [], None
    for day in range(900):
        today = heard + timedelta(days=day)
        if reminder_due("active", heard, reminded, today):
            asked.append(day)
            reminded = today
    assert asked == [274, 365]
    assert not reminder_due("ended", heard, None, TODAY)
    assert not reminder_due("active", None, None, TODAY)


@given(st.sampled_from(Stage), st.dates(date(2020, 1, 1), date(2028, 1, 1)))
def test_after_two_years_of_silence_nobody_knows(stage: Stage, heard: date) -> None:
    living = stage in (Stage.IDEA, Stage.STARTING, Stage.ACTIVE, Stage.PAUSED)
    assert becomes_unknown(stage, heard, TODAY) == (living and (TODAY - heard).days >= 730)


def test_a_network_says_which_partners_it_lacks() -> None:
    assert missing_sectors(["public", None, "inhabitants"]) == (
        Sector.PRIVATE, Sector.KNOWLEDGE, Sector.CIVIL_SOCIETY,
    )  # fmt: skip
    assert missing_sectors(list(Sector)) == ()


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        (None, None, True), ("2027", None, True), ("2027-04", None, False), ("2026-01-01", "2027", True),
        ("2026", "2027-02", False), (None, "2027-03", True), ("2027-03-01", "2027-03-01", True), (None, "2026", False),
    ],
)  # fmt: skip
def test_a_membership_holds_between_its_partial_dates(starts: str | None, ends: str | None, holds: bool) -> None:
    assert is_open(starts, ends, TODAY) is holds


def test_an_organisation_falls_dormant() -> None:
    assert falls_dormant("active", TODAY - timedelta(days=730), TODAY)
    assert not falls_dormant("active", TODAY - timedelta(days=729), TODAY)
    assert not falls_dormant("closed", date(2000, 1, 1), TODAY)
