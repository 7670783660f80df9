"""Weighing observations against each other: who counts, how much, and how the sums decay (freshness 4.1).

The sums of one claim decay with one half-life, so what the evidence says on any later day follows from two numbers per
claim. States and bands do not belong here, they are in ``freshness``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.observations import Claim, Observation

# The claims that can be true of a place, in the order of every mass triple; `unsure` says nothing about it.
CLAIMS = (Claim.VACANT, Claim.OCCUPIED, Claim.GONE)

Triple = tuple[float, float, float]

# Sums of decimals such as 0.175 + 0.175 + 0.1 miss 0.45 by a rounding error; "at least" is meant in decimals.
TOLERANCE = 1e-9


@dataclass(slots=True)
class Weighed:
    """One observation, its weight τφq, its UTC day as an ordinal, the factor by which later ones push it down."""

    observation: Observation
    claim: Claim
    day: int
    strength: float
    order: tuple[object, ...]
    superseded: float = 1.0


@dataclass(slots=True)
class Evidence:
    """What is known up to a day; `decay[i]` = (named sum, anonymous sum, half-life) on day `ref`."""

    rows: list[Weighed]
    chosen: list[Weighed]
    ref: int
    decay: tuple[tuple[float, float, float], ...]
    cap: float
    newest_informative: Weighed | None

    def masses(self, day: int) -> Triple:
        """m of vacant, occupied and gone on this UTC day (an ordinal), when nobody looks again."""
        past = self.ref - day
        v, o, g = self.decay
        return _mass(v, past, self.cap), _mass(o, past, self.cap), _mass(g, past, self.cap)


def _mass(decay: tuple[float, float, float], past: int, cap: float) -> float:
    named, anonymous, half_life = decay
    if not (named or anonymous):
        return 0.0
    factor: float = 2.0 ** (past / half_life)
    return named * factor + min(cap, anonymous * factor)


def weigh(observations: Iterable[Observation], day: int, policy: FreshnessPolicy) -> Evidence:
    """The evidence of all observations up to this UTC day (an ordinal), in an order that does not depend on arrival."""
    rows = [row for row in (_weighed(o, policy) for o in observations) if row.day <= day]
    rows.sort(key=lambda row: row.order)
    runs = _current_runs(rows)
    _supersede(runs, policy)
    ref = max((run[-1].day for run in runs.values()), default=day)
    chosen = [_strongest(run, ref, policy.half_lives[run[0].claim]) for run in runs.values()]
    chosen.sort(key=lambda row: row.order)
    return Evidence(rows, chosen, ref, _sums(chosen, ref, policy), policy.anonymous_cap, _newest(rows, policy))


def _weighed(observation: Observation, policy: FreshnessPolicy) -> Weighed:
    at = observation.counted_at
    strength = (
        policy.source_weights[observation.source_kind] * observation.reliability * policy.qualities[observation.quality]
    )
    day = observation.counted_on.toordinal()
    return Weighed(observation, observation.claim, day, strength, (at, observation.submitted_at, observation.id))


def _current_runs(rows: list[Weighed]) -> dict[tuple[bool, str], list[Weighed]]:
    """The observations of each reporter since the reporter last changed the claim; "not sure" changes nothing."""
    runs: dict[tuple[bool, str], list[Weighed]] = {}
    for row in rows:
        if row.claim is Claim.UNSURE:
            continue
        who = row.observation.who
        run = runs.get(who)
        if run is not None and run[-1].claim is row.claim:
            run.append(row)
        else:
            runs[who] = [row]
    return runs


def _supersede(runs: dict[tuple[bool, str], list[Weighed]], policy: FreshnessPolicy) -> None:
    """Set the factor 0.5^min(2, K) of every observation.

    A contradicting reporter counts once in K, with the strongest later observation: taking a lighter one because it
    weighs more today would let somebody lower a claim by repeating it.
    """
    if len({run[0].claim for run in runs.values()}) < 2:
        return
    for who, run in runs.items():
        against = [(other, rows) for other, rows in runs.items() if other != who and rows[0].claim is not run[0].claim]
        for row in run:
            named = anonymous = 0.0
            for (is_anonymous, _), rows in against:
                strength = max((r.strength for r in rows if r.order > row.order), default=0.0)
                if is_anonymous:
                    anonymous += strength
                else:
                    named += strength
            contradiction = named + min(policy.anonymous_cap, anonymous)
            row.superseded = 0.5 ** min(policy.supersession_limit, contradiction)


def _strongest(run: list[Weighed], ref: int, half_life: float) -> Weighed:
    """The observation of one reporter with the greatest present weight; which one it is does not change with time."""
    if len(run) == 1:
        return run[0]
    return max(run, key=lambda row: (row.strength * row.superseded * 2.0 ** ((row.day - ref) / half_life), row.order))


def _sums(chosen: list[Weighed], ref: int, policy: FreshnessPolicy) -> tuple[tuple[float, float, float], ...]:
    sums = {claim: [0.0, 0.0] for claim in CLAIMS}
    for row in chosen:
        sums[row.claim][row.observation.who[0]] += present_weight(row, ref, policy)
    return tuple((sums[claim][0], sums[claim][1], policy.half_lives[claim]) for claim in CLAIMS)


def present_weight(row: Weighed, day: int, policy: FreshnessPolicy) -> float:
    """e(o) on this UTC day (an ordinal), before the common cap of anonymous ones."""
    factor: float = 2.0 ** ((row.day - day) / policy.half_lives[row.claim])
    return row.strength * row.superseded * factor


def _newest(rows: list[Weighed], policy: FreshnessPolicy, claim: Claim | None = None) -> Weighed | None:
    for row in reversed(rows):
        if row.claim is Claim.UNSURE or row.strength < policy.informative_weight - TOLERANCE:
            continue
        if claim is None or row.claim is claim:
            return row
    return None


def newest_informative(evidence: Evidence, claim: Claim, policy: FreshnessPolicy) -> Weighed | None:
    """The newest observation that renews the record and makes this claim."""
    return _newest(evidence.rows, policy, claim)
