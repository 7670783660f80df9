"""The workspace of a call as its templates draw it: matrix, cards of the mechanisms, lines on the map, panels.

Reads a board and the faces of lots and groups; asks no database and no request, so that it can be tested by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.domain.match_boards import Cell, Figures, Move, PairBoard, Standing, ToVerify
from mapsvc.domain.matches import PairResult, State
from mapsvc.domain.run_changes import ADDED_LOT
from mapsvc.usecases.match_boards import Board
from mapsvc.web.desk import match_words as words
from mapsvc.web.desk.match_words import Faces
from mapsvc.web.explanations import MICRO, chips

Link = Callable[[str, str], str]
_STANDING_CSS = {Standing.GETS: "as", Standing.LISTED: "li", Standing.FAILS: "fl", Standing.UNLISTED: "no"}
#: Ranks up to this one stand in their order on a narrow screen; later ones follow.
_ORDERED = 10
GROUPS_SHOWN, LOTS_SHOWN = 25, 12
#: A call with more groups draws only those of the page on the map.
_ALL_ON_MAP = 60


@dataclass(frozen=True)
class Window:
    """The part of the matrix that one page shows."""

    applications: tuple[str, ...]
    lots: tuple[str, ...]
    total: int
    total_lots: int

    def on_map(self, board: Board) -> Window | None:
        """Return what the map is limited to: this part in a large call, nothing in a small one."""
        return self if len(board.assignment) > _ALL_ON_MAP else None


def window(board: Board, faces: Faces, *, query: str = "", show: str = "", page: int = 1, lot_page: int = 1) -> Window:
    """Return the groups and lots of one page; `show` is placed, unplaced or verify, `query` part of a name or code."""
    wanted = query.casefold()
    found = [
        name
        for name in board.applications
        if wanted in f"{faces.group(name)} {name}".casefold() and _shown(board, name, show)
    ]
    first, lot_first = (page - 1) * GROUPS_SHOWN, (lot_page - 1) * LOTS_SHOWN
    return Window(
        applications=tuple(found[first : first + GROUPS_SHOWN]),
        lots=board.lots[lot_first : lot_first + LOTS_SHOWN],
        total=len(found),
        total_lots=len(board.lots),
    )


def _shown(board: Board, name: str, show: str) -> bool:
    if show == "placed":
        return board.assignment[name] is not None
    if show == "unplaced":
        return board.assignment[name] is None
    return board.waits(name) if show == "verify" else True


def columns(board: Board, faces: Faces, lots: Iterable[str], link: Link) -> list[dict[str, Any]]:
    """Return the heads of the matrix: number, name, size and what is still free."""
    found = []
    for lot in lots:
        face, seats, held = faces.lots.get(lot), board.capacity(lot), len(board.holders[lot])
        note = ""
        if held == 0:
            note = _("empty")
        elif seats > 1:
            note = _("%(held)s of %(seats)s", held=held, seats=seats)
        found.append(
            {
                "id": lot, "number": face.number if face else lot, "name": face.name if face else words_of_added(lot),
                "area": face.area if face else "", "empty": held == 0, "note": note, "url": link("", lot),
                "reserved": board.reserved(lot),
            }
        )  # fmt: skip
    return found


def words_of_added(lot: str) -> str:
    """Return what a lot is called that has no face: the one that a simulation added."""
    return _("Added lot") if lot == ADDED_LOT else lot


def rows(
    board: Board, faces: Faces, shown: Window, chosen: tuple[str, str] | None, link: Link, before: Board | None = None
) -> list[dict[str, Any]]:
    """Return the groups of the matrix with their cells; `before` marks where a group was in another result."""
    return [_row(board, faces, shown, name, chosen, link, before) for name in shown.applications]


def _row(
    board: Board, faces: Faces, shown: Window, name: str, chosen: tuple[str, str] | None, link: Link,
    before: Board | None,
) -> dict[str, Any]:  # fmt: skip
    face, lot = faces.groups.get(name), board.assignment[name]
    was = before.assignment.get(name) if before is not None else lot
    return {
        "code": name,
        "name": faces.group(name),
        "line": face.line if face else "",
        "url": face.url if face else "",
        "lot": lot,
        "result": _("no place") if lot is None else words.capital(faces.lot(lot)),
        "moved": before is not None and was != lot,
        "was": words.place_text(was, None, faces),
        "cells": [
            cell(board.cell(name, one), faces, chosen, link, was=was if was != lot else None) for one in shown.lots
        ],
        # Without a cell on this page the card of a narrow screen still says where the result lies.
        "elsewhere": lot is not None and lot not in shown.lots,
    }


def cell(one: Cell, faces: Faces, chosen: tuple[str, str] | None, link: Link, was: str | None = None) -> dict[str, Any]:
    """Return one cell: what it shows, and its full name for whoever hears it."""
    css = [_STANDING_CSS[one.standing]]
    listed = one.standing in (Standing.GETS, Standing.LISTED)
    if listed and one.to_verify:
        css.append("uk")
    if one.lock:
        css.append("lk")
    if was == one.lot:
        css.append("was")
    current = chosen == (one.application, one.lot)
    if current:
        css.append("cur")
    css.append(f"r{one.rank}" if one.rank is not None and one.rank <= _ORDERED else "rx")
    name = words.cell_name(one, faces)
    return {
        "css": " ".join(css),
        "standing": one.standing.value,
        "value": words.share(one.priority) if listed else "",
        "rank": words.ordinal(one.rank) if one.rank is not None else "",
        "unverified": listed and bool(one.to_verify),
        "lock": one.lock,
        "name": _("%(cell)s, was here before", cell=name) if was == one.lot else name,
        "lot": words.capital(faces.lot(one.lot)),
        "url": link(one.application, one.lot),
        "current": current,
    }


def figures_text(one: Figures) -> str:
    """Return what a mechanism comes to in one line."""
    parts = [_("%(filled)s of %(lots)s lots filled", filled=one.lots_filled, lots=one.lots)]
    if one.mean_rank is not None:
        parts.append(_("average choice %(rank)s", rank=format_decimal(one.mean_rank, "0.0")))
    parts.append(ngettext("%(num)s passed over", "%(num)s passed over", one.passed_over))
    return " · ".join(parts)


def cards(published: Board, shown: str, link: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the two mechanisms, the published one first; the other one stands beside it for comparison only."""
    return [
        {
            "code": board.mechanism,
            "name": words.mechanism_name(board.mechanism),
            "about": _("as published") if board is published else _("for comparison"),
            "figures": figures_text(board.figures),
            "on": board.mechanism == shown,
            "url": link(board.mechanism),
        }
        for board in (published, published.other)
    ]


def pair_panel(pair: PairBoard, faces: Faces) -> dict[str, Any]:
    """Return why a pair is as it is, with the parts of its priority."""
    one = pair.cell
    group, lot = faces.group(one.application), faces.lot(one.lot)
    gets = one.standing is Standing.GETS
    parts = [
        {
            "letter": words.LETTERS[term.code],
            "value": term.share / MICRO,
            "text": words.term_text(term.code, term.value),
        }
        for term in pair.terms
    ]
    said = ", ".join(f"{part['text']} {format_decimal(part['value'], '0.00')}" for part in parts)
    return {
        "title": _("Why %(group)s gets %(lot)s", group=group, lot=lot)
        if gets else _("Why %(group)s does not get %(lot)s", group=group, lot=lot),
        "text": words.why_gets(pair) if gets else words.why_not(pair, faces),
        "parts": parts,
        "label": _("Priority %(value)s: %(parts)s", value=words.share(one.priority), parts=said) if parts else "",
        "total": _("together %(value)s", value=words.share(one.priority)) if parts else "",
        "range": _range(pair),
        "sensitive": pair.rank_sensitive,
        "changes": [words.change_text(*change) for change in pair.changes],
        "gets": gets,
        "group": group,
        "lot": words.capital(lot),
    }  # fmt: skip


def _range(pair: PairBoard) -> str:
    if pair.low is None or pair.high is None or pair.low == pair.high:
        return ""
    return _("between %(low)s and %(high)s, data are missing", low=words.share(pair.low), high=words.share(pair.high))


def rules_panel(result: PairResult) -> dict[str, Any]:
    """Return the rules of a pair as chips, unknown and failing ones first, and how many are met."""
    said = chips(result.constraints)
    met = sum(one.state is State.PASS for one in result.constraints)
    return {"chips": said, "met": met, "more": max(0, met - 5)}


def verify_item(one: ToVerify, faces: Faces) -> dict[str, Any]:
    """Return one rule to verify and what follows if it fails."""
    return {
        "title": _("%(rule)s at %(lot)s", rule=words.rule_name(one.rule), lot=faces.lot(one.lot)),
        "text": words.if_it_fails(one.moves, faces) if one.holders else _("Nobody holds the lot on this condition."),
        "waiting": ngettext("%(num)s listed pair waits for it", "%(num)s listed pairs wait for it", one.waiting),
        "lot": one.lot,
        "rule": one.rule,
        "holds": bool(one.holders),
    }


def empty_panel(board: Board, faces: Faces, lot: str) -> dict[str, Any] | None:
    """Return why a lot has a free seat and what would fill it; None where it is full."""
    found = board.empty(lot)
    if found is None:
        return None
    fills = []
    if found.fills_if_listed:
        who = words.names(faces, found.fills_if_listed, _("or"))
        fills.append(ngettext("it fills if %(groups)s lists it", "it fills if one of these lists it: %(groups)s",
                              len(found.fills_if_listed), groups=who))  # fmt: skip
    for rule, gets in found.fills_if_met.items():
        fills.append(_("it fills with %(groups)s if this rule is met: %(rule)s",
                       groups=words.names(faces, gets), rule=words.rule_name(rule)))  # fmt: skip
    return {
        "lot": lot,
        "title": _("Why %(lot)s stays empty", lot=faces.lot(lot)) if found.free == board.capacity(lot)
        else _("Why %(lot)s has a free seat", lot=faces.lot(lot)),
        "text": _empty_text(board, found.listed_by),
        "costs": [
            ngettext("%(rule)s alone keeps %(num)s group from it", "%(rule)s alone keeps %(num)s groups from it", count,
                     rule=words.rule_name(rule)) for rule, count in list(found.rules.items())[:3]
        ],
        "fills": fills,
        "untried": found.untried,
        "ask": [faces.groups[name] for name in found.fills_if_listed if name in faces.groups],
    }  # fmt: skip


def _empty_text(board: Board, listed_by: int) -> str:
    if not listed_by:
        return _("Nobody listed it.")
    if board.mechanism == "optimal":
        return _("The groups that listed it fail a rule, or fill another lot.")
    return _("No stable result fills it: the groups that listed it all got something better, or fail a rule.")


def moves(found: Sequence[Move], faces: Faces) -> list[dict[str, Any]]:
    """Return who moves between two results, with the rank before and after."""
    return [
        {
            "group": faces.group(one.application),
            "code": one.application,
            "before": words.place_text(one.before, one.rank_before, faces),
            "after": words.place_text(one.after, one.rank_after, faces),
            "better": one.better,
            "verdict": _("better") if one.better else _("worse"),
        }
        for one in found
    ]


def profile(one: Figures) -> list[dict[str, Any]]:
    """Return how many got their first choice, their second and so on, and how many nothing, with shares of all."""
    total = sum(one.ranks.values()) or 1
    return [
        {
            "text": _("no place") if rank is None else _("%(nth)s choice", nth=words.ordinal(rank)),
            "count": count,
            "share": count / total,
            "none": rank is None,
        }
        for rank, count in one.ranks.items()
    ]


def pairs_text(found: Iterable[tuple[str, str]], board: Board, faces: Faces) -> list[dict[str, str]]:
    """Return pairs that a result passed over, each with who holds the lot."""
    return [
        {
            "group": faces.group(name),
            "lot": faces.lot(lot),
            "holders": words.names(faces, board.holders[lot]) or _("nobody"),
            "has": words.place_text(board.assignment[name], None, faces),
        }
        for name, lot in found
    ]


def effects(board: Board) -> list[dict[str, Any]]:
    """Return how much each term of the priority decides."""
    total = len(board.assignment) or 1
    return [
        {
            "name": words.term_name(one.term),
            "weight": one.weight,
            "moved": one.moved,
            "share": one.moved / total,
            "text": ngettext("%(num)s group would move", "%(num)s groups would move", one.moved)
            if one.moved else _("nobody would move"),
        }
        for one in board.effects()
    ]  # fmt: skip
