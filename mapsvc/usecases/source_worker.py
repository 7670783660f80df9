"""What the worker does with runs of registers: fetch, compare, write; each in a transaction that holds the run's file.

A worker that dies gives the file back, and the run begins its step again: nothing of it was written.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mapsvc.domain.errors import DomainError, NotFound, Stale
from mapsvc.domain.imports import Upload
from mapsvc.domain.people import SYSTEM, Actor, Grant, Role
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.source_runs import Decision, FoundRow, RunState, SourceRun, Step, by_rule
from mapsvc.domain.sources import Register, RowKind, SourceFiles
from mapsvc.domain.uploads import Told
from mapsvc.usecases.source_work import Compared, chosen, compared, found_rows, told, write

MakeUnitOfWork = Callable[[], UnitOfWork]


class Fetch(Protocol):
    """Gets a file from a public address."""

    def __call__(self, url: str, told: Told) -> tuple[str, bytes]:
        """Return the name and the bytes of the file; raise a DomainError for one that may not or cannot be had."""
        ...


class Stopped(Exception):
    """Somebody asked to stop the run; nothing of its step is kept."""


@dataclass(frozen=True, slots=True)
class _Worker:
    make: MakeUnitOfWork
    files: SourceFiles
    fetch: Fetch
    now: datetime


class _Teller:
    """Notes how far a run is, on a connection of its own, and stops the run when somebody asked for it."""

    def __init__(self, make: MakeUnitOfWork, run_id: UUID) -> None:
        self._make = make
        self._run_id = run_id

    def step(self, step: Step) -> Told:
        def told(done: int, total: int) -> None:
            with self._make() as uow:
                stop = uow.source_runs.progress(self._run_id, step.value, done, total)
                uow.commit()
            if stop:
                raise Stopped

        told(0, 0)
        return told


def work(make: MakeUnitOfWork, files: SourceFiles, fetch: Fetch, now: datetime) -> dict[str, int]:
    """Do every step of every run that waits for the worker; return how many runs ended, wait or failed."""
    worker = _Worker(make, files, fetch, now)
    report = {"ended": 0, "waiting": 0, "failed": 0}
    while (state := _one_step(worker)) is not None:
        if state in (RunState.WAITING, RunState.ASKING):
            report["waiting"] += 1
        elif state is RunState.DONE:
            report["ended"] += 1
        elif state is RunState.FAILED:
            report["failed"] += 1
    return report


def _one_step(worker: _Worker) -> RunState | None:
    """Do one step of the oldest run that waits; return its state after that, None where no run waits."""
    with worker.make() as uow:
        run_id = uow.source_runs.take()
        run = uow.source_runs.get(run_id) if run_id else None
        if run is None:
            return None
        error: Exception | None = None
        try:
            return _step(worker, uow, run)
        except Stopped:
            end = RunState.STOPPED, "", dict[str, object]()
        except Stale:
            # Somebody put the run away, or changed a record, while it was worked on; nothing was written.
            end = RunState.FAILED, "meanwhile", dict[str, object]()
        except DomainError as fault:
            end = RunState.FAILED, fault.code or "unreadable", _plain(fault.params)
        except Exception as fault:
            # It is raised again once the run stands aside, so that other registers need not wait for it.
            end, error = (RunState.FAILED, "unexpected", dict[str, object]()), fault
    state = _closed(worker, run, *end)
    if error is not None:
        raise error
    return state


def _step(worker: _Worker, uow: UnitOfWork, run: SourceRun) -> RunState:
    teller = _Teller(worker.make, run.id)
    register = uow.sources.get(run.code)
    data = uow.source_runs.data(run.id)
    if register is None:
        raise Stale("the register is gone", code="stale")
    if data is None:
        return _fetch(worker, uow, run, register, teller)
    upload = Upload(run.file_name, data, as_of=run.file_as_of)
    actor = _actor(uow, run)
    what = compared(uow, worker.files, actor, run.code, upload, worker.now, teller=teller)
    seen = replace(
        run,
        file_sha256=what.digest,
        counts={kind.value: count for kind, count in what.counts.items()},
        columns=what.file.columns,
        questions=what.file.questions,
        stopped_to_ask=what.found.stopped,
    )
    if run.state is RunState.ACCEPTED and run.decision is not None and not what.file.questions:
        return _write(worker, uow, seen, what, run.decision, actor, teller)
    if what.file.questions:
        return _wait(uow, replace(seen, state=RunState.ASKING, decision=None, accepted=False), ())
    decision = by_rule(register, what.counts, stopped=what.found.stopped, odd=what.odd)
    if decision is not None:
        return _write(worker, uow, seen, what, decision, SYSTEM, teller, looked=False)
    return _wait(uow, replace(seen, state=RunState.WAITING, decision=_offered(what)), found_rows(what))


def _fetch(worker: _Worker, uow: UnitOfWork, run: SourceRun, register: Register, teller: _Teller) -> RunState:
    if not register.fetch_url:
        raise NotFound("the file was forgotten", code="file_gone")
    # An address that does not answer is not tried again before its time.
    with worker.make() as other:
        other.sources.note_fetched(run.code, worker.now)
        other.commit()
    name, data = worker.fetch(register.fetch_url, teller.step(Step.FETCHING))
    worker.files.check(register, data)
    uow.source_runs.keep_data(run.id, data, name)
    uow.commit()
    return RunState.QUEUED


def _wait(uow: UnitOfWork, run: SourceRun, rows: Sequence[FoundRow]) -> RunState:
    uow.source_runs.forget_rows(run.code, file_of=run.id)
    uow.source_runs.add_rows(run.id, rows)
    _keep(uow, run)
    uow.commit()
    return run.state


def _offered(what: Compared) -> Decision:
    """Return what is offered to be taken: everything, but for what is missing in a run that stopped to ask."""
    kinds = set(what.counts) - {RowKind.REFUSED}
    return Decision(frozenset(kinds - {RowKind.VANISHED} if what.found.stopped else kinds))


def _write(
    worker: _Worker,
    uow: UnitOfWork,
    run: SourceRun,
    what: Compared,
    decision: Decision,
    actor: Actor,
    teller: _Teller,
    *,
    looked: bool = True,
) -> RunState:
    found = chosen(what, decision, uow.source_runs.marks(run.id) if looked else None)
    if found.vanished or any(plan.changes or plan.remember for plan in found.plans):
        write(uow, what, found, actor, worker.now, teller)
    kinds = {plan.row.key: plan.kind for plan in what.found.plans if plan.kind is not None}
    counted = Counter(kinds[plan.row.key].value for plan in found.plans if plan.row.key in kinds)
    counted[RowKind.VANISHED.value] = len(found.vanished)
    written = {kind: count for kind, count in counted.items() if count}
    if written:
        told(uow, what, actor, written, worker.now)
    uow.source_runs.forget_rows(run.code, keep=(RowKind.REFUSED,))
    if not looked:
        uow.source_runs.add_rows(run.id, [row for row in found_rows(what) if row.kind is RowKind.REFUSED])
    _keep(uow, replace(run, state=RunState.DONE, ended_at=worker.now, written=written, decision=decision))
    uow.commit()
    return RunState.DONE


def _closed(worker: _Worker, run: SourceRun, state: RunState, fault: str, params: dict[str, object]) -> RunState:
    with worker.make() as uow:
        current = uow.source_runs.get(run.id)
        if current is None or current.state is not run.state:
            return RunState.PUT_AWAY
        ended = worker.now if state is RunState.FAILED else None
        changed = replace(current, state=state, fault=fault, fault_params=params, stop_asked=False, ended_at=ended)
        _keep(uow, changed)
        uow.audit.add(SYSTEM, f"run_{state.value}", "source", run.code, after={"run": str(run.id)}, at=worker.now)
        uow.commit()
    return state


def _actor(uow: UnitOfWork, run: SourceRun) -> Actor:
    """Return who decided, as the history names them; the service itself where a rule did."""
    account = uow.people.get(run.decided_by) if run.decided_by is not None else None
    if account is None:
        return SYSTEM
    grants = tuple(Grant(Role(role), *scope) for _, role, *scope in account.grants)
    return Actor(account.id, account.name, grants=grants)


def _keep(uow: UnitOfWork, run: SourceRun) -> None:
    if not uow.source_runs.change(run):
        raise Stale("the run changed meanwhile", code="stale", name=run.code)


def _plain(params: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in params.items() if isinstance(value, str | int | float)}
