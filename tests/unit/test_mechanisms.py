"""Mechanisms: the worked examples of matching 3.12 (E2 to E8), and results by other implementations."""

import hashlib
import json
import random

import numpy as np
import pytest
from matching.games import HospitalResident
from scipy.optimize import linear_sum_assignment

from mapsvc.domain.canonical import canonical, sha256
from mapsvc.domain.errors import Invalid
from mapsvc.matching import audits, deferred_acceptance
from mapsvc.matching.listings import list_pairs
from mapsvc.matching.lottery import draw, drawn_order
from mapsvc.matching.market import read_market
from mapsvc.matching.snapshots import read_json

E2 = {
    "capacity": {"X": 1, "Y": 1, "Z": 1},
    "mechanism": "stable",
    "prefs": {"A": ["X", "Y", "Z"], "B": ["X", "Y", "Z"], "C": ["X", "Z", "Y"]},
    "priority_micro": {
        "X": {"A": 900000, "B": 850000, "C": 400000},
        "Y": {"A": 800000, "B": 300000, "C": 350000},
        "Z": {"A": 200000, "B": 250000, "C": 300000},
    },
}
E3 = {
    "capacity": {"H": 3, "S": 1},
    "mechanism": "stable",
    "prefs": {name: ["H", "S"] for name in "ABCDE"},
    "priority_micro": {lot: {"A": 900000, "B": 850000, "C": 800000, "D": 600000, "E": 550000} for lot in ("H", "S")},
}
RESERVE = {"H": {"seats": 1, "eligible": ["D", "E"]}}


def changed(market, **members):
    return json.loads(json.dumps({**market, **members}))


def placed(market):
    return "".join(lot or "-" for _, lot in sorted(audits.solve_market(market)["assignment"].items()))


def test_e2_stable_and_its_trace():
    result = audits.solve_market(E2)
    assert result["assignment"] == {"A": "X", "B": "Y", "C": "Z"}
    assert result["cutoffs"] == {
        lot: {"open": cut, "reserve": None} for lot, cut in {"X": 900000, "Y": 300000, "Z": 300000}.items()
    }
    assert result["blocking_pairs"] == result["envy_pairs"] == []
    steps = [(step.application, step.lot, step.rejected) for step in audits.trace(read_market(E2))]
    assert steps == [("A", "X", None), ("B", "X", "B"), ("B", "Y", None), ("C", "X", "C"), ("C", "Z", None)]


def test_e2_optimal_gains_priority_at_the_price_of_one_envy_pair():
    result = audits.solve_market(changed(E2, mechanism="optimal"))
    assert result["assignment"] == {"A": "Y", "B": "X", "C": "Z"}
    assert result["envy_pairs"] == result["blocking_pairs"] == [["A", "X"]]


def test_e2b_a_lot_that_every_stable_result_leaves_empty():
    only_x = changed(E2, prefs={**E2["prefs"], "B": ["X"]})
    result = audits.solve_market(only_x)
    assert result["assignment"] == {"A": "X", "B": None, "C": "Z"}
    assert result["cutoffs"]["Y"] == {"open": None, "reserve": None}
    assert result["blocking_pairs"] == []
    assert placed({**only_x, "mechanism": "optimal"}) == "YXZ"
    assert placed(changed(E2, prefs={**E2["prefs"], "B": ["X", "Y"]})) == "XYZ"


def test_e3_reserved_seats_are_soft():
    assert placed(E3) == "HHHS-"
    result = audits.solve_market(changed(E3, reserves=RESERVE))
    assert result["assignment"] == {"A": "H", "B": "H", "C": "S", "D": "H", "E": None}
    assert result["cutoffs"] == {"H": {"open": 850000, "reserve": 600000}, "S": {"open": 800000, "reserve": None}}
    assert result["blocking_pairs"] == []
    assert result["envy_pairs"] == [["C", "H"]]
    absent = changed(E3, reserves=RESERVE, prefs={**E3["prefs"], "D": [], "E": []})
    assert placed(absent) == "HHH--"
    assert audits.solve_market(absent)["cutoffs"]["H"] == {"open": 800000, "reserve": None}


@pytest.mark.parametrize("mechanism", ["stable", "optimal"])
def test_e5_a_lock_and_the_envy_that_it_causes(mechanism):
    result = audits.solve_market(changed(E2, mechanism=mechanism, locks={"require": [["C", "X"]]}))
    assert result["assignment"] == {"A": "Y", "B": "Z", "C": "X"}
    assert result["envy_pairs"] == [["A", "X"], ["B", "X"]]
    assert result["blocking_pairs"] == []


def test_a_forbidden_pair_is_not_made_and_its_envy_is_told():
    result = audits.solve_market(changed(E2, locks={"forbid": [["A", "X"]]}))
    assert result["assignment"] == {"A": "Y", "B": "X", "C": "Z"}
    assert (result["blocking_pairs"], result["envy_pairs"]) == ([], [["A", "X"]])


def test_a_lock_sits_on_a_reserved_seat_when_it_is_eligible_and_else_on_an_open_one():
    eligible = changed(E3, reserves=RESERVE, locks={"require": [["E", "H"]]})
    assert placed(eligible) == "HHS-H"
    other = changed(E3, reserves=RESERVE, locks={"require": [["C", "H"]]})
    assert placed(other) == "HSHH-"
    result = audits.solve_market(other)
    assert result["cutoffs"]["H"] == {"open": 900000, "reserve": 600000}
    assert result["blocking_pairs"] == []


SEED = "CB-TO-2027|draw:2027-02-10|81-7-45-12-66"


def test_e6_the_lottery_can_be_drawn_again():
    assert hashlib.sha256(SEED.encode()).hexdigest() == (
        "9d18bf894e0ac3ee309b81e705836c627a33a3d6cc5f83a2ef42dff35d0b0ab5"
    )
    ids = ["APP-0007", "APP-0011", "APP-0019", "APP-0023"]
    numbers = ["b8c5236126b8208e", "8ac7131b7831f944", "10709b380dfc8677", "427f33f844e402d9"]
    assert [draw(SEED, name).hex()[:16] for name in ids] == numbers
    assert drawn_order(SEED, ids) == ["APP-0019", "APP-0023", "APP-0011", "APP-0007"]


def test_e6_merit_goes_before_impact_and_impact_before_the_lottery():
    tie = {
        "capacity": {"X": 1},
        "mechanism": "stable",
        "prefs": {"APP-0007": ["X"], "APP-0019": ["X"]},
        "priority_micro": {"X": {"APP-0007": 700000, "APP-0019": 700000}},
        "lottery_seed": SEED,
    }
    impact = {"X": {"APP-0007": 2, "APP-0019": 1}}
    assert placed(tie) == "-X"
    assert placed({**tie, "impact_micro": impact}) == "X-"
    assert placed({**tie, "impact_micro": impact, "merit_micro": {"APP-0007": 1, "APP-0019": 2}}) == "-X"


@pytest.mark.parametrize(("micro", "expected"), [(899999, "XYZ"), (900000, "XYZ"), (900001, "YXZ")])
def test_e7_what_would_have_to_change(micro, expected):
    market = changed(E2)
    market["priority_micro"]["X"]["B"] = micro
    # The tie goes to A with a higher merit, as in the test data of the example.
    market["merit_micro"] = {"A": 1}
    assert placed(market) == expected


def test_e8_the_canonical_form_and_its_hash():
    text = canonical(E2)
    assert len(text) == 253
    assert hashlib.sha256(text).hexdigest() == "dbb17c0f5f0e145727cf4e8ebf97a07c0b904f155a8071973e1cf6e426c7df04"
    result = audits.solve_market(read_json(text))
    assert result["input_sha256"] == hashlib.sha256(text).hexdigest()
    signature = result.pop("result_sha256")
    assert signature == sha256(result)


@pytest.mark.parametrize("mechanism", ["stable", "optimal"])
def test_the_bytes_of_a_result_with_ties_stay_the_same(mechanism):
    """The hashes were computed with Python 3.11, 3.12 and 3.13 and with two versions of OR-Tools."""
    draws = random.Random(5)
    names = [f"A{number:02}" for number in range(40)]
    lots = [f"L{number:02}" for number in range(25)]
    market = {
        "capacity": {lot: draws.randint(1, 2) for lot in lots},
        "mechanism": mechanism,
        "prefs": {name: draws.sample(lots, 6) for name in names},
        "priority_micro": {lot: {name: draws.randint(1, 4) * 200000 for name in names} for lot in lots},
        "lottery_seed": SEED,
    }
    assert audits.solve_market(market)["result_sha256"] == GOLDEN[mechanism]


GOLDEN = {
    "stable": "dddda6b84cecb160725eb68df704584d4a34d63dd755cae90adf4eed34a4fe30",
    "optimal": "cb46644d1706055e881e2ab174411cafde02fca142a7df172fda3e6fa42a2f48",
}


def random_market(draws, mechanism, applications, lots, listed, levels):
    names = [f"A{number:03}" for number in range(applications)]
    places = [f"L{number:03}" for number in range(lots)]
    return {
        "capacity": {lot: draws.randint(1, 3) for lot in places},
        "mechanism": mechanism,
        "prefs": {name: draws.sample(places, listed) for name in names},
        "priority_micro": {
            lot: dict(zip(names, draws.sample(range(levels), applications), strict=True)) for lot in places
        },
    }


def test_stable_results_are_those_of_an_independent_implementation():
    draws = random.Random(3)
    for _ in range(10):
        given = random_market(draws, "stable", 40, 12, 5, 1000)
        prefs = given["prefs"]
        # The other implementation wants lots that somebody listed only.
        listing = {lot: [name for name in prefs if lot in prefs[name]] for lot in given["capacity"]}
        order = {
            lot: sorted(names, key=given["priority_micro"][lot].__getitem__, reverse=True)
            for lot, names in listing.items()
            if names
        }
        game = HospitalResident.create_from_dictionaries(prefs, order, {lot: given["capacity"][lot] for lot in order})
        other = {resident.name: lot.name for lot, residents in game.solve().items() for resident in residents}
        assert audits.solve_market(given)["assignment"] == {name: other.get(name) for name in prefs}


def test_optimal_results_have_the_weight_that_scipy_finds():
    draws = random.Random(4)
    for _ in range(5):
        given = random_market(draws, "optimal", 60, 30, 8, 1000)
        seats = [lot for lot, many in given["capacity"].items() for _ in range(many)]
        table = np.array(
            [[10**6 + given["priority_micro"][lot][name] if lot in listed else 0 for lot in seats]
             for name, listed in given["prefs"].items()]
        )  # fmt: skip
        rows, columns = linear_sum_assignment(table, maximize=True)
        found = audits.solve_market(given)["assignment"]
        ours = sum(10**6 + given["priority_micro"][lot][name] for name, lot in found.items() if lot)
        assert ours == table[rows, columns].sum()


def test_a_full_table_is_priced_until_nothing_is_missed():
    """Enough arcs for each application that only some are looked at first."""
    draws = random.Random(6)
    given = random_market(draws, "optimal", 300, 280, 280, 100000)
    given["capacity"] = dict.fromkeys(given["capacity"], 1)
    table = np.array([[given["priority_micro"][lot][name] for lot in given["capacity"]] for name in given["prefs"]])
    rows, columns = linear_sum_assignment(table, maximize=True)
    found = audits.solve(read_market(given))
    assert sum(given["priority_micro"][lot][name] for name, lot in found.items() if lot) == table[rows, columns].sum()


def test_rounds_give_what_turns_give():
    draws = random.Random(7)
    for _ in range(20):
        given = random_market(draws, "stable", 50, 15, 6, 1000)
        given["reserves"] = {
            lot: {"seats": draws.randint(0, many), "eligible": draws.sample(list(given["prefs"]), 12)}
            for lot, many in given["capacity"].items()
        }
        listings = list_pairs(read_market(given))
        in_turn, _ = deferred_acceptance.accept_in_turn(listings)
        assert in_turn.tolist() == deferred_acceptance.accept_in_rounds(listings).tolist()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"wish": 1}, "/wish"),
        ({"a/b": 1}, "/a~1b"),
        ({"mechanism": "fair"}, "/mechanism"),
        ({"mechanism": ["stable"]}, "/mechanism"),
        ({"capacity": []}, "/capacity"),
        ({"capacity": {**E2["capacity"], "X": 0}}, "/capacity/X"),
        ({"capacity": {**E2["capacity"], "X": 1.0}}, "/capacity/X"),
        ({"capacity": {**E2["capacity"], "X": True}}, "/capacity/X"),
        ({"capacity": {**E2["capacity"], "": 1}}, "/capacity/"),
        ({"prefs": {"A": "XYZ"}}, "/prefs/A"),
        ({"prefs": {**E2["prefs"], "A": ["X", "X"]}}, "/prefs/A/1"),
        ({"prefs": {**E2["prefs"], "A": ["Q"]}}, "/prefs/A/0"),
        ({"prefs": {**E2["prefs"], "A": [["X"]]}}, "/prefs/A/0"),
        ({"prefs": {**E2["prefs"], "D": ["X"]}}, "/priority_micro/X/D"),
        ({"priority_micro": {**E2["priority_micro"], "Q": {}}}, "/priority_micro/Q"),
        ({"priority_micro": {**E2["priority_micro"], "X": {"Q": 1}}}, "/priority_micro/X/Q"),
        ({"priority_micro": {**E2["priority_micro"], "X": {"A": 1000001}}}, "/priority_micro/X/A"),
        ({"merit_micro": {"A": -1}}, "/merit_micro/A"),
        ({"impact_micro": {"X": {"A": None}}}, "/impact_micro/X/A"),
        ({"lottery_seed": 5}, "/lottery_seed"),
        ({"lottery_seed": "\ud800"}, "/lottery_seed"),
        ({"reserves": {"X": {"seats": 2, "eligible": []}}}, "/reserves/X/seats"),
        ({"reserves": {"X": {"seats": 1}}}, "/reserves/X/eligible"),
        ({"reserves": {"X": {"seats": 1, "eligible": ["Q"]}}}, "/reserves/X/eligible/0"),
        ({"locks": {"wish": []}}, "/locks/wish"),
        ({"locks": {"require": [["A"]]}}, "/locks/require/0"),
        ({"locks": {"require": [["Q", "X"]]}}, "/locks/require/0/0"),
        ({"locks": {"forbid": [["A", "Q"]]}}, "/locks/forbid/0/1"),
        ({"locks": {"forbid": [["A", "X"], ["A", "X"]]}}, "/locks/forbid/1"),
        ({"locks": {"require": [["A", "X"], ["A", "Y"]]}}, "/locks/require/1"),
        ({"locks": {"require": [["A", "X"], ["B", "X"]]}}, "/locks/require/1"),
        ({"locks": {"require": [["A", "X"]], "forbid": [["A", "X"]]}}, "/locks/require/0"),
        ({"prefs": {**E2["prefs"], "A": []}, "locks": {"require": [["A", "X"]]}}, "/locks/require/0"),
    ],
)
def test_a_market_is_read_strictly(change, pointer):
    with pytest.raises(Invalid) as refused:
        audits.solve_market({**E2, **change})
    assert refused.value.pointer == pointer


def test_empty_markets_have_results():
    nothing = {"capacity": {}, "mechanism": "optimal", "prefs": {}, "priority_micro": {}}
    assert audits.solve_market(nothing)["assignment"] == {}
    unlisted = {"capacity": {"X": 1}, "mechanism": "stable", "prefs": {"A": []}, "priority_micro": {}}
    assert audits.solve_market(unlisted)["assignment"] == {"A": None}
