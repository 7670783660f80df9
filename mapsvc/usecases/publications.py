"""Publishing the lists of a call: codes, cut-offs and hashes, kept byte by byte as they went out."""

import hashlib
import json
from datetime import datetime
from typing import Any

from mapsvc.domain.call_market import CallHead
from mapsvc.domain.calls import Call
from mapsvc.domain.canonical import canonical
from mapsvc.domain.errors import Conflict
from mapsvc.domain.ids import new_id
from mapsvc.domain.match_locks import Lock, LockKind
from mapsvc.domain.match_runs import MatchRun
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.results import PUBLISHED, PublishedResult, ResultKind
from mapsvc.matching.outcomes import solve_run
from mapsvc.matching.results import ResultReader
from mapsvc.matching.run_files import read_run
from mapsvc.matching.runs import Locks

FORMAT = "mapsvc call results 1"
_KIND_AT = {"provisional": ResultKind.PROVISIONAL, "observations": ResultKind.PROVISIONAL, "final": ResultKind.FINAL}


def publish(uow: UnitOfWork, actor: Actor, call: Call | CallHead, kind: ResultKind, now: datetime) -> PublishedResult:
    """Publish the list of the adopted run, inside the caller's transaction and after its permission check."""
    record = uow.match_runs.adopted(call.id)
    if record is None:
        raise Conflict("no run is adopted", code="call_no_run")
    return _publish(uow, actor, call, record, kind, now)


def publish_anew(uow: UnitOfWork, actor: Actor, call: CallHead, record: MatchRun, now: datetime) -> None:
    """Publish the list again when another run is adopted after the first publication; before, nothing is published."""
    if call.state in PUBLISHED:
        _publish(uow, actor, call, record, _KIND_AT.get(call.state, ResultKind.WAITING_LIST), now)


def _publish(
    uow: UnitOfWork, actor: Actor, call: Call | CallHead, record: MatchRun, kind: ResultKind, now: datetime
) -> PublishedResult:
    locks = [one for one in uow.match_locks.of_call(call.id) if one.counts]
    content = canonical(content_of(call, record, locks, kind, now)).decode()
    digest = hashlib.sha256(content.encode()).hexdigest()
    result = PublishedResult(new_id(), call.id, record.id, kind, now, content, digest)
    uow.results.add(result)
    uow.audit.add(actor, "results_published", "call", call.id, after={"kind": kind.value, "sha256": digest}, at=now)
    return result


def content_of(
    call: Call | CallHead, record: MatchRun, locks: list[Lock], kind: ResultKind, now: datetime
) -> dict[str, Any]:
    """Return what is published: codes and figures only; of a decision its kind, reason and norm, never its text."""
    run = read_run(json.loads(record.snapshot or "{}")["run"])
    solved = solve_run(run)
    reader = ResultReader(solved)
    weights = {"merit": run.weights.merit, "impact": run.weights.impact, "fit": run.weights.fit,
               "owner": run.weights.owner}  # fmt: skip
    return {
        "format": FORMAT,
        "call": call.code,
        "kind": kind.value,
        "published_on": now.date().isoformat(),
        "mechanism": run.mechanism.value,
        "weights": weights,
        "lottery_seed": run.seed,
        "definition_sha256": call.frozen_sha256,
        "run": {
            "kind": record.kind.value,
            "input_sha256": record.input_sha256,
            "result_sha256": record.result_sha256,
            "engine_version": record.engine_version,
            "adopted_on": None if record.adopted_at is None else record.adopted_at.date().isoformat(),
            "act": record.act,
        },
        "lots": reader.public_lots(),
        "without_lot": [code for code, lot in solved.assignment.items() if lot is None],
        "choices": reader.public_profile(),
        "decisions": [
            {"kind": one.kind.value, "application": one.application, "lot": one.lot, "reason": one.reason.value,
             "norm": one.norm}
            for one in locks
            if _counted(one, run.locks)
        ],
    }  # fmt: skip


def _counted(lock: Lock, within: Locks) -> bool:
    """Tell whether a run knew a decision: one that was signed later is none of it."""
    application, lot = lock.application or "", lock.lot or ""
    return {
        LockKind.REQUIRE: within.require.get(application) == lot,
        LockKind.FORBID: (application, lot) in within.forbid,
        LockKind.HOLD_OUT: lot in within.hold_out,
        LockKind.EXCLUDE: application in within.exclude,
    }[lock.kind]
