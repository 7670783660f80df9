"""The doors of the desk: who gets in, what it never tells, what it never keeps."""

import json
from collections.abc import Iterator

import pytest

from mapsvc.config import Settings
from tests.desk_world import World, as_json, found

PAGES = ["/desk", "/desk/premises", "/desk/premises.csv", "/desk/premises.xlsx", "/desk/premises/new", "/desk/imports",
         "/desk/people"]  # fmt: skip


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


@pytest.mark.parametrize("address", PAGES)
def test_a_visitor_signs_in_first(world: World, address: str) -> None:
    answer = world.client().get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login?next=%2Fdesk")


@pytest.mark.parametrize("address", PAGES)
def test_an_account_without_a_role_of_the_desk_gets_nothing(world: World, address: str) -> None:
    assert world.client("resident").get(address).status_code == 403


def test_a_program_without_an_account_gets_401(world: World) -> None:
    world.report("Via Nizza")
    answer = world.client().get("/desk", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"


def test_a_moderator_may_neither_import_nor_manage_people_nor_add(world: World) -> None:
    client = world.client("moderator_east")
    for address in ("/desk/imports", "/desk/people", "/desk/premises/new"):
        assert client.get(address).status_code == 403, address


def test_decisions_need_the_token_of_the_form(world: World) -> None:
    slug = world.report("Via Nizza")
    answer = world.client("officer").post(f"/desk/spaces/{slug}/decision", data={"verb": "publish", "version": 1})
    assert answer.status_code == 400
    assert world.row(slug)["record_state"] == "submitted"


def test_nothing_of_the_desk_is_kept_by_browsers(world: World) -> None:
    answer = world.client("officer").get("/desk")
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(as_json(world.client("officer"), "/desk/undo", {}).data)["status"] == 404
