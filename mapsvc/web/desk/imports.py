"""`/desk/imports`: a file is read, shown row by row against what is stored, and written only when somebody says so."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import Conflict, Invalid, Stale, TooLarge, UnsupportedType
from mapsvc.domain.imports import Upload
from mapsvc.domain.people import Action, allows, holds_anywhere, require
from mapsvc.domain.uploads import ComparedRow
from mapsvc.usecases import imports as import_cases
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.differences import text_of
from mapsvc.web.desk.import_words import field_text, file_text, problem_text
from mapsvc.web.i18n import instant_text, number_text
from mapsvc.web.limits import UPLOAD, limiter

#: Rows of each kind that the preview shows one by one; further ones follow the switch of their kind.
MOST_SHOWN = 400
_MOST_LISTED = 30
_ACCEPTED = ("changed", "new")
LICENCES = ("CC-BY-4.0", "CC0-1.0", "IODL-2.0", "ODbL-1.0")


@bp.get("/imports")
def imports() -> str:
    """Show the form for a file, and the files of before."""
    return _start_page({}, "")


@bp.post("/imports")
@limiter.limit(UPLOAD)
def imports_upload() -> ResponseReturnValue:
    """Read a file and show what it would do; no record is written."""
    try:
        sent = upload()
        batch_id = import_cases.preview_import(
            services().unit_of_work(), services().register_files, actor(), sent, now()
        )
    except (Invalid, TooLarge, UnsupportedType) as error:
        status = {TooLarge: 413, UnsupportedType: 415}.get(type(error), 422)
        return _start_page(request.form, file_text(error)), status
    return redirect(url_for("desk.imports_show", batch_id=batch_id))


@bp.get("/imports/<uuid:batch_id>")
def imports_show(batch_id: UUID) -> str:
    """Show a preview that waits, or what became of it."""
    return _preview_page(batch_id)


@bp.post("/imports/<uuid:batch_id>")
def imports_decide(batch_id: UUID) -> ResponseReturnValue:
    """Write the accepted rows, all of them or none, or put the file away."""
    uow = services().unit_of_work()
    if request.form.get("verb") == "discard":
        import_cases.discard_import(uow, actor(), batch_id, now())
        flash(_("The file was put away. Nothing was written."), "ok")
        return redirect(url_for("desk.imports"))
    try:
        done = import_cases.apply_import(uow, actor(), batch_id, _accepted(batch_id), now())
    except Stale as error:
        name = str(error.params.get("name", ""))
        words = _("“%(name)s” was changed by somebody since this preview. Nothing was written; send the file again.",
                  name=name)  # fmt: skip
        return _preview_page(batch_id, words), 412
    except (Conflict, Invalid) as error:
        return _preview_page(batch_id, file_text(error)), 409 if isinstance(error, Conflict) else 422
    written = sum(done.values())
    flash(ngettext("%(num)s record was written.", "%(num)s records were written.", written), "ok")
    return redirect(url_for("desk.imports_show", batch_id=batch_id))


def upload() -> Upload:
    """Return the file of a form with what the form says of it; raise Invalid with a pointer."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("choose a file", "/file", code="no_file")
    raw_day = request.form.get("as_of", "").strip()
    try:
        as_of = date.fromisoformat(raw_day) if raw_day else None
    except ValueError:
        raise Invalid("this is no day", "/as_of", code="not_a_date") from None
    return Upload(
        file_name=sent.filename,
        data=sent.read(),
        title=request.form.get("title", ""),
        licence=request.form.get("licence", ""),
        attribution=request.form.get("attribution", ""),
        as_of=as_of,
    )


def _start_page(form: Mapping[str, Any], fault: str) -> str:
    if not holds_anywhere(actor(), Action.IMPORT):
        require(actor(), Action.IMPORT)
    with services().unit_of_work() as uow:
        recent = uow.imports.recent(_MOST_LISTED)
    everywhere = allows(actor(), Action.IMPORT)
    return render_template(
        "desk/imports.html",
        form=form,
        fault=fault,
        licences=[(code, code.replace("-", " ")) for code in LICENCES],
        batches=[_batch(row) for row in recent if everywhere or row["created_by"] == actor().user_id],
    )


def _batch(row: Mapping[str, Any]) -> dict[str, Any]:
    summary = row["summary"]
    states = {"preview": _("Waits for you"), "applied": _("Written"), "discarded": _("Put away")}
    return {
        "url": url_for("desk.imports_show", batch_id=row["id"]),
        "name": row["file_name"],
        "state": row["state"],
        "state_text": states[row["state"]],
        "at": instant_text(row["created_at"]),
        "new": number_text(summary.get("applied_new", summary.get("new", 0))),
        "changed": number_text(summary.get("applied_changed", summary.get("changed", 0))),
        "refused": number_text(summary.get("refused", 0)),
    }


def _preview_page(batch_id: UUID, fault: str = "") -> str:
    preview = import_cases.read_preview(services().unit_of_work(), actor(), batch_id)
    by_kind = {kind: [row for row in preview.rows if row.kind == kind] for kind in import_cases.KINDS}
    return render_template(
        "desk/import.html",
        preview=preview,
        fault=fault,
        counts={kind: int(preview.summary.get(kind, 0)) for kind in import_cases.KINDS},
        applied={kind: preview.summary.get(f"applied_{kind}") for kind in _ACCEPTED},
        groups=[
            {
                "kind": kind,
                "rows": [_row(row) for row in rows[:MOST_SHOWN]],
                "rest": max(0, len(rows) - MOST_SHOWN),
                "total": len(rows),
            }
            for kind, rows in by_kind.items()
            if rows and kind != "unchanged"
        ],
        columns=[(name, field_text(target)) for name, target in preview.understood.items()],
    )


def _row(row: ComparedRow) -> dict[str, Any]:
    record = row.record
    facts = []
    if record is not None and row.kind == "new":
        facts = [text_of("asset_kind", record.asset_kind), text_of("owner_type", record.owner_type)]
        facts += [
            f"{field_text(f'features.{code}')}: {text_of(f'features.{code}', value)}"
            for code, value in list(record.features.items())[:4]
        ]
    return {
        "number": row.number,
        "name": record.name if record else "",
        "facts": facts,
        "changes": [
            {
                "field": field_text(change.field),
                "before": text_of(change.field, change.before),
                "after": text_of(change.field, change.after),
            }
            for change in row.changes
        ],
        "problems": [
            {"column": problem.column, "text": problem_text(problem.code, problem.params)} for problem in row.problems
        ],
    }


def _accepted(batch_id: UUID) -> set[int]:
    """Return the rows to write: of each chosen kind those whose box is ticked, and those that had no box."""
    preview = import_cases.read_preview(services().unit_of_work(), actor(), batch_id)
    ticked = {int(raw) for raw in request.form.getlist("row") if raw.isdecimal() and len(raw) < 9}
    accepted: set[int] = set()
    for kind in _ACCEPTED:
        if not request.form.get(f"take_{kind}"):
            continue
        numbers = [row.number for row in preview.rows if row.kind == kind]
        accepted |= (set(numbers[:MOST_SHOWN]) & ticked) | set(numbers[MOST_SHOWN:])
    if preview.state == "preview" and not accepted:
        raise Invalid("nothing is chosen", "/row", code="nothing_chosen")
    return accepted
