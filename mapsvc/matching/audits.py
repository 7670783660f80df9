"""What can be said of a result and checked by anybody: cut-offs, blocking pairs, envy, hashes (3.6, 3.7, 3.10).

`solve_market` is what `mapsvc match solve` prints. How seats are given is in ``deferred_acceptance`` and in
``assignment``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mapsvc.domain.call_definitions import Mechanism
from mapsvc.domain.canonical import sha256
from mapsvc.matching.assignment import assign
from mapsvc.matching.deferred_acceptance import accept_in_rounds, accept_in_turn, choose
from mapsvc.matching.listings import Listings, competed_seats, is_eligible, list_pairs
from mapsvc.matching.lottery import drawn_order, tie_word
from mapsvc.matching.market import Market, Pair, read_market
from mapsvc.matching.micro import IntArray
from mapsvc.matching.snapshots import signed


@dataclass(frozen=True)
class Cutoff:
    """The lowest priority that held a seat of a kind; None where one stayed free or there is none of this kind.

    A reserved seat counts as free as long as no eligible application needs it, whoever sits on it in the meantime.
    Seats given by a lock count only where all of a kind were.
    """

    open: int | None
    reserve: int | None


@dataclass(frozen=True)
class Step:
    """One proposal: the application asked for the lot, and ``rejected`` had to go on; None if nobody had."""

    application: str
    lot: str
    rejected: str | None


def solve_market(given: object) -> dict[str, object]:
    """Return the audited result of a market in its canonical form; raises Invalid where `read_market` does.

    Members: assignment, cutoffs, blocking_pairs, envy_pairs, input_sha256 over what was given without defaults, and
    result_sha256 over all the others.
    """
    market = read_market(given)
    assignment = solve(market)
    limits = cutoffs(market, assignment)
    return signed(
        {
            "assignment": assignment,
            "cutoffs": {lot: {"open": limit.open, "reserve": limit.reserve} for lot, limit in limits.items()},
            "blocking_pairs": [list(pair) for pair in blocking_pairs(market, assignment)],
            "envy_pairs": [list(pair) for pair in envy_pairs(market, assignment)],
            "input_sha256": sha256(given),
        }
    )


def solve(market: Market) -> dict[str, str | None]:
    """Return the lot of each application, None without one, by the mechanism of the market; locks are honoured."""
    listings = list_pairs(market)
    if market.mechanism is Mechanism.STABLE:
        return _named(market, accept_in_rounds(listings))
    applications, lots = sorted(market.prefs), sorted(market.capacity)
    placed = assign(listings, lambda a, s, word: tie_word(market.seed, applications[a], lots[s], word))
    return _named(market, placed)


def trace(market: Market) -> list[Step]:
    """Return every proposal of the stable mechanism in order; the first free application by id proposes next."""
    applications, lots = sorted(market.prefs), sorted(market.capacity)
    _, proposals = accept_in_turn(list_pairs(market))
    return [
        Step(applications[one.application], lots[one.lot], None if one.rejected is None else applications[one.rejected])
        for one in proposals
    ]


def _named(market: Market, placed: IntArray) -> dict[str, str | None]:
    lots = sorted(market.capacity)
    found = {
        application: None if lot < 0 else lots[lot]
        for application, lot in zip(sorted(market.prefs), placed.tolist(), strict=True)
    }
    return {**found, **market.required}


def cutoffs(market: Market, assignment: Mapping[str, str | None]) -> dict[str, Cutoff]:
    """Return the cut-offs of every lot in micro-units."""
    seated = _Seated(market, assignment)
    found = {}
    for lot, seats in market.capacity.items():
        reserve = market.reserves.get(lot)
        reserved = reserve.seats if reserve else 0
        favoured = [one for one in seated.ordered(lot) if is_eligible(market, lot, one)][:reserved]
        others = [one for one in seated.holders[lot] if one not in set(favoured)]
        found[lot] = Cutoff(
            open=_lowest(market, lot, others) if len(seated.holders[lot]) == seats else None,
            reserve=_lowest(market, lot, favoured) if len(favoured) == reserved else None,
        )
    return found


def seat_kinds(market: Market, assignment: Mapping[str, str | None]) -> dict[str, str]:
    """Return for each placed application whether a lock, a reserved or an open seat gave it the lot."""
    seated = _Seated(market, assignment)
    found = {}
    for lot in market.capacity:
        reserve = market.reserves.get(lot)
        favoured = [one for one in seated.ordered(lot) if is_eligible(market, lot, one)]
        reserved = set(favoured[: reserve.seats if reserve else 0])
        for one in seated.holders[lot]:
            found[one] = "lock" if one in market.required else "reserve" if one in reserved else "open"
    return dict(sorted(found.items()))


def _lowest(market: Market, lot: str, holders: list[str]) -> int | None:
    competing = [one for one in holders if one not in market.required]
    return min((market.priority[lot][one] for one in competing or holders), default=None)


def blocking_pairs(market: Market, assignment: Mapping[str, str | None]) -> list[Pair]:
    """Return the pairs that would rather have each other, an application and a lot with a free seat among them.

    A lot compares as it does under the mechanism: by priority, then the tie-breaks, with its reserve. Locks bind both.
    """
    listings = list_pairs(market)
    seated = _Seated(market, assignment)
    capacity, reserved = competed_seats(market)
    strict = _strict_orders(market, listings)
    found = []
    for application, lot in _wanted(market, assignment):
        if (application, lot) in market.forbidden or application in market.required:
            continue
        pool = [application, *(one for one in seated.holders[lot] if one not in market.required)]
        order = {one: strict[one, lot] for one in pool}
        eligible = {one: is_eligible(market, lot, one) for one in pool}
        if application in choose(pool, capacity[lot], reserved[lot], order, eligible):
            found.append((application, lot))
    return sorted(found)


def envy_pairs(market: Market, assignment: Mapping[str, str | None]) -> list[Pair]:
    """Return the applications with a lot that they would rather have and that somebody of lower priority holds.

    Whatever the cause is: the mechanism, a reserved seat or a lock.
    """
    seated = _Seated(market, assignment)
    lowest = {
        lot: min((market.priority[lot][one] for one in holders), default=None)
        for lot, holders in seated.holders.items()
    }
    return sorted(
        (application, lot)
        for application, lot in _wanted(market, assignment)
        if (least := lowest[lot]) is not None and least < market.priority[lot][application]
    )


def _wanted(market: Market, assignment: Mapping[str, str | None]) -> Iterator[Pair]:
    """Each application with the lots that it ranks above its own."""
    for application, listed in market.prefs.items():
        for lot in listed:
            if lot == assignment[application]:
                break
            yield application, lot


def _strict_orders(market: Market, listings: Listings) -> dict[Pair, int]:
    applications, lots = sorted(market.prefs), sorted(market.capacity)
    ends = zip(listings.application.tolist(), listings.lot.tolist(), listings.standing.tolist(), strict=True)
    return {(applications[a], lots[s]): standing for a, s, standing in ends}


class _Seated:
    """Who holds each lot, and in which order they would sit down."""

    def __init__(self, market: Market, assignment: Mapping[str, str | None]) -> None:
        self.holders: dict[str, list[str]] = {lot: [] for lot in market.capacity}
        for application, lot in assignment.items():
            if lot is not None:
                self.holders[lot].append(application)
        self._market = market
        self._drawn = {one: place for place, one in enumerate(drawn_order(market.seed, market.prefs))}

    def ordered(self, lot: str) -> list[str]:
        """Those with a lock first, then by priority and the tie-breaks."""
        market = self._market

        def place(one: str) -> tuple[bool, int, int, int, int]:
            impact = market.impact.get(lot, {}).get(one, 0)
            drawn = self._drawn[one]
            return one not in market.required, -market.priority[lot][one], -market.merit.get(one, 0), -impact, drawn

        return sorted(self.holders[lot], key=place)
