"""Pacts of collaboration: the searchable list and one page each."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import NotFound
from mapsvc.spatial import history, pacts
from mapsvc.web.current import connection
from mapsvc.web.i18n import ago, date_text, number_text
from mapsvc.web.labels import label
from mapsvc.web.mini_map import elsewhere, mini_map
from mapsvc.web.paging import Paging, one_of, words
from mapsvc.web.place_words import place
from mapsvc.web.record_words import (
    described,
    history_entries,
    language_name,
    page_address,
    places,
    safe_link,
    sourced,
    spoken,
)

bp = Blueprint("pacts", __name__)
#: The usual way of a pact (domain.md 2.8), and the states that stand for each step.
_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("proposal", ("proposal",)),
    ("triage", ("triage", "integration", "published")),
    ("co_design", ("co_design", "draft", "approved")),
    ("signed", ("signed",)),
    ("active", ("active", "suspended")),
    ("renewal", ("renewal",)),
    ("ended", ("ended", "terminated_early")),
)
_STOPPED = ("rejected", "archived")


@bp.get("/pacts")
def catalogue() -> str:
    """List public pacts by words, state, field of action and city."""
    paging = Paging.read()
    states, fields = pacts.states(connection()), pacts.fields_of_action(connection())
    cities = pacts.cities(connection())
    wanted = {
        "query": words(),
        "state": one_of("state", states),
        "field": one_of("field", fields),
        "city": words("city"),
    }
    total, rows = pacts.catalogue(connection(), paging.size, paging.offset, **wanted)
    return render_template(
        "pacts/list.html",
        places=[listed | {"detail": _detail(row)} for listed, row in zip(places(rows), rows, strict=True)],
        total_text=ngettext(
            "%(count)s pact or proposal", "%(count)s pacts and proposals", total, count=number_text(total)
        ),
        pager=paging.links(total),
        wanted=wanted,
        choices={
            "state": [(code, label("pact_state", code)) for code in states],
            "field": [(name, name) for name in fields],
            "city": [(name, name) for name in cities],
        },
    )


def _detail(row: Mapping[str, Any]) -> str:
    where = ", ".join(part for part in (row["place_text"], row["city_name"]) if part)
    return " · ".join(part for part in (where, "; ".join(row["fields_of_action"])) if part)


@bp.get("/pacts/<slug>")
def show(slug: str) -> str:
    """Show a pact: its state on its way, parties, field of action, place, document and source."""
    row = pacts.page(connection(), slug) if "\x00" not in slug else None
    if row is None:
        raise NotFound("there is no such pact")
    state = label("pact_state", row["status"])
    about = spoken(row["summary"], row["original_lang"])
    drawn = {
        **row,
        "area_name": None,
        "owner_type": None,
        "last_source_kind": None,
        "area_m2": None,
        "precision_code": "exact",
    }
    return render_template(
        "pacts/show.html",
        pact=row,
        state=state,
        status=_status(row),
        life=_life(row),
        about=about,
        summary=described(about["text"] or f"{state}. {_detail(row)}"),
        address=page_address(),
        facts=_facts(row),
        note={"text": row["note"], "lang": row["original_lang"], "language": language_name(row["original_lang"])},
        document=safe_link(row["document_url"]),
        map=mini_map([place(drawn)]) if row["lon"] is not None else None,
        elsewhere=elsewhere(row["lon"], row["lat"]) if row["lon"] is not None else "",
        source=sourced(row),
        history=history_entries(history.of_record(connection(), "pact", slug)),
    )


def _status(row: Mapping[str, Any]) -> str:
    if row["state_as_of"] is None:
        return _("Its source gives no date of this state")
    line = _("As of %(day)s, %(when)s, by its source", day=date_text(row["state_as_of"]), when=ago(row["state_as_of"]))
    return f"{line} · {label('band', row['band']).lower()}"


def _life(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the steps of the pact; one that was stopped shows its proposal and how it ended."""
    day = _("as of %(day)s", day=date_text(row["state_as_of"])) if row["state_as_of"] else ""
    if row["status"] in _STOPPED:
        start = {"name": label("pact_state", "proposal"), "note": "", "state": "done"}
        return [start, {"name": label("pact_state", row["status"]), "note": day, "state": "now"}]
    reached = next(place for place, (_code, states) in enumerate(_STEPS) if row["status"] in states)
    return [
        {
            "name": label("pact_state", row["status"] if place == reached else code),
            "note": day if place == reached else "",
            "state": "now" if place == reached else "done" if place < reached else "todo",
        }
        for place, (code, _states) in enumerate(_STEPS)
    ]


def _facts(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    facts = [
        (
            _("Proposed by"),
            label("collective_form", row["proposer"]) if row["proposer"] not in (None, "unknown") else "",
        ),
        (_("Represented by"), row["representative"] or ""),
        (_("Field of action"), "; ".join(row["fields_of_action"])),
        (_("Place"), row["place_text"] or ""),
        (_("District"), row["district_text"] or ""),
        (_("Neighbourhood"), row["neighbourhood_text"] or ""),
        (_("City"), row["city_name"] or ""),
        (_("Number in the register"), row["source_key"] or ""),
    ]
    return [{"label": name, "value": value} for name, value in facts if value]
