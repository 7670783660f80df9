"""Mechanisms: what holds in every market (matching 3.12), compared with every possible result of small ones."""

from fractions import Fraction
from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from mapsvc.matching import audits
from mapsvc.matching.lottery import TIE_WORDS, tie_word
from mapsvc.matching.market import read_market

NAMES = [f"a{number}" for number in range(5)]
LOTS = [f"s{number}" for number in range(4)]


@st.composite
def markets(draw, mechanism="stable", reserves=True, locks=True, most=5):
    names = NAMES[: draw(st.integers(1, most))]
    lots = LOTS[: draw(st.integers(1, 4))]
    # Few different scores make ties, many make none.
    micro = st.sampled_from(draw(st.sampled_from([[5], [1, 2], [1, 2, 3, 5, 8], list(range(0, 1000001, 997))])))
    market = {
        "capacity": {lot: draw(st.integers(1, 3)) for lot in lots},
        "mechanism": mechanism,
        "prefs": {name: draw(st.lists(st.sampled_from(lots), unique=True)) for name in names},
        "priority_micro": {lot: {name: draw(micro) for name in names} for lot in lots},
        "lottery_seed": draw(st.text("xyz", max_size=3)),
    }
    if reserves:
        market["reserves"] = {
            lot: {"seats": draw(st.integers(0, market["capacity"][lot])), "eligible": eligible}
            for lot in lots
            if (eligible := draw(st.lists(st.sampled_from(names), unique=True)))
        }
    if locks:
        market["locks"] = draw(locks_of(market))
    return market


@st.composite
def locks_of(draw, market):
    required, left = {}, dict(market["capacity"])
    for name, listed in market["prefs"].items():
        if listed and draw(st.integers(0, 6)) == 0 and left[listed[-1]]:
            required[name] = listed[-1]
            left[listed[-1]] -= 1
    pairs = [(name, lot) for name in market["prefs"] for lot in left if required.get(name) != lot]
    forbidden = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3)) if pairs else []
    return {"require": [list(pair) for pair in required.items()], "forbid": [list(pair) for pair in forbidden]}


def solved(market):
    return audits.solve_market(market)["assignment"]


def possible(market):
    """Every feasible result of a market that has been read."""
    names = sorted(market.prefs)
    choices = [
        [market.required[name]]
        if name in market.required
        else [None, *(lot for lot in market.prefs[name] if (name, lot) not in market.forbidden)]
        for name in names
    ]
    for lots in product(*choices):
        if all(lots.count(lot) <= seats for lot, seats in market.capacity.items()):
            yield dict(zip(names, lots, strict=True))


def worth(market, assignment):
    """The five levels of matching 3.7."""
    pairs = [(name, lot) for name, lot in assignment.items() if lot]
    rest = [pair for pair in pairs if pair[0] not in market.required]
    return (
        len(pairs),
        sum(market.priority[lot][name] for name, lot in pairs),
        sum(1 - Fraction(market.prefs[name].index(lot), len(market.prefs[name])) for name, lot in pairs),
        *(-sum(tie_word(market.seed, *pair, word) for pair in rest) for word in range(TIE_WORDS)),
    )


@settings(max_examples=150, deadline=None)
@given(markets("optimal"))
def test_optimal_is_the_best_of_all_results_on_every_level(given_market):
    market = read_market(given_market)
    assert solved(given_market) == max(possible(market), key=lambda one: worth(market, one))


@settings(max_examples=150, deadline=None)
@given(markets())
def test_stable_is_feasible_and_nobody_blocks_it(given_market):
    market = read_market(given_market)
    result = audits.solve_market(given_market)
    assert result["assignment"] in possible(market)
    assert result["blocking_pairs"] == []


@settings(max_examples=80, deadline=None)
@given(markets(reserves=False, locks=False, most=4))
def test_no_other_result_without_blocking_pairs_is_better_for_anybody(given_market):
    market = read_market(given_market)
    found = solved(given_market)
    for other in possible(market):
        if not blocks_by_hand(market, other):
            for name, listed in market.prefs.items():
                assert rank(listed, found[name]) <= rank(listed, other[name])


def blocks_by_hand(market, assignment):
    """Blocking pairs as they are defined, without the engine's own rule."""

    def strength(lot, name):
        return market.priority[lot][name], -audits.drawn_order(market.seed, market.prefs).index(name)

    for name, listed in market.prefs.items():
        for lot in listed[: rank(listed, assignment[name])]:
            holders = [one for one in assignment if assignment[one] == lot]
            if len(holders) < market.capacity[lot] or any(strength(lot, h) < strength(lot, name) for h in holders):
                return True
    return False


def rank(listed, lot):
    return len(listed) if lot is None else listed.index(lot)


@settings(max_examples=100, deadline=None)
@given(markets(), st.sampled_from(["stable", "optimal"]), st.randoms(use_true_random=False))
def test_the_order_of_the_input_leaves_every_byte_unchanged(given_market, mechanism, order):
    def shuffled(members):
        if not isinstance(members, dict):
            return members
        names = list(members)
        order.shuffle(names)
        return {name: shuffled(members[name]) for name in names}

    market = {**given_market, "mechanism": mechanism}
    assert audits.solve_market(shuffled(market)) == audits.solve_market(market)


@settings(max_examples=100, deadline=None)
@given(markets())
def test_an_irrelevant_lot_at_the_end_changes_nothing_for_the_placed(given_market):
    before = solved(given_market)
    names = list(given_market["prefs"])
    longer = {
        **given_market,
        "capacity": {**given_market["capacity"], "zz": 1},
        "prefs": {name: [*listed, "zz"] for name, listed in given_market["prefs"].items()},
        "priority_micro": {**given_market["priority_micro"], "zz": dict.fromkeys(names, 1)},
    }
    after = solved(longer)
    assert {name: after[name] for name in names if before[name]} == {name: lot for name, lot in before.items() if lot}


@settings(max_examples=100, deadline=None)
@given(markets(locks=False))
def test_removing_an_applicant_hurts_nobody(given_market):
    before = solved(given_market)
    for gone in given_market["prefs"]:
        after = solved({**given_market, "prefs": {**given_market["prefs"], gone: []}})
        for name, listed in given_market["prefs"].items():
            if name != gone:
                assert rank(listed, after[name]) <= rank(listed, before[name])


@settings(max_examples=40, deadline=None)
@given(markets(locks=False, most=4))
def test_a_truthful_list_is_never_beaten(given_market):
    before = solved(given_market)
    name, listed = next(iter(given_market["prefs"].items()))
    for length in range(len(given_market["capacity"]) + 1):
        for told in permutations(given_market["capacity"], length):
            lied = solved({**given_market, "prefs": {**given_market["prefs"], name: list(told)}})[name]
            if lied in listed:
                assert rank(listed, before[name]) <= rank(listed, lied)


@settings(max_examples=100, deadline=None)
@given(markets(locks=False))
def test_a_reserve_never_leaves_a_seat_empty_that_somebody_unplaced_lists(given_market):
    found = solved(given_market)
    lots = list(found.values())
    for name, listed in given_market["prefs"].items():
        if found[name] is None:
            assert all(lots.count(lot) == given_market["capacity"][lot] for lot in listed)
