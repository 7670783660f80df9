"""The texts and photos of a space as the desk decides about them, one by one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from mapsvc.domain.rulings import REASONS, Subject
from mapsvc.domain.screening import redact, spots
from mapsvc.spatial import desk_parts
from mapsvc.web.current import connection
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.labels import label


def reasons(subject: Subject) -> list[tuple[str, str]]:
    """Return the reasons for refusing a place, a text or a photo, with their words, for a form."""
    return [(reason.value, label("rejection_reason", reason.value)) for reason in REASONS[subject]]


def of_space(space_id: UUID) -> dict[str, Any]:
    """Return the waiting texts and all photos of a space, with the reasons for refusing either."""
    notes = [_note(row) for row in desk_parts.waiting_notes(connection(), space_id)]
    photos = [photo(row) for row in desk_parts.photos(connection(), space_id)]
    return {
        "notes": notes,
        "photos": photos,
        "waiting": len(notes) + sum(one["waits"] for one in photos),
        "note_reasons": reasons(Subject.NOTE),
        "photo_reasons": reasons(Subject.PHOTO),
        # One reason for both has to fit both.
        "common_reasons": [one for one in reasons(Subject.NOTE) if one in reasons(Subject.PHOTO)],
    }


def _note(row: Mapping[str, Any]) -> dict[str, Any]:
    shown = redact(row["note"])
    return {
        "id": row["id"],
        "pieces": _pieces(row["note"]),
        "shown": shown if shown != row["note"] else "",
        "by": label("source_kind", row["source_kind"]),
        "when": ago(row["at"]),
    }


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether the screening found something in it (M1, M3)."""
    pieces, position = [], 0
    for _finding, start, end in spots(text):
        pieces += [(text[position:start], False), (text[start:end], True)]
        position = end
    return [*pieces, (text[position:], False)]


def photo(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a photo as the desk shows it; its addresses change with its version."""
    return {
        "id": row["id"],
        "version": row["version"],
        "state": row["state"],
        "waits": row["state"] == "submitted",
        "public": row["state"] == "published",
        "text": _state_text(row),
        "src": url_for("desk.photo", photo_id=row["id"], small=1, v=row["version"]),
        "url": url_for("desk.photo", photo_id=row["id"], v=row["version"]),
        "alt": row["alt"] or _("Photo of %(day)s", day=date_text(row["created_at"].date())),
        "width": row["width"],
        "height": row["height"],
    }


def _state_text(row: Mapping[str, Any]) -> str:
    words = {
        "submitted": _("Waits for a look"),
        "published": _("Shown"),
        "rejected": _("Not shown"),
        "hidden": _("Hidden"),
    }.get(row["state"], row["state"])
    return f"{words} · {label('rejection_reason', row['reason'])}" if row["reason"] else words
