"""Public places as the map, the lists and the embeds show them: symbol, words, address."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.spatial.places import View
from mapsvc.web.current import now
from mapsvc.web.i18n import ago, instant_text, number_text
from mapsvc.web.labels import label

SPACE_SYMBOLS = {
    "confirmed_vacant": "m-confirmed",
    "probable_vacant": "m-probable",
    "disputed": "m-disputed",
    "unverified": "m-unverified",
    "probable_occupied": "m-occupied-p",
    "confirmed_occupied": "m-occupied",
    "gone_pending": "m-gone",
    "gone": "m-gone",
}
_KINDS = {"space": ("s-space", "spaces"), "initiative": ("s-init", "initiatives"), "pact": ("s-pact", "pacts")}
_VOCABULARY = {"space": "vacancy_status", "initiative": "initiative_state", "pact": "pact_state"}


def symbol_of(kind: str, status: str) -> str:
    """Return the id of the marker symbol."""
    return SPACE_SYMBOLS[status] if kind == "space" else f"m-{kind}"


def css_of(kind: str, band: str) -> str:
    """Return the classes that colour and age a symbol."""
    return _KINDS[kind][0] + (f" {band}" if band in {"ageing", "stale"} else "")


def place_name(row: Mapping[str, Any]) -> str:
    """Return the public name; a coarse space has none, and is called by its area."""
    if row["name"]:
        return str(row["name"])
    if row["area_name"]:
        return _("Space in %(area)s", area=row["area_name"])
    return _("Space, place not shown")


def headline(kind: str, status: str) -> str:
    """Return the state in words, with the kind where it is not a space."""
    words = label(_VOCABULARY[kind], status)
    return words if kind == "space" else f"{label('kind', kind)}: {words}"


def _detail(row: Mapping[str, Any]) -> str:
    parts = []
    if row["kind"] == "space":
        if row["last_source_kind"]:
            parts.append(label("seen_by", row["last_source_kind"]))
        if row["area_m2"]:
            parts.append(f"{number_text(row['area_m2'])} m²")
        if row["owner_type"] == "municipality":
            parts.append(label("owner_type", "municipality"))
    else:
        parts += [part for part in (row["city_name"],) if part]
    if row["demonstration"]:
        parts.append(_("demonstration data"))
    return " · ".join(parts)


def place(row: Mapping[str, Any], *, on_map: bool = True) -> dict[str, Any]:
    """Return a row of `public_places` as a member of /places.json."""
    kind, band = row["kind"], row["band"]
    when = ago(row["last_confirmed_on"])
    if band == "ageing":
        when = _("%(when)s, getting old", when=when)
    elif band == "stale":
        when = _("%(when)s, not updated", when=when)
    return {
        "id": str(row["id"]),
        "kind": kind,
        "url": f"/{_KINDS[kind][1]}/{row['slug']}",
        "name": place_name(row),
        "lon": round(row["lon"], 6),
        "lat": round(row["lat"], 6),
        "precision": row["precision_code"],
        "status": row["status"],
        "band": band,
        "symbol": symbol_of(kind, row["status"]),
        "css": css_of(kind, band),
        "headline": headline(kind, row["status"]),
        "when": when,
        "detail": _detail(row),
        "on_map": on_map,
        "demonstration": row["demonstration"],
        "answerable": kind == "space",
    }


def view_json(view: View) -> dict[str, Any]:
    """Return a view as the body of /places.json."""
    return {
        "as_of": now().isoformat(timespec="seconds"),
        "as_of_text": instant_text(now()),
        "total": view.total,
        "total_text": total_text(view.total),
        "clusters": [
            {
                "lon": round(c.lon, 6),
                "lat": round(c.lat, 6),
                "count": c.count,
                "count_text": number_text(c.count),
                "name": _(
                    "%(count)s places: %(sure)s confirmed, %(half)s probable, %(rest)s other",
                    count=number_text(c.count), sure=c.confirmed, half=c.probable,
                    rest=c.count - c.confirmed - c.probable,
                ),
                "confirmed": round(c.confirmed / c.count, 3),
                "probable": round(c.probable / c.count, 3),
                "bounds": [round(degree, 6) for degree in c.bounds],
            }
            for c in view.clusters
        ],
        "places": [place(row, on_map=str(row["id"]) + str(row["lon"]) in view.drawn) for row in view.rows],
    }  # fmt: skip


def total_text(total: int) -> str:
    """Return how many places are in view, in words."""
    return ngettext("%(count)s place in view", "%(count)s places in view", total, count=number_text(total))
