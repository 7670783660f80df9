"""Reads the first sheet of an XLSX workbook within fixed limits; formulas are never evaluated nor believed."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from mapsvc.domain.errors import Invalid, TooLarge, UnsupportedType
from mapsvc.exchange.tables import MAX_COLUMNS, Table, table_from_rows

MAX_UNPACKED = 200_000_000
"""Most bytes that all parts may have when unpacked; 100,000 rows of a register need about 60 MB."""
MAX_PARTS = 2_000
MAX_BLANK_ROWS = 1_000
"""After so many blank rows the sheet is taken to be over; formatted but empty rows go down to a million."""


def read_workbook(data: bytes) -> Table:
    """Return the first sheet of a workbook as a table.

    A cell with a formula becomes the fault `formula` of its row. Raises `TooLarge` for a workbook that unpacks beyond
    the limits (a zip bomb), `UnsupportedType` for another kind of archive, `Invalid` for a broken one.
    """
    _check_archive(data)
    try:
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        rows = _rows(sheet)
        header, _ = next(rows)
        return table_from_rows(header, rows)
    except StopIteration:
        raise Invalid("The first sheet of the workbook is empty.", code="empty_file") from None
    except (Invalid, TooLarge):
        raise
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        SyntaxError,
        OSError,
    ):
        # The library reports a broken workbook by whatever its parser stumbles over; ParseError is a SyntaxError.
        raise Invalid("The workbook is broken and cannot be read.", code="broken_workbook") from None


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise TooLarge("The workbook is far larger than it looks; it was not opened.", code="unpacked_size")
            names = {part.filename for part in parts}
            if "xl/workbook.xml" not in names:
                raise UnsupportedType("This archive is not an Excel workbook (.xlsx).", code="not_a_workbook")
            for name in names:
                if name.endswith((".xml", ".rels")):
                    with archive.open(name) as part:
                        # No workbook that a spreadsheet program writes declares a document type; entity bombs do.
                        if b"<!DOCTYPE" in part.read(2_000):
                            raise Invalid("The workbook is broken and cannot be read.", code="broken_workbook")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        raise Invalid("The workbook is broken and cannot be read.", code="broken_workbook") from None


def _rows(sheet: Any) -> Iterator[tuple[list[object], dict[int, str]]]:
    blank = 0
    for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1):
        cells, faults = list[object](), dict[int, str]()
        for index, cell in enumerate(row):
            value = cell.value
            if cell.data_type == "f":
                faults[index] = "formula"
            elif cell.data_type == "e":
                faults[index] = "cell_error"
            cells.append(value.strip() if isinstance(value, str) else value)
        blank = blank + 1 if all(value is None or value == "" for value in cells) else 0
        if blank > MAX_BLANK_ROWS:
            return
        yield cells, faults
