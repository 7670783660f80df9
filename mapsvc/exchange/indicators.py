"""Tables of indicators: one row for each value, with the column names of the tutorial, in English or Italian."""

from collections.abc import Mapping

from mapsvc.domain.errors import Invalid
from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import THEMES, SourceInfo, Upload
from mapsvc.domain.indicators import MOST_VALUES, Indicator, IndicatorFigure, IndicatorFile
from mapsvc.exchange.columns import fold
from mapsvc.exchange.tables import Table, TableRow
from mapsvc.exchange.uploads import read_table

_COLUMNS = {
    "indicator": ("indicator", "code", "indicatore", "codice"),
    "name": ("name", "name_en", "nome_en"),
    "name_it": ("name_it", "nome", "nome_it"),
    "area": ("area", "neighbourhood", "quartiere", "zona", "district", "circoscrizione"),
    "period": ("period", "year", "periodo", "anno"),
    "value": ("value", "valore"),
    "n": ("n", "people", "persone", "numerosita"),
    "theme": ("theme", "tema"),
    "unit": ("unit", "unita", "unita_di_misura"),
    "direction": ("direction", "verso"),
}
_NEEDED = ("indicator", "area", "period", "value")
_LESS = frozenset({"less", "lower", "lower_is_need", "meno", "basso"})
_LEAST_GROUP = 5
_LONGEST = 120


def read_indicators(upload: Upload) -> IndicatorFile:
    """Return the indicators and values of a CSV, XLSX, GeoJSON or GeoPackage table.

    Raises what `read_table` raises, and Invalid with the row for a value that is no number, a theme that is not known
    and a code that could not stand in an address. New indicators weigh 0 until somebody gives them a weight.
    """
    table = read_table(upload.data)
    columns = _known(table)
    indicators: dict[str, Indicator] = {}
    figures: dict[tuple[str, str, str], IndicatorFigure] = {}
    if len(table.rows) > MOST_VALUES:
        raise Invalid("too many values", "/file", code="too_many_values", most=MOST_VALUES)
    for row in table.rows:
        cells = {name: _text(row, column) for name, column in columns.items()}
        code = fold(cells["indicator"])
        if not (code and code[0].isalpha() and len(code) <= 60):
            raise _wrong(row, "indicator", "bad_indicator_code")
        indicators.setdefault(code, _indicator(code, cells, row))
        figure = _figure(code, cells, row)
        if (code, figure.area, figure.period) in figures:
            raise _wrong(row, "area", "value_twice")
        figures[code, figure.area, figure.period] = figure
    info = SourceInfo(f"indicators-{slugify(upload.title)}", upload.title, upload.licence, upload.attribution, "")
    return IndicatorFile(info, tuple(indicators.values()), tuple(figures.values()))


def _known(table: Table) -> dict[str, str]:
    folded = {fold(name): name for name in table.columns}
    found = {}
    for target, names in _COLUMNS.items():
        column = next((folded[name] for name in names if name in folded), None)
        if column is not None:
            found[target] = column
    for name in _NEEDED:
        if name not in found:
            raise Invalid(f"The column {name} is missing.", "/file", code="column_missing", column=name)
    return found


def _text(row: TableRow, column: str) -> str:
    value = row.cells.get(column)
    return "" if value is None else str(value).strip()[:_LONGEST]


def _indicator(code: str, cells: Mapping[str, str], row: TableRow) -> Indicator:
    theme = fold(cells.get("theme", "")) or "general"
    if theme != "general" and theme not in THEMES:
        raise _wrong(row, "theme", "unknown_theme")
    names = {"en": cells.get("name", ""), "it": cells.get("name_it", "")}
    said = {lang: text for lang, text in names.items() if text} or {"en": cells["indicator"]}
    higher = fold(cells.get("direction", "")) not in _LESS
    return Indicator(code, said, {}, theme, "need", cells.get("unit", ""), higher, 0, _LEAST_GROUP, "")


def _figure(code: str, cells: Mapping[str, str], row: TableRow) -> IndicatorFigure:
    period = cells["period"].removesuffix(".0")
    if not cells["area"]:
        raise _wrong(row, "area", "required")
    if not (period and len(period) <= 20):
        raise _wrong(row, "period", "required")
    n = cells.get("n", "")
    return IndicatorFigure(
        code,
        cells["area"],
        period,
        _number(cells["value"], row, "value"),
        int(_number(n, row, "n")) if n else None,
    )


def _number(text: str, row: TableRow, column: str) -> float:
    plain = text.replace(" ", "").replace("\u00a0", "")
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        raise _wrong(row, column, "not_a_number") from None
    if not abs(value) < 1e12:
        raise _wrong(row, column, "not_finite")
    return value


def _wrong(row: TableRow, column: str, code: str) -> Invalid:
    return Invalid(f"Row {row.number}, {column}: {code}.", f"/rows/{row.number}/{column}", code=code, row=row.number)
