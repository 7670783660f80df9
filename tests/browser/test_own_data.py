"""On a phone: somebody downloads what is held about them and erases it, by account and by private link."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mapsvc.bootstrap import build
from mapsvc.operations.cluster import Urls
from tests.browsing import WCAG, Server, listen, overflow, sign_in, violations
from tests.builders import PASSWORD
from tests.conftest import empty, settings_for
from tests.personal_world import HER_ADDRESS, HERS, HIS, People, populate, where

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def people(database_urls: Urls, tmp_path: Path) -> Iterator[People]:
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path / "var"))
    found = populate(services)
    yield found
    services.engine.dispose()


@pytest.fixture
def page(people: People, browser: Browser) -> Iterator[Page]:
    """A phone whose every complaint makes the test fail."""
    faults: list[str] = []
    with Server().serving(people.make.services) as address:
        context = browser.new_context(viewport=PHONE, base_url=address)  # type: ignore[arg-type]
        opened = context.new_page()
        listen(opened, faults, ours=address)
        yield opened
        context.close()
    # Chromium itself reports the refused password.
    assert [fault for fault in faults if "422" not in fault] == []


def clean(page: Page) -> None:
    """Assert that axe finds nothing and nothing scrolls sideways."""
    assert violations(page, WCAG) == []
    assert overflow(page) <= 0


def downloaded(page: Page, name: str) -> dict[str, object]:
    with page.expect_download() as found:
        page.get_by_role("link", name=name).click()
    assert found.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(found.value.path()) as archive:
        assert [one for one in archive.namelist() if one.startswith("photos/")]
        document: dict[str, object] = json.loads(archive.read("data.json"))
    return document


def test_somebody_downloads_and_erases_their_account(page: Page, people: People) -> None:
    page.goto("/login?next=/account")
    sign_in(page, HER_ADDRESS, PASSWORD)
    page.get_by_role("link", name="Download or erase your data").click()
    clean(page)
    text = json.dumps(downloaded(page, "Download your data"))
    assert HERS in text
    assert HIS not in text

    page.get_by_label("Your password").fill("not my password")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("This is not your password. Nothing was erased.")).to_be_visible()
    clean(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="Erased", exact=True)).to_be_visible()
    clean(page)
    assert [column for column in where(people.make.services, HERS) if column != "collectives.source_key"] == []

    page.goto("/login")
    page.fill("[name=email]", HER_ADDRESS)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("[name=password]")).to_be_visible()


def test_somebody_downloads_and_erases_one_report_by_its_link(page: Page, people: People) -> None:
    page.goto(f"/r/{people.token}")
    clean(page)
    records = downloaded(page, "Download it")["records"]
    assert isinstance(records, dict)
    assert [row["id"] for row in records["observations"]] == [str(people.observations["visitor"])]
    page.get_by_text("Erase the report").click()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="Erased", exact=True)).to_be_visible()
    assert not people.make.services.photos.path(people.photos["visitor"], small=False).exists()
    answer = page.request.get(f"/r/{people.token}")
    assert answer.status == 404
