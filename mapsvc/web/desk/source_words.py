"""Registers and their runs in words: states, kinds of difference, steps, remarks, faults."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import DomainError
from mapsvc.domain.geometry import distance_m
from mapsvc.domain.source_runs import AT_WORK, RunState, SourceRun, Step
from mapsvc.domain.sources import FileFormat, Rhythm, RowKind
from mapsvc.web.desk.differences import text_of
from mapsvc.web.desk.import_words import field_text, file_text, problem_text
from mapsvc.web.i18n import number_text
from mapsvc.web.labels import label


def mappings() -> list[dict[str, str]]:
    """Return what a register can hold, as choices of a form."""
    return [
        {
            "value": "premises",
            "title": _("Premises"),
            "text": _("One row for each place. English and Italian names of columns are understood."),
        },
        {
            "value": "openstreetmap",
            "title": _("Vacant shops of OpenStreetMap"),
            "text": _("What the Overpass API answers in JSON: disused:shop, shop=vacant and the like."),
        },
        {
            "value": "palermo",
            "title": _("Pacts, with Palermo’s columns"),
            "text": _("A table of pacts of collaboration as Palermo publishes it."),
        },
        {
            "value": "san_francisco",
            "title": _("Vacancy filings, with San Francisco’s columns"),
            "text": _("Parcels with a filing for each year. What was not filed says nothing."),
        },
    ]  # fmt: skip


def rhythms() -> list[tuple[str, str]]:
    """Return how often a register is published, as choices of a form."""
    return [
        (Rhythm.IRREGULAR.value, _("Now and then")),
        (Rhythm.DAILY.value, _("Every day")),
        (Rhythm.WEEKLY.value, _("Every week")),
        (Rhythm.MONTHLY.value, _("Every month")),
        (Rhythm.YEARLY.value, _("Every year")),
    ]


def formats() -> list[tuple[str, str]]:
    """Return the kinds of file, as choices of a form."""
    return [
        (FileFormat.ANY.value, _("Any of these")),
        (FileFormat.CSV.value, "CSV"),
        (FileFormat.XLSX.value, "Excel (.xlsx)"),
        (FileFormat.GEOJSON.value, "GeoJSON"),
        (FileFormat.GEOPACKAGE.value, "GeoPackage"),
        (FileFormat.SHAPEFILE.value, _("Shapefile (in a ZIP file)")),
        (FileFormat.OVERPASS.value, "Overpass JSON"),
    ]


def kind_title(kind: RowKind) -> str:
    """Return what a kind of difference is called."""
    return {
        RowKind.NEW: _("New"),
        RowKind.CHANGED: _("Changed"),
        RowKind.MOVED: _("Moved"),
        RowKind.RETURNED: _("There again"),
        RowKind.REUSED: _("Number used again"),
        RowKind.CONFLICT: _("Changed on both sides"),
        RowKind.VANISHED: _("Missing"),
        RowKind.REFUSED: _("Cannot be used"),
    }[kind]


def kind_text(kind: RowKind) -> str:
    """Return what accepting a kind does."""
    return {
        RowKind.NEW: _("Nobody had seen these rows. Each becomes a record."),
        RowKind.CHANGED: _("The register says something else than last time. Its word is taken over."),
        RowKind.MOVED: _("They lie more than 30 m from where they were. The new position is taken over."),
        RowKind.RETURNED: _("They were missing and are there again."),
        RowKind.REUSED: _("The number stood for something else. A new record is made, linked to the old one."),
        RowKind.CONFLICT: _("Changed here and in the register. Ours stays unless you decide otherwise."),
        RowKind.VANISHED: _("The file no longer has them. Nothing is deleted; after two editions we are not sure."),
        RowKind.REFUSED: _("These rows are left out; the reason stands beside each."),
    }[kind]  # fmt: skip


def accept_text(kind: RowKind, count: int) -> str:
    """Return the words of the switch that accepts a kind."""
    num = number_text(count)
    return {
        RowKind.NEW: ngettext("Add %(n)s new record", "Add %(n)s new records", count, n=num),
        RowKind.CHANGED: ngettext("Take over %(n)s change", "Take over %(n)s changes", count, n=num),
        RowKind.MOVED: ngettext("Move %(n)s record", "Move %(n)s records", count, n=num),
        RowKind.RETURNED: ngettext("Note that %(n)s row is back", "Note that %(n)s rows are back", count, n=num),
        RowKind.REUSED: ngettext("Make %(n)s linked record", "Make %(n)s linked records", count, n=num),
        RowKind.CONFLICT: ngettext("Keep ours in %(n)s row", "Keep ours in %(n)s rows", count, n=num),
        RowKind.VANISHED: ngettext("Note that %(n)s row is missing", "Note that %(n)s rows are missing", count, n=num),
    }.get(kind, "")


def rule_text(kind: RowKind) -> str:
    """Return a kind as a rule accepts it by itself."""
    return {
        RowKind.NEW: _("New rows"),
        RowKind.CHANGED: _("Changes of fields that nobody changed here"),
        RowKind.MOVED: _("Moved positions"),
        RowKind.RETURNED: _("Rows that are there again"),
        RowKind.VANISHED: _("Missing rows, as long as few are missing"),
    }[kind]


def step_text(step: str) -> str:
    """Return what the worker does."""
    return {
        Step.FETCHING.value: _("Fetching the file"),
        Step.READING.value: _("Reading the rows"),
        Step.COMPARING.value: _("Comparing with what is stored"),
        Step.WRITING.value: _("Writing"),
    }.get(step, _("Waiting for its turn"))


def state_of(run: SourceRun) -> tuple[str, str]:
    """Return the state of a run in words and the colour of its tag."""
    if run.state in AT_WORK:
        return _("At work"), ""
    return {
        RunState.ASKING: (_("A question"), "warn"),
        RunState.WAITING: (_("Waits for you"), "warn"),
        RunState.STOPPED: (_("Stopped"), "warn"),
        RunState.FAILED: (_("Could not be used"), "bad"),
        RunState.DONE: (_("In step"), "ok"),
        RunState.PUT_AWAY: (_("Put away"), ""),
    }[run.state]


def remark_text(code: str, params: Mapping[str, object]) -> str:
    """Return what is odd about a row, or why it is refused."""
    metres = number_text(value) if isinstance(value := params.get("metres"), int | float) else "?"
    same = str(params.get("same_as", ""))[:80]
    known = {
        "far_from_grid": _("Its two positions lie %(metres)s m apart. Longitude and latitude are used.", metres=metres),
        "positions_differ": _("Its positions lie %(metres)s m apart.", metres=metres),
        "duplicate_geometry": _("It has the same outline as %(key)s.", key=same),
        "missing_id": _("It has no number, so nobody can tell which record it is."),
        "unknown_status": _("Its state is not known here."),
        "stood_for": _("The number stood for: %(title)s", title=str(params.get("title", ""))[:160]),
        "off_grid": _("The position lies outside of the land of this coordinate system."),
        "not_vacant": _("It is not marked as vacant."),
        "too_wide": _("Its outline is too wide for a place."),
        "unreadable": _("It cannot be read."),
        "double_row": _("Two rows have this number and say different things."),
        "no_title": _("It has no title."),
    }  # fmt: skip
    return known.get(code) or problem_text(code, params)


def fault_text(code: str, params: Mapping[str, object]) -> str:
    """Return why a run failed, in one sentence."""
    limit = params.get("limit")
    host = str(params.get("host", ""))[:80]
    names = dict(formats())
    known = {
        "address": _("The address is no web address. It begins with https:// or http://."),
        "address_private": _("The address is not public (%(host)s). Only public addresses are fetched.", host=host),
        "address_downgrade": _("The address leads on to one that is not encrypted. It was not followed."),
        "address_redirects": _("The address leads on too often. It was not followed."),
        "address_status": _("The address answers with error %(status)s.", status=str(params.get("status", ""))),
        "address_packed": _("The address sends a packed file that was not asked for."),
        "address_slow": _("The file came too slowly and was given up."),
        "address_broke_off": _("The address broke off before the file was whole."),
        "address_certificate": _("The certificate of %(host)s does not hold.", host=host),
        "address_away": _("Nobody answers at %(host)s.", host=host),
        "no_address": _("The register has no address. Choose a file."),
        "web_page": _("This is a web page, not a table. Perhaps the address has changed."),
        "other_format": _("The file is %(found)s, but the register is set to %(wanted)s.",
                          found=names.get(str(params.get("found")), "?"),
                          wanted=names.get(str(params.get("wanted")), "?")),
        "openstreetmap": _("This is a file of OpenStreetMap. Connect it as such."),
        "not_overpass": _("The file is no answer of the Overpass API."),
        "overpass_broke_off": _("The Overpass API did not finish its answer. Ask for a smaller area."),
        "several_shapefiles": _("The ZIP file must hold one Shapefile."),
        "shapefile_parts": _("The Shapefile is not whole: %(parts)s is missing.",
                             parts=str(params.get("parts", ""))[:40]),
        "broken_shapefile": _("The Shapefile is broken and cannot be read."),
        "too_many_positions": _("The file has more than %(limit)s positions. Send points, or simpler outlines.",
                                limit=number_text(limit) if isinstance(limit, int) else "?"),
        "unpacked_size": _("The file is far larger than it looks; it was not opened."),
        "grid": _("Nobody knows this coordinate system. Give the EPSG number, as in 21781."),
        "run_open": _("Another run of this register has not ended. Decide on it or put it away first."),
        "run_state": _("The run is past that. Look at it again."),
        "unexpected": _("Something went wrong on our side. It was noted; nothing of yours was saved."),
        "meanwhile": _("Something was changed in between. Nothing was written; compare again."),
        "file_gone": _("The file was forgotten meanwhile. Send it again."),
        "nothing_chosen": _("Nothing is chosen. Nothing was written."),
        "taken": _("A register of this name is there already. Choose another name."),
        "code": _("Choose a name with letters or digits."),
        "required": _("Something needed is missing."),
        "range": _("The share lies between 0 and 100 percent."),
        "accepts": _("This kind is always looked at by somebody."),
    }  # fmt: skip
    return known.get(code) or file_text(DomainError("", code=code, **params))


def error_text(error: DomainError) -> str:
    """Return an error of a form in one sentence."""
    plain = {name: value for name, value in error.params.items() if isinstance(value, str | int | float)}
    return fault_text(error.code, plain) or error.message


def row_field(field: str) -> str:
    """Return the name of a field of a space or a pact."""
    known = {
        "title": _("Title"),
        "state": _("State"),
        "proposer": _("Proposed by"),
        "representative": _("Represented by"),
        "representative_is_person": _("Is a person"),
        "place_text": _("Place"),
        "district_text": _("District"),
        "neighbourhood_text": _("Neighbourhood"),
        "note": _("Note"),
        "document_url": _("Document"),
        "fields_of_action": _("Field of action"),
    }
    return known.get(field) or field_text(field)


def row_value(field: str, value: object) -> str:
    """Return a value of such a field as one short text."""
    if field == "state" and value:
        return label("pact_state", str(value))
    if isinstance(value, list) and field != "point":
        return "; ".join(str(one) for one in value) or _("not known")
    return text_of(field, value)


def change_of(field: str, before: object, after: object) -> dict[str, str]:
    """Return one changed field in words; a move with its distance."""
    words = {"field": row_field(field), "before": row_value(field, before), "after": row_value(field, after)}
    if field == "point" and isinstance(before, list | tuple) and isinstance(after, list | tuple):
        metres = distance_m((float(before[0]), float(before[1])), (float(after[0]), float(after[1])))
        words["after"] = _("%(metres)s m away, at %(place)s", metres=number_text(round(metres)), place=words["after"])
    return words


def counted(counts: Mapping[str, Any]) -> str:
    """Return the rows of a run by kind in one line."""
    parts = [
        f"{kind_title(kind).lower()} {number_text(count)}"
        for kind in RowKind
        if (count := int(counts.get(kind.value, 0)))
    ]
    return " · ".join(parts) or _("nothing different")
