"""Every POST of the URL map survives what nobody should send: fields, paths, bodies and types of every kind."""

from __future__ import annotations

import inspect
import io
import re
import sys
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.routing import Rule

from mapsvc.bootstrap import build
from mapsvc.operations.cluster import Urls
from mapsvc.web.app import create_app
from tests.builders import TODAY, Builder
from tests.conftest import empty, settings_for
from tests.db.doors import DOORS
from tests.db.test_bad_input import NASTY, NUL
from tests.db.test_doors import UNKNOWN, Visitor
from tests.doors_world import World, seed_public, seed_secrets

#: What a view takes from a form, as it is written in its module.
_FIELD = re.compile(r"""form(?:\.get|\.getlist)?[\[(]\s*["'](\w+)["']|(?:read|_field|_text)\(["'](\w+)["']""")
BODIES: tuple[tuple[str, bytes], ...] = (
    ("application/json", b'{"claim": ["vacant"]}'),
    ("application/json", b"{"),
    ("application/json", b"[" * 5000),
    ("text/plain", b"claim=vacant"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'),
    ("application/x-www-form-urlencoded", b"claim=%ff%fe&key=%00&%00=%00&version=%ED%A0%80"),
    ("application/x-www-form-urlencoded", b"claim=vacant&claim=gone&version=1&version=2&id=1&id=x&key[]=1"),
    ("application/x-www-form-urlencoded", b"x=" + b"y" * (10 * 1024 * 1024)),
)


@pytest.fixture(scope="module")
def scene(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, World]]:
    empty(database_urls.owner)
    services = build(replace(settings_for(database_urls, tmp_path_factory.mktemp("var")), today=TODAY.isoformat()))
    app = create_app(services)
    app.config["WTF_CSRF_ENABLED"] = False
    make = Builder(services)
    world = World(make)
    seed_public(world)
    seed_secrets(world)
    make.account("admin@example.org", "administrator")
    yield app, world
    services.engine.dispose()


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def fields(app: Flask, rule: Rule) -> set[str]:
    """Return the fields that a rule may read: those of its door and those that its module names."""
    view = inspect.unwrap(app.view_functions[rule.endpoint])
    module = sys.modules[view.__module__]
    source = inspect.getsource(module) if module.__name__.startswith("mapsvc") else ""
    return {one or other for one, other in _FIELD.findall(source)} | set(DOORS[rule.endpoint].form)


def addresses(visitor: Visitor, rule: Rule, world: World) -> list[str]:
    noun = DOORS[rule.endpoint].noun
    known = world.public.get(noun, [])[:1]
    # The import of the world has no rows that a reader made; test_imports sends its bad input.
    known = known or (world.secret.get(noun, [])[:1] if noun != "batch" else [])
    values = known or [UNKNOWN.get(noun, "unknown")]
    return [visitor.address(rule, value) for value in values]


def test_no_value_of_any_field_of_any_post_gives_a_500(scene: tuple[Flask, World]) -> None:
    app, world = scene
    visitors = {who: Visitor(app, who) for who in ("", "admin@example.org")}
    faults = []
    for rule in rules(app):
        door = DOORS[rule.endpoint]
        visitor = visitors["" if door.who in ("anyone", "link") else "admin@example.org"]
        for address in addresses(visitor, rule, world):
            base = {
                name: value.format(slug="via-alta-9") if value == "{slug}" else value
                for name, value in door.form.items()
            }
            for name in sorted(fields(app, rule)):
                for value in {*NASTY[zlib.crc32(f"{address} {name}".encode()) % 5 :: 5], NUL}:
                    if rule.endpoint in ("security.logout", "security.change_password"):
                        continue
                    sent = base | {"key": str(uuid.uuid4()), name: value}
                    answer = visitor.client.post(address, data=sent, buffered=True)
                    if answer.status_code >= 500:
                        faults.append((rule.endpoint, name, value[:30], answer.status_code))
    assert faults == []


def test_no_body_of_any_type_gives_a_500(scene: tuple[Flask, World]) -> None:
    app, world = scene
    visitors = {who: Visitor(app, who) for who in ("", "admin@example.org")}
    faults = []
    for rule in rules(app):
        visitor = visitors["" if DOORS[rule.endpoint].who in ("anyone", "link") else "admin@example.org"]
        for address in addresses(visitor, rule, world):
            for number, (kind, body) in enumerate(BODIES):
                if len(body) > 1_000_000 and zlib.crc32(address.encode()) % 8:
                    continue
                answer = visitor.client.post(address, data=io.BytesIO(body), content_type=kind, buffered=True)
                if answer.status_code >= 500:
                    faults.append((rule.endpoint, number, answer.status_code))
    assert faults == []
