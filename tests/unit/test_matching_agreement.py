"""The table of all pairs and the explanation of one pair say the same, to the micro-unit."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mapsvc.domain.matches import Candidate, Effect
from mapsvc.matching.arrays import score_many
from mapsvc.matching.policy import WHAT_FITS_NOW, Policy
from mapsvc.matching.rank import explain
from tests.unit.matching_inputs import TODAY, Inputs

IN_A_CALL = Policy(
    warn_only=frozenset(), accepted_states=frozenset({"in_call"}), grant_cents=500_000, prior=300_000,
    unknown={"H09": Effect.BLOCK, "H16": Effect.CONDITIONAL},
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_all_pairs_agree_with_one_pair(seed, in_a_call):
    inputs = Inputs(seed)
    profiles, places = [inputs.needs() for _ in range(3)], [inputs.offer() for _ in range(3)]
    policy = IN_A_CALL if in_a_call else WHAT_FITS_NOW
    matrix = score_many(profiles, places, TODAY, policy)
    for row, profile in enumerate(profiles):
        for column, offer in enumerate(places):
            one = explain(Candidate("c", profile), offer, TODAY, policy)
            many = [
                int(part[row, column])
                for part in (matrix.blocking, matrix.fit, matrix.low, matrix.high, matrix.coverage)
            ]
            assert many == [len(one.blocking), one.fit, one.low, one.high, one.coverage]
            assert bool(matrix.feasible[row, column]) == one.feasible
