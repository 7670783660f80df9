"""What the columns of an uploaded table mean: each row becomes a space, or the reasons why it is refused."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from mapsvc.domain.errors import Invalid, TooLarge
from mapsvc.domain.features import Features
from mapsvc.domain.fields import is_clean
from mapsvc.domain.geometry import AREAS, distance_m, looks_swapped, parse_point, within
from mapsvc.domain.imports import Address, GeoJSON, LonLat, ObservationRecord, RowProblem, SpaceRecord, Upload
from mapsvc.domain.spaces import space_name
from mapsvc.domain.uploads import ImportRow, ReadFile, Reading
from mapsvc.exchange.cells import date_of, number_of, text_of, value_of
from mapsvc.exchange.columns import (
    ASSET_KINDS,
    CLAIMS,
    FEATURE_SPECS,
    ON_A_GRID,
    OWNER_TYPES,
    PLACE_COLUMNS,
    TARGETS,
    fold,
)
from mapsvc.exchange.geometry import check_shape, point_inside
from mapsvc.exchange.tables import TableRow
from mapsvc.exchange.uploads import read_table

MAX_NAME = 160
FAR_M = 1_000.0
"""Two positions of one row further apart than this disagree about the place, not about its entrance."""
GRID_MARGIN = 1.0
"""Degrees around the land that a national grid is made for: people use it a little beyond the border."""
#: Every field that a column can stand for.
FIELDS = frozenset(PLACE_COLUMNS) | frozenset(FEATURE_SPECS)
ROWS_PER_STEP = 1_000
"""After so many rows the progress is told again."""
REPORTER = "register"
"""Whoever keeps the register counts as one reporter, however many editions of it are sent."""
_SPLIT_ADDRESS = re.compile(r"(?P<street>\D.*?)[,\s]+(?P<number>\d+\s?(?:/?\s?[A-Za-z]{1,3})?)$")


def read_spaces(upload: Upload, reading: Reading) -> ReadFile:
    """Return every row of an uploaded file as a space or as the problems that refuse it.

    Raises `Invalid` with code `missing_columns` when nothing says where the places are, and what `read_table` raises.
    """
    if reading.grid is not None:
        # A grid that nobody knows is the fault of the register, not of each row.
        _grid(reading.grid)
    table = read_table(upload.data)
    columns = understood(table.columns, reading)
    targets = set(columns.values())
    placed = table.has_geometry or {"lon", "lat"} <= targets or {"grid_x", "grid_y"} <= targets
    if not placed and not (reading.locate and targets & {"street", "address"}):
        raise Invalid(
            "The file needs columns that say where each place is: lon and lat, or street and number.",
            code="missing_columns",
            columns=", ".join(table.columns)[:200],
        )
    rows, seen = list[ImportRow](), set[str]()
    # A cell that was read is not kept: a large register would otherwise stand in memory twice.
    waiting, total = table.rows[::-1], len(table.rows)
    table.rows.clear()
    while waiting:
        if len(rows) % ROWS_PER_STEP == 0:
            reading.told(len(rows), total)
        row = waiting.pop()
        result = _read_row(row, columns, upload, reading)
        identity = result.slug or (result.record.source_key if result.record else "")
        if identity and identity in seen:
            result = ImportRow(row.number, None, (RowProblem(row.number, "", "double_row", {"key": identity}),))
        seen.add(identity)
        rows.append(result)
    unknown = tuple(name for name in table.columns if name and name not in columns)
    return ReadFile(tuple(rows), columns, unknown)


def understood(names: Sequence[str], reading: Reading) -> dict[str, str]:
    """Return field by column; an answer counts before a known name, and of two columns for one field the first."""
    answers = {fold(name): answer for name, answer in reading.columns.items()}
    columns: dict[str, str] = {}
    for name in sorted(names, key=lambda name: fold(name) not in answers):
        folded = fold(name)
        answer = answers.get(folded)
        if answer is not None:
            target = answer if answer in FIELDS else TARGETS.get(fold(answer))
        elif reading.grid is not None and folded in ON_A_GRID:
            target = ON_A_GRID[folded]
        else:
            target = TARGETS.get(folded)
        if target and target not in columns.values():
            columns[name] = target
    return {name: columns[name] for name in names if name in columns}


class _Cells:
    """The cells of one row by field, with the problems found while reading them."""

    def __init__(self, row: TableRow, columns: dict[str, str]) -> None:
        self.number = row.number
        self.problems = [
            RowProblem(row.number, column, code)
            for column, code in row.faults
            if column not in row.cells or column in columns
        ]
        self._cells = {target: row.cells.get(column) for column, target in columns.items()}
        self.remarks: list[RowProblem] = []
        self._names = {target: column for column, target in columns.items()}
        self.stated = frozenset(target for target, cell in self._cells.items() if text_of(cell) != "")

    def raw(self, target: str) -> object:
        return self._cells.get(target)

    def refuse(self, target: str, code: str, **params: object) -> None:
        self.problems.append(RowProblem(self.number, self._names.get(target, target), code, params))

    def remark(self, target: str, code: str, **params: object) -> None:
        """Note what is odd about a row that can be used all the same."""
        self.remarks.append(RowProblem(self.number, self._names.get(target, target), code, params))

    def text(self, target: str, limit: int = 300) -> str:
        """Return a text with single spaces; a text that cannot be stored is refused."""
        text = " ".join(part for part in text_of(self.raw(target)).split(" ") if part)
        if not is_clean(text):
            self.refuse(target, "control_characters")
            return ""
        if len(text) > limit:
            self.refuse(target, "too_long", maximum=limit)
            return ""
        return text

    def word(self, target: str, words: dict[str, str], default: str) -> str:
        """Return the code that a word of another register stands for."""
        text = self.text(target)
        if text and fold(text) not in words:
            self.refuse(target, "not_an_option", value=text[:80])
        return words.get(fold(text), default) if text else default


def _read_row(row: TableRow, columns: dict[str, str], upload: Upload, reading: Reading) -> ImportRow:
    cells = _Cells(row, columns)
    address = _address(cells)
    point, footprint, precision = _place(row, cells, address, reading)
    features = _features(cells)
    name = cells.text("name", MAX_NAME) or space_name(address.street, address.civic_number)
    if not name:
        cells.refuse("name", "no_name")
    kind, owner = (
        cells.word("asset_kind", ASSET_KINDS, "commercial_unit"),
        cells.word("owner_type", OWNER_TYPES, "unknown"),
    )
    key = cells.text("source_key", 100) or _own_key(address, name, point)
    observations = _observations(cells, key, upload, reading)
    external = tuple((scheme, value) for scheme in ("cadastre",) if (value := cells.text(scheme)))
    description = cells.text("description", 2_000)
    if cells.problems or point is None:
        return ImportRow(row.number, None, tuple(cells.problems))
    record = SpaceRecord(
        source_key=key,
        name=name,
        point=point,
        address=address,
        footprint=footprint,
        asset_kind=kind,
        owner_type=owner,
        features=features,
        external_ids=external,
        observations=observations,
        geocode_precision=precision,
        description={"it": description} if description else {},
    )
    slug = cells.text("record") or None
    return ImportRow(row.number, record, (), _stated(cells, address), slug, tuple(cells.remarks))


def _stated(cells: _Cells, address: Address) -> frozenset[str]:
    derived = {"street", "number"} if address.street and "address" in cells.stated else set()
    return _shared(frozenset(cells.stated | derived))


@lru_cache(maxsize=1_024)
def _shared(names: frozenset[str]) -> frozenset[str]:
    """Return one and the same set for equal ones: the rows of a file state the same few combinations of fields."""
    return names


def _address(cells: _Cells) -> Address:
    street, number = cells.text("street"), cells.text("number", 40)
    if not street and (whole := cells.text("address")):
        match = _SPLIT_ADDRESS.fullmatch(whole)
        street, number = (match["street"].rstrip(","), number or match["number"]) if match else (whole, number)
    return Address(street, number, cells.text("floor", 40), cells.text("postcode", 20), cells.text("city"))


def _place(
    row: TableRow, cells: _Cells, address: Address, reading: Reading
) -> tuple[LonLat | None, GeoJSON | None, str]:
    """Return point, footprint and how exact the point is; without a point there is a problem."""
    footprint, precision, point = None, "entrance", None
    try:
        if row.geometry is not None:
            shape = check_shape(row.geometry)
            point = parse_point(*point_inside(shape))
            if row.geometry.type in AREAS:
                footprint, precision = row.geometry.as_geojson(), "parcel"
        else:
            point = _stated_point(cells, reading)
    except (Invalid, TooLarge) as fault:
        cells.refuse("lon" if row.geometry is None else "geometry", fault.code, **_plain(fault.params))
        return None, None, precision
    if point is None and not any(problem.column == "geometry" for problem in cells.problems):
        point, precision = (reading.locate(address.street) if reading.locate and address.street else None), "street"
        if point is None:
            cells.refuse("street" if address.street else "lon", "street_not_found" if address.street else "no_position")
    if point and reading.region and looks_swapped(point, reading.region):
        cells.refuse("lon", "swapped_axes", lon=point[0], lat=point[1])
    return point, footprint, precision


def _stated_point(cells: _Cells, reading: Reading) -> LonLat | None:
    """Return the stated longitude and latitude, else the position on the grid; where both disagree, that is told."""
    stated, grid = None, None
    if "lon" in cells.stated or "lat" in cells.stated:
        stated = parse_point(number_of(cells.raw("lon"), exact=True), number_of(cells.raw("lat"), exact=True))
    if reading.grid is not None and {"grid_x", "grid_y"} <= cells.stated:
        grid = from_grid(reading.grid, number_of(cells.raw("grid_x")), number_of(cells.raw("grid_y")))
    if stated is not None and grid is not None and (apart := distance_m(stated, grid)) > FAR_M:
        cells.remark("grid_x", "far_from_grid", metres=round(apart))
    return stated or grid


def from_grid(epsg: int, x: float, y: float) -> LonLat:
    """Return longitude and latitude of a position in metres, x to the east.

    Raises `Invalid` for a grid that nobody knows, and for a position outside of the land that the grid is made for;
    code `swapped_axes` where it lies inside with x and y exchanged.
    """
    transformer, bounds = _grid(epsg)
    lon, lat = transformer.transform(x, y)
    if within((lon, lat), bounds):
        return parse_point(float(lon), float(lat))
    swapped = within(transformer.transform(y, x), bounds)
    raise Invalid(
        "The position lies outside of the grid.", "/grid_x", code="swapped_axes" if swapped else "off_grid", x=x, y=y
    )


@lru_cache(maxsize=8)
def _grid(epsg: int) -> tuple[Transformer, tuple[float, float, float, float]]:
    try:
        crs = CRS.from_epsg(epsg)
    except CRSError:
        raise Invalid("Nobody knows this coordinate system.", "/grid", code="grid", value=epsg) from None
    area = crs.area_of_use
    if area is None:
        raise Invalid("Nobody knows where this coordinate system holds.", "/grid", code="grid", value=epsg)
    bounds = (area.west - GRID_MARGIN, area.south - GRID_MARGIN, area.east + GRID_MARGIN, area.north + GRID_MARGIN)
    return Transformer.from_crs(crs, 4326, always_xy=True), bounds


def _plain(params: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in params.items() if isinstance(value, str | int | float)}


def _features(cells: _Cells) -> dict[str, object]:
    features: dict[str, object] = {}
    for code, spec in FEATURE_SPECS.items():
        if code not in cells.stated:
            continue
        try:
            value = value_of(spec, cells.raw(code))
        except Invalid as fault:
            cells.refuse(
                code, fault.code, value=text_of(cells.raw(code))[:80] if is_clean(text_of(cells.raw(code))) else ""
            )
            continue
        if value is not None:
            features[code] = value
    try:
        Features.from_json(features)
    except Invalid as fault:
        cells.refuse(fault.pointer.strip("/"), fault.code)
    return features


def _observations(cells: _Cells, key: str, upload: Upload, reading: Reading) -> tuple[ObservationRecord, ...]:
    """Return what the row says was seen, dated by the row, else by the file; a state without a date is refused."""
    claim = cells.word("claim", CLAIMS, "")
    if not claim:
        return ()
    day = upload.as_of
    if "observed_on" in cells.stated:
        try:
            day = date_of(cells.raw("observed_on"))
        except Invalid as fault:
            cells.refuse("observed_on", fault.code)
            return ()
    if day is None:
        cells.refuse("claim", "date_missing")
        return ()
    if day > reading.today:
        cells.refuse("observed_on", "date_in_future")
        return ()
    seen_at = datetime.combine(day, time(), UTC)
    return (ObservationRecord(f"{key}:{day.isoformat()}", claim, seen_at, "import_official", "register", REPORTER),)


def _own_key(address: Address, name: str, point: LonLat | None) -> str:
    """Return a key for a row without one: the same address gets the same key whenever the file is sent again."""
    parts = (address.street, address.civic_number, address.floor, address.municipality)
    place = fold(" ".join(parts)) if address.street and address.civic_number else f"{name} {point}"
    return "row-" + hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()[:20]
