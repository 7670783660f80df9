"""Marking on a phone in a real browser: by position, by keyboard, without JavaScript, and when the network fails."""

import io
import re
from collections.abc import Callable, Iterator

import pytest
from mark_town import found, rows
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from mapsvc.bootstrap import Services
from mapsvc.config import Settings
from tests.browsing import WCAG, Server, listen, violations

PHONE = {"width": 360, "height": 740}
AT_THE_DOOR = {"longitude": 7.67011, "latitude": 45.05201, "accuracy": 9}
NOWHERE_NEAR = {"longitude": 7.68, "latitude": 45.0571, "accuracy": 9}

Open = Callable[..., Page]


@pytest.fixture
def town(settings: Settings) -> Iterator[Services]:
    yield from found(settings)


@pytest.fixture
def site(town: Services) -> Iterator[str]:
    with Server().serving(town) as address:
        yield address


@pytest.fixture
def phone(site: str, browser: Browser) -> Iterator[Open]:
    """Open a path on a phone, and fail the test for messages of the console, errors and foreign requests."""
    faults: list[str] = []
    contexts = []

    def opened(path: str, position: dict[str, float] | None = None, **options: object) -> Page:
        if position:
            options |= {"geolocation": position, "permissions": ["geolocation"]}
        context = browser.new_context(viewport=PHONE, has_touch=True, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        listen(page, faults, ours=site)
        page.goto(site + path)
        if options.get("java_script_enabled", True) and path.startswith("/mark"):
            expect(page.locator(".folium-map")).to_have_attribute("data-ready", "")
        return page

    yield opened
    for context in contexts:
        context.close()
    # A refused or failed answer is part of some tests; the browser reports it by itself.
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    small = page.evaluate(
        """[...document.querySelectorAll('button, .btn, select, textarea, summary, .flow-head a, input')]
        .filter((one) => one.checkVisibility() && !one.closest('.opt, .bar, .photo') && !one.matches('.chip'))
        .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect().height])
        .filter(([, height]) => height < 43.5)"""
    )
    assert [one for one in small if "data-address" not in one[0]] == []


def accessible(page: Page) -> None:
    assert violations(page, WCAG) == []


def photo() -> dict[str, object]:
    buffer = io.BytesIO()
    Image.new("RGB", (900, 700), "teal").save(buffer, "JPEG")
    return {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_the_position_over_the_candidates_to_the_thanks(phone: Open, town: Services, scheme: str) -> None:
    page = phone("/mark", AT_THE_DOOR, color_scheme=scheme)
    page.get_by_role("button", name="Use my position").click()
    expect(page.get_by_text("accurate to about 9 m").first).to_be_visible()
    fits(page)
    accessible(page)

    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it one of these?")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Via Nizza 18")
    fits(page)
    accessible(page)

    page.get_by_role("button", name="This one Via Nizza 18", exact=True).click()
    page.get_by_text("Shutter down").click()
    page.locator("#f-photo").set_input_files(photo())  # type: ignore[arg-type]
    expect(page.get_by_text("Photo added")).to_be_visible()
    fits(page)
    accessible(page)

    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    link = page.get_by_label("Private link", exact=True).input_value()
    fits(page)
    accessible(page)
    assert rows(town, "SELECT claim, quality, accuracy_m, ST_X(device_point) FROM observations") == [
        ("vacant", "photo_onsite", 9, 7.67011)
    ]
    page.goto(page.url.split("/mark")[0] + "/r/" + link.rsplit("/", 1)[1])
    expect(page.get_by_text("You saw: vacant")).to_be_visible()
    fits(page)
    accessible(page)


def test_by_keyboard_alone_from_a_typed_address(phone: Open, town: Services) -> None:
    # Without movement, so that what is measured below is where the page comes to rest.
    page = phone("/mark", reduced_motion="reduce")
    page.get_by_role("combobox", name="Street and number").focus()
    page.keyboard.type("madama cristna 7/b")
    expect(page.get_by_role("option").first).to_contain_text("Via Madama Cristina 7/B")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator('[name="placed"]')).to_have_value("address")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you see?")

    # The link to the content, back, close.
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Vacant")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="In use")).to_be_checked()
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.matches('[data-send]')")
        lowest = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
        if focused:
            break
        foot = page.evaluate("document.querySelector('.flow-foot').getBoundingClientRect().top")
        assert lowest <= foot + 1, "what has the focus lies under the fixed button"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert rows(
        town, "SELECT s.name, s.geocode_precision, o.claim FROM spaces s JOIN observations o ON o.space_id = s.id"
    ) == [("Via Madama Cristina 7/B", "street", "occupied")]


def test_moving_the_map_places_the_door(phone: Open, town: Services) -> None:
    page = phone("/mark?lat=45.05710&lon=7.68000&z=17")
    page.get_by_role("combobox").fill("Via Madama Cristina 9")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator('[name="placed"]')).to_have_value("address")
    page.locator(".folium-map").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('[name="placed"]')).to_have_value("map")
    expect(page.locator('[name="lon"]')).not_to_have_value("7.680000")
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Shutter down").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert rows(town, "SELECT name, geocode_precision FROM spaces WHERE number = '9'") == [
        ("Via Madama Cristina 9", "entrance")
    ]


def test_going_back_keeps_what_was_written(phone: Open) -> None:
    page = phone("/mark", AT_THE_DOOR)
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator('[name="placed"]')).to_have_value("device")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="None of these").click()
    page.get_by_text("Shutter down").click()
    page.get_by_text("Add a note").click()
    page.get_by_role("textbox", name="Note").fill("Two windows")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is it one of these?")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where is it?")
    expect(page.locator('[name="lat"]')).to_have_value("45.052010")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("radio", name="Vacant")).to_be_checked()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Two windows")


def test_without_javascript_an_address_is_enough(phone: Open, town: Services) -> None:
    page = phone("/mark", java_script_enabled=False)
    expect(page.locator(".folium-map")).to_be_hidden()
    page.get_by_role("combobox").fill("Via Madama Cristina 11")
    page.keyboard.press("Enter")
    page.get_by_text("Shutter down").click()
    page.locator("#f-photo").set_input_files(photo())  # type: ignore[arg-type]
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert rows(town, "SELECT count(*) FROM photos") == [(1,)]


def test_when_the_network_fails_nothing_is_lost_and_nothing_arrives_twice(phone: Open, town: Services) -> None:
    page = phone("/mark", NOWHERE_NEAR)
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator('[name="placed"]')).to_have_value("device")
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Shutter down").click()
    page.locator("#f-photo").set_input_files(photo())  # type: ignore[arg-type]

    def arrives_but_nobody_hears(route) -> None:  # type: ignore[no-untyped-def]
        route.fetch()
        route.abort()

    page.route("**/mark/send", arrives_but_nobody_hears, times=1)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Not confirmed as saved")).to_be_visible()
    expect(page.get_by_text("Photo added")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert rows(town, "SELECT count(*) FROM observations") == [(1,)]


def test_a_refused_photo_keeps_the_rest(phone: Open) -> None:
    page = phone("/mark", NOWHERE_NEAR)
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator('[name="placed"]')).to_have_value("device")
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Shutter down").click()
    page.locator("#f-photo").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("no picture that can be read")
    page.get_by_role("button", name="Remove the photo").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")


def test_the_link_of_the_map_starts_where_it_looked(phone: Open) -> None:
    page = phone("/mark?lat=45.05710&lon=7.68000&z=17")

    expect(page.locator('[name="placed"]')).to_have_value("map")
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("lon=7.68"))
    expect(page.get_by_text("Via Madama Cristina")).to_be_visible()


def test_far_from_any_place_something_has_to_be_said_first(phone: Open) -> None:
    page = phone("/mark")

    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("Type an address, use your position")
