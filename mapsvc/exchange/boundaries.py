"""Reads a city's own boundary and districts from GeoJSON or GeoPackage files, as `mapsvc city init` and `import` do."""

from collections.abc import Sequence

from mapsvc.domain.errors import Invalid
from mapsvc.domain.geometry import AREAS, Geometry
from mapsvc.domain.imports import AreaRecord
from mapsvc.exchange.geometry import check_shape
from mapsvc.exchange.tables import Table, TableRow
from mapsvc.exchange.uploads import read_table

NAME_COLUMNS = (
    "name",
    "nome",
    "denom",
    "denominazione",
    "quartiere",
    "quartieri",
    "circoscrizione",
    "district",
    "label",
)
"""Usual names of the column that holds an area's name, in the order of preference; case does not matter."""


def read_boundary(data: bytes, name: str, key: str) -> AreaRecord:
    """Return the one area of a boundary file as the city; raises Invalid where the file holds none or several."""
    shapes = [row.geometry for row in read_table(data).rows if row.geometry is not None]
    areas = [shape for shape in shapes if shape.type in AREAS]
    if len(areas) != 1:
        raise Invalid(
            f"The boundary file must hold one area; it holds {len(areas)}.", code="one_area", count=len(areas)
        )
    check_shape(areas[0])
    return AreaRecord(source_key=key, name=name, level="city", code=key, geometry=areas[0].as_geojson())


def read_areas(data: bytes, level: str, name_column: str | None, parent_key: str | None) -> tuple[AreaRecord, ...]:
    """Return every area of a file, in the order of its rows, with names from `name_column` or a column of a usual name.

    Raises Invalid naming the row whose shape or name cannot be used: boundaries are few, and each has to be right.
    """
    table = read_table(data)
    column = _name_column(table, name_column)
    return tuple(_area(row, column, level, parent_key) for row in table.rows)


def _name_column(table: Table, wanted: str | None) -> str:
    """Return the column with the names."""
    if wanted is not None:
        if wanted not in table.columns:
            raise Invalid(f"The file has no column {wanted!r}. Columns: {', '.join(table.columns)}.", code="no_column")
        return wanted
    by_lower = {column.lower(): column for column in table.columns}
    found = next((by_lower[name] for name in NAME_COLUMNS if name in by_lower), None)
    if found is None:
        raise Invalid(
            f"Which column holds the names? Say so with --name-column. Columns: {', '.join(table.columns)}.",
            code="no_name_column",
        )
    return found


def _area(row: TableRow, column: str, level: str, parent_key: str | None) -> AreaRecord:
    """Return one row as an area."""
    name = str(row.cells.get(column) or "").strip()
    if not name:
        raise Invalid(f"Row {row.number} has no name in the column {column!r}.", code="no_name", row=row.number)
    geometry = _shape(row)
    return AreaRecord(
        source_key=name, name=name, level=level, code=name, geometry=geometry.as_geojson(), parent_key=parent_key
    )


def _shape(row: TableRow) -> Geometry:
    """Return the checked shape of a row."""
    if row.geometry is None or row.geometry.type not in AREAS:
        faults: Sequence[tuple[str, str]] = row.faults or (("geometry", "no polygon"),)
        said = ", ".join(f"{where}: {code}" for where, code in faults)
        raise Invalid(f"The shape of row {row.number} cannot be used ({said}).", code="row_shape", row=row.number)
    try:
        check_shape(row.geometry)
    except Invalid as error:
        raise Invalid(f"Row {row.number}: {error.message}", code="row_shape", row=row.number) from error
    return row.geometry
