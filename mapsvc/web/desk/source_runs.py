"""`/desk/sources/runs`: one run of a register, followed while it works, looked through, decided."""

from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import Conflict, Invalid, Stale
from mapsvc.domain.source_runs import AT_WORK, MAY, Choice, Decision, FoundRow, RunState, SourceRun
from mapsvc.domain.sources import Register, RowKind, SourceNoun
from mapsvc.usecases import source_runs as cases
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk import source_words as words
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import version
from mapsvc.web.desk.import_words import field_text
from mapsvc.web.desk.sources import run_row
from mapsvc.web.i18n import number_text
from mapsvc.web.paging import Paging

_FEW, _MANY = 4, 50
"""Rows of a kind on the page of the run, and on a page of their own."""
_LEFT_ALONE = "-"


@bp.get("/sources/runs/<uuid:run_id>")
def source_run(run_id: UUID) -> str:
    """Show a run: how far it is, what it asks, what it found, what became of it."""
    return _page(run_id)


@bp.get("/sources/runs/<uuid:run_id>/progress.json")
def source_progress(run_id: UUID) -> ResponseReturnValue:
    """Answer how far a run is, for the page that follows it."""
    _register, run = cases.read_run(services().unit_of_work(), actor(), run_id)
    return jsonify(
        {
            "working": run.state in AT_WORK,
            "state": run.state.value,
            "version": run.version,
            "done": run.done_rows,
            "total": run.all_rows,
            "title": words.step_text(run.step),
            "text": _progress_text(run),
        }
    )


@bp.get("/sources/runs/<uuid:run_id>/rows")
def source_rows(run_id: UUID) -> str:
    """Show the rows of one kind, page by page, each with its own decision."""
    return _rows_page(run_id, _kind(request.args.get("kind", "")))


@bp.post("/sources/runs/<uuid:run_id>/rows")
def source_choose(run_id: UUID) -> ResponseReturnValue:
    """Remember the decisions about the rows of one page; nothing is written yet."""
    kind = _kind(request.form.get("kind", ""))
    shown = request.form.getlist("shown")[:_MANY]
    choices: dict[str, Choice | None] = {}
    for place, key in enumerate(shown):
        raw = request.form.get(f"row-{place}", Choice.LEAVE.value)
        if raw not in set(Choice) or (raw == Choice.THEIRS and kind is not RowKind.CONFLICT):
            raise Invalid("no such choice", f"/row-{place}", code="unknown_value", value=raw)
        choices[key] = Choice(raw)
    try:
        cases.choose_rows(services().unit_of_work(), actor(), run_id, choices, version(), now())
    except (Stale, Conflict) as error:
        return _page(run_id, _fault(error)), 412 if isinstance(error, Stale) else 409
    flash(_("Noted. Nothing is written before you accept."), "ok")
    return redirect(url_for("desk.source_run", run_id=run_id), 303)


@bp.post("/sources/runs/<uuid:run_id>")
def source_decide(run_id: UUID) -> ResponseReturnValue:
    """Accept, answer about columns, stop, go on, or put the run away."""
    verb = request.form.get("verb", "")
    try:
        said = _do(verb, run_id)
    except Stale as error:
        return _page(run_id, _fault(error)), 412
    except (Conflict, Invalid) as error:
        return _page(run_id, _fault(error)), 409 if isinstance(error, Conflict) else 422
    if said:
        flash(said, "ok")
    return redirect(url_for("desk.source_run", run_id=run_id), 303)


def _do(verb: str, run_id: UUID) -> str:
    """Do what a button of the page says and return what to tell."""
    uow, who, at = services().unit_of_work(), actor(), now()
    if verb == "accept":
        kinds = frozenset(_kind(raw) for raw in request.form.getlist("kind"))
        cases.decide_run(uow, who, run_id, kinds, version(), at)
        return ""
    if verb == "columns":
        cases.answer_columns(uow, who, run_id, _answers(run_id), version(), at)
        return ""
    if verb == "forget":
        _register, run = cases.read_run(services().unit_of_work(), actor(), run_id)
        none = dict.fromkeys(run.decision.rows if run.decision else (), None)
        cases.choose_rows(uow, who, run_id, none, version(), at)
        return _("The rows follow the switches again.")
    if verb == "stop":
        cases.stop_run(uow, who, run_id, at)
        return _("It stops at the next step. Nothing of it is written.")
    if verb == "resume":
        cases.resume_run(uow, who, run_id, at)
        return ""
    if verb == "put_away":
        cases.put_run_away(uow, who, run_id, at)
        return _("The run was put away. Nothing was written.")
    raise Invalid("no such verb", "/verb", code="unknown_value", value=verb)


def _answers(run_id: UUID) -> dict[str, str]:
    """Return what the form says about columns; only columns of the file and known fields count."""
    _register, run = cases.read_run(services().unit_of_work(), actor(), run_id)
    questioned = {one.found for one in run.questions}
    asked = questioned | set(run.columns)
    known = set(services().source_files.fields()) | {one.missing for one in run.questions} | set(run.columns)
    answers: dict[str, str] = {}
    for place, column in enumerate(request.form.getlist("column")[:300]):
        answer = request.form.get(f"column-{place}", "").strip()
        if column not in asked or answer not in {"", _LEFT_ALONE, *known}:
            raise Invalid("no such column", f"/column-{place}", code="unknown_value", value=answer)
        was = None if column in questioned else run.columns.get(column, "") or _LEFT_ALONE
        if answer and answer != was:
            answers[column] = "" if answer == _LEFT_ALONE else answer
    if not answers:
        raise Invalid("nothing changed", "/column", code="nothing_chosen")
    return answers


def _kind(raw: str) -> RowKind:
    try:
        return RowKind(raw)
    except ValueError:
        raise Invalid("no such kind", "/kind", code="unknown_value", value=raw) from None


def _fault(error: Exception) -> str:
    if isinstance(error, Stale):
        return _("Somebody else decided in between. Nothing was written; look at it again.")
    assert isinstance(error, Conflict | Invalid)
    return words.error_text(error)


def _page(run_id: UUID, fault: str = "") -> str:
    register, run = cases.read_run(services().unit_of_work(), actor(), run_id)
    shown = run.state is RunState.WAITING
    kinds = [
        _group(register, run, kind, count)
        for kind in RowKind
        if (count := int(run.counts.get(kind.value, 0))) and (shown or kind is RowKind.REFUSED)
    ]
    state, tag = words.state_of(run)
    decision = run.decision or Decision()
    chosen = list(decision.rows.values())
    return render_template(
        "desk/sources/run.html",
        run=run,
        row=run_row(run),
        register=register,
        fault=fault,
        state=state,
        tag=tag,
        working=run.state in AT_WORK,
        step=words.step_text(run.step),
        progress=_progress_text(run),
        failure=words.fault_text(run.fault, run.fault_params) if run.fault else "",
        kinds=kinds,
        bar=_bar(run),
        may={verb: run.state in states for verb, states in MAY.items()},
        chosen=len(chosen),
        chosen_text=_chosen_text(chosen),
        columns=_columns(register, run),
        fields=_fields(),
        questions=[_question(one) for one in run.questions],
        written=words.counted(run.written) if run.written is not None else "",
        missing_text=_missing_text(run),
    )


def _group(register: Register, run: SourceRun, kind: RowKind, count: int) -> dict[str, Any]:
    rows, slugs = cases.read_rows(services().unit_of_work(), actor(), run.id, kind, _FEW)
    decision = run.decision or Decision()
    return {
        "kind": kind.value,
        "title": words.kind_title(kind),
        "text": words.kind_text(kind),
        "accept": words.accept_text(kind, count),
        "count": number_text(count),
        "on": kind in decision.kinds,
        "rows": [_found(register, row, slugs, decision) for row in rows],
        "rest": count - len(rows),
        "url": url_for("desk.source_rows", run_id=run.id, kind=kind.value),
        "url_text": ngettext("Look at it", "Look at all %(n)s, one by one", count, n=number_text(count)),
    }


def _found(register: Register, row: FoundRow, slugs: Any, decision: Decision) -> dict[str, Any]:
    slug = slugs.get(row.record_id)
    public = "/pacts/" if register.noun is SourceNoun.PACTS else "/spaces/"
    choice = decision.rows.get(row.key)
    return {
        "key": row.key,
        "title": row.title or row.key,
        "url": public + slug if slug else "",
        "number": row.number,
        "changes": [_change(one) for one in row.changes],
        "disputed": [_change(one) for one in row.disputed],
        "remarks": [words.remark_text(one.code, one.params) for one in row.remarks],
        "choice": (choice or decision.about(row.kind, row.key)).value,
        "single": choice is not None,
    }


def _change(change: Any) -> dict[str, str]:
    return words.change_of(change.field, change.before, change.after)


def _bar(run: SourceRun) -> list[dict[str, Any]]:
    """Return the kinds of a difference as parts of one bar, in tenths of a percent."""
    total = sum(int(count) for count in run.counts.values())
    return [
        {
            "kind": kind.value,
            "title": words.kind_title(kind),
            "count": number_text(count),
            "width": max(12, round(1_000 * count / total)),
        }
        for kind in RowKind
        if total and (count := int(run.counts.get(kind.value, 0)))
    ]


def _question(question: Any) -> dict[str, str]:
    target = field_text(question.missing)
    return {"found": question.found, "missing": question.missing, "missing_text": target}


def _columns(register: Register, run: SourceRun) -> list[dict[str, Any]]:
    if register.mapping != "premises":
        return []
    return [
        {"name": name, "target": target or _LEFT_ALONE, "text": field_text(target) if target else _("left alone")}
        for name, target in run.columns.items()
        if name
    ]


def _fields() -> list[tuple[str, str]]:
    """Return what a column can stand for, in the order of the words."""
    fields = [(code, field_text(code)) for code in services().source_files.fields()]
    return [(_LEFT_ALONE, _("left alone")), *sorted(fields, key=lambda pair: pair[1].casefold())]


def _progress_text(run: SourceRun) -> str:
    if run.step == "fetching":
        return _(
            "%(done)s of %(total)s kB", done=number_text(run.done_rows // 1000), total=number_text(run.all_rows // 1000)
        )
    if not run.all_rows:
        return ""
    return _("%(done)s of %(total)s rows", done=number_text(run.done_rows), total=number_text(run.all_rows))


def _chosen_text(chosen: list[Choice]) -> str:
    left = sum(one is Choice.LEAVE for one in chosen)
    taken = len(chosen) - left
    first = ngettext("%(n)s row is taken", "%(n)s rows are taken", taken, n=number_text(taken))
    second = ngettext("%(n)s is left", "%(n)s are left", left, n=number_text(left))
    return _("Decided one by one: %(first)s, %(second)s.", first=first, second=second)


def _missing_text(run: SourceRun) -> str:
    missing = int(run.counts.get(RowKind.VANISHED.value, 0))
    return ngettext(
        "%(n)s row is missing, more than this register may lose at once. Perhaps the publication broke off.",
        "%(n)s rows are missing, more than this register may lose at once. Perhaps the publication broke off.",
        missing,
        n=number_text(missing),
    )


def _rows_page(run_id: UUID, kind: RowKind) -> str:
    register, run = cases.read_run(services().unit_of_work(), actor(), run_id)
    paging = Paging.read(_MANY)
    rows, slugs = cases.read_rows(services().unit_of_work(), actor(), run_id, kind, _MANY, paging.offset)
    total = int(run.counts.get(kind.value, 0))
    return render_template(
        "desk/sources/rows.html",
        run=run,
        register=register,
        kind=kind.value,
        title=words.kind_title(kind),
        text=words.kind_text(kind),
        total=number_text(total),
        rows=[_found(register, row, slugs, run.decision or Decision()) for row in rows],
        can=run.state is RunState.WAITING and kind is not RowKind.REFUSED,
        paging=paging.links(total),
    )
