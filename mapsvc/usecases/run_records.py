"""The record of a run: what is kept of it, and what is computed from it (matching 3.10)."""

import platform
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

from mapsvc.config import built_from
from mapsvc.domain.call_definitions import Mechanism
from mapsvc.domain.call_market import CallHead
from mapsvc.domain.canonical import canonical, sha256
from mapsvc.domain.ids import new_id
from mapsvc.domain.match_runs import MatchRun, RunKind, RunState
from mapsvc.domain.people import Actor
from mapsvc.matching.audits import trace
from mapsvc.matching.counterfactuals import empty_lots, verify_first
from mapsvc.matching.outcomes import ENGINE_VERSION, comparison, outcome, rank_profile, solve_run
from mapsvc.matching.runs import Run, market_of
from mapsvc.matching.trades import improving_trades
from mapsvc.usecases.call_market import CallMarket


def listed_only(run: Run) -> Run:
    """Return the run with the pairs that can be matched: the listed ones, or all where a group accepts other lots."""
    optimal = run.mechanism is Mechanism.OPTIMAL
    applications = {
        code: one
        if optimal and one.accepts_other_lots
        else replace(one, pairs={lot: one.pairs[lot] for lot in one.ranking})
        for code, one in run.applications.items()
    }
    return replace(run, applications=applications)


def ids_of(market: CallMarket) -> dict[str, dict[str, str]]:
    """Return the ids in the database behind the codes and numbers of a market."""
    return {
        "applications": {code: str(one.id) for code, one in market.applications.items()},
        "lots": {number: str(lot.id) for number, lot in market.lots.items()},
    }


def new_run(
    call: CallHead, kind: RunKind, actor: Actor, now: datetime, ids: Mapping[str, Mapping[str, str]]
) -> MatchRun:
    """Return the record of a run that nothing has been computed for yet."""
    return MatchRun(
        id=new_id(),
        call_id=call.id,
        kind=kind,
        state=RunState.PREPARED,
        engine_version=ENGINE_VERSION,
        python_version=platform.python_version(),
        git_commit=built_from(),
        started_at=now,
        started_by=actor.user_id,
        ids=ids,
    )


def computed(record: MatchRun, run: Run, given: Mapping[str, Any], begun: float) -> MatchRun:
    """Return the run with its result, the trace of its proposals and what is said of it beside the result."""
    input_sha256 = sha256(given)
    result = outcome(run, input_sha256)
    market = market_of(run)
    steps = trace(market) if run.mechanism is Mechanism.STABLE else []
    return replace(
        record,
        state=RunState.COMPUTED,
        snapshot=canonical({"result": result, "run": given}).decode(),
        input_sha256=input_sha256,
        result_sha256=str(result["result_sha256"]),
        trace=[[one.application, one.lot, one.rejected] for one in steps],
        diagnostics=_diagnostics(run),
        engine_version=ENGINE_VERSION,
        python_version=platform.python_version(),
        git_commit=built_from(),
        duration_ms=round(1000 * (monotonic() - begun)),
    )


def _diagnostics(run: Run) -> dict[str, Any]:
    solved = solve_run(run)
    listed = {lot for one in run.applications.values() for lot in one.ranking}
    return {
        "comparison": comparison(run),
        "empty_lots": [
            {"lot": one.lot, "listed_by": one.listed_by, "rules": dict(one.rules),
             "fills_if_listed": list(one.fills_if_listed)}
            for one in empty_lots(solved)
        ],
        "rank_profile": rank_profile(solved),
        "trades": [list(circle) for circle in improving_trades(solved)],
        "unlisted_lots": sorted(set(run.lots) - listed),
        "verify_first": [[lot, rule, count] for (lot, rule), count in verify_first(run).items()],
    }  # fmt: skip
