"""Decisions that the office takes before a run: proposed by one person, signed by another, lifted with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.match_locks import Lock, LockKind, LockReason
from mapsvc.domain.people import Action, allows
from mapsvc.usecases import match_locks
from mapsvc.usecases.match_boards import Board
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.desk import match_view
from mapsvc.web.desk import match_words as words
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.match import frame, read_workspace
from mapsvc.web.desk.match_faces import faces_of
from mapsvc.web.desk.match_words import Faces
from mapsvc.web.i18n import instant_text
from mapsvc.web.messages import sentence

_Code = TypeVar("_Code", LockKind, LockReason)


@bp.get("/calls/<code>/match/locks", endpoint="match_locks")
def match_locks_list(code: str) -> str:
    """List the decisions of a call with what they change, and ask for another one."""
    given = {
        "application": request.args.get("group", "")[:40],
        "lot": request.args.get("lot", "")[:40],
        "kind": "require",
    }
    return _page(code, given, "")


def _page(code: str, given: Mapping[str, str], fault: str) -> str:
    space = read_workspace(code)
    faces, board = faces_of(space.market.applications, space.market.lots), Board(space.solved)
    effect, path = board.lock_effect(), space.market.call.path
    officer = allows(actor(), Action.RUN_CALL, path)
    signs = officer or allows(actor(), Action.APPROVE_CALL, path)
    return render_template(
        "desk/match/locks.html",
        **frame(space.market.call, _("Decisions beforehand")),
        locks=[_row(one, faces, officer=officer, signs=signs) for one in space.locks],
        effect=None
        if effect is None
        else {
            "moves": match_view.moves(effect.moves, faces),
            "envy": match_view.pairs_text(effect.passed_over, board, faces),
        },
        form={
            "kinds": words.lock_kinds(),
            "reasons": words.lock_reasons(),
            "groups": sorted(((one, faces.group(one)) for one in board.assignment), key=lambda it: it[1].casefold()),
            "lots": [(lot, f"{words.capital(faces.lot(lot))}, {faces.lots[lot].name}") for lot in board.lots],
        }
        if officer
        else None,
        given=given,
        fault=fault,
        map=None,
    )


def _row(one: Lock, faces: Faces, *, officer: bool, signs: bool) -> dict[str, Any]:
    open_, own = one.lifted_at is None, one.author_id == actor().user_id
    waits = open_ and one.signed_at is None
    return {
        "id": one.id,
        "title": _title(one, faces),
        "reason": dict(words.lock_reasons())[one.reason.value],
        "norm": one.norm,
        "text": one.text,
        "when": instant_text(one.created_at),
        "signed": instant_text(one.signed_at) if one.signed_at else "",
        "lifted": instant_text(one.lifted_at) if one.lifted_at else "",
        "state": _("lifted") if not open_ else _("waits for a second signature") if waits else _("counts"),
        "tag": "" if not open_ else "warn" if waits else "ok",
        "sign": waits and signs and not own,
        "own": waits and own,
        "lift": open_ and officer,
    }


def _title(one: Lock, faces: Faces) -> str:
    group = faces.group(one.application or "")
    lot = faces.lot(one.lot or "")
    return words.capital(
        {
            LockKind.REQUIRE: _("%(lot)s goes to %(group)s", lot=lot, group=group),
            LockKind.FORBID: _("%(group)s is kept from %(lot)s", lot=lot, group=group),
            LockKind.HOLD_OUT: _("%(lot)s is held out", lot=lot),
            LockKind.EXCLUDE: _("%(group)s is taken out", group=group),
        }[one.kind]
    )


@bp.post("/calls/<code>/match/locks")
def match_locks_propose(code: str) -> ResponseReturnValue:
    """Propose a decision; what was typed stays where it cannot be taken."""
    form = request.form
    forget()
    try:
        kind, reason = _one_of(LockKind, "kind"), _one_of(LockReason, "reason")
        # The form shows both fields for every kind; what the kind does not name is left out.
        application = form.get("application") or None if kind is not LockKind.HOLD_OUT else None
        lot = form.get("lot") or None if kind is not LockKind.EXCLUDE else None
        match_locks.propose(
            services().unit_of_work(), actor(), code, kind, application, lot, reason,
            form.get("norm", ""), form.get("text", ""), now(),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        given = {name: value[:2_000] for name, value in form.items() if name != "csrf_token"}
        return _page(code, given, sentence(error)), 422 if isinstance(error, Invalid) else 409
    flash(_("Proposed. It counts once a second person has signed it."), "ok")
    return redirect(url_for("desk.match_locks", code=code), 303)


def _one_of(codes: type[_Code], name: str) -> _Code:
    value = request.form.get(name, "")
    try:
        return codes(value)
    except ValueError:
        raise Invalid(
            "one of the listed values is needed", f"/{name}", code="unknown_value", value=value[:80]
        ) from None


@bp.post("/calls/<code>/match/locks/<uuid:lock_id>/sign")
def match_lock_sign(code: str, lock_id: UUID) -> ResponseReturnValue:
    """Sign a decision as the second person."""
    forget()
    try:
        match_locks.sign(services().unit_of_work(), actor(), lock_id, now())
    except Conflict as error:
        return _page(code, {}, sentence(error)), 409
    flash(_("Signed. The next run takes it into account."), "ok")
    return redirect(url_for("desk.match_locks", code=code), 303)


@bp.post("/calls/<code>/match/locks/<uuid:lock_id>/lift")
def match_lock_lift(code: str, lock_id: UUID) -> ResponseReturnValue:
    """Take a decision back, with a reason."""
    forget()
    try:
        match_locks.lift(services().unit_of_work(), actor(), lock_id, request.form.get("reason", ""), now())
    except (Invalid, Conflict) as error:
        return _page(code, {}, sentence(error)), 422 if isinstance(error, Invalid) else 409
    flash(_("Lifted. It stays in the list."), "ok")
    return redirect(url_for("desk.match_locks", code=code), 303)
