"""Runs of registers that somebody follows and decides about: their states, their rows, and what was decided."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from mapsvc.domain.imports import PactRecord, RowProblem
from mapsvc.domain.source_difference import NOT_REMEMBERED, fingerprint
from mapsvc.domain.sources import ColumnQuestion, Register, Rhythm, RowKind, RowPlan
from mapsvc.domain.uploads import FieldChange

EVERY: Mapping[Rhythm, timedelta | None] = {
    Rhythm.IRREGULAR: None,
    Rhythm.DAILY: timedelta(days=1),
    Rhythm.WEEKLY: timedelta(days=7),
    Rhythm.MONTHLY: timedelta(days=30),
    Rhythm.YEARLY: timedelta(days=365),
}
RETRY_AFTER = timedelta(hours=6)
"""An address that did not answer is tried again after this; nobody's server is asked more often."""
LATE = 1.5
"""A register that was not compared for so many of its periods is late."""


class RunState(StrEnum):
    """Where a run stands.

    `queued` and `accepted` wait for the worker, who compares or writes; `asking` and `waiting` wait for somebody, about
    columns or rows; a `stopped` one can go on; the others have ended.
    """

    QUEUED = "queued"
    ASKING = "asking"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    STOPPED = "stopped"
    FAILED = "failed"
    DONE = "done"
    PUT_AWAY = "put_away"


OPEN = (RunState.QUEUED, RunState.ASKING, RunState.WAITING, RunState.ACCEPTED, RunState.STOPPED)
AT_WORK = (RunState.QUEUED, RunState.ACCEPTED)
#: What somebody may do with a run in each state.
MAY: Mapping[str, frozenset[RunState]] = {
    "decide": frozenset({RunState.WAITING}),
    "answer": frozenset({RunState.ASKING, RunState.WAITING}),
    "stop": frozenset(AT_WORK),
    "resume": frozenset({RunState.STOPPED, RunState.FAILED}),
    "put_away": frozenset(OPEN) | {RunState.FAILED},
}


class Step(StrEnum):
    """What the worker does with a run."""

    FETCHING = "fetching"
    READING = "reading"
    COMPARING = "comparing"
    WRITING = "writing"


class Choice(StrEnum):
    """What somebody decided about one row: take it, leave it, or take the register's word in a conflict too."""

    TAKE = "take"
    LEAVE = "leave"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Decision:
    """Kinds that are taken, and rows (by key) that are treated otherwise than their kind."""

    kinds: frozenset[RowKind] = frozenset()
    rows: Mapping[str, Choice] = field(default_factory=dict)

    def about(self, kind: RowKind, key: str) -> Choice:
        """Return what becomes of a row; a refused one is always left."""
        if kind is RowKind.REFUSED:
            return Choice.LEAVE
        return self.rows.get(key) or (Choice.TAKE if kind in self.kinds else Choice.LEAVE)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One row of a difference as somebody sees it; `mark` is a hash of what would be done."""

    key: str
    kind: RowKind
    title: str
    mark: str
    record_id: UUID | None = None
    changes: tuple[FieldChange, ...] = ()
    disputed: tuple[FieldChange, ...] = ()
    remarks: tuple[RowProblem, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class SourceRun:
    """A run of a register: its file, how far it is, what it found and what was decided.

    `counts` are rows by kind as they were found, `written` those that were written. A `decision` that is not `accepted`
    is what is offered. `fault` is the code of what stopped a failed run. `step`, `done_rows` and `all_rows` say how far
    the worker is.
    """

    id: UUID
    code: str
    state: RunState
    ran_at: datetime
    file_name: str = ""
    file_as_of: date | None = None
    file_sha256: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    asked_by: int | None = None
    decided_by: int | None = None
    ended_at: datetime | None = None
    stopped_to_ask: bool = False
    stop_asked: bool = False
    step: str = ""
    done_rows: int = 0
    all_rows: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[ColumnQuestion, ...] = ()
    decision: Decision | None = None
    accepted: bool = False
    written: Mapping[str, int] | None = None
    fault: str = ""
    fault_params: Mapping[str, object] = field(default_factory=dict)
    version: int = 1


def mark_of(plan: RowPlan) -> str:
    """Return a hash of what a plan would do to which version of which record; what it says of people stays in it."""
    changes = [[one.field, one.before, one.after] for one in (*plan.changes, *plan.conflicts)]
    names = {name: value for name, value in plan.row.values.items() if plan.record_id is None}
    meant = [str(plan.record_id), plan.kind, changes, names, str(plan.reused)]
    text = json.dumps(meant, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def title_of(plan: RowPlan) -> str:
    """Return what a row calls its record."""
    record = plan.row.record
    return record.title if isinstance(record, PactRecord) else record.name


def found_row(plan: RowPlan, kind: RowKind) -> FoundRow:
    """Return a plan as somebody sees it."""
    return FoundRow(
        plan.row.key,
        kind,
        title_of(plan),
        mark_of(plan),
        plan.record_id,
        plan.changes,
        plan.conflicts,
        plan.row.remarks,
    )


def decided(plan: RowPlan, choice: Choice) -> RowPlan:
    """Return a plan as somebody decided it; a settled conflict is not named again until the register says otherwise."""
    if not plan.conflicts:
        return plan
    said = {
        **(plan.said or {}),
        **{one.field: fingerprint(one.field, one.after) for one in plan.conflicts if one.field not in NOT_REMEMBERED},
    }
    taken = plan.conflicts if choice is Choice.THEIRS else ()
    return replace(plan, said=said, changes=(*plan.changes, *taken), conflicts=(), remember=True)


def by_rule(register: Register, counts: Mapping[RowKind, int], *, stopped: bool, odd: bool) -> Decision | None:
    """Return the decision that the register's rules take, None where somebody has to look.

    They decide for a whole run or not at all: a run with one kind that is not accepted, with an odd row, or with too
    much missing waits. Refused rows are left and told.
    """
    open_kinds = {kind for kind, count in counts.items() if count and kind is not RowKind.REFUSED}
    if stopped or odd or not open_kinds <= register.accepts:
        return None
    return Decision(frozenset(open_kinds))


def is_due(register: Register, last_at: datetime | None, now: datetime) -> bool:
    """Tell whether the timetable fetches a register now."""
    every = EVERY[register.rhythm]
    if not register.fetch_url or register.paused or every is None:
        return False
    if last_at is not None and now - last_at < every:
        return False
    return register.fetched_at is None or now - register.fetched_at >= min(RETRY_AFTER, every)


def is_late(register: Register, last_at: datetime | None, now: datetime) -> bool:
    """Tell whether a register was not compared for longer than its rhythm allows."""
    every = EVERY[register.rhythm]
    return every is not None and (last_at is None or now - last_at > every * LATE)


class SourceRuns(Protocol):
    """Runs that somebody follows, with their files and rows."""

    def add(self, run: SourceRun, data: bytes | None) -> bool:
        """Add a run with its file; tell whether it was, since a register has one open run at a time."""
        ...

    def get(self, run_id: UUID) -> SourceRun | None:
        """Return a run."""
        ...

    def open_of(self, code: str) -> SourceRun | None:
        """Return the run of a register that has not ended."""
        ...

    def recent(self, code: str, limit: int) -> list[SourceRun]:
        """Return the newest runs of a register, the newest first."""
        ...

    def take(self) -> UUID | None:
        """Return the oldest run that the worker has to do, its file locked until this transaction ends."""
        ...

    def data(self, run_id: UUID) -> bytes | None:
        """Return the file of a run."""
        ...

    def keep_data(self, run_id: UUID, data: bytes, file_name: str) -> None:
        """Keep a file that was fetched."""
        ...

    def change(self, run: SourceRun) -> bool:
        """Write everything about a run but its progress, if its version is still that of `run`; tell whether it was."""
        ...

    def progress(self, run_id: UUID, step: str, done: int, total: int) -> bool:
        """Note how far a run is; tell whether somebody asked to stop it."""
        ...

    def ask_to_stop(self, run_id: UUID) -> None:
        """Ask the worker to stop a run at the next step."""
        ...

    def add_rows(self, run_id: UUID, rows: Sequence[FoundRow]) -> None:
        """Add rows that a run found."""
        ...

    def rows(self, run_id: UUID, kind: RowKind, limit: int, offset: int = 0) -> list[FoundRow]:
        """Return rows of one kind in the order of their keys."""
        ...

    def marks(self, run_id: UUID) -> dict[str, tuple[RowKind, str]]:
        """Return kind and mark of every row by its key, refused ones left out."""
        ...

    def slugs(self, noun: str, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return the slugs of records of a noun, for links."""
        ...

    def forget_rows(self, code: str, keep: Sequence[RowKind] = (), file_of: UUID | None = None) -> None:
        """Forget the rows and files of a register's runs, but for the rows of some kinds, and the file of one run."""
        ...
