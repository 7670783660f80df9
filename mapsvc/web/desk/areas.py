"""`/desk/areas`: how each area shows its shops and when somebody looks, with a preview of what a decision changes."""

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.area_policies import DecidingArea, OwnPolicy
from mapsvc.domain.errors import Stale
from mapsvc.domain.publication import AreaPolicy
from mapsvc.spatial.desk_history import PAGE
from mapsvc.usecases import area_policies
from mapsvc.usecases.area_policies import Preview
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk import record_history, roll_back
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import version
from mapsvc.web.desk.roll_back import Plan, Record
from mapsvc.web.i18n import number_text
from mapsvc.web.labels import choices, label
from mapsvc.web.messages import sentence
from mapsvc.web.paging import Paging


@bp.get("/areas")
def areas() -> str:
    """List the areas that the account decides about, with what holds in each."""
    listed = area_policies.decidable(services().unit_of_work(), actor())
    return render_template("desk/areas.html", areas=[_row(one) for one in listed])


def _row(one: area_policies.Listed) -> dict[str, Any]:
    return {
        "slug": one.area.slug,
        "name": one.area.name,
        "level": label("level", one.area.level),
        "precision": label("shop_precision", one.holds.commercial_precision),
        "moderation": label("moderation", one.holds.moderation),
        "own_precision": one.area.own.commercial_precision is not None,
        "own_moderation": one.area.own.moderation is not None,
    }


@bp.get("/areas/<slug>")
def area(slug: str) -> str:
    """Show what an area decided; with `commercial_precision` and `moderation`, what deciding that would change."""
    asked = "commercial_precision" in request.args or "moderation" in request.args
    own = _own(request.args) if asked else None
    return _page(area_policies.preview(services().unit_of_work(), actor(), slug, own), asked=asked)


def _own(values: Any) -> OwnPolicy:
    return OwnPolicy(values.get("commercial_precision") or None, values.get("moderation") or None)


@bp.post("/areas/<slug>")
def area_decide(slug: str) -> ResponseReturnValue:
    """Decide the policy of an area and show its shops accordingly, if nobody decided since the page was made."""
    own = _own(request.form)
    try:
        done = area_policies.decide_policy(services().unit_of_work(), actor(), slug, own, version(), now())
    except Stale as error:
        current = area_policies.preview(services().unit_of_work(), actor(), slug, own)
        return make_response(_page(current, asked=True, fault=sentence(error)), 412)
    changed = done.to_coarse + done.to_exact
    words = ngettext("%(count)s place is shown otherwise now.", "%(count)s places are shown otherwise now.", changed,
                     count=number_text(changed))  # fmt: skip
    name = done.listed.area.name
    flash(_("The policy of %(area)s is set.", area=name) + (f" {words}" if changed else ""), "ok")
    return redirect(url_for("desk.area", slug=slug), 303)


@bp.get("/areas/<slug>/history")
def area_history(slug: str) -> str:
    """Show what was decided about an area, the newest first."""
    area = area_policies.preview(services().unit_of_work(), actor(), slug, None).listed.area
    paging = Paging.read(PAGE)
    entries, total = record_history.page("area", str(area.id), None, paging.number)
    return render_template(
        "desk/history.html",
        record=_record(area),
        desk=True,
        nav="policies",
        entries=record_history.with_ways_back(
            entries, lambda entry_id: url_for("desk.area_roll_back", slug=slug, entry_id=entry_id)
        ),
        total_text=ngettext("%(count)s entry", "%(count)s entries", total, count=number_text(total)),
        paging=paging.links(total),
    )


@bp.route("/areas/<slug>/history/<int:entry_id>", methods=["GET", "POST"])
def area_roll_back(slug: str, entry_id: int) -> ResponseReturnValue:
    """Show what putting an area's policy back to before an entry would change, and do it with a reason."""

    def find() -> Record:
        return _record(area_policies.preview(services().unit_of_work(), actor(), slug, None).listed.area)

    def plan() -> Plan:
        return Plan(*area_policies.plan_policy_roll_back(services().unit_of_work(), actor(), slug, entry_id))

    def put_back(version: int, reason: str) -> str:
        case = services().unit_of_work(), actor(), slug, entry_id, version, reason, now()
        return url_for("desk.area", slug=area_policies.roll_back_policy(*case).listed.area.slug)

    return roll_back.answer(entry_id, find, plan, put_back)


def _record(area: DecidingArea) -> Record:
    crumbs = [(_("Areas"), url_for("desk.areas")), (area.name, url_for("desk.area", slug=area.slug))]
    return Record("area", area.name, area.version, url_for("desk.area_history", slug=area.slug), crumbs, "policies")


def _page(found: Preview, *, asked: bool, fault: str = "") -> str:
    stored = found.listed.area.own
    return render_template(
        "desk/area.html",
        area=found.listed.area,
        level=label("level", found.listed.area.level),
        own=stored if not asked else _own(request.values),
        holds=_words(found.listed.holds),
        becomes=_words(found.becomes),
        inherited=_words(found.listed.inherited),
        precisions=choices("shop_precision"),
        moderations=choices("moderation"),
        asked=asked,
        changed=asked and _own(request.values) != stored,
        effects=found,
        fault=fault,
    )


def _words(policy: AreaPolicy) -> dict[str, str]:
    return {
        "precision": label("shop_precision", policy.commercial_precision),
        "moderation": label("moderation", policy.moderation),
    }
