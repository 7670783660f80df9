"""Who did what to a record, entry by entry, as the desk may know it."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from mapsvc.domain.rollback import OF_FACTS, OF_POLICIES
from mapsvc.spatial import desk_history
from mapsvc.web.current import connection
from mapsvc.web.desk.history_words import action_text, lines, reason_text
from mapsvc.web.i18n import date_text, instant_text
from mapsvc.web.labels import label

_ICONS = {
    "officer": "officer", "administrator": "officer", "moderator": "officer", "anonymous": "passer-by",
    "trust_broker": "people", "system": "clock", "operator": "code",
}  # fmt: skip


def recent(noun: str, record_id: str, size: int) -> tuple[list[dict[str, Any]], int]:
    """Return the newest entries about a record, and how many there are."""
    rows, total = desk_history.of_record(connection(), noun, record_id, size=size)
    return [entry(row) for row in rows], total


def page(
    noun: str, record_id: str, actions: Collection[str] | None, number: int, *, who: str | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Return a page of the entries about a record, the newest first, and how many there are of these actions.

    `who` stands for the actors where their names are not for the reader.
    """
    rows, total = desk_history.of_record(connection(), noun, record_id, actions=actions, number=number)
    return [entry(row, who=who) for row in rows], total


def entry(row: Mapping[str, Any], *, who: str | None = None, apart: bool = False) -> dict[str, Any]:
    """Return an entry in words; `who` stands for the actor where their name is not for the reader.

    `apart` leaves personal values out. `changes` are the lines of `history_words.lines`.
    """
    kind = label("actor_kind", row["actor_kind"])
    named = row["actor_name"] if who is None else who
    changes = lines(row, apart=apart)
    return {
        "id": row["id"],
        "icon": _ICONS.get(row["actor_kind"], "person"),
        "title": action_text(row["action"]),
        "who": f"{named}, {kind}" if named else kind,
        "date": row["at"].isoformat(),
        "date_text": date_text(row["at"].date()),
        "instant": instant_text(row["at"]),
        "changes": changes,
        "reason": _reason(row, apart),
        "goes_back": row["action"] in (OF_POLICIES if row["noun"] == "area" else OF_FACTS)
        and bool(row["before"]),
        "places": [
            place for name in ("before", "after") if _is_point(place := (row[name] or {}).get("point"))
        ] if any(line["kind"] == "place" for line in changes) else [],
    }  # fmt: skip


def with_ways_back(entries: list[dict[str, Any]], address: Callable[[int], str]) -> list[dict[str, Any]]:
    """Return entries with the address that puts each back (`back`), where it can be; `address` makes it of a number."""
    return [one | {"back": address(one["id"])} if one["goes_back"] else one for one in entries]


def _is_point(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2


def _reason(row: Mapping[str, Any], apart: bool) -> str:
    if not row["reason"]:
        return ""
    if apart and str(row["reason"]).startswith("{"):
        return ""
    return reason_text(row["action"], row["reason"])
