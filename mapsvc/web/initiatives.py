"""Initiatives: the searchable list and one page each."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import NotFound
from mapsvc.domain.imports import THEMES
from mapsvc.spatial import history, initiatives
from mapsvc.web.current import connection
from mapsvc.web.i18n import ago, number_text
from mapsvc.web.labels import choices, label
from mapsvc.web.mini_map import elsewhere, mini_map
from mapsvc.web.paging import Paging, one_of, words
from mapsvc.web.periods import period_text
from mapsvc.web.place_words import place
from mapsvc.web.record_words import (
    described,
    history_entries,
    link_text,
    page_address,
    places,
    safe_link,
    sourced,
    spoken,
)

bp = Blueprint("initiatives", __name__)


@bp.get("/initiatives")
def catalogue() -> str:
    """List public initiatives by words, theme, state and town."""
    paging = Paging.read()
    states = [code for code, _words in choices("initiative_state")]
    wanted = {
        "query": words(),
        "state": one_of("state", states),
        "theme": one_of("theme", THEMES),
        "city": words("city"),
    }
    total, rows = initiatives.catalogue(connection(), paging.size, paging.offset, **wanted)
    return render_template(
        "initiatives/list.html",
        places=[listed | {"detail": _detail(row)} for listed, row in zip(places(rows), rows, strict=True)],
        total_text=ngettext("%(count)s initiative", "%(count)s initiatives", total, count=number_text(total)),
        pager=paging.links(total),
        wanted=wanted,
        choices={
            "state": choices("initiative_state"),
            "theme": sorted(((code, label("theme", code)) for code in THEMES), key=lambda pair: pair[1]),
            "city": [(name, name) for name in initiatives.cities(connection())],
        },
    )


def _detail(row: Mapping[str, Any]) -> str:
    themes = ", ".join(label("theme", code) for code in row["themes"])
    return " · ".join(part for part in (row["city_name"], themes, period_text(row["starts"], row["ends"])) if part)


@bp.get("/initiatives/<slug>")
def show(slug: str) -> str:
    """Show an initiative with its places, periods, links and source."""
    row = initiatives.page(connection(), slug) if "\x00" not in slug else None
    if row is None:
        raise NotFound("there is no such initiative")
    found = initiatives.places(connection(), row["id"])
    shown = [_place(row, one) for one in found if one["lon"] is not None]
    about = spoken(row["summary"], row["original_lang"])
    state = label("initiative_state", row["status"])
    return render_template(
        "initiatives/show.html",
        initiative=row,
        state=state,
        status=_status(row),
        about=about,
        summary=described(about["text"] or f"{row['name']}. {state}."),
        address=page_address(),
        facts=_facts(row),
        links=[{"url": url, "text": link_text(url)} for url in map(safe_link, row["links"]) if url],
        found=[
            {
                "address": one["address"] or one["city_name"] or _("Place not stated"),
                "city": one["city_name"] if one["address"] else "",
                "period": period_text(one["starts"], one["ends"]),
                "elsewhere": elsewhere(one["lon"], one["lat"]) if one["lon"] is not None else "",
                "notes": [_flag(flag) for flag in one["flags"] if _flag(flag)],
            }
            for one in found
        ],
        map=mini_map(shown, moving=len(shown) > 1),
        source=sourced(row),
        history=history_entries(history.of_record(connection(), "initiative", slug)),
    )


def _place(row: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    shared = {
        "kind": "initiative", "slug": row["slug"], "precision_code": "exact", "status": row["status"],
        "band": row["band"], "last_confirmed_on": row["last_confirmed_on"], "demonstration": row["demonstration"],
        "city_name": one["city_name"], "lon": one["lon"], "lat": one["lat"],
    }  # fmt: skip
    return place(shared | {"id": one["id"], "name": one["address"] or row["name"]})


def _status(row: Mapping[str, Any]) -> str:
    if row["last_confirmed_on"] is None:
        return _("Its source gives no date of the last check")
    line = _("Last confirmed %(when)s by its source", when=ago(row["last_confirmed_on"]))
    return f"{line} · {label('band', row['band']).lower()}"


def _facts(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    period = period_text(row["starts"], row["ends"])
    facts = [
        {"label": _("Kind"), "value": label("initiative_kind", row["category"])},
        {"label": _("Period"), "value": period or _("not known yet"), "known": bool(period)},
    ]
    if row["themes"]:
        facts.insert(1, {"label": _("Themes"), "value": ", ".join(label("theme", code) for code in row["themes"])})
    form = row["facts"].get("legal_form")
    if isinstance(form, str) and form:
        facts.append({"label": _("Form"), "value": label("collective_form", form)})
    return facts


def _flag(flag: str) -> str:
    return {
        "transformed": _("Position taken from the national grid."),
        "far_from_grid": _("Two positions of the source differ by more than 1 km."),
        "no_position": _("The source gives no position."),
        "end_before_start": _("The stated end lay before the start and was left out."),
    }.get(flag, "")
