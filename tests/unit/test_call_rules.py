"""Rules about calls (H01, H20, H21), and pairs of a call as arrays beside the same pairs one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mapsvc.domain.call_market import Neighbour
from mapsvc.domain.matches import Candidate, Effect, State
from mapsvc.domain.needs import NeedsProfile
from mapsvc.matching.arrays import score_pairs
from mapsvc.matching.call_rules import CallRules, SharedLot, Standing, work_kind
from mapsvc.matching.micro import MICRO
from mapsvc.matching.pair_tables import PairTable, impacts, keys_of, mask_of
from mapsvc.matching.pairs import NeedsTable, OfferTable
from mapsvc.matching.policy import Policy
from mapsvc.matching.priority import impact
from mapsvc.matching.rank import explain
from mapsvc.usecases.call_market import unit_tag
from tests.unit.matching_inputs import TODAY, Inputs

QUIET = NeedsProfile(activities=("literature",), noise_emission_day=0)
LOUD = NeedsProfile(activities=("music_amplified",), noise_emission_day=3, noise_emission_evening=3)
DUSTY = NeedsProfile(activities=("sculpture",), dust_odour=3)


def judged(needs: NeedsProfile, lot: SharedLot, **more: object) -> dict[str, object]:
    given = {"standings": {"A": Standing()}, "lots": {"1": lot}, **more}
    return {one.key: one for one in CallRules(**given).judge("A", "1", needs)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("standing", "admitted", "rules"),
    [
        (Standing(), State.PASS, State.PASS),
        (Standing(admitted=False), State.FAIL, State.PASS),
        (Standing(admitted=None), State.UNKNOWN, State.PASS),
        (Standing(eligible=State.UNKNOWN), State.PASS, State.UNKNOWN),
        (Standing(eligible=State.FAIL), State.PASS, State.FAIL),
    ],
)
def test_h01_blocks_what_is_not_admitted_or_not_known_to_be_eligible(standing, admitted, rules):
    found = judged(QUIET, SharedLot(), standings={"A": standing})
    assert (found["H01.admitted"].state, found["H01.rules"].state) == (admitted, rules)
    for one in (found["H01.admitted"], found["H01.rules"]):
        assert (one.effect is Effect.BLOCK) == (one.state in (State.FAIL, State.UNKNOWN))


def test_h20_says_nothing_of_premises_that_nobody_shares():
    found = judged(LOUD, SharedLot())
    assert {found[f"H20.{part}"].state for part in ("sharing", "tag", "practices")} == {State.NOT_APPLICABLE}


def test_h20_keeps_apart_who_wants_to_be_alone():
    found = judged(replace(QUIET, sharing="exclusive_only"), SharedLot(shared=True))
    one = found["H20.sharing"]
    assert (one.state, one.effect, one.fixable_by) == (State.FAIL, Effect.BLOCK, ("applicant",))


@pytest.mark.parametrize(
    ("needs", "allowed"), [(QUIET, ("quiet", "noisy", "dusty")), (LOUD, ("noisy", "dusty")), (DUSTY, ("dusty",))]
)
def test_h20_units_are_for_their_kind_of_work_and_for_quieter_ones(needs, allowed):
    for tag in ("quiet", "noisy", "dusty"):
        one = judged(needs, SharedLot(shared=True, tag=tag))["H20.tag"]
        assert (one.state is State.PASS) == (tag in allowed)
        assert (one.required, one.actual) == (tag, work_kind(needs))


def test_h20_practices_clash_in_either_direction_and_silence_is_a_condition():
    writer = Neighbour("2", frozenset({"literature"}), frozenset({"music_amplified"}))
    clash = judged(LOUD, SharedLot(shared=True, neighbours=(writer,)))["H20.practices"]
    assert (clash.state, clash.gap, clash.effect) == (State.FAIL, ("music_amplified",), Effect.BLOCK)
    drummer = Neighbour("2", frozenset({"music_amplified"}), frozenset())
    ours = replace(QUIET, incompatible_practices=("music_amplified",))
    assert judged(ours, SharedLot(shared=True, neighbours=(drummer,)))["H20.practices"].state is State.FAIL
    assert judged(QUIET, SharedLot(shared=True, neighbours=(writer,)))["H20.practices"].state is State.PASS
    silent = judged(NeedsProfile(), SharedLot(shared=True, neighbours=(writer,)))["H20.practices"]
    assert (silent.state, silent.effect) == (State.UNKNOWN, Effect.CONDITIONAL)
    nobody = Neighbour("2", frozenset({"literature"}), frozenset())
    assert judged(QUIET, SharedLot(shared=True, neighbours=(nobody,)))["H20.practices"].state is State.NOT_APPLICABLE


def test_h21_shows_officers_decisions_and_counts_a_withdrawn_lot():
    found = judged(QUIET, SharedLot(withdrawn=True), forbidden=frozenset({("A", "1")}), held_out=frozenset("1"))
    assert {found[f"H21.{part}"].state for part in ("forbidden", "held_out", "withdrawn")} == {State.FAIL}
    rules = CallRules({"A": Standing()}, {"1": SharedLot(withdrawn=True)}, frozenset({("A", "1")}))
    assert [one.key for one in rules.effects("A", "1", QUIET)] == ["H21.withdrawn"]


def test_a_rule_that_is_tried_without_only_warns():
    lot = SharedLot(shared=True, tag="quiet")
    found = judged(LOUD, lot, off=frozenset({"H20.tag"}))
    assert (found["H20.tag"].state, found["H20.tag"].effect) == (State.FAIL, Effect.WARN)


@pytest.mark.parametrize(
    ("overrides", "tag"),
    [
        ({}, None),
        ({"usable_area_m2": 20}, None),
        ({"noise_tolerance_day": 1}, "quiet"),
        ({"noise_tolerance_day": 1, "noise_tolerance_evening": 2}, "noisy"),
        ({"noise_tolerance_day": 3, "dust_odour_tolerance": 2}, "dusty"),
        ({"dust_odour_tolerance": 0}, "quiet"),
    ],
)
def test_what_a_unit_tolerates_says_for_which_work_it_is(overrides, tag):
    assert unit_tag(overrides) == tag


def test_masks_name_rules():
    keys = frozenset({"H02.min", "H19.distance"})
    assert frozenset(keys_of(mask_of(keys))) == keys
    assert mask_of(frozenset({"H20.tag"})) == 0


def test_a_table_of_pairs_says_the_same_as_each_pair_by_itself():
    policy = Policy(warn_only=frozenset(), accepted_states=frozenset({"in_call"}))
    needs = [Inputs(seed).needs() for seed in range(12)]
    offers = [Inputs(100 + seed).offer(str(seed)) for seed in range(9)]
    table = PairTable(
        {f"A{place}": place for place in range(12)},
        {str(place): place for place in range(9)},
        score_pairs(NeedsTable(needs), OfferTable(offers), TODAY, policy),
        np.arange(108, dtype=np.int64).reshape(12, 9),
        owner={"3": {"A1": 7}},
        extra={("A1", "3"): (("H20.tag",), ("H20.practices",))},
    )
    for row, one in enumerate(needs):
        pairs = table.row(f"A{row}")
        assert len(pairs) == 9
        for column, offer in enumerate(offers):
            found, told = pairs[str(column)], explain(Candidate("", one), offer, TODAY, policy)
            more = [("H20.tag",), ("H20.practices",)] if (row, column) == (1, 3) else [(), ()]
            assert found.blocked_by == (*(result.key for result in told.blocking), *more[0])
            assert found.conditional_on == (*(result.key for result in told.conditional_on), *more[1])
            assert (found.fit, found.fit_low, found.fit_high) == (told.fit, told.low, told.high)
            assert found.impact == 9 * row + column
            assert found.owner == (None if column != 3 else 7 if row == 1 else 0)
    relaxed = table.relax(frozenset({"H20.tag", "H02.min"})).row("A1")["3"]
    assert {"H20.tag", "H02.min"}.isdisjoint(relaxed.blocked_by)
    with pytest.raises(KeyError):
        table.row("A1")["99"]


def test_impact_of_many_is_that_of_each():
    shares = [{"art": 300_001, "food": 699_999}, {"food": MICRO}]
    needs = [{"art": 123_457, "food": 765_433}, {}]
    found = impacts(shares, needs)
    assert [[impact(one, need) for need in needs] for one in shares] == found.tolist()
    assert impacts([{}], needs).tolist() == [[0, 0]]
