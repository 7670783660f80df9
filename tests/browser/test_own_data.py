"""On a phone: somebody downloads what is held about them and erases it, by account and by private link."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from mapsvc.bootstrap import build
from mapsvc.operations.cluster import Urls
from mapsvc.web.app import create_app
from tests.builders import PASSWORD
from tests.conftest import empty, settings_for
from tests.personal_world import HER_ADDRESS, HERS, HIS, People, populate, where

CHROMIUM = Path("/usr/bin/chromium")
PHONE = {"width": 360, "height": 740}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def people(database_urls: Urls, tmp_path: Path) -> Iterator[People]:
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path / "var"))
    found = populate(services)
    yield found
    services.engine.dispose()


@pytest.fixture
def page(people: People) -> Iterator[Page]:
    """A phone whose every complaint makes the test fail."""
    server = make_server("127.0.0.1", 0, create_app(people.make.services), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    complaints: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport=PHONE, base_url=f"http://127.0.0.1:{server.server_port}")
        opened = context.new_page()
        opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        yield opened
        browser.close()
    server.shutdown()
    thread.join()
    server.server_close()
    assert [text for text in complaints if "422" not in text] == []


def clean(page: Page) -> None:
    """Assert that axe finds nothing and nothing scrolls sideways."""
    faults = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(fault["id"], node["html"][:120]) for fault in faults for node in fault["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


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
    page.fill("[name=email]", HER_ADDRESS)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
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
