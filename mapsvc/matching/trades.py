"""Trades that would make some better off and nobody worse, against priorities; told, never made (matching 3.6)."""

from __future__ import annotations

from mapsvc.matching.outcomes import Solved

Trade = tuple[str, ...]
"""Applications in a circle: each would take the lot of the next one."""


def improving_trades(solved: Solved) -> list[Trade]:
    """Return the circles of top trading (Gale) among those who hold a lot: each would rather have the next one's.

    Whoever a lock placed does not trade. Where several hold identical seats, the one with the smallest id stands first.
    """
    holding = {
        name: lot
        for name, lot in solved.assignment.items()
        if lot is not None and name not in solved.run.locks.require and lot in solved.market.prefs.get(name, ())
    }
    found = []
    while holding:
        holders: dict[str, str] = {}
        for name in sorted(holding):
            holders.setdefault(holding[name], name)
        # Nobody points to somebody else for a seat like the one that they have.
        wanted = {name: _next(solved, name, lot, holders) for name, lot in holding.items()}
        circle = _circle(wanted)
        if len(circle) > 1:
            found.append(circle)
        for name in circle:
            del holding[name]
    return found


def _next(solved: Solved, name: str, held: str, holders: dict[str, str]) -> str:
    for lot in solved.market.prefs[name]:
        if lot == held:
            return name
        if lot in holders:
            return holders[lot]
    return name


def _circle(wanted: dict[str, str]) -> Trade:
    """One circle that following the wishes from the smallest id leads to."""
    seen: dict[str, int] = {}
    name = min(wanted)
    while name not in seen:
        seen[name] = len(seen)
        name = wanted[name]
    return tuple(one for one, place in seen.items() if place >= seen[name])
