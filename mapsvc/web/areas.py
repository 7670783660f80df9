"""Areas: the tree with figures, and one page each with its map, what is new and what needs a look."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import NotFound
from mapsvc.domain.subscriptions import Rhythm
from mapsvc.spatial import areas
from mapsvc.web import indicators, looks
from mapsvc.web.current import connection, now
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.labels import choices, label
from mapsvc.web.mini_map import mini_map
from mapsvc.web.place_words import css_of, place, symbol_of
from mapsvc.web.record_words import page_address, places

bp = Blueprint("areas", __name__)
#: Markers of an area's map, which has no clusters, and rows of its lists.
_DRAWN, _LISTED = 24, 6
#: Larger areas are shown whole; of a neighbourhood the map shows where the places are.
_WHOLE = ("country", "city", "municipality")
_STATE_WORDS = {"space": "vacancy_status", "initiative": "initiative_state", "pact": "pact_state"}


@bp.get("/areas")
def catalogue() -> str:
    """Show the tree of areas with how many public records each holds."""
    return render_template("areas/list.html", tree=areas.tree(connection()))


@bp.get("/areas/<slug>")
def show(slug: str) -> str:
    """Show an area: its map, figures by kind and state, the newest records, and spaces that need a look."""
    area = areas.one(connection(), slug) if "\x00" not in slug else None
    if area is None:
        raise NotFound("there is no such area")
    figures = areas.figures(connection(), slug)
    newest = areas.newest(connection(), slug, _DRAWN)
    around = (area["west"], area["south"], area["east"], area["north"])
    bounds = around if area["level"] in _WHOLE or not newest else None
    drawn = [place(row) for row in newest]
    counts = _counts(figures)
    return render_template(
        "areas/show.html",
        area=area,
        level=label("level", area["level"]),
        path=areas.path(connection(), slug),
        parts=areas.parts(connection(), slug),
        counts=counts,
        states=_states(figures),
        summary=_("%(area)s: %(spaces)s, %(initiatives)s, %(pacts)s.", area=area["name"], **counts["words"]),
        address=page_address(),
        today=date_text(now()),
        drawn=ngettext("The place seen last.", "The %(num)s places seen last.", len(newest)) if newest else "",
        newest=places(newest[:_LISTED]),
        looks=looks.of_area(slug),
        need=indicators.of_area(slug),
        news={"choices": choices("rhythm"), "rhythm": Rhythm.WEEKLY.value},
        # Where no street is known around its places, the area's own outline is the ground.
        map=mini_map(drawn, bounds=bounds, moving=True) or mini_map(drawn, bounds=around, moving=True),
        map_url="/?" + urlencode({"area": slug, "lat": round(area["lat"], 5), "lon": round(area["lon"], 5), "z": 15}),
    )


def _counts(figures: Sequence[Any]) -> dict[str, Any]:
    total: dict[str, int] = dict.fromkeys(_STATE_WORDS, 0)
    for row in figures:
        total[row["kind"]] += row["count"]
    confirmed = sum(row["count"] for row in figures if row["status"] == "confirmed_vacant")
    return total | {
        "confirmed": confirmed,
        "few": any(row["few"] for row in figures),
        "words": {
            "spaces": ngettext(
                "%(count)s space", "%(count)s spaces", total["space"], count=number_text(total["space"])
            ),
            "initiatives": ngettext(
                "%(count)s initiative", "%(count)s initiatives", total["initiative"],
                count=number_text(total["initiative"]),
            ),
            "pacts": ngettext("%(count)s pact", "%(count)s pacts", total["pact"], count=number_text(total["pact"])),
        },
    }  # fmt: skip


def _states(figures: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the figures by kind and state with their share of the kind, for bars."""
    figures = [row for row in figures if row["count"]]
    most = max((row["count"] for row in figures), default=1)
    return [
        {
            "symbol": symbol_of(row["kind"], row["status"]),
            "css": css_of(row["kind"], ""),
            "text": label(_STATE_WORDS[row["kind"]], row["status"]),
            "kind": label("kind", row["kind"]),
            "count": row["count"],
            "most": most,
        }
        for row in sorted(figures, key=lambda row: (list(_STATE_WORDS).index(row["kind"]), -row["count"]))
    ]
