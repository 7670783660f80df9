"""Keeping registers in step: one run compares a file with what is stored and writes all that it may, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.history import difference
from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import Upload
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.public_addresses import checked_address
from mapsvc.domain.sources import HARMLESS, Register, Run, SourceDifference, SourceFile, SourceFiles, SyncReport
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.source_work import compared, note_run, settings_of, write
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
    clean = _clean(register)
    code = clean.info.code
    if not code or slugify(code) != code or len(code) > _LONGEST:
        raise Invalid("A name has small letters, digits and hyphens, as in palermo-pacts.", "/code", code="code")
    with uow:
        stored = uow.sources.get(code, lock=True)
        if stored is not None and (stored.noun, stored.mapping) != (register.noun, register.mapping):
            raise Conflict(f"There is a register {code} that is read in another way.", code="taken")
        if stored is None:
            add(uow, actor, clean, now)
        uow.commit()


def set_register(uow: UnitOfWork, actor: Actor, register: Register, now: datetime) -> None:
    """Change how a register is kept in step; its code, noun and mapping stay.

    Raises Forbidden, NotFound, Invalid, and Stale when somebody changed it since `register` was read.
    """
    require(actor, Action.IMPORT)
    clean = _clean(register)
    code = clean.info.code
    with uow:
        stored = uow.sources.get(code, lock=True)
        if stored is None:
            raise NotFound(f"There is no source {code}.", code="unknown_source")
        if not uow.sources.set(clean):
            raise Stale("somebody else changed the register", code="stale", name=code)
        before, after = difference(_shown(stored), _shown(clean))
        uow.audit.add(actor, "edited", "source", code, before=before, after=after, at=now)
        uow.commit()


def _shown(register: Register) -> dict[str, object]:
    info = register.info
    texts = {"title": info.title, "licence": info.licence, "attribution": info.attribution, "url": info.url}
    return {**texts, **settings_of(register)}


def _clean(register: Register) -> Register:
    """Return the register with clean texts; raise Invalid for what cannot be."""
    info = register.info
    if not 0 <= register.removal_share <= 1:
        raise Invalid("The share lies between 0 and 1.", "/removal_share", code="range")
    if register.grid is not None and not 1_024 <= register.grid <= 32_767:
        raise Invalid("This is no number of a coordinate system.", "/grid", code="grid")
    if not register.accepts <= set(HARMLESS):
        raise Invalid("This kind is always looked at.", "/accepts", code="accepts")
    for name, url in (("url", info.url), ("fetch_url", register.fetch_url)):
        if url:
            checked_address(url, f"/{name}")
    cleaned = {name: clean_text(getattr(info, name), f"/{name}", _LONGEST) for name in _TEXTS}
    for name, text in cleaned.items():
        if not text:
            raise Invalid(f"The register needs its {name}.", f"/{name}", code="required")
    title, licence, attribution = (cleaned[name] for name in _TEXTS)
    return replace(register, info=replace(info, title=title, licence=licence, attribution=attribution))


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
