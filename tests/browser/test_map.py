"""The map in a real browser, on the real application with Torino's real streets and the demonstration's places."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from psycopg2 import sql

from mapsvc.bootstrap import build
from mapsvc.config import ROOT, Settings
from mapsvc.exchange import fixtures
from mapsvc.operations.cluster import PrivateCluster
from mapsvc.usecases import seeding
from tests.browsing import Server, listen

SOURCES = {"municipalities", "neighbourhoods", "streets", "demonstration for Torino"}
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def site(
    test_cluster: PrivateCluster, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the application on a database of its own, filled once for this module."""
    name = f"own_{os.getpid()}_map"
    with test_cluster.administration() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template_database))
        )
    urls = test_cluster.urls(name)
    services = build(
        Settings(
            database_url=urls.app,
            owner_url=urls.owner,
            secret_key="only for tests, and long enough for a key",
            password_salt="only for tests",
            var=tmp_path_factory.mktemp("var"),
            mail="memory",
            rate_limits=False,
        )
    )
    now = datetime.now(UTC)
    seeding.prepare_city(services.unit_of_work(), seeding.DEMONSTRATION_CITY, now)
    batches = [each for each in fixtures.batches(ROOT / "fixtures", now.date()) if each[0] in SOURCES]
    seeding.load_batches(services.unit_of_work(), batches, now, lambda *_: None)
    with Server().serving(services) as address:
        yield address
    services.engine.dispose()
    with test_cluster.administration() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


Open = Callable[..., Page]


@pytest.fixture
def visit(site: str, browser: Browser) -> Iterator[Open]:
    """Open the map and fail the test for any message of the console, any error and any foreign request."""
    faults: list[str] = []
    contexts = []

    def opened(path: str = "/", viewport: dict[str, int] = DESKTOP, **options: object) -> Page:
        context = browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        listen(page, faults, ours=site)
        page.goto(site + path)
        if options.get("java_script_enabled", True):
            expect(page.locator(".folium-map")).to_have_attribute("data-ready", "")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def part(page: Page, name: str) -> Locator:
    return page.locator(f'[data-home="{name}"]')


def count_in(page: Page) -> int:
    digits = re.sub(r"\D", "", part(page, "total").inner_text())
    return int(digits)


def close_up(page: Page) -> Locator:
    """Zoom in until single records stand on the map, and return their markers."""
    markers = page.locator(".mk[data-place]")
    for _ in range(4):
        if markers.count():
            break
        with page.expect_response(re.compile("/places.json")):
            page.get_by_role("button", name="Zoom in").click()
    expect(markers.first).to_be_visible()
    return markers


def test_the_first_view_needs_no_further_request_for_records(site: str, browser: Browser) -> None:
    page = browser.new_page(viewport=DESKTOP)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site, wait_until="networkidle")
    expect(page.locator("a.rec").first).to_be_visible()
    assert not [url for url in asked if "/places.json" in url]
    assert [url for url in asked if "/background/" in url]
    page.close()


def test_a_marker_selects_its_row_and_escape_returns_to_it(visit: Open) -> None:
    page = visit()
    marker = close_up(page).first
    marker.focus()
    page.keyboard.press("Enter")
    expect(marker).to_have_class(re.compile(r"\bsel\b"))
    row = page.locator("a.rec[aria-current=true]")
    expect(row).to_have_count(1)
    expect(marker).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()


def test_a_cluster_opens_and_has_a_name_with_its_shares(visit: Open) -> None:
    page = visit("/?lat=45.056&lon=7.682&z=13")
    cluster = page.locator("button.cl").first
    expect(cluster).to_have_attribute("aria-label", re.compile(r"\d+"))
    with page.expect_response(re.compile("/places.json")):
        cluster.focus()
        page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("z=13"))


def test_markers_follow_the_order_of_the_list(visit: Open) -> None:
    page = visit()
    close_up(page)
    rows = page.locator(".rows li[data-place]").evaluate_all("nodes => nodes.map(node => node.dataset.place)")
    markers = page.locator(".mk[data-place]").evaluate_all("nodes => nodes.map(node => node.dataset.place)")
    listed = [place for place in rows if place in markers]
    assert [place for place in markers if place in rows] == listed


def test_chips_and_dialog_filter_map_list_and_address(visit: Open) -> None:
    page = visit()
    before = count_in(page)
    with page.expect_response(re.compile(r"kinds=initiative%2Cpact")):
        page.get_by_role("button", name="Vacant", exact=True).click()
    expect(page).to_have_url(re.compile("kinds=initiative,pact"))
    expect(part(page, "total")).not_to_have_text(re.compile(rf"^{before}\b"))
    page.get_by_role("button", name="Vacant", exact=True).click()
    page.locator("[data-filters]:visible").click()
    dialog = page.get_by_role("dialog", name="Filter the places")
    dialog.get_by_label("Confirmed vacant").check()
    with page.expect_response(re.compile("status=confirmed_vacant")):
        dialog.get_by_role("button", name="Show places").click()
    expect(page).to_have_url(re.compile("status=confirmed_vacant"))
    expect(page.locator("[data-filters]:visible")).to_contain_text("Filters: 1")
    for words in page.locator("a.rec:has(.s-space) em").all_inner_texts():
        assert words == "Confirmed vacant"


def test_a_shared_address_shows_the_same_view_and_filters(visit: Open) -> None:
    page = visit("/?lat=45.06000&lon=7.68500&z=15&status=disputed")
    expect(page.locator("[data-filters]:visible")).to_contain_text("Filters: 1")
    shared = count_in(page)
    page.reload()
    expect(part(page, "total")).to_contain_text(str(shared))
    with page.expect_response(re.compile("zoom=16")):
        page.get_by_role("button", name="Zoom in").click()
    expect(page).to_have_url(re.compile(r"lat=45\.0(59|60)\d+&lon=7\.68[45]\d+&z=16"))


def test_search_by_keyboard_flies_to_a_street(visit: Open) -> None:
    page = visit()
    box = page.get_by_role("combobox", name="Street, place or name")
    box.press_sequentially("via nizza")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("Via Nizza")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "map-results-0")
    with page.expect_response(re.compile("/places.json")):
        box.press("Enter")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_be_focused()
    expect(page).to_have_url(re.compile(r"lat=45\.0[2-6]"))


def test_near_me_goes_to_the_position_and_counts_distances_from_it(visit: Open) -> None:
    place = {"latitude": 45.0580, "longitude": 7.6790, "accuracy": 12}
    page = visit(permissions=["geolocation"], geolocation=place)
    with page.expect_response(re.compile("/places.json")):
        page.get_by_role("button", name="My position").click()
    expect(page.get_by_role("img", name="You are here, to about 12 m")).to_be_visible()
    expect(page.locator(".rec .d").first).to_contain_text("from you")


def test_a_refused_position_says_what_to_do(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="My position").click()
    expect(page.get_by_role("status").filter(has_text="Search for a street instead")).to_be_visible()


def test_the_sheet_of_a_phone_has_three_stops(visit: Open) -> None:
    page = visit(viewport=PHONE)
    sheet = part(page, "sheet")
    button = part(page, "sheet-button")
    heights = []
    for _ in range(3):
        expect(sheet).to_have_attribute("data-stop", str(len(heights)))
        sheet.evaluate("node => Promise.all(node.getAnimations().map(one => one.finished)).then(() => 0)")
        heights.append(sheet.bounding_box()["height"])  # type: ignore[index]
        button.click()
    assert heights == pytest.approx([270, 444, 732], abs=2)
    expect(sheet).to_have_attribute("data-stop", "1")


def test_the_sheet_follows_a_drag(visit: Open) -> None:
    page = visit(viewport=PHONE)
    page.mouse.move(100, 500)
    page.mouse.down()
    for y in range(500, 300, -20):
        page.mouse.move(100, y)
    page.mouse.up()
    expect(part(page, "sheet")).not_to_have_attribute("data-stop", "0")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("lang", ["en", "it"])
def test_nothing_overflows_and_controls_do_not_cover_each_other(
    visit: Open, viewport: dict[str, int], lang: str
) -> None:
    page = visit(f"/?lang={lang}", viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    boxes = []
    for chrome in (".search", ".chips", ".ctl", ".btn-mark", ".legend:visible, .leg:visible", '[data-home="sheet"]'):
        box = page.locator(chrome).first.bounding_box()
        assert box is not None, chrome
        boxes.append((chrome, box))
    for i, (name, a) in enumerate(boxes):
        for other, b in boxes[i + 1 :]:
            apart = (
                a["x"] + a["width"] <= b["x"]
                or b["x"] + b["width"] <= a["x"]
                or a["y"] + a["height"] <= b["y"]
                or b["y"] + b["height"] <= a["y"]
            )
            assert apart, f"{name} covers {other}"


def test_the_own_ground_is_drawn_and_follows_the_theme(visit: Open) -> None:
    page = visit()
    tile = page.locator(".leaflet-tile-loaded").first
    expect(tile).to_be_visible()
    colours = "node => new Set(new Uint32Array(node.getContext('2d').getImageData(0, 0, 200, 200).data.buffer)).size"
    assert tile.evaluate(colours) > 3
    picture = "node => node.toDataURL()"
    light = tile.evaluate(picture)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert tile.evaluate(picture) != light


def test_a_failed_request_says_so_and_can_be_repeated(visit: Open) -> None:
    page = visit()
    page.route("**/places.json*", lambda route: route.fulfill(status=200, body="not JSON"))
    page.get_by_role("button", name="Zoom in").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was lost")
    page.unroute("**/places.json*")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_hostile_names_are_shown_as_text(visit: Open) -> None:
    page = visit()
    name = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> 50% {% of"
    place = {
        "id": "hostile", "kind": "space", "url": "/spaces/hostile", "name": name, "lon": 7.682, "lat": 45.056,
        "precision": "exact", "status": "confirmed_vacant", "band": "fresh", "symbol": "m-confirmed", "css": "s-space",
        "headline": name, "when": name, "detail": name, "on_map": True, "demonstration": True, "answerable": True,
    }  # fmt: skip
    answer = {"as_of_text": name, "total": 1, "total_text": name, "clusters": [], "places": [place]}
    page.route("**/places.json*", lambda route: route.fulfill(json=answer))
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator("a.rec b")).to_have_count(1)
    expect(page.locator("a.rec b")).to_have_text(name)
    page.locator(".mk[data-place=hostile]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".lbl")).to_have_text(name)
    expect(page.locator("img")).to_have_count(0)


def test_without_javascript_the_list_the_filters_and_the_way_to_mark_are_there(visit: Open) -> None:
    page = visit(java_script_enabled=False)
    expect(page.locator("a.rec").first).to_be_visible()
    expect(page.get_by_role("link", name="Mark a space")).to_be_visible()
    page.get_by_label("Confirmed vacant").check()
    page.get_by_role("button", name="Show places").click()
    expect(page).to_have_url(re.compile("status=confirmed_vacant"))
    for words in page.locator("a.rec:has(.s-space) em").all_inner_texts():
        assert words == "Confirmed vacant"
    expect(page.get_by_label("Confirmed vacant")).to_be_checked()
