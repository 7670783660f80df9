"""One space as the desk shows it: what was said, photos, records nearby that may be the same place."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from mapsvc.domain.duplicates import CANDIDATE_RADIUS_M, Comparison, Verdict, compare
from mapsvc.domain.errors import NotFound
from mapsvc.spatial import desk_merges, desk_records
from mapsvc.web.current import connection
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.merge_words import verdict_text
from mapsvc.web.i18n import ago, date_text, number_text
from mapsvc.web.labels import label
from mapsvc.web.place_words import css_of, symbol_of

_MOST_NEIGHBOURS = 12
_ICONS = {
    "officer_visit": "officer", "owner_statement": "owner", "trust_broker": "people", "partner_org": "people",
    "registered_user": "person", "anonymous": "passer-by", "import_official": "register", "import_open": "register",
}  # fmt: skip
#: Degrees around a place that the small map of the desk shows: about 120 m.
_AROUND_LAT, _AROUND_LON = 0.0011, 0.0016


def find(slug: str) -> dict[str, Any]:
    """Return a space within the account's areas; raise NotFound for any other."""
    row = desk_records.one(connection(), scope(), slug)
    if row is None:
        raise NotFound("there is no such space")
    return row


def nearby(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records around a space, each with what it is to it; siblings are named but never offered as same.

    Neither are those that somebody judged to be another place.
    """
    found = desk_records.neighbours(
        connection(), row["id"], row["lon"], row["lat"], CANDIDATE_RADIUS_M, _MOST_NEIGHBOURS
    )
    judged = desk_merges.judged_different(connection(), row["id"])
    own = desk_merges.candidate_of(row)
    compared = [(other, compare(own, desk_merges.candidate_of(other), other["distance_m"])) for other in found]
    compared.sort(key=lambda pair: -pair[1].score)
    return [_neighbour(other, comparison, different=other["id"] in judged) for other, comparison in compared]


def _neighbour(row: Mapping[str, Any], comparison: Comparison, *, different: bool) -> dict[str, Any]:
    return {
        "slug": row["slug"],
        "name": row["name"],
        "verdict": verdict_text(comparison.verdict),
        "distance": f"{number_text(round(row['distance_m']))} m",
        "score": comparison.score,
        "sibling": comparison.verdict is Verdict.SIBLINGS,
        "offered": comparison.verdict is not Verdict.SIBLINGS and not different,
        "likely": comparison.verdict in (Verdict.SAME, Verdict.SUGGEST_MERGE) or comparison.look_at_images,
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "headline": label("vacancy_status", row["status"]),
        "when": ago(row["last_confirmed_on"]),
        "marker": marker(row),
    }


def marker(row: Mapping[str, Any], url: str = "") -> dict[str, Any]:
    """Return a space as a member of a map's data, at its exact place, since the desk may see it."""
    return {
        "id": str(row["id"]),
        "kind": "space",
        "url": url or url_for("desk.premises_edit", slug=row["slug"]),
        "name": row["name"],
        "lon": round(row["lon"], 6),
        "lat": round(row["lat"], 6),
        "precision": "exact",
        "status": row["status"],
        "band": row["band"],
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "headline": label("vacancy_status", row["status"]),
        "when": ago(row["last_confirmed_on"]),
        "detail": "",
        "on_map": True,
        "demonstration": row["demonstration"],
        "answerable": False,
    }


def bounds(row: Mapping[str, Any]) -> tuple[float, float, float, float]:
    """Return the box of the small map around a space, in degrees."""
    return (
        row["lon"] - _AROUND_LON,
        row["lat"] - _AROUND_LAT,
        row["lon"] + _AROUND_LON,
        row["lat"] + _AROUND_LAT,
    )


def said(space_id: UUID) -> list[dict[str, Any]]:
    """Return the observations of a space as entries of a timeline, notes that wait included."""
    return [_entry(row) for row in desk_records.observations(connection(), space_id)]


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    notes = [label("quality", row["quality"])]
    if row["note_state"] == "queued":
        notes.append(_("text not shown yet"))
    if row["state"] != "counted":
        notes.append(_("does not count"))
    return {
        "icon": _ICONS.get(row["source_kind"], "person"),
        "title": label("source_kind", row["source_kind"]),
        "says": row["claim"],
        "says_text": label("claim", row["claim"]),
        "text": f"“{row['note']}”" if row["note"] and row["note_state"] != "rejected" else "",
        "date": row["observed_at"].date().isoformat(),
        "date_text": date_text(row["observed_at"].date()),
        "note": " · ".join(notes),
        "queued": row["note_state"] == "queued",
    }


def photos(space_id: UUID) -> list[dict[str, Any]]:
    """Return the photos of a space in every state."""
    return [
        {
            "src": url_for("desk.photo", photo_id=row["id"], small=1),
            "url": url_for("desk.photo", photo_id=row["id"]),
            "alt": row["alt"] or _("Photo of %(day)s", day=date_text(row["created_at"].date())),
            "width": None,
            "height": None,
            "state": row["state"],
        }
        for row in desk_records.photos(connection(), space_id)
    ]


def waits(entries: Sequence[Mapping[str, Any]], pictures: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a text or a photo of the space waits for a look."""
    return any(entry["queued"] for entry in entries) or any(one["state"] == "submitted" for one in pictures)
