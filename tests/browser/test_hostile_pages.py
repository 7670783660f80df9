"""Hostile text in a real browser: no dialog opens, nothing is computed, the policy reports nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from mapsvc.bootstrap import build
from mapsvc.domain.imports import AreaRecord
from mapsvc.operations.cluster import Urls
from tests.browsing import Server, listen, settle, sign_in
from tests.builders import PASSWORD, Builder, square
from tests.conftest import empty, settings_for
from tests.hostile import SEARCHED, fill

LISTEN = "document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective))"
LAST = len(SEARCHED) - 1


@pytest.fixture(scope="module")
def address(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path_factory.mktemp("var")))
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    fill(make)
    make.write("UPDATE users SET name = 'Ada' WHERE email = 'admin@example.org'")
    with Server().serving(services) as address:
        yield address
    services.engine.dispose()


@pytest.fixture
def page(address: str, browser: Browser) -> Iterator[Page]:
    """A page that fails its test for any dialog, error or report."""
    faults: list[str] = []
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.add_init_script(LISTEN)
    listen(opened, faults, ours=address)
    yield opened
    opened.context.close()
    assert not faults, "\n".join(faults)


def test_the_map_draws_hostile_names_as_text(page: Page, address: str) -> None:
    page.goto(address + "/?lat=45.067&lon=7.617&z=15&kinds=space")
    settle(page)
    expect(page.locator("a.rec").first).to_be_visible()
    shown = page.locator("body").inner_text()
    assert "{{7*7}}" in shown
    assert "<img src=x onerror=alert(1)>" in shown
    for marker in page.locator(".mk[data-place]").all()[:6]:
        marker.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
    page.locator("input[type=search]").first.fill("<img src=x onerror=alert(1)>")
    expect(page.locator("[role=listbox] [role=option], .results li").first).to_be_visible()


def test_pages_and_embeds_run_nothing(page: Page, address: str) -> None:
    for path in (
        f"/spaces/space-{LAST}",
        "/spaces/space-2",
        "/spaces",
        f"/initiatives/initiative-{LAST}",
        f"/pacts/pact-{LAST}",
        f"/collectives/collective-{LAST}",
        f"/calls/call-{LAST}",
        "/areas/north",
        f"/groups/group-{LAST}",
        f"/maps/map-{LAST}",
        f"/embed/map-{LAST}",
        "/embed/map-1",
        "/data",
        f"/mark/see?space=space-{LAST}",
        "/mark/near?placed=map&lon=7.61&lat=45.06",
        "/mark?address=%22%3E%3Csvg onload=alert(1)%3E",
    ):
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 200, path
        settle(page)


def test_the_desk_runs_nothing(page: Page, address: str) -> None:
    page.goto(address + "/login")
    sign_in(page, "admin@example.org", PASSWORD)
    for path in (
        f"/desk?item=new-{LAST}",
        "/desk?item=group:asked-2",
        "/desk/premises",
        f"/desk/premises/space-{LAST}",
        "/desk/people",
        "/desk/matching",
    ):
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 200, path
        settle(page)
