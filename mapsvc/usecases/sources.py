"""Keeping registers in step: one run compares a file with what is stored and writes all that it may, or nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import Upload
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.source_difference import compare
from mapsvc.domain.sources import (
    Register,
    Run,
    SourceDifference,
    SourceFile,
    SourceFiles,
    SourceNoun,
    SourceReading,
    SyncReport,
)
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.source_records import PactRecords, Records, SpaceRecords

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
            _register(uow, actor, replace(register, info=clean), now)
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
        register = uow.sources.get(code, lock=True)
        known = register or files.known(code)
        if known is None:
            raise NotFound(f"There is no source {code}.", code="unknown_source")
        answered = replace(known, columns={**known.columns, **asked.columns})
        file = files.read(answered, upload, SourceReading(now.date(), uow.loading.region(), uow.loading.street_point))
        records: Records = (PactRecords if known.noun is SourceNoun.PACTS else SpaceRecords)(uow, actor, answered, now)
        file = records.checked(file)
        # A question about a column leaves nothing to compare, so nothing can have vanished.
        share = 1.0 if asked.accept_removals or file.questions else known.removal_share
        found = compare(
            file.rows, [one.key for one in file.refused], records.seen(), records.held(file), records.other, share
        )
        if file.questions:
            found = replace(found, vanished=(), still_missing=())
        stopped = found.stopped or bool(file.questions)
        digest = hashlib.sha256(upload.data).hexdigest()
        last = uow.sources.last_run(code)
        repeated = last is not None and last.file_sha256 == digest
        written = not stopped and not asked.dry_run and (not repeated or _does_anything(found))
        report = _report(file, found, stopped=stopped, written=written)
        if written:
            if register is None:
                _register(uow, actor, known, now)
            if asked.columns:
                uow.sources.keep_columns(code, answered.columns)
            records.write(found, upload.as_of, repeated=repeated)
            uow.sources.add_run(code, Run(digest, upload.as_of, now, _counts(report)))
            day = upload.as_of.isoformat() if upload.as_of else None
            uow.audit.add(actor, "synced", "source", code, after={**_counts(report), "file_as_of": day}, at=now)
            uow.commit()
    return report


def _register(uow: UnitOfWork, actor: Actor, register: Register, now: datetime) -> None:
    uow.sources.add(register)
    after = {
        "code": register.info.code,
        "noun": register.noun.value,
        "mapping": register.mapping,
        "rhythm": register.rhythm.value,
        "removal_share": register.removal_share,
    }
    uow.audit.add(actor, "registered", "source", register.info.code, after=after, at=now)


def _does_anything(found: SourceDifference) -> bool:
    return bool(found.vanished) or any(plan.changes or plan.remember for plan in found.plans)


def _counts(report: SyncReport) -> dict[str, int]:
    names = ("new", "changed", "moved", "vanished", "reused_ids", "conflicts", "refused")
    return {name: len(getattr(report, name)) for name in names}


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
