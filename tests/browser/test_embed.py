"""A group makes a map, copies the line and puts it into its own page, in a real browser and on another origin."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect
from psycopg2 import sql

from mapsvc.bootstrap import build
from mapsvc.config import ROOT, Settings
from mapsvc.exchange import fixtures
from mapsvc.exchange.demonstration_accounts import ACCOUNTS, PASSWORD
from mapsvc.operations.cluster import PrivateCluster
from mapsvc.usecases import seeding
from tests.browsing import Server, listen, sign_in, violations

SOURCES = {"municipalities", "neighbourhoods", "streets", "demonstration for Torino"}
GROUP = "/groups/vicini-di-san-salvario"
SEEDED = "/maps/empty-shops-of-san-salvario"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 400, "height": 800}
FOREIGN = """<!doctype html><html lang="en"><head><title>Our site</title><link rel="icon" href="data:,"></head>
<body><h1>Our site</h1>%s</body></html>"""


@dataclass
class Foreign:
    """A web site that is not ours: it serves one page, at another origin."""

    address: str
    body: str = ""


@pytest.fixture(scope="module")
def foreign() -> Iterator[Foreign]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((FOREIGN % site.body).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing; a failing test says enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Another host name, so that the embed is a third party to the page, as it will be on a group's site.
    site = Foreign(f"http://localhost:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def site(
    test_cluster: PrivateCluster, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the application on a database of its own, filled once for this module."""
    name = sql.Identifier(f"own_{os.getpid()}_embed")
    with test_cluster.administration() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, sql.Identifier(template_database)))
    urls = test_cluster.urls(f"own_{os.getpid()}_embed")
    server = Server()
    services = build(
        Settings(
            database_url=urls.app,
            owner_url=urls.owner,
            secret_key="only for tests, and long enough for a key",
            password_salt="only for tests",
            var=tmp_path_factory.mktemp("var"),
            public_url=server.address,
            mail="memory",
            rate_limits=False,
        )
    )
    now = datetime.now(UTC)
    seeding.prepare_city(services.unit_of_work(), seeding.DEMONSTRATION_CITY, now)
    batches = [each for each in fixtures.batches(ROOT / "fixtures", now.date()) if each[0] in SOURCES]
    seeding.load_batches(services.unit_of_work(), batches, now, lambda *_: None)
    seeding.add_demonstration_people(services.unit_of_work(), ACCOUNTS, services.hash_password, now)
    with server.serving(services) as address:
        yield address
    services.engine.dispose()
    with test_cluster.administration() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


@dataclass
class Visit:
    """A page in a browser of its own, with everything that a visitor's console and network saw."""

    context: BrowserContext
    page: Page
    faults: list[str]
    hosts: set[str]


@pytest.fixture
def visits(browser: Browser) -> Iterator[list[Visit]]:
    """Visits of this test; any message of the console and any error fails it."""
    opened: list[Visit] = []
    yield opened
    for visit in opened:
        visit.context.close()
    assert [fault for visit in opened for fault in visit.faults] == []


def begin(browser: Browser, visits: list[Visit], viewport: dict[str, int], **options: object) -> Visit:
    context = browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
    page = context.new_page()
    visit = Visit(context, page, [], set())
    listen(page, visit.faults)
    page.on("request", lambda request: visit.hosts.add("/".join(request.url.split("/")[:3])))
    visits.append(visit)
    return visit


def enter(page: Page, site: str) -> None:
    page.goto(site + "/login")
    sign_in(page, "group@example.org", PASSWORD)


def ready(frame: FrameLocator | Page) -> None:
    expect(frame.locator(".folium-map")).to_have_attribute("data-ready", "")


def test_a_group_makes_a_map_and_embeds_it_in_its_own_page(
    browser: Browser, visits: list[Visit], site: str, foreign: Foreign
) -> None:
    work = begin(browser, visits, WIDE, permissions=["clipboard-read", "clipboard-write"])
    page = work.page
    enter(page, site)
    page.goto(site + GROUP)
    page.get_by_role("link", name="Make a map").first.click()
    ready(page)
    page.get_by_label("Title").fill("Spaces {{7*7}} ${alert(1)} <img src=x onerror=alert(1)>")
    expect(page.locator('[data-view="title"]')).to_have_text("Spaces {{7*7}} ${alert(1)} <img src=x onerror=alert(1)>")
    page.get_by_label("Introduction").fill("50% {% of the shutters")
    page.get_by_label("Area", exact=True).select_option(label="San Salvario")
    with page.expect_response(lambda answer: "/places.json?" in answer.url and "kinds=space" in answer.url):
        page.get_by_label("Spaces", exact=True).check()
    page.get_by_role("button", name="Use this view").click()
    expect(page.locator("[data-view-say]")).to_contain_text("the view you chose")
    page.get_by_role("button", name="Save the map").click()
    expect(page.get_by_text("The map is saved.")).to_be_visible()
    page.get_by_label("Height").select_option("600")
    page.get_by_label("Colours").select_option("dark")
    page.get_by_role("button", name="Copy the line").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    line = page.evaluate("navigator.clipboard.readText()")
    assert line == page.get_by_label("Line to copy").input_value()
    assert 'height="600"' in line
    assert "theme=dark" in line

    # A visitor of the group's own site.
    foreign.body = line
    visit = begin(browser, visits, WIDE)
    visit.page.goto(foreign.address)
    frame = visit.page.frame_locator("iframe")
    ready(frame)
    expect(frame.get_by_role("heading", level=1)).to_have_text(
        "Spaces {{7*7}} ${alert(1)} <img src=x onerror=alert(1)>"
    )
    expect(frame.locator(".emb-intro")).to_have_text("50% {% of the shutters")
    expect(frame.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(frame.locator(".emb-list .rec").first).to_be_visible()
    expect(frame.locator(".mk, .cl").first).to_be_visible()
    expect(frame.locator(".emb-foot")).to_contain_text("Data of ")
    frame.get_by_role("button", name="List").click()
    expect(frame.locator(".folium-map")).to_be_hidden()
    expect(frame.locator(".emb-list .rec").first).to_be_visible()
    assert visit.context.cookies() == []
    assert {host for host in visit.hosts if host.startswith("http")} == {site, foreign.address.rstrip("/")}

    # A record opens in a tab of its own; the foreign page stays.
    frame.get_by_role("button", name="Map").click()
    with visit.context.expect_page() as opened:
        frame.get_by_role("link", name="Spazi Torino").click()
    assert opened.value.url.startswith(site + "/maps/")
    assert opened.value.evaluate("window.opener") is None


def test_a_narrow_embed_shows_one_thing_at_a_time(
    browser: Browser, visits: list[Visit], site: str, foreign: Foreign
) -> None:
    address = f"{site}/embed/empty-shops-of-san-salvario?lang=it"
    foreign.body = f'<iframe src="{address}" title="Map" width="340" height="500" style="border:0"></iframe>'
    visit = begin(browser, visits, NARROW)
    visit.page.goto(foreign.address)
    frame = visit.page.frame_locator("iframe")
    ready(frame)
    expect(frame.locator("html")).to_have_attribute("lang", "it")
    expect(frame.locator(".cl, .mk").first).to_be_visible()
    expect(frame.locator(".emb-list")).to_be_hidden()
    frame.locator("[data-choose=list]").click()
    expect(frame.locator(".emb-list .rec").first).to_be_visible()
    width = frame.locator("html").evaluate("node => [node.scrollWidth, node.clientWidth]")
    assert width[0] <= width[1]
    assert visit.context.cookies() == []


def test_a_map_with_many_records_asks_by_box(browser: Browser, visits: list[Visit], site: str) -> None:
    visit = begin(browser, visits, WIDE)
    visit.page.goto(f"{site}/embed/empty-shops-of-san-salvario")
    ready(visit.page)
    expect(visit.page.locator(".cl").first).to_be_visible()
    before = visit.page.locator('[data-view="total"]').inner_text()
    for _ in range(3):
        with visit.page.expect_response(lambda answer: "/embed/empty-shops-of-san-salvario/places.json" in answer.url):
            visit.page.get_by_role("button", name="Zoom in").click()
    expect(visit.page.locator('[data-view="total"]')).not_to_have_text(before)


def test_the_keyboard_goes_from_marker_to_row_and_back(browser: Browser, visits: list[Visit], site: str) -> None:
    visit = begin(browser, visits, WIDE)
    visit.page.goto(f"{site}/embed/empty-shops-of-san-salvario")
    ready(visit.page)
    marker = visit.page.locator(".mk[data-place]").first
    marker.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator(".emb-list .rec.on")).to_have_count(1)
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator(".emb-list .rec.on")).to_be_focused()


def test_without_scripts_an_embed_is_a_list(browser: Browser, visits: list[Visit], site: str) -> None:
    visit = begin(browser, visits, NARROW, java_script_enabled=False)
    visit.page.goto(f"{site}/embed/empty-shops-of-san-salvario")
    assert visit.page.locator(".emb-list .rec").count() > 10
    expect(visit.page.locator(".emb-list .rec").first).to_be_visible()
    expect(visit.page.locator(".folium-map")).to_be_hidden()
    expect(visit.page.get_by_role("link", name="Add a place")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "it"])
def test_an_embed_has_no_fault_that_axe_finds(
    browser: Browser, visits: list[Visit], site: str, lang: str, theme: str
) -> None:
    for viewport in (WIDE, NARROW):
        visit = begin(browser, visits, viewport)
        visit.page.goto(f"{site}/embed/empty-shops-of-san-salvario?lang={lang}&theme={theme}")
        ready(visit.page)
        expect(visit.page.locator(".cl, .mk").first).to_be_visible()
        # An axe run adds its own script, which the embed's policy would refuse; the policy is held by other tests.
        assert violations(visit.page) == []


@pytest.mark.parametrize("path", ["/groups", "/groups/new", GROUP, GROUP + "/maps/new", SEEDED, SEEDED + "/edit"])
def test_pages_of_a_group_have_no_fault_that_axe_finds(
    browser: Browser, visits: list[Visit], site: str, path: str
) -> None:
    visit = begin(browser, visits, NARROW)
    enter(visit.page, site)
    visit.page.goto(site + path)
    if visit.page.locator(".folium-map").count():
        ready(visit.page)
        expect(visit.page.locator(".cl, .mk").first).to_be_visible()
    assert violations(visit.page) == []
    width = visit.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], "nothing scrolls sideways"
