"""The people of a whole call in windows of their own, and what each of them does; the clock is set by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Row, text

from mapsvc.bootstrap import Services
from mapsvc.exchange.demonstration_accounts import PASSWORD
from tests.browsing import listen, overflow, sign_in, violations

CODE = "CB-TO-2028"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 760}
PDF = {"name": "project.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nour project\n%%EOF\n"}
#: Offered premises of the demonstration: one that can be awarded, one that an officer has to look at before.
READY, UNSEEN = "via-castelgomberto-9", "corso-palermo-70"
#: Days after the opening on which the dates of the call fall.
DATES = {
    "questions_until": 1, "closes_on": 2, "draw_on": 3, "admissibility_until": 13, "evaluation_until": 14,
    "provisional_on": 15, "observations_until": 25, "final_on": 26,
}  # fmt: skip


@dataclass
class Journey:
    """The service, its clock, and what the browsers complained about."""

    browser: Browser
    address: str
    services: Services
    opening: date
    faults: list[str] = field(default_factory=list)

    def window(self, email: str = "", size: dict[str, int] = WIDE, locale: str = "en-GB") -> Page:
        """Open a browser of somebody, signed in where an address is given."""
        page = self.browser.new_context(
            viewport=size, locale=locale, base_url=self.address, has_touch=size is PHONE  # type: ignore[arg-type]
        ).new_page()  # fmt: skip
        listen(page, self.faults, ours=self.address)
        if email:
            page.goto("/login")
            sign_in(page, email, PASSWORD)
        return page

    def day(self, after: int) -> date:
        """Return the day so many days after the opening."""
        return self.opening + timedelta(days=after)

    def wait_until(self, after: int) -> None:
        """Set the clock to noon of a later day."""
        self.services.clock.day = self.day(after)

    def rows(self, query: str, **params: object) -> Sequence[Row[Any]]:
        """Return what stands in the database."""
        with self.services.reading() as connection:
            return connection.execute(text(query), params).fetchall()

    def check(self, page: Page) -> None:
        """Note what axe finds on a page, and by how much it is wider than its window."""
        self.faults += [f"{page.url}: {fault}" for fault in violations(page)]
        if (wider := overflow(page)) > 0:
            self.faults.append(f"{page.url} is {wider} px wider than its window")


def step(page: Page, to: str) -> None:
    """Move the call on to a state from its overview, in whatever language the page is."""
    page.goto(f"/desk/calls/{CODE}")
    page.locator(f"form:has([name=to][value={to}]) button").click()
    expect(page.locator(".flashes")).to_contain_text(CODE)


def begin_call(journey: Journey, officer: Page) -> None:
    """Begin the next call after the demonstration, date it, give it two lots and look at the norms."""
    officer.goto("/desk/calls")
    officer.get_by_role("link", name="Casa Bottega").click()
    officer.get_by_role("link", name="Next call after this one").click()
    officer.get_by_label("Title").fill("Casa Bottega 2028")
    officer.get_by_label("Code").fill(CODE)
    officer.get_by_label("Opens").fill(journey.opening.isoformat())
    officer.get_by_role("button", name="Begin the draft").click()
    expect(officer.locator(".flashes")).to_contain_text("with the rules of CB-TO-2027-DEMO. 8 lots are not free then")
    officer.goto(f"/desk/calls/{CODE}/rules")
    for name, after in DATES.items():
        officer.locator(f"[name={name}]").fill(journey.day(after).isoformat())
    officer.locator("[name=site_visits]").fill("")
    officer.get_by_label("Public draw that decides ties").fill("The first draw of the Lotto after the deadline.")
    officer.get_by_role("button", name="Save the rules").click()
    expect(officer.locator(".flashes")).to_contain_text("The rules are saved.")
    officer.get_by_role("link", name="Lots").first.click()
    for index, place in enumerate((READY, UNSEEN), 1):
        officer.locator("[name=space]").select_option(place)
        officer.locator("[name=starts_on]").fill(journey.day(100).isoformat())
        officer.locator("[name=ends_on]").fill(journey.day(800).isoformat())
        officer.get_by_role("button", name="Add the lot").click()
        expect(officer.locator(".lot-list > li")).to_have_count(index)
    officer.get_by_role("link", name="Note a visit").click()
    officer.locator("button[name=claim][value=vacant]").click()
    expect(officer.locator(".toast")).to_contain_text("Confirmed vacant")
    officer.goto(f"/desk/calls/{CODE}")
    officer.get_by_role("button", name="I looked at the norms").click()
    expect(officer.get_by_text("Everything is there.")).to_be_visible()


def state_needs(page: Page) -> None:
    """Say what the group needs, in the part of the application about it."""
    page.locator("[name=area_min_m2]").fill("20")
    page.locator("[name=budget_max_cents]").fill("900")
    page.locator("[name=start_latest]").fill("2029-01-01")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for name in ("goods_access", "noise_emission_day", "dust_odour"):
        page.locator(f"select[name={name}]").select_option("")
    for name in ("power_min_kw", "max_distance_m"):
        page.locator(f"[name={name}]").fill("")


def go_on(page: Page, part: str) -> None:
    """Press the button at the bottom and wait for the next part."""
    page.locator(".flow-foot button").click()
    page.wait_for_url(f"**/{part}")


def apply(page: Page, title: str, ranking: Sequence[int]) -> str:
    """Write needs, project, ranking and documents, send, and return the address of the private page."""
    state_needs(page)
    go_on(page, "project")
    page.locator("[name=title]").fill(title)
    page.locator("[name=summary]").fill("Open doors for the quarter, courses and a shared bench.")
    page.locator("select[name='theme.art']").select_option(index=1)
    go_on(page, "places")
    for number in ranking:
        page.locator(f"[data-others] [data-lot='{number}'] [data-move=in]").click()
    page.locator("[name=accepts_upgrade]").check()
    go_on(page, "documents")
    page.locator("#f-document-project").set_input_files(PDF)
    expect(page.locator(".paper-there li")).to_have_count(1)
    for box in page.locator("[name=declarations]").all():
        box.check()
    go_on(page, "check")
    page.locator(".flow-foot button").click()
    page.wait_for_url(lambda url: not url.endswith("/check"))
    expect(page.locator(".receipt")).to_be_visible()
    return page.url.removesuffix("/")


def code_of(page: Page) -> str:
    """Return the code under which the group of a private page stands in public lists."""
    found = re.search("APP-[0-9]{4}", page.locator("main").inner_text())
    assert found
    return found.group()


def check_applications(officer: Page, second: str) -> None:
    """Admit one application at once, ask the other group to complete its own, and name the committee."""
    step(officer, "admissibility")
    officer.goto(f"/desk/calls/{CODE}/applications")
    officer.get_by_role("link", name=second).click()
    officer.get_by_role("button", name="Admit", exact=True).click()
    expect(officer.locator(".flashes").first).to_be_visible()
    officer.get_by_text("Ask to complete it").click()
    officer.locator("[name=asked]").fill("Please send the agreement of your group.")
    officer.get_by_role("button", name="Ask the group").click()
    expect(officer.locator(".flashes").first).to_be_visible()
    officer.goto(f"/desk/calls/{CODE}/committee")
    officer.get_by_label("Address of the account").fill("committee1@example.org")
    officer.get_by_label("In the chair").check()
    officer.get_by_role("button", name="Add to the committee").click()
    expect(officer.locator(".ev-members > li")).to_have_count(1)


def complete(page: Page) -> None:
    """Answer the request on the private page, with a document."""
    page.reload()
    page.locator("[name=text]").fill("Ecco il nostro accordo.")
    page.locator("[name=document]").set_input_files(PDF | {"name": "agreement.pdf"})
    page.locator("form[action$='/answer'] button.btn-primary").click()
    expect(page.locator("[name=text]")).to_have_count(0)


def sign_sheet(member: Page, title: str, points: Sequence[int]) -> None:
    """Score one application and sign the sheet."""
    member.goto(f"/committee/{CODE}")
    member.get_by_role("link", name=title).click()
    for field_, given in zip(member.locator("[name^='points-']").all(), points, strict=True):
        field_.fill(str(given))
    for reason in member.locator("textarea[name^='reason-']").all():
        reason.fill("Chiaro e ben fondato.")
    member.locator("#sure").check()
    member.locator("button[name=verb][value=sign]").click()
    expect(member.locator(".ev-signed")).to_be_visible()


def draw(officer: Page, journey: Journey) -> None:
    """Note the numbers of the draw."""
    officer.goto(f"/desk/calls/{CODE}")
    officer.locator("[name=drawn_on]").fill(journey.day(3).isoformat())
    officer.locator("[name=numbers]").fill("81-7-45-12-66")
    officer.get_by_role("button", name="Publish the seed").click()
    expect(officer.locator(".flashes")).to_contain_text(f"{CODE}|draw:{journey.day(3).isoformat()}|81-7-45-12-66")


def try_out(officer: Page, group: str) -> None:
    """Look at what would be without one group: a simulation that says so, and changes nothing."""
    officer.goto(f"/desk/calls/{CODE}/match")
    officer.get_by_role("link", name="What if").click()
    officer.locator("[name=exclude]").select_option(label=group)
    officer.get_by_role("button", name="Show what would change").click()
    expect(officer.locator(".sim")).to_contain_text("It is not the result of the call")


def adopt(officer: Page, director: Page, act: str) -> None:
    """Review the run on which the officer's page is, and adopt it as director."""
    officer.locator("[name=note]").fill("Looked at; it stands.")
    officer.get_by_role("button", name="Send for adoption").click()
    expect(officer.get_by_role("button", name="Send for adoption")).to_have_count(0)
    director.goto(officer.url)
    director.locator("[name=act]").fill(act)
    director.locator("form[action$='/adopt'] button").click()
    expect(director.locator("form[action$='/adopt']")).to_have_count(0)


def observe(page: Page) -> None:
    """Write an observation about the provisional list on the private page."""
    page.locator("[name=observation]").fill("We are eight, not six.")
    page.locator("#observations form button").click()
    expect(page.locator("#observations .written")).to_contain_text("We are eight, not six.")


def answer(officer: Page) -> None:
    """Answer the only observation at the desk."""
    officer.goto(f"/desk/calls/{CODE}/observations")
    officer.get_by_label("Answer", exact=True).fill("Counted again: it changes nothing.")
    officer.get_by_role("button", name="Answer", exact=True).click()
    expect(officer.locator(".rs-obs")).to_contain_text("answered")


def send_offers(officer: Page) -> None:
    """Send the offers that wait."""
    officer.goto(f"/desk/calls/{CODE}/awards")
    officer.locator("form[action$='/send'] button").click()
    expect(officer.locator(".flashes").first).to_be_visible()


def decline(page: Page) -> None:
    """Decline the offer on the private page."""
    page.reload()
    page.locator("#award summary").click()
    page.locator("#f-award-sure").check()
    page.locator("#award .btn-danger").click()
    expect(page.locator("#award.declined")).to_be_visible()


def accept(page: Page) -> None:
    """Accept the offer on the private page."""
    page.reload()
    page.locator("#award button[value=accept]").click()
    expect(page.locator("#award.accepted")).to_be_visible()


def sign_contract(officer: Page) -> None:
    """Note the contract of the first lot, which becomes the draft of a pact."""
    officer.goto(f"/desk/calls/{CODE}/awards/1")
    officer.locator("[name=act]").fill("Rep. 99/2026")
    officer.get_by_role("button", name="Note the signature").click()
    expect(officer.get_by_text("The draft of the pact is made.")).to_be_visible()


def snapshot(auditor: Page) -> str:
    """Download the newest archived run as an auditor, and return where the file is."""
    auditor.goto(f"/desk/calls/{CODE}/archive")
    with auditor.expect_download() as download:
        auditor.get_by_role("link", name="Snapshot").first.click()
    return str(download.value.path())
