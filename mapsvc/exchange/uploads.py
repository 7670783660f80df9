"""Which kind of table an uploaded file is: told from its first bytes, never from its name."""

from mapsvc.domain.errors import Invalid, TooLarge, UnsupportedType
from mapsvc.exchange.geopackage import read_geopackage
from mapsvc.exchange.tables import Table, decode, read_csv, read_geojson
from mapsvc.exchange.workbooks import read_workbook

MAX_BYTES = 20_000_000
"""Largest file; 100,000 premises as CSV are about 10 MB."""

_ZIP, _SQLITE, _OLD_EXCEL = b"PK\x03\x04", b"SQLite format 3\x00", b"\xd0\xcf\x11\xe0"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF")


def read_table(data: bytes) -> Table:
    """Return the rows of a CSV, XLSX, GeoJSON or GeoPackage file.

    Raises `TooLarge` beyond the limits, `UnsupportedType` for another kind of file, `Invalid` for a file that cannot be
    read. A single bad geometry or cell does not refuse the file: it is a fault of its row.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"The file is larger than {MAX_BYTES // 1_000_000} MB.", code="file_size", limit=MAX_BYTES)
    if not data.strip():
        raise Invalid("The file is empty.", code="empty_file")
    if data.startswith(_ZIP):
        return read_workbook(data)
    if data.startswith(_SQLITE):
        return read_geopackage(data)
    if data.startswith(_OLD_EXCEL):
        raise UnsupportedType(
            "This is an old Excel file. Save it as .xlsx or .csv and send it again.", code="old_excel"
        )
    if data.startswith(_PICTURES):
        raise UnsupportedType("This is not a table. Send a CSV, XLSX, GeoJSON or GeoPackage file.", code="not_a_table")
    text = decode(data)
    return read_geojson(text) if text.lstrip().startswith(("{", "[")) else read_csv(text)
