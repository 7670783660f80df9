"""Runs of the matching: looking, trying out, and the way of an official run from freezing to adoption (domain 2.6)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

from mapsvc.domain.call_market import Applicant, CallHead, MarketLot
from mapsvc.domain.canonical import canonical, sha256
from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.match_locks import Lock
from mapsvc.domain.match_runs import MatchRun, RunKind, RunState, RunSummary, check_adopter, check_move
from mapsvc.domain.matches import PairResult
from mapsvc.domain.people import Action, Actor, allows, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.run_changes import ADDED_LOT, Changes
from mapsvc.matching.outcomes import Solved, solve_run
from mapsvc.matching.run_files import read_run, run_to_json
from mapsvc.matching.runs import Run, check_run
from mapsvc.usecases.adoptions import carry_out, check_nobody_left
from mapsvc.usecases.call_market import CallMarket, check_call, check_matchable, gather, head_of, pair_of
from mapsvc.usecases.pair_details import details_of
from mapsvc.usecases.publications import publish_anew
from mapsvc.usecases.reruns import rerun_of
from mapsvc.usecases.run_changes import added_lot, changed
from mapsvc.usecases.run_records import computed, ids_of, listed_only, new_run

LONGEST_NOTE = 4_000


@dataclass(frozen=True, slots=True)
class Workspace:
    """A call's match as it would come out now, beside the runs that are kept."""

    market: CallMarket
    solved: Solved
    locks: Sequence[Lock]
    runs: Sequence[RunSummary]
    under_way: MatchRun | None
    adopted: MatchRun | None


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """The match as it stands beside the match with the changes; `record` is None where it was not kept."""

    record: MatchRun | None
    market: CallMarket
    changed: CallMarket
    before: Solved
    after: Solved


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A kept run, solved again from its snapshot; `result` is what was archived, None before it was computed.

    `applicants` and `lots` name what the office knows behind the codes; whoever reads as an auditor gets none.
    """

    record: MatchRun
    call: CallHead
    run: Run
    solved: Solved
    result: Mapping[str, Any] | None
    applicants: Mapping[str, Applicant]
    lots: Mapping[str, MarketLot]


def workspace(uow: UnitOfWork, actor: Actor, call_code: str, now: datetime) -> Workspace:
    """Return the match as it would come out now; raises NotFound, Forbidden, and Conflict before scores are signed."""
    with uow.steady() as steady:
        call = _seen(steady, actor, call_code)
        check_matchable(call)
        market = gather(steady, call, now)
        runs = steady.match_runs.of_call(call.id)
        under_way, adopted = steady.match_runs.under_way(call.id), steady.match_runs.adopted(call.id)
    return Workspace(market, solve_run(market.run), market.locks, runs, under_way, adopted)


def pair(uow: UnitOfWork, actor: Actor, call_code: str, application: str, lot: str, now: datetime) -> PairResult:
    """Return everything about one application and one lot under the rules of the call; raises as `workspace`."""
    with uow.steady() as steady:
        call = _seen(steady, actor, call_code)
        check_matchable(call)
        return pair_of(gather(steady, call, now), application, lot)


def runs_of(uow: UnitOfWork, actor: Actor, call_code: str) -> list[RunSummary]:
    """Return the kept runs of a call, the latest first, for the office and for auditors."""
    with uow:
        call = head_of(uow, call_code)
        require(actor, Action.READ_RUNS, call.path)
        return uow.match_runs.of_call(call.id)


def simulate(
    uow: UnitOfWork, actor: Actor, call_code: str, changes: Changes, now: datetime, *, keep: bool = True
) -> SimulationResult:
    """Try changes out beside the match as it stands; with `keep` as a simulation, which is never adopted.

    Raises as `workspace`, and Invalid with a pointer for a change that cannot be made.
    """
    begun = monotonic()
    with uow.steady() as steady:
        call = _seen(steady, actor, call_code)
        require(actor, Action.RUN_CALL, call.path)
        check_matchable(call)
        market = gather(steady, call, now)
        tried = changed(steady, market, changes)
        before, after = solve_run(market.run), solve_run(tried.run)
        record = None
        if keep:
            # Pairs that nobody listed decide nothing and would make every simulation as large as the official run.
            shown = listed_only(tried.run)
            record = new_run(call, RunKind.SIMULATION, actor, now, ids_of(tried))
            record = computed(record, shown, run_to_json(shown), begun)
            record = replace(record, changes=changes.to_json())
            steady.match_runs.add(record)
            steady.audit.add(actor, "run_simulated", "match_run", record.id,
                             after={"call": call.code, "changes": sorted(record.changes)}, at=now)  # fmt: skip
            steady.commit()
    return SimulationResult(record, market, tried, before, after)


def show(uow: UnitOfWork, actor: Actor, run_id: UUID) -> ShownRun:
    """Return a kept run, read and solved from its snapshot; names only for those who see the call itself.

    Raises NotFound for a run that is not there, and Forbidden.
    """
    with uow.steady() as steady:
        record = steady.match_runs.get(run_id)
        if record is None or record.snapshot is None:
            raise NotFound("there is no such run")
        call = _call_of(steady, record)
        require(actor, Action.READ_RUNS, call.path)
        applicants: dict[str, Applicant] = {}
        lots: dict[str, MarketLot] = {}
        if _sees_names(actor, call):
            rows = steady.call_market.rows(call)
            applicants = {one.code: one for one in rows.applicants}
            lots = {lot.number: lot for lot in rows.lots}
            added = record.changes.get("add_space")
            row = steady.call_market.space(added) if added else None
            if row is not None:
                lots[ADDED_LOT] = added_lot(lots, row)
    kept = json.loads(record.snapshot)
    run = read_run(kept["run"])
    return ShownRun(record, call, run, solve_run(run), kept.get("result"), applicants, lots)


def archived(uow: UnitOfWork, actor: Actor, call_code: str, run_id: UUID | None = None) -> str:
    """Return the kept snapshot of a run of the call, of the adopted one unless `run_id` names another.

    Raises NotFound and Forbidden.
    """
    with uow:
        call = head_of(uow, call_code)
        require(actor, Action.READ_RUNS, call.path)
        record = uow.match_runs.adopted(call.id) if run_id is None else uow.match_runs.get(run_id)
    if record is None or record.call_id != call.id or record.snapshot is None:
        raise NotFound("no such run of this call is kept")
    return record.snapshot


def freeze(uow: UnitOfWork, actor: Actor, call_code: str, now: datetime, kind: RunKind = RunKind.OFFICIAL) -> MatchRun:
    """Take everything at one moment into a run that can be adopted; a re-run starts from what was adopted.

    Raises NotFound, Forbidden, Conflict when another run is under way, when the draw is missing or a score, or when
    the call is in another state, and Invalid with a pointer where locks do not fit.
    """
    with uow.steady() as steady:
        call = head_of(steady, call_code)
        require(actor, Action.RUN_CALL, call.path)
        if kind is RunKind.RERUN:
            record, run = _frozen_rerun(steady, actor, call, now)
        elif kind is RunKind.OFFICIAL:
            record, run = _frozen_first(steady, actor, call, now)
        else:
            raise Invalid("A simulation is not frozen.", "/kind", code="not_an_option")
        check_run(run)
        given = run_to_json(run)
        record = replace(
            record,
            state=RunState.FROZEN,
            snapshot=canonical({"run": given}).decode(),
            input_sha256=sha256(given),
            frozen_by=actor.user_id,
            frozen_at=now,
        )
        if not steady.match_runs.add(record):
            raise Conflict("another run of this call is under way", code="run_under_way")
        steady.audit.add(actor, "run_frozen", "match_run", record.id,
                         after={"call": call.code, "input_sha256": record.input_sha256, "kind": kind.value},
                         at=now)  # fmt: skip
        steady.commit()
    return record


def compute(uow: UnitOfWork, actor: Actor, run_id: UUID, version: int, now: datetime) -> MatchRun:
    """Compute a frozen run from its snapshot alone; raises NotFound, Forbidden, Stale, Conflict."""
    begun = monotonic()
    with uow:
        record, _call = _moving(uow, actor, run_id, version, RunState.COMPUTED)
        kept = json.loads(record.snapshot or "{}")
        record = computed(record, read_run(kept["run"]), kept["run"], begun)
        return _write(uow, actor, record, "run_computed", now, result_sha256=record.result_sha256)


def review(uow: UnitOfWork, actor: Actor, run_id: UUID, version: int, note: str, now: datetime) -> MatchRun:
    """Say that the result was looked at; where missing data could turn it, the note says why it stands all the same.

    Raises NotFound, Forbidden, Stale, Conflict, and Invalid without the note that is needed.
    """
    text = _note(note, "/note")
    with uow:
        record, _call = _moving(uow, actor, run_id, version, RunState.REVIEWED)
        sensitive = rank_sensitive_of(record)
        if sensitive and not text:
            raise Invalid("Missing data could turn this result: verify it or say why it stands.", "/note",
                          code="run_rank_sensitive", count=len(sensitive))  # fmt: skip
        record = replace(record, state=RunState.REVIEWED, reviewed_by=actor.user_id, reviewed_at=now, review_note=text)
        return _write(uow, actor, record, "run_reviewed", now, count=len(sensitive))


def adopt(uow: UnitOfWork, actor: Actor, run_id: UUID, version: int, act: str, now: datetime) -> MatchRun:
    """Adopt a reviewed run by a director who did not freeze it: its assignments stand, an earlier run is superseded.

    Raises NotFound, Forbidden, Stale, Conflict when somebody withdrew or a lot went away since the freezing, when
    another run was adopted in between or when the same person froze it, and Invalid without the number of the act.
    """
    number = _note(act, "/act")
    if not number:
        raise Invalid("Name the act that adopts the result.", "/act", code="missing")
    with uow:
        record, call = _moving(uow, actor, run_id, version, RunState.ADOPTED, Action.APPROVE_CALL)
        uow.awards.lock_call(record.call_id)
        check_adopter(record, actor.user_id)
        before = uow.match_runs.adopted(record.call_id, lock=True)
        if (before.id if before else None) != record.previous_id:
            raise Conflict("another run was adopted since this one was frozen", code="run_overtaken")
        run = read_run(json.loads(record.snapshot or "{}")["run"])
        check_nobody_left(uow, record, run, now)
        if before is not None:
            ended = replace(before, state=RunState.SUPERSEDED, ended_at=now, ended_reason=str(record.id))
            _write(uow, actor, ended, "run_superseded", now, commit=False)
        record = replace(record, state=RunState.ADOPTED, adopted_by=actor.user_id, adopted_at=now, act=number)
        record = _write(uow, actor, record, "run_adopted", now, commit=False, result_sha256=record.result_sha256)
        carry_out(uow, actor, call, record, run, before, now)
        publish_anew(uow, actor, call, record, now)
        uow.commit()
    return record


def discard(uow: UnitOfWork, actor: Actor, run_id: UUID, version: int, reason: str, now: datetime) -> MatchRun:
    """Put a run aside with a reason; it is kept. Raises NotFound, Forbidden, Stale, Conflict, Invalid."""
    text = _note(reason, "/reason")
    if not text:
        raise Invalid("Say why.", "/reason", code="missing")
    with uow:
        record, _call = _moving(uow, actor, run_id, version, RunState.DISCARDED)
        record = replace(record, state=RunState.DISCARDED, ended_reason=text, ended_at=now)
        return _write(uow, actor, record, "run_discarded", now, reason=text)


def rank_sensitive_of(record: MatchRun) -> list[list[str]]:
    """Return the pairs of a computed run whose missing data could turn it: [application, lot]."""
    result = json.loads(record.snapshot or "{}").get("result") or {}
    pairs: list[list[str]] = result.get("rank_sensitive", [])
    return pairs


def _frozen_first(uow: UnitOfWork, actor: Actor, call: CallHead, now: datetime) -> tuple[MatchRun, Run]:
    check_call(call, RunKind.OFFICIAL)
    if call.lottery_seed is None:
        raise Conflict("the draw has not been entered", code="seed_missing")
    market = gather(uow, call, now)
    if market.unscored:
        raise Conflict("a score is missing", code="scores_unsigned", applications=list(market.unscored))
    adopted = uow.match_runs.adopted(call.id)
    record = new_run(call, RunKind.OFFICIAL, actor, now, ids_of(market))
    kept = details_of(market)
    return replace(record, previous_id=adopted.id if adopted else None, pair_details=kept), market.run


def _frozen_rerun(uow: UnitOfWork, actor: Actor, call: CallHead, now: datetime) -> tuple[MatchRun, Run]:
    check_call(call, RunKind.RERUN)
    adopted = uow.match_runs.adopted(call.id)
    if adopted is None:
        raise Conflict("there is no adopted run to start from", code="run_none_adopted")
    before = read_run(json.loads(adopted.snapshot or "{}")["run"])
    run = rerun_of(uow, call, adopted, before, now)
    record = new_run(call, RunKind.RERUN, actor, now, {
        "applications": {code: adopted.ids["applications"][code] for code in run.applications},
        "lots": {lot: adopted.ids["lots"][lot] for lot in run.lots},
    })  # fmt: skip
    # A re-run starts from the archived input, so what the rules said then still holds.
    kept = {code: adopted.pair_details[code] for code in run.applications if code in adopted.pair_details}
    return replace(record, previous_id=adopted.id, pair_details=kept), run


def _moving(
    uow: UnitOfWork, actor: Actor, run_id: UUID, version: int, state: RunState, action: Action = Action.RUN_CALL
) -> tuple[MatchRun, CallHead]:
    """The run, locked, when the actor may move it to `state` and nobody moved it since `version`."""
    record = uow.match_runs.get(run_id, lock=True)
    if record is None:
        raise NotFound("there is no such run")
    call = _call_of(uow, record)
    require(actor, action, call.path)
    check_move(record, state)
    if state is not RunState.DISCARDED:
        check_call(call, record.kind)
    if record.version != version:
        raise Stale("somebody else decided first", code="stale", version=record.version)
    return record, call


def _write(
    uow: UnitOfWork, actor: Actor, record: MatchRun, action: str, now: datetime, *, commit: bool = True, **after: object
) -> MatchRun:
    if not uow.match_runs.update(record):
        raise Stale("somebody else decided first", code="stale", version=record.version)
    uow.audit.add(actor, action, "match_run", record.id, after={"state": record.state.value, **after}, at=now)
    if commit:
        uow.commit()
    return replace(record, version=record.version + 1)


def _seen(uow: UnitOfWork, actor: Actor, call_code: str) -> CallHead:
    call = head_of(uow, call_code)
    require(actor, Action.SEE_CALL, call.path)
    return call


def _call_of(uow: UnitOfWork, record: MatchRun) -> CallHead:
    call = uow.call_market.by_id(record.call_id)
    if call is None:
        raise NotFound("there is no such call")
    return call


def _sees_names(actor: Actor, call: CallHead) -> bool:
    return allows(actor, Action.SEE_CALL, call.path)


def _note(text: str, pointer: str) -> str:
    words = text.strip()
    if len(words) > LONGEST_NOTE:
        raise Invalid(f"At most {LONGEST_NOTE} characters.", pointer, code="too_long", most=LONGEST_NOTE)
    return words
