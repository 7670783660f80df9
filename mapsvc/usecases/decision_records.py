"""The record of a decision: everything that the act on a call rests on, for its office and for auditors."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mapsvc.domain.calls import Call, CallProgress, Lot
from mapsvc.domain.errors import NotFound
from mapsvc.domain.match_locks import Lock
from mapsvc.domain.match_runs import MatchRun, RunSummary
from mapsvc.domain.people import Action, Actor, allows
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.results import PublishedResult
from mapsvc.domain.scores import Scored
from mapsvc.matching.outcomes import solve_run
from mapsvc.matching.run_files import read_run
from mapsvc.usecases.call_access import call_for
from mapsvc.usecases.match_boards import Board
from mapsvc.usecases.scores import all_signed, results_of

_NOT_SENT = frozenset({"draft", "withdrawn"})


@dataclass(frozen=True, slots=True)
class RunArchive:
    """The kept runs of a call for whoever reads runs; `whole` tells whether the reader sees the call itself."""

    call: Call
    progress: CallProgress
    runs: Sequence[RunSummary]
    published: Sequence[PublishedResult]
    whole: bool


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """What the act rests on.

    `people` names accounts by id and `groups` applications by code: both are empty for whoever reads pseudonyms, and
    so is the text of decisions. `refused` counts refusals by their norm.
    """

    call: Call
    progress: CallProgress
    run: MatchRun
    board: Board
    published: Sequence[PublishedResult]
    scores: Mapping[str, Scored]
    states: Mapping[str, int]
    refused: Mapping[str, int]
    locks: Sequence[Lock]
    lots: Mapping[str, Lot]
    members: int
    groups: Mapping[str, str]
    people: Mapping[int, str]
    whole: bool


def archive(uow: UnitOfWork, actor: Actor, call_code: str) -> RunArchive:
    """Return the kept runs of a call, the latest first; raise NotFound, Forbidden."""
    with uow:
        call = call_for(uow, actor, call_code, Action.READ_RUNS)
        return RunArchive(
            call=call,
            progress=uow.calls.progress(call.id),
            runs=[one for one in uow.match_runs.of_call(call.id) if one.input_sha256 is not None],
            published=uow.results.of_call(call.id),
            whole=allows(actor, Action.SEE_CALL, uow.areas.path(call.area_id)),
        )


def record_of(uow: UnitOfWork, actor: Actor, call_code: str) -> DecisionRecord:
    """Return the record of the adopted run; raise NotFound before one is adopted, and Forbidden."""
    with uow.steady() as steady:
        call = call_for(steady, actor, call_code, Action.READ_RUNS)
        run = steady.match_runs.adopted(call.id)
        if run is None or run.snapshot is None:
            raise NotFound("no run of this call is adopted")
        whole = allows(actor, Action.SEE_CALL, steady.areas.path(call.area_id))
        applications = [one for one in steady.applications.of_call(call.id) if one.state not in _NOT_SENT]
        locks = [one for one in steady.match_locks.of_call(call.id) if one.counts]
        scores = results_of(steady, call) if all_signed(steady, call) else []
        return DecisionRecord(
            call=call,
            progress=steady.calls.progress(call.id),
            run=run,
            board=Board(solve_run(read_run(_snapshot(run)["run"]))),
            published=steady.results.of_call(call.id),
            scores={one.application.code: one.scored for one in scores if one.application.code},
            states=Counter(str(one.state) for one in applications),
            refused=Counter(one.decision_norm or "" for one in applications if one.state == "inadmissible"),
            locks=locks if whole else [_without_text(one) for one in locks],
            lots={str(lot.number): lot for lot in steady.calls.lots(call.id)},
            members=len(steady.committees.members(call.id)),
            groups={one.code: str(one.facts.get("name", "")) for one in applications if one.code} if whole else {},
            people=_people(steady, run, locks) if whole else {},
            whole=whole,
        )


def _snapshot(run: MatchRun) -> dict[str, object]:
    kept: dict[str, object] = json.loads(run.snapshot or "{}")
    return kept


def _without_text(lock: Lock) -> Lock:
    # Whoever writes a reason may name somebody in it.
    return replace(lock, text="")


def _people(uow: UnitOfWork, run: MatchRun, locks: Sequence[Lock]) -> dict[int, str]:
    ids = {run.frozen_by, run.reviewed_by, run.adopted_by}
    ids |= {one.author_id for one in locks} | {one.signed_by for one in locks}
    accounts = (uow.people.get(one) for one in ids if one is not None)
    return {one.id: one.name or one.email for one in accounts if one is not None}
