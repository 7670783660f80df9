"""The brush for photos in Chromium: painted, saved, and the public picture is changed exactly there."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor
from mapsvc.exchange.demonstration_accounts import PASSWORD
from mapsvc.usecases.observations import Answer, add_observation
from tests.browsing import Server, sign_in, violations

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
SIZE = (800, 600)


@dataclass
class Site:
    """The running service with a browser."""

    services: Services
    address: str
    browser: Browser
    slug: str

    def photo(self) -> UUID:
        """Add a photo that waits at a public place, full of detail everywhere, and return its id."""
        noise = Image.merge("RGB", [Image.effect_noise(SIZE, 90) for _ in range(3)])
        buffer = io.BytesIO()
        noise.save(buffer, "JPEG", quality=90)
        answer = Answer(uuid4(), Claim.VACANT, photo=self.services.check_photo(buffer.getvalue()))
        actor = Actor(device=uuid4().hex)
        said = add_observation(
            self.services.unit_of_work(), self.services.photos, actor, self.slug, answer, self.services.clock.now()
        )
        with self.services.reading() as connection:
            query = text("SELECT id FROM photos WHERE observation_id = :id")
            photo: UUID = connection.execute(query, {"id": said.observation_id}).scalar_one()
        return photo

    def open(self, photo: UUID, size: dict[str, int], theme: str = "light", touch: bool = False) -> Page:
        context = self.browser.new_context(
            viewport=size, color_scheme=theme, locale="en-GB", has_touch=touch, reduced_motion="reduce"  # type: ignore[arg-type]
        )  # fmt: skip
        page = context.new_page()
        page.goto(f"{self.address}/desk/photos/{photo}/blur")
        sign_in(page, "officer@example.org", PASSWORD)
        expect(page.locator("[data-stage][data-ready]")).to_be_visible()
        return page

    def stored(self, photo: UUID) -> Image.Image:
        return Image.open(self.services.photos.path(photo, small=False)).convert("RGB")


@pytest.fixture(scope="module")
def site(seeded_settings: Settings, browser: Browser) -> Iterator[Site]:
    services = build(replace(seeded_settings, pool_size=16))
    with services.reading() as connection:
        query = (
            "SELECT slug FROM public_spaces WHERE publication_precision = 'exact' AND demonstration ORDER BY id LIMIT 1"
        )
        slug = connection.execute(text(query)).scalar_one()
    with Server().serving(services) as address:
        yield Site(services, address, browser, slug)
    services.engine.dispose()


def difference(before: Image.Image, after: Image.Image, box: tuple[int, int, int, int]) -> float:
    """Return the mean difference of two pictures in a box, in levels of 255."""
    return float(ImageStat.Stat(ImageChops.difference(before.crop(box), after.crop(box)).convert("L")).mean[0])


def detail(picture: Image.Image, box: tuple[int, int, int, int]) -> float:
    return float(ImageStat.Stat(picture.crop(box).convert("L")).stddev[0])


def public(site: Site, photo: UUID, small: bool = False) -> Image.Image:
    """Return the picture as a visitor gets it."""
    context = site.browser.new_context()
    answer = context.request.get(f"{site.address}/photos/{photo}{'-small' if small else ''}.jpg")
    assert answer.status == 200
    return Image.open(io.BytesIO(answer.body())).convert("RGB")


def test_a_painted_stroke_is_unreadable_for_everybody_and_nothing_else_changed(site: Site) -> None:
    photo = site.photo()
    before, page = site.stored(photo), site.open(photo, WIDE)
    expect(page.get_by_role("button", name="Blur and show")).to_be_disabled()
    canvas = page.locator("[data-canvas]").bounding_box()
    assert canvas is not None
    scale = canvas["width"] / SIZE[0]
    page.mouse.move(canvas["x"] + 200 * scale, canvas["y"] + 300 * scale)
    page.mouse.down()
    page.mouse.move(canvas["x"] + 400 * scale, canvas["y"] + 300 * scale, steps=8)
    page.mouse.up()
    # A second stroke is taken back before it is saved.
    page.mouse.click(canvas["x"] + 700 * scale, canvas["y"] + 80 * scale)
    expect(page.locator("[data-status]")).to_have_text("2 painted")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-status]")).to_have_text("1 painted")
    page.get_by_role("button", name="Blur and show").click()
    expect(page.locator(".flashes")).to_contain_text("gone for good")

    after = public(site, photo)
    painted, beside, taken_back = (200, 290, 400, 310), (0, 400, 800, 600), (670, 50, 730, 110)
    assert detail(before, painted) > 40
    assert detail(after, painted) < 15
    assert difference(before, after, painted) > 25
    # Encoding a JPEG anew moves single levels; nothing outside the stroke is another picture.
    for box in (beside, taken_back, (0, 0, 150, 600)):
        assert difference(before, after, box) < 4
    small = public(site, photo, small=True)
    assert detail(small, (125, 176, 235, 184)) < 20
    page.goto(f"{site.address}/spaces/{site.slug}")
    expect(page.locator(f'img[src*="{photo}-small.jpg?v=3"]')).to_be_visible()


def test_a_rectangle_is_moved_and_sized_by_keyboard_alone(site: Site) -> None:
    photo = site.photo()
    before, page = site.stored(photo), site.open(photo, WIDE)
    page.get_by_role("button", name="Rectangle").press("Enter")
    box = page.get_by_role("group", name="Rectangle 1")
    expect(box).to_be_focused()
    for key, times in (("ArrowLeft", 40), ("ArrowUp", 40), ("Shift+ArrowRight", 10), ("Shift+ArrowDown", 5)):
        for _ in range(times):
            page.keyboard.press(key)
    page.get_by_role("button", name="Rectangle").press("Enter")
    page.keyboard.press("Delete")
    expect(page.locator("[data-status]")).to_have_text("1 painted")
    page.get_by_role("button", name="Blur and show").press("Enter")
    expect(page.locator(".flashes")).to_contain_text("gone for good")

    after = public(site, photo)
    # From the corner, 30 % wide and 25 % high.
    assert detail(after, (4, 4, 236, 146)) < 15
    assert difference(before, after, (4, 4, 236, 146)) > 25
    assert difference(before, after, (250, 0, 800, 600)) < 4
    assert difference(before, after, (0, 160, 800, 600)) < 4


def test_a_finger_paints_on_a_phone(site: Site) -> None:
    photo = site.photo()
    page = site.open(photo, NARROW, touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    canvas = page.locator("[data-canvas]").bounding_box()
    assert canvas is not None
    page.touchscreen.tap(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    expect(page.locator("[data-status]")).to_have_text("1 painted")
    page.get_by_role("button", name="Blur and show").tap()
    expect(page.locator(".flashes")).to_contain_text("gone for good")
    assert detail(public(site, photo), (390, 290, 410, 310)) < 15


def test_what_was_painted_is_kept_when_somebody_else_was_faster(site: Site) -> None:
    photo = site.photo()
    page, other = site.open(photo, WIDE), site.open(photo, WIDE)
    other.get_by_role("button", name="Rectangle").click()
    other.get_by_role("button", name="Blur and show").click()
    expect(other.locator(".flashes")).to_contain_text("gone for good")
    page.locator("[data-canvas]").click(position={"x": 60, "y": 60})
    page.get_by_role("button", name="Rectangle").click()
    page.get_by_role("button", name="Blur and show").click()

    expect(page.locator(".msg.bad")).to_contain_text("Somebody else changed it in between")
    expect(page.locator("[data-status]")).to_have_text("2 painted")
    page.get_by_role("button", name="Blur", exact=True).click()
    expect(page.locator(".flashes")).to_contain_text("gone for good")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_brush_is_accessible(site: Site, theme: str) -> None:
    photo = site.photo()
    for size in (WIDE, NARROW):
        page = site.open(photo, size, theme)
        page.get_by_role("button", name="Rectangle").click()
        assert violations(page) == []
