"""Two officers at one record in a real browser: the second gets both changes joined; one of them puts facts back."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.exchange.demonstration_accounts import PASSWORD
from tests.browsing import WCAG, Server, overflow, sign_in, violations

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}


@dataclass
class Site:
    """The running service, a public record of it, and what the browser complained about."""

    address: str
    browser: Browser
    slug: str
    complaints: list[str] = field(default_factory=list)

    def open(self, size: dict[str, int], javascript: bool = True) -> Page:
        context = self.browser.new_context(viewport=size, java_script_enabled=javascript, locale="en-GB")  # type: ignore[arg-type]
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.address}/login?next=/desk/premises/{self.slug}")
        sign_in(page, "officer@example.org", PASSWORD)
        expect(page.locator("#f-name")).to_be_visible()
        return page

    def _hear(self, message: object) -> None:
        # Chromium reports every answer from 400 on; the 412 of an offer is one of them.
        if message.type == "error" and "412" not in message.text:  # type: ignore[attr-defined]
            self.complaints.append(message.text)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def site(seeded_settings: Settings, browser: Browser) -> Iterator[Site]:
    services = build(replace(seeded_settings, pool_size=16))
    with services.reading() as connection:
        query = "SELECT slug FROM spaces WHERE record_state = 'published' AND area_id IS NOT NULL ORDER BY slug LIMIT 1"
        slug = connection.execute(text(query)).scalar_one()
    with Server().serving(services) as address:
        yield Site(address, browser, slug)
    services.engine.dispose()


def accessible(page: Page) -> None:
    """Expect no fault against WCAG 2.2 AA and nothing wider than the window."""
    assert violations(page, WCAG) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize(("size", "javascript"), [(WIDE, True), (NARROW, True), (NARROW, False)])
def test_an_officer_who_was_overtaken_joins_both_changes(site: Site, size: dict[str, int], javascript: bool) -> None:
    mark = f"{size['width']} {javascript}"
    mine, theirs = site.open(size, javascript), site.open(WIDE)
    theirs.locator("#f-name").fill(f"Their name {mark}")
    theirs.locator("#f-city_name").fill(f"Their town {mark}")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.locator(".msg.ok")).to_be_visible()
    mine.locator("#f-name").fill(f"My name {mark}")
    mine.locator("#f-floor").fill(f"F{mark}")
    mine.get_by_role("button", name="Save").click()
    expect(mine.locator(".merge-offer")).to_contain_text("Somebody else saved this in between")
    expect(mine.locator(".merge-taken")).to_contain_text(f"Their town {mark}")
    expect(mine.locator("#f-name")).to_have_value(f"My name {mark}")
    expect(mine.locator("#f-city_name")).to_have_value(f"Their town {mark}")
    if javascript:
        expect(mine.locator(".merge-offer")).to_be_focused()
        accessible(mine)
    mine.get_by_role("radio", name="Theirs").check()
    mine.get_by_role("button", name="Save the joined changes").click()
    expect(mine.locator("#f-name")).to_have_value(f"Their name {mark}")
    expect(mine.locator("#f-floor")).to_have_value(f"F{mark}")
    expect(mine.locator(".merge-offer")).to_have_count(0)
    assert site.complaints == []


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_an_officer_puts_facts_back_and_finds_it_in_the_history(site: Site, size: dict[str, int]) -> None:
    page = site.open(size)
    before = page.locator("#f-name").input_value()
    page.locator("#f-name").fill("A wrong name")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".msg.ok")).to_be_visible()
    page.goto(f"{site.address}/desk/premises/{site.slug}/history")
    first = page.locator(".history > li").first
    expect(first).to_contain_text("A wrong name")
    accessible(page)
    first.get_by_role("link", name="Put back to before").click()
    expect(page.locator(".changes")).to_contain_text(before)
    accessible(page)
    page.get_by_label("Why").fill("It belongs to the house next door")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator(".msg.ok")).to_contain_text("is put back")
    expect(page.locator(".history > li").first).to_contain_text("It belongs to the house next door")
    page.goto(f"{site.address}/desk/premises/{site.slug}")
    expect(page.locator("#f-name")).to_have_value(before)
    page.goto(f"{site.address}/desk/audit?action=rolled_back")
    expect(page.locator(".history > li").first).to_contain_text("Put back")
    accessible(page)
    assert site.complaints == []
