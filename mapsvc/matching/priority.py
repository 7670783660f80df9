"""Priority: what a lot's order of its applicants is made of (matching 3.3, 3.4), in micro-units throughout.

How the fit is found is in ``fits``, what the order decides in ``deferred_acceptance`` and ``assignment``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mapsvc.domain.call_definitions import Weights
from mapsvc.domain.errors import Invalid
from mapsvc.matching.micro import MICRO, divide

MOST_POINTS = 100
"""A committee member gives at most this many points in total (domain.md 2.4: the criteria add to 100)."""


@dataclass(frozen=True)
class Terms:
    """The terms of one application at one lot; ``owner`` is None where the term is dropped for the whole lot."""

    merit: int
    impact: int
    fit: int
    owner: int | None = None


def priority(weights: Weights, terms: Terms) -> int:
    """Return π = (w_M·M + w_I·I + w_F·F + w_O·O) / W, rounded half to even (matching 3.4)."""
    total = weights.merit * terms.merit + weights.impact * terms.impact + weights.fit * terms.fit
    if terms.owner is not None:
        total += weights.owner * terms.owner
    return divide(total, weights.applicable(owner=terms.owner is not None))


def merit(totals: Sequence[int]) -> int:
    """Return M, the mean of the members' signed totals of 0 to 100 points; raises Invalid without any."""
    if not totals:
        raise Invalid("Nobody has signed a score.", "/scores")
    if min(totals) < 0 or max(totals) > MOST_POINTS:
        raise Invalid(f"A total lies between 0 and {MOST_POINTS} points.", "/scores")
    return divide(MICRO * sum(totals), MOST_POINTS * len(totals))


def impact(shares: Mapping[str, int], need: Mapping[str, int]) -> int:
    """Return I = Σ u·n of a project's theme shares and its district's need by theme; a theme without a figure is 0.

    The shares are micro-units that add to one; raises Invalid where they do not.
    """
    if sum(shares.values()) != MICRO or min(shares.values()) < 0:
        raise Invalid("The shares of the themes must add to one.", "/shares")
    return divide(sum(share * need.get(theme, 0) for theme, share in shares.items()), MICRO)


def owner_terms(ranks: Mapping[str, int], applications: Sequence[str]) -> dict[str, int] | None:
    """Return O = 1 − (rank−1)/(n−1) of each application, or None unless the owner ranked all of them (3.3).

    Ranks count from 1 and may be shared; a single application gets 1.
    """
    if not applications or set(ranks) != set(applications):
        return None
    last = len(applications) - 1
    return {one: MICRO if last == 0 else MICRO - divide(MICRO * (ranks[one] - 1), last) for one in applications}
