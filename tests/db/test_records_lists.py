"""Lists, pages of initiatives, pacts, collectives, calls and areas, and the downloads, on a small town."""

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mapsvc.bootstrap import Services, build
from mapsvc.operations.cluster import Urls
from mapsvc.web.app import create_app
from tests.conftest import empty, settings_for
from tests.record_town import HOSTILE, found_town

LISTS = ("/spaces", "/initiatives", "/pacts", "/collectives", "/calls")


@pytest.fixture(scope="module")
def services(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    # Nothing here writes, so that one town serves the whole module.
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path_factory.mktemp("var")))
    found_town(services)
    yield services
    services.engine.dispose()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return create_app(services).test_client()


def page(response: TestResponse) -> str:
    assert response.status_code == 200, response.status
    return re.sub(r"\s+", " ", unescape(response.get_data(as_text=True)))


@pytest.mark.parametrize(
    ("path", "shown", "not_shown"),
    [
        ("/spaces?q=via nizz", "Via Nizza 18", "Archived place"),
        ("/spaces?status=confirmed_vacant", "Via Nizza 18", "Hidden place"),
        ("/spaces?min_m2=60&max_m2=70", "Via Nizza 18", "7*7"),
        ("/spaces?area=san-salvario", "Via Nizza 18", "Waiting place"),
        ("/initiatives?q=orto", "Orto dei Vicini", "7*7"),
        ("/initiatives?theme=food&city=Torino&state=active", "Orto dei Vicini", "7*7"),
        ("/pacts?q=fondria", "Piazza Fonderia", "Aiuola"),
        ("/pacts?state=signed", "Piazza Fonderia", "Aiuola"),
        ("/collectives?discipline=music_acoustic", "Banda Piccola", "No collective fits"),
        ("/calls?state=open", "Test call", "No call is open"),
    ],
)
def test_a_list_finds_what_is_asked_and_nothing_else(
    client: FlaskClient, path: str, shown: str, not_shown: str
) -> None:
    listed = page(client.get(path))
    main = listed[listed.index("<main") :]
    rows = re.findall(r'<ul class="rows.*?</ul>', main)
    assert shown in " ".join(rows)
    assert not_shown not in " ".join(rows)


@pytest.mark.parametrize("path", LISTS)
def test_a_search_without_a_result_says_what_to_do(client: FlaskClient, path: str) -> None:
    empty = page(client.get(path, query_string={"q": "qqqqzzzz"}))
    assert 'class="card empty"' in empty


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("query", ["page=x", "page=0", "page=99999999999", "page=%C2%B2", "q=a%00b", "q=%ED%A0%80"])
def test_an_address_that_makes_no_sense_is_refused_or_ignored(client: FlaskClient, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").status_code in (200, 422)


@pytest.mark.parametrize(
    "path",
    ["/spaces?status=x", "/initiatives?theme=x", "/pacts?state=x", "/collectives?discipline=x", "/calls?state=x"],
)
def test_a_filter_that_does_not_exist_is_named(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 422


def test_an_initiative_shows_places_and_safe_links(client: FlaskClient) -> None:
    shown = page(client.get("/initiatives/orto-dei-vicini"))
    assert "Via Nizza 1" in shown
    assert "The source gives no position." in shown
    assert 'href="https://orto.example/chi" rel="noopener nofollow ugc"' in shown
    assert "javascript:alert" not in shown
    assert '<div class="prose" lang="it">' in shown
    assert "Original text, in Italian." in shown
    assert 'lang="it"><p>' not in page(client.get("/initiatives/orto-dei-vicini?lang=it"))


def test_a_pact_names_a_firm_and_never_a_person(client: FlaskClient) -> None:
    assert "Comitato Fonderia" in page(client.get("/pacts/piazza-fonderia"))
    for path in ("/pacts", "/pacts/aiuola-di-via-goito", "/data/pacts.csv", "/data/pacts.geojson"):
        assert "Maria Riservata" not in client.get(path).get_data(as_text=True), path


def test_a_collective_shows_needs_but_not_money_nor_small_numbers(client: FlaskClient) -> None:
    shown = page(client.get("/collectives/banda-piccola"))
    main = shown[shown.index("<main") : shown.index("</main>")]
    assert "Area at least" in main
    assert "40 m²" in main
    assert "fewer than 5 members" in main
    assert "313" not in main
    assert "/fits" not in main


def test_a_call_lists_its_lots(client: FlaskClient) -> None:
    shown = page(client.get("/calls/TO-1"))
    assert "Lot 1, Via Nizza 18" in shown
    assert "open until" in shown


def test_an_area_counts_only_what_is_public(client: FlaskClient) -> None:
    shown = page(client.get("/areas/san-salvario"))
    # The third is shown within 100 m only: one such place is not counted.
    assert '<dt>Spaces</dt><dd class="num">2</dd>' in shown
    assert "Fewer than 3 places of one state that are shown roughly" in shown
    assert '<dt>Pacts</dt><dd class="num">2</dd>' in shown
    tree = page(client.get("/areas"))
    assert re.search(r'san-salvario">San Salvario</a>.*?<td class="r">2<span class="cap phone-line">1 confirmed<', tree)


def test_downloads_hold_the_public_records_and_start_no_formula(client: FlaskClient) -> None:
    rows = list(
        csv.DictReader(io.StringIO(client.get("/data/spaces.csv").get_data(as_text=True).removeprefix("\ufeff")))
    )
    assert len(rows) == 3
    assert {row["name"] for row in rows} == {"Via Nizza 18", "", HOSTILE}
    for dataset in ("spaces", "initiatives", "pacts"):
        table = client.get(f"/data/{dataset}.csv").get_data(as_text=True)
        for row in csv.reader(io.StringIO(table.removeprefix("\ufeff"))):
            assert not [cell for cell in row if cell.startswith(("=", "+", "@"))]


def test_geojson_is_json_with_points_or_nothing(client: FlaskClient) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    for dataset, positions in (("spaces", 3), ("initiatives", 2), ("pacts", 2)):
        raw = client.get(f"/data/{dataset}.geojson").get_data(as_text=True)
        found = json.loads(raw, parse_constant=refuse)
        assert found["type"] == "FeatureCollection"
        points = [one["geometry"] for one in found["features"] if one["geometry"]]
        assert len(points) == positions, dataset
        assert all(7.5 < lon < 7.8 and 44.9 < lat < 45.2 for lon, lat in (point["coordinates"] for point in points))
        assert all(one["properties"]["licence"] for one in found["features"])


def test_the_data_page_names_every_source_and_licence(client: FlaskClient) -> None:
    shown = page(client.get("/data"))
    assert 'id="sources"' in shown
    assert "The town's register" in shown
    assert "CC-BY-4.0" in shown


@pytest.mark.parametrize(
    "path",
    [
        *LISTS,
        "/areas",
        "/data",
        "/areas/san-salvario",
        "/spaces/via-nizza-18",
        "/initiatives/orto-dei-vicini",
        "/pacts/piazza-fonderia",
        "/calls/TO-1",
        "/collectives/banda-piccola",
    ],
)
def test_every_page_has_a_title_a_description_and_headings_in_order(client: FlaskClient, path: str) -> None:
    for lang in ("en", "it"):
        shown = page(client.get(path, query_string={"lang": lang}))
        assert re.search(r"<title>[^<·]+ · [^<]+</title>", shown)
        assert re.search(r'<meta name="description" content="[^"]+">', shown)
        levels = [int(level) for level in re.findall(r"<h([1-6])\b", shown)]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels)), levels
