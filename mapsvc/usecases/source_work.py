"""What every run of a register does: read and compare, then write what was decided, in the caller's transaction."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from mapsvc.domain.errors import NotFound
from mapsvc.domain.imports import RowProblem, Upload
from mapsvc.domain.people import Actor
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.source_difference import compare
from mapsvc.domain.source_runs import Choice, Decision, FoundRow, Step, decided, found_row, mark_of
from mapsvc.domain.sources import (
    Register,
    RowKind,
    RowPlan,
    Run,
    SourceDifference,
    SourceFile,
    SourceFiles,
    SourceNoun,
    SourceReading,
)
from mapsvc.domain.uploads import Told, nobody
from mapsvc.usecases.source_pacts import PactRecords
from mapsvc.usecases.source_records import Records
from mapsvc.usecases.source_spaces import SpaceRecords

_RECORDS: dict[SourceNoun, Callable[[UnitOfWork, Actor, Register, datetime], Records]] = {
    SourceNoun.PACTS: PactRecords,
    SourceNoun.SPACES: SpaceRecords,
}


class Teller(Protocol):
    """Whoever is told how far a run is; may raise to stop it."""

    def step(self, step: Step) -> Told:
        """Begin a step and return whom to tell about it."""
        ...


class NobodyListens:
    """A teller for runs that nobody follows."""

    def step(self, step: Step) -> Told:  # noqa: ARG002 - nobody wants to know
        """Tell nobody."""
        return nobody


@dataclass(frozen=True, slots=True)
class Compared:
    """A file against what is stored; `known` tells that the register was named before."""

    register: Register
    known: bool
    upload: Upload
    file: SourceFile
    found: SourceDifference
    records: Records
    digest: str
    repeated: bool

    @property
    def stopped(self) -> bool:
        """Tell whether somebody has to decide before anything is written."""
        return self.found.stopped or bool(self.file.questions)

    @property
    def counts(self) -> dict[RowKind, int]:
        """Return the rows by kind; a kind without rows is left out."""
        counted = Counter(plan.kind for plan in self.found.plans if plan.kind is not None)
        counted[RowKind.VANISHED] = len(self.found.vanished)
        counted[RowKind.REFUSED] = len(self.file.refused)
        return {kind: counted[kind] for kind in RowKind if counted[kind]}

    @property
    def odd(self) -> bool:
        """Tell whether a row that would be written has something odd about it."""
        return any(plan.row.remarks for plan in self.found.plans if plan.kind is not None)

    @property
    def does_anything(self) -> bool:
        """Tell whether writing would leave a trace at all."""
        return bool(self.found.vanished) or any(plan.changes or plan.remember for plan in self.found.plans)


def compared(
    uow: UnitOfWork,
    files: SourceFiles,
    actor: Actor,
    code: str,
    upload: Upload,
    now: datetime,
    *,
    accept_removals: bool = False,
    columns: Mapping[str, str] | None = None,
    teller: Teller | None = None,
) -> Compared:
    """Return a file against what is stored, the register locked against a second run.

    Raises NotFound for a source that nobody named, and what the reader raises for a file that cannot be used at all.
    """
    teller = teller or NobodyListens()
    uow.sources.lift_time_limit()
    register = uow.sources.get(code, lock=True)
    known = register or files.known(code)
    if known is None:
        raise NotFound(f"There is no source {code}.", code="unknown_source")
    answered = replace(known, columns={**known.columns, **(columns or {})})
    reading = SourceReading(now.date(), uow.loading.region(), uow.loading.street_point, teller.step(Step.READING))
    file = files.read(answered, upload, reading)
    teller.step(Step.COMPARING)(0, len(file.rows))
    records: Records = _RECORDS[known.noun](uow, actor, answered, now)
    file = records.checked(file)
    # A question about a column leaves nothing to compare, so nothing can have vanished.
    share = 1.0 if accept_removals or file.questions else known.removal_share
    refused = [one.key for one in file.refused]
    found = compare(file.rows, refused, records.seen(), records.held(file), records.other, share)
    if file.questions:
        found = replace(found, vanished=(), still_missing=())
    digest = hashlib.sha256(upload.data).hexdigest()
    last = uow.sources.last_run(code)
    repeated = last is not None and last.file_sha256 == digest
    return Compared(answered, register is not None, upload, file, found, records, digest, repeated)


def found_rows(what: Compared) -> list[FoundRow]:
    """Return every row that there is something to decide or to tell about."""
    rows = [found_row(plan, plan.kind) for plan in what.found.plans if plan.kind is not None]
    before = {plan.row.key: plan.reused for plan in what.found.plans if plan.reused is not None}
    titles = what.records.titles([*before.values(), *(one.record_id for one in what.found.vanished)])
    rows = [_with_former(row, titles.get(before[row.key], "")) if row.key in before else row for row in rows]
    rows += [
        FoundRow(one.key, RowKind.VANISHED, titles.get(one.record_id, ""), str(one.record_id), one.record_id)
        for one in what.found.vanished
    ]
    rows += [
        FoundRow(one.key, RowKind.REFUSED, "", "refused", remarks=(one.problem,), number=one.number or place)
        for place, one in enumerate(what.file.refused, start=1)
    ]
    return rows


def _with_former(row: FoundRow, title: str) -> FoundRow:
    """Return a row whose number stood for something else, with a remark that says for what."""
    return replace(row, remarks=(*row.remarks, RowProblem(0, "", "stood_for", {"title": title})))


def chosen(what: Compared, decision: Decision, marks: Mapping[str, tuple[RowKind, str]] | None) -> SourceDifference:
    """Return what is left of a difference by what was decided.

    `marks` are the rows as they were shown: one that would do something else by now was not decided, and is left for
    the next run. None takes them all as they are.
    """

    def choice(kind: RowKind, key: str, mark: str) -> Choice:
        if marks is not None and marks.get(key) != (kind, mark):
            return Choice.LEAVE
        return decision.about(kind, key)

    plans = list[RowPlan]()
    for plan in what.found.plans:
        if plan.kind is None:
            plans.append(plan)
        elif (answer := choice(plan.kind, plan.row.key, mark_of(plan) if marks is not None else "")) != Choice.LEAVE:
            plans.append(decided(plan, answer))
    vanished = tuple(
        one for one in what.found.vanished if choice(RowKind.VANISHED, one.key, str(one.record_id)) is not Choice.LEAVE
    )
    return replace(what.found, plans=tuple(plans), vanished=vanished)


def write(
    uow: UnitOfWork, what: Compared, found: SourceDifference, actor: Actor, now: datetime, teller: Teller | None = None
) -> None:
    """Write a difference, or what was chosen of it, and what was learned about columns; the caller notes the run."""
    code = what.register.info.code
    if not what.known:
        register(uow, actor, what.register, now)
    uow.sources.keep_columns(code, what.register.columns)
    if what.file.columns:
        uow.sources.keep_known_columns(code, what.file.columns)
    told = (teller or NobodyListens()).step(Step.WRITING)
    what.records.write(found, what.upload.as_of, repeated=what.repeated, told=told)


def note_run(uow: UnitOfWork, what: Compared, actor: Actor, now: datetime) -> None:
    """Note a run that was written at once, without somebody following it."""
    counts = {kind.value: count for kind, count in what.counts.items()}
    uow.sources.add_run(what.register.info.code, Run(what.digest, what.upload.as_of, now, counts))
    told(uow, what, actor, counts, now)


def told(uow: UnitOfWork, what: Compared, actor: Actor, counts: Mapping[str, int], now: datetime) -> None:
    """Write into the history that a register was brought in step."""
    day = what.upload.as_of.isoformat() if what.upload.as_of else None
    after = {**counts, "file_as_of": day}
    uow.audit.add(actor, "synced", "source", what.register.info.code, after=after, at=now)


def register(uow: UnitOfWork, actor: Actor, named: Register, now: datetime) -> None:
    """Add a register and say so in the history."""
    uow.sources.add(named)
    after = {"code": named.info.code, "mapping": named.mapping, "noun": named.noun.value, **settings_of(named)}
    uow.audit.add(actor, "registered", "source", named.info.code, after=after, at=now)


def settings_of(named: Register) -> dict[str, object]:
    """Return what an officer sets about a register, as the history keeps it."""
    return {
        "rhythm": named.rhythm.value,
        "removal_share": named.removal_share,
        "fetch_url": named.fetch_url,
        "format": named.format.value,
        "accepts": sorted(named.accepts),
        "grid": named.grid,
        "paused": named.paused,
    }
