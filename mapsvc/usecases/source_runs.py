"""Runs of registers that somebody follows at the desk: asking for one, answering, deciding, stopping, going on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.imports import Upload
from mapsvc.domain.people import SYSTEM, Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.source_runs import (
    MAY,
    Choice,
    Decision,
    FoundRow,
    RunState,
    SourceRun,
    is_due,
)
from mapsvc.domain.sources import Register, RowKind, SourceFiles

JOB = "keep-in-step"
_LONGEST_FILE_NAME = 200


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """A register with the run that has not ended, and its newest runs."""

    register: Register
    open: SourceRun | None
    runs: list[SourceRun]


def listed(uow: UnitOfWork, actor: Actor) -> list[RegisterPage]:
    """Return every register with its newest run."""
    require(actor, Action.IMPORT)
    with uow:
        return [
            RegisterPage(one, uow.source_runs.open_of(one.info.code), uow.source_runs.recent(one.info.code, 1))
            for one, _ in uow.sources.all()
        ]


def read_register(uow: UnitOfWork, actor: Actor, code: str, most: int) -> RegisterPage:
    """Return one register with its newest runs; raise NotFound."""
    require(actor, Action.IMPORT)
    with uow:
        return RegisterPage(_register(uow, code), uow.source_runs.open_of(code), uow.source_runs.recent(code, most))


def ask_run(uow: UnitOfWork, files: SourceFiles, actor: Actor, code: str, upload: Upload | None, now: datetime) -> UUID:
    """Ask for a run with a file, or with what the register's address has now; the worker compares it.

    Raises Conflict while another run has not ended, and what the reader raises for a file that is too large or of
    another kind, before anything is kept.
    """
    require(actor, Action.IMPORT)
    with uow:
        register = _register(uow, code, lock=True)
        if upload is None and not register.fetch_url:
            raise Invalid("The register has no address.", "/file", code="no_address")
        if upload is not None:
            files.check(register, upload.data)
        run_id = _enter(uow, actor, register, upload, now)
        uow.commit()
    return run_id


def ask_due_runs(uow: UnitOfWork, now: datetime) -> int:
    """Ask for a run of every register whose address is to be looked at now; return how many there are."""
    with uow:
        asked = 0
        for register, last in uow.sources.all():
            code = register.info.code
            if uow.source_runs.open_of(code) is None and is_due(register, last.ran_at if last else None, now):
                _enter(uow, SYSTEM, register, None, now)
                asked += 1
        if asked:
            uow.commit()
    return asked


def _enter(uow: UnitOfWork, actor: Actor, register: Register, upload: Upload | None, now: datetime) -> UUID:
    code = register.info.code
    run = SourceRun(
        new_id(),
        code,
        RunState.QUEUED,
        now,
        _clean_name(upload.file_name) if upload else "",
        upload.as_of if upload else None,
        asked_by=actor.user_id,
    )
    if not uow.source_runs.add(run, upload.data if upload else None):
        raise Conflict("Another run of this register waits.", code="run_open")
    # What an earlier run left for its reader has been read by now.
    uow.jobs.enter(JOB, now)
    after = {"run": str(run.id), "by_address": upload is None}
    uow.audit.add(actor, "run_asked", "source", code, after=after, at=now)
    return run.id


def read_run(uow: UnitOfWork, actor: Actor, run_id: UUID) -> tuple[Register, SourceRun]:
    """Return a run with its register; raise NotFound."""
    require(actor, Action.IMPORT)
    with uow:
        run = _run(uow, run_id)
        return _register(uow, run.code), run


def read_rows(
    uow: UnitOfWork, actor: Actor, run_id: UUID, kind: RowKind, limit: int, offset: int = 0
) -> tuple[list[FoundRow], Mapping[UUID, str]]:
    """Return rows of one kind, and the slugs of the records that they mean."""
    require(actor, Action.IMPORT)
    with uow:
        run = _run(uow, run_id)
        rows = uow.source_runs.rows(run_id, kind, limit, offset)
        ids = [row.record_id for row in rows if row.record_id is not None]
        return rows, uow.source_runs.slugs(_register(uow, run.code).noun.value, ids)


def choose_rows(
    uow: UnitOfWork, actor: Actor, run_id: UUID, choices: Mapping[str, Choice | None], version: int, now: datetime
) -> None:
    """Remember for some rows that they are treated otherwise than their kind (None: as their kind); nothing is written.

    Raises Stale when somebody else decided meanwhile, Conflict when nothing can be decided.
    """
    require(actor, Action.IMPORT)
    with uow:
        run = _changeable(uow, run_id, "decide", version)
        before = run.decision or Decision()
        rows = {**before.rows, **choices}
        decision = replace(before, rows={key: choice for key, choice in rows.items() if choice is not None})
        _keep(uow, replace(run, decision=decision))
        uow.audit.add(actor, "rows_chosen", "source", run.code, after={"run": str(run.id)}, at=now)
        uow.commit()


def decide_run(
    uow: UnitOfWork, actor: Actor, run_id: UUID, kinds: frozenset[RowKind], version: int, now: datetime
) -> None:
    """Accept kinds, with the rows that were chosen otherwise; the worker writes them, all or none.

    Raises Stale, Conflict, and Invalid where nothing at all is taken.
    """
    require(actor, Action.IMPORT)
    with uow:
        run = _changeable(uow, run_id, "decide", version)
        rows = run.decision.rows if run.decision else {}
        if not kinds - {RowKind.REFUSED} and not any(one is not Choice.LEAVE for one in rows.values()):
            raise Invalid("Nothing is chosen.", "/kind", code="nothing_chosen")
        accepted = replace(
            run,
            state=RunState.ACCEPTED,
            decision=Decision(kinds, rows),
            accepted=True,
            decided_by=actor.user_id,
            stop_asked=False,
        )
        _keep(uow, accepted)
        uow.jobs.enter(JOB, now)
        after = {"run": str(run.id), "kinds": sorted(kinds), "rows": len(rows)}
        uow.audit.add(actor, "run_accepted", "source", run.code, after=after, at=now)
        uow.commit()


def answer_columns(
    uow: UnitOfWork, actor: Actor, run_id: UUID, answers: Mapping[str, str], version: int, now: datetime
) -> None:
    """Say what columns stand for (blank: left alone), keep that with the register, and compare again."""
    require(actor, Action.IMPORT)
    with uow:
        run = _changeable(uow, run_id, "answer", version)
        register = _register(uow, run.code, lock=True)
        uow.sources.keep_columns(run.code, {**register.columns, **answers})
        _again(uow, replace(run, decision=None, accepted=False, questions=()), now)
        uow.audit.add(actor, "columns_answered", "source", run.code, after={"columns": dict(answers)}, at=now)
        uow.commit()


def stop_run(uow: UnitOfWork, actor: Actor, run_id: UUID, now: datetime) -> None:
    """Ask the worker to stop; a run that nobody works on stops at once. Nothing of it is written."""
    require(actor, Action.IMPORT)
    with uow:
        run = _changeable(uow, run_id, "stop")
        uow.source_runs.ask_to_stop(run_id)
        uow.audit.add(actor, "run_stopped", "source", run.code, after={"run": str(run.id)}, at=now)
        uow.commit()


def resume_run(uow: UnitOfWork, actor: Actor, run_id: UUID, now: datetime) -> None:
    """Let a stopped or failed run go on with its file and with what was decided."""
    require(actor, Action.IMPORT)
    with uow:
        run = _changeable(uow, run_id, "resume")
        opened = uow.source_runs.open_of(run.code)
        if opened is not None and opened.id != run.id:
            raise Conflict("Another run of this register waits.", code="run_open")
        _again(uow, run, now)
        uow.audit.add(actor, "run_resumed", "source", run.code, after={"run": str(run.id)}, at=now)
        uow.commit()


def put_run_away(uow: UnitOfWork, actor: Actor, run_id: UUID, now: datetime) -> None:
    """End a run without writing anything; its file and rows are forgotten."""
    require(actor, Action.IMPORT)
    with uow:
        run = _changeable(uow, run_id, "put_away")
        _keep(uow, replace(run, state=RunState.PUT_AWAY, ended_at=now, decided_by=actor.user_id))
        uow.source_runs.forget_rows(run.code)
        uow.audit.add(actor, "run_put_away", "source", run.code, after={"run": str(run.id)}, at=now)
        uow.commit()


def _again(uow: UnitOfWork, run: SourceRun, now: datetime) -> None:
    state = RunState.ACCEPTED if run.accepted else RunState.QUEUED
    _keep(uow, replace(run, state=state, stop_asked=False, fault="", fault_params={}, ended_at=None))
    uow.jobs.enter(JOB, now)


def _changeable(uow: UnitOfWork, run_id: UUID, verb: str, version: int | None = None) -> SourceRun:
    run = _run(uow, run_id)
    if run.state not in MAY[verb]:
        raise Conflict("The run is past that.", code="run_state", state=run.state.value)
    if version is not None and run.version != version:
        raise Stale("somebody else decided meanwhile", code="stale", name=run.code)
    return run


def _keep(uow: UnitOfWork, run: SourceRun) -> None:
    if not uow.source_runs.change(run):
        raise Stale("the run changed meanwhile", code="stale", name=run.code)


def _run(uow: UnitOfWork, run_id: UUID) -> SourceRun:
    run = uow.source_runs.get(run_id)
    if run is None:
        raise NotFound("there is no such run")
    return run


def _register(uow: UnitOfWork, code: str, *, lock: bool = False) -> Register:
    register = uow.sources.get(code, lock=lock)
    if register is None:
        raise NotFound(f"There is no source {code}.", code="unknown_source")
    return register


def _clean_name(file_name: str) -> str:
    name = "".join(sign for sign in file_name if sign.isprintable()).strip()
    return name[-_LONGEST_FILE_NAME:] or "file"
