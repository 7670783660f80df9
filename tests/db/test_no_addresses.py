"""No network address is stored: after a tour through the doors no form of it is in the database, a log or a file."""

from __future__ import annotations

import hashlib
import io
import ipaddress
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.operations import processes
from mapsvc.operations.connections import fetch
from mapsvc.operations.deployment import Deployment
from mapsvc.web.app import create_app
from tests.builders import PASSWORD, jpeg
from tests.personal_world import HER_ADDRESS, People, populate

ADDRESSES = ("198.51.100.237", "2001:db8:5f3a:91c7::2e")
AGENT = "Mozilla/5.0 (a browser of this test) zqagentwx"
COLUMNS = (
    "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
    " AND c.relname <> 'spatial_ref_sys'"
)


def forms(address: str) -> set[str]:
    """Return how an address could be written down, plain hashes included: those can be tried out."""
    known = ipaddress.ip_address(address)
    network = str(ipaddress.ip_network(f"{address}/{24 if known.version == 4 else 64}", strict=False).network_address)
    written = {address, known.exploded, str(int(known)), known.packed.hex(), network.rstrip("0:.")}
    if isinstance(known, ipaddress.IPv4Address):
        written |= {address.replace(".", "-"), address.replace(".", "_"), f"::ffff:{address}"}
    plain = [address, known.exploded, f"{address}|{AGENT}"]
    hashed = {
        getattr(hashlib, how)(text.encode()).hexdigest()[:20] for text in plain for how in ("md5", "sha1", "sha256")
    }
    return {form.lower() for form in written | hashed} | {"zqagentwx"}


@pytest.fixture
def people(settings: Settings) -> Iterator[People]:
    services = build(replace(settings, rate_limits=True))
    yield populate(services)
    services.engine.dispose()


def post(browser: FlaskClient, page: str, address: str, **fields: object) -> int:
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', browser.get(page).text)
    return browser.post(address, data={"csrf_token": token.group(1) if token else "", **fields}).status_code


def tour(services: Services, people: People, address: str) -> dict[str, int]:
    """Do what visitors do, from one address; return how each step was answered."""
    app = create_app(services)
    browser = app.test_client()
    browser.environ_base.update({"REMOTE_ADDR": address, "HTTP_USER_AGENT": AGENT, "HTTP_X_FORWARDED_FOR": address})
    found = {"look": browser.get("/spaces/both").status_code}
    key = str(uuid4())
    picture = (io.BytesIO(jpeg()), "a.jpg")
    found["mark"] = post(
        browser, "/mark/see?placed=map&lon=7.62&lat=45.07&street=Via+Alta", "/mark/send", claim="vacant", key=key,
        lon="7.62", lat="45.07", placed="map", street="Via Alta", number="3", note="shut", photo=picture,
        email="visitor@people.example",
    )  # fmt: skip
    found["answer"] = post(browser, "/spaces/both", "/spaces/both/observations", claim="vacant", key=str(uuid4()))
    found["flag"] = post(browser, "/spaces/both", "/flags", noun="space", record="both", kind="wrong", note="x")
    found["follow"] = post(
        browser, f"/r/{people.token}", f"/r/{people.token}/answers", claim="vacant", key=str(uuid4())
    )
    found["wrong password"] = post(browser, "/login", "/login", email=HER_ADDRESS, password="wrong")
    found["sign in"] = post(browser, "/login", "/login", email=HER_ADDRESS, password=PASSWORD)
    found["account"] = browser.get("/account/data").status_code
    found["groups"] = browser.get("/groups").status_code
    found["unknown"] = browser.get("/nowhere").status_code
    return found


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_form_of_an_address_is_left_anywhere(
    people: People, address: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    services = people.make.services
    url = services.settings.owner_url
    before = fetch(url, "SELECT count(*) FROM observations")[0][0]
    with caplog.at_level(logging.DEBUG), capture_logs() as entries:
        answered = tour(services, people, address)
    refused = {step: status for step, status in answered.items() if status >= 400 and step not in {"unknown"}}
    assert refused == {}
    assert fetch(url, "SELECT count(*) FROM observations")[0][0] >= before + 2, answered
    assert fetch(url, "SELECT count(*) FROM rate_counters")[0][0] > 2, "the limits counted"
    wanted = forms(address)
    written = (caplog.text + repr(entries) + "".join(capfd.readouterr())).lower()
    assert [form for form in wanted if form in written] == []
    found = []
    for table, column in fetch(url, COLUMNS):
        values = " ".join(str(row[0]) for row in fetch(url, f'SELECT "{column}"::text FROM "{table}"')).lower()
        found += [(table, column, form) for form in wanted if form in values]
    assert found == []


def test_the_server_keeps_no_access_log(settings: Settings) -> None:
    for service in processes.services(Deployment.of(settings)):
        assert not [word for word in service.command if "access" in word], service.name
