"""Large fillings: the way for full tables and the prices, compared with SciPy's solver and with what proves them."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from mapsvc.matching import flows
from mapsvc.matching.flows import Graph, excess, fill
from mapsvc.matching.micro import divide, divide_arrays


def full(table) -> Graph:
    groups, lots = table.shape
    return Graph(
        groups, np.repeat(np.arange(groups), lots), np.tile(np.arange(lots), groups), table.ravel(),
        np.ones(lots, dtype=np.int64),
    )  # fmt: skip


def tables():
    draw = np.random.default_rng(3)
    size = (240, 260)
    yield "random", draw.integers(1, 1_000_000, size)
    yield "all alike", np.full(size, 7)
    yield "two values", draw.integers(1, 3, size)
    yield "rows and columns", draw.integers(1, 1000, (240, 1)) + draw.integers(1, 1000, (1, 260))
    yield "few values stand out", np.where(draw.random(size) < 0.001, 1_000_000, 1)
    yield "one good column", np.where(np.arange(260) == 5, 900_000, draw.integers(1, 10, size))


@pytest.mark.parametrize(("name", "table"), list(tables()), ids=[name for name, _ in tables()])
def test_a_full_table_is_filled_as_well_as_by_scipy(name, table):
    # One seat more outweighs everything, as the mechanism has it.
    graph = full((table + int(table.max()) * 300).astype(np.int64))
    assert len(graph.weight) >= flows._WORTH_PRUNING * (sum(table.shape) + 2)
    filling = fill(graph)
    rows, columns = linear_sum_assignment(table, maximize=True)
    assert len(set(filling.placed.tolist())) == 240
    assert table[np.arange(240), filling.placed].sum() == table[rows, columns].sum()
    assert excess(graph, filling).max() <= 0


def test_chains_of_moves_are_priced_to_their_end():
    # Everybody would rather have the next lot: what one seat more is worth adds up along the row.
    length = 400
    application = np.repeat(np.arange(length), 2)
    lot = np.minimum(application + np.tile([0, 1], length), length - 1)
    keep = np.ones(2 * length, dtype=bool)
    keep[-1] = False
    weight = np.where(np.tile([0, 1], length) == 1, 1010, 1000) + 10_000_000
    graph = Graph(length, application[keep], lot[keep], weight[keep].astype(np.int64), np.ones(length, dtype=np.int64))
    filling = fill(graph)
    assert filling.placed.tolist() == list(range(length))
    assert filling.price.tolist() == [10 * place for place in range(length)]


def test_a_filling_that_gains_in_a_circle_is_refused():
    graph = full(np.array([[5, 9], [9, 5]], dtype=np.int64))
    with pytest.raises(RuntimeError, match="circle"):
        flows._prove(graph, np.array([0, 3]))
    with pytest.raises(RuntimeError, match=r"chain|circle"):
        flows._prove(full(np.array([[5, 9, 1], [1, 5, 9]], dtype=np.int64)), np.array([0, 4]))


def test_arrays_are_rounded_like_single_numbers():
    draw = np.random.default_rng(5)
    numerators = np.concatenate((draw.integers(-(10**12), 10**12, 2_000), np.arange(-50, 50)))
    for denominator in (1, 2, 3, 4, 7, 10, 90, 100, 1_000_000):
        expected = [divide(int(one), denominator) for one in numerators]
        assert divide_arrays(numerators, denominator).tolist() == expected
    many = draw.integers(1, 50, len(numerators))
    pairs = zip(numerators.tolist(), many.tolist(), strict=True)
    assert divide_arrays(numerators, many).tolist() == [divide(one, by) for one, by in pairs]
