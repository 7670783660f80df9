"""Importing a register of premises: a preview says row by row what would happen, then all of it happens or nothing."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.history import Change
from mapsvc.domain.ids import new_id, slugify
from mapsvc.domain.imports import RowProblem, SourceInfo, SpaceRecord, Upload
from mapsvc.domain.observations import StoredObservation
from mapsvc.domain.people import Action, Actor, allows, holds_anywhere, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.publication import AreaPolicy, Standing, must_not_be_stored, precision_for
from mapsvc.domain.spaces import Space
from mapsvc.domain.texts import clean_text
from mapsvc.domain.uploads import ComparedRow, FieldChange, Reading, RegisterFiles, Told, nobody
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.import_rows import row_from_json, row_to_json
from mapsvc.usecases.seeding import ROWS_PER_STEP, Conclusions, Slugs, new_space, observation
from mapsvc.usecases.spaces import checked

KINDS = ("new", "changed", "unchanged", "refused")
_LONGEST_FILE_NAME = 200
_LONGEST_TITLE = 160

REGISTER = SourceInfo(
    code="register",
    title="Register of premises",
    licence="CC-BY-4.0",
    attribution="City administration",
    url="",
)


@dataclass(frozen=True, slots=True)
class Preview:
    """An uploaded file that waits for a decision, or what became of it.

    `summary` counts rows by kind; `understood` maps columns to fields. Rows are gone once the file is decided.
    """

    id: UUID
    file_name: str
    state: str
    source: SourceInfo
    summary: Mapping[str, Any]
    understood: Mapping[str, str]
    not_understood: tuple[str, ...]
    rows: tuple[ComparedRow, ...]


def preview_import(uow: UnitOfWork, files: RegisterFiles, actor: Actor, upload: Upload, now: datetime) -> UUID:
    """Read an uploaded file, keep what it would do and return the id of that preview; no space is written.

    Raises Forbidden, and Invalid, TooLarge or UnsupportedType for a file that cannot be used at all.
    """
    if not holds_anywhere(actor, Action.IMPORT):
        raise Forbidden("this account may not import", code="forbidden", action=Action.IMPORT.value)
    with uow:
        source = _source_of(upload)
        read = files.read(upload, Reading(now.date(), uow.loading.region(), uow.loading.street_point))
        records = [row.record for row in read.rows if row.record is not None]
        slugs = [row.slug for row in read.rows if row.slug is not None]
        stored = uow.loading.candidates(records, slugs, source.code)
        known = {space.id: space for space in stored}
        rows = [_permitted(uow, actor, row, known) for row in files.compare(read.rows, stored, source.code)]
        batch_id = new_id()
        content = {
            "source": asdict(source),
            "understood": dict(read.understood),
            "not_understood": list(read.not_understood),
            "rows": [row_to_json(row, known[row.space_id].slug if row.space_id else None) for row in rows],
        }
        name, counts = _clean_name(upload.file_name), _counts(rows)
        uow.imports.add(batch_id, name, actor.user_id, now, counts, content)
        after = {"state": "preview", "file_name": name, "source": source.code, **counts}
        uow.audit.add(actor, "previewed", "import", batch_id, after=after, at=now)
        uow.commit()
    return batch_id


def read_preview(uow: UnitOfWork, actor: Actor, batch_id: UUID) -> Preview:
    """Return a preview to the account that made it, or to one that may import everywhere; raise NotFound, Forbidden."""
    with uow:
        return _own_preview(uow, actor, batch_id)


def apply_import(
    uow: UnitOfWork, actor: Actor, batch_id: UUID, accepted: Collection[int] | None, now: datetime
) -> Counter[str]:
    """Write the new and changed rows of a preview: all (None), or those with the accepted numbers; one transaction.

    Returns how many rows were written, by kind. Raises Conflict when it was decided before, Stale when a space changed
    since the preview, Invalid for a number that is no row to accept; nothing is written then.
    """
    with uow:
        preview = _own_preview(uow, actor, batch_id, lock=True)
        if preview.state != "preview":
            raise Conflict("this import was decided before", code="decided_before", state=preview.state)
        rows = _chosen(preview.rows, accepted)
        uow.loading.begin(preview.source, now)
        new = [row.record for row in rows if row.kind == "new" and row.record is not None]
        add_new(uow, actor, new, preview.source.code, now)
        for row in rows:
            if row.kind == "changed":
                _change(uow, actor, row, preview.source.code, now)
        done = Counter(row.kind for row in rows)
        summary = {**preview.summary, "applied_new": done["new"], "applied_changed": done["changed"]}
        uow.imports.close(batch_id, "applied", now, summary)
        after = {"state": "applied", **done}
        uow.audit.add(actor, "imported", "import", batch_id, before={"state": "preview"}, after=after, at=now)
        uow.commit()
    return done


def discard_import(uow: UnitOfWork, actor: Actor, batch_id: UUID, now: datetime) -> None:
    """Put a preview away without writing anything; raise Conflict when it was decided before."""
    with uow:
        preview = _own_preview(uow, actor, batch_id, lock=True)
        if preview.state != "preview":
            raise Conflict("this import was decided before", code="decided_before", state=preview.state)
        uow.imports.close(batch_id, "discarded", now, dict(preview.summary))
        uow.audit.add(actor, "discarded", "import", batch_id, before={"state": "preview"},
                      after={"state": "discarded"}, at=now)  # fmt: skip
        uow.commit()


def _own_preview(uow: UnitOfWork, actor: Actor, batch_id: UUID, *, lock: bool = False) -> Preview:
    stored = uow.imports.get(batch_id, lock=lock)
    if stored is None:
        raise NotFound("there is no such import")
    # Rows can hold places of any area: only who made the preview, or who may import everywhere, sees it.
    if stored["created_by"] != actor.user_id or not holds_anywhere(actor, Action.IMPORT):
        require(actor, Action.IMPORT)
    content = stored["rows"]
    return Preview(
        id=stored["id"],
        file_name=stored["file_name"],
        state=stored["state"],
        source=SourceInfo(**content["source"]) if content else REGISTER,
        summary=stored["summary"],
        understood=content.get("understood", {}),
        not_understood=tuple(content.get("not_understood", ())),
        rows=tuple(row_from_json(row) for row in content.get("rows", ())),
    )


def _source_of(upload: Upload) -> SourceInfo:
    """Return the source that a file belongs to: the one with its title, or the register as a whole."""
    title = clean_text(upload.title, "/title", _LONGEST_TITLE)
    licence = clean_text(upload.licence, "/licence", _LONGEST_TITLE) or REGISTER.licence
    attribution = clean_text(upload.attribution, "/attribution", _LONGEST_TITLE) or title or REGISTER.attribution
    if not title:
        return replace(REGISTER, licence=licence, attribution=attribution)
    return SourceInfo(f"register-{slugify(title)}", title, licence, attribution, "")


def _counts(rows: Collection[ComparedRow]) -> dict[str, int]:
    counted = Counter(row.kind for row in rows)
    return {kind: counted[kind] for kind in KINDS}


def _clean_name(file_name: str) -> str:
    name = "".join(sign for sign in file_name if sign.isprintable()).strip()
    return name[-_LONGEST_FILE_NAME:] or "file"


def _permitted(uow: UnitOfWork, actor: Actor, row: ComparedRow, known: Mapping[UUID, Space]) -> ComparedRow:
    """Return the row, or a refused one where the actor has no say over its place or it must not be stored."""
    if row.record is None or row.kind == "unchanged":
        return row
    record = row.record
    if row.kind == "new" and must_not_be_stored(Standing(record.asset_kind, record.owner_type)):
        return _refused(row, "dwelling")
    # Somebody who may import everywhere need not be asked place by place.
    if not allows(actor, Action.IMPORT):
        places = [uow.areas.at(*record.point)]
        if row.space_id is not None:
            places.append(uow.areas.path(known[row.space_id].area_id))
        if not all(allows(actor, Action.IMPORT, areas) for areas in places):
            return _refused(row, "outside_your_area")
    if row.space_id is not None:
        try:
            checked(merged(known[row.space_id], row.changes))
        except Invalid as fault:
            return _refused(row, fault.code, fault.pointer)
    return row


def _refused(row: ComparedRow, code: str, column: str = "") -> ComparedRow:
    return ComparedRow(row.number, "refused", row.record, problems=(RowProblem(row.number, column.strip("/"), code),))


def _chosen(rows: Collection[ComparedRow], accepted: Collection[int] | None) -> list[ComparedRow]:
    ready = [row for row in rows if row.kind in ("new", "changed")]
    if accepted is None:
        return ready
    unknown = set(accepted) - {row.number for row in ready}
    if unknown:
        raise Invalid("This row cannot be accepted.", "/rows", code="not_a_row", value=min(unknown))
    return [row for row in ready if row.number in accepted]


def add_new(
    uow: UnitOfWork,
    actor: Actor,
    records: Sequence[SpaceRecord],
    source_code: str,
    now: datetime,
    told: Told = nobody,
) -> None:
    """Add new spaces, published as exactly as the rules for their kind, owner and area allow."""
    taken = uow.loading.known_keys("spaces")
    if again := [record for record in records if record.source_key in taken]:
        raise Stale("somebody else imported the same rows first", code="stale", name=again[0].name)
    slugs, conclusions = Slugs(uow.loading), Conclusions(now.date(), uow.freshness_policy)
    policies: dict[tuple[UUID, ...], AreaPolicy] = {}
    for start in range(0, len(records), ROWS_PER_STEP):
        told(start, len(records))
        part = records[start : start + ROWS_PER_STEP]
        spaces = []
        for record, areas in zip(part, uow.areas.at_many([one.point for one in part]), strict=True):
            if areas not in policies:
                policies[areas] = uow.areas.policy(areas)
            precision = precision_for(Standing(record.asset_kind, record.owner_type), policies[areas])
            placed = replace(record, publication_precision=precision.value)
            spaces.append(new_space(placed, slugs.of_space(placed), conclusions))
        uow.loading.add_spaces(spaces, now)
        entries = [
            Change(one.id, after={"name": one.record.name, "state": "published", "source": source_code})
            for one in spaces
        ]
        uow.audit.add_many(actor, "imported", "space", entries, at=now)


def _change(uow: UnitOfWork, actor: Actor, row: ComparedRow, source_code: str, now: datetime) -> None:
    space = uow.spaces.get(row.space_id, lock=True) if row.space_id else None
    if space is None or space.version != row.version:
        name = row.record.name if row.record else ""
        raise Stale("a space changed since the preview", code="stale", name=name, row=row.number)
    changed = checked(replace(merged(space, row.changes), updated_at=now))
    if not uow.spaces.update(changed):
        raise Stale("a space changed since the preview", code="stale", name=space.name, row=row.number)
    for seen in row.record.observations if row.record else ():
        # The same file sent again says the same thing about the same day; that is one observation.
        if not uow.loading.observation_known(seen.source_key):
            stored = StoredObservation(space.id, observation(seen), source_code, source_key=seen.source_key)
            uow.observations.add(stored)
    refresh(uow, space.id, now.date())
    uow.audit.add(
        actor,
        "imported",
        "space",
        space.id,
        before={change.field: change.before for change in row.changes},
        after={change.field: change.after for change in row.changes},
        at=now,
    )


def merged(space: Space, changes: Collection[FieldChange]) -> Space:
    """Return the space with the changes of a row; `features.x` and the like name members of a JSON field."""
    values: dict[str, Any] = {}
    for change in changes:
        field, _, member = change.field.partition(".")
        if field == "point" and isinstance(change.after, list | tuple):
            values["lon"], values["lat"] = change.after
        elif member:
            values.setdefault(field, dict(getattr(space, field)))[member] = change.after
        else:
            values[field] = change.after
    return replace(space, **values)
