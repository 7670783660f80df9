"""Merges in the queue: pairs that are probably one place, and proposals that wait for a second person."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from mapsvc.domain.duplicates import Verdict
from mapsvc.domain.people import Action, holds_anywhere
from mapsvc.spatial import desk_merges
from mapsvc.usecases.merges import UNDO_DAYS
from mapsvc.web.current import actor, connection, now
from mapsvc.web.desk import maps, records
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.merge_rows import merge_row, pair_row
from mapsvc.web.desk.queue_sections import Kind, Section
from mapsvc.web.desk.queue_words import TARGET_HOURS, time_left
from mapsvc.web.place_words import css_of, symbol_of

PREFIX = "same:"
#: Between the slugs of a pair; no slug holds it.
_AND = "~"
#: Records that changed last whose neighbours the queue looks at; the list of pairs looks further.
_WINDOW = 300
#: Pairs that wait in the queue; what is only perhaps the same is in the list of pairs.
_LIKELY = frozenset({Verdict.SAME, Verdict.SUGGEST_MERGE})
_MOST = 20

AGREE = Kind("agree", lambda: _("Second person needed"), lambda: _("Second person needed"), "warn")
SAME = Kind("same", lambda: _("Same place?"), lambda: _("Same place?"))


def items(_key: str) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """Return proposals that wait and likely pairs in the account's areas, and how many of each there are."""
    if not holds_anywhere(actor(), Action.MODERATE):
        return [], {}
    where = scope(Action.MODERATE)
    waiting = [row for row in desk_merges.merges(connection(), where, UNDO_DAYS) if row["state"] == "proposed"]
    found, _looked_at = desk_merges.suggestions(connection(), where, window=_WINDOW)
    likely = [
        one for one in found if one.comparison.verdict in _LIKELY or one.comparison.look_at_images
    ]  # Whatever is likelier stands first, so that the first ones are the best.
    rows = [_proposal(row) for row in waiting] + [_pair(one) for one in likely[:_MOST]]
    return rows, {AGREE.code: len(waiting), SAME.code: len(likely)}


def _proposal(row: Mapping[str, Any]) -> dict[str, Any]:
    hours = (now() - row["asked_at"]).total_seconds() / 3600
    words = merge_row(row)
    return {
        **_row(AGREE, f"{PREFIX}{row['id']}", words["name"], hours, row),
        "symbol": words["symbol"],
        "css": words["css"],
        "why": _("A pact or a lot hangs on it. Proposed by %(who)s, %(when)s.", who=words["by"], when=words["when"]),
    }


def _pair(one: desk_merges.Suggestion) -> dict[str, Any]:
    waiting = [row["created_at"] for row in (one.one, one.other) if row["record_state"] == "submitted"]
    hours = (now() - min(waiting)).total_seconds() / 3600 if waiting else None
    name = _("%(one)s and %(other)s", one=one.one["name"], other=one.other["name"])
    return {
        **_row(SAME, f"{PREFIX}{one.one['slug']}{_AND}{one.other['slug']}", name, hours, one.one),
        "symbol": symbol_of("space", one.one["status"]),
        "css": css_of("space", one.one["band"]),
        "why": pair_row(one)["likeness"]["why"],
    }


def _row(kind: Kind, key: str, name: str, hours: float | None, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind.code,
        "tag": kind.tag(),
        "tag_css": kind.css,
        "waits": kind.deadline,
        "time": time_left(hours) if hours is not None else _("no deadline"),
        "hours": hours,
        "late": hours is not None and hours > TARGET_HOURS,
        "name": name,
        "parts": [],
        "urgency": 0.0,
        "in_call": False,
        "area": row["area_name"],
        "demonstration": row["demonstration"],
    }


def detail(key: str, item: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a proposal or a pair with a map, for an account that moderates both places."""
    rest = key.removeprefix(PREFIX)
    where = scope(Action.MODERATE)
    if _AND in rest:
        one, other = rest.split(_AND, 1)
        found = desk_merges.pair(connection(), where, one, other)
        return None if found is None else {**_shown(one, other, item), **pair_row(found), "merge": None}
    try:
        row = desk_merges.merge(connection(), where, UUID(rest))
    except ValueError:
        return None
    if row is None:
        return None
    found = desk_merges.pair(connection(), where, row["survivor_slug"], row["loser_slug"])
    if found is None:
        return None
    shown = _shown(row["survivor_slug"], row["loser_slug"], item)
    return {**shown, **pair_row(found), "merge": {**merge_row(row), "state": row["state"]}}


def _shown(one: str, other: str, item: dict[str, Any] | None) -> dict[str, Any]:
    rows = [records.find(slug) for slug in (one, other)]
    boxes = [records.bounds(row) for row in rows]
    box = (
        min(west for west, _s, _e, _n in boxes), min(south for _w, south, _e, _n in boxes),
        max(east for _w, _s, east, _n in boxes), max(north for _w, _s, _e, north in boxes),
    )  # fmt: skip
    middle = (box[1] + box[3]) / 2, (box[0] + box[2]) / 2
    return {
        "kind": "same",
        "item": item,
        "shell": maps.shell("desk", *middle, 17, box, f"q{secrets.token_hex(4)}"),
        "places": {"places": [records.marker(row) for row in rows]},
    }


SECTION = Section(PREFIX, (AGREE, SAME), items, detail, "desk/merge_detail.html")
