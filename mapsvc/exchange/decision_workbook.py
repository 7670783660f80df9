"""A record of a decision as an Excel workbook: one sheet for each of its tables."""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from mapsvc.domain.cells import neutral

_LONGEST_TITLE = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def sheets_to_xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Return a workbook with a sheet for each title, the first row of each as its header in bold and kept in view.

    Text that a spreadsheet program would run as a formula gets an apostrophe in front; numbers stay numbers.
    """
    workbook = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title.translate(_FORBIDDEN)[:_LONGEST_TITLE])
        sheet.freeze_panes = "A2"
        for column in "ABCDEFGH":
            sheet.column_dimensions[column].width = 24
        for number, row in enumerate(rows):
            cells = [WriteOnlyCell(sheet, _cell(value)) for value in row]
            for cell in cells:
                cell.font = Font(bold=number == 0)
            sheet.append(cells)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _cell(value: object) -> str | float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return neutral(str(value))
