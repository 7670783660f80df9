"""`/transparency`: how reports were decided, by year, as bars, as a table and as files to take away."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from flask import Blueprint, Response, jsonify, render_template
from flask_babel import gettext as _

from mapsvc.spatial import transparency
from mapsvc.web.current import connection, now
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.labels import label
from mapsvc.web.record_words import page_address

bp = Blueprint("transparency", __name__)
_COLUMNS = ("year", "figure", "reason", "number", "exact", "hours")
#: Figures with their reasons below them, and the words of these.
_REASONS = {"refused": "rejection_reason", "hidden": "hiding_reason", "parts_refused": "rejection_reason"}
#: Numbers are renewed this often, in seconds.
_FRESH = 300

Row = Mapping[str, Any]


@bp.get("/transparency")
def show() -> str:
    """Show the figures of every year that has any, the newest first, and how they are counted."""
    rows = transparency.rows(connection())
    this_year = now().astimezone(UTC).year
    years = sorted({row["year"] for row in rows}, reverse=True) or [this_year]
    figures = _figures()
    return render_template(
        "transparency/show.html",
        years=years,
        this_year=this_year,
        today=date_text(now()),
        address=page_address(),
        lines=[line for code, words in figures.items() for line in _lines(rows, years, code, words)],
        charts=[_chart(rows, years[0], code) for code in ("refused", "hidden", "parts_refused")],
        chart_year=years[0],
    )


@bp.get("/transparency.csv")
def as_csv() -> Response:
    """Answer the figures as CSV in UTF-8; `number` is empty where it is too small to be told."""
    stream = io.StringIO(newline="")
    stream.write("\ufeff")
    writer = csv.writer(stream)
    writer.writerow(_COLUMNS)
    writer.writerows([["" if row[name] is None else row[name] for name in _COLUMNS] for row in _taken()])
    response = Response(stream.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="transparency.csv"'
    response.headers["Cache-Control"] = f"public, max-age={_FRESH}"
    return response


@bp.get("/transparency.json")
def as_json() -> Response:
    """Answer the figures as JSON; `number` is null where it is too small to be told."""
    response = jsonify(figures=[{name: row[name] for name in _COLUMNS} for row in _taken()])
    response.headers["Cache-Control"] = f"public, max-age={_FRESH}"
    return response


def _taken() -> list[dict[str, Any]]:
    """Return the rows for files: hours with one decimal."""
    found = transparency.rows(connection())
    return [dict(row) | {"hours": None if row["hours"] is None else round(row["hours"], 1)} for row in found]


def _figures() -> dict[str, str]:
    return {
        "received": _("Places reported"),
        "published": _("Put on the map"),
        "refused": _("Not accepted"),
        "hidden": _("Hidden later"),
        "parts_shown": _("Texts and photos shown"),
        "parts_refused": _("Texts and photos not shown"),
        "photos_blurred": _("Photos blurred before they were shown"),
        "answers_refused": _("Answers that were held back and do not count"),
        "median_hours": _("Hours until half of the places were decided"),
        "appeals": _("Objections"),
        "appeals_upheld": _("Objections granted"),
        "appeals_refused": _("Objections not granted"),
        "flags": _("Flags by visitors"),
        "flags_upheld": _("Flags that were right"),
    }


def _lines(rows: Sequence[Row], years: Sequence[int], figure: str, words: str) -> list[dict[str, Any]]:
    """Return a row of the table for a figure, and one for each of its reasons that any year has."""
    found = {(row["year"], row["reason"]): row for row in rows if row["figure"] == figure}
    reasons = dict.fromkeys(reason for _year, reason in found if reason)
    total = {"text": words, "sub": False, "cells": [_cell(found.get((year, "")), figure) for year in years]}
    return [total] + [
        {
            "text": label(_REASONS[figure], reason),
            "sub": True,
            "cells": [_cell(found.get((year, reason))) for year in years],
        }
        for reason in reasons
    ]


def _cell(row: Row | None, figure: str = "") -> str:
    if row is None:
        # Where nothing was decided there is no time that it took.
        return "–" if figure == "median_hours" else "0"
    if row["hours"] is not None:
        return number_text(round(row["hours"]))
    if row["number"] is None:
        return _("fewer than 3")
    if not row["exact"]:
        return _("at least %(number)s", number=number_text(row["number"]))
    return number_text(row["number"])


def _chart(rows: Sequence[Row], year: int, figure: str) -> dict[str, Any]:
    """Return the bars of the reasons of a figure in a year, in shares of the longest."""
    own = [row for row in rows if row["figure"] == figure and row["year"] == year and row["reason"]]
    most = max((row["number"] or 0 for row in own), default=0)
    bars = [
        {
            "text": label(_REASONS[figure], row["reason"]),
            "number": _cell(row),
            "share": round(100 * row["number"] / most, 1) if row["number"] else 0,
        }
        for row in own
    ]
    return {"title": {"refused": _("Why places were not accepted"), "hidden": _("Why places were hidden"),
                      "parts_refused": _("Why texts and photos were not shown")}[figure], "bars": bars}  # fmt: skip
