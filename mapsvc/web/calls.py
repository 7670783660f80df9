"""Calls: the list, and one page each with its lots."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.call_definition_files import read_definition, read_reserve
from mapsvc.domain.call_timelines import read_timeline
from mapsvc.domain.errors import NotFound
from mapsvc.spatial import calls
from mapsvc.web import call_results
from mapsvc.web.call_labels import kind_text, mechanism_text, rule_text, site_visits, weight_names
from mapsvc.web.call_words import criteria_rows, date_rows, event_row, rule_rows
from mapsvc.web.current import connection, now
from mapsvc.web.i18n import date_text, number_text, text_in
from mapsvc.web.labels import label
from mapsvc.web.mini_map import mini_map
from mapsvc.web.paging import Paging, one_of, words
from mapsvc.web.place_words import place, place_name
from mapsvc.web.record_words import described, page_address, sourced, spoken

bp = Blueprint("calls", __name__)
#: The usual way of a call after its opening (domain.md 2.5), as steps of its life.
_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("open", ("open",)),
    ("closed", ("closed", "admissibility")),
    ("evaluation", ("evaluation", "matching")),
    ("provisional", ("provisional", "observations")),
    ("final", ("final",)),
    ("contracting", ("contracting",)),
    ("concluded", ("concluded",)),
)


@bp.get("/calls")
def catalogue() -> str:
    """List public calls by words and state."""
    paging = Paging.read()
    states = calls.states(connection())
    wanted = {"query": words(), "state": one_of("state", states)}
    total, rows = calls.catalogue(connection(), paging.size, paging.offset, **wanted)
    return render_template(
        "calls/list.html",
        calls=[
            {
                "url": f"/calls/{row['code']}",
                "name": text_in(row["title"])[0] or row["code"],
                "state": label("call_state", row["state"]),
                "when": _when(row, now().date()),
                "lots": ngettext("%(num)s lot", "%(num)s lots", row["lots"]),
                "demonstration": row["demonstration"],
            }
            for row in rows
        ],
        total_text=ngettext("%(count)s call", "%(count)s calls", total, count=number_text(total)),
        pager=paging.links(total),
        wanted=wanted,
        choices={"state": [(code, label("call_state", code)) for code in states]},
    )


def _when(row: Mapping[str, Any], today: date) -> str:
    if row["opens_on"] and row["opens_on"] > today:
        return _("opens %(day)s", day=date_text(row["opens_on"]))
    if row["closes_on"] and row["closes_on"] >= today:
        return _("open until %(day)s", day=date_text(row["closes_on"]))
    return _("closed %(day)s", day=date_text(row["closes_on"])) if row["closes_on"] else ""


@bp.get("/calls/<code>")
def show(code: str) -> str:
    """Show a call: what it offers, its rules, its dates, what was published and what happened since."""
    row = _found(code)
    lots = calls.lots(connection(), row["id"])
    about = spoken(row["summary"])
    title = text_in(row["title"])[0] or row["code"]
    drawn = [place({**lot, "name": _("Lot %(number)s, %(place)s", number=lot["number"], place=place_name(lot))})
             for lot in lots if not lot["withdrawn_reason"]]  # fmt: skip
    return render_template(
        "calls/show.html",
        call=row,
        title=title,
        state=label("call_state", row["state"]),
        when=_when(row, now().date()),
        life=_life(row),
        about=about,
        summary=described(about["text"] or title),
        address=page_address(),
        lots=[place(lot) | _lot_words(lot) for lot in lots],
        total_text=ngettext("%(num)s lot", "%(num)s lots", len(lots)),
        map=mini_map(drawn, moving=True),
        source=sourced(row),
        apply_url=_apply_url(row),
        results=call_results.of_call(row["id"], lots),
        **_rules(row),
    )


def _found(code: str) -> Mapping[str, Any]:
    row = calls.page(connection(), code) if "\x00" not in code else None
    if row is None:
        raise NotFound("there is no such call")
    return row


def _rules(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page says of the rules; a call of a register has none."""
    zone = read_timeline(row["timeline"] or {}).zone
    events = [
        event_row(one["action"], one["state"], one["details"], one["note"], one["at"], zone)
        for one in calls.events(connection(), row["id"])
    ]
    if row["frozen_sha256"] is None:
        return {"rules": None, "events": events, "dates": []}
    definition = read_definition(row["definition"])
    seats = [code for rule in definition.eligibility for code in rule.codes]
    return {
        "rules": {
            "criteria": criteria_rows(definition),
            "eligibility": rule_rows(definition, calls.area_names(connection(), seats)),
            "threshold": definition.threshold_total,
            "weights": [
                {"name": name, "points": getattr(definition.weights, code), "least": 0, "text": ""}
                for code, name in weight_names().items()
                if getattr(definition.weights, code)
            ],
            "mechanism": mechanism_text(definition.mechanism.value),
            "documents": [(text_in(one.label)[0], one.required) for one in definition.documents],
            "declarations": [text_in(one.label)[0] for one in definition.declarations],
            "frameworks": definition.frameworks,
            "officer": definition.officer,
            "grant": number_text(definition.grant.max_cents // 100) if definition.grant else "",
            "kind": kind_text(row["kind"]),
            "visit": site_visits()[definition.site_visit.value],
        },
        "events": events,
        "dates": date_rows(read_timeline(row["timeline"]), now().date()),
    }


def _apply_url(row: Mapping[str, Any]) -> str:
    """Return where to apply, while one can."""
    waiting = row["state"] == "open" and row["frozen_sha256"] and row["closes_at"] and row["closes_at"] > now()
    return url_for("applications.begin", code=row["code"]) if waiting else ""


@bp.get("/calls/<code>/definition.json")
def definition(code: str) -> Response:
    """Answer what the call published when it opened; the SHA-256 of these bytes is the published hash."""
    _found(code)
    text = calls.frozen(connection(), code)
    if text is None:
        raise NotFound("this call was not opened here")
    return Response(text, mimetype="application/json")


def _lot_words(lot: Mapping[str, Any]) -> dict[str, Any]:
    reserve = read_reserve(lot["reserve"], lot["capacity"], "/reserve")
    facts = [
        lot["unit"] or "",
        ngettext("%(num)s seat", "%(num)s seats", lot["capacity"]) if lot["capacity"] > 1 else "",
        _("%(count)s reserved: %(rule)s", count=reserve.seats, rule=rule_text(reserve.rule, {}, {})) if reserve else "",
    ]
    return {
        "number": lot["number"],
        "term": _term(lot),
        "facts": " · ".join(filter(None, facts)),
        "withdrawn": lot["withdrawn_reason"] or "",
    }


def _term(lot: Mapping[str, Any]) -> str:
    return _("%(first)s to %(last)s", first=date_text(lot["starts_on"]), last=date_text(lot["ends_on"]))


def _life(row: Mapping[str, Any]) -> list[dict[str, str]]:
    days = {"open": row["opens_on"], "closed": row["closes_on"]}
    reached = next((place for place, (_code, states) in enumerate(_STEPS) if row["state"] in states), None)
    if reached is None:
        # Suspended or cancelled: the way ends here.
        return [{"name": label("call_state", row["state"]), "note": "", "state": "now"}]
    return [
        {
            "name": label("call_state", row["state"] if place == reached else code),
            "note": date_text(days.get(code)),
            "state": "now" if place == reached else "done" if place < reached else "todo",
        }
        for place, (code, _states) in enumerate(_STEPS)
    ]
