"""`/maps/<slug>/history`: what the curators of a group changed on a map, and putting it back."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import auth_required

from mapsvc.domain.groups import Group
from mapsvc.domain.maps import CuratedMap
from mapsvc.spatial.desk_history import PAGE
from mapsvc.usecases.maps import plan_map_roll_back, roll_back_map
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk import record_history, roll_back
from mapsvc.web.desk.roll_back import Plan, Record
from mapsvc.web.i18n import number_text
from mapsvc.web.maps import curated_map
from mapsvc.web.paging import Paging

bp = Blueprint("map_history", __name__)

#: What curators did; what the office decided about a map, and what somebody flagged, is the desk's.
_OWN = ("made", "edited", "rolled_back")


@bp.get("/maps/<slug>/history")
@auth_required("session")
def show(slug: str) -> str:
    """Show the changes of a map to the curators of its group, the newest first, without names."""
    stored, group = curated_map(slug)
    paging = Paging.read(PAGE)
    entries, total = record_history.page("map", str(stored.id), _OWN, paging.number, who="")
    return render_template(
        "desk/history.html",
        record=_record(stored, group),
        entries=record_history.with_ways_back(
            entries, lambda entry_id: url_for("map_history.roll_back_entry", slug=slug, entry_id=entry_id)
        ),
        total_text=ngettext("%(count)s entry", "%(count)s entries", total, count=number_text(total)),
        paging=paging.links(total),
    )


@bp.route("/maps/<slug>/history/<int:entry_id>", methods=["GET", "POST"])
@auth_required("session")
def roll_back_entry(slug: str, entry_id: int) -> ResponseReturnValue:
    """Show what putting a map back to before an entry would change, and do it with a reason."""

    def put_back(version: int, reason: str) -> str:
        case = services().unit_of_work(), actor(), slug, entry_id, version, reason, now()
        return url_for("map_history.show", slug=roll_back_map(*case).slug)

    def plan() -> Plan:
        return Plan(plan_map_roll_back(services().unit_of_work(), actor(), slug, entry_id))

    return roll_back.answer(entry_id, lambda: _record(*curated_map(slug)), plan, put_back)


def _record(stored: CuratedMap, group: Group) -> Record:
    crumbs = [
        (_("Groups"), url_for("groups.index")),
        (group.name, url_for("groups.show", slug=group.slug)),
        (stored.title, url_for("maps.edit", slug=stored.slug)),
    ]
    address = url_for("map_history.show", slug=stored.slug)
    return Record("map", stored.title, stored.version, address, crumbs, "", desk=False)
