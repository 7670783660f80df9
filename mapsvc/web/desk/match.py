"""Who goes where: the workspace of a call, with the result as it would come out now and everything said of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask_babel import gettext as _

from mapsvc.domain.call_market import CallHead
from mapsvc.domain.errors import NotFound
from mapsvc.domain.match_boards import Cell
from mapsvc.usecases import match_runs
from mapsvc.usecases.match_boards import Board
from mapsvc.usecases.match_runs import Workspace
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.desk import call_nav, match_map, match_steps, match_view
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.match_faces import faces_of
from mapsvc.web.desk.match_view import GROUPS_SHOWN, LOTS_SHOWN
from mapsvc.web.desk.match_words import Faces
from mapsvc.web.i18n import number_text, text_in
from mapsvc.web.mini_map import mini_map
from mapsvc.web.paging import one_of, words

_SHOWN = ("placed", "unplaced", "verify")
_MECHANISMS = ("stable", "optimal")
#: Rules to verify whose consequences the page computes; the page about the result computes more.
_VERIFIED, _VERIFIED_ALL = 1, 12
#: Free lots whose reasons one page tells.
_EMPTY = 6
_BOX_MARGIN = 0.002


@bp.get("/calls/<code>/match")
def match(code: str) -> str:
    """Show the matrix of groups and lots with the chosen pair, the map, and what may be done next."""
    space = read_workspace(code)
    published = Board(space.solved)
    board = published.other if one_of("mechanism", _MECHANISMS) not in ("", published.mechanism) else published
    faces = faces_of(space.market.applications, space.market.lots)
    chosen = chosen_pair(board)
    verify = [match_view.verify_item(one, faces) for one in board.to_verify(_VERIFIED)]
    return render_template(
        "desk/match/show.html",
        **frame(space.market.call, _("Who goes where")),
        **matrix(board, faces, chosen),
        **panels(board, faces, code, chosen, space),
        cards=match_view.cards(published, board.mechanism, lambda one: here(mechanism=one)),
        map=result_map(faces),
        verify=verify,
        verify_count=board.rules_to_verify,
        plan=faces.lots[verify[0]["lot"]].url if verify and verify[0]["lot"] in faces.lots else "",
        act=match_steps.trial(space, actor()),
    )


@bp.get("/calls/<code>/match/about")
def match_about(code: str) -> str:
    """Tell what is said of the result: what to verify, empty lots, weights, pairs passed over, decisions, ranks."""
    space = read_workspace(code)
    published = Board(space.solved)
    board = published.other if one_of("mechanism", _MECHANISMS) not in ("", published.mechanism) else published
    faces = faces_of(space.market.applications, space.market.lots)
    return render_template(
        "desk/match/about.html",
        **frame(space.market.call, _("About this result")),
        **about(board, faces),
        cards=match_view.cards(published, board.mechanism, lambda one: here(mechanism=one)),
        map=None,
    )


def about(board: Board, faces: Faces) -> dict[str, Any]:
    """Return everything that can be said of a result beside the matrix."""
    effect = board.lock_effect()
    return {
        "verify": [match_view.verify_item(one, faces) for one in board.to_verify(_VERIFIED_ALL)],
        "verify_count": board.rules_to_verify,
        "sensitive": match_view.pairs_text(board.rank_sensitive, board, faces),
        "empties": [panel for lot in board.empty_lots[:_EMPTY] if (panel := match_view.empty_panel(board, faces, lot))],
        "more_empty": max(0, len(board.empty_lots) - _EMPTY),
        "unlisted": [faces.lots[lot] for lot in board.lots_nobody_listed() if lot in faces.lots],
        "effects": match_view.effects(board),
        "envy": match_view.pairs_text(board.passed_over(), board, faces),
        "blocking": match_view.pairs_text(board.blocking(), board, faces),
        "locks": None
        if effect is None
        else {
            "moves": match_view.moves(effect.moves, faces),
            "envy": match_view.pairs_text(effect.passed_over, board, faces),
        },
        "profiles": [{"name": one.mechanism, "items": match_view.profile(one.figures)} for one in (board, board.other)],
    }


def read_workspace(code: str) -> Workspace:
    """Return the match of a call as it would come out now; the use case says who may see it, and when."""
    forget()
    return match_runs.workspace(services().unit_of_work(), actor(), code, now())


def frame(call: CallHead, heading: str) -> dict[str, Any]:
    """Return what the frame of every page of the workspace reads."""
    return {
        "frame": call_nav.frame(call.code, "desk.match", heading),
        "call": {"code": call.code, "title": text_in(dict(call.title))[0] or call.code},
        "urls": {
            "match": url_for("desk.match", code=call.code),
            "about": url_for("desk.match_about", code=call.code),
            "try_out": url_for("desk.match_try", code=call.code),
            "runs": url_for("desk.match_runs", code=call.code),
            "locks": url_for("desk.match_locks", code=call.code),
        },
        "sim": None,
    }


def here(**changes: object) -> str:
    """Return the address of this page with some parameters changed; None and empty texts are left out."""
    kept = {name: value for name, value in request.args.items() if name != "lang"}
    pairs = {name: value for name, value in {**kept, **changes}.items() if value not in (None, "")}
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def cell_link(application: str, lot: str) -> str:
    """Return the address of the page with another chosen pair, or with a chosen lot alone."""
    return here(group=application, lot=lot)


def number_of(name: str) -> int:
    """Return a page number of the address, 1 for anything that is none."""
    raw = request.args.get(name, "1")
    return int(raw) if raw.isascii() and raw.isdigit() and 0 < int(raw[:5]) < 10_000 and len(raw) < 5 else 1


def chosen_pair(board: Board) -> tuple[str, str] | None:
    """Return the pair of the address, else the one to look at first; raises NotFound for a foreign one."""
    group, lot = request.args.get("group", ""), request.args.get("lot", "")
    if (group and group not in board.assignment) or (lot and lot not in board.lots):
        raise NotFound("there is no such pair")
    if group:
        at = lot or board.assignment[group] or next(iter(board.ranking(group)), "")
        return (group, at) if at else board.chosen_first()
    if lot:
        held = board.holders[lot]
        return (held[0], lot) if held else None
    return board.chosen_first()


def matrix(board: Board, faces: Faces, chosen: tuple[str, str] | None, before: Board | None = None) -> dict[str, Any]:
    """Return the part of the matrix that the address asks for, with its tools where it is large."""
    shown, query, page, lot_page = one_of("show", _SHOWN), words(), number_of("page"), number_of("lots")
    part = match_view.window(board, faces, query=query, show=shown, page=page, lot_page=lot_page)
    large = len(board.assignment) > GROUPS_SHOWN // 2
    return {
        "columns": match_view.columns(board, faces, part.lots, cell_link),
        "rows": match_view.rows(board, faces, part, chosen, cell_link, before),
        "lines": match_map.map_data(board, faces, chosen, before, part.on_map(board)),
        "pager": _pager("page", page, GROUPS_SHOWN, part.total),
        "lot_pager": _pager("lots", lot_page, LOTS_SHOWN, part.total_lots),
        "tools": {"tabs": _tabs(shown), "query": query, "action": request.path,
                  "kept": [(name, value) for name, value in request.args.items() if name not in ("q", "page", "lang")]}
        if large or query or shown else None,
    }  # fmt: skip


def _tabs(shown: str) -> list[dict[str, Any]]:
    texts = {"": _("All"), "placed": _("With a place"), "unplaced": _("Without a place"), "verify": _("To verify")}
    return [{"text": text, "url": here(show=code, page=""), "on": code == shown} for code, text in texts.items()]


def _pager(name: str, page: int, size: int, total: int) -> dict[str, str]:
    if total <= size:
        return {"text": "", "back": "", "on": ""}
    first, last = (page - 1) * size + 1, min(page * size, total)
    return {
        "text": _("%(first)s to %(last)s of %(total)s", first=number_text(min(first, last)), last=number_text(last),
                  total=number_text(total)),
        "back": here(**{name: page - 1}) if page > 1 else "",
        "on": here(**{name: page + 1}) if last < total else "",
    }  # fmt: skip


def panels(
    board: Board, faces: Faces, code: str, chosen: tuple[str, str] | None, space: Workspace | None
) -> dict[str, Any]:
    """Return the panels below the matrix: why the pair, its rules, and why a lot stays empty."""
    empty = _empty_lot(board, chosen)
    return {
        "panel": match_view.pair_panel(board.pair(*chosen), faces) if chosen else None,
        "rules": _rules(code, board.cell(*chosen), space) if chosen and space is not None else None,
        "empty": match_view.empty_panel(board, faces, empty) if empty else None,
        "quiet": not board.empty_lots,
        "lock_url": url_for("desk.match_locks", code=code, group=chosen[0], lot=chosen[1]) if chosen else "",
    }


def _rules(code: str, cell: Cell, space: Workspace) -> dict[str, Any] | None:
    if cell.lot not in space.market.lots:
        return None
    result = match_runs.pair(services().unit_of_work(), actor(), code, cell.application, cell.lot, now())
    return match_view.rules_panel(result)


def _empty_lot(board: Board, chosen: tuple[str, str] | None) -> str:
    """The empty lot to explain: the chosen one where it is empty, else the first."""
    wanted = request.args.get("lot", "") if chosen is None else chosen[1]
    if wanted in board.empty_lots:
        return wanted
    return board.empty_lots[0] if board.empty_lots else ""


def result_map(faces: Faces) -> dict[str, Any] | None:
    """Return the shell of the map around all lots and groups; None where nothing has a place."""
    placed = [one.point for one in faces.lots.values()] + [one.point for one in faces.groups.values()]
    points = [at for at in placed if at is not None]
    if not points:
        return None
    lats, lons = [at[0] for at in points], [at[1] for at in points]
    box = (
        min(lons) - _BOX_MARGIN,
        min(lats) - _BOX_MARGIN,
        max(lons) + _BOX_MARGIN,
        max(lats) + _BOX_MARGIN,
    )
    return mini_map([], bounds=box, moving=True)
