"""`/desk/needs`: the figures of need: their weights, and loading a table of values."""

from collections.abc import Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import Conflict, DomainError, Invalid, Stale, TooLarge, UnsupportedType
from mapsvc.domain.people import Action, allows, require
from mapsvc.spatial import indicators as figures
from mapsvc.usecases import indicators as indicator_cases
from mapsvc.web.current import actor, connection, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.import_words import file_text
from mapsvc.web.desk.imports import LICENCES, upload
from mapsvc.web.i18n import number_text, text_in
from mapsvc.web.indicators import theme_name
from mapsvc.web.limits import UPLOAD, limiter
from mapsvc.web.messages import sentence


@bp.get("/needs")
def needs() -> str:
    """Show the figures with their weights, and the form for a table."""
    return _page({}, {})


@bp.post("/needs")
def needs_weigh() -> ResponseReturnValue:
    """Set the weights, if nobody changed one since the page was made."""
    try:
        changed = indicator_cases.weigh_indicators(services().unit_of_work(), actor(), _weights(), now())
    except Stale as error:
        return make_response(_page({"weights": sentence(error)}, {}), 412)
    except Invalid as error:
        return make_response(_page({"weights": _fault(error)}, {}), 422)
    words = ngettext("%(num)s weight was changed.", "%(num)s weights were changed.", len(changed))
    flash(words if changed else _("Nothing was changed."), "ok")
    return redirect(url_for("desk.needs"), 303)


@bp.post("/needs/file")
@limiter.limit(UPLOAD)
def needs_load() -> ResponseReturnValue:
    """Load a table of values, all of it or nothing."""
    require(actor(), Action.IMPORT)
    try:
        read = services().read_indicators(upload())
        changed = indicator_cases.load_indicators(services().unit_of_work(), actor(), read, now())
    except (Invalid, TooLarge, UnsupportedType, Conflict) as error:
        status = {TooLarge: 413, UnsupportedType: 415, Conflict: 409}.get(type(error), 422)
        return make_response(_page({"file": _fault(error)}, request.form), status)
    flash(ngettext("%(count)s value is new or different.", "%(count)s values are new or different.", changed,
                   count=number_text(changed)), "ok")  # fmt: skip
    return redirect(url_for("desk.needs"), 303)


def _page(faults: Mapping[str, str], form: Mapping[str, Any]) -> str:
    require(actor(), Action.SEE_CALL)
    known = figures.indicators(connection())
    return render_template(
        "desk/needs.html",
        faults=faults,
        form=form,
        licences=[(code, code.replace("-", " ")) for code in LICENCES],
        may_weigh=allows(actor(), Action.SET_POLICY),
        may_load=allows(actor(), Action.IMPORT),
        indicators=[
            {
                "code": one.code,
                "name": text_in(dict(one.name))[0] or one.code,
                "theme": theme_name(one.theme),
                "weight": one.weight,
                "version": one.version,
                "source": one.source_title,
                "demonstration": one.demonstration,
            }
            for one in known
        ],
    )


def _weights() -> dict[str, tuple[int, int]]:
    weights = {}
    for name, raw in request.form.items():
        code, _dot, member = name.partition(".")
        if member != "weight":
            continue
        version = request.form.get(f"{code}.version", "")
        if not (raw.isascii() and raw.isdigit() and len(raw) < 4):
            raise Invalid("a weight is a whole number from 0 to 100", f"/{code}", code="weight_range")
        if not (version.isascii() and version.isdigit() and len(version) < 9):
            raise Invalid("the version is missing", f"/{code}", code="no_version")
        weights[code] = int(version), int(raw)
    return weights


def _fault(error: DomainError) -> str:
    row = error.params.get("row")
    value = str(error.params.get("value", error.params.get("name", "")))
    known = {
        "unknown_area": _("There is no area “%(name)s”.", name=value),
        "group_too_small": _("A value counts fewer than 5 people or units. It would point at them."),
        "indicator_of_another_source": _("Another source has the figure “%(name)s” already.", name=value),
        "column_missing": _("The column %(name)s is missing.", name=str(error.params.get("column", ""))),
        "bad_indicator_code": _("The code of a figure begins with a letter."),
        "unknown_theme": _("This theme is not known."),
        "value_twice": _("The same area has two values for one period."),
        "weight_range": _("A weight is a whole number from 0 to 100."),
        "no_weight": _("At least one figure needs a weight."),
        "too_many_values": _("The table has too many values."),
    }.get(error.code)
    said = known or file_text(error)
    return said if row is None else _("Row %(number)s: %(what)s", number=number_text(int(str(row))), what=said)
