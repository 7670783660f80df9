"""Applying on a phone in a real browser: saved while writing, places ranked by every means; and without scripts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.application_drafts import Step
from tests.application_world import NEEDS, PDF, PROJECT, ApplicationWorld, build_applications
from tests.browsing import Server, listen, overflow, violations
from tests.builders import NOW, Builder

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def world(settings: Settings) -> ApplicationWorld:
    services = build(replace(settings, today=NOW.date().isoformat()))
    return build_applications(Builder(services))


@pytest.fixture
def site(world: ApplicationWorld) -> Iterator[str]:
    with Server().serving(world.make.services) as address:
        yield address


def order(page: Page) -> list[str]:
    """Return the numbers of the lots in the order that the page shows."""
    return page.locator("[data-order] [data-lot]").evaluate_all("(rows) => rows.map((row) => row.dataset.lot)")


def saved(world: ApplicationWorld, key: str) -> list[str]:
    """Return the stored order by the numbers of the lots."""
    number = {lot: str(place) for place, lot in enumerate(world.lots, 1)}
    return [number[lot] for lot in world.draft(key).lots]


def test_a_group_applies_on_a_phone(browser: Browser, site: str, world: ApplicationWorld) -> None:
    faults: list[str] = []
    page = browser.new_context(viewport=PHONE, has_touch=True).new_page()
    listen(page, faults, ours=site)
    page.goto(f"{site}/calls/CB-2027/apply")
    page.locator("[name=name]").fill("Officina dei colori")
    page.locator("[name=members_count]").fill("7")
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/needs")
    key = page.url.split("/")[-2]

    # Saved while somebody writes, also what cannot be read yet.
    page.locator("[name=area_min_m2]").fill("40")
    page.locator("[name=budget_max_cents]").fill("much")
    expect(page.locator("[data-save-state]")).to_have_text("Saved, one thing needs another look")
    page.reload()
    expect(page.locator("[name=budget_max_cents]")).to_have_value("much")
    expect(page.locator("[name=area_min_m2]")).to_have_value("40")
    page.locator("[name=budget_max_cents]").fill("350")
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    # A second tab has saved something else in between: the first one says so and keeps what it shows.
    world.save(key, Step.NEEDS, needs=NEEDS)
    page.locator("[name=area_min_m2]").fill("45")
    expect(page.locator("[data-save-state]")).to_have_text("Saved elsewhere in between")
    expect(page.locator("[name=area_min_m2]")).to_have_value("45")
    world.save(key, Step.PROJECT, project=PROJECT)

    page.goto(f"{site}/a/{key}/places")
    rank(page, world, key)
    assert violations(page) == []
    assert overflow(page) == 0

    page.goto(f"{site}/a/{key}/documents")
    page.locator("#f-document-plan").set_input_files({"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF})
    expect(page.locator(".paper-there").first).to_contain_text("Receipt D-")
    page.locator("#f-declarations-no_debts").check()
    page.get_by_role("button", name="Check everything").click()
    page.wait_for_url("**/check")
    assert overflow(page) == 0
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_role("heading", name="Your application has arrived")).to_be_visible()
    expect(page.locator(".receipt")).to_contain_text(world.application(key).receipt or "no receipt")
    assert violations(page) == []
    # The conflict of the two tabs is reported by the browser itself.
    assert [fault for fault in faults if "412" not in fault] == []


def rank(page: Page, world: ApplicationWorld, key: str) -> None:
    """Rank three places by adding, by the keyboard, by dragging, by a number and by the buttons."""
    for number in ("1", "2", "3"):
        page.locator(f"[data-others] [data-lot='{number}'] [data-move=in]").click()
    assert order(page) == ["1", "2", "3"]
    handle = page.locator("[data-lot='3'] [data-handle]")
    handle.focus()
    page.keyboard.press("ArrowUp")
    assert order(page) == ["1", "3", "2"]
    expect(handle).to_be_focused()
    expect(page.locator("[data-order-said]")).to_have_text("Via Alta 3 is now number 2 of 3.")
    drag(page, "1", below="2")
    assert order(page) == ["3", "2", "1"]
    place = page.locator("[data-lot='1'] [data-rank]")
    place.fill("1")
    place.press("Enter")
    assert order(page) == ["1", "3", "2"]
    page.locator("[data-lot='1'] [data-move=down]").click()
    assert order(page) == ["3", "1", "2"]
    page.locator("[data-lot='2'] [data-move=out]").click()
    expect(page.locator("[data-save-state]")).to_have_text("Saved")
    assert saved(world, key) == ["3", "1"]


def drag(page: Page, lot: str, *, below: str) -> None:
    """Drag one lot below another one by its handle."""
    handle = page.locator(f"[data-lot='{lot}'] [data-handle]")
    # Both have to be in view, above the button at the bottom.
    page.locator("[data-order]").evaluate("(list) => list.scrollIntoView({block: 'start', behavior: 'instant'})")
    start, end = handle.bounding_box(), page.locator(f"[data-lot='{below}']").bounding_box()
    assert start is not None
    assert end is not None
    x = start["x"] + start["width"] / 2
    page.mouse.move(x, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, end["y"] + end["height"] / 2, steps=6)
    page.mouse.move(x, end["y"] + end["height"] + 4, steps=4)
    page.mouse.up()


def test_a_quick_button_waits_for_the_save_under_way(browser: Browser, site: str, world: ApplicationWorld) -> None:
    key = world.begin()
    page = browser.new_context(viewport=PHONE).new_page()
    page.goto(f"{site}/a/{key}/needs")
    held: list[Route] = []
    sent: list[str] = []

    def hold_the_save(route: Route) -> None:
        if route.request.is_navigation_request():
            sent.append(route.request.method)
            route.continue_()
        else:
            held.append(route)

    page.route(f"**/a/{key}/needs", hold_the_save)
    with page.expect_request(lambda asked: asked.method == "POST"):
        page.locator("[name=area_min_m2]").fill("40")
    page.locator("[name=budget_max_cents]").fill("350")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-save-state]")).to_have_text("Saving")
    assert (len(held), sent) == (1, [])
    held[0].continue_()
    page.wait_for_url("**/project")
    stored = world.draft(key).needs
    assert (stored["area_min_m2"], stored["budget_max_cents"]) == (40.0, 35_000)


def test_the_order_is_made_without_scripts_too(browser: Browser, site: str, world: ApplicationWorld) -> None:
    key = world.begin()
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(f"{site}/a/{key}/places")
    page.locator("[name='rank.2']").fill("1")
    page.locator("[name='rank.3']").fill("2")
    page.locator("[data-lot='1'] [data-move=in]").click()
    assert saved(world, key) == ["2", "3", "1"]
    page.locator("[data-lot='1'] [data-move=up]").click()
    assert saved(world, key) == ["2", "1", "3"]
    page.get_by_role("button", name="Next").click()
    page.wait_for_url("**/documents")
    page.locator("#f-document-plan").set_input_files({"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.locator("[data-paper=plan] button").last.click()
    expect(page.locator(".paper-there").first).to_contain_text("plan.pdf")
    assert [one.kind for one in world.look(key).package] == ["plan"]
