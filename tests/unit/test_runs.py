"""Runs of a call: priorities from their parts, reasons, what would have to change, and replaying an archived run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from mapsvc.cli import main
from mapsvc.domain.call_definitions import Mechanism, Weights
from mapsvc.domain.canonical import canonical
from mapsvc.domain.errors import Invalid
from mapsvc.domain.matches import FitResult, State
from mapsvc.matching.counterfactuals import (
    Lever,
    criterion_gains,
    empty_lots,
    verify_first,
    what_would_change,
    with_pair,
)
from mapsvc.matching.fits import score_of
from mapsvc.matching.market import Reserve
from mapsvc.matching.micro import MICRO
from mapsvc.matching.outcomes import comparison, outcome, rank_profile, rank_sensitive, solve_run
from mapsvc.matching.priority import Terms, impact, merit, owner_terms, priority
from mapsvc.matching.reasons import Explainer, WhyNot
from mapsvc.matching.run_files import archive, read_run, replay, run_to_json
from mapsvc.matching.runs import ApplicationInput, Locks, LotInput, PairInput, Run, check_run
from mapsvc.matching.trades import improving_trades

FIT_ONLY = Weights(merit=0, impact=0, fit=100, owner=0)
E2_PRIORITY = {
    "A": {"X": 900_000, "Y": 800_000, "Z": 200_000},
    "B": {"X": 850_000, "Y": 300_000, "Z": 250_000},
    "C": {"X": 400_000, "Y": 350_000, "Z": 300_000},
}
E2_RANKING = {"A": ("X", "Y", "Z"), "B": ("X", "Y", "Z"), "C": ("X", "Z", "Y")}


def pair(fit: int, **more: object) -> PairInput:
    return PairInput(**{"fit": fit, "fit_low": fit, "fit_high": fit, **more})  # type: ignore[arg-type]


def e2(ranking=E2_RANKING, mechanism=Mechanism.STABLE, locks=Locks()) -> Run:  # noqa: B008 (Locks is frozen)
    return Run(
        call="TEST",
        mechanism=mechanism,
        weights=FIT_ONLY,
        seed="",
        lots={lot: LotInput() for lot in "XYZ"},
        applications={
            name: ApplicationInput(ranking[name], 0, {lot: pair(fit) for lot, fit in by_lot.items()})
            for name, by_lot in E2_PRIORITY.items()
        },
        locks=locks,
    )


def test_e1_the_priority_and_its_interval():
    weights = Weights()
    parts = Terms(785_000, impact({"a": 500_000, "b": 500_000}, {"a": 800_000, "b": 600_000}), 734_087)
    assert parts.impact == 700_000
    assert round(priority(weights, parts) / 1e6, 4) == 0.7548
    low, high = (priority(weights, replace(parts, fit=fit)) for fit in (684_087, 784_087))
    assert (round(low / 1e6, 4), round(high / 1e6, 4)) == (0.7437, 0.7659)


def test_e1_missing_data_that_could_turn_the_result_are_named():
    weights = Weights(merit=50, impact=20, fit=20, owner=10)
    ours = ApplicationInput(("X",), 785_000, {"X": PairInput(734_087, 684_087, 784_087, impact=700_000)})
    theirs = ApplicationInput(("X",), 760_000, {"X": pair(760_000, impact=760_000)})
    run = Run("TEST", Mechanism.STABLE, weights, "", {"X": LotInput()}, {"ours": ours, "theirs": theirs})
    solved = solve_run(run)
    assert solved.assignment == {"ours": None, "theirs": "X"}
    assert rank_sensitive(solved) == [("ours", "X")]
    known = with_pair(run, "ours", "X", pair(734_087, impact=700_000))
    assert rank_sensitive(solve_run(known)) == []


@pytest.mark.parametrize("parts", [(50, 20, 20, 11), (-1, 51, 40, 10), (0, 0, 0, 100)])
def test_weights_that_do_not_add_up_are_refused(parts):
    with pytest.raises(Invalid):
        Weights(*parts)


def test_merit_is_the_mean_of_the_signed_totals():
    assert merit([80, 77]) == 785_000
    for totals in ([], [101], [-1]):
        with pytest.raises(Invalid):
            merit(totals)


def test_the_owners_word_counts_for_all_or_for_none():
    assert owner_terms({"a": 1, "b": 3, "c": 2}, ["a", "b", "c"]) == {"a": MICRO, "b": 0, "c": MICRO // 2}
    assert owner_terms({"a": 1, "b": 2}, ["a", "b", "c"]) is None
    assert owner_terms({"a": 1}, ["a"]) == {"a": MICRO}


def test_shares_of_themes_must_add_to_one():
    with pytest.raises(Invalid):
        impact({"a": 500_000}, {})


def test_e2_everybody_is_told_one_reason_for_each_other_lot():
    told = Explainer(solve_run(e2()))
    a, b, c = (told.explain(name) for name in "ABC")
    assert a.award is not None
    assert (a.award.lot, a.award.rank, a.award.cutoff, a.award.margin) == ("X", 1, 900_000, 0)
    assert {lot: reason.code for lot, reason in a.others.items()} == {
        "Y": WhyNot.GOT_BETTER, "Z": WhyNot.GOT_BETTER,
    }  # fmt: skip
    assert b.others["X"].code is WhyNot.PRIORITY_BELOW_CUTOFF
    assert b.others["X"].params == {"yours": 850_000, "cutoff": 900_000, "gap": 50_000}
    assert c.others["X"].params["gap"] == 500_000
    with pytest.raises(Invalid):
        told.explain("Q")


def test_e2b_what_was_not_listed_and_what_listing_it_would_do():
    run = e2({**E2_RANKING, "B": ("X",)})
    solved = solve_run(run)
    assert solved.assignment == {"A": "X", "B": None, "C": "Z"}
    assert Explainer(solved).explain("B").others["Y"].code is WhyNot.NOT_LISTED
    changes = what_would_change(solved, "B")
    assert [(one.lever, one.lot) for one in changes if one.lever is Lever.LIST] == [(Lever.LIST, "Y")]
    (empty,) = empty_lots(solved)
    assert (empty.lot, empty.listed_by, empty.fills_if_listed) == ("Y", 2, ("B",))


def test_e3_a_reserved_seat_is_said_to_be_one():
    fits = {"A": 900_000, "B": 850_000, "C": 800_000, "D": 600_000, "E": 550_000}
    run = Run(
        "TEST", Mechanism.STABLE, FIT_ONLY, "",
        {"H": LotInput(3, Reserve(1, frozenset("DE"))), "S": LotInput()},
        {name: ApplicationInput(("H", "S"), 0, {lot: pair(fit) for lot in "HS"}) for name, fit in fits.items()},
    )  # fmt: skip
    solved = solve_run(run)
    assert solved.assignment == {"A": "H", "B": "H", "C": "S", "D": "H", "E": None}
    told = Explainer(solved)
    assert told.explain("D").award.seat == "reserve"  # type: ignore[union-attr]
    why = told.explain("C").others["H"]
    assert (why.code, why.params["cutoff"]) == (WhyNot.SEAT_RESERVED, 850_000)
    assert outcome(run, "")["seats"] == {"A": "open", "B": "open", "C": "open", "D": "reserve"}


def test_e5_an_officers_lock_is_said_to_be_the_reason():
    run = e2(locks=Locks(require={"C": "X"}))
    check_run(run)
    solved = solve_run(run)
    assert solved.assignment == {"A": "Y", "B": "Z", "C": "X"}
    told = Explainer(solved)
    why = told.explain("A").others["X"]
    assert (why.code, why.params) == (WhyNot.OFFICER_DECISION, {"without": "X"})
    assert told.explain("C").award.seat == "lock"  # type: ignore[union-attr]
    result = outcome(run, "")
    assert result["assignment_without_locks"] == {"A": "X", "B": "Y", "C": "Z"}
    assert result["envy_pairs"] == [["A", "X"], ["B", "X"]]


def test_a_lot_that_is_held_out_and_a_group_that_is_excluded_take_no_part():
    run = e2(locks=Locks(hold_out=frozenset("X"), exclude=frozenset("C")))
    solved = solve_run(run)
    assert solved.assignment == {"A": "Y", "B": "Z", "C": None}
    told = Explainer(solved)
    assert told.explain("A").others["X"].code is WhyNot.LOT_WITHDRAWN
    assert told.explain("C").others["Y"].code is WhyNot.OFFICER_DECISION
    assert solved.cutoffs["X"].open is None


def test_no_lock_overrides_the_law_but_some_rules_it_does():
    blocked = with_pair(e2(), "C", "X", pair(400_000, blocked_by=("H16.condition",)))
    with pytest.raises(Invalid, match=r"H16\.condition"):
        check_run(replace(blocked, locks=Locks(require={"C": "X"})))
    late = with_pair(e2(), "C", "X", pair(400_000, blocked_by=("H17.check",)))
    required = replace(late, locks=Locks(require={"C": "X"}))
    check_run(required)
    assert solve_run(required).assignment["C"] == "X"
    assert Explainer(solve_run(late)).explain("C").others["X"].params == {"rules": ["H17.check"]}


def test_e7_the_missing_points_are_found_and_ten_reach_only_the_tie():
    halves = Weights(merit=50, impact=0, fit=50, owner=0)
    applications = {
        name: ApplicationInput(("X",), score, {"X": pair(score)}) for name, score in (("A", 900_000), ("B", 850_000))
    }
    run = Run("TEST", Mechanism.STABLE, halves, "", {"X": LotInput()}, applications)
    told = {one.lever: one for one in what_would_change(solve_run(run), "B")}
    assert told[Lever.MERIT].amount == 11
    assert told[Lever.FIT].amount == 100_002
    ten_more = replace(run, applications={**applications, "B": replace(applications["B"], merit=950_000)})
    assert ten_more.priority_of("B", "X") == run.priority_of("A", "X")


def test_a_rule_that_alone_keeps_a_group_from_a_lot_is_counted_for_the_city():
    run = with_pair(e2({**E2_RANKING, "B": ("X", "Y")}), "B", "Y", pair(300_000, blocked_by=("H08.live_work",)))
    solved = solve_run(run)
    (empty,) = empty_lots(solved)
    assert (empty.lot, empty.rules) == ("Y", {"H08.live_work": 1})
    assert [(one.lever, one.rule) for one in what_would_change(solved, "B") if one.lot == "Y"] == [
        (Lever.RULE, "H08.live_work")
    ]


def test_what_has_to_be_verified_first_blocks_the_most_pairs():
    run = with_pair(e2(), "A", "X", pair(900_000, conditional_on=("H09.evening",)))
    run = with_pair(run, "B", "X", pair(850_000, conditional_on=("H09.evening", "H13.power")))
    assert verify_first(run) == {("X", "H09.evening"): 2, ("X", "H13.power"): 1}
    assert outcome(run, "")["conditional_on"] == {"A": ["H09.evening"]}


def test_both_mechanisms_are_compared_on_the_same_input():
    told = comparison(e2())
    assert (told["stable"]["priority_micro"], told["optimal"]["priority_micro"]) == (1_500_000, 1_950_000)
    assert (told["stable"]["worst_rank"], told["optimal"]["envy_pairs"]) == (2, 1)
    optimal = Explainer(solve_run(e2(mechanism=Mechanism.OPTIMAL)))
    assert optimal.explain("A").others["X"].code is WhyNot.BEST_TOTAL


def test_other_lots_are_accepted_by_the_optimal_mechanism_only():
    run = e2({**E2_RANKING, "B": ("X",)})
    ticked = replace(
        run, applications={**run.applications, "B": replace(run.applications["B"], accepts_other_lots=True)}
    )
    assert solve_run(ticked).assignment["B"] is None
    best = solve_run(replace(ticked, mechanism=Mechanism.OPTIMAL)).assignment
    assert None not in best.values()


@given(data=st.data(), names=st.permutations(["A", "B", "C"]), lots=st.permutations(["X", "Y", "Z"]))
def test_the_order_of_the_file_changes_nothing(data, names, lots):
    mechanism = data.draw(st.sampled_from(Mechanism))
    run = e2(mechanism=mechanism)
    other = replace(
        run,
        lots={lot: run.lots[lot] for lot in lots},
        applications={
            name: replace(run.applications[name], pairs={lot: run.applications[name].pairs[lot] for lot in lots})
            for name in names
        },
    )
    assert canonical(archive(other)) == canonical(archive(run))


@st.composite
def runs(draw) -> Run:
    lots = "XYZ"[: draw(st.integers(1, 3))]
    micro = st.integers(0, 10).map(lambda tenth: tenth * 100_000)
    applications = {}
    for name in "ABCD"[: draw(st.integers(1, 4))]:
        pairs = {}
        for lot in lots:
            low, fit, high = sorted(draw(st.tuples(micro, micro, micro)))
            blocked = draw(st.sampled_from([(), (), (), ("H09.day",), ("H09.day", "H12.water")]))
            pairs[lot] = PairInput(fit, low, high, draw(micro), blocked_by=blocked)
        ranking = draw(st.permutations(lots))[: draw(st.integers(0, len(lots)))]
        applications[name] = ApplicationInput(tuple(ranking), draw(micro), pairs, draw(st.booleans()))
    capacity = st.integers(1, 2)
    mechanism = draw(st.sampled_from(Mechanism))
    return Run("R", mechanism, Weights(), "seed", {lot: LotInput(draw(capacity)) for lot in lots}, applications)


@settings(max_examples=150)
@given(runs())
def test_every_change_that_is_promised_does_what_it_says(run):
    solved = solve_run(run)
    for name in run.applications:
        for change in what_would_change(solved, name):
            given_one = run.applications[name]
            if change.lever is Lever.LIST:
                other = replace(given_one, ranking=(*given_one.ranking, change.lot))
                again = replace(run, applications={**run.applications, name: other})
            elif change.lever is Lever.RULE:
                again = with_pair(run, name, change.lot, replace(given_one.pairs[change.lot], blocked_by=()))
            elif change.lever is Lever.FIT:
                fit = given_one.pairs[change.lot].fit + (change.amount or 0)
                changed = replace(given_one.pairs[change.lot], fit=fit, fit_high=MICRO)
                again = with_pair(run, name, change.lot, changed)
            else:
                other = replace(given_one, merit=given_one.merit + (change.amount or 0) * 10_000)
                again = replace(run, applications={**run.applications, name: other})
            assert solve_run(again).assignment[name] == change.lot


@settings(max_examples=150)
@given(runs())
def test_every_lot_has_one_reason_and_a_replay_gives_the_same_bytes(run):
    check_run(run)
    solved = solve_run(run)
    told = Explainer(solved)
    for name in run.applications:
        reasons = told.explain(name)
        held = solved.assignment[name]
        assert set(reasons.others) == set(run.lots) - {held}
        for lot, reason in reasons.others.items():
            assert (reason.code is WhyNot.NOT_LISTED) <= (lot not in run.applications[name].ranking)
            if reason.code is WhyNot.PRIORITY_BELOW_CUTOFF:
                assert reason.params["gap"] > 0  # type: ignore[operator]
    kept = json.loads(canonical(archive(run)))
    assert read_run(kept["run"]) == read_run(run_to_json(run))
    assert replay(kept)["same"] is True


def changed(snapshot, *path, value):
    copy = json.loads(canonical(snapshot))
    inside = copy
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return copy


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("run", "applications", "A", "pairs", "X", "fit_micro"), 900_001, "/applications/A/pairs/X"),
        (("run", "lottery_seed"), "other", "/result/input_sha256"),
        (("run", "weights", "fit"), 99, "/weights"),
        (("run", "applications", "A", "ranking"), ["X", "X"], "/applications/A/ranking/1"),
        (("run", "applications", "A", "ranking"), ["Q"], "/applications/A/ranking/0"),
        (("run", "engine_version"), "0", "/engine_version"),
        (("run", "lots", "X", "capacity"), 0, "/lots/X/capacity"),
        (("run", "locks", "require"), [["A", "X"], ["B", "X"]], "/lots/X"),
        (("result",), 5, "/result"),
    ],
)
def test_a_snapshot_with_a_change_is_refused(path, value, pointer):
    with pytest.raises(Invalid) as refused:
        replay(changed(archive(e2()), *path, value=value))
    assert refused.value.pointer == pointer


def test_the_command_replays_a_snapshot_and_says_what_differs(tmp_path):
    file = tmp_path / "run.json"
    file.write_bytes(canonical(archive(e2())))
    good = CliRunner().invoke(main, ["match", "replay", str(file)])
    assert (good.exit_code, json.loads(good.stdout)["same"]) == (0, True)
    file.write_bytes(canonical(changed(archive(e2()), "result", "assignment", "A", value="Y")))
    other = CliRunner().invoke(main, ["match", "replay", str(file)])
    assert (other.exit_code, json.loads(other.stdout)["differing"]) == (1, ["assignment"])
    refused = CliRunner().invoke(main, ["match", "replay", "-"], input=json.dumps({"run": {}}))
    assert (refused.exit_code, refused.stdout) == (2, "")


def test_two_rules_that_keep_a_group_apart_are_named_together_and_three_are_no_advice():
    two = with_pair(e2(), "B", "X", pair(950_000, blocked_by=("H06.budget", "H02.min")))
    (change,) = [one for one in what_would_change(solve_run(two), "B") if one.lot == "X"]
    assert (change.lever, change.rule, change.also) == (Lever.RULE, "H02.min", "H06.budget")
    three = with_pair(e2(), "B", "X", pair(950_000, blocked_by=("H06.budget", "H02.min", "H12.water")))
    assert [one for one in what_would_change(solve_run(three), "B") if one.lot == "X"] == []
    gone = with_pair(e2(), "B", "X", pair(950_000, blocked_by=("H21.withdrawn",)))
    assert [one for one in what_would_change(solve_run(gone), "B") if one.lot == "X"] == []
    assert Explainer(solve_run(gone)).explain("B").others["X"].code is WhyNot.LOT_WITHDRAWN


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, MICRO)), min_size=1, max_size=10).filter(
        lambda some: any(weight for weight, _ in some)
    ),
    st.integers(1, MICRO),
)
def test_a_criterion_that_gains_as_much_lifts_the_fit_as_far_and_one_unit_less_does_not(parts, amount):
    fits = [
        FitResult(str(place), weight, micro, micro, micro, State.PASS) for place, (weight, micro) in enumerate(parts)
    ]
    before = score_of(tuple(fits)).fit
    for code, more in criterion_gains(fits, amount).items():

        def lifted(by, code=code):
            return score_of(tuple(replace(one, micro=one.micro + by * (one.code == code)) for one in fits)).fit

        assert lifted(more) >= before + amount
        assert more == 1 or lifted(more - 1) < before + amount
        assert fits[int(code)].micro + more <= MICRO


def test_trades_that_priorities_forbid_are_counted():
    ranking = {"A": ("X", "Y"), "B": ("Y", "X"), "C": ("X",)}
    fits = {"A": {"X": 100_000, "Y": 900_000}, "B": {"X": 900_000, "Y": 100_000}, "C": {"X": 500_000}}
    run = Run(
        "TEST", Mechanism.STABLE, FIT_ONLY, "", {"X": LotInput(), "Y": LotInput()},
        {
            name: ApplicationInput(ranking[name], 0, {lot: pair(fit) for lot, fit in fits[name].items()})
            for name in "ABC"
        },
    )  # fmt: skip
    solved = solve_run(run)
    assert solved.assignment == {"A": "Y", "B": "X", "C": None}
    assert improving_trades(solved) == [("A", "B")]
    assert rank_profile(solved) == {"2": 2, "none": 1}
    assert improving_trades(solve_run(e2())) == []


@settings(max_examples=100)
@given(runs())
def test_every_trade_is_better_for_all_who_take_part(run):
    solved = solve_run(run)
    for circle in improving_trades(solved):
        assert len(circle) > 1
        for name, other in zip(circle, (*circle[1:], circle[0]), strict=True):
            wishes = solved.market.prefs[name]
            assert wishes.index(solved.assignment[other]) < wishes.index(solved.assignment[name])
