"""`/desk/premises/<slug>/history`: everything that was done to a record, and putting its facts back."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.people import Action, allows
from mapsvc.domain.rollback import RollBack, Stays
from mapsvc.spatial.desk_history import PAGE
from mapsvc.usecases import history as cases
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.desk import maps, record_history, records
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import version
from mapsvc.web.desk.history_words import KINDS, field_name, value_text
from mapsvc.web.desk.import_words import problem_text
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.i18n import number_text
from mapsvc.web.messages import sentence
from mapsvc.web.paging import Paging, one_of
from mapsvc.web.problems import wants_json

#: Larger than any number that the database gives to an entry.
_NO_ENTRY = 2**63


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
        row=row,
        entries=entries,
        total_text=ngettext("%(count)s entry", "%(count)s entries", total, count=number_text(total)),
        kinds=_kinds(slug, kind),
        kind=kind,
        paging=paging.links(total),
        may_edit=_may_edit(row),
        shell=_shell(row, places) if len(places) > 1 else None,
        map_texts=map_texts(),
        places={"places": places},
    )


@bp.route("/premises/<slug>/history/<int:entry_id>", methods=["GET", "POST"])
def premises_roll_back(slug: str, entry_id: int) -> ResponseReturnValue:
    """Show what putting a record back to before an entry would change, and do it with a reason."""
    row = records.find(slug)
    forget()
    if entry_id >= _NO_ENTRY:
        raise NotFound("there is no such entry")
    if request.method == "GET":
        return _plan_page(row, entry_id)
    reason = request.form.get("reason", "")
    try:
        space = cases.roll_back(services().unit_of_work(), actor(), slug, entry_id, version(), reason, now())
    except Invalid as error:
        fault = problem_text(error.code, error.params) if error.pointer != "/reason" else sentence(error)
        return _plan_page(row, entry_id, reason, fault), 422
    except (Stale, Conflict) as error:
        if wants_json():
            raise
        return _plan_page(records.find(slug), entry_id, reason, _again(error)), 412 if isinstance(error, Stale) else 409
    flash(_("%(name)s is put back. The history says so.", name=space.name), "ok")
    return redirect(url_for("desk.premises_history", slug=space.slug))


def _plan_page(row: Mapping[str, Any], entry_id: int, reason: str = "", fault: str = "") -> str:
    plan: RollBack | None = None
    refused = ""
    try:
        plan = cases.plan_roll_back(services().unit_of_work(), actor(), row["slug"], entry_id)
    except Conflict as error:
        refused = _refusal(error)
    return render_template(
        "desk/roll_back.html",
        row=row,
        entry_id=entry_id,
        reason=reason,
        fault=fault,
        refused=refused,
        changes=[
            {
                "field": field_name(one.name),
                "now": value_text(one.name, one.now),
                "back": value_text(one.name, one.back),
            }
            for one in (plan.changes if plan else ())
        ],
        stays=[{"field": field_name(name), "why": _why(stays)} for name, stays in (plan.stays if plan else ())],
    )


def _again(error: Stale | Conflict) -> str:
    if isinstance(error, Stale):
        return _("Somebody changed the record in between. Nothing was put back. Below is what would change now.")
    return _refusal(error)


def _refusal(error: Conflict) -> str:
    return {
        "rollback_no_facts": _(
            "This entry is a decision or an answer. It changed no facts that could go back; decide anew instead."
        ),
        "rollback_joined": _("Records were joined or separated since. Undo that first, then the facts can go back."),
        "rollback_nothing": _("The record already is as it was before. Nothing would change."),
    }.get(error.code, sentence(error))  # fmt: skip


def _why(stays: Stays) -> str:
    return {
        Stays.ERASED: _("what stood there was erased"),
        Stays.DECIDED: _("it was decided since, and decisions are not put back"),
        Stays.NOT_A_FACT: _("it follows its own states"),
    }[stays]


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
