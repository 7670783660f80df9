"""An officer admits, a member of the committee scores on a phone: it saves itself, is signed, and then stands still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from tests.browsing import Server, listen, overflow, settle, sign_in, violations
from tests.builders import PASSWORD, TODAY, Builder
from tests.evaluation_world import CODE, EvaluationWorld, build_world


@pytest.fixture
def scoring(settings: Settings, tmp_path: Path) -> Iterator[tuple[str, EvaluationWorld]]:
    server = Server()
    services = build(replace(settings, public_url=server.address, today=TODAY.isoformat()))
    world = build_world(Builder(services), passwords=True)
    world.apply("APP-0104", facts={"name": "Teatro in Cortile"}, plan=False)
    with server.serving(services) as address:
        yield address, world
    services.engine.dispose()


def test_from_the_check_to_a_signed_sheet(scoring: tuple[str, EvaluationWorld], browser: Browser) -> None:
    address, world = scoring
    faults: list[str] = []
    office = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    listen(office, faults, ours=address)
    office.goto(f"{address}/desk/calls/{CODE}/applications/APP-0104")
    sign_in(office, "officer@example.org", PASSWORD)
    expect(office.get_by_role("button", name="Admit", exact=True)).to_be_disabled()
    office.get_by_text("Note what you found").first.click()
    office.get_by_label("How you found out").first.fill("Handed in on paper.")
    office.get_by_role("button", name="It holds").first.click()
    settle(office)
    faults += violations(office)
    office.get_by_role("button", name="Admit", exact=True).click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Officina Rumore")

    world.admit_all()
    world.name_committee("ada", "bruno")
    phone = browser.new_context(viewport={"width": 360, "height": 780}, has_touch=True).new_page()
    listen(phone, faults, ours=address)
    phone.goto(f"{address}/committee/{CODE}")
    sign_in(phone, "ada@example.org", PASSWORD)
    faults += violations(phone)
    phone.get_by_role("link", name="Project of Officina Rumore").click()
    phone.locator("#p-quality").fill("47")
    phone.locator("#why-quality").fill("Clear, and well made.")
    expect(phone.locator("[data-sum]")).to_have_text("47")
    expect(phone.locator("[data-saved]")).to_contain_text("Saved at")
    phone.reload()
    expect(phone.locator("#p-quality")).to_have_value("47")
    settle(phone)
    faults += violations(phone)
    assert not overflow(phone)
    phone.locator("#p-benefit").fill("33")
    phone.locator("#why-benefit").fill("The door is open all week.")
    phone.get_by_label("I read the application").check()
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.get_by_text("It cannot change any more").first).to_be_visible()
    settle(phone)
    faults += violations(phone)
    assert not overflow(phone)
    assert not faults, "\n".join(faults)
