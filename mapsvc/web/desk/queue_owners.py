"""Owners in the queue: what they want of their place, and objections that fell and that two people may lift."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.owner_claims import DECIDED_WITHIN
from mapsvc.domain.people import Action
from mapsvc.domain.screening import screen
from mapsvc.spatial import desk_owners
from mapsvc.web.current import actor, connection, now
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.queue_sections import Kind, Section
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.labels import label
from mapsvc.web.place_words import css_of, symbol_of

PREFIX = "owner:"
KINDS = (
    Kind("owner", lambda: _("Owners"), lambda: _("Owner"), "warn"),
    Kind("unhide", lambda: _("Show again?"), lambda: _("Two people decide"), deadline=False),
)
_KINDS = {kind.code: kind for kind in KINDS}
_TARGET_HOURS = DECIDED_WITHIN.total_seconds() / 3600
Row = Mapping[str, Any]


def items(_key: str) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """Return what waits of owners in the account's areas, and how many there are of each kind."""
    found = [_item(row) for row in desk_owners.claims(connection(), scope(Action.ANSWER_OWNERS))]
    return found, {kind: sum(item["kind"] == kind for item in found) for kind in _KINDS}


def _item(row: Row) -> dict[str, Any]:
    kind = _KINDS["owner" if row["state"] == "received" else "unhide"]
    since = row["created_at"] if kind.deadline else row["decided_at"]
    hours = (now() - since).total_seconds() / 3600
    return {
        "key": f"{PREFIX}{row['id']}",
        "kind": kind.code,
        "tag": kind.tag(),
        "tag_css": kind.css,
        "waits": kind.deadline,
        "time": _days_left(hours) if kind.deadline else ago(since),
        "hours": hours,
        "late": kind.deadline and hours > _TARGET_HOURS,
        "name": row["name"],
        "why": _why(row),
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "parts": [],
        "urgency": 0.0,
        "in_call": False,
        "area": row["area_name"] or "",
        "demonstration": row["demonstration"],
    }


def _days_left(hours: float) -> str:
    left = int((_TARGET_HOURS - hours) // 24)
    if left >= 0:
        return ngettext("%(num)s day left of 10", "%(num)s days left of 10", left)
    return ngettext("%(num)s day late", "%(num)s days late", -left)


def _why(row: Row) -> str:
    if row["state"] == "received":
        return label("owner_wish", row["wish"]) + "."
    if row["unhide_asked_by"] is None:
        return _("The owner took the objection back. Somebody may ask to show the exact place again.")
    if row["unhide_asked_by"] == actor().user_id:
        return _("You asked to show the exact place again. Another person has to agree.")
    return _("Somebody asked to show the exact place again. Do you agree?")


def detail(key: str, item: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a claim with its proof; None outside the account's areas."""
    try:
        claim_id = UUID(key.removeprefix(PREFIX))
    except ValueError:
        return None
    rows = desk_owners.claims(connection(), scope(Action.ANSWER_OWNERS), claim_id)
    if not rows:
        return None
    row = rows[0]
    fallen = row["wish"] == "object" and row["state"] in ("refused", "withdrawn") and row["owner_objection"]
    undecided = fallen and row["unhide_agreed_by"] is None and row["unhide_refused_by"] is None
    return {
        "kind": "owner",
        "item": item,
        "row": row,
        "wish": label("owner_wish", row["wish"]),
        "state": label("owner_state", row["state"]),
        "sent": date_text(row["created_at"]),
        "who": _("somebody with an account") if row["named"] else _("somebody without an account"),
        "accuses": bool(row["public_note"] and screen(row["public_note"])),
        "proof_url": url_for("desk.owner_proof", claim_id=row["id"]) if row["proof_file"] else "",
        "waits": row["state"] == "received",
        "ask": undecided and row["unhide_asked_by"] is None,
        "agree": undecided and row["unhide_asked_by"] not in (None, actor().user_id) and not row["standing"],
        "asked_by_you": undecided and row["unhide_asked_by"] == actor().user_id,
        "standing": undecided and row["standing"],
        "undecided": undecided,
        "desk_url": url_for("desk.queue", item=row["slug"]),
        "public_url": url_for("spaces.show", slug=row["slug"]) if row["record_state"] == "published" else "",
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
    }


SECTION = Section(PREFIX, KINDS, items, detail, "desk/owner_detail.html")
