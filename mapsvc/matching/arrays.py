"""Feasibility and fit of all pairs of many profiles and many offers at once, without reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mapsvc.domain.matches import Effect, Offer
from mapsvc.domain.needs import NeedsProfile
from mapsvc.matching.array_fits import ARRAY_FITS
from mapsvc.matching.constraints import RULES
from mapsvc.matching.micro import MICRO, BoolArray, IntArray, divide_arrays
from mapsvc.matching.pairs import Batch, NeedsTable, OfferTable
from mapsvc.matching.policy import WHAT_FITS_NOW, Policy

# Pairs that are scored together: a few dozen temporary arrays of this many numbers stay under 200 MB.
PAIRS_AT_ONCE = 250_000


@dataclass(frozen=True)
class PairMatrix:
    """All pairs, arrays of shape (m, n): how many rules keep a pair apart, and its score in micro-units.

    ``blocked`` and ``conditional`` say which: bit i is set for the i-th of RULES.
    """

    blocking: IntArray
    blocked: IntArray
    conditional: IntArray
    fit: IntArray
    low: IntArray
    high: IntArray
    coverage: IntArray

    @property
    def feasible(self) -> BoolArray:
        """Which pairs no rule keeps apart."""
        return np.equal(self.blocking, 0)


def score_pairs(needs: NeedsTable, offers: OfferTable, today: date, policy: Policy = WHAT_FITS_NOW) -> PairMatrix:
    """Return feasibility and score of every pair, exactly as `explain` finds them one by one.

    Profiles are taken in blocks, so that memory stays bounded whatever the numbers.
    """
    step = max(1, PAIRS_AT_ONCE // max(1, len(offers)))
    if len(needs) <= step:
        return _block(Batch(needs, offers, today, policy))
    starts = range(0, len(needs), step)
    blocks = [_block(Batch(NeedsTable(needs.subjects[at : at + step]), offers, today, policy)) for at in starts]
    return PairMatrix(*(
        np.concatenate([getattr(block, name) for block in blocks])
        for name in ("blocking", "blocked", "conditional", "fit", "low", "high", "coverage")
    ))  # fmt: skip


def score_many(profiles: Sequence[NeedsProfile], offers: Sequence[Offer], today: date,
               policy: Policy = WHAT_FITS_NOW) -> PairMatrix:  # fmt: skip
    """Return `score_pairs` of plain sequences."""
    return score_pairs(NeedsTable(profiles), OfferTable(offers), today, policy)


def _block(batch: Batch) -> PairMatrix:
    blocking, blocked, conditional = (np.zeros(batch.shape, dtype=np.int64) for _ in range(3))
    for place, rule in enumerate(RULES):
        effects = rule.effects(batch)
        if effects is not None:
            blocks = effects == Effect.BLOCK
            blocking += blocks
            blocked |= blocks.astype(np.int64) << place
            conditional |= (effects == Effect.CONDITIONAL).astype(np.int64) << place
    fit, low, high, covered = (np.zeros(batch.shape, dtype=np.int64) for _ in range(4))
    for code, columns in ARRAY_FITS.items():
        raw, weight = columns(batch), batch.policy.weights[code]
        fit += weight * raw.micro
        low += weight * raw.low
        high += weight * raw.high
        covered += weight * raw.known
    total = sum(batch.policy.weights.values())
    return PairMatrix(
        blocking, blocked, conditional,
        divide_arrays(fit, total), divide_arrays(low, total), divide_arrays(high, total),
        divide_arrays(MICRO * covered, total),
    )  # fmt: skip
