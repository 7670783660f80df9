"""Stickers: the code leads to the door page, one tap there counts as seen on the spot, coarse places have none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
import segno
from flask.testing import FlaskClient

from mapsvc.config import Settings
from mapsvc.domain.ids import new_id
from mapsvc.exchange.stickers import QUIET_ZONE, qr_code
from tests.builders import PASSWORD, Builder
from tests.db.fresh_town import app_of, found

ADDRESS = "http://127.0.0.1:8000/s/via-alta-1"


@pytest.fixture
def make(settings: Settings) -> Iterator[Builder]:
    yield from found(settings)


@pytest.fixture
def client(make: Builder) -> FlaskClient:
    return app_of(make).test_client()


@pytest.fixture
def place(make: Builder) -> UUID:
    return make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")


def modules(path: str, size: int) -> list[list[int]]:
    """Draw the path of a code again, as rows of modules without the quiet zone."""
    grid = [[0] * size for _ in range(size)]
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path):
        for step in range(int(run)):
            grid[int(y)][int(x) + step] = 1
    inner = range(QUIET_ZONE, size - QUIET_ZONE)
    assert sum(map(sum, grid)) == sum(grid[y][x] for y in inner for x in inner), "the quiet zone is empty"
    return [[grid[y][x] for x in inner] for y in inner]


@pytest.mark.parametrize("text", [ADDRESS, "https://map.city.example/s/" + "long-name-" * 7, "à"])
def test_the_drawing_is_the_code_of_the_text(text: str) -> None:
    code = qr_code(text)
    expected = [[int(bool(dark)) for dark in row] for row in segno.make_qr(text, error="m").matrix]
    assert modules(code.path, code.size) == expected


def test_the_sticker_carries_the_code_of_the_door_page(client: FlaskClient, place: UUID) -> None:
    for path in ("/spaces/via-alta-1/sticker", "/spaces/via-alta-1/sticker?size=a4", "/spaces/via-alta-1/sticker.svg"):
        answer = client.get(path)
        assert answer.status_code == 200
        text = answer.get_data(as_text=True)
        assert qr_code(ADDRESS).path in text
        assert "127.0.0.1:8000/s/via-alta-1" in text
        assert 'lang="en"' in text
        assert 'lang="it"' in text
    assert answer.mimetype == "image/svg+xml"


def test_one_tap_at_the_door_counts_as_seen_on_the_spot(make: Builder, client: FlaskClient, place: UUID) -> None:
    make.observation(place, kind="officer_visit")
    page = client.get("/s/via-alta-1").get_data(as_text=True)
    assert "Last confirmed 10 days ago by" in page
    key = str(new_id())
    for _ in range(2):
        answer = client.post("/s/via-alta-1/observations", data={"claim": "occupied", "key": key})
        assert answer.status_code == 303
        assert "/s/via-alta-1?answered=" in answer.headers["Location"]
    kept = make.rows("SELECT claim, quality, source_kind FROM observations WHERE source_kind = 'anonymous'")
    assert [tuple(row) for row in kept] == [("occupied", "onsite_no_photo", "anonymous")]
    assert "Take my answer back" in client.get(answer.headers["Location"]).get_data(as_text=True)


def test_opening_the_door_page_changes_nothing(make: Builder, client: FlaskClient, place: UUID) -> None:
    for _ in range(2):
        assert client.get("/s/via-alta-1").status_code == 200
    assert not make.rows("SELECT FROM observations")


@pytest.mark.parametrize(
    "values",
    [{"publication_precision": precision} for precision in ("cell_100m", "street", "district", "hidden")]
    + [{"record_state": state} for state in ("submitted", "rejected", "hidden")],
    ids=str,
)
def test_what_is_not_public_or_not_exact_has_no_sticker(make: Builder, client: FlaskClient, values: dict) -> None:
    make.space("secret", 7.62, 45.07, **values)
    for path in ("/spaces/secret/sticker", "/spaces/secret/sticker.svg", "/s/secret"):
        known, unknown = client.get(path), client.get(path.replace("secret", "nobody"))
        assert (known.status_code, unknown.status_code) == (404, 404)
    assert client.post("/s/secret/observations", data={"claim": "vacant"}).status_code == 404
    assert not make.rows("SELECT FROM observations")


def test_an_archived_place_says_so_at_the_door_and_takes_no_answer(
    make: Builder, client: FlaskClient, place: UUID
) -> None:
    make.state("spaces", "via-alta-1", "archived")
    assert "This record is archived" in client.get("/s/via-alta-1").get_data(as_text=True)
    assert client.get("/spaces/via-alta-1/sticker").status_code == 404
    assert client.post("/s/via-alta-1/observations", data={"claim": "vacant"}).status_code == 404


def test_the_sticker_of_a_joined_record_leads_on(make: Builder, client: FlaskClient, place: UUID) -> None:
    make.space("via-alta-1-bis", 7.62, 45.07, record_state="merged", merged_into=place)
    answer = client.get("/s/via-alta-1-bis")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/s/via-alta-1")


def test_a_long_hostile_name_stays_inside_the_sticker(make: Builder, client: FlaskClient) -> None:
    make.space("hostile", 7.62, 45.07, name="</text><script>alert(1)</script> " + "Long name " * 12)
    text = client.get("/spaces/hostile/sticker.svg").get_data(as_text=True)
    assert "<script" not in text
    assert max(len(line) for line in re.findall(r'font-size="5.6"[^>]*>([^<]*)<', text)) < 60


def test_the_desk_prints_the_exact_public_places_of_a_filter(make: Builder, client: FlaskClient, place: UUID) -> None:
    make.space("via-alta-2", 7.62, 45.07, name="Via Alta 2", publication_precision="cell_100m")
    make.space("via-bassa-1", 7.62, 45.02, name="Via Bassa 1")
    assert client.get("/desk/stickers").status_code == 302
    make.account("officer@example.org", "officer", area_id=make.areas["north"])
    client.post("/login", data={"email": "officer@example.org", "password": PASSWORD})
    text = client.get("/desk/stickers").get_data(as_text=True)
    assert text.count("<svg xmlns=") == 1
    assert qr_code(ADDRESS).path in text
    assert "No sticker fits" in client.get("/desk/stickers?q=nowhere").get_data(as_text=True)
