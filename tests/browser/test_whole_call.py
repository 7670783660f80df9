"""A whole call, from the draft to the draft of a pact: officer, director, committee, two groups and an auditor."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from mapsvc.bootstrap import build
from mapsvc.cli import main
from mapsvc.config import Settings
from mapsvc.jobs import worker
from tests import call_journey
from tests.browsing import Server
from tests.call_journey import CODE, PHONE, Journey, step


@pytest.fixture
def journey(seeded_settings: Settings, browser: Browser) -> Iterator[Journey]:
    """The demonstration, one day later, so that nothing of it lies in the future."""
    server = Server()
    opening = datetime.now(UTC).date() + timedelta(days=1)
    services = build(replace(seeded_settings, public_url=server.address, today=opening.isoformat()))
    with server.serving(services) as address:
        yield Journey(browser, address, services, opening)
    services.engine.dispose()


def test_from_draft_to_the_draft_of_a_pact(journey: Journey) -> None:
    officer = journey.window("officer@example.org")
    director = journey.window("director@example.org", PHONE, "it-IT")
    call_journey.begin_call(journey, officer)
    step(director, "approved")
    step(officer, "open")
    first, second = apply_both(journey)
    journey.wait_until(3)
    assert worker.run_now(journey.services, "close-calls") == {"closed": 1}

    evaluate(journey, officer, first)
    call_journey.draw(officer, journey)
    step(officer, "matching")
    call_journey.try_out(officer, "Cortile aperto")
    journey.check(officer)
    officer.goto(f"/desk/calls/{CODE}/match")
    officer.get_by_role("button", name="Freeze the data and compute").click()
    officer.wait_for_url("**/match/runs/*")
    call_journey.adopt(officer, director, "DD 4711/2026")
    journey.check(director)

    publish(journey, officer, first, second)
    award(officer, director, first, second)
    pact = journey.rows("SELECT p.state, s.availability_state AS place FROM pacts p JOIN calls c ON c.id = p.call_id"
                        " JOIN spaces s ON s.id = p.space_id WHERE c.code = :code", code=CODE)  # fmt: skip
    assert [tuple(row) for row in pact] == [("draft", "assigned")]

    auditor = journey.window("auditor@example.org")
    replayed = CliRunner().invoke(main, ["match", "replay", call_journey.snapshot(auditor)])
    assert (replayed.exit_code, json.loads(replayed.output)["same"]) == (0, True)
    journey.check(auditor)
    assert journey.faults == []


def evaluate(journey: Journey, officer: Page, first: Page) -> None:
    """Admit both, one after it completed its application; a member scores them on a phone, the first one higher."""
    call_journey.check_applications(officer, "Officina")
    call_journey.complete(first)
    officer.goto(f"/desk/calls/{CODE}/applications")
    officer.get_by_role("link", name="Cortile aperto").click()
    officer.get_by_role("button", name="Admit", exact=True).click()
    expect(officer.locator(".flashes").first).to_be_visible()
    step(officer, "evaluation")
    member = journey.window("committee1@example.org", PHONE, "it-IT")
    call_journey.sign_sheet(member, "Banco comune", (28, 23, 18, 13, 9))
    journey.check(member)
    call_journey.sign_sheet(member, "Officina di quartiere", (24, 20, 15, 11, 7))


def publish(journey: Journey, officer: Page, first: Page, second: Page) -> None:
    """Publish the list with codes only; each group reads its own result, one of them writes, and it becomes final."""
    step(officer, "provisional")
    visitor = journey.window(size=PHONE, locale="it-IT")
    visitor.goto(f"/calls/{CODE}")
    codes = [call_journey.code_of(page) for page in (first, second)]
    shown = visitor.locator("#results").inner_text()
    assert all(code in shown for code in codes)
    assert not re.search("Cortile|Officina|Banco", visitor.locator("main").inner_text())
    journey.check(visitor)

    step(officer, "observations")
    for page, others in ((first, f"{codes[1]}|Officina"), (second, f"{codes[0]}|Cortile|Banco")):
        page.reload()
        expect(page.locator("#result .rs-award")).to_be_visible()
        assert not re.search(others, page.locator("main").inner_text())
    journey.check(first)
    call_journey.observe(second)
    call_journey.answer(officer)
    second.reload()
    expect(second.locator("#observations")).to_contain_text("Counted again: it changes nothing.")
    journey.wait_until(26)
    step(officer, "final")


def award(officer: Page, director: Page, first: Page, second: Page) -> None:
    """Offer the lots; the first group declines, so that the second one moves up, accepts and signs."""
    step(officer, "contracting")
    call_journey.send_offers(officer)
    call_journey.decline(first)
    officer.goto(f"/desk/calls/{CODE}/awards")
    officer.get_by_role("button", name="Compute the match again").click()
    officer.wait_for_url("**/match/runs/*")
    call_journey.adopt(officer, director, "DD 4712/2026")
    call_journey.send_offers(officer)
    call_journey.accept(second)
    call_journey.sign_contract(officer)


def apply_both(journey: Journey) -> tuple[Page, Page]:
    """Let an informal group apply on its phone in Italian, and a collective with an account; return their windows."""
    first = journey.window(size=PHONE, locale="it-IT")
    first.goto(f"/calls/{CODE}")
    journey.check(first)
    first.goto(f"/calls/{CODE}/apply")
    first.locator("[name=name]").fill("Cortile aperto")
    first.locator("[name=members_count]").fill("6")
    first.locator("[name=members_under_35]").fill("4")
    first.locator(".flow-foot button").click()
    first.wait_for_url("**/needs")
    call_journey.apply(first, "Banco comune", (1, 2))
    journey.check(first)

    second = journey.window("collective@example.org")
    second.goto(f"/calls/{CODE}/apply")
    second.locator(".flow-foot button").click()
    second.wait_for_url("**/group")
    second.locator("[name=members_count]").fill("8")
    second.locator("[name=members_under_35]").fill("6")
    second.locator(".flow-foot button").click()
    second.wait_for_url("**/needs")
    call_journey.apply(second, "Officina di quartiere", (1, 2))
    return first, second
