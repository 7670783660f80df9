"""Collectives: the searchable list and one page each; what they can pay is for the parties only.

A collective that is not shown to everybody has its page under `matching`, for whoever speaks for it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.domain.fields import read_value
from mapsvc.domain.needs import DISCIPLINES, NEED_FIELDS
from mapsvc.domain.people import Action, Role, allows, holds_anywhere
from mapsvc.spatial import collectives
from mapsvc.usecases import collective_states
from mapsvc.web.current import actor, connection, now, services
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.labels import label
from mapsvc.web.matching import signed_in
from mapsvc.web.need_words import need_label, need_text
from mapsvc.web.paging import Paging, one_of, words
from mapsvc.web.record_words import described, page_address, sourced, spoken

bp = Blueprint("collectives", __name__)


@bp.get("/collectives")
def catalogue() -> str:
    """List public collectives by words and discipline."""
    paging = Paging.read()
    wanted = {"query": words(), "discipline": one_of("discipline", DISCIPLINES)}
    total, rows = collectives.catalogue(connection(), paging.size, paging.offset, **wanted)
    return render_template(
        "collectives/list.html",
        groups=[
            {
                "url": f"/collectives/{row['slug']}",
                "name": row["name"],
                "form": label("collective_form", row["form"]),
                "members": members_text(row["members_count"]),
                "disciplines": _disciplines(row),
                "verified": row["trust"] != "new",
                "demonstration": row["demonstration"],
            }
            for row in rows
        ],
        total_text=ngettext("%(count)s collective", "%(count)s collectives", total, count=number_text(total)),
        pager=paging.links(total),
        own=_own(),
        wanted=wanted,
        choices={"discipline": [(code, label("discipline", code)) for code in DISCIPLINES]},
    )


def _own() -> list[dict[str, str]]:
    """Return the collectives that the present account speaks for, whatever their state."""
    ids = [grant.collective_id for grant in actor().grants if grant.role is Role.COLLECTIVE_REP and grant.collective_id]
    if not ids:
        return []
    with services().unit_of_work() as uow:
        found = [one for one in map(uow.collectives.get, ids) if one is not None]
    return [
        {
            "name": one.name,
            "url": url_for("matching.collective", slug=one.slug) if one.state != "dissolved" else "",
            "state": one.state,
            "state_text": label("collective_state", one.state),
        }
        for one in sorted(found, key=lambda one: one.name.casefold())
    ]


@bp.post("/collectives/<slug>/publish")
@signed_in
def publish(slug: str) -> ResponseReturnValue:
    """Show a draft to everybody."""
    shown = collective_states.publish_collective(services().unit_of_work(), actor(), slug, now())
    flash(_("Everybody can see %(name)s now.", name=shown.name), "ok")
    return redirect(url_for("matching.collective", slug=slug))


@bp.post("/collectives/<slug>/dissolve")
@signed_in
def dissolve(slug: str) -> ResponseReturnValue:
    """Dissolve a collective by whoever speaks for it; the form asks for a tick first."""
    if request.form.get("sure") != "1":
        flash(_("Nothing was changed. Tick that you are sure."), "warn")
        return redirect(url_for("matching.collective", slug=slug))
    gone = collective_states.dissolve_own(services().unit_of_work(), actor(), slug, now())
    flash(_("%(name)s is dissolved. Its page is closed.", name=gone.name), "ok")
    return redirect(url_for("collectives.catalogue"))


@bp.get("/collectives/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show a collective: who they are, what they do, what they look for."""
    row = collectives.page(connection(), slug) if "\x00" not in slug else None
    if row is None:
        if "\x00" not in slug and _speaks_for(slug):
            return redirect(url_for("matching.collective", slug=slug))
        raise NotFound("there is no such collective")
    may_edit = allows(actor(), Action.EDIT_COLLECTIVE, collective_id=row["id"])
    about = spoken({row["original_lang"]: row["story"]}, row["original_lang"])
    return render_template(
        "collectives/show.html",
        collective=row,
        form=label("collective_form", row["form"]),
        members=members_text(row["members_count"]),
        young=_young(row),
        trust=label("collective_trust", row["trust"]) if row["trust"] != "new" else "",
        endorsements=_endorsements(row["id"]),
        disciplines=_disciplines(row),
        about=about,
        summary=described(about["text"] or _disciplines(row)),
        address=page_address(),
        needs=_needs(row["needs"], row["area_names"] or {}),
        may_edit=may_edit,
        may_match=may_edit or holds_anywhere(actor(), Action.MATCH),
        source=sourced(row),
    )


def members_text(count: int | None) -> str:
    """Return how many members there are; a number below five would point at people and is not in the views."""
    return (
        _("fewer than 5 members, or not stated")
        if count is None
        else ngettext("%(num)s member", "%(num)s members", count)
    )


def _speaks_for(slug: str) -> bool:
    with services().unit_of_work() as uow:
        found = uow.collectives.by_slug(slug)
    if found is None or found.state == "dissolved":
        return False
    return allows(actor(), Action.EDIT_COLLECTIVE, collective_id=found.id)


def _young(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return how many are young, where these are enough not to point at anybody."""
    counts = ((_("Under 30"), row["members_under_30"]), (_("Under 35"), row["members_under_35"]))
    return [{"label": words, "value": number_text(count)} for words, count in counts if count is not None]


def _endorsements(collective_id: UUID) -> list[dict[str, str]]:
    rows = collectives.endorsements(connection(), collective_id)
    return [row | {"on": date_text(row["created_at"].date())} for row in rows]


def _disciplines(row: Mapping[str, Any]) -> str:
    return ", ".join(label("discipline", code) for code in row["disciplines"])


def _needs(needs: Mapping[str, Any], area_names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the public needs in words, in the order of the form."""
    found = []
    for spec in NEED_FIELDS:
        raw = needs.get(spec.code)
        if raw is None or spec.visibility != "public":
            continue
        if spec.code == "districts_ok" and isinstance(raw, list):
            raw = [area_names.get(slug, slug) for slug in raw if isinstance(slug, str)]
        try:
            text = need_text(spec, read_value(spec, raw))
        except Invalid:
            continue
        if text:
            found.append({"label": need_label(spec.code), "value": text})
    return found
