"""Files that cannot be used: photos that are none, lists that cannot be read, geometry that cannot be."""

from __future__ import annotations

import io
import json
import struct
import uuid
import zlib
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mapsvc.bootstrap import build
from mapsvc.domain.imports import AreaRecord
from mapsvc.operations.cluster import Urls
from mapsvc.web.app import create_app
from tests.builders import PASSWORD, Builder, square
from tests.conftest import empty, settings_for

JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def app(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path_factory.mktemp("var")))
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    make.space("via-alta-9", 7.62, 45.07, name="Via Alta 9")
    make.account("admin@example.org", "administrator")
    made = create_app(services)
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    services.engine.dispose()


@pytest.fixture(scope="module")
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def admin(app: Flask) -> FlaskClient:
    client = app.test_client()
    assert client.post("/login", data={"email": "admin@example.org", "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture(autouse=True)
def database_answers(app: Flask) -> Iterator[None]:
    """Whatever a test sends, the database is there afterwards."""
    yield
    assert app.test_client().get("/spaces/via-alta-9").status_code == 200


def png(width: int, height: int) -> bytes:
    """Return a PNG whose header promises so many pixels in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\x00" * ((width // 8 + 1) * height), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "statuses"),
    [
        (png(12_000, 12_000), (413, 422)),
        (b"no image at all", (415, 422)),
        (b"", (201,)),
        (b"GIF89a" + b"\x00" * 40, (415, 422)),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", (415, 422)),
        (png(40, 40)[:48], (415, 422)),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 100, (415, 422)),
    ],
)
def test_a_photo_that_is_none_is_refused(visitor: FlaskClient, data: bytes, statuses: tuple[int, ...]) -> None:
    form = {"claim": "vacant", "key": str(uuid.uuid4()), "photo": (io.BytesIO(data), "a.png")}
    answer = visitor.post("/spaces/via-alta-9/observations", data=form, headers=JSON)
    assert answer.status_code in statuses, answer.data[:200]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", "name;lat;lon\nÈ;45,06;7,62\n".encode("utf-16")),
        ("a.csv", b"what,ever\n1,2\n"),
        ("a.csv", b"name,lat,lon\nZero,0,0\n"),
        ("a.csv", b"name,lat,lon\nSwapped,7.62,45.06\n"),
        ("a.csv", b"name,lat,lon\nNot finite,NaN,Infinity\n"),
        ("a.csv", b"name,lat,lon\nHuge,1e400,7.6\n"),
        ("a.csv", b"name,lat,lon\nN\x00l,45.06,7.62\n"),
        ("a.csv", b"name,lat,lon\n" + b"x" * 200_000 + b",45.06,7.62\n"),
        ("a.csv", b""),
        ("a.csv", b'name,lat,lon\n"open,45.06,7.62\n'),
        ("a.xlsx", b"PK\x03\x04 no workbook"),
        ("a.gpkg", b"SQLite format 3\x00 no database"),
        ("a.exe", b"MZ"),
        ("a.geojson", b"{"),
        ("a.geojson", b"[" * 100_000),
        ("a.geojson", b'{"type": "FeatureCollection", "features": "x"}'),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_or_its_rows_are(
    admin: FlaskClient, app: Flask, name: str, data: bytes
) -> None:
    uploaded_nothing(admin, app, name, data)


def feature(geometry: object, **members: object) -> bytes:
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"name": "A place"}, "geometry": geometry}],
        **members,
    }
    return json.dumps(collection).encode()


RING = [[7.6 + 0.0000005 * (number % 7), 45.06 + 0.0000001 * number] for number in range(100_000)]


@pytest.mark.parametrize(
    "data",
    [
        feature({"type": "Point", "coordinates": [float("nan"), 45.06]}),
        feature({"type": "Point", "coordinates": [float("inf"), 45.06]}),
        feature({"type": "Point", "coordinates": ["7.62", "45.06"]}),
        feature({"type": "Point", "coordinates": [None, None]}),
        feature({"type": "Point", "coordinates": [0, 0]}),
        feature({"type": "Point", "coordinates": [45.06, 7.62]}),
        feature({"type": "Point", "coordinates": [999, 95]}),
        feature({"type": "Point", "coordinates": []}),
        feature({"type": "Point", "coordinates": [7.62, 45.06]}).replace(b"7.62", b"1e400"),
        feature({"type": "Polygon", "coordinates": [[*RING, RING[0]]]}),
        feature(
            {
                "type": "Polygon",
                "coordinates": [[[7.6, 45.06], [7.61, 45.07], [7.61, 45.06], [7.6, 45.07], [7.6, 45.06]]],
            }
        ),
        feature({"type": "Polygon", "coordinates": [[[7.6, 45.06], [7.61, 45.07]]]}),
        feature({"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection", "geometries": []}] * 3}),
        feature(json.loads('{"type":"GeometryCollection","geometries":[' * 60 + "]}" * 60)),
        feature({"type": "Circle", "coordinates": [1]}),
        feature(
            {"type": "Point", "coordinates": [1234567, 5678901]},
            crs={"type": "name", "properties": {"name": "EPSG:3857"}},
        ),
        feature(None),
    ],
)
def test_a_geometry_that_cannot_be_is_refused(admin: FlaskClient, app: Flask, data: bytes) -> None:
    uploaded_nothing(admin, app, "a.geojson", data)


def uploaded_nothing(admin: FlaskClient, app: Flask, name: str, data: bytes) -> None:
    """Upload a file and fail unless it is refused, or its preview finds nothing that could be written."""
    form = {"file": (io.BytesIO(data), name), "title": "A list", "licence": "CC0-1.0", "attribution": "Somebody"}
    answer = admin.post("/desk/imports", data=form)
    assert answer.status_code in (302, 413, 415, 422), answer.status_code
    if answer.status_code == 302:
        with app.extensions["mapsvc"].unit_of_work() as uow:
            stored = uow.imports.get(uuid.UUID(answer.headers["Location"].rsplit("/", 1)[1]))
        assert (stored["summary"]["new"], stored["summary"]["changed"]) == (0, 0), stored["rows"]
        assert stored["summary"]["refused"] >= 1
        assert admin.get(answer.headers["Location"]).status_code == 200
