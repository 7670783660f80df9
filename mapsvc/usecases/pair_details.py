"""What a frozen run keeps of its listed pairs, taken from the market that it is frozen from."""

from typing import Any

from mapsvc.domain.matches import Effect
from mapsvc.domain.pair_details import PairDetail
from mapsvc.matching.changes import judge_all, remedies_of
from mapsvc.matching.fits import fits_of
from mapsvc.matching.pairs import Pair
from mapsvc.usecases.call_market import CallMarket


def details_of(market: CallMarket) -> dict[str, dict[str, Any]]:
    """Return by application and lot what `domain.pair_details` keeps, for every lot that a group listed."""
    return {
        code: {lot: detail_of(market, code, lot).to_json() for lot in one.ranking if lot in market.offers}
        for code, one in market.run.applications.items()
    }


def detail_of(market: CallMarket, application: str, lot: str) -> PairDetail:
    """Return what is kept of one pair; rules of the call itself have no remedy."""
    needs = market.candidates[application].needs
    pair = Pair(needs, market.offers[lot], market.today, market.policy)
    results = judge_all(pair)
    more = [one for one in market.rules.judge(application, lot, needs) if one.effect is Effect.BLOCK]
    blocking = tuple(one for one in results if one.effect is Effect.BLOCK)
    return PairDetail(rules=(*blocking, *more), remedies=() if more else remedies_of(pair, results), fits=fits_of(pair))
