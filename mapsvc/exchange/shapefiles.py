"""Reads the only Shapefile of a ZIP archive, in whatever coordinate system its .prj states."""

import io
import tempfile
import warnings
import zipfile
from pathlib import Path, PurePosixPath

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from mapsvc.domain.errors import Invalid, TooLarge
from mapsvc.exchange.geopackage import table_of
from mapsvc.exchange.tables import MAX_ROWS, Table

MAX_UNPACKED = 100_000_000
"""Most bytes of all parts unpacked; 100,000 outlines of ten corners with their columns have about 50 MB."""
MAX_PARTS = 100
_NEEDED = frozenset({".shp", ".shx", ".dbf"})
_PARTS = _NEEDED | {".prj", ".cpg"}
_PART = 1_000_000


def is_shapefile(data: bytes) -> bool:
    """Tell whether a ZIP archive holds a Shapefile."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower().endswith(".shp") for name in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return False


def read_shapefile(data: bytes) -> Table:
    """Return the features of the Shapefile in a ZIP archive, with positions in EPSG:4326.

    Raises `TooLarge` for an archive that unpacks beyond the limits (a zip bomb), whatever it says of itself, `Invalid`
    where parts are missing or broken, where there are several, or without a coordinate system.
    """
    with tempfile.TemporaryDirectory() as folder:
        shape = _unpack(data, Path(folder))
        try:
            with warnings.catch_warnings():
                # GDAL warns about small liberties of other programs.
                warnings.simplefilter("ignore")
                found = pyogrio.raw.read(shape, force_2d=True, max_features=MAX_ROWS + 1)
        except (DataSourceError, DataLayerError, RuntimeError, UnicodeDecodeError):
            raise _broken() from None
    return table_of(found)


def _unpack(data: bytes, folder: Path) -> Path:
    """Write the parts of the Shapefile under names of our own; what else is in the archive is not touched."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_PARTS:
                raise TooLarge("The archive has too many parts.", code="unpacked_size")
            shapes = [one for one in members if one.filename.lower().endswith(".shp")]
            if len(shapes) != 1:
                raise Invalid("The archive must hold one Shapefile.", code="several_shapefiles")
            stem = PurePosixPath(shapes[0].filename).with_suffix("")
            parts = {
                suffix: one
                for one in members
                if (suffix := PurePosixPath(one.filename).suffix.lower()) in _PARTS
                and PurePosixPath(one.filename).with_suffix("") == stem
            }
            if missing := sorted(_NEEDED - set(parts)):
                raise Invalid("The Shapefile is not whole.", code="shapefile_parts", parts=", ".join(missing))
            left = MAX_UNPACKED
            for suffix, one in parts.items():
                with archive.open(one) as packed, (folder / f"layer{suffix}").open("wb") as plain:
                    while part := packed.read(_PART):
                        left -= len(part)
                        if left < 0:
                            raise TooLarge("The archive is far larger than it looks.", code="unpacked_size")
                        plain.write(part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise _broken() from None
    return folder / "layer.shp"


def _broken() -> Invalid:
    return Invalid("The Shapefile is broken and cannot be read.", code="broken_shapefile")
