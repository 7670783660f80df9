"""An officer's morning in a real browser: publish a report by keyboard, take a finding back, import a file, edit."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.exchange.demonstration_accounts import PASSWORD
from tests.browsing import Server, overflow, sign_in, violations

WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
FILE = (
    "street,number,lon,lat,kind,area,seen,date\n"
    "Via Nizza,901,7.6782,45.0545,negozio,64,vuoto,2026-11-01\n"
    "<img src=x onerror=alert(1)>,902,7.6783,45.0546,negozio,70,vuoto,2026-11-01\n"
    "Via Ormea,903,0,0,negozio,50,,\n"
)


@dataclass
class Site:
    """The running service, and what the browser complained about."""

    address: str
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    def open(self, size: dict[str, int], path: str = "/desk", javascript: bool = True, theme: str = "light") -> Page:
        context = self.browser.new_context(
            viewport=size, java_script_enabled=javascript, color_scheme=theme, locale="en-GB"  # type: ignore[arg-type]
        )  # fmt: skip
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.address}{path}")
        sign_in(page, "officer@example.org", PASSWORD)
        return page


@pytest.fixture(scope="module")
def site(seeded_settings: Settings, browser: Browser) -> Iterator[Site]:
    services = build(replace(seeded_settings, pool_size=16))
    with Server().serving(services) as address:
        yield Site(address, browser)
    services.engine.dispose()


@pytest.fixture(autouse=True)
def quiet(site: Site) -> Iterator[None]:
    site.complaints.clear()
    yield
    assert site.complaints == []


def ready(page: Page) -> None:
    """Wait until the map beside the queue is drawn, which is the last thing that its scripts do."""
    expect(page.locator("[data-queue-detail] .leaflet-container[data-ready]")).to_be_visible()


def number_on(page: Page, chip: str) -> int:
    words = page.locator(".chip", has_text=chip).inner_text()
    return int(words.rsplit(None, 1)[1].replace(",", ""))


def test_an_officer_publishes_a_report_by_keyboard(site: Site) -> None:
    page = site.open(WIDE)
    expect(page).to_have_url(f"{site.address}/desk")
    ready(page)
    before = number_on(page, "New reports")
    rows = page.locator(".q")
    first, second = rows.nth(0).locator("h2").inner_text(), rows.nth(1).locator("h2").inner_text()
    title = page.locator("[data-detail-title]")
    expect(title).to_have_text(first)
    page.keyboard.press("j")
    expect(title).to_have_text(second)
    ready(page)
    expect(page.locator("[data-queue-detail] .mk").first).to_be_visible()
    page.keyboard.press("k")
    expect(title).to_have_text(first)
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect(page.locator(".toast")).to_contain_text(f"{first} is on the map.")
    expect(title).to_have_text(second)
    assert number_on(page, "New reports") == before - 1


def test_a_finding_is_taken_back_with_z(site: Site) -> None:
    page = site.open(WIDE)
    ready(page)
    page.locator(".chip", has_text="Two answers").click()
    expect(page.locator(".chip", has_text="Two answers")).to_have_attribute("aria-current", "true")
    waiting = number_on(page, "Two answers")
    page.keyboard.press("v")
    expect(page.locator(".toast")).to_contain_text("Confirmed vacant")
    page.keyboard.press("z")
    expect(page.locator(".toast")).to_contain_text("Taken back.")
    expect(page.locator(".chip", has_text="Two answers")).to_contain_text(str(waiting))


def test_rejecting_needs_a_reason_and_opens_with_r(site: Site) -> None:
    page = site.open(WIDE)
    ready(page)
    page.locator(".chip", has_text="New reports").click()
    expect(page.locator(".chip", has_text="New reports")).to_have_attribute("aria-current", "true")
    page.keyboard.press("r")
    reason = page.get_by_label("Reason, as the reporter reads it")
    expect(reason).to_be_focused()
    reason.select_option("not_enough")
    page.locator("details.reject").get_by_role("button", name="Do not accept").click()
    expect(page.locator(".toast")).to_contain_text("was not accepted")


def test_without_javascript_the_same_decision_is_a_form(site: Site) -> None:
    page = site.open(NARROW, "/desk?kind=new", javascript=False)
    name = page.locator(".q h2").nth(0).inner_text()
    page.locator(".q h2 a").nth(0).click()
    expect(page.locator("[data-detail-title]")).to_have_text(name)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".flashes")).to_contain_text(f"{name} is on the map.")


def test_an_officer_imports_a_file_and_finds_it_in_the_register(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "premises.csv"
    file.write_text(FILE)
    page = site.open(WIDE, "/desk/imports")
    page.get_by_label("File with premises").set_input_files(str(file))
    page.get_by_label("Name of the source").fill("Comune di Torino 2026")
    page.get_by_role("button", name="Compare with the register").click()
    expect(page.locator("tr.new")).to_have_count(2)
    expect(page.locator("tr.refused")).to_contain_text("The position 0, 0 stands for a missing one.")
    expect(page.get_by_text("<img src=x onerror=alert(1)> 902")).to_be_visible()
    page.locator("tr.new", has_text="902").get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Write the chosen rows").click()
    expect(page.get_by_text("1 new and 0 changed records were written.")).to_be_visible()
    page.goto(f"{site.address}/desk/premises?q=via+nizza+901")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator(".mk")).to_have_count(1)
    page.locator("tbody a").click()
    page.get_by_label("Floor", exact=True).fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flashes")).to_contain_text("Via Nizza 901 is saved.")


def test_a_street_moves_the_map_and_the_pin_becomes_the_place(site: Site) -> None:
    page = site.open(WIDE, "/desk/premises/new")
    expect(page.locator(".pin")).to_be_visible()
    before = page.get_by_label("Longitude").input_value()
    page.get_by_label("Street", exact=True).fill("Via Cuneo")
    page.get_by_label("Street", exact=True).press("Tab")
    expect(page.get_by_label("Longitude")).not_to_have_value(before)
    page.get_by_label("Number", exact=True).fill("77")
    page.get_by_role("button", name="Add to the register").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Via Cuneo 77")


PAGES = ["/desk", "/desk?kind=disputed&item=via-nizza-18", "/desk/premises", "/desk/premises/new", "/desk/imports",
         "/desk/premises/via-nizza-18", "/desk/premises/via-nizza-18/place"]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_screen_is_accessible_and_fits_a_phone(site: Site, path: str, theme: str) -> None:
    page = site.open(NARROW, path, theme=theme)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert violations(page) == []
    assert overflow(page) <= 0
    page.set_viewport_size(WIDE)
    assert violations(page) == []
