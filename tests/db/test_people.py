"""Accounts, roles and invitations: use cases, `/desk/people` and the page behind the link of an invitation."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import Account, Actor, Grant, Role
from mapsvc.usecases import people, seeding
from mapsvc.usecases.people import Invitation, NewAccount, Scope
from mapsvc.web.app import create_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = "correct horse battery staple"


@dataclass
class World:
    """An application with two administrators, of everything and of one area, and that area."""

    services: Services
    app: Flask
    area: UUID
    city: Actor
    district: Actor

    def account(self, email: str) -> Account:
        with self.services.unit_of_work() as uow:
            found = uow.people.by_email(email)
        assert found is not None
        return found

    def token(self) -> str:
        """Return the token of the newest invitation mail."""
        with self.services.engine.connect() as connection:
            query = text("SELECT params->>'token' FROM outbox WHERE template = 'invitation' ORDER BY id DESC LIMIT 1")
            return str(connection.execute(query).scalar_one())

    def client(self, user_id: int | None = None) -> FlaskClient:
        client = self.app.test_client()
        if user_id is not None:
            with self.services.engine.connect() as connection:
                query = text("SELECT fs_uniquifier FROM users WHERE id = :id")
                key = connection.execute(query, {"id": user_id}).scalar_one()
            with client.session_transaction() as session:
                session.update(_user_id=key, _fresh=True, _id="test")
        return client


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    services = build(replace(settings, pool_size=8))
    seeding.prepare_city(services.unit_of_work(), seeding.DEMONSTRATION_CITY, NOW)
    area = new_id()
    with services.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO areas (id, slug, name, level, level_rank, geom, geom_3857, label_point, source_id,"
                " source_key) SELECT :id, 'east', 'East', 'neighbourhood', 40, g, ST_Transform(g, 3857),"
                " ST_PointOnSurface(g),"
                " (SELECT id FROM sources LIMIT 1), 'east'"
                " FROM (SELECT ST_Multi(ST_MakeEnvelope(7.6, 45.0, 7.7, 45.1, 4326)) AS g) box"
            ),
            {"id": area},
        )
    password = services.hash_password(GOOD)
    first, second = (
        people.create_account(services.unit_of_work(), NewAccount(email, name, password, "administrator", area_id), NOW)
        for email, name, area_id in (("city@example.org", "Cleo", None), ("east@example.org", "Edda", area))
    )
    yield World(
        services, create_app(services), area, Actor(user_id=first, grants=(Grant(Role.ADMINISTRATOR),)),
        Actor(user_id=second, grants=(Grant(Role.ADMINISTRATOR, area),)),
    )  # fmt: skip
    services.engine.dispose()


def invite(world: World, by: Actor, email: str, role: str, scope: Scope = Scope()) -> int:  # noqa: B008
    return people.invite(world.services.unit_of_work(), by, Invitation(email, "Nora", role, scope), NOW)


def send(client: FlaskClient, address: str, fields: dict[str, object]) -> TestResponse:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/account").text)
    return client.post(address, data={"csrf_token": found.group(1) if found else "", **fields})


def test_the_operator_makes_an_account_twice_and_it_is_one(world: World) -> None:
    again = NewAccount("City@Example.org", "Cleo", world.services.hash_password("another long password"), "officer")
    user = people.create_account(world.services.unit_of_work(), again, NOW)
    assert user == world.city.user_id
    assert [grant[1] for grant in world.account("city@example.org").grants] == ["administrator", "officer"]


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.org", "<x>@example.org", "a@b", "x@y.z\x00com"])
def test_what_is_no_address_is_refused(world: World, email: str) -> None:
    with pytest.raises(Invalid):
        invite(world, world.city, email, "officer")


def test_an_area_administrator_gives_roles_there_and_nowhere_else(world: World) -> None:
    invite(world, world.district, "new@example.org", "moderator", Scope(area_id=world.area))
    with pytest.raises(Forbidden):
        invite(world, world.district, "other@example.org", "moderator")
    with pytest.raises(Forbidden):
        people.set_active(world.services.unit_of_work(), world.district, world.city.user_id or 0, False, NOW)
    account = world.account("new@example.org")
    assert [(grant[1], grant[2]) for grant in account.grants] == [("moderator", world.area)]
    assert not account.confirmed


def test_officers_do_not_manage_people(world: World) -> None:
    officer = Actor(user_id=None, grants=(Grant(Role.OFFICER),))
    with pytest.raises(Forbidden):
        invite(world, officer, "new@example.org", "officer")


@pytest.mark.parametrize(
    ("role", "scope"),
    [("curator", Scope()), ("collective_rep", Scope()), ("officer", Scope(group_id=new_id())), ("king", Scope()),
     ("curator", Scope(group_id=new_id())), ("officer", Scope(area_id=new_id()))],
)  # fmt: skip
def test_a_role_needs_the_place_it_is_for(world: World, role: str, scope: Scope) -> None:
    with pytest.raises(Invalid):
        invite(world, world.city, "new@example.org", role, scope)


def test_a_link_opens_the_account_once(world: World) -> None:
    user = invite(world, world.city, "new@example.org", "officer")
    token = world.token()
    password = world.services.hash_password(GOOD)
    with pytest.raises(NotFound):
        people.accept_invitation(world.services.unit_of_work(), "guess", password, NOW)
    assert people.accept_invitation(world.services.unit_of_work(), token, password, NOW) == user
    with pytest.raises(NotFound):
        people.accept_invitation(world.services.unit_of_work(), token, password, NOW)
    assert world.account("new@example.org").confirmed
    with pytest.raises(Conflict):
        people.invite_again(world.services.unit_of_work(), world.city, user, NOW)


def test_a_link_ends_after_a_week_and_with_the_next_one(world: World) -> None:
    user = invite(world, world.city, "new@example.org", "officer")
    first = world.token()
    people.invite_again(world.services.unit_of_work(), world.city, user, NOW)
    password = world.services.hash_password(GOOD)
    with pytest.raises(NotFound):
        people.accept_invitation(world.services.unit_of_work(), first, password, NOW)
    late = NOW + timedelta(days=7, seconds=1)
    with pytest.raises(NotFound):
        people.accept_invitation(world.services.unit_of_work(), world.token(), password, late)


def test_the_audit_log_names_no_address(world: World) -> None:
    invite(world, world.city, "secret.person@example.org", "officer")
    with world.services.engine.connect() as connection:
        rows = connection.execute(text("SELECT to_jsonb(a)::text FROM audit_log a")).scalars().all()
    assert any('"invited"' in row for row in rows)
    assert not any("secret" in row for row in rows)


def test_nobody_closes_their_own_account_or_the_last_administrator(world: World) -> None:
    uow, own = world.services.unit_of_work(), world.city.user_id or 0
    with pytest.raises(Conflict):
        people.set_active(uow, world.city, own, False, NOW)
    grant = world.account("city@example.org").grants[0][0]
    with pytest.raises(Conflict):
        people.revoke_role(world.services.unit_of_work(), world.city, own, grant, NOW)
    assert world.account("city@example.org").grants[0][0] == grant
    helper = Actor(user_id=None, grants=(Grant(Role.ADMINISTRATOR),))
    with pytest.raises(Conflict):
        people.set_active(world.services.unit_of_work(), helper, own, False, NOW)
    assert world.account("city@example.org").active


def test_two_administrators_who_close_each_other_leave_one(world: World) -> None:
    account = NewAccount("second@example.org", "Sara", "x", "administrator")
    other = people.create_account(world.services.unit_of_work(), account, NOW)
    second = Actor(user_id=other, grants=(Grant(Role.ADMINISTRATOR),))
    start, failed = threading.Barrier(2), list[Exception]()

    def close(actor: Actor, user_id: int) -> None:
        start.wait()
        try:
            people.set_active(world.services.unit_of_work(), actor, user_id, False, NOW)
        except Conflict as error:
            failed.append(error)

    pairs = [(world.city, other), (second, world.city.user_id or 0)]
    threads = [threading.Thread(target=close, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 1
    states = [world.account("city@example.org").active, world.account("second@example.org").active]
    assert sorted(states) == [False, True]


def test_a_closed_account_is_signed_out_at_once(world: World) -> None:
    account = NewAccount("officer@example.org", "Olmo", "x", "officer")
    user = people.create_account(world.services.unit_of_work(), account, NOW)
    client = world.client(user)
    assert client.get("/desk").status_code == 200
    people.set_active(world.services.unit_of_work(), world.city, user, False, NOW)
    assert client.get("/desk").status_code == 302


def test_the_page_invites_grants_and_closes(world: World) -> None:
    client = world.client(world.city.user_id)
    fields = {"email": "new@example.org", "name": "Nora", "role": "officer", "scope": f"area:{world.area}"}
    assert send(client, "/desk/people", fields).status_code == 302
    account = world.account("new@example.org")
    shown = client.get("/desk/people").text
    assert "invited, not opened yet" in shown
    assert "The invitation to new@example.org is on its way" in shown
    address = f"/desk/people/{account.id}"
    assert send(client, address, {"verb": "grant", "role": "moderator", "scope": ""}).status_code == 302
    assert send(client, address, {"verb": f"revoke:{account.grants[0][0]}"}).status_code == 302
    assert [grant[1:3] for grant in world.account("new@example.org").grants] == [("moderator", None)]
    assert send(client, address, {"verb": "close"}).status_code == 302
    assert not world.account("new@example.org").active
    wrong = send(client, "/desk/people", fields | {"email": "not an address"})
    assert wrong.status_code == 422
    assert 'value="not an address"' in wrong.text
    assert send(client, f"/desk/people/{world.city.user_id}", {"verb": "close"}).status_code == 409
    for verb in ("", "revoke:x", "revoke:99999999", "own"):
        assert send(client, address, {"verb": verb}).status_code in (404, 422)


def test_the_page_of_an_area_shows_only_its_people(world: World) -> None:
    shown = world.client(world.district.user_id).get("/desk/people").text
    assert "east@example.org" in shown
    assert "city@example.org" not in shown


def test_the_invited_person_chooses_a_password_and_signs_in(world: World) -> None:
    invite(world, world.city, "new@example.org", "officer")
    address, client = f"/invitation/{world.token()}", world.client()
    opened = client.get(address)
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    token = re.search(r'name="csrf_token" value="([^"]+)"', opened.text)
    assert token is not None
    fields = {"csrf_token": token.group(1), "password": "short", "again": "short"}
    assert client.post(address, data=fields).status_code == 422
    assert client.post(address, data=fields | {"password": GOOD, "again": GOOD + "r"}).status_code == 422
    assert not world.account("new@example.org").confirmed
    done = client.post(address, data=fields | {"password": GOOD, "again": GOOD})
    assert done.headers["Location"] == "/login"
    assert client.post(address, data=fields | {"password": GOOD, "again": GOOD}).status_code == 404
    page = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert page is not None
    login = {"csrf_token": page.group(1), "email": "new@example.org", "password": GOOD}
    assert client.post("/login?next=/desk", data=login).headers["Location"].endswith("/desk")
    assert client.get("/desk").status_code == 200
    account = client.get("/account").text
    assert "new@example.org" in account
    assert "Officer in charge" in account


def sign_in(client: FlaskClient, password: str, query: str = "", **headers: str) -> TestResponse:
    page = client.get("/login").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    fields = {"csrf_token": token.group(1) if token else "", "email": "city@example.org", "password": password}
    return client.post(f"/login{query}", data=fields, headers=headers)


def test_guessing_passwords_is_slowed_down_whatever_address_the_guesser_claims(world: World) -> None:
    limited = replace(world.services, settings=replace(world.services.settings, rate_limits=True))
    client = create_app(limited).test_client()

    answers = [sign_in(client, f"wrong password {n}", **{"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert sign_in(client, GOOD).status_code == 429


def test_signing_in_rightly_does_not_count(world: World) -> None:
    limited = replace(world.services, settings=replace(world.services.settings, rate_limits=True))
    app = create_app(limited)

    assert [sign_in(app.test_client(), GOOD).status_code for _ in range(11)] == [302] * 11


@pytest.mark.parametrize("wanted", ["//evil.example/x", "/\\evil.example", "https://evil.example", "/%09/evil.example"])
def test_signing_in_leads_to_no_other_site(world: World, wanted: str) -> None:
    answer = sign_in(world.client(), GOOD, f"?next={wanted}")

    # Either the sign-in is refused, or what follows stays a path of ours: a browser reads // and /\\ as another host.
    assert re.match(r"/[^/\\]|/?$", answer.headers.get("Location", ""))
