"""Keeping registers in step: one run compares a file with what is stored and writes all that it may, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import Upload
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.sources import Register, Run, SourceDifference, SourceFile, SourceFiles, SyncReport
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.source_work import compared, note_run, write
from mapsvc.usecases.source_work import register as add

_LONGEST = 160
_TEXTS = ("title", "licence", "attribution")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a run was asked for: only to look, with removals accepted, with answers about renamed columns."""

    dry_run: bool = False
    accept_removals: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)


def add_register(uow: UnitOfWork, actor: Actor, register: Register, now: datetime) -> None:
    """Name a register that is kept in step from now on.

    Raises Forbidden, Invalid for a code, title or share that cannot be, Conflict when the code is taken by another.
    """
    require(actor, Action.IMPORT)
    info = register.info
    if not info.code or slugify(info.code) != info.code:
        raise Invalid("A name has small letters, digits and hyphens, as in palermo-pacts.", "/code", code="code")
    if not 0 <= register.removal_share <= 1:
        raise Invalid("The share lies between 0 and 1.", "/removal_share", code="range")
    cleaned = {name: clean_text(getattr(info, name), f"/{name}", _LONGEST) for name in _TEXTS}
    for name, text in cleaned.items():
        if not text:
            raise Invalid(f"The register needs its {name}.", f"/{name}", code="required")
    title, licence, attribution = (cleaned[name] for name in _TEXTS)
    clean = replace(info, title=title, licence=licence, attribution=attribution)
    with uow:
        stored = uow.sources.get(info.code, lock=True)
        if stored is not None and (stored.noun, stored.mapping) != (register.noun, register.mapping):
            raise Conflict(f"There is a register {info.code} that is read in another way.", code="taken")
        if stored is None:
            add(uow, actor, replace(register, info=clean), now)
        uow.commit()


def registers(uow: UnitOfWork, actor: Actor) -> list[tuple[Register, Run | None]]:
    """Return every register with its last run."""
    require(actor, Action.IMPORT)
    with uow:
        return uow.sources.all()


def sync(
    uow: UnitOfWork, files: SourceFiles, actor: Actor, code: str, upload: Upload, asked: Asked, now: datetime
) -> SyncReport:
    """Bring a source in step with a file of its register, in one transaction, and return what that meant.

    Nothing is written for a dry run, while there is a question about a column, and when more rows are missing than the
    register may lose at once. A missing row deletes nothing. Raises Forbidden, NotFound for a source that nobody named,
    and what the reader raises for a file that cannot be used at all.
    """
    require(actor, Action.IMPORT)
    with uow:
        what = compared(
            uow, files, actor, code, upload, now, accept_removals=asked.accept_removals, columns=asked.columns
        )
        written = not what.stopped and not asked.dry_run and (not what.repeated or what.does_anything)
        if written:
            write(uow, what, what.found, actor, now)
            note_run(uow, what, actor, now)
            uow.commit()
    return _report(what.file, what.found, stopped=what.stopped, written=written)


def _report(file: SourceFile, found: SourceDifference, *, stopped: bool, written: bool) -> SyncReport:
    new, changed, moved, reused, disputed = list[str](), list[str](), list[str](), list[str](), {}
    for plan in found.plans:
        key = plan.row.key
        if plan.reused is not None:
            reused.append(key)
        elif plan.record_id is None:
            new.append(key)
        elif plan.returned or any(not plan.moved or change.field != "point" for change in plan.changes):
            changed.append(key)
        if plan.moved:
            moved.append(key)
        if plan.conflicts:
            disputed[key] = tuple(change.field for change in plan.conflicts)
    return SyncReport(
        new=tuple(new),
        changed=tuple(changed),
        moved=tuple(moved),
        vanished=tuple(one.key for one in found.vanished),
        reused_ids=tuple(reused),
        conflicts=tuple(disputed),
        refused=tuple(dict.fromkeys(one.key for one in file.refused)),
        stopped_to_ask=stopped,
        refusals=file.refused,
        questions=file.questions,
        disputed=disputed,
        written=written,
    )
