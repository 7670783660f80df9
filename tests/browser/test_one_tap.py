"""One tap from a mail, from the sticker at the door, from the list of places that need a look, and inside an embed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from mapsvc.bootstrap import build
from mapsvc.domain.imports import AreaRecord, Batch, StreetRecord
from mapsvc.jobs import worker
from mapsvc.operations.cluster import Urls
from tests.browsing import WCAG, Server, listen, overflow, violations
from tests.builders import NOW, SOURCE, TODAY, Builder, square
from tests.conftest import empty, settings_for

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def make(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    empty(database_urls.owner)
    settings = settings_for(database_urls, tmp_path_factory.mktemp("var"))
    server = Server()
    services = build(replace(settings, today=TODAY.isoformat(), public_url=server.address))
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    make.load(Batch(SOURCE, streets=(StreetRecord("st", "Via Alta", (((7.615, 45.07), (7.625, 45.07)),)),)))
    _places(make)
    make.map("our-map", make.group("us"))
    with server.serving(services):
        yield make
    services.engine.dispose()


def _places(make: Builder) -> None:
    begun = NOW - timedelta(days=200)
    for number in range(1, 5):
        space = make.space(
            f"via-alta-{number}", 7.62 + number * 0.0004, 45.07, name=f"Via Alta {number}", created_at=begun,
            updated_at=begun,
        )  # fmt: skip
        seen = make.observation(space, kind="registered_user", quality="photo_onsite", days_ago=200, reporter="user:1")
        if number == 1:
            make.follow_link(space, seen, "ada@example.org")
            make.write("UPDATE follow_links SET created_at = :at", at=begun)
            make.write("UPDATE spaces SET next_check_due = :day WHERE id = :id", day=TODAY, id=space)


@pytest.fixture
def phone(browser: Browser, make: Builder) -> Iterator[Page]:
    """A phone whose every message and foreign request makes the test fail."""
    address = make.services.settings.public_url
    context = browser.new_context(viewport=PHONE, base_url=address, locale="it-IT")  # type: ignore[arg-type]
    page = context.new_page()
    faults: list[str] = []
    listen(page, faults, ours=address)
    yield page
    context.close()
    assert not faults


def quiet(page: Page) -> None:
    """Hold what every screen owes to everybody: no sideways scrolling, nothing that axe finds, targets for thumbs."""
    assert violations(page, WCAG) == []
    assert overflow(page) <= 0


def answers(make: Builder, slug: str) -> list[tuple[str, str]]:
    query = (
        "SELECT o.claim, o.quality FROM observations o JOIN spaces s ON s.id = o.space_id"
        " WHERE s.slug = :slug AND o.state = 'counted' AND o.submitted_at >= :now ORDER BY o.id"
    )
    return [(row.claim, row.quality) for row in make.rows(query, slug=slug, now=NOW - timedelta(days=1))]


def test_one_tap_from_the_mail(phone: Page, make: Builder) -> None:
    assert worker.run_now(make.services, "remind") == {"reminded": 1}
    worker.run_now(make.services, "send-mail")
    mail = make.services.mailer.sent[-1]  # type: ignore[attr-defined]
    link = re.search(r"/still/[\w-]+", mail.body)
    assert link
    phone.goto(link[0] + "?lang=it")
    quiet(phone)
    assert answers(make, "via-alta-1") == []
    button = phone.locator("button[value=vacant]")
    assert (button.bounding_box() or {})["height"] >= 44
    button.click()
    expect(phone.locator(".msg.ok")).to_be_visible()
    expect(phone.locator("html")).to_have_attribute("lang", "it")
    quiet(phone)
    assert answers(make, "via-alta-1") == [("vacant", "remote")]


def test_one_tap_at_the_door(phone: Page, make: Builder) -> None:
    phone.goto("/spaces/via-alta-2/sticker?lang=it")
    quiet(phone)
    phone.goto("/s/via-alta-2?lang=it")
    quiet(phone)
    buttons = phone.locator("button[name=claim]")
    assert [(box.bounding_box() or {})["height"] >= 44 for box in buttons.all()] == [True] * 4
    phone.locator("button[value=occupied]").first.click()
    expect(phone.locator("button[value=occupied]").first).to_have_attribute("aria-pressed", "true")
    expect(phone.locator(".toast")).to_be_visible()
    expect(phone.locator("[data-look-item]").first).to_be_visible()
    assert answers(make, "via-alta-2") == [("occupied", "onsite_no_photo")]
    quiet(phone)


def test_one_tap_in_the_list_of_places_that_need_a_look(phone: Page, make: Builder) -> None:
    phone.goto("/look?lat=45.07&lon=7.621&lang=it")
    quiet(phone)
    card = phone.locator("[data-look-item]", has_text="Via Alta 3")
    card.locator("button[value=vacant]").click()
    expect(card).to_have_class(re.compile(r"\bdone\b"))
    assert answers(make, "via-alta-3") == [("vacant", "onsite_no_photo")]
    phone.locator(".toast button").click()
    expect(card).not_to_have_class(re.compile(r"\bdone\b"))
    assert answers(make, "via-alta-3") == []


def test_the_position_counts_the_places_nearby(browser: Browser, make: Builder) -> None:
    address = make.services.settings.public_url
    context = browser.new_context(
        viewport=PHONE, base_url=address, permissions=["geolocation"],  # type: ignore[arg-type]
        geolocation={"latitude": 45.0700123, "longitude": 7.6210456},
    )  # fmt: skip
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/look")
    page.locator("[data-look-here]").click()
    page.wait_for_url("**/look?lat=45.070&lon=7.621")
    expect(page.locator("[data-look-item]").first).to_be_visible()
    assert not [url for url in asked if "0123" in url or "0456" in url], "the position leaves rounded only"
    context.close()


def test_one_tap_inside_an_embed(browser: Browser, make: Builder) -> None:
    address = make.services.settings.public_url
    context = browser.new_context(viewport={"width": 900, "height": 600}, base_url=address)
    page = context.new_page()
    faults: list[str] = []
    listen(page, faults, ours=address)
    page.goto("/embed/our-map")
    row = page.locator("li[data-place]", has_text="Via Alta 4")
    row.locator("a.rec").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    row.locator("button[data-claim=vacant]").click()
    expect(page.locator(".toast")).to_be_visible()
    assert answers(make, "via-alta-4") == [("vacant", "onsite_no_photo")]
    page.locator(".toast button").click()
    expect(page.locator(".toast")).to_contain_text("Undone")
    assert answers(make, "via-alta-4") == []
    assert context.cookies() == []
    assert faults == []
    context.close()
