"""A representative changes needs and sees a space move up; the office follows a pair to its last figure."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg2 import sql
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.config import ROOT, Settings
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.exchange import fixtures
from mapsvc.exchange.demonstration_accounts import ACCOUNTS, COLLECTIVE_SLUG, PASSWORD
from mapsvc.operations.cluster import PrivateCluster
from mapsvc.usecases import seeding
from mapsvc.usecases.market import Market
from mapsvc.usecases.matching import spaces_for
from tests.browsing import Server, sign_in

SOURCES = {"municipalities", "neighbourhoods", "streets", "demonstration for Torino"}
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def site(
    test_cluster: PrivateCluster, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the application with the demonstration and its accounts."""
    name = f"own_{os.getpid()}_matching"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with test_cluster.administration() as cursor:
        cursor.execute(drop)
        cursor.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template_database))
        )
    urls = test_cluster.urls(name)
    services = build(
        Settings(
            database_url=urls.app,
            owner_url=urls.owner,
            secret_key="only for tests, and long enough for a key",
            password_salt="only for tests",
            var=tmp_path_factory.mktemp("var"),
            mail="memory",
            rate_limits=False,
        )
    )
    now = datetime.now(UTC)
    seeding.prepare_city(services.unit_of_work(), seeding.DEMONSTRATION_CITY, now)
    batches = [each for each in fixtures.batches(ROOT / "fixtures", now.date()) if each[0] in SOURCES]
    seeding.load_batches(services.unit_of_work(), batches, now, lambda *_: None)
    seeding.add_demonstration_people(services.unit_of_work(), ACCOUNTS, services.hash_password, now, COLLECTIVE_SLUG)
    add_modest_space(services, now.date())
    with Server().serving(services) as address:
        yield address
    services.engine.dispose()
    with test_cluster.administration() as cursor:
        cursor.execute(drop)


def add_modest_space(services: Services, today: date) -> None:
    """Turn the second in the ranking into a cheap, smaller neighbour of the best: it fits less well, but always."""
    officer = Actor(1, "officer", grants=(Grant(Role.OFFICER),))
    best, second, *_ = spaces_for(services.unit_of_work(), Market(), officer, COLLECTIVE_SLUG, today).rows
    with services.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE spaces s SET point = b.point, version = s.version + 1, features = b.features ||"
                ' \'{"usable_area_m2": 41, "rent_cents": 4000, "deposit_cents": 4000, "utilities_cents": 0,'
                ' "service_charges_cents": 0, "works_high_cents": 3000000, "energy_class": "G"}\''
                " FROM spaces b WHERE b.slug = :best AND s.slug = :second"
            ),
            {"best": best.offer.space.slug, "second": second.offer.space.slug},
        )


def signed_in(browser: Browser, site: str, who: str, *, size: dict[str, int], script: bool = True) -> Page:
    context = browser.new_context(viewport=size, locale="en-GB", java_script_enabled=script)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/login?next=/account")
    sign_in(page, f"{who}@example.org", PASSWORD)
    return page


def best_fit(page: Page, site: str) -> tuple[str, int]:
    """Return the space that fits best now, and what it costs a month in euros."""
    row = page.request.get(f"{site}/collectives/{COLLECTIVE_SLUG}/fits.json").json()["rows"][0]
    assert row["feasible"]
    cost = next(one for one in row["constraints"] if (one["code"], one["part"]) == ("H06", "budget"))
    return row["space"], cost["actual"] // 100


def state_budget(page: Page, euros: int) -> None:
    page.get_by_role("link", name="Change needs").click()
    page.get_by_label("You can pay, everything included").fill(str(euros))
    page.get_by_role("button", name="Save and see what fits").click()
    expect(page.get_by_text("Saved. This is what fits now.")).to_be_visible()


def test_a_representative_raises_the_budget_and_a_space_moves_up(browser: Browser, site: str) -> None:
    page = signed_in(browser, site, "collective", size=DESKTOP)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    slug, cost = best_fit(page, site)
    page.goto(f"{site}/collectives/{COLLECTIVE_SLUG}/fits")
    row = page.locator(".fit-list > li", has=page.locator(f"a[href='/spaces/{slug}']"))
    less = min(250, cost // 2)
    state_budget(page, cost - less)
    expect(row.locator(".con.fail")).to_contain_text(f"{less} too much")
    expect(row.get_by_text(f"The group can pay € {cost} a month")).to_be_visible()
    before = int(row.locator(".fit-mark b").inner_text().split()[-1])
    state_budget(page, cost)
    expect(page.get_by_role("heading", name="Fits now")).to_be_visible()
    assert int(row.locator(".fit-mark b").inner_text().split()[-1]) == 1 < before
    expect(row.locator(".con.fail")).to_have_count(0)
    expect(page.locator(".fit-no").first).to_be_visible()
    assert page.locator("path.fit-line").count() >= 1
    assert said == []


def test_needs_are_changed_without_javascript_on_a_phone(browser: Browser, site: str) -> None:
    page = signed_in(browser, site, "collective", size=PHONE, script=False)
    page.goto(f"{site}/collectives/{COLLECTIVE_SLUG}/edit")
    page.get_by_label("Usual needs of a practice").select_option(label="Dance")
    page.get_by_role("button", name="Fill in").click()
    expect(page.get_by_text("nothing is stored yet")).to_be_visible()
    expect(page.get_by_label("Without columns at least")).to_have_value("6")
    page.get_by_label("Area, at least").fill("forty")
    page.get_by_role("button", name="Save and see what fits").click()
    expect(page.get_by_role("link", name="Area, at least")).to_be_visible()
    expect(page.get_by_label("Area, at least")).to_have_value("forty")
    assert page.locator("#f-area_min_m2").get_attribute("aria-invalid") == "true"


def test_the_office_goes_from_a_space_to_a_pair_in_full(browser: Browser, site: str) -> None:
    page = signed_in(browser, site, "officer", size=DESKTOP)
    page.goto(f"{site}/desk/matching")
    page.get_by_label("Space, street, area, group or practice").fill("saluzzo 53")
    page.get_by_label("Space, street, area, group or practice").press("Enter")
    page.locator("main a.rec", has_text="Via Saluzzo 53").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who fits Via Saluzzo 53")
    page.locator(".fit-list > li", has_text="Banda Larga").get_by_role("link", name="This pair in full").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Banda Larga and Via Saluzzo 53")
    rules = page.get_by_role("region", name="Rules")
    expect(rules.get_by_role("row").filter(has_text="Noise after 20:00")).to_contain_text("the group, the owner")


@pytest.mark.parametrize("address", ["fits", "edit"])
def test_nothing_is_wider_than_a_phone(browser: Browser, site: str, address: str) -> None:
    page = signed_in(browser, site, "collective", size=PHONE)
    page.goto(f"{site}/collectives/{COLLECTIVE_SLUG}/{address}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
