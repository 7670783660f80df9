"""Listings: the pairs that compete for seats, as arrays, after locks have taken theirs (matching 3.8, 3.9).

Applications and lots are numbered in the order of their ids, so that nothing depends on the order of the input.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mapsvc.matching.lottery import drawn_order
from mapsvc.matching.market import Market
from mapsvc.matching.micro import BoolArray, IntArray


@dataclass(frozen=True)
class Listings:
    """One element for each listed pair in order of application and rank, one for each lot in the last two arrays.

    ``rank`` counts from 1, ``length`` is that of the whole ranking; ``priority`` is in micro-units. ``standing`` is the
    strict order at the lot, the smaller the better; it holds no ties. ``eligible`` is for the lot's reserved seats.
    ``capacity`` and ``reserved`` count the seats that are competed for.
    """

    applications: int
    application: IntArray
    lot: IntArray
    rank: IntArray
    length: IntArray
    priority: IntArray
    standing: IntArray
    eligible: BoolArray
    capacity: IntArray
    reserved: IntArray


def standings(lot: IntArray, priority: IntArray, merit: IntArray, impact: IntArray, drawn: IntArray) -> IntArray:
    """Return the place of each pair in the order by lot, priority, merit, impact and lottery (matching 3.8)."""
    order = np.lexsort((drawn, -impact, -merit, -priority, lot))
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places


def list_pairs(market: Market) -> Listings:
    """Return the pairs that compete: required applications, their seats and forbidden pairs are left out."""
    lots = {lot: number for number, lot in enumerate(sorted(market.capacity))}
    applications = sorted(market.prefs)
    drawn = {application: place for place, application in enumerate(drawn_order(market.seed, applications))}
    pairs = [
        (number, application, lot, rank)
        for number, application in enumerate(applications)
        if application not in market.required
        for rank, lot in enumerate(market.prefs[application], start=1)
        if (application, lot) not in market.forbidden
    ]

    def column(values: list[int]) -> IntArray:
        return np.array(values, dtype=np.int64)

    lot = column([lots[lot] for _, _, lot, _ in pairs])
    priority = column([market.priority[lot][application] for _, application, lot, _ in pairs])
    capacity, reserved = competed_seats(market)
    return Listings(
        applications=len(applications),
        application=column([number for number, _, _, _ in pairs]),
        lot=lot,
        rank=column([rank for _, _, _, rank in pairs]),
        length=column([len(market.prefs[application]) for _, application, _, _ in pairs]),
        priority=priority,
        standing=standings(
            lot,
            priority,
            column([market.merit.get(application, 0) for _, application, _, _ in pairs]),
            column([market.impact.get(lot, {}).get(application, 0) for _, application, lot, _ in pairs]),
            column([drawn[application] for _, application, _, _ in pairs]),
        ),
        eligible=np.array([is_eligible(market, lot, application) for _, application, lot, _ in pairs], dtype=np.bool_),
        capacity=column([capacity[lot] for lot in lots]),
        reserved=column([reserved[lot] for lot in lots]),
    )


def is_eligible(market: Market, lot: str, application: str) -> bool:
    """Tell whether the application may sit on a reserved seat of the lot."""
    reserve = market.reserves.get(lot)
    return reserve is not None and application in reserve.eligible


def competed_seats(market: Market) -> tuple[dict[str, int], dict[str, int]]:
    """Return for each lot all seats and the reserved ones that locks have left.

    A required application sits on a reserved seat when it is eligible, otherwise on an open one; on a seat of the other
    kind only where there is no more of its own.
    """
    capacity = dict(market.capacity)
    reserved = {lot: market.reserves[lot].seats if lot in market.reserves else 0 for lot in capacity}
    # Eligible ones sit down first, since the seats were reserved for them.
    for application, lot in sorted(
        market.required.items(), key=lambda pair: (not is_eligible(market, pair[1], pair[0]), pair)
    ):
        open_seats = capacity[lot] - reserved[lot]
        capacity[lot] -= 1
        if open_seats == 0 or (reserved[lot] and is_eligible(market, lot, application)):
            reserved[lot] -= 1
    return capacity, reserved
