"""The life of a pin: marked by a passer-by, confirmed by two neighbours, fading, contested, settled by an officer."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.domain.imports import AreaRecord
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.operations.cluster import Urls
from mapsvc.usecases.decisions import Decision, decide
from tests.browsing import Server, sign_in
from tests.builders import PASSWORD, Builder, square
from tests.conftest import empty, settings_for

PHONE = {"width": 360, "height": 740}
MARKED_ON = date(2026, 3, 2)
AT = "lat=45.05710&lon=7.68000&z=17"


@pytest.fixture
def services(database_urls: Urls, tmp_path: Path) -> Iterator[Services]:
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path / "var"))
    services.clock.day = MARKED_ON
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.65, 45.03)),))
    for name, role in (("anna", ""), ("bruno", ""), ("broker", "trust_broker"), ("officer", "officer")):
        make.account(f"{name}@example.org", role)
    yield services
    services.engine.dispose()


@pytest.fixture
def site(services: Services) -> Iterator[str]:
    with Server().serving(services) as address:
        yield address


class Story:
    """People with a phone each, one public place, and a clock that can be moved."""

    def __init__(self, browser: Browser, site: str, services: Services) -> None:
        self._browser, self._site, self._services = browser, site, services
        self._visitor = self.phone().new_page()
        self.path = ""

    def phone(self) -> BrowserContext:
        """Return the phone of somebody else."""
        return self._browser.new_context(viewport=PHONE, base_url=self._site)  # type: ignore[arg-type]

    def account(self, name: str) -> Page:
        """Return the page of somebody who signed in on a phone of their own."""
        page = self.phone().new_page()
        page.goto("/login")
        sign_in(page, f"{name}@example.org", PASSWORD)
        return page

    def after(self, days: int) -> None:
        """Let days pass; no job runs."""
        day = self._services.clock.day
        assert day is not None
        self._services.clock.day = day + timedelta(days=days)

    def marked(self) -> None:
        """Somebody without an account marks a closed shop; a moderator publishes it."""
        page = self.phone().new_page()
        page.goto(f"/mark?{AT}")
        expect(page.locator(".folium-map")).to_have_attribute("data-ready", "")
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What do you see?")
        page.get_by_text("Vacant", exact=True).click()
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
        with self._services.unit_of_work() as uow:
            slug = uow.connection.execute(text("SELECT slug FROM spaces")).scalar_one()
            version = uow.spaces.by_slug(slug).version  # type: ignore[union-attr]
        moderator = Actor(user_id=None, grants=(Grant(Role.ADMINISTRATOR),))
        decide(self._services.unit_of_work(), moderator, slug, Decision("publish", version), self._services.clock.now())
        self.path = f"/spaces/{slug}"

    def answers(self, page: Page, button: str) -> None:
        """Somebody stands there and taps one button."""
        page.goto(self.path)
        page.get_by_role("button", name=button).click()
        expect(page.locator(".toast")).to_contain_text("Thank you")

    def shows(self, symbol: str, band: str, words: str, line: str) -> None:
        """The record, the list and the map show the same symbol, age and words, and the record says how it is known."""
        page = self._visitor
        page.goto(self.path)
        _expect_symbol(page, ".r-status svg.sy", symbol, band)
        expect(page.locator(".r-status")).to_contain_text(words)
        expect(page.locator(".r-status")).to_contain_text(line)
        page.goto("/spaces")
        _expect_symbol(page, "a.rec svg.sy", symbol, band)
        expect(page.locator("a.rec").first).to_contain_text(words)
        page.goto("/?bbox=7.675,45.055,7.685,45.060")
        expect(page.locator(".mk[data-place]")).to_have_count(1)
        _expect_symbol(page, ".mk[data-place] svg", symbol, band)
        expect(page.locator("a.rec:visible").first).to_contain_text(words)


def _expect_symbol(page: Page, where: str, symbol: str, band: str) -> None:
    drawn = page.locator(where).first
    expect(drawn.locator("use").first).to_have_attribute("href", f"#{symbol}")
    expect(drawn.locator("use[href^='#m-pip']")).to_have_count(1 if band else 0)
    if band:
        expect(drawn.locator("use[href^='#m-pip']")).to_have_attribute("href", f"#m-pip-{band}")


@pytest.fixture
def story(browser: Browser, site: str, services: Services) -> Story:
    return Story(browser, site, services)


def test_a_place_is_marked_confirmed_fades_is_contested_and_settled(story: Story) -> None:
    story.marked()
    story.shows("m-unverified", "", "Unverified", "1 observation")

    story.after(1)
    story.answers(story.account("anna"), "Still empty")
    story.shows("m-probable", "", "Probably vacant", "2 observations")

    story.after(1)
    story.answers(story.account("bruno"), "Still empty")
    story.shows("m-confirmed", "", "Confirmed vacant", "3 observations")

    story.after(12)
    story.shows("m-confirmed", "", "Confirmed vacant", "Last confirmed 12 days ago by a neighbour")

    story.after(60)
    story.shows("m-probable", "", "Probably vacant", "3 observations")

    story.after(115)
    story.shows("m-unverified", "ageing", "Unverified", "getting old")

    story.after(180)
    story.shows("m-unverified", "stale", "Unverified", "not updated")

    story.answers(story.account("anna"), "Still empty")
    story.answers(story.account("bruno"), "Still empty")
    story.after(1)
    story.answers(story.account("broker"), "Now in use")
    story.shows("m-disputed", "", "Disputed", "say vacant")

    story.after(1)
    story.answers(story.account("officer"), "Now in use")
    story.shows("m-occupied", "", "In use", "by a city officer")
