"""Status is a function of the UTC day: every door turns with the day, no job runs, and no copy outlives the day."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from mapsvc import bootstrap
from mapsvc.bootstrap import Services
from mapsvc.config import Settings
from mapsvc.web.app import create_app
from tests.builders import NOW, TODAY, Builder

BOX = "bbox=7.60,45.06,7.63,45.08&zoom=17"
#: One neighbour's photo is probable for 27 days, a visit confirmed until day 254; both turn old after 180 days.
SEEN_ON = TODAY - timedelta(days=10)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    found = bootstrap.build(settings)
    found.clock.day = TODAY
    make = Builder(found)
    make.begin()
    for slug, kind, reporter in (("seen", "registered_user", "user:7"), ("visited", "officer_visit", "user:1")):
        space = make.space(slug, 7.61, 45.07, name=slug.title())
        make.observation(space, kind=kind, quality="photo_onsite", days_ago=10, reporter=reporter)
    make.map("all", make.group("group"), view={"bounds": [7.60, 45.06, 7.63, 45.08]})
    yield found
    found.engine.dispose()


@pytest.fixture
def visitor(services: Services) -> FlaskClient:
    app: Flask = create_app(services)
    return app.test_client()


def doors(visitor: FlaskClient) -> dict[str, dict[str, tuple[str, str]]]:
    """Return status and band of both places at every door that tells them."""
    found = {}
    for name, path in (("map", f"/places.json?{BOX}"), ("embed", f"/embed/all/places.json?{BOX}")):
        rows = visitor.get(path).get_json()["places"]
        found[name] = {row["name"].lower(): (row["status"], row["band"]) for row in rows}
    pages = {slug: visitor.get(f"/spaces/{slug}.json").get_json() for slug in ("seen", "visited")}
    found["record"] = {slug: (page["status"], page["band"]) for slug, page in pages.items()}
    table = csv.DictReader(io.StringIO(visitor.get("/data/spaces.csv").text.lstrip("\ufeff")))
    found["download"] = {row["name"].lower(): (row["status"], row["freshness"]) for row in table}
    return found


@pytest.mark.parametrize(
    ("days", "seen", "visited"),
    [
        (27, ("probable_vacant", "fresh"), ("confirmed_vacant", "fresh")),
        (28, ("unverified", "fresh"), ("confirmed_vacant", "fresh")),
        (180, ("unverified", "fresh"), ("confirmed_vacant", "fresh")),
        (181, ("unverified", "ageing"), ("confirmed_vacant", "ageing")),
        (254, ("unverified", "ageing"), ("confirmed_vacant", "ageing")),
        (255, ("unverified", "ageing"), ("probable_vacant", "ageing")),
        (361, ("unverified", "stale"), ("probable_vacant", "stale")),
        (388, ("unverified", "stale"), ("unverified", "stale")),
    ],
)
def test_every_door_turns_with_the_day(
    services: Services, visitor: FlaskClient, days: int, seen: tuple[str, str], visited: tuple[str, str]
) -> None:
    services.clock.day = SEEN_ON + timedelta(days=days)
    expected = {"seen": seen, "visited": visited}
    assert doors(visitor) == dict.fromkeys(("map", "embed", "record", "download"), expected)


def test_a_filter_follows_the_day(services: Services, visitor: FlaskClient) -> None:
    for days, names in ((27, ["Seen"]), (28, [])):
        services.clock.day = SEEN_ON + timedelta(days=days)
        rows = visitor.get(f"/places.json?{BOX}&kinds=space&status=probable_vacant").get_json()["places"]
        assert [row["name"] for row in rows] == names


@pytest.mark.parametrize(
    "path",
    ["/", f"/places.json?{BOX}", "/embed/all", f"/embed/all/places.json?{BOX}", "/spaces", "/spaces/seen",
     "/spaces/seen.json", "/data/spaces.csv", "/data", "/search.json?q=seen"],
)  # fmt: skip
def test_no_copy_outlives_the_day(
    services: Services, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    late = datetime.combine(TODAY, datetime.max.time(), UTC).replace(microsecond=0) - timedelta(seconds=6)
    monkeypatch.setattr(type(services.clock), "now", lambda _clock: late)
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert (answer.cache_control.max_age or 0) <= 7


def test_a_new_observation_is_on_the_map_with_the_next_request(services: Services, visitor: FlaskClient) -> None:
    before = visitor.get(f"/embed/all/places.json?{BOX}")
    assert before.cache_control.no_cache
    space = Builder(services).rows("SELECT id FROM spaces WHERE slug = 'seen'")[0].id
    Builder(services).observation(
        space, claim="occupied", kind="officer_visit", quality="photo_onsite", days_ago=0, reporter="user:9"
    )
    for found in doors(visitor).values():
        assert found["seen"] == ("confirmed_occupied", "fresh")
    assert NOW.date() == date(2026, 11, 20)
