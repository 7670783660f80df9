"""Tables of named cells from CSV and GeoJSON text, and the limits of every uploaded table.

What the cells mean is decided in `mapping`; which kind of file it is, in `uploads`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mapsvc.domain.errors import Invalid, TooLarge
from mapsvc.domain.geometry import TYPES, Geometry, parse_geometry, parse_json

MAX_ROWS = 100_000
MAX_COLUMNS = 300
MAX_COLUMN_NAME = 120
MAX_POSITIONS = 1_000_000
"""Ten corners for each of 100,000 outlines; as Python objects they take about 200 MB."""
MAX_CELL = 10_000
"""Longest text of one cell; longer ones are descriptions pasted by accident."""

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells by column name; `faults` names columns whose cell cannot be used, by code."""

    number: int
    cells: dict[str, object]
    geometry: Geometry | None = None
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Column names in their order and the rows, numbered from 1 without the header."""

    columns: tuple[str, ...]
    rows: list[TableRow] = field(default_factory=list)
    has_geometry: bool = False


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8 or, where that fails as a whole, in Windows-1252.

    Raises `Invalid` with the line when the file mixes encodings or is in another one.
    """
    if data.startswith(_UTF16_MARKS):
        raise _wrong_encoding(1)
    marked = data.startswith(_UTF8_MARK)
    body = data.removeprefix(_UTF8_MARK)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = body.count(b"\n", 0, fault.start) + 1
    # Windows-1252 accepts nearly any bytes: a file that is UTF-8 elsewhere is broken, not Windows-1252.
    if marked or _has_utf8_letters(body) or b"\x00" in body:
        raise _wrong_encoding(line)
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        raise _wrong_encoding(line) from None


def table_from_rows(header: Sequence[object], rows: Iterable[tuple[Sequence[object], dict[int, str]]]) -> Table:
    """Return a table from a header and rows of cells with faults by column index; blank rows are left out."""
    columns = column_names(header)
    table = Table(columns)
    for number, (cells, faults) in enumerate(rows, start=1):
        if all(cell is None or cell == "" for cell in cells):
            continue
        if len(table.rows) >= MAX_ROWS:
            raise TooLarge(f"The file has more than {MAX_ROWS:,} rows.", code="too_many_rows", limit=MAX_ROWS)
        table.rows.append(_row(number, columns, cells, faults))
    if not table.rows:
        raise Invalid("The file has a header but no rows.", code="no_rows")
    return table


def column_names(header: Sequence[object]) -> tuple[str, ...]:
    """Return the names of the columns, trimmed; trailing blank ones are dropped.

    Raises `Invalid` when there are none or one stands there twice, `TooLarge` beyond `MAX_COLUMNS`.
    """
    names = ["" if cell is None else column_name(str(cell)) for cell in header]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise Invalid("The first row must hold the names of the columns.", code="no_header")
    if len(names) > MAX_COLUMNS:
        raise TooLarge(f"The file has more than {MAX_COLUMNS} columns.", code="too_many_columns", limit=MAX_COLUMNS)
    doubles = sorted({name for name in names if name and names.count(name) > 1})
    if doubles:
        raise Invalid(f"The column {doubles[0][:80]} stands there twice.", code="double_column", column=doubles[0][:80])
    return tuple(names)


def column_name(text: str) -> str:
    """Return the name of a column as it can be stored and shown: printable signs, single spaces, not endless."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[:MAX_COLUMN_NAME])
    return " ".join(printable.split())


def _row(number: int, columns: tuple[str, ...], cells: Sequence[object], faults: dict[int, str]) -> TableRow:
    named = {name: cells[index] for index, name in enumerate(columns) if name and index < len(cells)}
    wrong = [(columns[index], code) for index, code in faults.items() if index < len(columns)]
    wrong += [(name, "cell_too_long") for name, cell in named.items() if isinstance(cell, str) and len(cell) > MAX_CELL]
    if any(cell not in (None, "") for cell in cells[len(columns) :]):
        wrong.append(("", "too_many_cells"))
    return TableRow(number, named, None, tuple(wrong))


def read_csv(text: str) -> Table:
    """Return the rows of a table whose columns are split by comma, semicolon or tab.

    Raises `Invalid` with the line where quotes do not match.
    """
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next(reader)
        return table_from_rows(header, ((cells, {}) for cells in _lines(reader)))
    except csv.Error as fault:
        raise Invalid(
            f"The file is not a readable CSV table: line {reader.line_num}.", code="csv_syntax", line=reader.line_num
        ) from fault
    except StopIteration:
        raise Invalid("The file is empty.", code="empty_file") from None


def _lines(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    for cells in reader:
        yield [cell.strip(" \u00a0") for cell in cells]


def _delimiter(text: str) -> str:
    """Return the sign that splits the first line into most parts, quoted signs not counted."""
    first = text.split("\n", 1)[0]
    bare = "".join(part for index, part in enumerate(first.split('"')) if index % 2 == 0)
    return max(";,\t", key=bare.count)


def read_geojson(text: str) -> Table:
    """Return the features of a collection; a bad geometry is a fault of its row.

    Raises `Invalid` for another kind of document and for a coordinate system that GeoJSON does not have.
    """
    if text.count("[") > MAX_POSITIONS:
        limit = MAX_POSITIONS
        raise TooLarge(f"The file has more than {limit:,} positions.", code="too_many_positions", limit=limit)
    collection = parse_json(text)
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        raise Invalid("The file is not a GeoJSON feature collection.", "/type", code="not_a_collection")
    if "crs" in collection and "CRS84" not in str(collection["crs"]):
        raise Invalid("The file must hold WGS 84 longitude and latitude.", "/crs", code="geometry_crs")
    features = collection.get("features")
    if not isinstance(features, list) or not features:
        raise Invalid("The file has no features.", "/features", code="no_rows")
    if len(features) > MAX_ROWS:
        raise TooLarge(f"The file has more than {MAX_ROWS:,} rows.", code="too_many_rows", limit=MAX_ROWS)
    rows = [_feature(index, feature) for index, feature in enumerate(features)]
    columns = tuple(dict.fromkeys(name for row in rows for name in row.cells))
    if len(columns) > MAX_COLUMNS:
        raise TooLarge(f"The file has more than {MAX_COLUMNS} columns.", code="too_many_columns", limit=MAX_COLUMNS)
    return Table(columns, rows, has_geometry=True)


def _feature(index: int, feature: object) -> TableRow:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        return TableRow(index + 1, {}, None, (("", "not_a_feature"),))
    cells = {column_name(name): value for name, value in (feature.get("properties") or {}).items()}
    if feature.get("id") is not None:
        cells.setdefault("id", feature["id"])
    faults = [
        (name, "cell_too_long") for name, value in cells.items() if isinstance(value, str) and len(value) > MAX_CELL
    ]
    geometry = None
    if feature.get("geometry") is not None:
        try:
            geometry = parse_geometry(feature["geometry"], allowed=TYPES, pointer=f"/features/{index}/geometry")
        except (Invalid, TooLarge) as fault:
            faults.append(("geometry", fault.code))
    return TableRow(index + 1, cells, geometry, tuple(faults))


def _has_utf8_letters(body: bytes) -> bool:
    """Return whether the bytes hold at least one letter written as UTF-8, or a lone surrogate written like one."""
    text = body.decode("utf-8", "surrogateescape")
    if any(ord(sign) > 127 and not 0xDC80 <= ord(sign) <= 0xDCFF for sign in text):
        return True
    try:
        body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _wrong_encoding(line: int) -> Invalid:
    return Invalid(
        f"The text of the file cannot be read (line {line}). Save it as CSV in UTF-8 and send it again.",
        code="encoding",
        line=line,
    )
