"""The workspace of a call: cells, what follows when a rule fails, empty lots, weights, and how the pages draw them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st

from mapsvc.domain.errors import Invalid
from mapsvc.domain.match_boards import Move, Standing
from mapsvc.matching import match_boards
from mapsvc.matching.counterfactuals import with_application, with_pair
from mapsvc.matching.micro import MICRO
from mapsvc.matching.outcomes import solve_run
from mapsvc.matching.priority import Weights
from mapsvc.matching.runs import Locks
from mapsvc.usecases.match_boards import Board
from mapsvc.web.desk import match_map, match_view
from mapsvc.web.desk import match_words as words
from tests.board_world import LOTS, ROWS, the_board, the_faces, the_run

RUMORE, CICLO, TEATRO = "APP-0102", "APP-0109", "APP-0103"


@pytest.fixture(autouse=True)
def page():
    """A page in English."""
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        yield


def test_the_board_is_the_one_of_the_drawing():
    board = the_board()
    assert [board.assignment[code] for code in ROWS] == ["1", "3", "4", "5", "6", "7", None, None, None, None]
    assert board.empty_lots == ("2",)
    assert match_view.figures_text(board.figures) == "6 of 7 lots filled · average choice 1.5 · 0 passed over"
    assert match_view.figures_text(board.other.figures) == "7 of 7 lots filled · average choice 1.7 · 1 passed over"


def test_a_cell_says_everything_to_whoever_hears_it():
    board, faces = the_board(), the_faces()
    link = lambda group, lot: f"?group={group}&lot={lot}"  # noqa: E731
    cell = match_view.cell(board.cell(RUMORE, "3"), faces, (RUMORE, "3"), link)
    assert cell["name"] == (
        "Officina Rumore, lot 3: gets the lot, priority 0.75, 1st choice, not verified: Noise after 20:00"
    )
    assert set(cell["css"].split()) == {"as", "uk", "cur", "r1"}
    failing = match_view.cell(board.cell(TEATRO, "3"), faces, None, link)
    assert failing["name"] == "Teatro in Cortile, lot 3: fails a rule, 4th choice, Floor area"
    assert failing["value"] == ""
    assert match_view.cell(board.cell(RUMORE, "1"), faces, None, link)["name"].endswith("not on its list")


def test_what_follows_when_the_first_rule_fails_is_a_run():
    board, faces = the_board(), the_faces()
    first = board.to_verify(1)[0]
    assert (first.lot, first.rule, first.holders) == ("3", "H09.evening", (RUMORE,))
    assert words.if_it_fails(first.moves, faces) == (
        "If it fails, 2 groups move: Officina Rumore to lot 2, Ciclofficina Nord to lot 3."
    )
    failed = board.solved.run.applications[RUMORE].pairs["3"]
    run = with_pair(board.solved.run, RUMORE, "3", replace(failed, blocked_by=("H09.evening",), conditional_on=()))
    assert {move.application: move.after for move in first.moves} == {RUMORE: "2", CICLO: "3"}
    assert solve_run(run).assignment[CICLO] == "3"


def test_rules_that_nobody_holds_a_lot_on_move_nobody():
    waiting = [one for one in the_board().to_verify(9) if not one.holders]
    assert [one.lot for one in waiting] == ["1", "4"]
    assert all(one.moves == () for one in waiting)


def test_an_empty_lot_names_only_what_was_tried():
    board, faces = the_board(), the_faces()
    found = board.empty("2")
    assert found.fills_if_listed == ("APP-0107", "APP-0108", "APP-0109", "APP-0110")
    for code in found.fills_if_listed:
        given_ = board.solved.run.applications[code]
        run = with_application(board.solved.run, code, replace(given_, ranking=(*given_.ranking, "2")))
        assert solve_run(run).assignment[code] == "2"
    panel = match_view.empty_panel(board, faces, "2")
    assert panel["title"] == "Why lot 2 stays empty"
    assert panel["fills"] == [
        "it fills if one of these lists it: Sartoria Condivisa, Stamperia Lenta, Ciclofficina Nord or Archivio Vivo"
    ]
    assert board.empty("3") is None


def test_a_lot_that_a_rule_keeps_empty_fills_when_it_is_met():
    run = the_run()
    for code in ROWS:
        run = with_pair(run, code, "2", replace(run.applications[code].pairs["2"], blocked_by=("H02.min",)))
    assert Board(solve_run(run)).empty("2").fills_if_met == {}, "who listed it got something better"
    listing = run.applications["APP-0107"]
    run = with_application(run, "APP-0107", replace(listing, ranking=(*listing.ranking, "2")))
    found = Board(solve_run(run)).empty("2")
    assert found.rules == {"H02.min": 10}
    assert (found.fills_if_listed, found.fills_if_met) == ((), {"H02.min": ("APP-0107",)})
    panel = match_view.empty_panel(Board(solve_run(run)), the_faces(), "2")
    assert panel["costs"] == ["Floor area alone keeps 10 groups from it"]
    assert panel["fills"] == ["it fills with Sartoria Condivisa if this rule is met: Floor area"]


@pytest.mark.parametrize(("group", "lot"), [(RUMORE, "3"), (CICLO, "3"), ("APP-0105", "6")])
def test_the_parts_of_a_bar_add_up_to_the_priority(group, lot):
    pair = the_board().pair(group, lot)
    assert sum(term.share for term in pair.terms) == pair.cell.priority
    assert [term.code for term in pair.terms] == ["merit", "impact", "fit"]


def test_why_and_why_not_are_said_with_their_figures():
    board, faces = the_board(), the_faces()
    gets = match_view.pair_panel(board.pair(RUMORE, "3"), faces)
    assert gets["title"] == "Why Officina Rumore gets lot 3"
    assert gets["text"] == "Their 1st choice. Priority 0.75; the next group has 0.74."
    misses = match_view.pair_panel(board.pair(CICLO, "3"), faces)
    assert misses["text"] == "Priority 0.74 is below the cut-off of 0.75."
    assert misses["changes"][0] == "2 points more from the committee"
    assert match_view.pair_panel(board.pair(TEATRO, "3"), faces)["text"] == (
        "They got lot 4, which they wanted more."
        if board.pair(TEATRO, "3").reason == "got_better"
        else "A rule keeps them apart: Floor area."
    )
    assert match_view.pair_panel(board.pair(RUMORE, "1"), faces)["text"] == "They did not list it."


def test_every_change_that_is_said_was_tried():
    board = the_board()
    listed = board.solved.run.applications[TEATRO]
    pair = replace(listed.pairs["3"], fit=MICRO, fit_low=MICRO, fit_high=MICRO, impact=MICRO)
    ranked = replace(listed, ranking=("3", "4"), pairs={**listed.pairs, "3": replace(pair, blocked_by=("H02.min",))})
    one_rule = Board(solve_run(with_application(board.solved.run, TEATRO, ranked)))
    assert one_rule.pair(TEATRO, "3").changes == (("rule", None, ("H02.min",)),)
    two = replace(ranked, pairs={**listed.pairs, "3": replace(pair, blocked_by=("H02.min", "H06.budget"))})
    both = Board(solve_run(with_application(board.solved.run, TEATRO, two)))
    said = match_view.pair_panel(both.pair(TEATRO, "3"), the_faces())
    assert said["changes"] == ["these rules met together: Floor area, Monthly cost"]
    met = with_pair(both.solved.run, TEATRO, "3", replace(pair, blocked_by=()))
    assert solve_run(met).assignment[TEATRO] == "3"


def test_two_priorities_that_look_alike_are_told_apart():
    pair = the_board().pair("APP-0103", "4")
    assert words.why_gets(pair) == "Their 1st choice. Priority 0.703000; the next group has 0.697000."


def test_a_foreign_pair_is_refused():
    with pytest.raises(Invalid):
        the_board().pair("APP-9999", "1")
    with pytest.raises(Invalid):
        the_board().pair(RUMORE, "99")


def test_a_decision_is_told_with_who_moves_and_who_is_passed_over():
    run = replace(the_run(), locks=Locks(require={"APP-0107": "3"}))
    effect = Board(solve_run(run)).lock_effect()
    moved = {move.application: (move.before, move.after) for move in effect.moves}
    assert moved["APP-0107"] == (None, "3")
    assert moved[RUMORE] == ("3", "2")
    assert (RUMORE, "3") in effect.passed_over
    assert the_board().lock_effect() is None


def test_without_a_weight_that_decides_somebody_moves():
    effects = {one.term: one.moved for one in the_board().effects()}
    assert set(effects) == {"merit", "impact", "fit"}
    levelled = match_boards.effects_of(solve_run(the_run(weights=Weights(0, 0, 90, 10))))
    assert [one.term for one in levelled] == ["fit"]


def test_the_page_of_a_large_matrix_shows_a_part():
    board, faces = the_board(), the_faces()
    assert match_view.window(board, faces, query="radio").applications == ("APP-0105",)
    assert match_view.window(board, faces, query="app-0103").applications == (TEATRO,)
    unplaced = match_view.window(board, faces, show="unplaced")
    assert unplaced.applications == ("APP-0107", "APP-0108", "APP-0109", "APP-0110")
    assert match_view.window(board, faces, show="verify").total == 3
    assert match_view.window(board, faces, page=2).applications == ()
    assert match_view.window(board, faces, page=2).total == len(ROWS)
    assert match_view.window(board, faces, lot_page=2).lots == ()


def test_the_map_draws_a_line_from_each_placed_group():
    board, faces = the_board(), the_faces()
    data = match_map.map_data(board, faces, (RUMORE, "3"))
    assert len(data["lines"]) == 6
    assert [line["dashed"] for line in data["lines"] if line["current"]] == [True]
    assert [lot["number"] for lot in data["lots"] if lot["empty"]] == ["2"]
    assert sum(group["out"] for group in data["groups"]) == 4


def test_the_map_of_a_large_call_draws_what_the_page_shows():
    board, faces = the_board(), the_faces()
    part = match_view.Window((RUMORE, CICLO), ("1", "2"), 10, 7)
    data = match_map.map_data(board, faces, None, None, part)
    assert [group["id"] for group in data["groups"]] == [RUMORE, CICLO]
    assert [lot["id"] for lot in data["lots"]] == ["1", "2", "3"]
    assert len(data["lines"]) == 1
    assert part.on_map(board) is None, "ten groups are all drawn"


def test_the_map_of_a_simulation_draws_before_and_after():
    before, faces = the_board(), the_faces()
    run = with_pair(
        before.solved.run, RUMORE, "3",
        replace(before.solved.run.applications[RUMORE].pairs["3"], blocked_by=("H09.evening",)),
    )  # fmt: skip
    after = Board(solve_run(run))
    kinds = [line["kind"] for line in match_map.map_data(after, faces, None, before)["lines"]]
    assert (kinds.count("was"), kinds.count("moved"), kinds.count("now")) == (1, 2, 5)
    rows = match_view.rows(after, faces, match_view.window(after, faces), None, lambda *_: "", before)
    assert {row["code"]: row["was"] for row in rows if row["moved"]} == {RUMORE: "lot 3", CICLO: "no place"}
    assert [one["verdict"] for one in match_view.moves(after.moves_from(before), faces)] == ["worse", "better"]


def test_groups_that_share_a_point_are_drawn_apart():
    board, faces = the_board(), the_faces()
    here = {code: replace(face, point=(45.05, 7.68)) for code, face in faces.groups.items()}
    drawn = match_map.map_data(board, replace(faces, groups=here), None)["groups"]
    assert len({group["at"] for group in drawn}) == len(ROWS)
    assert all(abs(group["at"][0] - 45.05) < 0.002 for group in drawn)


@pytest.mark.parametrize(
    ("before", "after", "better"),
    [((None, None), ("1", 3), True), (("1", 3), (None, None), False), (("1", 1), ("2", 2), False),
     (("1", 2), ("2", 1), True), (("1", 1), ("2", None), False)],
)  # fmt: skip
def test_which_of_two_results_a_group_would_rather_have(before, after, better):
    assert Move("a", before[0], after[0], before[1], after[1]).better is better


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st")]
)
def test_ordinals(number, text):
    assert words.ordinal(number) == text


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from(sorted(ROWS)), st.sampled_from(sorted(LOTS)))
def test_shares_add_up_and_cells_agree_with_the_result_under_any_weights(merit, impact, group, lot):
    merit, impact = min(merit, 90), min(impact, 90 - min(merit, 90))
    weights = Weights(merit, impact, 90 - merit - impact, 10)
    board = Board(solve_run(the_run(weights=weights)))
    terms = match_boards.terms_of(board.solved.run, group, lot)
    priority = board.solved.run.priority_of(group, lot)
    assert sum(one.share for one in terms) == priority
    assert all(0 <= one.share <= MICRO for one in terms)
    assert (board.cell(group, lot).standing is Standing.GETS) == (board.assignment[group] == lot)
    gets = [
        code for code in board.applications for one in board.lots if board.cell(code, one).standing is Standing.GETS
    ]
    assert sorted(gets) == sorted(code for code, held in board.assignment.items() if held is not None)
    assert board.figures.blocking == 0
