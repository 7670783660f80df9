"""Somebody stands at a door and says what they see: one tap, the page follows, ten seconds to take it back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.domain.imports import Address, Batch, SpaceRecord
from mapsvc.operations.cluster import Urls
from mapsvc.usecases.seeding import load_batches
from tests.browsing import Server, listen, overflow, settle, violations
from tests.conftest import empty, settings_for
from tests.record_town import NOW, SOURCE, found_town, seen

PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
PAGES = (
    "/spaces", "/spaces/via-nizza-18", "/initiatives", "/initiatives/orto-dei-vicini", "/pacts",
    "/pacts/piazza-fonderia", "/collectives", "/collectives/banda-piccola", "/calls", "/calls/TO-1", "/areas",
    "/areas/san-salvario", "/data",
)  # fmt: skip


#: A place on which no call is open: what anybody sees there counts at once.
FREE = SpaceRecord(
    "free", "Via Nizza 20", (7.6701, 45.0540), Address("Via Nizza", "20", "0"), owner_type="municipality",
    observations=(seen("f1", "vacant", 60, "registered_user"), seen("f2", "vacant", 12, "officer_visit")),
)  # fmt: skip


@pytest.fixture(scope="module")
def services(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path_factory.mktemp("var")))
    found_town(services)
    load_batches(services.unit_of_work(), [("town", lambda: Batch(SOURCE, spaces=(FREE,)))], NOW, lambda *_: None)
    yield services
    services.engine.dispose()


@pytest.fixture(scope="module")
def site(services: Services) -> Iterator[str]:
    with Server().serving(services) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Page]:
    """A phone whose every message and foreign request makes the test fail."""
    context = browser.new_context(viewport=PHONE, base_url=site)
    page = context.new_page()
    faults: list[str] = []
    listen(page, faults, ours=site)
    yield page
    context.close()
    assert faults == []


def count(services: Services) -> int:
    with services.reading() as connection:
        return connection.execute(text("SELECT count(*) FROM public_observations")).scalar_one()


def test_one_tap_counts_at_once_and_undo_takes_it_back(open_page: Page, services: Services) -> None:
    before = count(services)
    open_page.goto("/spaces/via-nizza-20")
    observations = open_page.locator("#how .tl > li")
    expect(observations).to_have_count(2)
    # Below, other places that need a look get the same buttons once the answer is in.
    button = open_page.get_by_role("region", name="Status").get_by_role("button", name="Now in use")
    button.click()
    toast = open_page.locator(".toast")
    expect(toast).to_contain_text("Thank you")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(observations).to_have_count(3)
    expect(open_page.locator(".status .sub")).to_contain_text("3 observations")
    assert count(services) == before + 1
    toast.get_by_role("button", name="Undo").click()
    expect(open_page.locator(".toast")).to_contain_text("Taken back")
    expect(observations).to_have_count(2)
    assert count(services) == before


def test_one_tap_by_keyboard_keeps_the_focus(open_page: Page, services: Services) -> None:
    before = count(services)
    open_page.goto("/spaces/via-nizza-20")
    button = open_page.get_by_role("region", name="Status").get_by_role("button", name="Still empty")
    button.focus()
    open_page.keyboard.press("Enter")
    expect(open_page.locator(".toast")).to_contain_text("Thank you")
    settle(open_page)
    expect(button).to_be_focused()
    assert count(services) == before + 1


def test_an_answer_works_without_javascript(browser: Browser, site: str, services: Services) -> None:
    before = count(services)
    context = browser.new_context(viewport=PHONE, base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/spaces/via-nizza-20")
    page.get_by_role("button", name="Not sure").click()
    expect(page.locator(".flashes")).to_contain_text("Thank you")
    assert count(services) == before + 1
    page.get_by_role("button", name="Take my answer back").click()
    expect(page.locator(".flashes")).to_contain_text("Taken back")
    assert count(services) == before
    context.close()


@pytest.mark.parametrize(
    ("path", "button", "words"),
    [
        ("/spaces/via-nizza-20", "Gone", "counts after somebody has checked it"),
        ("/spaces/via-nizza-18", "Now in use", "A call is open on this place"),
    ],
)
def test_an_answer_that_waits_says_so_and_can_be_taken_back(
    open_page: Page, services: Services, path: str, button: str, words: str
) -> None:
    before = count(services)
    open_page.goto(path)
    open_page.get_by_role("button", name=button).click()
    expect(open_page.locator(".toast")).to_contain_text(words)
    assert count(services) == before
    open_page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(open_page.locator(".toast")).to_contain_text("Taken back")
    assert count(services) == before


def test_the_list_stands_for_the_map_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto("/spaces")
    page.get_by_role("searchbox").fill("nizza")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="Via Nizza 18").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Via Nizza 18")
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_phone_and_pass_axe(browser: Browser, site: str, path: str) -> None:
    for lang, scheme, size in (("en", "light", PHONE), ("it", "dark", WIDE)):
        context = browser.new_context(viewport=size, base_url=site, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{path}?lang={lang}")
        assert violations(page) == [], (path, lang, scheme)
        assert overflow(page) <= 0, (path, lang)
        context.close()
