"""Pairs of records and merges as rows of a list, of the queue and of the screens of merges."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from mapsvc.domain.people import Action
from mapsvc.spatial import desk_merges
from mapsvc.usecases.merges import UNDO_DAYS
from mapsvc.web.current import actor, connection
from mapsvc.web.desk import merge_words
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.labels import label
from mapsvc.web.place_words import css_of, symbol_of


def pair_row(one: desk_merges.Suggestion) -> dict[str, Any]:
    """Return a pair of records that may be one place as a row of a list."""
    return {
        "records": [record_row(one.one), record_row(one.other)],
        "likeness": merge_words.likeness(one.comparison, one.distance_m),
        "area": one.one["area_name"] or one.other["area_name"] or "",
        "url": url_for("desk.merges_new", a=one.one["slug"], b=one.other["slug"]),
    }


def record_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of two records that are compared, with its status in words."""
    return {
        "slug": row["slug"],
        "name": row["name"],
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "headline": label("vacancy_status", row["status"]),
        "state": label("record_state", row["record_state"]),
        "waits": row["record_state"] == "submitted",
        "when": ago(row["last_confirmed_on"]),
        "url": url_for("desk.premises_edit", slug=row["slug"]),
    }


def merge_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a merge as a row of a list: which record ended in which, who did it and when."""
    when = row["done_at"] or row["asked_at"]
    return {
        "id": row["id"],
        "name": _("%(loser)s → %(survivor)s", loser=row["loser_name"], survivor=row["survivor_name"]),
        "by": row["asked_by_name"] or _("somebody of the office"),
        "when": ago(when),
        "day": date_text(when.date()),
        "url": url_for("desk.merges_show", merge_id=row["id"]),
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "state": row["state"],
        "own": row["asked_by"] is not None and row["asked_by"] == actor().user_id,
    }


def merges_of(space_id: UUID) -> list[dict[str, Any]]:
    """Return the merges of a record that wait or can still be taken back, the newest first."""
    rows = desk_merges.merges(connection(), scope(Action.MODERATE), UNDO_DAYS, of_space=space_id)
    return [merge_row(row) for row in rows]
