"""Files that are read at the desk: previewed row by row, written by choice."""

import io
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from mapsvc.config import Settings
from mapsvc.usecases.spaces import edit_space
from tests.desk_world import ADMINISTRATOR, NOW, World, found, page, send


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


FILE = (
    "street,number,lon,lat,kind,area,seen,date\n"
    "Via Nizza,1,7.69,45.05,negozio,64,vuoto,2026-11-01\n"
    "Via Saluzzo,2,7.691,45.051,negozio,72,,\n"
    "Via Ormea,3,0,0,negozio,50,,\n"
    "{{7*7}},4,7.692,45.05,<img src=x onerror=alert(1)>,50,,\n"
)


def upload(client: FlaskClient, content: str | bytes = FILE, **fields: str) -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    return send(
        client, "/desk/imports",
        {"title": "Comune 2026", "licence": "CC0-1.0", "file": (io.BytesIO(data), "premises.csv")} | fields,
        content_type="multipart/form-data",
    )  # fmt: skip


def count(world: World) -> int:
    with world.services.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM spaces")).scalar_one())


def test_a_file_is_previewed_row_by_row_and_only_ticked_rows_are_written(world: World) -> None:
    client = world.client("officer")
    address = upload(client).headers["Location"]
    shown = page(client.get(address))
    assert count(world) == 0
    assert re.findall(r'name="row" value="(\d+)"', shown) == ["1", "2"]
    assert "The position 0, 0 stands for a missing one." in shown
    assert "is not one of the words that are understood here." in shown
    assert "<img src=x" not in shown
    none = send(client, address, {"verb": "apply", "take_new": "1"})
    assert none.status_code == 422
    assert send(client, address, {"verb": "apply", "take_new": "1", "row": ["2"]}).status_code == 302
    assert count(world) == 1
    assert "1 new and 0 changed" in page(client.get(address))
    assert send(client, address, {"verb": "apply", "take_new": "1", "row": ["1"]}).status_code in (409, 422)
    assert count(world) == 1


def test_the_next_edition_shows_changes_field_by_field(world: World) -> None:
    client = world.client("officer")
    send(client, upload(client).headers["Location"], {"verb": "apply", "take_new": "1", "row": ["1", "2"]})
    address = upload(client, FILE.replace("64", "70")).headers["Location"]
    shown = page(client.get(address))
    assert "<del>64 m²</del>" in shown
    assert "<ins>70 m²</ins>" in shown
    edited = world.row("via-nizza-1")
    edit_space(
        world.services.unit_of_work(), ADMINISTRATOR, "via-nizza-1", int(str(edited["version"])), {"floor": "1"}, NOW
    )
    late = send(client, address, {"verb": "apply", "take_changed": "1", "row": ["1"]})
    assert late.status_code == 412
    assert world.row("via-nizza-1")["features"] == edited["features"]


def test_a_file_of_another_account_or_of_an_area_stays_closed(world: World) -> None:
    address = upload(world.client("officer")).headers["Location"]
    assert world.client("officer_west").get(address).status_code == 403
    assert world.client("moderator_east").get(address).status_code == 403
    west = world.client("officer_west")
    shown = page(west.get(upload(west).headers["Location"]))
    assert "It lies outside the areas of your account." in shown
    assert 'name="row"' not in shown


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "The file is empty."),
        (b"street;na\xefve\n\xc3\xa8;\xff\x81", 422, "UTF-8"),
        (b"colour,weight\nred,3\n", 422, "Nothing says where the places are."),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 40, 415, "This is not a table."),
        (b'{"type": "FeatureCollection", "features": []}', 422, "has a header but no rows"),
        (b"PK\x03\x04 broken", 422, "broken"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(world: World, content: bytes, status: int, words: str) -> None:
    answer = upload(world.client("officer"), content)
    assert answer.status_code == status
    assert words in answer.text
    assert "Nothing was written." in answer.text


def test_without_a_file_the_form_says_so(world: World) -> None:
    answer = send(world.client("officer"), "/desk/imports", {"title": "x"})
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text
