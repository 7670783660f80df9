"""A call's market as a simulation changes it; the stored call stays as it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from mapsvc.domain.call_definitions import Mechanism, Weights
from mapsvc.domain.call_market import MarketLot
from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.domain.fields import Window
from mapsvc.domain.ids import new_id
from mapsvc.domain.matches import Offer
from mapsvc.domain.offers import OfferRow
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.run_changes import ADDED_LOT, Changes
from mapsvc.matching.arrays import PairMatrix, score_pairs
from mapsvc.matching.call_rules import SharedLot
from mapsvc.matching.pair_tables import PairTable, impacts
from mapsvc.matching.pairs import NeedsTable, OfferTable
from mapsvc.matching.runs import Locks, LotInput, Run, check_locks
from mapsvc.usecases.call_market import CallMarket, need_at, within
from mapsvc.usecases.indicators import need_of
from mapsvc.usecases.market import offer_of


def changed(uow: UnitOfWork, market: CallMarket, changes: Changes) -> CallMarket:
    """Return the market with the changes; raises Invalid with a pointer for one that cannot be made."""
    if changes.add_space is not None:
        market = _with_space(uow, market, changes.add_space)
    if changes.relax:
        table = market.table.relax(changes.relax)
        market = replace(market, table=table, rules=replace(market.rules, off=changes.relax))
        rows = {code: replace(one, pairs=table.row(code)) for code, one in market.run.applications.items()}
        market = replace(market, run=replace(market.run, applications=rows))
    run = market.run
    if changes.weights is not None:
        run = replace(run, weights=Weights(**changes.weights))
    if changes.mechanism is not None:
        run = replace(run, mechanism=Mechanism(changes.mechanism))
    run = replace(run, lots=_seats(run, changes), locks=_locks(run, changes))
    check_locks(run)
    return replace(market, run=run)


def _seats(run: Run, changes: Changes) -> dict[str, LotInput]:
    for lot in changes.seats:
        if lot not in run.lots:
            raise Invalid("There is no such lot.", f"/seats/{lot}", code="unknown_lot")
    return {lot: replace(given, capacity=given.capacity + changes.seats.get(lot, 0)) for lot, given in run.lots.items()}


def _locks(run: Run, changes: Changes) -> Locks:
    """The locks that stand and those that are tried; a tried one about the same pair takes the place of the other."""
    named = [*changes.require, *changes.forbid]
    for code in [*(code for code, _ in named), *changes.exclude]:
        if code not in run.applications:
            raise Invalid("There is no such application.", "/locks", code="unknown_application", value=code)
    for lot in [*(lot for _, lot in named), *changes.hold_out]:
        if lot not in run.lots:
            raise Invalid("There is no such lot.", "/locks", code="unknown_lot", value=lot)
    stand = Locks() if changes.drop_locks else run.locks
    tried = Locks(
        require={**stand.require, **dict(changes.require)},
        forbid=(stand.forbid - frozenset(changes.require)) | frozenset(changes.forbid),
        hold_out=stand.hold_out | changes.hold_out,
        exclude=stand.exclude | changes.exclude,
    )
    return within(tried, run.applications, run.lots)


def _with_space(uow: UnitOfWork, market: CallMarket, slug: str) -> CallMarket:
    """Offer one more space for the whole time of the call; everybody is taken to list it last."""
    row = uow.call_market.space(slug)
    if row is None:
        raise NotFound("there is no such space")
    lot = added_lot(market.lots, row)
    offer = _added_offer(market, row, lot)
    lots = {**market.lots, ADDED_LOT: lot}
    scored = score_pairs(
        NeedsTable([one.needs for one in market.candidates.values()]), OfferTable([offer]), market.today, market.policy
    )
    areas = [area for area in (row.space.area_id,) if area is not None]
    impact = impacts(
        [one.themes for one in market.applications.values()], [need_at(lot, need_of(uow, areas))]
    )  # fmt: skip
    table = replace(
        market.table,
        lots={**market.table.lots, ADDED_LOT: len(market.table.lots)},
        scored=_beside(market.table.scored, scored),
        impact=np.hstack((market.table.impact, impact)),
    )
    return replace(
        market,
        lots=lots,
        offers={**market.offers, ADDED_LOT: offer},
        rules=replace(market.rules, lots={**market.rules.lots, ADDED_LOT: SharedLot()}),
        table=table,
        run=_listing(market.run, table),
    )


def _listing(run: Run, table: PairTable) -> Run:
    applications = {
        code: replace(one, ranking=(*one.ranking, ADDED_LOT), pairs=table.row(code))
        for code, one in run.applications.items()
    }
    return replace(run, lots={**run.lots, ADDED_LOT: LotInput()}, applications=applications)


def _beside(one: PairMatrix, other: PairMatrix) -> PairMatrix:
    columns: dict[str, Any] = {name: np.hstack((getattr(one, name), getattr(other, name))) for name in vars(one)}
    return PairMatrix(**columns)


def added_lot(lots: Mapping[str, MarketLot], row: OfferRow) -> MarketLot:
    """Return a space as the lot that a simulation adds to those of the call, for their whole time."""
    periods = [(lot.starts_on, lot.ends_on) for lot in lots.values()]
    if not periods:
        raise Invalid("The call has no lots to take the time from.", "/add_space", code="no_lots")
    return MarketLot(
        id=new_id(),
        number=ADDED_LOT,
        space=row,
        starts_on=min(start for start, _ in periods),
        ends_on=max(end for _, end in periods),
        unit=None,
        capacity=1,
        reserve=None,
        overrides={},
        pre_access_from=None,
        withdrawn=False,
    )


def _added_offer(market: CallMarket, row: OfferRow, lot: MarketLot) -> Offer:
    """The space as if its owner had put it into the call; what is known of it stays as it is."""
    state = next(iter(market.policy.accepted_states))
    window = Window(lot.starts_on, lot.ends_on)
    return replace(offer_of(row), id=ADDED_LOT, windows=(window,), availability_state=state)
