"""What the pages of an application show: steps with what is missing, lots with their fit, documents, the summary."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.application_drafts import Step
from mapsvc.domain.applications import ApplicationDocument
from mapsvc.domain.call_market import MarketLot
from mapsvc.domain.calls import Call
from mapsvc.domain.fields import read_value
from mapsvc.domain.needs import NEED_FIELDS
from mapsvc.usecases.application_lots import LotFit
from mapsvc.usecases.applications import Opened
from mapsvc.usecases.call_market import lot_offer
from mapsvc.web.application_words import missing_words, size_text, step_titles
from mapsvc.web.fit_words import offer_place, pair_card
from mapsvc.web.i18n import date_text, number_text, text_in
from mapsvc.web.labels import label
from mapsvc.web.mini_map import mini_map
from mapsvc.web.need_words import need_label, need_text

STEPS = (*(step.value for step in Step), "check")


def title_of(call: Call) -> str:
    """Return the title of a call in the request's language."""
    return text_in(dict(call.title))[0] or call.code


def steps(seen: Opened) -> list[dict[str, Any]]:
    """Return the parts with whether they are complete and what is missing, for the overview and the last look."""
    missing = missing_words(seen.call, seen.missing())
    titles = step_titles()
    return [
        {"code": code, "title": titles[code], "missing": missing.get(code, []), "done": code not in missing}
        for code in STEPS
        if code != "check"
    ]


def lot_rows(fits: list[LotFit]) -> list[dict[str, Any]]:
    """Return the lots as rows of the ranking, each with its words and its marker."""
    return [_lot_row(one) for one in fits]


def _lot_row(one: LotFit) -> dict[str, Any]:
    lot = one.lot
    shown = offer_place(lot.space)
    out = one.pair is not None and not one.pair.feasible
    marker = None
    if lot.space.published_point is not None:
        css = "s-space fit-out" if out else "s-space"
        symbol = "m-lot" if shown["precision"] == "exact" else "m-approx"
        name = _("Lot %(number)s, %(place)s", number=lot.number, place=shown["name"])
        marker = shown | {"symbol": symbol, "css": css, "band": "fresh", "name": name, "number": lot.number,
                          "url": f"#lot-{lot.number}"}  # fmt: skip
    return {
        "id": str(lot.id),
        "number": lot.number,
        "name": shown["name"],
        "url": shown["url"],
        "line": _lot_line(lot),
        "term": _("%(first)s to %(last)s", first=date_text(lot.starts_on), last=date_text(lot.ends_on)),
        "rank": one.rank,
        "card": pair_card(one.pair) if one.pair is not None else None,
        "out": out,
        "marker": marker,
        "place_id": shown["id"],
    }


def lot_words(lot: MarketLot) -> dict[str, str]:
    """Return number, name and size of a lot."""
    return {"number": lot.number, "name": str(offer_place(lot.space)["name"]), "line": _lot_line(lot)}


def _lot_line(lot: MarketLot) -> str:
    cost = lot_offer(lot).features.all_in_cents
    parts = [
        lot.unit or "",
        f"{number_text(lot.area_m2)} m²" if lot.area_m2 else "",
        _("€ %(cost)s a month, all in", cost=number_text(cost / 100)) if cost is not None else "",
        lot.space.area_name or "",
        ngettext("%(num)s seat", "%(num)s seats", lot.capacity) if lot.capacity > 1 else "",
    ]
    return " · ".join(part for part in parts if part)


def lots_map(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the map of the lots; None where none of them has a place that can be shown."""
    return mini_map([row["marker"] for row in rows if row["marker"]], moving=True)


def documents(seen: Opened) -> list[dict[str, Any]]:
    """Return the kinds of documents that the call asks for, each with what is there; others come last."""
    wanted = [
        {"code": one.code, "label": text_in(dict(one.label))[0] or one.code, "required": one.required}
        for one in seen.call.definition.documents
    ]
    kinds = [*wanted, {"code": "other", "label": _("Something else"), "required": False}]
    return [kind | {"there": [document(one) for one in seen.package if one.kind == kind["code"]]} for kind in kinds]


def document(one: ApplicationDocument) -> dict[str, Any]:
    """Return a document with its receipt."""
    return {"id": str(one.id), "name": one.name, "size": size_text(one.bytes), "receipt": one.receipt,
            "at": one.received_at, "sha256": one.sha256, "kind": one.kind}  # fmt: skip


def declarations(seen: Opened) -> list[dict[str, Any]]:
    """Return the sentences that the call asks a group to declare."""
    return [
        {
            "code": one.code,
            "label": text_in(dict(one.label))[0] or one.code,
            "required": one.required,
            "on": one.code in seen.draft.declarations,
        }
        for one in seen.call.definition.declarations
    ]


def needs_lines(needs: Mapping[str, object], districts: Mapping[str, str]) -> list[dict[str, str]]:
    """Return stated needs in words; money and the point too, since only the group and the office read this."""
    lines = []
    for spec in NEED_FIELDS:
        raw = needs.get(spec.code)
        if raw is None or spec.code in ("anchor_point", "nice"):
            continue
        if spec.code == "districts_ok" and isinstance(raw, list):
            raw = [districts.get(slug, slug) for slug in raw]
        text = need_text(spec, read_value(spec, raw))
        if text:
            lines.append({"label": need_label(spec.code), "value": text})
    return lines


def group_lines(facts: Mapping[str, Any], districts: Mapping[str, str]) -> list[dict[str, str]]:
    """Return who applies, in words."""
    counts = [
        ("members_count", _("People")),
        ("members_under_30", _("Under 30")),
        ("members_under_35", _("Under 35")),
    ]
    lines = [
        (_("Name"), str(facts.get("name", ""))),
        (_("Legal form"), label("collective_form", str(facts.get("form", "informal_group")))),
        *((name, number_text(facts[code])) for code, name in counts if code in facts),
        (_("Disciplines"), ", ".join(label("discipline", str(code)) for code in facts.get("disciplines", ()))),
        (_("Tax code or register number"), str(facts.get("legal_id", ""))),
        (_("Where you are at home"), districts.get(str(facts.get("seat", "")), str(facts.get("seat", "")))),
    ]
    return [{"label": name, "value": value} for name, value in lines if value]


def theme_lines(themes: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the themes of a project with their shares in percent, the largest first."""
    order = sorted(themes.items(), key=lambda pair: -pair[1])
    return [{"label": label("theme", code), "share": share / 1_000_000} for code, share in order]
