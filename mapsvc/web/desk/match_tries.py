"""The form of a simulation: what can be changed, how it is read, and what a kept simulation changed, in words."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from flask import request
from flask_babel import gettext as _

from mapsvc.domain.run_changes import ADDED_LOT, WEIGHTS, Changes, read_changes
from mapsvc.usecases import matching
from mapsvc.usecases.match_boards import Board
from mapsvc.web.current import actor, services
from mapsvc.web.desk.match_words import Faces, capital, mechanism_name, rule_name, term_name
from mapsvc.web.explanations import TOPICS
from mapsvc.web.matching import market

#: Spaces that the form offers to add; the register has the others.
_SPACES = 200
#: Rules that no simulation relaxes: eligibility, lawful use, emissions, safety, consent (matching 3.9).
_KEPT = ("H01", "H07", "H10", "H16", "H18", "H21")


def form(board: Board, faces: Faces, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices of the form with what was typed or what a simulation changed before."""
    return {
        "weights": [
            {"code": code, "name": term_name(code), "value": given.get(f"w_{code}", board.weights[code])}
            for code in WEIGHTS
        ],
        "mechanisms": [(code, mechanism_name(code)) for code in ("stable", "optimal")],
        "rules": [
            (rule, _("%(rule)s: keeps %(num)s apart", rule=rule_name(rule), num=count))
            for rule, count in board.rules_that_fail().items()
            if not rule.startswith(_KEPT)
        ],
        "lots": [
            (lot, f"{capital(faces.lot(lot))}, {faces.lots[lot].name}") for lot in board.lots if lot in faces.lots
        ],
        "groups": sorted(((code, faces.group(code)) for code in board.assignment), key=lambda one: one[1].casefold()),
        "spaces": _spaces({face.slug for face in faces.lots.values() if face.id != ADDED_LOT}),
        "given": {"mechanism": board.mechanism, **given},
    }


def _spaces(taken: Set[str]) -> list[tuple[str, str]]:
    offers, _collectives = matching.choices(services().unit_of_work(), market(), actor())
    named = [
        (row.space.slug, f"{row.space.name}, {row.area_name}" if row.area_name else row.space.name)
        for row in offers
        if row.space.name and row.space.slug not in taken
    ]
    return sorted(named, key=lambda one: one[1].casefold())[:_SPACES]


def typed() -> dict[str, Any]:
    """Return the form as it was sent, for a page that shows it again."""
    found: dict[str, Any] = {name: value[:200] for name, value in request.form.items() if name != "csrf_token"}
    found["relax"] = [value[:40] for value in request.form.getlist("relax")]
    return found


def read(board_weights: Mapping[str, int], mechanism: str) -> Changes:
    """Return the changes of the form; raises Invalid with a pointer where `read_changes` does.

    Weights and mechanism that are those of the call are no change.
    """
    sent = request.form
    weights = {code: _whole(sent.get(f"w_{code}", "")) for code in WEIGHTS}
    given: dict[str, Any] = {
        "weights": None
        if weights == dict(board_weights) or not any(sent.get(f"w_{code}") for code in WEIGHTS)
        else weights,
        "mechanism": sent.get("mechanism") if sent.get("mechanism") not in ("", None, mechanism) else None,
        "relax": [rule for rule in sent.getlist("relax") if rule],
        "seats": {sent["seat"]: 1} if sent.get("seat") else {},
        "add_space": sent.get("add_space") or None,
        "exclude": [sent["exclude"]] if sent.get("exclude") else [],
        "hold_out": [sent["hold_out"]] if sent.get("hold_out") else [],
        "drop_locks": sent.get("drop_locks") == "1",
    }
    if sent.get("pair_group") and sent.get("pair_lot"):
        kind = "forbid" if sent.get("pair_kind") == "forbid" else "require"
        given[kind] = [[sent["pair_group"], sent["pair_lot"]]]
    return read_changes({name: value for name, value in given.items() if value is not None})


def _whole(text: str) -> int | str:
    """The number of a field, or the text that is none: the reader of changes says what is wrong with it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else text


def as_form(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept changes as the form shows them, to change them further."""
    found: dict[str, Any] = {f"w_{code}": value for code, value in changes.get("weights", {}).items()}
    found |= {name: changes[name] for name in ("mechanism", "add_space") if name in changes}
    found["relax"] = changes.get("relax", [])
    found["seat"] = next(iter(changes.get("seats", {})), "")
    for name in ("exclude", "hold_out"):
        found[name] = next(iter(changes.get(name, [])), "")
    for kind in ("require", "forbid"):
        if changes.get(kind):
            found |= {"pair_kind": kind, "pair_group": changes[kind][0][0], "pair_lot": changes[kind][0][1]}
    found["drop_locks"] = changes.get("drop_locks", False)
    return found


def in_words(changes: Mapping[str, Any], faces: Faces) -> list[str]:
    """Return what a simulation changed, each change in a few words."""
    found = []
    if changes.get("weights"):
        parts = ", ".join(f"{term_name(code)} {changes['weights'][code]}" for code in WEIGHTS)
        found.append(_("weights: %(weights)s", weights=parts))
    if changes.get("mechanism"):
        found.append(_("mechanism: %(name)s", name=mechanism_name(changes["mechanism"])))
    for rule in changes.get("relax", []):
        found.append(_("without the rule: %(rule)s", rule=rule_name(rule) if rule in TOPICS else rule))
    for lot, more in changes.get("seats", {}).items():
        found.append(_("%(lot)s with %(num)s more seat", lot=faces.lot(lot), num=more))
    if changes.get("add_space"):
        added = faces.lots.get(ADDED_LOT)
        found.append(_("added: %(place)s", place=added.name if added else changes["add_space"]))
    for group, lot in changes.get("require", []):
        found.append(_("%(lot)s given to %(group)s", lot=faces.lot(lot), group=faces.group(group)))
    for group, lot in changes.get("forbid", []):
        found.append(_("%(group)s kept from %(lot)s", lot=faces.lot(lot), group=faces.group(group)))
    found += [_("without %(group)s", group=faces.group(one)) for one in changes.get("exclude", [])]
    found += [_("%(lot)s held out", lot=faces.lot(one)) for one in changes.get("hold_out", [])]
    if changes.get("drop_locks"):
        found.append(_("without the decisions taken beforehand"))
    return [capital(text) for text in found]
