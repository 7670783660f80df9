"""An officer connects a register in a real browser, follows its run, accepts it; so does a phone without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.exchange.demonstration_accounts import PASSWORD
from mapsvc.jobs import keep_in_step
from tests.browsing import Server, overflow, sign_in, violations

HEADER = "codice,denominazione,lon,lat,via,civico,superficie_mq,stato,data_rilievo\n"
ROWS = [f"IM-{n},Via Cuneo {n},7.68{n},45.08,Via Cuneo,{n},{40 + n},sfitto,2026-10-01\n" for n in range(1, 7)]


@pytest.fixture(scope="module")
def site(seeded_settings: Settings) -> Iterator[tuple[str, Services]]:
    services = build(replace(seeded_settings, pool_size=16))
    with Server().serving(services) as address:
        yield address, services
    services.engine.dispose()


def work(services: Services) -> None:
    """Do what the worker beside the server does."""
    keep_in_step.run(services, services.clock.now())


def test_an_officer_connects_a_register_and_follows_it(
    site: tuple[str, Services], browser: Browser, tmp_path: Path
) -> None:
    address, services = site
    file = tmp_path / "locali_2026-10-01.csv"
    file.write_text(HEADER + "".join(ROWS))
    page = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB").new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/desk/sources")
    sign_in(page, "officer@example.org", PASSWORD)
    page.get_by_role("link", name="Connect a register").click()
    page.get_by_label("Name of the register").fill("Locali sfitti del Comune")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("File", exact=False).first.set_input_files(str(file))
    page.get_by_role("button", name="Compare with what is here").click()
    expect(page.get_by_text("Waiting for its turn").first).to_be_visible()
    work(services)
    # The page that follows the run finds out by itself.
    accept = page.get_by_role("button", name="Accept what is ticked")
    expect(accept).to_be_visible()
    expect(page.get_by_label("Add 6 new records")).to_be_checked()
    assert violations(page) == []
    page.get_by_role("link", name="Look at all 6, one by one").click()
    page.get_by_label("Take this row Via Cuneo 3").uncheck()
    page.get_by_role("button", name="Note these choices").click()
    expect(page.get_by_text("Decided one by one: 5 rows are taken, 1 is left.")).to_be_visible()
    accept.click()
    work(services)
    expect(page.get_by_text("Written: new 5.")).to_be_visible()
    assert complaints == []


def test_a_phone_without_scripts_decides_as_well(site: tuple[str, Services], browser: Browser, tmp_path: Path) -> None:
    address, services = site
    file = tmp_path / "again.csv"
    file.write_text(HEADER + "".join(row.replace(",41,", ",77,") for row in ROWS))
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{address}/desk/sources")
    sign_in(page, "officer@example.org", PASSWORD)
    page.get_by_role("link", name="Locali sfitti del Comune").click()
    page.get_by_label("File", exact=True).set_input_files(str(file))
    page.get_by_role("button", name="Compare with what is here").click()
    work(services)
    # The page is fetched again every three seconds.
    expect(page.get_by_label("Take over 1 change")).to_be_checked(timeout=15_000)
    assert overflow(page) == 0
    page.get_by_label("Add 1 new record").uncheck()
    page.get_by_role("button", name="Accept what is ticked").click()
    work(services)
    expect(page.get_by_text("Written: changed 1.")).to_be_visible(timeout=15_000)
