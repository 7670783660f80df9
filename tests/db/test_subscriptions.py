"""News of an area by mail: nothing without a yes, each thing once, one tap ends it, and only what is public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.ids import new_id, token_hash
from mapsvc.domain.imports import Batch, StreetRecord
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.jobs import worker
from mapsvc.usecases import subscriptions
from mapsvc.usecases.decisions import Decision, decide
from mapsvc.usecases.observations import Answer, add_observation
from tests.builders import NOW, SOURCE, Builder
from tests.db.fresh_town import app_of, found, later, sent, settle

ADDRESS = "ada@example.org"
OFFICER = Actor(device="desk", grants=(Grant(Role.OFFICER),))


@pytest.fixture
def make(settings: Settings) -> Iterator[Builder]:
    yield from found(settings)


@pytest.fixture
def client(make: Builder) -> FlaskClient:
    return app_of(make).test_client()


def ask(client: FlaskClient, area: str = "north", rhythm: str = "immediate", lang: str = "en") -> int:
    form = {"email": ADDRESS, "rhythm": rhythm}
    return client.post(f"/areas/{area}/news?lang={lang}", data=form).status_code


def link(make: Builder) -> str:
    """Return the private page that the newest mail leads to."""
    found_link = re.search(r"/subscriptions/[\w-]{22}", sent(make)[-1].body)
    assert found_link
    return found_link[0]


def subscribed(make: Builder, client: FlaskClient, area: str = "north", rhythm: str = "immediate") -> str:
    assert ask(client, area, rhythm) == 200
    page = link(make)
    assert client.post(page + "/confirm").status_code == 303
    settle(make)
    return page


def tell(make: Builder) -> list[str]:
    """Let the news that were noted settle, run the job, and return the bodies of the new mails."""
    settle(make)
    before = len(sent(make))
    worker.run_now(make.services, "tell-news")
    return [mail.body for mail in sent(make)[before:]]


def test_nothing_comes_without_a_yes(make: Builder, client: FlaskClient) -> None:
    assert ask(client) == 200
    page = link(make)
    assert client.get(page).status_code == 200
    assert client.get(page + "/end").status_code == 200
    make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")
    assert tell(make) == []
    assert client.post(page + "/confirm").status_code == 303
    make.space("via-alta-2", 7.62, 45.07, name="Via Alta 2")
    (body,) = tell(make)
    assert "Via Alta 2: new on the map" in body
    assert "Via Alta 1" not in body, "what happened before the yes is no news"


def test_the_news_say_why_they_come_and_how_they_end(make: Builder, client: FlaskClient) -> None:
    page = subscribed(make, client)
    make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")
    (body,) = tell(make)
    assert "http://127.0.0.1:8000/spaces/via-alta-1" in body
    assert "this address asked for news of North" in body
    assert page + "/end" in body
    assert sent(make)[-1].end_url.endswith(page + "/end")


def test_each_thing_is_told_once_and_nothing_when_nothing_happened(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client)
    make.space("via-alta-1", 7.62, 45.07)
    assert len(tell(make)) == 1
    assert tell(make) == []


def test_a_worker_that_dies_tells_everything_once(
    make: Builder, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribed(make, client)
    make.space("via-alta-1", 7.62, 45.07)
    settle(make)
    from mapsvc.store.unit_of_work import SqlUnitOfWork

    def die(_self: SqlUnitOfWork) -> None:
        raise RuntimeError("killed before the commit")

    with monkeypatch.context() as patch:
        patch.setattr(SqlUnitOfWork, "commit", die)
        with pytest.raises(RuntimeError):
            subscriptions.tell(make.services.unit_of_work, make.services.subscription_token, NOW)
    assert make.rows("SELECT count(*) AS n FROM outbox WHERE template = 'news'")[0].n == 0
    assert len(tell(make)) == 1


def test_two_workers_tell_each_thing_once(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client)
    make.space("via-alta-1", 7.62, 45.07)
    settle(make)
    services = make.services
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(subscriptions.tell, services.unit_of_work, services.subscription_token, NOW) for _ in range(2)
        ]
        assert sorted(run.result()["told"] for run in runs) == [0, 1]
    assert make.rows("SELECT count(*) AS n FROM outbox WHERE template = 'news'")[0].n == 1


def test_news_of_a_transaction_that_is_still_open_are_not_lost(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client)
    settle(make)
    with make.services.engine.connect() as slow:
        space = make.space("via-alta-1", 7.62, 45.07)
        slow.exec_driver_sql(
            f"INSERT INTO space_news (space_id, kind, status_before, status_after, noted_at) VALUES ('{space}',"
            " 'status', 'unverified', 'disputed', clock_timestamp() - interval '10 minutes')"
        )
        # The open transaction began before; whatever it noted must wait for it.
        until = make.services.unit_of_work()
        with until as uow:
            settled = uow.subscriptions.settled_until()
        begun = slow.exec_driver_sql("SELECT now()").scalar_one()
        assert settled < begun
        slow.commit()


def test_news_are_of_the_area_and_its_parts_only(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client, "north")
    make.space("via-bassa-1", 7.62, 45.02, name="Via Bassa 1")
    assert tell(make) == []
    subscribed(make, client, "testville")
    make.space("via-bassa-2", 7.62, 45.021, name="Via Bassa 2")
    (body,) = tell(make)
    assert "Via Bassa 2" in body
    assert "news of Testville" in body


def test_a_change_by_evidence_is_told_and_one_that_is_undone_at_once_is_not(make: Builder, client: FlaskClient) -> None:
    space = make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")
    subscribed(make, client)
    answer = Answer(new_id(), Claim.VACANT)
    kept = add_observation(make.services.unit_of_work(), make.services.photos, OFFICER, "via-alta-1", answer, NOW)
    assert len(make.rows("SELECT FROM space_news WHERE kind = 'status'")) == 1
    make.observation(space, kind="registered_user", reporter="user:1")
    (body,) = tell(make)
    assert "Via Alta 1: now confirmed vacant, before unverified" in body
    # Taken back later it is news again; taken back at once it leaves none.
    fresh = Answer(new_id(), Claim.OCCUPIED)
    kept = add_observation(make.services.unit_of_work(), make.services.photos, OFFICER, "via-alta-1", fresh, NOW)
    assert len(make.rows("SELECT FROM space_news WHERE kind = 'status'")) == 2
    with make.services.unit_of_work() as uow:
        uow.observations.withdraw(kept.observation_id, OFFICER.reporter)
        from mapsvc.usecases.evidence import refresh

        refresh(uow, space, NOW.date())
        uow.commit()
    assert tell(make) == []


def test_an_archived_place_is_told_a_hidden_one_is_not(make: Builder, client: FlaskClient) -> None:
    make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")
    make.space("via-alta-2", 7.63, 45.07, name="Via Alta 2")
    subscribed(make, client)
    make.state("spaces", "via-alta-1", "archived")
    make.space("via-alta-3", 7.63, 45.08, name="Via Alta 3")
    make.state("spaces", "via-alta-3", "hidden")
    make.state("spaces", "via-alta-2", "hidden")
    (body,) = tell(make)
    assert "Via Alta 1: closed" in body
    assert "Via Alta 2" not in body
    assert "Via Alta 3" not in body


def test_a_coarse_place_is_told_without_its_name(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client)
    make.space("space-9", 7.62, 45.07, name="Via Segreta 9", street="Via Segreta", publication_precision="cell_100m")
    make.load(Batch(SOURCE, streets=(StreetRecord("st", "Via Alta", (((7.615, 45.07), (7.625, 45.07)),)),)))
    make.space("space-8", 7.62, 45.07, name="Via Alta 8", street="Via Alta", publication_precision="street")
    (body,) = tell(make)
    assert "Space in North: new on the map" in body
    assert "Somewhere on Via Alta: new on the map" in body
    assert "Segreta" not in body
    assert "Alta 8" not in body
    waiting = make.rows("SELECT count(*) AS n FROM outbox WHERE params::text LIKE '%Segreta%'")
    assert waiting[0].n == 0


def test_many_news_become_twenty_and_a_link(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client)
    for number in range(23):
        make.space(f"via-alta-{number}", 7.62, 45.07, name=f"Via Alta {number}")
    (body,) = tell(make)
    assert body.count(": new on the map") == 20
    assert "Not listed here: 3 more" in body
    assert "/areas/north" in body


def test_daily_news_wait_for_the_next_morning(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client, rhythm="daily")
    make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1")
    assert tell(make) == []
    tomorrow = later(make, 1)
    (body,) = tell(tomorrow)
    assert "Via Alta 1" in body
    assert tell(tomorrow) == []
    tomorrow.services.engine.dispose()


def test_the_mails_speak_the_language_of_the_page(make: Builder, client: FlaskClient) -> None:
    assert ask(client, lang="it") == 200
    assert make.rows("SELECT lang FROM contacts")[0].lang == "it"
    assert make.rows("SELECT lang FROM outbox")[0].lang == "it"


def test_one_tap_ends_the_news_and_forgets_the_address(make: Builder) -> None:
    # With the tokens of sessions on: a mail program has none (RFC 8058).
    from mapsvc.web.app import create_app

    strict = create_app(make.services).test_client()
    page = subscribed(make, app_of(make).test_client())
    assert strict.get(page + "/end").status_code == 200
    assert make.rows("SELECT FROM subscriptions"), "opening the page ends nothing"
    answer = strict.post(page + "/end", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not make.rows("SELECT FROM subscriptions")
    assert not make.rows("SELECT FROM contacts")
    assert strict.post(page + "/end").status_code == 200, "sent twice it answers the same"
    assert strict.get(page).status_code == 404
    assert strict.post(page + "/rhythm", data={"rhythm": "daily"}).status_code == 400, "the others want the token"


def test_a_mail_program_finds_how_to_end_it(make: Builder, settings: Settings, tmp_path: Path) -> None:
    page = subscribed(make, app_of(make).test_client())
    make.space("via-alta-1", 7.62, 45.07)
    settle(make)
    worker.run_now(make.services, "tell-news")
    files = build(replace(settings, mail="file", var=tmp_path, mail_from="city@example.org"))
    worker.run_now(files, "send-mail")
    (path,) = (tmp_path / "mail").iterdir()
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["List-Unsubscribe"].strip() == f"<http://127.0.0.1:8000{page}/end>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    files.engine.dispose()


def test_the_rhythm_changes_on_the_private_page(make: Builder, client: FlaskClient) -> None:
    page = subscribed(make, client)
    assert client.post(page + "/rhythm", data={"rhythm": "weekly"}).status_code == 303
    assert client.post(page + "/rhythm", data={"rhythm": "hourly"}).status_code == 422
    assert make.rows("SELECT rhythm FROM subscriptions")[0].rhythm == "weekly"


@pytest.mark.parametrize("token", ["unknown", "x" * 300, "%00", "à", "AAAAAAAAAAAAAAAAAAAAAA"])
def test_a_foreign_token_opens_nothing_and_says_so(client: FlaskClient, token: str) -> None:
    for path in ("", "/end"):
        assert client.get(f"/subscriptions/{token}{path}").status_code == 404
    for path in ("/confirm", "/rhythm"):
        assert client.post(f"/subscriptions/{token}{path}", data={"rhythm": "daily"}).status_code == 404


def test_asking_again_fills_no_letter_box(make: Builder, client: FlaskClient) -> None:
    for _ in range(4):
        assert ask(client) == 200
    assert len(sent(make)) == 1, "one question a day"
    page = link(make)
    client.post(page + "/confirm")
    assert ask(client, rhythm="weekly") == 200
    assert len(sent(make)) == 1, "nor does whoever reads the news already get one for each time a stranger asks"
    make.write("UPDATE subscriptions SET created_at = created_at - interval '25 hours'")
    assert ask(client, rhythm="weekly") == 200
    assert "already" in sent(make)[-1].subject, "the page says the same, the mail tells the owner of the address"
    assert len(make.rows("SELECT FROM subscriptions")) == 1
    assert make.rows("SELECT rhythm FROM subscriptions")[0].rhythm == "immediate", "a stranger changes nothing"


def test_bad_input_is_named(client: FlaskClient) -> None:
    for form in ({}, {"email": "nobody", "rhythm": "daily"}, {"email": ADDRESS, "rhythm": "x"},
                 {"email": "a@b.example\r\nBcc: c@d.example", "rhythm": "daily"}):  # fmt: skip
        assert client.post("/areas/north/news", data=form).status_code == 422
    assert client.post("/areas/nowhere/news", data={"email": ADDRESS, "rhythm": "daily"}).status_code == 404


def test_no_token_stands_in_the_tables(make: Builder, client: FlaskClient) -> None:
    page = subscribed(make, client)
    token = page.rsplit("/", 1)[1]
    row = make.rows("SELECT s.*::text AS all, token_hash FROM (SELECT * FROM subscriptions) s")[0]
    assert token not in row.all
    assert row.token_hash == token_hash(token)


def test_after_a_new_secret_key_the_next_mail_carries_a_link_that_works(
    make: Builder, client: FlaskClient, settings: Settings
) -> None:
    subscribed(make, client)
    renewed = Builder(
        build(replace(make.services.settings, secret_key="another key, as long as the first")), make.areas
    )
    make.space("via-alta-1", 7.62, 45.07)
    assert len(tell(renewed)) == 1
    assert app_of(renewed).test_client().get(link(renewed)).status_code == 200
    renewed.services.engine.dispose()


def test_an_address_that_never_said_yes_is_forgotten(make: Builder, client: FlaskClient) -> None:
    ask(client)
    sent(make)
    after = later(make, 8)
    worker.run_now(after.services, "tidy")
    assert not make.rows("SELECT FROM contacts")
    after.services.engine.dispose()


def test_tidying_up_keeps_the_address_of_who_said_yes(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client)
    worker.run_now(make.services, "tidy")
    assert len(make.rows("SELECT FROM contacts")) == 1


def test_a_moderated_place_is_news_when_it_is_published(make: Builder, client: FlaskClient) -> None:
    subscribed(make, client)
    make.space("via-alta-1", 7.62, 45.07, name="Via Alta 1", record_state="submitted")
    assert tell(make) == []
    decide(make.services.unit_of_work(), OFFICER, "via-alta-1", Decision("publish", 1), NOW)
    (body,) = tell(make)
    assert "Via Alta 1: new on the map" in body
