"""`/needs`: which neighbourhoods need most, drawn and as a list, with the weights, and where a gap could be closed."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.cells import neutral
from mapsvc.domain.errors import NotFound
from mapsvc.domain.gaps import Gap, Provision, gaps, need_class
from mapsvc.domain.indicators import AreaNeed, Indicator, Part, need_index
from mapsvc.domain.small_groups import shown_count
from mapsvc.spatial import indicators as figures
from mapsvc.web.current import connection
from mapsvc.web.i18n import number_text, text_in
from mapsvc.web.labels import label
from mapsvc.web.mini_map import mini_map
from mapsvc.web.record_words import page_address

bp = Blueprint("indicators", __name__)
#: The layer of all weighted indicators together; each indicator is a layer under its own code.
INDEX = "index"
_HUNDRED = 10_000
_FRESH = 300

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """Areas that are compared with each other, with everything that is known of their need."""

    level: str
    parent: Row | None
    areas: Sequence[Row]
    indicators: Sequence[Indicator]
    needs: Mapping[UUID, AreaNeed]
    provision: Mapping[UUID, Provision]


def compared(level: str, parent: Row | None) -> Compared:
    """Read the areas of a level in a larger area and reckon their need."""
    areas = figures.areas(connection(), level, None if parent is None else parent["slug"])
    ids = [row["id"] for row in areas]
    indicators = figures.indicators(connection())
    provision = {}
    for row in areas:
        vacant = shown_count(row["exact"], row["coarse"])
        provision[row["id"]] = Provision(row["initiatives"], row["pacts"], vacant.count, vacant.few)
    reckoned = need_index(indicators, figures.values(connection(), ids), ids)
    return Compared(level, parent, areas, indicators, reckoned, provision)


@bp.get("/needs")
def show() -> str:
    """Show need by area: a coloured map, the list, what is behind it, and the gaps."""
    groups = figures.groups(connection())
    if not groups:
        return render_template("needs/none.html", address=page_address())
    found = _asked(groups)
    layers = [INDEX, *(one.code for one in found.indicators)]
    layer = request.args.get("layer", INDEX)
    if layer not in layers:
        raise NotFound("there is no such layer")
    rows = _rows(found, layer)
    return render_template(
        "needs/show.html",
        title=_title(found, layer),
        level=label("level", found.level),
        level_code=found.level,
        parent=found.parent,
        rows=rows,
        layer=layer,
        layers=[(code, _layer_name(found, code)) for code in layers],
        indicators=[_indicator(one, found) for one in found.indicators],
        about=_about(found, layer),
        incomplete=any(row["incomplete"] for row in rows),
        few=any(one.few for one in found.provision.values()),
        gaps=[_gap(gap, found) for gap in gaps(found.needs, found.provision)],
        map=_map(found, rows),
        legend=[(step, _step_text(step)) for step in range(1, 6)],
        demonstration=any(one.demonstration for one in found.indicators),
        address=page_address(),
    )


@bp.get("/needs.csv")
def as_csv() -> Response:
    """Answer index and places by indicator as CSV; `/needs.json` has the same as JSON."""
    found = _asked(figures.groups(connection()))
    stream = io.StringIO(newline="")
    stream.write("\ufeff")
    writer = csv.writer(stream)
    codes = [one.code for one in found.indicators]
    columns = [column for code in codes for column in (code, f"{code}_place")]
    writer.writerow(["area", "name", "need_index", "incomplete", *columns])
    for row in found.areas:
        need = found.needs[row["id"]]
        parts = {part.indicator: part for part in need.parts}
        cells = [cell for code in codes for cell in (parts[code].value, _hundred(parts[code].percentile))]
        writer.writerow(
            [row["slug"], neutral(row["name"]), _hundred(need.index), "true" if need.incomplete else "false", *cells]
        )
    response = Response(stream.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="needs.csv"'
    response.headers["Cache-Control"] = f"public, max-age={_FRESH}"
    return response


@bp.get("/needs.json")
def as_json() -> Response:
    """Answer the indicators with their weights and the need of each area, in micro-units as the matching reads it."""
    found = _asked(figures.groups(connection()))
    response = jsonify(
        level=found.level,
        indicators=[
            {"code": one.code, "name": one.name, "theme": one.theme, "unit": one.unit, "weight": one.weight,
             "higher_is_need": one.higher_is_need, "source": one.source_title, "licence": one.source_licence,
             "demonstration": one.demonstration}
            for one in found.indicators
        ],
        areas=[
            {"slug": row["slug"], "name": row["name"], "need_micro": found.needs[row["id"]].index,
             "by_theme_micro": dict(found.needs[row["id"]].by_theme), "incomplete": found.needs[row["id"]].incomplete,
             "values": {part.indicator: {"value": part.value, "period": part.period, "place_micro": part.percentile}
                        for part in found.needs[row["id"]].parts}}
            for row in found.areas
        ],
    )  # fmt: skip
    response.headers["Cache-Control"] = f"public, max-age={_FRESH}"
    return response


def of_area(slug: str) -> dict[str, Any] | None:
    """Return what the page of an area says of its need; None where nothing is known."""
    level, parent_slug = figures.group_around(connection(), slug)
    if not any(row["level"] == level and row["parent_slug"] == parent_slug for row in figures.groups(connection())):
        return None
    found = compared(level, None if parent_slug is None else {"slug": parent_slug, "name": ""})
    row = next((one for one in found.areas if one["slug"] == slug), None)
    if row is None or found.needs[row["id"]].index is None:
        return None
    need = found.needs[row["id"]]
    names = {one.code: one for one in found.indicators}
    return {
        "index": _hundred(need.index),
        "incomplete": need.incomplete,
        "areas": len(found.areas),
        "url": _layer_url(found, INDEX),
        "parts": [_part(part, names[part.indicator]) for part in need.parts if part.percentile is not None],
        "demonstration": any(one.demonstration for one in found.indicators),
    }


def _asked(groups: Sequence[Row]) -> Compared:
    """Return the group that `?in=<larger area>&level=` names, else the largest; raise NotFound for another one."""
    if not groups:
        raise NotFound("there are no figures of need yet")
    parent, level = request.args.get("in"), request.args.get("level")
    for group in groups:
        if (parent is None or group["parent_slug"] == parent) and (level is None or group["level"] == level):
            named = None if group["parent_slug"] is None else {"slug": group["parent_slug"],
                                                               "name": group["parent_name"]}  # fmt: skip
            return compared(group["level"], named)
    raise NotFound("there are no figures of these areas")


def _rows(found: Compared, layer: str) -> list[dict[str, Any]]:
    """Return the areas with their place on a layer, the greatest need first."""
    rows = []
    for row in found.areas:
        need, have = found.needs[row["id"]], found.provision[row["id"]]
        part = next((part for part in need.parts if part.indicator == layer), None)
        place = need.index if part is None else part.percentile
        rows.append(
            {
                "id": str(row["id"]),
                "slug": row["slug"],
                "name": row["name"],
                "place": _hundred(place),
                "step": None if place is None else need_class(place),
                "value": None if part is None else _value(part, found),
                "incomplete": part is None and need.incomplete,
                "provision": have,
                "order": -1 if place is None else place,
            }
        )
    return sorted(rows, key=lambda row: (-row["order"], row["name"]))


def _map(found: Compared, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    by_id = {row["id"]: row for row in rows}
    west, south = (min(row[side] for row in found.areas) for side in ("west", "south"))
    east, north = (max(row[side] for row in found.areas) for side in ("east", "north"))
    made = mini_map([], bounds=(west, south, east, north), moving=True)
    if made is not None:
        made["data"]["needs"] = [
            {
                "slug": row["slug"],
                "name": row["name"],
                "place": by_id[str(row["id"])]["place"],
                "step": by_id[str(row["id"])]["step"],
                "outline": json.loads(row["outline"]),
            }
            for row in found.areas
        ]
    return made


def _gap(gap: Gap, found: Compared) -> dict[str, Any]:
    row = next(one for one in found.areas if one["id"] == gap.area_id)
    have = gap.provision
    return {
        "slug": row["slug"],
        "name": row["name"],
        "need": _hundred(gap.need),
        "running": ngettext(
            "%(num)s initiative or pact runs here", "%(num)s initiatives or pacts run here", have.running
        ),
        "vacant": ngettext("%(num)s vacant place is known", "%(num)s vacant places are known", have.vacant),
        "strongest": ", ".join(_strongest(found.needs[gap.area_id], found)),
    }


def _strongest(need: AreaNeed, found: Compared) -> list[str]:
    """Return the names of the two weighted indicators in which an area stands worst."""
    names = {one.code: one for one in found.indicators}
    known = [part for part in need.parts if part.percentile is not None and part.weight]
    known.sort(key=lambda part: (-(part.percentile or 0), part.indicator))
    return [text_in(dict(names[part.indicator].name))[0] for part in known[:2]]


def _indicator(one: Indicator, found: Compared) -> dict[str, Any]:
    total = sum(other.weight for other in found.indicators)
    return {
        "name": text_in(dict(one.name))[0] or one.code,
        "about": text_in(dict(one.about))[0],
        "theme": theme_name(one.theme),
        "weight": one.weight,
        "share": round(100 * one.weight / total) if total else 0,
        "direction": _("more is more need") if one.higher_is_need else _("less is more need"),
        "source": one.source_title,
        "licence": one.source_licence,
        "url": _layer_url(found, one.code),
    }


def _part(part: Part, indicator: Indicator) -> dict[str, Any]:
    return {
        "name": text_in(dict(indicator.name))[0] or indicator.code,
        "place": _hundred(part.percentile),
        "value": _measure(part.value or 0, indicator.unit),
        "period": part.period,
    }


def _value(part: Part, found: Compared) -> str | None:
    unit = next(one.unit for one in found.indicators if one.code == part.indicator)
    return None if part.value is None else _measure(part.value, unit)


def _measure(value: float, unit: str) -> str:
    words = {"per 10,000": _("for 10,000 residents"), "per 1,000": _("for 1,000 residents")}
    return f"{number_text(value)} {words.get(unit, unit)}".strip()


def _hundred(place: int | None) -> int | None:
    """Return a place in micro-units as a number from 0 to 100."""
    return None if place is None else round(place / _HUNDRED)


def _layer_name(found: Compared, code: str) -> str:
    if code == INDEX:
        return _("All together")
    one = next(one for one in found.indicators if one.code == code)
    return text_in(dict(one.name))[0] or code


def _layer_url(found: Compared, code: str) -> str:
    place = f"level={found.level}" + (f"&in={found.parent['slug']}" if found.parent else "")
    return f"/needs?{place}" + ("" if code == INDEX else f"&layer={code}")


def _title(found: Compared, layer: str) -> str:
    return _("What neighbourhoods need") if layer == INDEX else _layer_name(found, layer)


def _about(found: Compared, layer: str) -> str:
    one = next((one for one in found.indicators if one.code == layer), None)
    return "" if one is None else text_in(dict(one.about))[0]


def _step_text(step: int) -> str:
    return {
        1: _("least need"),
        2: _("little"),
        3: _("medium"),
        4: _("much"),
        5: _("most need"),
    }[step]


def theme_name(theme: str) -> str:
    """Return how a theme of indicators is called."""
    return _("every theme") if theme == "general" else label("theme", theme)
