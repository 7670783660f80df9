"""What the rules of moderation hold, in the queue: answers, visits asked for, a look at what published itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.people import Action
from mapsvc.spatial import desk_held
from mapsvc.web.current import connection, now
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.queue_sections import Kind, Section
from mapsvc.web.desk.queue_words import TARGET_HOURS, time_left
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.labels import choices, label
from mapsvc.web.place_words import css_of, symbol_of

PREFIX = "held:"
KINDS = (
    Kind("held", lambda: _("Held answers"), lambda: _("Held answer")),
    Kind("visit", lambda: _("Visits asked for"), lambda: _("Visit asked for"), "bad"),
    Kind("sample", lambda: _("Published by itself"), lambda: _("Published by itself"), deadline=False),
)
_KINDS = {kind.code: kind for kind in KINDS}
#: The rules that hold the answer itself; the others that may be kept beside them hold its text.
_HOLD_ANSWERS = frozenset({"M4", "M8", "M9", "M17"})
Row = Mapping[str, Any]


def items(_key: str) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """Return what is held in the account's areas, and how many things there are of each kind."""
    groups = _groups()
    counts = dict.fromkeys(_KINDS, 0)
    for rows in groups.values():
        counts[rows[0]["kind"]] += 1
    return [_item(key, rows) for key, rows in groups.items()], counts


def _groups() -> dict[str, list[Row]]:
    """Return the rows by the key of their item: answers of one place, or of one network with the same words."""
    found: dict[tuple[str, object], list[Row]] = {}
    for row in desk_held.waiting(connection(), scope(Action.MODERATE)):
        found.setdefault((row["kind"], row["cluster"] or row["space_id"]), []).append(row)
    return {_key_of(rows[0]): rows for rows in found.values()}


def _key_of(row: Row) -> str:
    return f"{PREFIX}{row['kind']}:{row['observation_id'] or row['slug']}"


def _item(key: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Return a row of the queue about what belongs to one decision."""
    first = rows[0]
    kind = _KINDS[first["kind"]]
    hours = (now() - first["since"]).total_seconds() / 3600
    places = {row["slug"] for row in rows}
    name = first["name"]
    if len(places) > 1:
        name = ngettext("%(name)s and %(num)s more", "%(name)s and %(num)s more", len(places) - 1, name=name)
    return {
        "key": key,
        "kind": kind.code,
        "tag": kind.tag(),
        "tag_css": kind.css,
        "waits": kind.deadline,
        "time": time_left(hours) if kind.deadline else _("no deadline"),
        "hours": hours if kind.deadline else None,
        "late": kind.deadline and hours > TARGET_HOURS,
        "name": name,
        "why": _why(rows),
        "symbol": symbol_of("space", first["status"]),
        "css": css_of("space", first["band"]),
        "parts": [],
        "urgency": 1.0 if kind.code == "visit" else 0.0,
        "in_call": kind.code == "visit" or any("M17" in (row["rules"] or ()) for row in rows),
        "area": first["area_name"],
        "demonstration": first["demonstration"],
    }


def _why(rows: Sequence[Row]) -> str:
    first = rows[0]
    if first["kind"] == "visit":
        return _("Several answers contradict each other. Nothing counts until an officer has been there.")
    if first["kind"] == "sample":
        return _("By somebody whose places are published at once; one in ten is looked at.")
    number = ngettext("%(num)s answer waits", "%(num)s answers wait", len(rows))
    rules = list(dict.fromkeys(rule for row in rows for rule in row["rules"] if rule in _HOLD_ANSWERS))
    return f"{number}: {_rules(rules)}."


def _rules(rules: Sequence[str]) -> str:
    return ", ".join(label("hold_rule", rule) for rule in rules)


def detail(key: str, item: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what belongs to one decision; None once it was decided, and outside the account's areas."""
    rows = _groups().get(key)
    if rows is None:
        return None
    first = rows[0]
    return {
        "kind": first["kind"],
        "item": item or _item(key, rows),
        "first": first,
        "symbol": symbol_of("space", first["status"]),
        "css": css_of("space", first["band"]),
        "status": label("vacancy_status", first["status"]),
        "answers": [_answer(row) for row in rows if row["kind"] == "held"],
        "several": len({row["slug"] for row in rows}) > 1,
        "frozen": any(row["frozen"] for row in rows),
        "rejections": [choice for choice in choices("rejection_reason") if choice[0] != "withdrawn"],
        "since": ago(first["since"]),
    }


def _answer(row: Row) -> dict[str, Any]:
    return {
        "id": row["observation_id"],
        "slug": row["slug"],
        "name": row["name"],
        "claim": row["claim"],
        "claim_text": label("claim", row["claim"]),
        "who": label("source_kind", row["source_kind"]),
        "quality": label("quality", row["quality"]),
        "date": date_text(row["observed_at"].date()),
        "note": row["note"] or "",
        "why": _rules([rule for rule in row["rules"] if rule in _HOLD_ANSWERS]),
    }


SECTION = Section(PREFIX, KINDS, items, detail, "desk/held_detail.html")
