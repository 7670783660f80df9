"""The market: who asks for what, with which priority, under which locks; and its strict reader (matching 3.1, 3.10).

How seats are given is in ``deferred_acceptance`` and ``assignment``, what is said about a result in ``audits``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mapsvc.domain.call_definitions import Mechanism
from mapsvc.domain.canonical import pointer_to
from mapsvc.domain.errors import Invalid
from mapsvc.domain.strict_reading import (
    read_by_id,
    read_ids,
    read_members,
    read_object,
    read_pairs,
    read_text,
    read_whole,
)
from mapsvc.matching.micro import MICRO

_REQUIRED = ("capacity", "mechanism", "prefs", "priority_micro")
_OPTIONAL = ("impact_micro", "locks", "lottery_seed", "merit_micro", "reserves")
MOST_SEATS = 1_000_000
_LONGEST_SEED = 1_000

Pair = tuple[str, str]
"""An application and a lot."""


@dataclass(frozen=True)
class Reserve:
    """Soft seats of a lot: eligible applications go first for them, whoever comes takes what they leave (3.6)."""

    seats: int
    eligible: frozenset[str]


@dataclass(frozen=True)
class Market:
    """Everything that a match follows from; scores in micro-units, rankings from the most wanted lot on.

    Priority covers at least every listed pair. Merit and impact only break ties; where they are missing they count 0.
    """

    capacity: Mapping[str, int]
    mechanism: Mechanism
    prefs: Mapping[str, tuple[str, ...]]
    priority: Mapping[str, Mapping[str, int]]
    reserves: Mapping[str, Reserve] = field(default_factory=dict)
    required: Mapping[str, str] = field(default_factory=dict)
    forbidden: frozenset[Pair] = frozenset()
    seed: str = ""
    merit: Mapping[str, int] = field(default_factory=dict)
    impact: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def read_market(given: object) -> Market:
    """Return the market of a parsed JSON object; raises Invalid with a JSON pointer at the first thing that is wrong.

    The members are those of the canonical form (3.12, E8). Unknown members, numbers that are not whole, foreign or
    repeated ids, a listed pair without priority, and locks that contradict each other or the capacity are refused.
    """
    members = read_object(given, "")
    for name in members:
        if name not in _REQUIRED and name not in _OPTIONAL:
            raise Invalid("This member is not known.", pointer_to("", name))
    for name in _REQUIRED:
        if name not in members:
            raise Invalid("This member is missing.", pointer_to("", name))
    capacity = read_by_id(members["capacity"], "/capacity", lambda value, at: read_whole(value, at, 1, MOST_SEATS))
    prefs = read_by_id(members["prefs"], "/prefs", lambda value, at: read_ids(value, at, capacity, "lot"))

    def scores(name: str) -> dict[str, dict[str, int]]:
        return read_by_id(members.get(name, {}), f"/{name}", _micro_of(prefs, "application"), capacity, "lot")

    required, forbidden = _locks(members.get("locks", {}), capacity, prefs)
    market = Market(
        capacity=capacity,
        mechanism=read_mechanism(members["mechanism"]),
        prefs=prefs,
        priority=scores("priority_micro"),
        reserves=read_by_id(members.get("reserves", {}), "/reserves", _reserve_of(prefs), capacity, "lot"),
        required=required,
        forbidden=forbidden,
        seed=read_text(members.get("lottery_seed", ""), "/lottery_seed", _LONGEST_SEED, least=0),
        merit=_micro_of(prefs, "application")(members.get("merit_micro", {}), "/merit_micro"),
        impact=scores("impact_micro"),
    )
    _check_priorities(market)
    _check_seats(market)
    return market


def read_mechanism(value: object) -> Mechanism:
    """Return the mechanism of its code."""
    for mechanism in Mechanism:
        if value == mechanism.value:
            return mechanism
    raise Invalid("One of these is needed: stable, optimal.", "/mechanism")


def _micro_of(among: Mapping[str, object], noun: str) -> Callable[[object, str], dict[str, int]]:
    return lambda value, pointer: read_by_id(value, pointer, lambda one, at: read_whole(one, at, 0, MICRO), among, noun)


def _reserve_of(prefs: Mapping[str, object]) -> Callable[[object, str], Reserve]:
    def read(value: object, pointer: str) -> Reserve:
        members = read_members(value, pointer, ("seats", "eligible"), all_of_them=True)
        return Reserve(
            seats=read_whole(members["seats"], f"{pointer}/seats", 0, MOST_SEATS),
            eligible=frozenset(read_ids(members["eligible"], f"{pointer}/eligible", prefs, "application")),
        )

    return read


def _locks(
    value: object, capacity: Mapping[str, int], prefs: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, str], frozenset[Pair]]:
    members = read_members(value, "/locks", ("require", "forbid"), all_of_them=False)
    pairs = {
        name: read_pairs(members.get(name, []), f"/locks/{name}", capacity, prefs) for name in ("require", "forbid")
    }
    required: dict[str, str] = {}
    taken: dict[str, int] = {}
    for index, (application, lot) in enumerate(pairs["require"]):
        at = f"/locks/require/{index}"
        if application in required:
            raise Invalid("This application is required at another lot already.", at)
        if lot not in prefs[application]:
            raise Invalid("This application does not list this lot.", at)
        if (application, lot) in pairs["forbid"]:
            raise Invalid("This pair is required and forbidden.", at)
        taken[lot] = taken.get(lot, 0) + 1
        if taken[lot] > capacity[lot]:
            raise Invalid("More applications are required at this lot than it has seats.", at)
        required[application] = lot
    return required, frozenset(pairs["forbid"])


def _check_priorities(market: Market) -> None:
    for application, listed in market.prefs.items():
        for lot in listed:
            if application not in market.priority.get(lot, {}):
                at = pointer_to(pointer_to("/priority_micro", lot), application)
                raise Invalid("This application lists the lot and has no priority there.", at)


def _check_seats(market: Market) -> None:
    for lot, reserve in market.reserves.items():
        if reserve.seats > market.capacity[lot]:
            at = pointer_to("/reserves", lot)
            raise Invalid("More seats are reserved than the lot has.", f"{at}/seats")
