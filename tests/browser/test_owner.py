"""An owner objects from a phone: map and page show the cell at once; an officer refuses, and two people unhide it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mapsvc.bootstrap import Services, build
from mapsvc.domain.imports import AreaRecord, Batch, StreetRecord
from mapsvc.operations.cluster import Urls
from tests.browsing import WCAG, Server, overflow, sign_in, violations
from tests.builders import PASSWORD, SOURCE, TODAY, Builder, square
from tests.conftest import empty, settings_for

PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
MAP = "/?lat=45.0705&lon=7.6205&z=18"


@pytest.fixture
def make(database_urls: Urls, tmp_path: Path) -> Iterator[Builder]:
    """A street with one exact shop, and two officers."""
    empty(database_urls.owner)
    services: Services = build(replace(settings_for(database_urls, tmp_path), today=TODAY.isoformat()))
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    make.load(Batch(SOURCE, streets=(StreetRecord("st", "Via Alta", (((7.61, 45.06), (7.63, 45.08)),)),)))
    make.observation(make.space("via-alta-9", 7.6205, 45.0705, name="Via Alta 9", street="Via Alta", number="9"))
    for name in ("first", "second"):
        make.account(f"{name}@example.org", "officer", area_id=make.areas["north"])
    yield make
    services.engine.dispose()


@pytest.fixture
def site(make: Builder) -> Iterator[str]:
    with Server().serving(make.services) as address:
        yield address


def phone(browser: Browser, site: str) -> BrowserContext:
    return browser.new_context(viewport=PHONE, base_url=site, has_touch=True, locale="en-GB")


def officer(browser: Browser, site: str, name: str) -> Page:
    page = browser.new_context(viewport=WIDE, base_url=site, locale="en-GB").new_page()
    page.goto("/login")
    sign_in(page, f"{name}@example.org", PASSWORD)
    return page


def markers(page: Page) -> list[str]:
    """Return the names of the markers of the map, which waits until it has drawn some."""
    page.goto(MAP)
    drawn = page.locator(".leaflet-marker-icon.mk")
    expect(drawn).to_have_count(1)
    return [drawn.nth(at).get_attribute("aria-label") or "" for at in range(drawn.count())]


def check(page: Page) -> None:
    """Fail for what axe finds, and for a page that must be scrolled sideways."""
    assert violations(page, WCAG) == []
    assert overflow(page) <= 0


def test_an_objection_from_a_phone_and_two_people_who_lift_it(browser: Browser, site: str, make: Builder) -> None:
    owner = phone(browser, site).new_page()
    assert "Via Alta 9" in markers(owner)[0]
    owner.goto("/spaces/via-alta-9")
    owner.get_by_role("link", name="Is this yours?").click()
    check(owner)
    owner.get_by_role("button", name="Send").click()
    expect(owner.get_by_role("heading", name="Is this yours?")).to_be_visible()
    owner.get_by_role("radio", name=re.compile("Do not show the exact place")).check(force=True)
    owner.get_by_label(re.compile("How can we see")).fill("Parcel 12 is mine")
    owner.get_by_role("button", name="Send").click()
    expect(owner.get_by_text("The exact place is hidden already")).to_be_visible()
    check(owner)

    visitor = phone(browser, site).new_page()
    name = markers(visitor)[0]
    assert "Via Alta" not in name
    assert "within 100 m" in name
    expect(visitor.locator(".leaflet-overlay-pane .mcell, .leaflet-overlay-pane .mcell-s")).to_have_count(1)
    slug = make.rows("SELECT slug FROM spaces")[0].slug
    visitor.goto(f"/spaces/{slug}")
    expect(visitor.get_by_text("The place is shown within 100 m only")).to_be_visible()
    assert "Via Alta" not in visitor.content()
    assert visitor.goto("/spaces/via-alta-9").status == 404  # type: ignore[union-attr]

    first = officer(browser, site, "first")
    first.goto("/desk?kind=owner")
    expect(first.get_by_text("Parcel 12 is mine")).to_be_visible()
    check(first)
    first.locator("summary", has_text="Refuse").click()
    first.get_by_label(re.compile("Reason, sent by mail")).fill("Parcel 12 is somebody else's")
    first.locator("button[value=refuse]").click()
    expect(first.locator("button[value=refuse]")).to_have_count(0)
    first.goto("/desk?kind=unhide")
    expect(first.get_by_text("Another person has to agree.").first).to_be_visible()
    assert first.get_by_role("button", name=re.compile("Agree")).count() == 0
    assert "Via Alta" not in markers(visitor)[0]

    second = officer(browser, site, "second")
    second.goto("/desk?kind=unhide")
    second.get_by_role("button", name=re.compile("Agree to show it exactly")).click()
    expect(second.get_by_role("button", name=re.compile("Agree"))).to_have_count(0)
    visitor.goto(f"/spaces/{slug}")
    expect(visitor.get_by_role("heading", name="Via Alta 9")).to_be_visible()
    assert "Via Alta 9" in markers(visitor)[0]
    for page in (owner, visitor, first, second):
        page.context.close()


def test_a_place_of_a_street_is_drawn_without_a_door(browser: Browser, site: str, make: Builder) -> None:
    make.write("UPDATE spaces SET publication_precision = 'street', slug = 'space-1'")
    visitor = phone(browser, site).new_page()
    visitor.goto("/?lat=45.0700&lon=7.6200&z=18")
    marker = visitor.locator(".leaflet-marker-icon.mk")
    expect(marker).to_have_count(1)
    expect(marker).to_have_attribute("aria-label", re.compile("Somewhere on Via Alta"))
    expect(visitor.locator(".leaflet-overlay-pane .mcell, .leaflet-overlay-pane .mcell-s")).to_have_count(0)
    visitor.goto("/spaces/space-1")
    expect(visitor.get_by_role("heading", name="Somewhere on Via Alta")).to_be_visible()
    check(visitor)
    visitor.context.close()


def test_a_home_is_told_to_the_office_only(browser: Browser, site: str, make: Builder) -> None:
    passer_by = phone(browser, site).new_page()
    passer_by.goto("/mark/see?placed=map&lon=7.64&lat=45.09&street=Via+Alta")
    passer_by.get_by_role("radio", name=re.compile("Somebody lives there")).check(force=True)
    passer_by.get_by_role("button", name="Send").click()
    expect(passer_by.get_by_text("A home is no vacant space")).to_be_visible()
    check(passer_by)
    assert len(make.rows("SELECT id FROM spaces")) == 1
    passer_by.context.close()
    desk = officer(browser, site, "first")
    desk.goto("/desk?kind=message")
    check(desk)
    desk.get_by_role("button", name="Close the message").click()
    expect(desk.get_by_role("button", name="Close the message")).to_have_count(0)
    assert make.rows("SELECT state FROM office_messages")[0].state == "closed"
    desk.context.close()
