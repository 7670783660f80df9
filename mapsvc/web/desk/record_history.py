"""Who did what to a record, in words, as the desk may know it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from mapsvc.spatial import desk_records
from mapsvc.web.current import connection
from mapsvc.web.desk.differences import flat, text_of
from mapsvc.web.desk.import_words import field_text
from mapsvc.web.i18n import date_text
from mapsvc.web.labels import label

_ICONS = {"officer": "officer", "administrator": "officer", "moderator": "officer", "anonymous": "passer-by"}
_MOST_CHANGES = 12


def entries(noun: str, record_id: str) -> list[dict[str, Any]]:
    """Return the history of a record as entries of a timeline, the newest first."""
    return [_entry(row) for row in desk_records.history(connection(), noun, record_id)]


def action_text(action: str) -> str:
    """Return what was done, in words; the code itself for one that is not known here."""
    return {
        "reported": _("Reported"),
        "added": _("Added"),
        "edited": _("Changed"),
        "imported": _("Imported"),
        "observed": _("Observed"),
        "observation_withdrawn": _("Observation taken back"),
        "publish": _("Published"),
        "reject": _("Not accepted"),
        "hide": _("Hidden"),
        "archive": _("Archived"),
        "same_as": _("Joined with another record"),
        "notes_shown": _("Texts and photos shown"),
        "notes_put_away": _("Texts and photos put away"),
        "withdrawn": _("Withdrawn"),
        "corrected": _("Corrected"),
    }.get(action, action)


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    who = label("actor_kind", row["actor_kind"])
    return {
        "icon": _ICONS.get(row["actor_kind"], "person"),
        "title": action_text(row["action"]),
        "says": "",
        "says_text": "",
        "text": "; ".join(_changes(row)),
        "date": row["at"].date().isoformat(),
        "date_text": date_text(row["at"].date()),
        "note": f"{row['actor_name']}, {who}" if row["actor_name"] else who,
    }


def _changes(row: Mapping[str, Any]) -> list[str]:
    before, after = row["before"] or {}, row["after"] or {}
    if row["action"] in ("edited", "imported"):
        left, right = flat(before, before), flat(after, after)
        changed = [name for name in dict.fromkeys([*right, *left]) if left.get(name) != right.get(name)]
        words = [
            _("%(field)s: %(before)s → %(after)s", field=field_text(name), before=text_of(name, left.get(name)),
              after=text_of(name, right.get(name)))
            for name in changed[:_MOST_CHANGES]
        ]  # fmt: skip
    elif row["action"] == "observed" and "claim" in after:
        words = [label("claim", after["claim"])]
    else:
        words = []
    if row["reason"]:
        vocabulary = "hiding_reason" if row["action"] == "hide" else "rejection_reason"
        words.append(_("Reason: %(reason)s", reason=label(vocabulary, row["reason"])))
    return words
