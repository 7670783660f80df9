"""Public places as the map, the lists and the embeds show them: symbol, words, address."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.small_groups import ShownCount
from mapsvc.spatial.places import Cluster, View
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
    """Return the public name; a coarse space has none, and is called by its street or its area."""
    if row["name"]:
        return str(row["name"])
    if row.get("street"):
        return _("Somewhere on %(street)s", street=row["street"])
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
        "total": view.total.count,
        "few": view.total.few,
        "total_text": total_text(view.total),
        "clusters": [
            {
                "lon": round(c.lon, 6),
                "lat": round(c.lat, 6),
                "count": c.count,
                "count_text": (number_text(c.count) + "+" * c.few) if c.count else "<3",
                "name": _cluster_name(c),
                "confirmed": round(c.confirmed / max(c.count, 1), 3),
                "probable": round(c.probable / max(c.count, 1), 3),
                "bounds": [round(degree, 6) for degree in c.bounds],
            }
            for c in view.clusters
        ],
        "places": [place(row, on_map=str(row["id"]) + str(row["lon"]) in view.drawn) for row in view.rows],
    }  # fmt: skip


def _cluster_name(cluster: Cluster) -> str:
    """Return a cluster in words; of one or two coarse places neither number nor states are told."""
    if not cluster.count:
        return _("Fewer than 3 places, shown roughly")
    words = ngettext(
        "%(count)s place: %(sure)s confirmed, %(half)s probable, %(rest)s other",
        "%(count)s places: %(sure)s confirmed, %(half)s probable, %(rest)s other",
        cluster.count,
        count=number_text(cluster.count), sure=cluster.confirmed, half=cluster.probable,
        rest=cluster.count - cluster.confirmed - cluster.probable,
    )  # fmt: skip
    return with_few(words, cluster.few)


def with_few(words: str, few: bool) -> str:
    """Return a count in words, and that one or two coarse places are not in it."""
    return _("%(count)s, and a few shown roughly", count=words) if few else words


def total_text(total: ShownCount) -> str:
    """Return how many places are in view, in words."""
    if total.few and not total.count:
        return _("Fewer than 3 places in view")
    words = ngettext("%(count)s place in view", "%(count)s places in view", total.count, count=number_text(total.count))
    return with_few(words, total.few)
