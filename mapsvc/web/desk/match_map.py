"""The map of a result as JSON: numbered lots, groups, and a line from each group to the lot it got."""

from __future__ import annotations

from math import cos, pi, radians, sin
from typing import Any

from flask_babel import gettext as _

from mapsvc.usecases.match_boards import Board
from mapsvc.web.desk import match_words as words
from mapsvc.web.desk.match_view import Window
from mapsvc.web.desk.match_words import Faces

#: The ring of groups that share a point, in degrees of latitude (about 130 m), and how many it holds before it grows.
_RING_DEGREES, _RING_FULL = 0.0012, 12


def map_data(
    board: Board, faces: Faces, chosen: tuple[str, str] | None, before: Board | None = None, part: Window | None = None
) -> dict[str, Any]:
    """Return markers and lines as JSON: lots with their numbers, groups, and a line from each group to its lot.

    `part` leaves out groups that the page does not show, and lots that neither stand in it nor are held by one of them:
    a map of eight hundred markers helps nobody.
    """
    drawn = set(board.applications if part is None else part.applications)
    results = [board] if before is None else [board, before]
    ends = {lot for name in drawn for one in results if (lot := one.assignment.get(name)) is not None}
    known = set(board.lots) if part is None else ends | set(part.lots)
    lots: list[dict[str, Any]] = [
        {"id": lot, "at": face.point, "number": face.number, "empty": not board.holders[lot],
         "name": _lot_name(board, faces, lot)}
        for lot in board.lots
        if lot in known and (face := faces.lots.get(lot)) is not None and face.point is not None
    ]  # fmt: skip
    groups: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for name, at in _spread(board, faces).items():
        if name not in drawn:
            continue
        group = faces.groups[name]
        lot = board.assignment[name]
        current = chosen is not None and chosen[0] == name
        groups.append(
            {"id": name, "at": at, "name": group.name, "out": lot is None, "current": current,
             "text": words.place_text(lot, None, faces)}
        )  # fmt: skip
        was = before.assignment.get(name) if before is not None else lot
        if was != lot and (end := _point(faces, was)) is not None:
            lines.append({"from": at, "to": end, "kind": "was"})
        if (end := _point(faces, lot)) is not None and lot is not None:
            dashed = bool(board.cell(name, lot).to_verify)
            kind = "moved" if was != lot else "now"
            lines.append({"from": at, "to": end, "kind": kind, "dashed": dashed, "current": current})
    return {"lots": lots, "groups": groups, "lines": lines}


def _spread(board: Board, faces: Faces) -> dict[str, tuple[float, float]]:
    """Return where each group is drawn: those that share a point, such as the middle of a district, in a ring."""
    at: dict[tuple[float, float], list[str]] = {}
    for name in board.applications:
        face = faces.groups.get(name)
        if face is not None and face.point is not None:
            at.setdefault(face.point, []).append(name)
    found = {}
    for (lat, lon), names in at.items():
        radius = 0.0 if len(names) == 1 else _RING_DEGREES * max(1.0, len(names) / _RING_FULL)
        for place, name in enumerate(names):
            turn = 2 * pi * place / len(names)
            found[name] = (lat + radius * sin(turn), lon + radius * cos(turn) / cos(radians(lat)))
    return {name: found[name] for name in board.applications if name in found}


def _point(faces: Faces, lot: str | None) -> tuple[float, float] | None:
    face = faces.lots.get(lot) if lot is not None else None
    return face.point if face is not None else None


def _lot_name(board: Board, faces: Faces, lot: str) -> str:
    face = faces.lots[lot]
    held = board.holders[lot]
    result = words.names(faces, held) if held else _("empty")
    return _("Lot %(number)s, %(place)s: %(result)s", number=face.number, place=face.name, result=result)
