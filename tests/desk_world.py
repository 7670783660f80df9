"""An application with two areas, east and west, and accounts of every kind, for the tests of the desk."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.ids import new_id
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.usecases import seeding
from mapsvc.usecases.marking import Report, report_space
from mapsvc.usecases.observations import Answer, add_observation
from mapsvc.usecases.spaces import add_space
from mapsvc.web.app import create_app

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADMINISTRATOR = Actor(user_id=None, grants=(Grant(Role.ADMINISTRATOR),))
EAST, WEST = (7.69, 45.05), (7.66, 45.05)
PHOTO = CheckedPhoto(b"jpeg", b"small", 4, 3, "0" * 64)
HOSTILE = ("{{7*7}}", "${alert(1)}", "<img src=x onerror=alert(1)>", "50% {% of")


@dataclass
class World:
    """An application with two areas, east and west, and an account for each kind of visitor."""

    services: Services
    app: Flask
    areas: dict[str, UUID]
    users: dict[str, int] = field(default_factory=dict)

    def person(self, name: str, role: Role | None, area: str | None = None) -> Actor:
        with self.services.unit_of_work() as uow:
            user = uow.people.add(f"{name}@example.org", name, "en", None, NOW, demonstration=False)
            area_id = self.areas[area] if area else None
            if role is not None:
                uow.people.grant(user, role, area_id=area_id, granted_by=None, at=NOW)
            uow.commit()
        self.users[name] = user
        return Actor(user_id=user, name=name, grants=(Grant(role, area_id),) if role else ())

    def client(self, name: str = "") -> FlaskClient:
        client = self.app.test_client()
        if name:
            with self.services.engine.connect() as connection:
                query = text("SELECT fs_uniquifier FROM users WHERE id = :id")
                key = connection.execute(query, {"id": self.users[name]}).scalar_one()
            with client.session_transaction() as session:
                session.update(_user_id=key, _fresh=True, _id="test")
        return client

    def report(self, street: str, at: tuple[float, float] = EAST, number: str = "1", photo: bool = False) -> str:
        actor = Actor(device=uuid4().hex)
        report = Report(uuid4(), uuid4().hex, *at, Claim.VACANT, street=street, number=number, note="shutter down",
                        photo=PHOTO if photo else None)  # fmt: skip
        done = report_space(self.services.unit_of_work(), self.services.photos, actor, report, NOW)
        return done.slug

    def space(self, name: str, at: tuple[float, float] = EAST, **values: object) -> str:
        wanted = {"name": name, "lon": at[0], "lat": at[1]} | values
        return add_space(self.services.unit_of_work(), ADMINISTRATOR, wanted, NOW).slug

    def row(self, slug: str) -> dict[str, object]:
        with self.services.engine.connect() as connection:
            row = connection.execute(text("SELECT * FROM spaces WHERE slug = :slug"), {"slug": slug}).one()
        return dict(row._mapping)

    def say(self, slug: str, claim: Claim, actor: Actor, days_ago: int) -> None:
        answer, now = Answer(uuid4(), claim, photo=PHOTO), NOW - timedelta(days=days_ago)
        add_observation(self.services.unit_of_work(), self.services.photos, actor, slug, answer, now)


def found(settings: Settings) -> Iterator[World]:
    """Give the world of a clean database, and let go of it afterwards."""
    services = build(replace(settings, today="2026-11-22", pool_size=8))
    seeding.prepare_city(services.unit_of_work(), seeding.DEMONSTRATION_CITY, NOW)
    areas = {"east": (7.675, 7.72), "west": (7.63, 7.675)}
    ids = {}
    with services.engine.begin() as connection:
        for name, (west, east) in areas.items():
            ids[name] = new_id()
            connection.execute(
                text(
                    "INSERT INTO areas (id, slug, name, level, level_rank, geom, geom_3857, label_point, source_id,"
                    " source_key) SELECT :id, :name, initcap(:name), 'neighbourhood', 40, g, ST_Transform(g, 3857),"
                    " ST_PointOnSurface(g), (SELECT id FROM sources LIMIT 1), :name"
                    " FROM (SELECT ST_Multi(ST_MakeEnvelope(:west, 45.0, :east, 45.1, 4326)) AS g) box"
                ),
                {"id": ids[name], "name": name, "west": west, "east": east},
            )
    world = World(services, create_app(services), ids)
    world.person("officer", Role.OFFICER)
    world.person("moderator_east", Role.MODERATOR, "east")
    world.person("moderator_west", Role.MODERATOR, "west")
    world.person("officer_west", Role.OFFICER, "west")
    world.person("resident", None)
    yield world
    services.engine.dispose()


def page(answer: TestResponse) -> str:
    assert answer.status_code == 200, answer.text[:400]
    return answer.text


def send(client: FlaskClient, address: str, fields: dict[str, object], **more: object) -> TestResponse:
    """Send a form with the token of the page it would stand on."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/desk/premises").text)
    token = found.group(1) if found else ""
    return client.post(address, data={"csrf_token": token, **fields}, **more)


def as_json(client: FlaskClient, address: str, fields: dict[str, object]) -> TestResponse:
    return send(client, address, fields, headers={"Accept": "application/json"})


def decision(client: FlaskClient, slug: str, verb: str, version: int = 1, **fields: object) -> TestResponse:
    return as_json(client, f"/desk/spaces/{slug}/decision", {"verb": verb, "version": version, **fields})


def form_of(text_of_page: str) -> dict[str, str]:
    """Return what stands in the controls of the record's form, as a browser would send it."""
    form = text_of_page.split("novalidate>", 1)[1].split("</form>", 1)[0]
    inputs = [one for one in re.findall(r"<input[^>]*>", form) if 'type="checkbox"' not in one]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', " ".join(inputs)))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen.group(1) if chosen else ""
    for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        fields[name] = words
    return fields
