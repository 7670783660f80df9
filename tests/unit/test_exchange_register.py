"""Uploaded registers: what is understood, what is refused with which reason, what differs, and what goes out again."""

import contextlib
import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from uuid import UUID

import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from mapsvc.domain.errors import DomainError, Invalid, TooLarge, UnsupportedType
from mapsvc.domain.features import FIELDS, Features
from mapsvc.domain.imports import Upload
from mapsvc.domain.spaces import Space
from mapsvc.domain.uploads import Reading
from mapsvc.exchange import difference, export
from mapsvc.exchange.cells import number_of
from mapsvc.exchange.columns import FEATURE_COLUMNS, PLACE_COLUMNS, TARGETS
from mapsvc.exchange.mapping import read_spaces
from mapsvc.exchange.uploads import MAX_BYTES, read_table
from mapsvc.usecases.import_rows import row_to_json

TODAY = date(2026, 11, 22)
TORINO = (7.5, 44.9, 7.9, 45.2)
JSON_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
HOSTILE = ("{{7*7}}", "${alert(1)}", "<img onerror=alert(1)>", "50% {% of", "'; DROP TABLE spaces; --")


def read(data, **known):
    data = data if isinstance(data, bytes) else data.encode()
    as_of = known.pop("as_of", None)
    return read_spaces(Upload("register.csv", data, as_of=as_of), Reading(TODAY, TORINO, **known))


def refused(file):
    return [(problem.column, problem.code) for row in file.rows for problem in row.problems]


def only(file):
    (row,) = file.rows
    assert row.problems == ()
    return row.record


def test_an_italian_register_is_understood():
    file = read(
        "Codice;Indirizzo;Civico;Piano;Comune;Longitudine;Latitudine;Tipologia;Proprietà;"
        "Superficie mq;Canone;Acqua;Stato;Data rilievo;Boh\n"
        "A-1;Via Nizza;12/B;terra;Torino;7,6812;45,0534;Negozio;Comune;68,5;1.250,50;sì;sfitto;03/10/2026;x\n"
    )
    record = only(file)
    assert (record.source_key, record.name, record.point) == ("A-1", "Via Nizza 12/B", (7.6812, 45.0534))
    assert (record.address.street, record.address.civic_number, record.address.floor) == ("Via Nizza", "12/B", "terra")
    assert (record.asset_kind, record.owner_type) == ("commercial_unit", "municipality")
    assert record.features == {"usable_area_m2": 68.5, "rent_cents": 125050, "water": True}
    (seen,) = record.observations
    assert (seen.claim, seen.observed_at) == ("vacant", datetime(2026, 10, 3, tzinfo=UTC))
    assert (seen.source_kind, seen.quality) == ("import_official", "register")
    assert file.not_understood == ("Boh",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_delimiters_and_encodings_are_recognised(delimiter, encoding):
    text = (
        delimiter.join(("name", "lon", "lat")) + "\r\n" + delimiter.join(("Caffè d’Italia", "7.68", "45.05")) + "\r\n"
    )
    assert only(read(text.encode(encoding))).name == "Caffè d’Italia"


@pytest.mark.parametrize(
    "data",
    [
        "name,lon,lat\nCaffè,7.68,45.05\n".encode("utf-16"),
        "name,lon,lat\nCaffè,7.68,45.05\n".encode() + b"Caff\xe8,7.69,45.05\n",
        b"name,lon,lat\nCaff\xed\xa0\x80,7.68,45.05\n",
        b"name,lon,lat\nA\x00B\xff,7.68,45.05\n",
        b"name,lon,lat\nCaff\x81,7.68,45.05\n",
    ],
    ids=["utf-16", "mixed", "surrogate", "binary", "undefined"],
)
def test_a_wrong_encoding_is_refused_with_a_sentence(data):
    with pytest.raises(Invalid) as fault:
        read(data)
    assert fault.value.code == "encoding"
    assert "UTF-8" in fault.value.message


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("A,0,0", ("lon", "null_island")),
        ("A,45.05,7.68", ("lon", "swapped_axes")),
        ("A,45.05,107.68", ("lon", "swapped_axes")),
        ("A,999,95", ("lon", "out_of_range")),
        ("A,nan,45", ("lon", "not_finite")),
        ("A,1e400,45", ("lon", "not_finite")),
        ("A,seven,45", ("lon", "not_a_number")),
        ("A,,", ("lon", "no_position")),
        ("A\x00,7.68,45.05", ("name", "control_characters")),
        (",7.68,45.05", ("name", "no_name")),
        (f"{'x' * 161},7.68,45.05", ("name", "too_long")),
        (f"{'x' * 10_001},7.68,45.05", ("name", "cell_too_long")),
        ("A,7.68,45.05,,more", ("", "too_many_cells")),
    ],
)
def test_bad_rows_are_refused_with_column_and_reason(cells, problem):
    assert problem in refused(read(f"name,lon,lat\n{cells}\n"))


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("area", "-5", "too_small"),
        ("area", "1.234", "ambiguous_number"),
        ("area", "large", "not_a_number"),
        ("daylight_level", "7", "too_large"),
        ("wc_count", "1.5", "not_an_integer"),
        ("water", "maybe", "not_a_boolean"),
        ("condition", "lovely", "not_an_option"),
        ("type", "spaceship", "not_an_option"),
        ("owner", "nobody", "not_an_option"),
        ("vacant_since", "yesterday", "not_a_date"),
        ("seen", "vacant", "date_missing"),
    ],
)
def test_values_that_mean_nothing_are_refused(column, value, code):
    assert (column, code) in refused(read(f'name,lon,lat,{column}\nA,7.68,45.05,"{value}"\n'))


def test_what_was_seen_takes_the_date_of_the_file_but_never_of_the_future():
    text = "name,lon,lat,seen,date\nA,7.68,45.05,empty,\n"
    assert only(read(text, as_of=date(2026, 6, 1))).observations[0].observed_at.date() == date(2026, 6, 1)
    assert ("date", "date_in_future") in refused(read("name,lon,lat,seen,date\nA,7.68,45.05,empty,2027-01-01\n"))


def test_missing_columns_are_refused_with_a_sentence():
    with pytest.raises(Invalid) as fault:
        read("name,area\nA,40\n")
    assert fault.value.code == "missing_columns"
    with pytest.raises(Invalid) as fault:
        read("name,lon\nA,7\n", locate=lambda street: None)
    assert fault.value.code == "missing_columns"


def test_addresses_without_coordinates_are_found_in_the_gazetteer():
    known = {"Via Nizza": (7.675, 45.05)}
    file = read("indirizzo\nVia Nizza 18\nVia Nizza, 12/B\nVia Ignota 3\n", locate=known.get)
    found = [row.record for row in file.rows if row.record]
    assert [(r.name, r.point, r.geocode_precision) for r in found] == [
        ("Via Nizza 18", (7.675, 45.05), "street"),
        ("Via Nizza 12/B", (7.675, 45.05), "street"),
    ]
    assert [code for _, code in refused(file)] == ["street_not_found"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_text(text):
    stream = io.StringIO()
    csv.writer(stream).writerows([["name", "lon", "lat", "description"], [text, 7.68, 45.05, text]])
    record = only(read(stream.getvalue()))
    assert (record.name, record.description["it"]) == (text, text)


def test_two_rows_with_one_key_are_refused():
    file = read("code,name,lon,lat\n1,A,7.68,45.05\n1,B,7.69,45.06\n")
    assert [row.record is None for row in file.rows] == [False, True]
    assert refused(file) == [("", "double_row")]


@pytest.mark.parametrize(
    ("data", "error", "code"),
    [
        (b"", Invalid, "empty_file"),
        (b"  \n", Invalid, "empty_file"),
        (b"name,lon,lat\n", Invalid, "no_rows"),
        (b",,\nA,7,45\n", Invalid, "no_header"),
        (b"name,lon,name\nA,7,45\n", Invalid, "double_column"),
        (b'name,lon,lat\n"A,7,45\n', Invalid, "csv_syntax"),
        (b",".join(b"c%d" % i for i in range(400)) + b"\n1\n", TooLarge, "too_many_columns"),
        (b"x" * (MAX_BYTES + 1), TooLarge, "file_size"),
        (b"\x89PNG\r\n\x1a\n....", UnsupportedType, "not_a_table"),
        (b"%PDF-1.7", UnsupportedType, "not_a_table"),
        (b"\xd0\xcf\x11\xe0....", UnsupportedType, "old_excel"),
        (b"PK\x03\x04 broken", Invalid, "broken_workbook"),
        (b"SQLite format 3\x00" + bytes(200), UnsupportedType, "not_a_geopackage"),
        (b"SQLite format 3\x00" + bytes(52) + b"GPKG" + bytes(200), Invalid, "broken_geopackage"),
        (b"{}", Invalid, "not_a_collection"),
        (b'{"type":"FeatureCollection","features":[]}', Invalid, "no_rows"),
        (b'{"type":"FeatureCollection","crs":{"name":"EPSG:3003"},"features":[{}]}', Invalid, "geometry_crs"),
    ],
)
def test_files_that_cannot_be_used_are_refused(data, error, code):
    with pytest.raises(error) as fault:
        read_table(data)
    assert fault.value.code == code
    assert fault.value.message.endswith(".")


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_is_read_and_its_formulas_are_refused():
    file = read(workbook(["name", "lon", "lat", "area", "vacant_since"], ["A", 7.68, 45.05, 40, datetime(2024, 5, 1)]))
    assert only(file).features == {"usable_area_m2": 40.0, "vacant_since": "2024-05-01"}
    file = read(workbook(["name", "lon", "lat", "note"], ["=1+1", 7.68, 45.05, "=2"], [], ["B", 7.69, 45.06, None]))
    assert [(row.number, row.record is None) for row in file.rows] == [(1, True), (3, False)]
    assert ("name", "formula") in refused(file)


def test_an_archive_that_unpacks_to_gigabytes_is_not_opened():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(210_000_000))
    assert len(stream.getvalue()) < 1_000_000
    with pytest.raises(TooLarge):
        read_table(stream.getvalue())


def test_an_entity_bomb_and_another_archive_are_refused():
    for name, content, error in (
        ("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>', Invalid),
        ("word/document.xml", b"<document/>", UnsupportedType),
    ):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(name, content)
        with pytest.raises(error):
            read_table(stream.getvalue())


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_geojson_shapes_become_footprints_and_bad_ones_refuse_their_row_only():
    square = {
        "type": "Polygon",
        "coordinates": [[[7.68, 45.05], [7.681, 45.05], [7.681, 45.051], [7.68, 45.051], [7.68, 45.05]]],
    }
    bow = {"type": "Polygon", "coordinates": [[[7.6, 45], [7.7, 45.1], [7.7, 45], [7.6, 45.1], [7.6, 45]]]}
    large = {"type": "LineString", "coordinates": [[7 + i / 1e6, 45] for i in range(100_000)]}
    file = read(
        collection(
            feature(square, name="Square"),
            feature({"type": "Point", "coordinates": [7.69, 45.06]}, name="Point"),
            feature(bow, name="Bow"),
            feature(large, name="Large"),
            feature({"type": "Point", "coordinates": ["7", 45]}, name="Text"),
            feature(None, name="Nowhere"),
            feature({"type": "Point", "coordinates": [7.7, 45.06]}, name="\ud800"),
            "no feature",
        )
    )
    records = [row.record for row in file.rows if row.record]
    assert [record.name for record in records] == ["Square", "Point"]
    assert records[0].footprint == square
    assert records[0].geocode_precision == "parcel"
    assert refused(file)[:4] == [
        ("geometry", "invalid_shape"),
        ("geometry", "too_many_vertices"),
        ("geometry", "not_a_number"),
        ("lon", "no_position"),
    ]
    assert {code for _, code in refused(file)[4:]} >= {"control_characters", "not_a_feature"}


def test_a_geopackage_in_another_coordinate_system_is_transformed(tmp_path):
    file = tmp_path / "register.gpkg"
    east, north = 396_155.0, 4_989_645.0
    import numpy as np

    pyogrio.raw.write(
        file,
        np.array([shapely.to_wkb(shapely.Point(east, north))], dtype=object),
        [np.array(["Via Nizza 1"], dtype=object), np.array([41.5])],
        ["nome", "superficie"],
        geometry_type="Point",
        crs="EPSG:32632",
        driver="GPKG",
    )
    record = only(read(file.read_bytes()))
    assert record.name == "Via Nizza 1"
    assert record.features == {"usable_area_m2": 41.5}
    assert record.point == pytest.approx((7.68, 45.05), abs=0.01)


def test_column_names_lead_to_existing_fields_and_no_name_to_two():
    codes = {spec.code for spec in FIELDS}
    assert set(FEATURE_COLUMNS) <= codes
    assert set(TARGETS.values()) <= codes | set(PLACE_COLUMNS)
    names = [name for group in (PLACE_COLUMNS, FEATURE_COLUMNS) for many in group.values() for name in many]
    assert len(names) == len(set(names))


def space(index=1, **values):
    known = {
        "id": UUID(int=index),
        "slug": f"space-{index}",
        "name": "Via Nizza 18",
        "lon": 7.68,
        "lat": 45.05,
        "source_code": "register",
        "source_key": f"A-{index}",
        "street": "Via Nizza",
        "number": "18",
        "features": {"usable_area_m2": 40.0, "water": True},
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        "updated_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Space(**known | values)


def kinds(text, *stored):
    return [
        (row.kind, [change.field for change in row.changes])
        for row in difference.compare(read(text).rows, stored, "register")
    ]


def test_rows_are_new_changed_unchanged_or_refused():
    text = (
        "code,street,number,lon,lat,area\n"
        "A-1,Via Nizza,18,7.68,45.05,40\n"
        "A-2,Via Nizza,20,7.68,45.05,55\n"
        "A-3,Via Nizza,22,7.681,45.05,10\n"
        "A-4,Via Nizza,24,0,0,10\n"
    )
    stored = space(1), space(2, number="20", name="Via Nizza 20")
    assert kinds(text, *stored) == [
        ("unchanged", []),
        ("changed", ["features.usable_area_m2"]),
        ("new", []),
        ("refused", []),
    ]


def test_a_blank_cell_says_nothing_and_a_moved_place_is_told():
    assert kinds("code,name,lon,lat,area\nA-1,Via Nizza 18,7.68,45.05,\n", space()) == [("unchanged", [])]
    assert kinds("code,name,lon,lat,area\nA-1,Bottega,7.69,45.05,\n", space()) == [("changed", ["name", "point"])]


def test_without_a_key_the_same_address_nearby_is_the_same_place_but_another_floor_is_not():
    row = "street,number,lon,lat,floor\nvia nizza,18,7.6801,45.05,{}\n"
    assert kinds(row.format(""), space(source_key="x"))[0][0] == "changed"
    assert kinds(row.format("1"), space(source_key="x", floor="2")) == [("new", [])]
    assert kinds("street,number,lon,lat\nVia Nizza,18,7.70,45.05\n", space(source_key="x")) == [("new", [])]


def test_a_row_that_fits_several_and_two_rows_for_one_place_are_refused():
    several = difference.compare(
        read("street,number,lon,lat\nVia Nizza,18,7.68,45.05\n").rows, [space(1), space(2)], "other"
    )
    assert [problem.code for problem in several[0].problems] == ["fits_several"]
    twice = read("code,street,number,lon,lat\nA-1,Via Nizza,18,7.68,45.05\nB-9,Via Nizza,18,7.68,45.05\n")
    results = difference.compare(twice.rows, [space(1)], "register")
    assert [row.kind for row in results] == ["unchanged", "refused"]
    assert results[1].problems[0].code == "same_as_row"


def test_a_row_can_name_a_record_and_an_unknown_one_is_refused():
    text = "record,name,lon,lat\n{},Via Nizza 18,7.68,45.05\n"
    assert kinds(text.format("space-1"), space())[0][0] == "unchanged"
    assert kinds(text.format("nowhere"), space())[0][0] == "refused"


def exported(*spaces):
    return [export.register_row(one, "confirmed_vacant", "fresh", date(2026, 11, 1)) for one in spaces]


def full_space():
    features = Features.from_json(
        {
            "usable_area_m2": 68.0,
            "water": True,
            "gas": False,
            "rent_cents": 29050,
            "condition": "ready",
            "permitted_uses": ["visual", "dance"],
            "vacant_since": "2024-05",
            "house_rules": "=cmd()",
            "fit_out_access_from": "2027-02-01",
        }
    ).to_json()
    return space(1, name="@Bottega", floor="+1", features=features, city_name="Torino", owner_type="municipality")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_register_comes_back_unchanged(kind):
    rows = exported(full_space())
    data = b"".join(export.to_csv(rows)) if kind == "csv" else export.to_xlsx(rows)
    file = read(data)
    assert refused(file) == []
    (result,) = difference.compare(file.rows, [full_space()], "register")
    assert (result.kind, result.changes) == ("unchanged", ())


def test_cells_that_would_run_are_neutralised():
    hostile = [space(n, name=f"{sign}1+1", street="-2") for n, sign in enumerate("=+-@\t\r", start=1)]
    lines = list(
        csv.DictReader(io.StringIO(b"".join(export.to_csv(exported(*hostile))).decode("utf-8-sig"), newline=""))
    )
    assert all(line["name"].startswith("'") and line["street"] == "'-2" for line in lines)
    sheet = load_workbook(io.BytesIO(export.to_xlsx(exported(*hostile)))).active
    names = [row[2] for row in sheet.iter_rows(min_row=2)]
    assert all(cell.value.startswith("'") and cell.data_type == "s" for cell in names)


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["7.68", "45.05", "0", "1e999", "-", "=1+1", "\x00", "2026-13-45", "0001-01-01", "99999999999999999999"]
    ),
)
COLUMN = st.sampled_from(sorted(TARGETS))


@given(
    names=st.lists(COLUMN, min_size=1, max_size=6, unique=True), rows=st.lists(st.lists(CELL, max_size=7), max_size=4)
)
def test_any_table_is_read_or_refused_and_what_is_read_can_be_stored(names, rows):
    stream = io.StringIO()
    csv.writer(stream).writerows([[*names, "lon", "lat"], *([*cells, "7.68", "45.05"] for cells in rows)])
    try:
        file = read(stream.getvalue().encode("utf-8", "surrogatepass"), as_of=TODAY)
    except DomainError:
        return
    for row in difference.compare(file.rows, [], "register"):
        stored = json.dumps(row_to_json(row, None), allow_nan=False, ensure_ascii=False)
        assert "\\u0000" not in stored
        stored.encode("utf-8")


@given(properties=st.dictionaries(COLUMN | st.text(max_size=5), JSON_VALUE, max_size=5))
def test_any_properties_of_a_feature_are_read_or_refused(properties):
    point = {"type": "Point", "coordinates": [7.68, 45.05]}
    data = json.dumps(
        {"type": "FeatureCollection", "features": [feature(point, **{"name": "A", **properties})]}
    ).encode()
    try:
        file = read(data, as_of=TODAY)
    except DomainError:
        return
    for row in difference.compare(file.rows, [], "register"):
        json.dumps(row_to_json(row, None), allow_nan=False, ensure_ascii=False).encode("utf-8")
    json.dumps([dict(file.understood), file.not_understood], ensure_ascii=False).encode("utf-8")


@given(
    data=st.binary(max_size=200),
    start=st.sampled_from([b"", b"PK\x03\x04", b"{", b"name,lon,lat\n", b"SQLite format 3\x00"]),
)
def test_any_bytes_are_read_or_refused(data, start):
    with contextlib.suppress(DomainError):
        read(start + data)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.250,50", 1250.5),
        ("1,250.50", 1250.5),
        ("68,5 m²", 68.5),
        ("€ 300", 300),
        ("1 250", 1250),
        ("-3", -3),
        ("7.681", 7.681),
    ],
)
def test_numbers_are_read_as_people_write_them(text, number):
    assert number_of(text, exact=True) == number
