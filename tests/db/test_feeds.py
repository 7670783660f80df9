"""Atom feeds: valid, stable, public words only, and never older than the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from mapsvc.config import Settings
from tests.builders import Builder
from tests.db.fresh_town import app_of, found, later

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def make(settings: Settings) -> Iterator[Builder]:
    yield from found(settings)


@pytest.fixture
def client(make: Builder) -> FlaskClient:
    return app_of(make).test_client()


def feed(client: FlaskClient, path: str = "/areas/north/feed.atom") -> ET.Element:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/atom+xml"
    root = ET.fromstring(answer.get_data())
    valid(root)
    return root


def valid(root: ET.Element) -> None:
    """Hold the rules of RFC 4287 that a feed can break: members that must be there once, and kinds of values."""
    assert root.tag == ATOM + "feed"
    ids = [one.text for one in root.iter(ATOM + "id")]
    assert len(ids) == len(set(ids))
    assert all(one and one.startswith("urn:uuid:") for one in ids)
    for node in (root, *root.findall(ATOM + "entry")):
        for name in ("id", "title", "updated"):
            assert len(node.findall(ATOM + name)) == 1, name
        updated = node.findtext(ATOM + "updated")
        assert updated
        assert datetime.fromisoformat(updated).tzinfo
        kinds = [(one.get("rel"), one.get("type")) for one in node.findall(ATOM + "link")]
        assert len(kinds) == len(set(kinds))
        assert all(one.get("href", "").startswith("http") for one in node.findall(ATOM + "link"))
    assert root.findall(f"{ATOM}author/{ATOM}name")
    assert [one for one in root.findall(ATOM + "link") if one.get("rel") == "self"]


def titles(root: ET.Element) -> list[str]:
    return [entry.findtext(ATOM + "title") or "" for entry in root.findall(ATOM + "entry")]


def test_an_empty_area_has_a_valid_feed(client: FlaskClient) -> None:
    assert titles(feed(client)) == []
    assert client.get("/areas/nowhere/feed.atom").status_code == 404


def test_what_happened_stands_in_the_feed_of_its_area_and_of_the_city(make: Builder, client: FlaskClient) -> None:
    space = make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")
    make.observation(space, kind="officer_visit")
    make.space("via-bassa-1", 7.62, 45.02, name="Via Bassa 1")
    told = ["now confirmed vacant, before unverified", "new on the map (unverified)"]
    assert titles(feed(client)) == [f"Via Alta 1: {words}" for words in told]
    assert len(titles(feed(client, "/areas/testville/feed.atom"))) == 3
    assert len(titles(feed(client, "/feed.atom"))) == 3
    entry = feed(client).find(ATOM + "entry")
    assert entry is not None
    link = entry.find(ATOM + "link")
    assert link is not None
    assert link.get("href") == "http://127.0.0.1:8000/spaces/via-alta-1"
    assert "Today it counts as: confirmed vacant." in (entry.findtext(ATOM + "summary") or "")


def test_time_alone_makes_no_entry_but_changes_what_a_place_counts_as(make: Builder, client: FlaskClient) -> None:
    space = make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")
    make.observation(space, kind="officer_visit")
    first = client.get("/areas/north/feed.atom")
    after = later(make, 500)
    answer = (
        app_of(after)
        .test_client()
        .get(
            "/areas/north/feed.atom",
            headers={"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]},
        )
    )
    assert answer.status_code == 200, "no job has run, and the feed is of its day"
    text = answer.get_data(as_text=True)
    assert text.count("<entry>") == 2
    assert "Today it counts as: unverified." in text
    after.services.engine.dispose()


def test_a_reader_that_has_it_gets_nothing_twice(make: Builder, client: FlaskClient) -> None:
    make.space("via-alta-1", 7.62, 45.07)
    first = client.get("/areas/north/feed.atom")
    for header, name in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        again = client.get("/areas/north/feed.atom", headers={header: first.headers[name]})
        assert again.status_code == 304
        assert again.get_data() == b""
    make.space("via-alta-2", 7.62, 45.071)
    assert client.get("/areas/north/feed.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_ids_stay_when_an_entry_is_read_again(make: Builder, client: FlaskClient) -> None:
    make.space("via-alta-1", 7.62, 45.07)
    ids = [one.text for one in feed(client).iter(ATOM + "id")]
    make.space("via-alta-2", 7.62, 45.071)
    assert set(ids) <= {one.text for one in feed(client).iter(ATOM + "id")}
    assert feed(client, "/areas/north/feed.atom?lang=it").findtext(ATOM + "id") == ids[0]


def test_only_public_words_at_published_precision(make: Builder, client: FlaskClient) -> None:
    make.space("space-9", 7.62, 45.07, name="Via Segreta 9", street="Via Segreta", publication_precision="cell_100m")
    make.space("via-hidden-1", 7.62, 45.07, name="Via Hidden 1", record_state="hidden")
    make.space("via-gone-1", 7.62, 45.07, name="Via Gone 1")
    make.state("spaces", "via-gone-1", "hidden")
    text = client.get("/areas/north/feed.atom").get_data(as_text=True)
    assert titles(ET.fromstring(text)) == ["Space in North: new on the map (unverified)"]
    for secret in ("Segreta", "Hidden", "Gone", "45.07", "7.62"):
        assert secret not in text


def test_an_objection_takes_the_name_out_of_old_entries(make: Builder, client: FlaskClient) -> None:
    make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")
    assert "Via Alta 1" in client.get("/areas/north/feed.atom").get_data(as_text=True)
    make.write("UPDATE spaces SET publication_precision = 'cell_100m', slug = 'space-1'")
    assert "Alta" not in client.get("/areas/north/feed.atom").get_data(as_text=True)


def test_hostile_names_stay_text(make: Builder, client: FlaskClient) -> None:
    name = "</title><script>alert(1)</script> & {{7*7}} \x0b\ufffe"
    make.space("hostile", 7.62, 45.07, name=name)
    (title,) = titles(feed(client))
    assert title.startswith("</title><script>alert(1)</script> & {{7*7}} :")


def test_languages_pages_and_how_a_reader_finds_it(make: Builder, client: FlaskClient) -> None:
    for number in range(53):
        make.space(f"s-{number}", 7.62, 45.07)
    root = feed(client, "/areas/north/feed.atom?lang=it")
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "it"
    assert len(titles(root)) == 50
    follow = next(one.get("href", "") for one in root.findall(ATOM + "link") if one.get("rel") == "next")
    second = feed(client, follow.removeprefix("http://127.0.0.1:8000"))
    assert len(titles(second)) == 3
    for page in ("0", "-1", "x", "99", "1e3", "\u0662"):
        assert client.get(f"/feed.atom?page={page}").status_code == 422
    html = client.get("/areas/north?lang=en").get_data(as_text=True)
    assert '<link rel="alternate" type="application/atom+xml"' in html
    assert "/areas/north/feed.atom?lang=en" in html
