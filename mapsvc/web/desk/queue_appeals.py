"""Appeals in the queue: what was decided, what whoever sent it objects, and who may decide this time."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from mapsvc.bootstrap import ruling_words
from mapsvc.domain.people import Action
from mapsvc.spatial import desk_appeals
from mapsvc.web.current import actor, connection, now
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.queue_sections import Kind, Section
from mapsvc.web.desk.queue_words import TARGET_HOURS, time_left
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.labels import label
from mapsvc.web.place_words import css_of, symbol_of

PREFIX = "appeal:"
KIND = Kind("appeal", lambda: _("Appeals"), lambda: _("Appeal"), "warn")


def items(_key: str) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """Return the appeals that wait in the account's areas, and how many they are."""
    rows = desk_appeals.waiting(connection(), scope(Action.MODERATE))
    return [_item(row) for row in rows], {KIND.code: len(rows)}


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    hours = (now() - row["created_at"]).total_seconds() / 3600
    return {
        "key": f"{PREFIX}{row['id']}",
        "kind": KIND.code,
        "tag": KIND.tag(),
        "tag_css": KIND.css,
        "waits": KIND.deadline,
        "time": time_left(hours),
        "hours": hours,
        "late": hours > TARGET_HOURS,
        "name": row["name"],
        "why": _decided(row),
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "parts": [],
        "urgency": 0.0,
        "in_call": False,
        "area": row["area_name"],
        "demonstration": row["demonstration"],
    }


def _decided(row: Mapping[str, Any]) -> str:
    words = {
        ("space", "reject"): _("The place was not accepted."),
        ("space", "hide"): _("The place was hidden."),
        ("answer", "reject"): _("An answer does not count."),
        ("note", "reject"): _("A text was not shown."),
        ("photo", "reject"): _("A photo was not shown."),
    }[row["subject"], row["verdict"]]
    return f"{words} {_reason(row)}."


def _reason(row: Mapping[str, Any]) -> str:
    vocabulary = "hiding_reason" if row["verdict"] == "hide" else "rejection_reason"
    return _("Reason: %(reason)s", reason=label(vocabulary, row["reason"]))


def detail(key: str, item: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return an appeal with the decision it is about, for an account that moderates its place."""
    try:
        appeal_id = UUID(key.removeprefix(PREFIX))
    except ValueError:
        return None
    row = desk_appeals.one(connection(), scope(Action.MODERATE), appeal_id)
    if row is None:
        return None
    photo = None
    if row["photo_id"] is not None:
        photo = url_for("desk.photo", photo_id=row["photo_id"], v=row["photo_version"])
    return {
        "kind": KIND.code,
        "item": item,
        "row": row,
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "decided": _decided(row),
        "told": ruling_words(_, row["subject"], row["verdict"], row["reason"]).reason,
        "ruled": _("%(when)s by %(who)s", when=date_text(row["ruled_at"]), who=row["decider"] or _("the service")),
        "asked": ago(row["created_at"]),
        "photo": photo,
        "own": row["decided_by"] is not None and row["decided_by"] == actor().user_id,
        "effect": {
            ("space", "reject"): _("The place waits for a look again."),
            ("space", "hide"): _("The place comes back onto the map."),
            ("answer", "reject"): _("The answer counts."),
            ("note", "reject"): _("The text is shown."),
            ("photo", "reject"): _("The photo is shown."),
        }[row["subject"], row["verdict"]],
    }


SECTION = Section(PREFIX, (KIND,), items, detail, "desk/appeal_detail.html")
