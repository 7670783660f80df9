"""An officer looks at who goes where, tries something out, and sees the new result beside the old one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.exchange.demonstration_accounts import PASSWORD
from tests.browsing import Server, listen, overflow, settle, sign_in, violations

HOME = "/desk/calls/SS-TO-2027-DEMO/match"


@pytest.fixture(scope="module")
def site(seeded_settings: Settings) -> Iterator[str]:
    server = Server()
    services = build(replace(seeded_settings, public_url=server.address))
    with server.serving(services) as address:
        yield address
    services.engine.dispose()


@pytest.fixture
def officer(browser: Browser, site: str) -> Iterator[Page]:
    """A browser of an officer, whose every message makes the test fail."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site).new_page()
    faults: list[str] = []
    listen(page, faults, ours=site)
    page.goto("/login")
    sign_in(page, "officer@example.org", PASSWORD)
    yield page
    assert faults == []


def test_the_officer_chooses_a_pair_and_tries_other_weights(officer: Page) -> None:
    page = officer
    page.goto(HOME)
    settle(page)
    assert page.locator(".ml-lot").count() == 7
    assert page.locator("path.ml").count() == page.locator("td.as").count()
    # One stop of the Tab key; the arrows walk, and the chosen pair changes without leaving the page.
    assert page.locator("a[data-cell][tabindex='0']").count() == 1
    cell = page.locator("tbody tr").nth(1).locator("a[data-cell]").nth(3)
    cell.focus()
    page.keyboard.press("ArrowRight")
    focused = page.locator("a[data-cell]:focus")
    name = focused.get_attribute("aria-label") or ""
    page.keyboard.press("Enter")
    expect(page.locator("a[data-cell][aria-current]")).to_have_attribute("aria-label", name)
    expect(page.locator("a[data-cell]:focus")).to_have_attribute("aria-label", name)
    expect(page.locator("#pair-title")).to_contain_text(name.split(",")[0])
    page.go_back()
    expect(page.locator("a[data-cell][aria-current]")).not_to_have_attribute("aria-label", name)
    assert violations(page) == []

    page.get_by_role("link", name="What if").click()
    page.get_by_label("Committee", exact=True).fill("30")
    expect(page.locator("[data-sum]")).to_have_text("together 80 of 100")
    page.get_by_label("Fit of the place").fill("40")
    expect(page.locator("[data-sum]")).to_have_text("together 100 of 100")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator(".sim")).to_contain_text("It is not the result of the call")
    settle(page)
    moves = page.locator(".mx-moves > li").count()
    assert moves > 0
    assert page.locator("tr.moved").count() == moves
    assert page.locator("path.ml.was").count() > 0
    assert page.locator("path.ml.moved").count() > 0
    assert violations(page) == []

    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="dark")
    settle(page)
    assert overflow(page) <= 0
    assert violations(page) == []
    expect(page.locator("tbody tr").first.locator(".mx-where").first).to_be_visible()
