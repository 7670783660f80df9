"""Reads the first layer with geometry of a GeoPackage, in whatever coordinate system it states."""

import math
import warnings
from typing import Any

import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry import mapping

from mapsvc.domain.errors import Invalid, TooLarge, UnsupportedType
from mapsvc.domain.geometry import TYPES, Geometry, parse_geometry
from mapsvc.exchange.tables import MAX_ROWS, Table, TableRow, column_name

#: A GeoPackage says so in the application id of its SQLite header; other databases are not opened.
_APPLICATION_IDS = {b"GPKG", b"GP10", b"GP11"}


def read_geopackage(data: bytes) -> Table:
    """Return the features of the first layer that has geometry, with positions in EPSG:4326.

    Raises `UnsupportedType` for another kind of database, `Invalid` when there is no layer or no known coordinate
    system, `TooLarge` beyond the number of rows that a table may have.
    """
    if data[68:72] not in _APPLICATION_IDS:
        raise UnsupportedType("This database is not a GeoPackage.", code="not_a_geopackage")
    try:
        with warnings.catch_warnings():
            # GDAL warns about small liberties of other programs, such as a missing extension of the file name.
            warnings.simplefilter("ignore")
            layer = _layer(data)
            found = pyogrio.raw.read(data, layer=layer, force_2d=True, max_features=MAX_ROWS + 1)
    except (DataSourceError, DataLayerError, RuntimeError, UnicodeDecodeError):
        raise Invalid("The GeoPackage is broken and cannot be read.", code="broken_geopackage") from None
    return table_of(found)


def table_of(found: tuple[Any, Any, Any, Any]) -> Table:
    """Return what GDAL read as a table with positions in EPSG:4326.

    Raises `Invalid` without rows or a known coordinate system, `TooLarge` beyond the rows that a table may have.
    """
    meta, _, shapes, columns = found
    if len(shapes) > MAX_ROWS:
        raise TooLarge(f"The file has more than {MAX_ROWS:,} rows.", code="too_many_rows", limit=MAX_ROWS)
    to_lonlat = _transformer(meta["crs"])
    names = tuple(column_name(str(name)) for name in meta["fields"])
    rows = [
        _row(
            number,
            shape,
            {name: _plain(column[number - 1]) for name, column in zip(names, columns, strict=True)},
            to_lonlat,
        )
        for number, shape in enumerate(shapes, start=1)
    ]
    if not rows:
        raise Invalid("The file has no features.", code="no_rows")
    return Table(names, rows, has_geometry=True)


def _layer(data: bytes) -> str:
    for name, kind in pyogrio.list_layers(data):
        if kind is not None:
            return str(name)
    raise Invalid("The GeoPackage has no layer with geometry.", code="no_layer")


def _transformer(crs: str | None) -> Transformer:
    try:
        return Transformer.from_crs(CRS.from_user_input(crs), "EPSG:4326", always_xy=True)
    except CRSError:
        raise Invalid("The file does not say which coordinate system it uses.", code="no_crs") from None


def _row(number: int, wkb: bytes | None, cells: dict[str, object], to_lonlat: Transformer) -> TableRow:
    if wkb is None:
        return TableRow(number, cells)
    try:
        return TableRow(number, cells, _geometry(wkb, to_lonlat))
    except (Invalid, TooLarge) as fault:
        return TableRow(number, cells, None, (("geometry", fault.code),))


def _geometry(wkb: bytes, to_lonlat: Transformer) -> Geometry:
    try:
        shape = shapely.from_wkb(wkb)
    except shapely.errors.GEOSException:
        raise Invalid("The geometry cannot be read.", code="geometry_object") from None
    if shape is None or shape.is_empty:
        raise Invalid("The geometry is empty.", code="empty_geometry")
    moved = shapely.transform(shape, to_lonlat.transform, interleaved=False)
    return parse_geometry(mapping(moved), allowed=TYPES)


def _plain(value: Any) -> object:
    """Return a NumPy value as the Python value that the other kinds of table would hold; NaN is a blank cell."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain
