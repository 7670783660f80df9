"""Which kind of table an uploaded file is: told from its first bytes, never from its name."""

from mapsvc.domain.errors import Invalid, TooLarge, UnsupportedType
from mapsvc.domain.sources import FileFormat
from mapsvc.exchange.geopackage import read_geopackage
from mapsvc.exchange.shapefiles import is_shapefile, read_shapefile
from mapsvc.exchange.tables import Table, decode, read_csv, read_geojson
from mapsvc.exchange.workbooks import read_workbook

MAX_BYTES = 20_000_000
"""Largest file; 100,000 premises as CSV are about 10 MB."""

_ZIP, _SQLITE, _OLD_EXCEL = b"PK\x03\x04", b"SQLite format 3\x00", b"\xd0\xcf\x11\xe0"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF")
_PAGES = (b"<!DOCTYPE", b"<!doctype", b"<html", b"<HTML", b"<?xml")
_OVERPASS = (b'"osm3s"', b'"Overpass API')
_HEAD = 4_000
_NO_TABLE = "This is not a table. Send a CSV, XLSX, GeoJSON, GeoPackage or zipped Shapefile."


def kind_of(data: bytes) -> FileFormat:
    """Return which kind of table a file is.

    Raises `TooLarge` beyond the limit of bytes, `UnsupportedType` for another kind of file, `Invalid` for an empty one.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"The file is larger than {MAX_BYTES // 1_000_000} MB.", code="file_size", limit=MAX_BYTES)
    if not data.strip():
        raise Invalid("The file is empty.", code="empty_file")
    if data.startswith(_ZIP):
        return FileFormat.SHAPEFILE if is_shapefile(data) else FileFormat.XLSX
    if data.startswith(_SQLITE):
        return FileFormat.GEOPACKAGE
    if data.startswith(_OLD_EXCEL):
        raise UnsupportedType(
            "This is an old Excel file. Save it as .xlsx or .csv and send it again.", code="old_excel"
        )
    if data.startswith(_PICTURES):
        raise UnsupportedType(_NO_TABLE, code="not_a_table")
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:_HEAD]
    if head.startswith(_PAGES):
        raise UnsupportedType("This is a web page, not a table.", code="web_page")
    if not head.startswith((b"{", b"[")):
        return FileFormat.CSV
    return FileFormat.OVERPASS if any(mark in head for mark in _OVERPASS) else FileFormat.GEOJSON


def read_table(data: bytes) -> Table:
    """Return the rows of a CSV, XLSX, GeoJSON, GeoPackage or zipped Shapefile.

    Raises `TooLarge` beyond the limits, `UnsupportedType` for another kind of file, `Invalid` for a file that cannot be
    read. A single bad geometry or cell does not refuse the file: it is a fault of its row.
    """
    kind = kind_of(data)
    if kind is FileFormat.XLSX:
        return read_workbook(data)
    if kind is FileFormat.GEOPACKAGE:
        return read_geopackage(data)
    if kind is FileFormat.SHAPEFILE:
        return read_shapefile(data)
    if kind is FileFormat.OVERPASS:
        raise UnsupportedType("This is a file of OpenStreetMap.", code="openstreetmap")
    text = decode(data)
    return read_geojson(text) if kind is FileFormat.GEOJSON else read_csv(text)
