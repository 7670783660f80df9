"""Flagged records in the queue: what visitors find wrong, all flags of a record as one thing."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.flags import GRAVE, GRAVE_HOURS
from mapsvc.domain.people import Action
from mapsvc.spatial import desk_flags
from mapsvc.web.current import connection, now
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.queue_sections import Kind, Section
from mapsvc.web.desk.queue_words import TARGET_HOURS, time_left
from mapsvc.web.i18n import ago
from mapsvc.web.labels import choices, label
from mapsvc.web.place_words import css_of, symbol_of

PREFIX = "flag:"
KIND = Kind("flag", lambda: _("Flags"), lambda: _("Flag"), "bad")
_OUT_OF_SIGHT = frozenset({"hidden", "private", "rejected", "submitted"})
_PATHS = {"space": "spaces", "initiative": "initiatives", "pact": "pacts", "map": "maps"}
Row = Mapping[str, Any]


def items(_key: str) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """Return the flagged records of the account's areas, and how many they are."""
    groups = _groups()
    return [_item(key, rows) for key, rows in groups.items()], {KIND.code: len(groups)}


def _groups() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in desk_flags.waiting(connection(), scope(Action.MODERATE)):
        found.setdefault(f"{PREFIX}{row['noun']}:{row['record_id']}", []).append(row)
    return found


def _item(key: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a row of the queue about a flagged record."""
    first = rows[0]
    hours = (now() - first["created_at"]).total_seconds() / 3600
    grave = any(row["kind"] in GRAVE for row in rows)
    target = GRAVE_HOURS if grave else TARGET_HOURS
    symbol, css = _symbol(first)
    return {
        "key": key,
        "kind": KIND.code,
        "tag": KIND.tag(),
        "tag_css": KIND.css,
        "waits": KIND.deadline,
        "time": time_left(hours, target),
        "hours": hours,
        "late": hours > target,
        "name": _name(first),
        "why": _why(rows),
        "symbol": symbol,
        "css": css,
        "parts": [],
        "urgency": 1.0 if grave else 0.0,
        "in_call": False,
        "area": first["area_name"] or "",
        "demonstration": first["demonstration"],
    }


def _symbol(row: Row) -> tuple[str, str]:
    if row["status"]:
        return symbol_of("space", row["status"]), css_of("space", row["band"])
    if row["noun"] in ("initiative", "pact"):
        return symbol_of(row["noun"], ""), css_of(row["noun"], "")
    return "m-area", ""


def _name(row: Row) -> str:
    if row["noun"] == "photo":
        return _("Photo of %(name)s", name=row["name"])
    return row["name"] or label("flag_noun", row["noun"])


def _why(rows: Sequence[Row]) -> str:
    kinds = ", ".join(dict.fromkeys(label("flag_kind", row["kind"]) for row in rows))
    number = ngettext("%(num)s flag", "%(num)s flags", len(rows))
    words = f"{number}: {kinds}."
    if any(row["hid_from"] for row in rows):
        words += " " + _("Out of sight until decided.")
    return words


def detail(key: str, item: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a flagged record with its open flags; None once they are settled, and outside the account's areas."""
    rows = _groups().get(key)
    if rows is None:
        return None
    first = rows[0]
    noun, symbol = first["noun"], _symbol(first)
    hidden = first["state"] in _OUT_OF_SIGHT
    photo = ""
    if noun == "photo":
        photo = url_for("desk.photo", photo_id=first["record_id"], v=first["photo_version"])
    return {
        "kind": KIND.code,
        "item": item or _item(key, rows),
        "noun": noun,
        "noun_text": label("flag_noun", noun),
        "record_id": first["record_id"],
        "symbol": symbol[0],
        "css": symbol[1],
        "name": _name(first),
        "area": first["area_name"],
        "hidden": hidden,
        "by_flag": any(row["hid_from"] for row in rows),
        "photo": photo,
        "flags": [
            {
                "id": row["id"],
                "kind": label("flag_kind", row["kind"]),
                "note": row["note"] or "",
                "who": _("somebody with an account") if row["named"] else _("somebody without an account"),
                "when": ago(row["created_at"]),
            }
            for row in rows
        ],
        "reasons": [choice for choice in choices("hiding_reason") if choice[0] != "owner_objection"],
        "reason": first["kind"],
        "desk_url": url_for("desk.queue", item=first["slug"]) if noun in ("space", "photo") else "",
        "public_url": f"/{_PATHS[noun]}/{first['slug']}" if noun in _PATHS and not hidden else "",
    }


SECTION = Section(PREFIX, (KIND,), items, detail, "desk/flag_detail.html")
