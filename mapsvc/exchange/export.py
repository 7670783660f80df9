"""The register of premises as CSV and XLSX; a file that was exported can be edited and imported again.

Cells that a spreadsheet program would run as a formula get an apostrophe in front; numbers are written as numbers.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from mapsvc.domain.cells import neutral
from mapsvc.domain.features import FIELDS
from mapsvc.domain.spaces import Space
from mapsvc.exchange.columns import CELL_KINDS

_MONEY = frozenset({"money", "money_month"})
_PLACE = (
    "record",
    "code",
    "name",
    "street",
    "number",
    "floor",
    "postcode",
    "city",
    "lon",
    "lat",
    "asset_kind",
    "owner_type",
)
_STATES = ("record_state", "availability_state", "vacancy_status", "freshness", "last_confirmed_on", "source")
_FEATURES = tuple(spec for spec in FIELDS if spec.kind in CELL_KINDS)


def _column(code: str, kind: str) -> str:
    return code.removesuffix("_cents") + "_eur" if kind in _MONEY else code


COLUMNS = (*_PLACE, *_STATES, *(_column(spec.code, spec.kind) for spec in _FEATURES))
"""All columns in their order; the import knows each of them, and leaves those of `_STATES` alone."""


def register_row(space: Space, status: str, band: str, last_confirmed_on: date | None) -> dict[str, object]:
    """Return a space as cells by column; the position is exact, so the file is for the desk only."""
    cells: dict[str, object] = {
        "record": space.slug,
        "code": space.source_key,
        "name": space.name,
        "street": space.street,
        "number": space.number,
        "floor": space.floor,
        "postcode": space.postcode,
        "city": space.city_name,
        "lon": round(space.lon, 7),
        "lat": round(space.lat, 7),
        "asset_kind": space.asset_kind,
        "owner_type": space.owner_type,
        "record_state": space.record_state,
        "availability_state": space.availability_state,
        "vacancy_status": status,
        "freshness": band,
        "last_confirmed_on": last_confirmed_on,
        "source": space.source_code,
    }
    for spec in _FEATURES:
        value = space.features.get(spec.code)
        cells[_column(spec.code, spec.kind)] = value / 100 if spec.kind in _MONEY and isinstance(value, int) else value
    return cells


def to_csv(rows: Iterable[dict[str, object]]) -> Iterator[bytes]:
    """Yield a CSV file in UTF-8 with a byte order mark, so that spreadsheet programs read accents, line by line."""
    yield b"\xef\xbb\xbf"
    yield _csv_line(COLUMNS)
    for row in rows:
        yield _csv_line([_csv_cell(row.get(name)) for name in COLUMNS])


def to_xlsx(rows: Iterable[dict[str, object]]) -> bytes:
    """Return an Excel workbook with one sheet, its header in bold and kept in view."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Register")
    sheet.freeze_panes = "A2"
    header = [WriteOnlyCell(sheet, name) for name in COLUMNS]
    for cell in header:
        cell.font = Font(bold=True)
    sheet.append(header)
    for row in rows:
        sheet.append([_xlsx_cell(row.get(name)) for name in COLUMNS])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _csv_line(cells: Iterable[str]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow(cells)
    return stream.getvalue().encode("utf-8")


def _csv_cell(value: object) -> str:
    return neutral(value) if isinstance(value, str) else _plain(value)


def _xlsx_cell(value: object) -> object:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)) or isinstance(value, date):
        return value
    # Control characters have no place in XML; the workbook library refuses the whole file for one of them.
    text = neutral(value) if isinstance(value, str) else _plain(value)
    return "".join(sign for sign in text if ord(sign) >= 32 or sign in "\t\n\r")


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return neutral(", ".join(str(part) for part in value))
    return value.isoformat() if isinstance(value, date) else str(value)
