"""What fits now: the offers for one profile, or the candidates for one offer, best first and with their reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mapsvc.domain.matches import Candidate, Effect, Offer, PairResult, Ranking
from mapsvc.domain.needs import NeedsProfile
from mapsvc.matching.arrays import score_pairs
from mapsvc.matching.changes import judge_all, what_would_change
from mapsvc.matching.fits import fits_of, score_of
from mapsvc.matching.micro import IntArray
from mapsvc.matching.pairs import NeedsTable, OfferTable, Pair
from mapsvc.matching.policy import WHAT_FITS_NOW, Policy

SHOWN = 25


def explain(candidate: Candidate, offer: Offer, today: date, policy: Policy = WHAT_FITS_NOW) -> PairResult:
    """Return everything about one pair: rules, criteria, score and what would have to change."""
    pair = Pair(candidate.needs, offer, today, policy)
    constraints, fits = judge_all(pair), fits_of(pair)
    score, timing = score_of(fits), pair.timing
    return PairResult(
        offer_id=offer.id,
        candidate_id=candidate.id,
        feasible=all(one.effect is not Effect.BLOCK for one in constraints),
        fit=score.fit,
        low=score.low,
        high=score.high,
        coverage=score.coverage,
        constraints=constraints,
        fits=fits,
        start=date.fromordinal(timing.start) if timing else None,
        days=timing.days if timing else None,
        changes=what_would_change(pair, constraints),
    )


def rank_spaces(needs: NeedsProfile, offers: Sequence[Offer] | OfferTable, today: date,
                policy: Policy = WHAT_FITS_NOW, *, first: int = 0, limit: int = SHOWN) -> Ranking:  # fmt: skip
    """Return the offers for one profile in order; ``limit`` of them from place ``first`` on are explained.

    Feasible pairs come first, then those that the fewest rules keep apart; among equals the better fit, then the id.
    """
    table = offers if isinstance(offers, OfferTable) else OfferTable(offers)
    scored = score_pairs(NeedsTable([needs]), table, today, policy)
    order = _order(scored.blocking[0], scored.fit[0], table.id_order)[first : first + limit]
    candidate = Candidate("", needs)
    rows = tuple(explain(candidate, table.subjects[place], today, policy) for place in order)
    return Ranking(rows, len(table), int(scored.feasible.sum()))


def rank_collectives(offer: Offer, candidates: Sequence[Candidate], today: date, policy: Policy = WHAT_FITS_NOW, *,
                     first: int = 0, limit: int = SHOWN) -> Ranking:  # fmt: skip
    """Return the candidates for one offer in the order of `rank_spaces`."""
    scored = score_pairs(NeedsTable([one.needs for one in candidates]), OfferTable([offer]), today, policy)
    ids = np.array([one.id for one in candidates])
    order = _order(scored.blocking[:, 0], scored.fit[:, 0], ids)[first : first + limit]
    rows = tuple(explain(candidates[place], offer, today, policy) for place in order)
    return Ranking(rows, len(candidates), int(scored.feasible.sum()))


def _order(blocking: IntArray, fit: IntArray, ids: NDArray[Any]) -> IntArray:
    return np.lexsort((ids, -fit, blocking))
