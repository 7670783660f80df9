"""Flags: what anybody may say is wrong, what is out of sight at once, and how a moderator settles it (M11)."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from mapsvc.bootstrap import build
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.imports import AreaRecord, Batch, InitiativePlace, InitiativeRecord, PactRecord
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import flags
from mapsvc.usecases.flags import NewFlag, Settlement
from mapsvc.web.app import create_app
from tests.builders import NOW, SOURCE, Builder, square

MODERATOR = Actor(device="desk", grants=(Grant(Role.MODERATOR),))
PUBLIC = {"space": "public_spaces", "photo": "public_photos", "initiative": "public_initiatives",
          "pact": "public_pacts", "map": "public_maps"}  # fmt: skip


@pytest.fixture
def world(settings):
    services = build(replace(settings, today=NOW.date().isoformat()))
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),
                AreaRecord("s", "South", "neighbourhood", "", square(7.6, 45.0))))  # fmt: skip
    yield make
    services.engine.dispose()


@pytest.fixture
def records(world) -> dict[str, UUID]:
    """One public record of every noun."""
    space = world.space("via-alta-9", 7.62, 45.07)
    world.load(
        Batch(
            SOURCE,
            initiatives=(InitiativeRecord("i", "Garden", "project", places=(InitiativePlace("p", (7.63, 45.07)),)),),
            pacts=(PactRecord("p", "Pact", "signed", "signed", (7.631, 45.071)),),
        )
    )
    world.map("a-map", world.group("a-group"))
    return {
        "space": space,
        "photo": world.photo(space, "published"),
        "initiative": world.rows("SELECT id FROM initiatives")[0][0],
        "pact": world.rows("SELECT id FROM pacts")[0][0],
        "map": world.rows("SELECT id FROM curated_maps")[0][0],
    }


def passer_by(name: str = "a", network: str = "") -> Actor:
    return Actor(device=name, network=network or f"net-{name}")


def flag(world, noun, record_id, kind="wrong", actor=None, note="", days=0):
    new = NewFlag(noun, record_id, kind, note)
    return flags.flag(world.services.unit_of_work(), actor or passer_by(), new, NOW + timedelta(days=days))


def settle(world, noun, record_id, verb, reason="", actor=MODERATOR, seen=None, days=0):
    standing = world.rows("SELECT id FROM flags WHERE state = 'open' AND record_id = :id", id=record_id)
    wanted = Settlement(noun, record_id, [row[0] for row in standing] if seen is None else seen, verb, reason)
    return flags.settle(world.services.unit_of_work(), actor, wanted, NOW + timedelta(days=days))


def is_public(world, noun, record_id) -> bool:
    return bool(world.rows(f"SELECT 1 FROM {PUBLIC[noun]} WHERE id = :id", id=record_id))


NOUNS = pytest.mark.parametrize("noun", PUBLIC)


@NOUNS
def test_a_flag_waits_and_the_record_stays(world, records, noun):
    for kind in ("wrong", "offensive"):
        assert flag(world, noun, records[noun], kind) == flags.Flagged(new=True, hidden=False)
    assert is_public(world, noun, records[noun])
    assert len(world.rows("SELECT 1 FROM flags WHERE state = 'open'")) == 2


@NOUNS
@pytest.mark.parametrize("kind", ["private", "dangerous"])
def test_a_grave_flag_hides_at_once_and_a_dismissal_shows_it_again(world, records, noun, kind):
    assert flag(world, noun, records[noun], kind).hidden
    assert not is_public(world, noun, records[noun])
    assert noun == "space" or is_public(world, "space", records["space"]), "a flagged photo leaves its place alone"

    settle(world, noun, records[noun], "dismiss")

    assert is_public(world, noun, records[noun])
    assert world.rows("SELECT state, settled_at IS NOT NULL FROM flags") == [("dismissed", True)]


@NOUNS
def test_an_upheld_flag_hides_for_good(world, records, noun):
    flag(world, noun, records[noun], "private")
    settle(world, noun, records[noun], "hide", "private")
    assert not is_public(world, noun, records[noun])
    assert world.rows("SELECT state FROM flags") == [("upheld",)]
    with pytest.raises(NotFound):
        flag(world, noun, records[noun], "wrong")


@NOUNS
def test_what_was_put_right_is_shown_again(world, records, noun):
    flag(world, noun, records[noun], "dangerous")
    settle(world, noun, records[noun], "keep")
    assert is_public(world, noun, records[noun])


def test_an_unlisted_map_becomes_unlisted_again(world, records):
    world.write("UPDATE curated_maps SET state = 'unlisted'")
    flag(world, "map", records["map"], "private")
    assert world.rows("SELECT state FROM curated_maps") == [("private",)]
    settle(world, "map", records["map"], "dismiss")
    assert world.rows("SELECT state FROM curated_maps") == [("unlisted",)]


def test_one_person_has_one_open_flag_of_a_kind(world, records):
    told = [flag(world, "space", records["space"]) for _ in range(3)]
    assert [one.new for one in told] == [True, False, False]
    assert flag(world, "space", records["space"], "offensive").new
    assert flag(world, "space", records["space"], actor=passer_by("b")).new
    assert len(world.rows("SELECT 1 FROM flags")) == 3


def test_three_hidings_a_day_and_the_fourth_waits(world):
    ids = [world.space(f"via-alta-{number}", 7.62 + number / 1000, 45.07) for number in range(5)]
    hidden = [
        flag(world, "space", one, "private", passer_by(f"phone {number}", "one network")).hidden
        for number, one in enumerate(ids)
    ]
    assert hidden == [True, True, True, False, False]
    assert flag(world, "space", ids[4], "private", passer_by("elsewhere")).hidden, "other networks still can"
    assert flag(world, "space", ids[3], "dangerous", passer_by("phone", "one network"), days=2).hidden


def test_two_workers_do_not_hide_one_too_many(world, settings):
    ids = [world.space(f"via-alta-{number}", 7.62 + number / 1000, 45.07) for number in range(6)]
    other = Builder(build(replace(settings, today=NOW.date().isoformat())))
    told, start = [], threading.Barrier(6)

    def work(number: int) -> None:
        start.wait()
        told.append(flag((world, other)[number % 2], "space", ids[number], "private", passer_by("x")).hidden)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.services.engine.dispose()
    assert sorted(told) == [False, False, False, True, True, True]


def test_what_was_found_harmless_is_not_hidden_again_for_a_month(world, records):
    flag(world, "space", records["space"], "private")
    settle(world, "space", records["space"], "dismiss")
    assert not flag(world, "space", records["space"], "private", passer_by("b"), days=2).hidden
    assert flag(world, "space", records["space"], "dangerous", passer_by("c"), days=2).hidden, "another reason does"
    settle(world, "space", records["space"], "dismiss", days=3)
    assert flag(world, "space", records["space"], "private", passer_by("d"), days=40).hidden


@NOUNS
@pytest.mark.parametrize("state", ["submitted", "hidden", "rejected"])
def test_what_is_not_public_cannot_be_flagged(world, records, noun, state):
    table = {"photo": "photos", "map": "curated_maps"}.get(noun, f"{noun}s")
    column = "state" if noun in ("photo", "map") else "record_state"
    value = {"submitted": "private", "hidden": "private", "rejected": "archived"}[state] if noun == "map" else state
    world.write(f"UPDATE {table} SET {column} = :state WHERE id = :id", state=value, id=records[noun])
    with pytest.raises(NotFound):
        flag(world, noun, records[noun])
    with pytest.raises(NotFound):
        flag(world, noun, uuid4())
    assert not world.rows("SELECT 1 FROM flags")


def test_bad_flags_are_refused(world, records):
    with pytest.raises(NotFound):
        flag(world, "collective", records["space"])
    for bad in ({"kind": "boring"}, {"note": "x" * 1001}, {"note": "a\x00"}):
        with pytest.raises(Invalid):
            flag(world, "space", records["space"], **bad)


def test_who_may_settle(world, records):
    flag(world, "space", records["space"])
    south = Actor(grants=(Grant(Role.MODERATOR, area_id=world.areas["south"]),))
    north = Actor(grants=(Grant(Role.MODERATOR, area_id=world.areas["north"]),))
    broker = Actor(grants=(Grant(Role.TRUST_BROKER, area_id=world.areas["north"]),))
    for nobody in (passer_by(), south, broker):
        with pytest.raises(Forbidden):
            settle(world, "space", records["space"], "dismiss", actor=nobody)
    settle(world, "space", records["space"], "dismiss", actor=north)


def test_bad_settlements_are_refused(world, records):
    flag(world, "space", records["space"])
    for verb, reason in (("burn", ""), ("hide", ""), ("hide", "spam")):
        with pytest.raises(Invalid):
            settle(world, "space", records["space"], verb, reason)
    with pytest.raises(NotFound):
        settle(world, "space", uuid4(), "dismiss", seen=[uuid4()])
    assert world.rows("SELECT state FROM flags") == [("open",)]


def test_the_second_moderator_is_told_and_changes_nothing(world, records):
    flag(world, "space", records["space"], "private")
    seen = [row[0] for row in world.rows("SELECT id FROM flags")]
    settle(world, "space", records["space"], "hide", "private", seen=seen)
    with pytest.raises(Stale):
        settle(world, "space", records["space"], "dismiss", seen=seen)
    assert not is_public(world, "space", records["space"])


def test_two_moderators_at_the_same_moment_settle_once(world, records):
    flag(world, "space", records["space"], "private")
    seen, told, start = [row[0] for row in world.rows("SELECT id FROM flags")], [], threading.Barrier(2)

    def work(verb: str, reason: str) -> None:
        start.wait()
        try:
            settle(world, "space", records["space"], verb, reason, seen=seen)
            told.append("done")
        except (Stale, Conflict):
            told.append("stale")

    threads = [threading.Thread(target=work, args=pair) for pair in (("hide", "private"), ("dismiss", ""))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "stale"]


def test_a_flag_that_came_later_goes_on_waiting(world, records):
    flag(world, "space", records["space"], "wrong")
    seen = [row[0] for row in world.rows("SELECT id FROM flags")]
    flag(world, "space", records["space"], "private", passer_by("b"))
    settle(world, "space", records["space"], "dismiss", seen=seen)
    assert not is_public(world, "space", records["space"]), "nobody has looked at the second flag yet"
    assert world.rows("SELECT kind FROM flags WHERE state = 'open'") == [("private",)]


def test_the_history_says_what_happened_and_not_who_flagged(world, records):
    flag(world, "space", records["space"], "private", note="my neighbour Anna")
    settle(world, "space", records["space"], "dismiss")
    entries = world.rows(
        "SELECT action, actor_kind, CAST(after AS text) FROM audit_log WHERE noun = 'space' ORDER BY id"
    )
    assert [(row[0], row[1]) for row in entries][-3:] == [
        ("flagged", "anonymous"), ("hide", "system"), ("flag_dismissed", "moderator"),
    ]  # fmt: skip
    assert "Anna" not in str(entries)


# The page -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def visitor(world):
    return create_app(world.services).test_client()


def send(visitor, **form):
    page = visitor.get("/flags/new?noun=space&record=via-alta-9").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    return visitor.post("/flags", data={"csrf_token": token} | form)


KEYS = {"space": "via-alta-9", "initiative": "garden", "pact": "pact", "map": "a-map"}


@NOUNS
def test_the_form_works_for_every_noun(world, records, visitor, noun):
    key = KEYS.get(noun) or str(records[noun])
    shown = visitor.get(f"/flags/new?noun={noun}&record={key}")
    assert shown.status_code == 200
    assert "noindex" in shown.get_data(as_text=True)
    answer = send(visitor, noun=noun, record=key, kind="private", note="a face")
    assert (answer.status_code, answer.location) == (303, "/flags/thanks?hidden=1")
    assert "out of sight" in visitor.get(answer.location).get_data(as_text=True)
    assert world.rows("SELECT noun, record_id, note FROM flags") == [(noun, records[noun], "a face")]


def test_a_photo_is_flagged_from_its_place(world, records, visitor):
    page = visitor.get("/flags/new?noun=space&record=via-alta-9").get_data(as_text=True)
    assert f'value="photo:{records["photo"]}"' in page
    send(visitor, noun="space", record="via-alta-9", about=f"photo:{records['photo']}", kind="private")
    assert not is_public(world, "photo", records["photo"])
    assert is_public(world, "space", records["space"])


def test_a_form_without_a_kind_keeps_what_was_written(world, records, visitor):
    answer = send(visitor, noun="space", record="via-alta-9", note="because of this")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Choose what is wrong." in text
    assert "because of this" in text


@pytest.mark.parametrize(
    "query", ["", "noun=space", "noun=space&record=nothing", "noun=burn&record=via-alta-9", "noun=photo&record=x"]
)
def test_addresses_of_nothing_are_not_found(world, records, visitor, query):
    assert visitor.get(f"/flags/new?{query}").status_code == 404
    assert send(visitor, about="map:nothing", kind="wrong").status_code == 404


def test_programs_get_json(world, records, visitor):
    page = visitor.get("/flags/new?noun=space&record=via-alta-9").get_data(as_text=True)
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "noun": "space", "record": "via-alta-9", "kind": "wrong"}
    accept = {"Accept": "application/json"}
    answers = [visitor.post("/flags", data=form, headers=accept) for _ in range(2)]
    assert [(one.status_code, one.get_json()["hidden"]) for one in answers] == [(201, False), (200, False)]
    bad = visitor.post("/flags", data=form | {"kind": "burn"}, headers=accept)
    assert (bad.status_code, bad.get_json()["errors"][0]["pointer"]) == (422, "/kind")
