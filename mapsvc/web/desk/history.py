"""`/desk/premises/<slug>/history`: everything that was done to a record, and putting its facts back."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.people import Action, allows
from mapsvc.spatial.desk_history import PAGE
from mapsvc.usecases import history as cases
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk import maps, record_history, records, roll_back
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.history_words import KINDS
from mapsvc.web.desk.roll_back import Plan, Record
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.i18n import number_text
from mapsvc.web.paging import Paging, one_of


@bp.get("/premises/<slug>/history")
def premises_history(slug: str) -> str:
    """Show the entries about a record, filtered by kind and page by page, with the places where it stood."""
    row = records.find(slug)
    kind = one_of("kind", tuple(KINDS))
    paging = Paging.read(PAGE)
    entries, total = record_history.page("space", str(row["id"]), KINDS[kind] if kind else None, paging.number)
    places = _places(row, entries)
    return render_template(
        "desk/history.html",
        record=_record(row),
        desk=True,
        nav="premises",
        entries=entries if not _may_edit(row) else _with_ways_back(slug, entries),
        total_text=ngettext("%(count)s entry", "%(count)s entries", total, count=number_text(total)),
        kinds=_kinds(slug, kind),
        kind=kind,
        paging=paging.links(total),
        shell=_shell(row, places) if len(places) > 1 else None,
        map_texts=map_texts(),
        places={"places": places},
    )


@bp.route("/premises/<slug>/history/<int:entry_id>", methods=["GET", "POST"])
def premises_roll_back(slug: str, entry_id: int) -> ResponseReturnValue:
    """Show what putting a record back to before an entry would change, and do it with a reason."""

    def put_back(version: int, reason: str) -> str:
        case = services().unit_of_work(), actor(), slug, entry_id, version, reason, now()
        return url_for("desk.premises_history", slug=cases.roll_back(*case).slug)

    def plan() -> Plan:
        return Plan(cases.plan_roll_back(services().unit_of_work(), actor(), slug, entry_id))

    return roll_back.answer(entry_id, lambda: _record(records.find(slug)), plan, put_back)


def _record(row: Mapping[str, Any]) -> Record:
    slug, name = row["slug"], row["name"]
    crumbs = [(_("Premises"), url_for("desk.premises")), (name, url_for("desk.premises_edit", slug=slug))]
    return Record("space", name, row["version"], url_for("desk.premises_history", slug=slug), crumbs, "premises")


def _with_ways_back(slug: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return record_history.with_ways_back(
        entries, lambda entry_id: url_for("desk.premises_roll_back", slug=slug, entry_id=entry_id)
    )


def _may_edit(row: Mapping[str, Any]) -> bool:
    return allows(actor(), Action.EDIT_SPACE, row["area_path"] or ()) and row["record_state"] != "merged"


def _kinds(slug: str, chosen: str) -> list[dict[str, Any]]:
    named = [
        ("", _("Everything")),
        ("facts", _("Facts")),
        ("decisions", _("Decisions")),
        ("seen", _("What people sent")),
    ]
    return [
        {"text": words, "url": url_for("desk.premises_history", slug=slug, kind=code or None), "on": code == chosen}
        for code, words in named
    ]


def _places(row: Mapping[str, Any], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the record as a member of the map, and every place where it stood before."""
    marker = records.marker(row)
    here = (marker["lon"], marker["lat"])
    former = dict.fromkeys((round(lon, 6), round(lat, 6)) for one in entries for lon, lat in one["places"])
    return [marker] + [
        {
            **marker,
            "id": f"{marker['id']}-{number}",
            "lon": lon,
            "lat": lat,
            "css": "s-space stale",
            "headline": _("A former position"),
            "when": "",
        }
        for number, (lon, lat) in enumerate(one for one in former if one != here)
    ]


def _shell(row: Mapping[str, Any], places: list[dict[str, Any]]) -> Any:
    margin_lon, margin_lat = 0.0008, 0.0006
    lons, lats = [place["lon"] for place in places], [place["lat"] for place in places]
    box = min(lons) - margin_lon, min(lats) - margin_lat, max(lons) + margin_lon, max(lats) + margin_lat
    return maps.shell("mini", row["lat"], row["lon"], 17, box)
