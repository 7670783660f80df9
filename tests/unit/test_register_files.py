"""Files of registers: OpenStreetMap, Shapefiles, national grids, San Francisco; and files that nobody should send."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from openpyxl import Workbook
from pyproj import Transformer

from mapsvc.config import ROOT
from mapsvc.domain.errors import DomainError, Invalid, TooLarge, UnsupportedType
from mapsvc.domain.geometry import distance_m
from mapsvc.domain.imports import SourceInfo, SpaceRecord, Upload
from mapsvc.domain.sources import FileFormat, Register, SourceFile, SourceNoun, SourceReading
from mapsvc.exchange.sources import SourceReader
from mapsvc.exchange.uploads import kind_of

TODAY = date(2026, 11, 22)
INFO = SourceInfo("x", "X", "CC0-1.0", "X", "")
HEAD = "code,name,lon,lat,street,number,area_m2\n"


def read(data: bytes, mapping: str = "premises", **more: Any) -> SourceFile:
    register = Register(INFO, SourceNoun.SPACES, mapping, **more)
    return SourceReader().read(register, Upload("file", data, as_of=TODAY), SourceReading(TODAY))


def code_of(data: bytes, kind: type[DomainError], mapping: str = "premises", **more: Any) -> str:
    with pytest.raises(kind) as caught:
        read(data, mapping, **more)
    return caught.value.code


def spaces(file: SourceFile) -> dict[str, SpaceRecord]:
    return {row.key: row.record for row in file.rows if isinstance(row.record, SpaceRecord)}


# OpenStreetMap --------------------------------------------------------------------------------------------------------


def overpass(*elements: dict[str, Any], **more: Any) -> bytes:
    head = {"version": 0.6, "osm3s": {"timestamp_osm_base": "2026-11-20T00:00:00Z"}}
    return json.dumps({**head, "elements": elements, **more}).encode()


def node(number: int, **tags: str) -> dict[str, Any]:
    named = {name.replace("__", ":"): value for name, value in tags.items()}
    return {"type": "node", "id": number, "lon": 7.68, "lat": 45.05, "tags": named}


def test_vacant_places_of_openstreetmap_are_read_by_their_tags() -> None:
    file = read(
        overpass(
            node(1, disused__shop="bakery", name="Da  Pino", check_date="2026-03-04", opening_hours="Mo 08:00-12:00"),
            node(2, shop="vacant", addr__street="Via Nizza", addr__housenumber="3/B", survey__date="2025-05"),
            node(3, office="vacant", check_date__shop="2024"),
            node(4, abandoned__building="school", wheelchair="no"),
            node(5, disused__amenity="cinema", check_date="2027-01-01"),
            {"type": "way", "id": 6, "center": {"lon": 7.7, "lat": 45.1}, "tags": {"disused:craft": "carpenter"}},
            {"type": "way", "id": 7, "bounds": {"minlon": 7.7, "minlat": 45.1, "maxlon": 7.7002, "maxlat": 45.1002},
             "tags": {"shop": "vacant", "was:shop": "books"}},
            {"type": "node", "id": 8, "lon": 7.7, "lat": 45.1},
            node(9, shop="bakery"),
        ),
        "openstreetmap",
    )  # fmt: skip
    found = spaces(file)
    assert list(found) == ["node/1", "node/2", "node/3", "node/4", "node/5", "way/6", "way/7"]
    bakery = found["node/1"]
    assert (bakery.name, bakery.features, bakery.external_ids) == (
        "Da Pino",
        {"former_use": "bakery"},
        (("osm", "node/1"),),
    )
    assert [(one.claim, one.source_kind, one.observed_at.date()) for one in bakery.observations] == [
        ("vacant", "import_open", date(2026, 3, 4))
    ]
    assert (found["node/2"].name, found["node/2"].observations[0].observed_at.date()) == (
        "Via Nizza 3/B",
        date(2025, 5, 1),
    )
    assert (found["node/3"].asset_kind, found["node/3"].observations[0].observed_at.date()) == (
        "office",
        date(2024, 1, 1),
    )
    assert found["node/4"].features == {"former_use": "school", "condition": "heavy_works", "wheelchair": "no"}
    assert found["node/5"].observations == (), "a day that lies in the future says nothing"
    assert (found["way/6"].asset_kind, found["way/6"].point) == ("workshop", (7.7, 45.1))
    assert (found["way/7"].features, found["way/7"].point) == ({"former_use": "books"}, (7.7001, 45.1001))
    assert [(one.key, one.code) for one in file.refused] == [("node/9", "not_vacant")]


def test_an_answer_of_overpass_that_broke_off_is_refused() -> None:
    broken = overpass(node(1, shop="vacant"), remark="runtime error: Query timed out")
    assert code_of(broken, Invalid, "openstreetmap") == "overpass_broke_off"
    assert code_of(b'{"osm3s": 1}', Invalid, "openstreetmap") == "not_overpass"
    assert code_of(overpass(), Invalid, "openstreetmap") == "no_rows"
    assert code_of(overpass(node(1, shop="vacant")), UnsupportedType) == "openstreetmap"
    twice, vacant = node(2, shop="vacant"), {"shop": "vacant"}
    nowhere = {"type": "node", "id": 3, "lon": "x", "lat": None, "tags": vacant}
    odd = read(overpass({"type": "way", "id": 1, "tags": vacant}, twice, twice, nowhere), "openstreetmap")
    assert [one.code for one in odd.refused] == ["no_position", "double_row", "double_row", "not_a_number"]


# Shapefiles -----------------------------------------------------------------------------------------------------------


def shapefile(crs: str = "EPSG:32632") -> dict[str, bytes]:
    """Return the parts of a Shapefile with two points, as a GIS writes it."""
    east, north = Transformer.from_crs(4326, 32632, always_xy=True).transform([7.68, 7.69], [45.05, 45.06])
    with tempfile.TemporaryDirectory() as folder:
        pyogrio.raw.write(
            str(Path(folder) / "sedi.shp"),
            geometry=np.array([shapely.to_wkb(shapely.Point(x, y)) for x, y in zip(east, north, strict=True)]),
            field_data=[np.array(["A1", "A2"], dtype=object), np.array(["Città uno", "Due"], dtype=object)],
            fields=["codice", "nome"],
            geometry_type="Point",
            crs=crs,
            driver="ESRI Shapefile",
        )
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_zipped_shapefile_is_read_in_its_coordinate_system() -> None:
    parts = {f"dati/{name}": data for name, data in shapefile().items()} | {"dati/LEGGIMI.txt": b"x"}
    found = spaces(read(packed(parts)))
    assert [(one.source_key, one.name) for one in found.values()] == [("A1", "Città uno"), ("A2", "Due")]
    assert distance_m(found["A1"].point, (7.68, 45.05)) < 0.01


def test_a_shapefile_that_is_not_whole_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = shapefile()
    assert code_of(packed({"a.shp": b"", "b.shp": b""}), Invalid) == "several_shapefiles"
    assert (
        code_of(packed({name: data for name, data in parts.items() if not name.endswith(".dbf")}), Invalid)
        == "shapefile_parts"
    )
    assert (
        code_of(packed({name: data for name, data in parts.items() if not name.endswith(".prj")}), Invalid) == "no_crs"
    )
    assert code_of(packed({name: data[:40] for name, data in parts.items()}), Invalid) == "broken_shapefile"
    assert (
        code_of(packed(parts | {"../../sedi.prj": b"x"} | {f"{n}.txt": b"" for n in range(200)}), TooLarge)
        == "unpacked_size"
    )
    monkeypatch.setattr("mapsvc.exchange.shapefiles.MAX_UNPACKED", 5_000_000)
    bomb = packed(parts | {"sedi.dbf": b"\0" * 6_000_000})
    assert len(bomb) < 20_000
    assert code_of(bomb, TooLarge) == "unpacked_size"


# National grids -------------------------------------------------------------------------------------------------------


def swiss() -> tuple[bytes, list[dict[str, str]]]:
    with (ROOT / "fixtures" / "swiss_art_places.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [
            {name.strip(): (value or "").strip() for name, value in row.items() if name}
            for row in csv.DictReader(stream)
        ]
    return (ROOT / "fixtures" / "swiss_art_places.csv").read_bytes(), rows


SWISS = {
    "pos_y": "grid_x", "pos_x": "grid_y", "WGS84_lon": "lon", "WGS84_lat": "lat", "id": "source_key", "title": "name",
}  # fmt: skip


def test_swiss_places_are_where_pyproj_puts_them_and_far_ones_are_told() -> None:
    data, rows = swiss()
    file = read(data, columns=SWISS, grid=21781)
    found = spaces(file)
    to_degrees = Transformer.from_crs("EPSG:21781", "EPSG:4326", always_xy=True)
    transformed = 0
    for row in rows:
        record = found.get(row["id"])
        if record is None:
            continue
        if row["WGS84_lon"]:
            # Never silently moved: what the source states stays, however far its grid position lies.
            assert distance_m(record.point, (float(row["WGS84_lon"]), float(row["WGS84_lat"]))) < 0.01
        elif row["pos_x"]:
            transformed += 1
            there = to_degrees.transform(float(row["pos_y"]), float(row["pos_x"]))
            assert distance_m(record.point, there) < 1.0
    flagged = [row for row in file.rows if any(one.code == "far_from_grid" for one in row.remarks)]
    assert transformed > 100
    assert len(flagged) == 17
    assert all(one.params["metres"] > 1_000 for row in flagged for one in row.remarks)  # type: ignore[operator]


def test_x_and_y_are_metres_where_a_register_says_so() -> None:
    file = read(b"code,name,x,y\n1,Bern,600000,200000\n2,Off,9e14,9e14\n", grid=21781)
    assert distance_m(spaces(file)["1"].point, (7.4386, 46.9511)) < 100
    assert [(one.key, one.code) for one in file.refused] == [("row 2", "off_grid")]
    exchanged = read(b"code,name,x,y\n1,Bern,200000,600000\n", grid=21781)
    assert [one.code for one in exchanged.refused] == ["swapped_axes"]
    assert code_of(b"code,name,x,y\n1,Bern,600000,200000\n", Invalid, grid=30_000) == "grid"


# San Francisco --------------------------------------------------------------------------------------------------------


def test_what_was_not_filed_never_counts_as_occupied() -> None:
    data = gzip.decompress((ROOT / "fixtures" / "sf_commercial_vacancy_noowner.geojson.gz").read_bytes())
    file = read(data, "san_francisco")
    filings = {
        one["properties"]["blklot"]: one["properties"]["vacancy_by_year"] for one in json.loads(data)["features"]
    }
    found = spaces(file)
    assert len(found) == 2_881
    for key, record in found.items():
        said = {one.observed_at.year: one.claim for one in record.observations}
        for year, filing in filings[key].items():
            wanted = {("YES", "YES"): "vacant", ("YES", "NO"): "occupied"}.get((filing["filed"], filing["vacant"]))
            assert said.get(int(year)) == wanted, (key, year)
    histories = [record.observations for record in found.values()]
    vacant = [
        sum(any(one.claim == "vacant" and one.observed_at.year == year for one in seen) for seen in histories)
        for year in (2022, 2023, 2024)
    ]
    assert vacant == [93, 83, 31]
    assert sum(any(one.code == "duplicate_geometry" for one in row.remarks) for row in file.rows) > 0


# What nobody should send ----------------------------------------------------------------------------------------------


def test_a_geojson_of_three_million_vertices_is_refused_before_it_is_parsed() -> None:
    ring = "[" + ",".join(["[1,2]"] * 3_000_000) + "]"
    data = ('{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
            f'{{"type":"Polygon","coordinates":[{ring}]}}}}]}}').encode()  # fmt: skip
    assert len(data) < 20_000_000
    assert code_of(data, TooLarge) == "too_many_positions"


def test_a_spreadsheet_with_formulas_keeps_its_other_rows() -> None:
    book = Workbook()
    sheet = book.active
    for row in (["code", "name", "lon", "lat"], ["1", "One", 7.6, 45.0], ["2", '=HYPERLINK("x")', 7.6, 45.0]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    file = read(out.getvalue())
    assert (list(spaces(file)), [(one.key, one.code) for one in file.refused]) == (["1"], [("row 2", "formula")])


def test_a_workbook_that_is_a_zip_bomb_is_refused() -> None:
    book = Workbook()
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    bomb = packed(parts | {"xl/worksheets/sheet2.xml": b" " * 210_000_000})
    assert len(bomb) < 1_000_000
    assert code_of(bomb, TooLarge) == "unpacked_size"


def test_another_kind_of_file_than_the_registers_is_refused() -> None:
    assert code_of(b"<!DOCTYPE html><html>", UnsupportedType) == "web_page"
    assert code_of((HEAD + "1,A,7,45,,,\n").encode(), UnsupportedType, format=FileFormat.GEOJSON) == "other_format"
    assert kind_of(b"\xef\xbb\xbf a,b\n1,2") is FileFormat.CSV


# Columns --------------------------------------------------------------------------------------------------------------


def test_a_renamed_column_of_premises_is_asked_about_once() -> None:
    first = read((HEAD + "1,A,7,45,Via Po,1,30\n").encode())
    assert first.questions == ()
    renamed = (HEAD.replace("area_m2", "area lorda") + "1,A,7,45,Via Po,1,30\n").encode()
    asked = read(renamed, known_columns=first.columns)
    assert [(one.found, one.missing) for one in asked.questions] == [("area lorda", "area_m2")]
    assert asked.rows == ()
    same = read(renamed, known_columns=first.columns, columns={"area lorda": "area_m2"})
    assert same.questions == ()
    assert spaces(same)["1"].features == {"usable_area_m2": 30.0}
    other = read(renamed, known_columns=first.columns, columns={"area lorda": ""})
    assert other.questions == ()
    assert spaces(other)["1"].features == {}
    assert other.columns["area lorda"] == ""
