"""The personal export is complete by the inventory, and holds nothing of anybody else."""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest

from mapsvc.bootstrap import Services, build
from mapsvc.config import ROOT
from mapsvc.domain.errors import Forbidden, NotFound
from mapsvc.domain.people import Actor
from mapsvc.domain.personal_data import INVENTORY
from mapsvc.operations.cluster import Urls
from mapsvc.store.personal_data import OF_SUBJECT
from mapsvc.usecases import personal_data
from mapsvc.usecases.personal_data import PersonalExport
from mapsvc.web import personal_words
from mapsvc.web.app import create_app
from tests.builders import NOW, jpeg
from tests.conftest import empty, settings_for
from tests.personal_world import HER_ADDRESS, HER_KEY, HERS, HIS, People, populate


@pytest.fixture(scope="module")
def people(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Both of them; the tests only read."""
    empty(database_urls.owner)
    services = build(settings_for(database_urls, tmp_path_factory.mktemp("var")))
    yield populate(services)
    services.engine.dispose()


def opened(services: Services, held: PersonalExport) -> tuple[dict[str, list[dict[str, object]]], set[str], str]:
    """Return the records, the names of the pictures and the whole text of an archive."""
    with services.personal_archive(held) as archive, zipfile.ZipFile(io.BytesIO(archive.read())) as opened_archive:
        text = opened_archive.read("data.json").decode()
        pictures = {name.removeprefix("photos/") for name in opened_archive.namelist() if name != "data.json"}
        assert all(opened_archive.read(f"photos/{name}")[:2] == jpeg()[:2] for name in pictures)
    document = json.loads(text)
    assert (document["format"], document["made_at"]) == (1, NOW.isoformat())
    return document["records"], pictures, text


def test_an_account_gets_every_kind_of_row_that_leads_to_it(people: People) -> None:
    services = people.make.services
    held = personal_data.export_account(services.unit_of_work(), Actor(user_id=people.anna), NOW)
    records, pictures, text = opened(services, held)
    assert set(records) == set(OF_SUBJECT), "the world of this test has something in every table"
    for table, rows in records.items():
        assert rows
        assert all(set(row) == set(INVENTORY[table].for_the_person) for row in rows), table
    assert pictures == {f"{people.photos[name]}.jpg" for name in ("hers", "visitor")}
    assert {row["id"] for row in records["observations"]} == {
        str(people.observations[name]) for name in ("hers", "hers-both", "visitor")
    }
    assert HER_ADDRESS in text
    assert [row["device_point"] for row in records["observations"] if row["device_point"]] == [
        {"type": "Point", "coordinates": [7.6112345, 45.0612345]}
    ]


def test_nothing_of_anybody_else_and_no_secret_is_in_it(people: People) -> None:
    services = people.make.services
    held = personal_data.export_account(services.unit_of_work(), Actor(user_id=people.anna), NOW)
    text = opened(services, held)[2]
    assert HIS not in text
    secrets = people.make.rows(
        "SELECT password AS s FROM users UNION SELECT fs_uniquifier FROM users"
        " UNION SELECT token_hash FROM follow_links UNION SELECT token_hash FROM invitations"
        " UNION SELECT token_hash FROM owner_claims"
        " UNION SELECT token_hash FROM subscriptions"
    )
    assert len(secrets) > 10
    assert [row.s for row in secrets if row.s in text] == []
    assert f'"token": "{HERS}"' not in text


def test_a_link_gets_its_report_and_not_the_account_beside_it(people: People) -> None:
    services = people.make.services
    held = personal_data.export_report(services.unit_of_work(), people.token, NOW)
    records, pictures, text = opened(services, held)
    assert [row["id"] for row in records["observations"]] == [str(people.observations["visitor"])]
    assert [row["reporter"] for row in records["observations"]] == [f"device:{HER_KEY}"]
    assert set(records) <= {"observations", "photos", "follow_links", "contacts", "reminders", "rulings", "appeals"}
    assert pictures == {f"{people.photos['visitor']}.jpg"}
    assert HIS not in text
    assert f"A note of {HERS}" not in text


def test_who_may_not_gets_nothing(people: People) -> None:
    services = people.make.services
    with pytest.raises(Forbidden):
        personal_data.export_account(services.unit_of_work(), Actor(), NOW)
    for token, at in (("x" * 22, NOW), (people.token, NOW + timedelta(days=91))):
        with pytest.raises(NotFound):
            personal_data.export_report(services.unit_of_work(), token, at)
    browser = create_app(services).test_client()
    assert browser.get("/account/data.zip").status_code in {302, 401}
    assert browser.get(f"/r/{'x' * 22}/data.zip").status_code == 404
    answer = browser.get(f"/r/{people.token}/data.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None


BEGIN = "<!-- begin of the table made from the inventory -->\n"
END = "<!-- end of the table made from the inventory -->"


def test_the_documents_print_the_table_of_the_inventory(people: People) -> None:
    """What docs/privacy.md says is what the notice says, and both are what the inventory says."""
    with create_app(people.make.services).test_request_context("/privacy?lang=en"):
        rows = personal_words.notice()
    table = "| what | why | how long |\n|---|---|---|\n"
    table += "".join(f"| {row.what} | {row.why} | {'; '.join(row.how_long)} |\n" for row in rows)
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    assert page.split(BEGIN)[1].split(END)[0] == table


@pytest.mark.parametrize("lang", ["en", "it"])
def test_the_notice_prints_every_row(people: People, lang: str) -> None:
    app = create_app(people.make.services)
    page = html.unescape(app.test_client().get(f"/privacy?lang={lang}").text)
    with app.test_request_context(f"/privacy?lang={lang}"):
        for row in personal_words.notice():
            for words in (row.what, row.why, *row.how_long):
                assert words in page
