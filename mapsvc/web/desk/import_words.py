"""Sentences for what can be wrong with an uploaded file, one of its rows, or a field of a form; names of columns."""

from collections.abc import Mapping

from flask_babel import gettext as _

from mapsvc.domain.errors import DomainError
from mapsvc.web import field_words
from mapsvc.web.i18n import number_text
from mapsvc.web.messages import sentence


def problem_text(code: str, params: Mapping[str, object]) -> str:
    """Return the plain sentence for a code; a code without one says that the value cannot be used."""
    value = str(params.get("value", ""))[:80]
    known = _value_words(value, params) | _place_words(params) | _row_words(params)
    return known.get(code) or _("This value cannot be used.")


def file_text(error: DomainError) -> str:
    """Return why a whole file was not read."""
    words = _file_words(error.params) | _place_words(error.params)
    return words.get(error.code) or sentence(error)


def field_text(field: str) -> str:
    """Return the name of a field as the desk calls it, from the name that a comparison or a reader gives it."""
    plain = {
        "name": _("Name"),
        "street": _("Street"),
        "number": _("Number"),
        "floor": _("Floor"),
        "postcode": _("Postcode"),
        "city": _("Town"),
        "city_name": _("Town"),
        "asset_kind": _("Kind"),
        "owner_type": _("Owner"),
        "publication_precision": _("What the public sees of the place"),
        "availability_state": _("Availability"),
        "owner_consent": _("The owner agrees"),
        "point": _("Position"),
        "lon": _("Longitude"),
        "lat": _("Latitude"),
        "grid_x": _("Metres to the east (x)"),
        "grid_y": _("Metres to the north (y)"),
        "geometry": _("Geometry"),
        "record": _("Record"),
        "source_key": _("Code"),
        "address": _("Address"),
        "claim": _("What was seen"),
        "observed_on": _("Day it was seen"),
        "cadastre": _("Land register"),
        "description": _("Description"),
        "features": _("Attributes"),
    }
    if field in plain:
        return plain[field]
    head, dot, member = field.partition(".")
    code = member if dot and head == "features" else field
    try:
        return field_words.field_label(code)
    except KeyError:
        return f"{plain.get(head, head)} ({member})" if dot else field


def _value_words(value: str, params: Mapping[str, object]) -> dict[str, str]:
    return {
        "not_a_number": _("This is not a number."),
        "not_an_integer": _("This must be a whole number."),
        "not_finite": _("This number is far too large, or no number at all."),
        "ambiguous_number": _(
            "This number can be read in two ways, as thousands or as decimals. Write it without a sign."
        ),
        "too_small": _("The least is %(least)s.", least=_figure(params.get("minimum"))),
        "too_large": _("The most is %(most)s.", most=_figure(params.get("maximum"))),
        "too_long": _("The text is too long; %(most)s characters at most.", most=_figure(params.get("maximum", 300))),
        "text_length": _("The text is too long; %(most)s characters at most.", most=_figure(params.get("longest"))),
        "text_type": _("A text is needed."),
        "control_characters": _("The text holds characters that cannot be stored."),
        "text_character": _("The text holds characters that cannot be stored."),
        "not_a_text": _("The text holds characters that cannot be stored."),
        "not_a_boolean": _("Write yes or no."),
        "not_an_option": _("“%(value)s” is not one of the words that are understood here.", value=value),
        "unknown_value": _("“%(value)s” is not one of the words that are understood here.", value=value),
        "not_a_date": _("Write the day as 2026-11-22 or 22/11/2026."),
        "date_missing": _("It says what was seen, but not when. Add a column with the day."),
        "date_in_future": _("The day lies in the future."),
        "ends_before_start": _("The period ends before it begins."),
        "wrong_order": _("The smaller value is larger than the other one."),
        "both": _("The same activity is both permitted and forbidden."),
        "not_a_day": _("Write the hours as 08:00-20:00; several periods are split by commas."),
        "not_a_period": _("Write the hours as 08:00-20:00, on the half hour."),
        "not_a_list": _("A list is needed."),
        "too_many": _("The list is too long."),
        "cell_too_long": _("The text in this cell is too long."),
        "cell_error": _("The spreadsheet shows an error in this cell."),
        "formula": _("The cell holds a formula. Paste its value instead."),
        "required": _("A name or an address is needed."),
        "no_name": _("Neither a name nor an address is given."),
    }


def _place_words(params: Mapping[str, object]) -> dict[str, str]:
    swapped = _("Longitude and latitude seem to be swapped.")
    return {
        "no_position": _("There is no position and no street to find one."),
        "street_not_found": _("This street is not in the street list, or there are several. Give lon and lat."),
        "swapped_axes": swapped,
        "place_swapped": swapped,
        "out_of_range": _("The position lies outside the world."),
        "place_range": _("The position lies outside the map."),
        "place_zero": _("The position 0, 0 stands for a missing one."),
        "null_island": _("The position 0, 0 stands for a missing one."),
        "position": _("A position is two numbers: longitude and latitude."),
        "empty_geometry": _("The geometry is empty."),
        "geometry_object": _("The geometry cannot be read."),
        "geometry_type": _("This type of geometry is not used here."),
        "geometry_crs": _("The file must hold longitude and latitude (WGS 84)."),
        "coordinates_list": _("The coordinates of the geometry cannot be read."),
        "ring_short": _("The outline has too few corners."),
        "ring_open": _("The outline does not end where it began."),
        "line_short": _("The line has only one point."),
        "too_many_vertices": _("The geometry has more than 10,000 corners."),
        "invalid_shape": _("The outline crosses itself near %(lon)s, %(lat)s.",
                           lon=_figure(params.get("lon")), lat=_figure(params.get("lat"))),
    }  # fmt: skip


def _row_words(params: Mapping[str, object]) -> dict[str, str]:
    return {
        "double_row": _("The same place stands in the file twice."),
        "same_as_row": _("It means the same record as row %(row)s.", row=_figure(params.get("row"))),
        "fits_several": _("Several records have this address: %(names)s. Name the record in the file.",
                          names=str(params.get("names", ""))[:200]),
        "unknown_record": _("No record has this address on the map."),
        "too_many_cells": _("The row has more cells than the header."),
        "not_a_feature": _("This entry is not a GeoJSON feature."),
        "dwelling": _("A private person’s home is not stored as vacant."),
        "outside_your_area": _("It lies outside the areas of your account."),
    }  # fmt: skip


def _file_words(params: Mapping[str, object]) -> dict[str, str]:
    line, limit = _figure(params.get("line")), _figure(params.get("limit"))
    unreadable = _("The file is broken and cannot be read.")
    return {
        "missing_columns": _("Nothing says where the places are. The file needs the columns lon and lat, or street."),
        "encoding": _("The text of the file cannot be read (line %(line)s). Save it as CSV in UTF-8.", line=line),
        "csv_syntax": _("The table cannot be read: look at the quotation marks in line %(line)s.", line=line),
        "empty_file": _("The file is empty."),
        "no_rows": _("The file has a header but no rows."),
        "no_header": _("The first row must hold the names of the columns."),
        "double_column": _("The column “%(name)s” stands there twice.", name=str(params.get("column", ""))),
        "too_many_rows": _("The file has more than %(limit)s rows. Split it.", limit=limit),
        "too_many_columns": _("The file has more than %(limit)s columns.", limit=limit),
        "file_size": _("The file is larger than 20 MB."),
        "unpacked_size": _("The workbook is far larger than it looks; it was not opened."),
        "old_excel": _("This is an old Excel file. Save it as .xlsx or .csv."),
        "not_a_table": _("This is not a table. Send CSV, XLSX, GeoJSON or GeoPackage."),
        "not_a_workbook": _("This archive is not an Excel workbook (.xlsx)."),
        "broken_workbook": unreadable,
        "broken_geopackage": unreadable,
        "not_a_geopackage": _("This database is not a GeoPackage."),
        "no_layer": _("The GeoPackage has no layer with geometry."),
        "no_crs": _("The GeoPackage does not say which coordinate system it uses."),
        "not_a_collection": _("The file is not a GeoJSON feature collection."),
        "json_syntax": unreadable,
        "json_depth": unreadable,
        "json_number": unreadable,
        "json_double": unreadable,
        "no_file": _("Choose a file first."),
        "decided_before": _("This import was decided before."),
        "nothing_chosen": _("No row is chosen. Nothing was written."),
        "not_a_date": _("Write the day as 2026-11-22 or 22/11/2026."),
        "not_a_row": _("A chosen row is not one that can be accepted."),
    }


def _figure(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return str(value)[:40] if value is not None else "?"
