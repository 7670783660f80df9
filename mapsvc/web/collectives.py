"""Collectives: the searchable list and one page each; what they can pay is for the parties only."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.domain.fields import read_value
from mapsvc.domain.needs import DISCIPLINES, NEED_FIELDS
from mapsvc.domain.people import Action, allows, holds_anywhere
from mapsvc.spatial import collectives
from mapsvc.web.current import actor, connection
from mapsvc.web.i18n import number_text
from mapsvc.web.labels import label
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
                "demonstration": row["demonstration"],
            }
            for row in rows
        ],
        total_text=ngettext("%(count)s collective", "%(count)s collectives", total, count=number_text(total)),
        pager=paging.links(total),
        wanted=wanted,
        choices={"discipline": [(code, label("discipline", code)) for code in DISCIPLINES]},
    )


@bp.get("/collectives/<slug>")
def show(slug: str) -> str:
    """Show a collective: who they are, what they do, what they look for."""
    row = collectives.page(connection(), slug) if "\x00" not in slug else None
    if row is None:
        raise NotFound("there is no such collective")
    may_edit = allows(actor(), Action.EDIT_COLLECTIVE, collective_id=row["id"])
    about = spoken({row["original_lang"]: row["story"]}, row["original_lang"])
    return render_template(
        "collectives/show.html",
        collective=row,
        form=label("collective_form", row["form"]),
        members=members_text(row["members_count"]),
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
