"""Two reports of one shop in a real browser: an officer compares them, joins them and separates them again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor
from mapsvc.exchange.demonstration_accounts import PASSWORD
from mapsvc.usecases.marking import Report, report_space
from tests.browsing import Server, overflow, sign_in, violations

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}


@dataclass
class Site:
    """The running service, its records, and what the browser complained about."""

    address: str
    browser: Browser
    services: Services
    complaints: list[str]

    def open(self, size: dict[str, int], path: str, *, javascript: bool = True, theme: str = "light") -> Page:
        """Open a page of the desk as the officer."""
        context = self.browser.new_context(
            viewport=size, java_script_enabled=javascript, color_scheme=theme, locale="en-GB"  # type: ignore[arg-type]
        )  # fmt: skip
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.address}{path}")
        sign_in(page, "officer@example.org", PASSWORD)
        return page

    def twins(self, number: int) -> tuple[str, str]:
        """Report a public shop of the example data again, a few metres away; return the slugs of both."""
        query = text(
            "SELECT slug, street, number, ST_X(point) AS lon, ST_Y(point) AS lat FROM spaces WHERE area_id IS NOT NULL"
            " AND record_state = 'published' AND publication_precision = 'exact' AND asset_kind = 'commercial_unit'"
            " AND street IS NOT NULL AND number IS NOT NULL AND availability_state = 'not_offered'"
            " AND id NOT IN (SELECT space_id FROM lots) ORDER BY slug LIMIT 1 OFFSET :number"
        )
        with self.services.reading() as connection:
            row = connection.execute(query, {"number": number}).one()
        report = Report(
            uuid4(), uuid4().hex, row.lon + 0.00003, row.lat, Claim.VACANT, street=row.street, number=row.number,
            placed="map",
        )  # fmt: skip
        actor = Actor(device=uuid4().hex, network=uuid4().hex)
        done = report_space(
            self.services.unit_of_work(), self.services.photos, actor, report, self.services.clock.now()
        )
        return done.slug, row.slug


@pytest.fixture(scope="module")
def site(seeded_settings: Settings, browser: Browser) -> Iterator[Site]:
    services = build(replace(seeded_settings, pool_size=16))
    with Server().serving(services) as address:
        yield Site(address, browser, services, [])
    services.engine.dispose()


@pytest.fixture(autouse=True)
def quiet(site: Site) -> Iterator[None]:
    site.complaints.clear()
    yield
    assert site.complaints == []


def test_an_officer_compares_joins_and_separates_with_the_keyboard(site: Site) -> None:
    new, old = site.twins(0)
    page = site.open(WIDE, f"/desk?item={new}")
    expect(page.locator("[data-queue-detail] .leaflet-container[data-ready]")).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator("details.same input[name=b]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Are these the same place?")
    expect(page.locator(f'input[name=keep][value="{old}"]')).to_be_checked()
    page.get_by_role("button", name="Join the two").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("was joined with the other record")
    moved = page.request.get(f"{site.address}/spaces/{new}", max_redirects=0)
    # The report was waiting, so it had no public address; what was said counts at the other record.
    assert (moved.status, moved.headers["location"].endswith(f"/spaces/{old}")) == (301, True)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("Taken back.")
    assert page.request.get(f"{site.address}/spaces/{new}", max_redirects=0).status == 404


def test_on_a_phone_without_javascript_the_same_is_a_form(site: Site) -> None:
    new, old = site.twins(3)
    page = site.open(NARROW, f"/desk/merges/new?a={new}&b={old}", javascript=False)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    page.get_by_role("button", name="Join the two").click()
    expect(page.locator("body")).to_contain_text("was joined with the other record")
    page.goto(f"{site.address}/desk/merges")
    page.get_by_role("button", name="Separate again").first.click()
    expect(page.locator(".flashes")).to_contain_text("The two records are separate again.")


def test_a_pair_judged_to_be_two_places_leaves_the_queue(site: Site) -> None:
    new, old = site.twins(5)
    page = site.open(WIDE, f"/desk?kind=same&item=same:{min(new, old)}~{max(new, old)}")
    expect(page.locator("[data-queue-detail]")).to_contain_text("Are these the same place?")
    expect(page.locator("[data-queue-detail] .leaflet-container[data-ready]")).to_be_visible()
    row = page.locator(f'.q[data-item^="same:"][data-item*="{new}"]')
    expect(row).to_have_count(1)
    page.keyboard.press("d")
    expect(page.locator(".toast")).to_contain_text("two places")
    expect(row).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_of_merges_is_accessible_and_fits_a_phone(site: Site, theme: str) -> None:
    new, old = site.twins(7 if theme == "light" else 9)
    page = site.open(NARROW, "/desk/merges", theme=theme)
    for path in ("/desk/merges", f"/desk/merges/new?a={new}&b={old}", f"/desk?item=same:{new}~{old}"):
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        page.goto(f"{site.address}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_attached()
        assert violations(page) == [], path
        assert overflow(page) <= 0, path
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        assert violations(page) == [], path
