"""Messages about homes in the queue: somebody lives where somebody else saw a vacancy."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from mapsvc.domain.office_messages import KEPT_DAYS
from mapsvc.domain.people import Action
from mapsvc.spatial import desk_owners
from mapsvc.web.current import connection, now
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.queue_sections import Kind, Section
from mapsvc.web.desk.queue_words import TARGET_HOURS, time_left
from mapsvc.web.i18n import ago

PREFIX = "message:"
KIND = Kind("message", lambda: _("Homes"), lambda: _("Somebody lives there"), "warn")


def items(_key: str) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """Return the open messages of the account's areas, and how many they are."""
    found = [_item(row) for row in desk_owners.messages(connection(), scope(Action.READ_MESSAGES))]
    return found, {KIND.code: len(found)}


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
        "name": row["name"] or row["area_name"] or _("Outside every area"),
        "why": _("A message to the office only; nothing of it is public."),
        "symbol": "m-area",
        "css": "",
        "parts": [],
        "urgency": 0.0,
        "in_call": False,
        "area": row["area_name"] or "",
        "demonstration": False,
    }


def detail(key: str, item: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a message; None outside the account's areas."""
    try:
        message_id = UUID(key.removeprefix(PREFIX))
    except ValueError:
        return None
    rows = desk_owners.messages(connection(), scope(Action.READ_MESSAGES), message_id)
    if not rows:
        return None
    row = rows[0]
    return {
        "kind": KIND.code,
        "item": item,
        "row": row,
        "when": ago(row["created_at"]),
        "kept_days": KEPT_DAYS,
        "map_url": url_for("home.show", lat=f"{row['lat']:.6f}", lon=f"{row['lon']:.6f}", z=18),
        "desk_url": url_for("desk.queue", item=row["slug"]) if row["slug"] else "",
    }


SECTION = Section(PREFIX, (KIND,), items, detail, "desk/message_detail.html")
