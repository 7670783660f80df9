"""What a group is told has its words in both languages, and follows from nothing but its own part of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.call_definitions import Mechanism, Weights
from mapsvc.domain.match_boards import Term
from mapsvc.domain.matches import Change, ConstraintResult, Effect, State
from mapsvc.domain.pair_details import PairDetail, Remedy, detail_from_json
from mapsvc.domain.results import OwnAward, OwnReason, PassedOver, Way
from mapsvc.domain.week import WeeklyHours
from mapsvc.matching.changes import judge_all, remedies_of
from mapsvc.matching.market import Reserve
from mapsvc.matching.outcomes import solve_run
from mapsvc.matching.pairs import Pair
from mapsvc.matching.policy import WHAT_FITS_NOW
from mapsvc.matching.reasons import WhyNot
from mapsvc.matching.results import ResultReader
from mapsvc.matching.runs import ApplicationInput, Locks, LotInput, PairInput, Run
from mapsvc.web import result_words as words
from mapsvc.web.call_results import vacant_days
from tests.unit.matching_inputs import TODAY, Inputs

FIGURES = {"yours": 726_081, "cutoff": 730_843, "gap": 4_762, "lot": "2", "rank": 1}


@pytest.fixture(autouse=True)
def page():
    """A page that speaks English and Italian."""
    app = Flask("words")
    Babel(app, default_translation_directories="../../mapsvc/web/translations")
    with app.test_request_context():
        yield


def lot_name(number: str) -> str:
    return f"lot {number}"


def reason(code: str, **more: object) -> OwnReason:
    return OwnReason("1", 1, code, FIGURES, 726_081, (), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "it"])
@pytest.mark.parametrize("code", [*(one.value for one in WhyNot), "below_threshold"])
def test_every_reason_has_one_sentence(code, lang):
    rule = ConstraintResult("H02", "min", State.FAIL, Effect.BLOCK, 40.0, 30.0, 10.0, "m2")
    with force_locale(lang):
        text = words.reason_text(reason(code, rule_keys=("H02.min",), rules=(rule,)), lot_name)
    assert text.endswith(".")
    assert code not in text
    assert "H02" not in text
    assert "_" not in text


def test_priorities_that_look_alike_are_written_out():
    text = words.reason_text(reason("priority_below_cutoff"), lot_name)
    assert text == "Your priority of 0.726081 is below the cut-off of 0.730843." or "0.73." in text
    assert words.figures(700_000, 760_000) == ("0.70", "0.76")
    assert words.figures(755_000, 755_001) == ("0.755000", "0.755001")


def test_a_rule_that_was_found_out_later_is_named_without_figures():
    text = words.reason_text(reason("infeasible", rule_keys=("H09.evening",)), lot_name)
    assert text == "A rule of the lot keeps you apart: Noise after 20:00."


WAYS = [
    Way("merit", 3),
    Way("fit", 21_434, criteria={"area": 107_166, "energy": 428_664}),
    Way("fit", 500),
    Way("rule", rules=("H02.min",)),
    Way("rule", rules=("H04.start",), changes=(
        Change("H04.start", "needs", "start_latest", None, date(2027, 3, 1), "applicant", "change"),)),
    Way("rule", rules=("H04.start", "H06.budget"), changes=(
        Change("H04.start", "features", "windows.from", None, date(2027, 3, 1), "owner", "change"),
        Change("H06.budget", "features", "subsidy_cents", None, 5_000, "city", "change"),)),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "it"])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_has_a_sentence(way, lang):
    with force_locale(lang):
        assert len(words.way_text(way)) > 8
        assert "_" not in words.way_text(way)
        assert words.way_by(way) or not way.changes


def test_ways_read_as_they_are_meant():
    assert words.way_text(WAYS[0]) == "3 points more from the committee"
    assert words.way_text(WAYS[4]) == "The group accepts a start on 1 Mar 2027"
    assert words.way_by(WAYS[5]) == "Owner, City"


@pytest.mark.parametrize("seat", ["open", "reserve", "lock"])
def test_why_this_lot_says_rank_seat_and_margin(seat):
    award = OwnAward("2", 2, 3, 900_000, (Term("merit", 50, 900_000, 900_000),), seat, 700_000, 200_000, ())
    lines = words.award_lines(award)
    assert lines[0] == "Your 2nd choice of 3."
    assert lines[2] == "Your priority here is 0.90. The cut-off is 0.70: you are 0.20 above it."
    assert len({words.award_lines(replace(award, seat=one))[1] for one in ("open", "reserve", "lock")}) == 3


def test_the_statement_about_lower_priorities_names_each_cause():
    assert words.passed_over_lines((), lot_name) == [
        "No lot that you wanted more went to a group with a lower priority."
    ]
    said = words.passed_over_lines(tuple(PassedOver("1", one) for one in ("lock", "reserve", "best_total")), lot_name)
    assert len(set(said)) == 3
    assert all(line.startswith("Lot 1 went to a lower priority") for line in said)


@pytest.mark.parametrize(
    ("since", "days"),
    [("2026-10-02", 30), ("2026-10", 1), ("2025", 305), ("2027", 0), (None, None), ("long ago", None)],
)
def test_days_without_use_are_counted_from_the_last_day_that_is_known(since, days):
    outcome = {"vacant_since": since, "use_from": date(2026, 11, 1)}
    assert vacant_days(outcome) == days
    assert vacant_days({"vacant_since": since, "use_from": None}) is None


def test_what_is_kept_of_a_pair_comes_back():
    hours = WeeklyHours.from_json({"mon": [["08:00", "20:00"]]})
    detail = PairDetail(
        rules=(
            ConstraintResult("H04", "start", State.FAIL, Effect.BLOCK, date(2027, 3, 1), date(2027, 4, 1), 31, "days",
                             ("owner",)),
            ConstraintResult("H07", "use", State.FAIL, Effect.BLOCK, ("music",), (), ("music",)),
            ConstraintResult("H11", "hours", State.UNKNOWN, Effect.BLOCK, hours, None, hours),
        ),
        remedies=(Remedy((Change("H04.start", "needs", "start_latest", None, date(2027, 4, 1), "applicant", "change",
                                 makes_feasible=True),), 1, 0, 2),),
    )  # fmt: skip
    assert detail_from_json(detail.to_json()) == detail


# What a group is told of a solved run -----------------------------------------------------------------------------


def run(priorities: dict[str, dict[str, int]], rankings: dict[str, tuple[str, ...]], **more: object) -> Run:
    """A run in which the merit is nothing and the fit alone is the priority."""
    lots = sorted({lot for ranking in rankings.values() for lot in ranking} | set(more.pop("lots", ())))  # type: ignore[call-overload]
    applications = {
        name: ApplicationInput(ranking, 0, {lot: PairInput(*[priorities[name].get(lot, 0)] * 3) for lot in lots})
        for name, ranking in rankings.items()
    }
    given = Run("C", Mechanism.STABLE, Weights(0, 0, 100, 0), "seed", {lot: LotInput() for lot in lots}, applications)
    return replace(given, **more)


E2 = run(
    {"A": {"X": 900_000, "Y": 800_000, "Z": 200_000}, "B": {"X": 850_000, "Y": 300_000, "Z": 250_000},
     "C": {"X": 400_000, "Y": 350_000, "Z": 300_000}},
    {"A": ("X", "Y", "Z"), "B": ("X", "Y", "Z"), "C": ("X", "Z", "Y")},
)  # fmt: skip


def own(given: Run, name: str):
    return ResultReader(solve_run(given)).own(name, {})


def test_each_listed_lot_has_one_reason_and_the_one_that_it_got_has_none():
    told = own(E2, "B")
    assert told.award is not None
    assert told.award.lot == "Y"
    assert [(one.lot, one.code) for one in told.others] == [("X", "priority_below_cutoff"), ("Z", "got_better")]
    assert told.passed_over == ()
    assert told.waiting == {"X": 1}


def test_a_lock_is_told_as_the_cause_of_a_lower_priority():
    locked = replace(E2, locks=Locks(require={"C": "X"}))
    told = own(locked, "A")
    assert told.passed_over == (PassedOver("X", "lock"),)
    assert told.others[0].code == "officer_decision"


def test_a_pair_that_was_kept_apart_is_an_exception_as_well():
    told = own(replace(E2, locks=Locks(forbid=frozenset({("A", "X")}))), "A")
    assert told.passed_over == (PassedOver("X", "lock"),)


def test_a_reserved_seat_is_told_as_the_cause():
    lots = {"X": LotInput(1, Reserve(1, frozenset({"C"}))), "Y": LotInput(), "Z": LotInput()}
    told = own(replace(E2, lots=lots), "A")
    assert told.passed_over == (PassedOver("X", "reserve"),)
    assert told.others[0].code == "seat_reserved"


def test_an_unplaced_group_is_told_what_one_more_line_on_its_list_would_have_given():
    rankings = {"A": ("X", "Y", "Z"), "B": ("X",), "C": ("X", "Z", "Y")}
    given = replace(E2, applications={name: replace(one, ranking=rankings[name])
                                      for name, one in E2.applications.items()})  # fmt: skip
    told = own(given, "B")
    assert told.award is None
    assert told.if_listed == ("Y",)


@given(st.permutations(["A", "B", "C"]))
def test_the_list_says_the_same_in_whatever_order_groups_are_read(order):
    shuffled = replace(E2, applications={name: E2.applications[name] for name in order})
    assert ResultReader(solve_run(shuffled)).public_lots() == ResultReader(solve_run(E2)).public_lots()


def test_nothing_of_another_group_is_in_what_one_is_told():
    for name in E2.applications:
        text = repr(own(E2, name))
        assert not any(f"'{other}'" in text for other in E2.applications if other != name)
        assert not any(str(E2.priority_of(other, held)) in text
                       for other, held in solve_run(E2).assignment.items() if other != name and held
                       and held not in E2.applications[name].ranking)  # fmt: skip


def test_a_remedy_is_told_only_if_matching_again_with_it_gives_the_lot():
    pair = E2.applications["B"].pairs["X"]
    change = Change("H02.min", "needs", "area_min_m2", None, 30, "applicant", "change", makes_feasible=True)
    blocked = replace(E2.applications["B"], pairs={**E2.applications["B"].pairs,
                                                   "X": replace(pair, blocked_by=("H02.min",), fit=950_000,
                                                                fit_low=950_000, fit_high=950_000)})  # fmt: skip
    given = replace(E2, applications={**E2.applications, "B": blocked})
    rule = ConstraintResult("H02", "min", State.FAIL, Effect.BLOCK, 40, 30, 10, "m2")

    def told(fit: int) -> tuple[Way, ...]:
        detail = PairDetail((rule,), (Remedy((change,), fit, fit, fit),))
        return ResultReader(solve_run(given)).own("B", {"X": detail}).others[0].ways

    assert told(950_000) == (Way("rule", rules=("H02.min",), changes=(change,)),)
    # With the smaller place the fit is lower, and the lot would go to somebody else: the change is not promised.
    assert told(800_000) == (Way("rule", rules=("H02.min",)),)


def test_remedies_meet_exactly_the_rules_that_keep_a_pair_apart():
    counts = {1: 0, 2: 0}
    for seed in range(400):
        inputs = Inputs(seed)
        pair = Pair(inputs.needs(), inputs.offer("o"), TODAY, WHAT_FITS_NOW)
        results = judge_all(pair)
        blocking = {one.key for one in results if one.effect is Effect.BLOCK}
        for remedy in remedies_of(pair, results):
            named = {one.constraint for one in remedy.changes}
            assert named <= blocking
            assert len(blocking) <= 2
            assert remedy.low <= remedy.fit <= remedy.high
            assert named == blocking or remedy.changes[0].makes_feasible
            counts[len(remedy.changes)] += 1
    assert counts[1] > 0
