"""Runs of a call: trying out, freezing, reviewing, adopting, discarding; and the pages of what is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.match_runs import MatchRun, RunKind
from mapsvc.usecases import match_runs
from mapsvc.usecases.match_boards import Board
from mapsvc.usecases.match_runs import ShownRun
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.desk import match_steps, match_tries, match_view
from mapsvc.web.desk import match_words as words
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.match import chosen_pair, frame, matrix, panels, read_workspace, result_map
from mapsvc.web.desk.match_faces import faces_of
from mapsvc.web.desk.match_words import Faces
from mapsvc.web.i18n import date_text, instant_text
from mapsvc.web.messages import sentence

_STATUS = {Stale: 412, Conflict: 409, Invalid: 422}
_Refused = (Stale, Conflict, Invalid)


@bp.get("/calls/<code>/match/try")
def match_try(code: str) -> str:
    """Ask what to change; the answer is computed at once and kept as a simulation."""
    return _try_page(code, {}, "")


def _try_page(code: str, given: Mapping[str, Any], fault: str) -> str:
    space = read_workspace(code)
    board, faces = Board(space.solved), faces_of(space.market.applications, space.market.lots)
    return render_template(
        "desk/match/try.html",
        **frame(space.market.call, _("What if")),
        form=match_tries.form(board, faces, given),
        figures=match_view.figures_text(board.figures),
        fault=fault,
        map=None,
    )


@bp.post("/calls/<code>/match/try")
def match_simulate(code: str) -> ResponseReturnValue:
    """Compute and keep a simulation; what was typed stays where it cannot be computed."""
    space = read_workspace(code)
    board = Board(space.solved)
    try:
        changes = match_tries.read(board.weights, board.mechanism)
        if not changes.to_json():
            raise Invalid("Change something first.", "", code="nothing_changed")
        done = match_runs.simulate(services().unit_of_work(), actor(), code, changes, now())
    except (Invalid, Conflict, NotFound) as error:
        status = 404 if isinstance(error, NotFound) else _STATUS[type(error)]
        return _try_page(code, match_tries.typed(), sentence(error)), status
    if done.record is None:
        raise NotFound("the simulation was not kept")
    return redirect(url_for("desk.match_run", code=code, run_id=done.record.id), 303)


@bp.get("/calls/<code>/match/runs", endpoint="match_runs")
def match_runs_list(code: str) -> str:
    """List the runs and simulations of a call, the latest first."""
    space = read_workspace(code)
    faces = faces_of(space.market.applications, space.market.lots)
    rows = [
        {
            "url": url_for("desk.match_run", code=code, run_id=one.id),
            "kind": words.run_kind(one.kind.value),
            "state": words.run_state(one.state.value),
            "simulation": one.kind is RunKind.SIMULATION,
            "when": instant_text(one.started_at),
            "changes": match_tries.in_words(one.changes, faces),
            "hash": (one.result_sha256 or "")[:12],
        }
        for one in space.runs
    ]
    return render_template(
        "desk/match/runs.html", **frame(space.market.call, _("Runs and simulations")), rows=rows, map=None
    )


@bp.get("/calls/<code>/match/runs/<uuid:run_id>")
def match_run(code: str, run_id: UUID) -> str:
    """Show one run from what was kept of it; a simulation stands beside the trial run of now."""
    return _run_page(code, run_id, {}, "")


def _run_page(code: str, run_id: UUID, given: Mapping[str, str], fault: str) -> str:
    forget()
    shown = match_runs.show(services().unit_of_work(), actor(), run_id)
    if shown.call.code != code:
        raise NotFound("there is no such run in this call")
    faces, board = faces_of(shown.applicants, shown.lots), Board(shown.solved)
    simulation = shown.record.kind is RunKind.SIMULATION
    common = _run_parts(shown, board, faces) | {"given": given, "fault": fault}
    if simulation:
        return render_template("desk/match/simulation.html", **common | _beside_now(code, shown, board, faces))
    chosen = chosen_pair(board)
    return render_template(
        "desk/match/run.html",
        **common,
        **matrix(board, faces, chosen),
        **panels(board, faces, code, chosen, None),
    )


def _run_parts(shown: ShownRun, board: Board, faces: Faces) -> dict[str, Any]:
    """Return what the pages of official runs and of simulations have in common."""
    record, kind = shown.record, words.run_kind(shown.record.kind.value)
    title = _("%(kind)s of %(day)s", kind=kind, day=date_text(record.started_at.date()))
    sensitive = match_view.pairs_text(board.rank_sensitive, board, faces)
    return {
        **frame(shown.call, title),
        "run": {
            "id": record.id,
            "version": record.version,
            "state": words.run_state(record.state.value),
            "kind": kind,
            "steps": match_steps.steps(record),
            "input": record.input_sha256,
            "result": record.result_sha256,
            "engine": record.engine_version,
            "ms": record.duration_ms,
            "note": record.review_note,
            "act": record.act,
            "ended": record.ended_reason if record.state.value == "discarded" else "",
            "when": instant_text(record.started_at),
        },
        "may": match_steps.of_run(shown, actor(), len(sensitive)),
        "sensitive": sensitive,
        "figures": match_view.figures_text(board.figures),
        "profile_items": match_view.profile(board.figures),
        "map": result_map(faces),
    }


def _beside_now(code: str, shown: ShownRun, after: Board, faces: Faces) -> dict[str, Any]:
    """Return a simulation beside the trial run of now: figures, who moves, the matrix and the map with both."""
    space = read_workspace(code)
    before = Board(space.solved)
    chosen = chosen_pair(after)
    moved = match_view.moves(after.moves_from(before), faces)
    return {
        **matrix(after, faces, chosen, before),
        **panels(after, faces, code, chosen, None),
        "before_figures": match_view.figures_text(before.figures),
        "moves": moved,
        "better": sum(one["better"] for one in moved),
        "changes": match_tries.in_words(shown.record.changes, faces),
        "sim": {"text": "", "back": url_for("desk.match", code=code)},
        "form": match_tries.form(before, faces, match_tries.as_form(shown.record.changes)),
    }


@bp.post("/calls/<code>/match/freeze")
def match_freeze(code: str) -> ResponseReturnValue:
    """Freeze the data of this moment as an official run and compute it."""
    forget()
    try:
        record = match_runs.freeze(services().unit_of_work(), actor(), code, now())
        match_runs.compute(services().unit_of_work(), actor(), record.id, record.version, now())
    except _Refused as error:
        flash(sentence(error), "bad")
        return redirect(url_for("desk.match", code=code), 303)
    flash(_("Frozen and computed. Review it, then a director adopts it."), "ok")
    return redirect(url_for("desk.match_run", code=code, run_id=record.id), 303)


@bp.post("/calls/<code>/match/runs/<uuid:run_id>/compute")
def match_compute(code: str, run_id: UUID) -> ResponseReturnValue:
    """Compute a frozen run whose computation was interrupted."""
    return _act(code, run_id, lambda uow, version: match_runs.compute(uow, actor(), run_id, version, now()),
                _("Computed."))  # fmt: skip


@bp.post("/calls/<code>/match/runs/<uuid:run_id>/review")
def match_review(code: str, run_id: UUID) -> ResponseReturnValue:
    """Say that the result was looked at, and send it for adoption."""
    note = request.form.get("note", "")
    return _act(code, run_id, lambda uow, version: match_runs.review(uow, actor(), run_id, version, note, now()),
                _("Sent for adoption. A director decides."))  # fmt: skip


@bp.post("/calls/<code>/match/runs/<uuid:run_id>/adopt")
def match_adopt(code: str, run_id: UUID) -> ResponseReturnValue:
    """Adopt the result; a director who did not freeze it does."""
    act = request.form.get("act", "")
    return _act(code, run_id, lambda uow, version: match_runs.adopt(uow, actor(), run_id, version, act, now()),
                _("Adopted. The provisional list can be published."))  # fmt: skip


@bp.post("/calls/<code>/match/runs/<uuid:run_id>/discard")
def match_discard(code: str, run_id: UUID) -> ResponseReturnValue:
    """Put a run aside, with a reason; it is kept."""
    reason = request.form.get("reason", "")
    return _act(code, run_id, lambda uow, version: match_runs.discard(uow, actor(), run_id, version, reason, now()),
                _("Put aside. It is kept in the list."))  # fmt: skip


def _act(code: str, run_id: UUID, do: Callable[[Any, int], MatchRun], done: str) -> ResponseReturnValue:
    """Do one step; where it is refused the page comes again with what was typed and says why."""
    forget()
    try:
        raw = request.form.get("version", "")
        if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
            raise Invalid("the form does not say which version it is about", "/version", code="version_required")
        do(services().unit_of_work(), int(raw))
    except _Refused as error:
        typed = {name: request.form.get(name, "")[:4_000] for name in ("note", "act", "reason")}
        return _run_page(code, run_id, typed, sentence(error)), _STATUS[type(error)]
    flash(done, "ok")
    return redirect(url_for("desk.match_run", code=code, run_id=run_id), 303)
