"""Somebody flags a place on a phone, in Italian; too many places at once wait and are sent by themselves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from mapsvc.bootstrap import Clock, Services, build
from mapsvc.domain.moderation_rules import DEFAULT
from mapsvc.operations.cluster import Urls
from tests.browsing import Server, overflow, violations
from tests.conftest import empty, settings_for
from tests.record_town import found_town

PHONE = {"width": 360, "height": 740}


class Watch(Clock):
    """The service's clock, which the test can put forward."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@pytest.fixture(scope="module")
def services(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    empty(database_urls.owner)
    settings = settings_for(database_urls, tmp_path_factory.mktemp("var"))
    # The limits of rate hold here, so that the sixth place has to wait.
    services = replace(build(replace(settings, rate_limits=True)), clock=Watch())
    found_town(services)
    yield services
    services.engine.dispose()


@pytest.fixture(scope="module")
def site(services: Services) -> Iterator[str]:
    with Server().serving(services) as address:
        yield address


@pytest.fixture
def phone(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, base_url=site, locale="it-IT")
    yield context.new_page()
    context.close()


def public(services: Services, slug: str) -> bool:
    with services.reading() as connection:
        query = text("SELECT EXISTS (SELECT FROM public_spaces WHERE slug = :slug)")
        return bool(connection.execute(query, {"slug": slug}).scalar_one())


def test_a_place_is_flagged_on_a_phone_in_italian(phone: Page, services: Services) -> None:
    phone.goto("/spaces/via-nizza-18")
    phone.get_by_role("link", name="Qualcosa non va?").click()
    expect(phone.get_by_role("heading", level=1, name="Qualcosa non va?")).to_be_visible()
    assert violations(phone) == []
    assert overflow(phone) <= 0
    phone.get_by_label("Mostra qualcosa di privato").check()
    phone.get_by_label("Che cosa dobbiamo sapere?").fill("Si vede dentro casa")
    phone.get_by_role("button", name="Invia").click()
    expect(phone.get_by_role("heading", level=1, name="Grazie")).to_be_visible()
    expect(phone.get_by_text("Non è più visibile finché qualcuno non l'ha guardato")).to_be_visible()
    assert not public(services, "via-nizza-18")
    assert phone.goto("/spaces/via-nizza-18").status == 404


def test_the_sixth_place_waits_and_is_sent_by_itself(phone: Page, services: Services) -> None:
    phone.clock.install()
    address = "/mark/see?placed=map&lon=7.68&lat=45.055&street=Via+Lunga"
    for number in range(DEFAULT.anonymous_places_an_hour):
        mark(phone, address, number)
        expect(phone.get_by_role("heading", level=1, name="Grazie")).to_be_visible()
    mark(phone, address, 99)
    expect(phone.get_by_text("È molto in poco tempo")).to_be_visible()
    expect(phone.get_by_text("Lascia aperta questa pagina")).to_be_visible()
    pause = phone.locator("input[name=pause]").input_value()
    assert pause
    # The page's clock goes on, the service's does not: sent too early, it is asked to wait for the rest.
    phone.clock.fast_forward(25_000)
    expect(phone.get_by_text("È molto in poco tempo")).to_be_visible()
    expect(phone.locator("input[name=pause]")).to_have_value(pause)
    with services.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM spaces WHERE street = 'Via Lunga'")).scalar_one() == 5
    assert phone.locator("#f-number").input_value() == "99"

    assert isinstance(services.clock, Watch)
    services.clock.ahead = timedelta(seconds=30)
    phone.clock.fast_forward(25_000)

    expect(phone.get_by_role("heading", level=1, name="Grazie")).to_be_visible()
    with services.reading() as connection:
        query = text("SELECT record_state, hold_rules FROM spaces WHERE number = '99'")
        assert connection.execute(query).all() == [("submitted", ["M7"])]


def mark(phone: Page, address: str, number: int) -> None:
    phone.goto(f"{address}&key={uuid4()}")
    phone.locator("label.opt", has_text="Sfitto").first.click()
    phone.locator("#f-number").fill(str(number))
    phone.locator("[data-send]").click()
