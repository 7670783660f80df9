"""The input of a re-run: what was adopted, without those who are gone, with what was signed kept (matching 3.9).

It starts from the archived input and not from today's facts, so that removing somebody can only help the others.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from mapsvc.domain.awards import standing
from mapsvc.domain.call_market import CallHead
from mapsvc.domain.match_runs import MatchRun
from mapsvc.domain.ports import UnitOfWork
from mapsvc.matching.call_rules import WITHDRAWN
from mapsvc.matching.runs import ApplicationInput, Locks, LotInput, PairInput, Run
from mapsvc.usecases.call_market import locks_of, within


def rerun_of(uow: UnitOfWork, call: CallHead, adopted: MatchRun, before: Run, now: datetime) -> Run:
    """Return the adopted run as it has to be computed now; nothing is written."""
    uow.awards.lock_call(call.id)
    holds = standing(
        uow.awards.offers_of(call.id), uow.awards.upgradable(call.id), uow.awards.conditions_of(call.id), now
    )
    people = {adopted.application_id(code): code for code in before.applications}
    places = {adopted.lot_id(lot): lot for lot in before.lots}
    withdrawn, lots_gone = uow.match_runs.gone(adopted)
    out = {people[one] for one in holds.gone if one in people} | set(withdrawn)
    failed = {(people[a], places[s]): rules for (a, s), rules in holds.failed.items() if a in people and s in places}
    kept = {people[a]: places[s] for a, s in holds.kept.items() if a in people and s in places}
    applications = {
        code: _without(one, code, lots_gone, failed) for code, one in before.applications.items() if code not in out
    }
    signed = locks_of([lock for lock in uow.match_locks.of_call(call.id) if lock.counts])
    return replace(
        before,
        applications=applications,
        lots={lot: _among(given, applications) for lot, given in before.lots.items()},
        locks=within(_kept(signed, kept), applications, before.lots),
    )


def _without(
    given: ApplicationInput, code: str, gone: Collection[str], failed: Mapping[tuple[str, str], tuple[str, ...]]
) -> ApplicationInput:
    """The application with lots that went away and rules that were found not to be met."""
    changed: dict[str, PairInput] = {}
    for lot, pair in given.pairs.items():
        found = failed.get((code, lot), ())
        more = {*found, *([WITHDRAWN] if lot in gone else [])} - set(pair.blocked_by)
        if more:
            conditions = tuple(key for key in pair.conditional_on if key not in found)
            blocked = (*pair.blocked_by, *sorted(more))
            changed[lot] = replace(pair, blocked_by=blocked, conditional_on=conditions)
    return replace(given, pairs={**given.pairs, **changed}) if changed else given


def _among(lot: LotInput, applications: Mapping[str, ApplicationInput]) -> LotInput:
    if lot.reserve is None:
        return lot
    return replace(lot, reserve=replace(lot.reserve, eligible=lot.reserve.eligible & set(applications)))


def _kept(signed: Locks, kept: Mapping[str, str]) -> Locks:
    """The locks with what groups hold by a yes: a signed contract stands against whatever was decided before it."""
    pairs = frozenset(kept.items())
    return replace(
        signed,
        require={**signed.require, **kept},
        forbid=signed.forbid - pairs,
        hold_out=signed.hold_out - frozenset(kept.values()),
        exclude=signed.exclude - frozenset(kept),
    )
