"""Joining two records and taking it back, with a real database: what moves, who may, what everybody sees of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.imports import AreaRecord
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Action, Actor, Grant, Role
from mapsvc.domain.spaces import Space
from mapsvc.spatial import desk_merges
from mapsvc.spatial.desk_scope import Scope
from mapsvc.store.merges import _HANGING
from mapsvc.usecases import merges, reports
from mapsvc.usecases.evidence import refresh
from mapsvc.usecases.observations import Answer
from mapsvc.web.app import create_app
from tests.builders import NOW, TODAY, Builder, square

LON, LAT = 7.6800, 45.0550
#: About one metre to the east.
METRE = 0.0000127
#: What refers to a space and stays where it is: the history of decisions, and what says which records are joined.
STAYS = {"spaces", "merges", "different_places", "rulings", "office_messages", "space_news", "fit_alerts"}


@dataclass
class Town:
    """Two areas, moderators and an officer of the first one, and records made by the builder."""

    services: Services
    make: Builder
    actors: dict[str, Actor] = field(default_factory=dict)

    def space(self, slug: str, metres: float = 0, **values: object) -> UUID:
        given = {"street": "Via Nizza", "number": "18", "name": "Via Nizza 18"} | values
        return self.make.space(slug, LON + metres * METRE, LAT, **given)

    def get(self, slug: str) -> Space:
        with self.services.unit_of_work() as uow:
            found = uow.spaces.by_slug(slug)
        assert found is not None, slug
        return found

    def by_id(self, space_id: UUID) -> Space:
        with self.services.unit_of_work() as uow:
            found = uow.spaces.get(space_id)
        assert found is not None
        return found

    def wish(self, one: str, other: str, keep: str = "", reason: str = "", **choices: str) -> merges.Wish:
        named = {name.replace("__", "."): slug for name, slug in choices.items()}
        pair = merges.Pair(one, other, keep, named)
        return merges.Wish(pair, self.get(one).version, self.get(other).version, uuid4(), reason)

    def join(self, one: str, other: str, who: str = "moderator", keep: str = "", reason: str = "", **choices: str):
        wish = self.wish(one, other, keep, reason, **choices)
        return merges.merge_spaces(self.services.unit_of_work(), self.actors[who], wish, NOW)

    def undo(self, merge_id: UUID, who: str = "moderator", days: int = 1):
        return merges.undo_merge(self.services.unit_of_work(), self.actors[who], merge_id, NOW + timedelta(days=days))

    def preview(self, one: str, other: str) -> merges.Preview:
        pair = merges.Pair(one, other)
        return merges.preview_merge(self.services.unit_of_work(), self.actors["moderator"], pair, TODAY)

    def status(self, slug: str) -> str:
        return str(self.make.rows("SELECT status_codes[1] AS s FROM spaces WHERE slug = :slug", slug=slug)[0].s)

    def where(self, table: str) -> dict[str, list[str]]:
        """Return the ids of the rows of a table by the slug of their space."""
        hanging = _HANGING[table]
        query = (
            f"SELECT s.slug, t.{hanging.key.name} AS key FROM {table} t JOIN spaces s ON s.id = t.{hanging.record.name}"
        )
        found: dict[str, list[str]] = {}
        for row in self.make.rows(query):
            found.setdefault(row.slug, []).append(str(row.key))
        return {slug: sorted(keys) for slug, keys in found.items()}

    def lot(self, space_id: UUID, call: str = "call-1", number: int = 1) -> None:
        self.make.write(
            "INSERT INTO calls (id, code, title, state, source_id, source_key, created_at, updated_at)"
            " SELECT :id, :code, '{}', 'open', id, :code, now(), now() FROM sources LIMIT 1 ON CONFLICT DO NOTHING",
            id=new_id(), code=call,
        )  # fmt: skip
        self.make.write(
            "INSERT INTO lots (id, call_id, space_id, number, starts_on, ends_on)"
            " SELECT :id, id, :space, :number, '2027-01-01', '2028-01-01' FROM calls WHERE code = :code",
            id=new_id(), space=space_id, number=number, code=call,
        )  # fmt: skip

    def pact(self, space_id: UUID) -> None:
        """Add a pact about a space, which is also its only place."""
        pact = new_id()
        self.make.write(
            "INSERT INTO pacts (id, slug, title, state, space_id, source_id, source_key, created_at, updated_at)"
            " SELECT :id, 'pact', 'A pact', 'signed', :space, id, 'pact', now(), now() FROM sources LIMIT 1",
            id=pact, space=space_id,
        )  # fmt: skip
        self.make.write("INSERT INTO pact_places (id, pact_id, space_id) VALUES (:id, :pact, :space)",
                        id=new_id(), pact=pact, space=space_id)  # fmt: skip

    def client(self, name: str = "") -> FlaskClient:
        client = create_app(self.services).test_client()
        if name:
            query = "SELECT fs_uniquifier AS key FROM users WHERE id = :id"
            key = self.make.rows(query, id=self.actors[name].user_id)[0].key
            with client.session_transaction() as session:
                session.update(_user_id=key, _fresh=True, _id="test")
        return client

    def suggested(self, who: str = "moderator", **options: object) -> list[tuple[str, str]]:
        with self.services.reading() as connection:
            found, _ = desk_merges.suggestions(connection, Scope.of(self.actors[who], Action.MODERATE), **options)
        return [tuple(sorted((one.one["slug"], one.other["slug"]))) for one in found]


@pytest.fixture
def town(settings: Settings) -> Iterator[Town]:
    services = build(replace(settings, today=TODAY.isoformat(), pool_size=8))
    make = Builder(services)
    make.begin(
        [
            AreaRecord("east", "East", "neighbourhood", "east", square(7.67, 45.04)),
            AreaRecord("west", "West", "neighbourhood", "west", square(7.60, 45.04)),
        ]
    )
    town = Town(services, make)
    for name, role, area in (
        ("moderator", Role.MODERATOR, "east"),
        ("second", Role.MODERATOR, "east"),
        ("officer", Role.OFFICER, "east"),
        ("west", Role.MODERATOR, "west"),
        ("broker", Role.TRUST_BROKER, "east"),
    ):
        user = make.account(f"{name}@example.org", role.value, area_id=make.areas[area])
        town.actors[name] = Actor(user_id=user, name=name, grants=(Grant(role, area_id=make.areas[area]),))
    yield town
    services.engine.dispose()


def fact(town: Town, slug: str, *names: str) -> tuple[object, ...]:
    space = town.get(slug)
    return tuple(getattr(space, name) for name in names)


# What moves and comes back --------------------------------------------------------------------------------------------


def test_everything_that_hangs_on_the_record_moves_and_comes_back(town: Town) -> None:
    old, new = town.space("old", created_at=NOW - timedelta(days=400)), town.space("new", 6)
    seen = town.make.observation(new, kind="registered_user", quality="photo_onsite", reporter="user:1", days_ago=3)
    town.make.observation(old, reporter="device:two")
    town.make.photo(new, "published")
    town.make.follow_link(new, seen, "anna@example.org")
    contact = town.make.rows("SELECT id FROM contacts")[0].id
    town.make.write(
        "INSERT INTO reminders (id, space_id, contact_id, due_on, sent_at) VALUES (:id, :space, :contact, :day, now())",
        id=new_id(), space=new, contact=contact, day=TODAY,
    )  # fmt: skip
    town.make.write(
        "INSERT INTO flags (id, noun, record_id, kind, reporter, created_at)"
        " VALUES (:id, 'space', :space, 'wrong', 'device:x', now())", id=new_id(), space=new,
    )  # fmt: skip
    town.pact(new)
    before = {table: town.where(table) for table in _HANGING}
    facts = (town.by_id(old), town.by_id(new))

    done = town.join("new", "old")

    assert (done.state, done.survivor, done.loser) == ("done", "old", "new")
    for table in ("observations", "photos", "follow_links", "reminders", "flags", "pacts", "pact_places"):
        assert set(town.where(table)) == {"old"}, table
    assert town.get("new").merged_into == old
    assert town.status("old") != "unverified"

    undone = town.undo(done.merge_id)

    assert undone.kept == ()
    for table, rows in before.items():
        now = town.where(table)
        if table == "follow_links":
            # The mail about the joining carried a link of its own, to the same report.
            assert set(rows["new"]) <= set(now["new"])
            continue
        assert now == rows, table
    assert (town.by_id(old), town.by_id(new)) == tuple(
        replace(space, version=space.version + 2, updated_at=NOW + timedelta(days=1)) for space in facts
    )
    assert town.status("old") == "unverified"


def test_every_table_that_names_a_space_moves_or_stays_on_purpose(town: Town) -> None:
    rows = town.make.rows(
        "SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid = 'spaces'::regclass"
    )
    assert {row.name for row in rows} == (set(_HANGING) - {"flags"}) | STAYS


def test_a_reporter_counts_once_in_the_joined_record(town: Town) -> None:
    old, new = town.space("old", created_at=NOW - timedelta(days=400)), town.space("new", 6)
    for space in (old, new):
        town.make.observation(space, kind="registered_user", quality="photo_onsite", reporter="user:7", days_ago=2)

    preview = town.preview("old", "new")
    town.join("old", "new")

    row = town.make.rows("SELECT status_codes[1] AS status, observation_count FROM spaces WHERE id = :id", id=old)[0]
    assert row.status == "probable_vacant", "two votes of one reporter would confirm"
    assert (preview.evidence.status_codes[0], preview.evidence.observation_count) == tuple(row)
    assert preview.moving["observations"] == 1


def test_what_arrives_after_the_merge_stays_with_the_survivor(town: Town) -> None:
    old, new = town.space("old", created_at=NOW - timedelta(days=400)), town.space("new", 6)
    mine = town.make.observation(new, reporter="device:mine")
    done = town.join("old", "new")
    later = town.make.observation(old, kind="registered_user", reporter="user:9", days_ago=0)

    town.undo(done.merge_id)

    assert town.where("observations") == {"new": [str(mine)], "old": [str(later)]}


def test_fields_keep_the_more_trusted_value_and_come_back_unless_edited_since(town: Town) -> None:
    old = town.space("old", created_at=NOW - timedelta(days=400), floor="0", features={"usable_area_m2": 60.0})
    new = town.space("new", 6, features={"usable_area_m2": 68.0, "wc_count": 1})
    with town.services.unit_of_work() as uow:
        uow.audit.add(town.actors["officer"], "edited", "space", new, before={"features": {"usable_area_m2": 1}},
                      after={"features": {"usable_area_m2": 68.0}}, at=NOW)  # fmt: skip
        uow.commit()

    done = town.join("old", "new")

    assert fact(town, "old", "floor", "features") == ("0", {"usable_area_m2": 68.0, "wc_count": 1})
    edited = town.by_id(old)
    with town.services.unit_of_work() as uow:
        uow.spaces.update(replace(edited, features={"usable_area_m2": 70.0, "wc_count": 1}))
        uow.commit()
    undone = town.undo(done.merge_id)
    assert undone.kept == ("features.usable_area_m2",)
    assert fact(town, "old", "features") == ({"usable_area_m2": 70.0},)
    assert fact(town, "new", "features") == ({"usable_area_m2": 68.0, "wc_count": 1},)


def test_a_choice_wins_over_the_rule_and_an_unknown_one_is_refused(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400), name="Panetteria")
    town.space("new", 6, name="Bakery")
    with pytest.raises(Invalid):
        town.join("old", "new", name="third")
    with pytest.raises(Invalid):
        town.join("old", "new", colour="old")
    with pytest.raises(Invalid):
        town.join("old", "new", office_precision="old")
    town.join("old", "new", name="new")
    assert fact(town, "old", "name") == ("Bakery",)


# Which record lives on ------------------------------------------------------------------------------------------------


def test_the_older_public_record_lives_on_and_a_swap_needs_a_reason(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6)
    town.space("waiting", 8, created_at=NOW - timedelta(days=900), record_state="submitted")
    assert town.preview("new", "old").by_rule == "old"
    assert town.preview("waiting", "new").by_rule == "new"
    with pytest.raises(Invalid) as refused:
        town.join("old", "new", keep="new")
    assert refused.value.code == "swap_reason"
    done = town.join("old", "new", keep="new", reason="The newer one has the better name.")
    assert (done.survivor, done.loser) == ("new", "old")
    assert town.make.rows("SELECT swap_reason FROM merges")[0].swap_reason == "The newer one has the better name."
    with pytest.raises(Conflict) as refused_too:
        town.join("new", "waiting", keep="waiting", reason="why not")
    assert refused_too.value.code == "survivor_waits"


def test_two_waiting_reports_are_joined_and_the_address_of_none_is_public(town: Town) -> None:
    town.space("first", record_state="submitted", created_at=NOW - timedelta(hours=9))
    town.space("again", 3, record_state="submitted")
    done = town.join("again", "first")
    assert (done.survivor, town.get("again").record_state) == ("first", "merged")
    assert town.client().get("/spaces/again").status_code == 404


@pytest.mark.parametrize("state", ["hidden", "rejected", "archived"])
def test_only_waiting_and_public_records_are_joined(town: Town, state: str) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6, record_state=state)
    assert town.preview("old", "new").obstacle == "not_joinable"
    with pytest.raises(Conflict):
        town.join("old", "new")
    with pytest.raises((Conflict, Invalid)):
        town.join("old", "old")


def test_siblings_are_refused_and_nothing_is_written(town: Town) -> None:
    town.space("shop", created_at=NOW - timedelta(days=400))
    town.space("shop-b", 2, number="18/B", name="Via Nizza 18/B")
    town.space("upstairs", 1, floor="1")
    town.space("ground", 1, floor="0")
    for one, other in (("shop", "shop-b"), ("upstairs", "ground")):
        assert town.preview(one, other).obstacle == "siblings"
        with pytest.raises(Conflict) as refused:
            town.join(one, other)
        assert refused.value.code == "siblings"
    assert town.make.rows("SELECT count(*) AS n FROM merges")[0].n == 0


def test_units_with_equal_strong_ids_are_one_although_their_numbers_differ(town: Town) -> None:
    town.space("shop", external_ids={"inventory": "A-7"}, created_at=NOW - timedelta(days=400))
    town.space("shop-b", 2, number="18/B", external_ids={"inventory": "A-7"})
    assert town.join("shop", "shop-b").state == "done"


# Who may, and when --------------------------------------------------------------------------------------------------


def test_joining_needs_a_say_over_both_records(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.make.space("far", 7.62, 45.05)
    for who in ("moderator", "west", "broker"):
        with pytest.raises(Forbidden):
            town.join("old", "far", who)
    town.space("new", 6)
    with pytest.raises(Forbidden):
        town.join("old", "new", "broker")
    with pytest.raises(NotFound):
        merges.merge_spaces(
            town.services.unit_of_work(), town.actors["moderator"],
            merges.Wish(merges.Pair("old", "none"), 1, 1, uuid4()), NOW,
        )  # fmt: skip


def test_a_version_that_is_not_the_newest_joins_nothing(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    new = town.space("new", 6)
    wish = town.wish("old", "new")
    town.make.write("UPDATE spaces SET version = version + 1 WHERE id = :id", id=new)
    with pytest.raises(Stale):
        merges.merge_spaces(town.services.unit_of_work(), town.actors["moderator"], wish, NOW)
    assert town.get("new").record_state == "published"


def test_sending_the_form_twice_joins_once(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6)
    wish = town.wish("old", "new")
    uow = town.services.unit_of_work
    first = merges.merge_spaces(uow(), town.actors["moderator"], wish, NOW)
    again = merges.merge_spaces(uow(), town.actors["moderator"], wish, NOW)
    assert first == again
    assert town.make.rows("SELECT count(*) AS n FROM merges")[0].n == 1
    with pytest.raises(Conflict):
        merges.merge_spaces(uow(), town.actors["moderator"], replace(wish, pair=merges.Pair("new", "old")), NOW)


def test_two_moderators_at_once_join_once_and_one_gets_a_clear_answer(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6)
    gate = threading.Barrier(2)

    def send(who: str, one: str, other: str) -> str:
        wish = town.wish(one, other)
        gate.wait()
        try:
            return merges.merge_spaces(town.services.unit_of_work(), town.actors[who], wish, NOW).state
        except (Stale, Conflict) as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        # The second one names the pair the other way round: locks in the order of the ids keep them from a deadlock.
        answers = [pool.submit(send, "moderator", "old", "new"), pool.submit(send, "second", "new", "old")]
        assert sorted(one.result() for one in answers) == ["done", "stale"]
    assert town.make.rows("SELECT count(*) AS n FROM merges WHERE state = 'done'")[0].n == 1


def test_a_record_of_a_call_is_proposed_by_one_and_agreed_by_another(town: Town) -> None:
    old, new = town.space("old", created_at=NOW - timedelta(days=400)), town.space("new", 6)
    town.lot(new)
    assert town.preview("old", "new").by_rule == "new", "the record with the lot lives on"

    done = town.join("old", "new")

    assert (done.state, town.get("old").record_state) == ("proposed", "published")
    uow = town.services.unit_of_work
    versions = (town.get("new").version, town.get("old").version)
    with pytest.raises(Conflict) as waits:
        town.join("old", "new", "second")
    assert waits.value.code == "merge_waits"
    with pytest.raises(Forbidden):
        merges.agree(uow(), town.actors["moderator"], done.merge_id, versions, NOW)
    with pytest.raises(Forbidden):
        merges.agree(uow(), town.actors["west"], done.merge_id, versions, NOW)
    with pytest.raises(Stale):
        merges.agree(uow(), town.actors["second"], done.merge_id, (versions[0], 99), NOW)
    agreed = merges.agree(uow(), town.actors["second"], done.merge_id, versions, NOW)
    assert (agreed.state, town.by_id(old).merged_into) == ("done", new)
    with pytest.raises(Conflict):
        merges.agree(uow(), town.actors["second"], done.merge_id, versions, NOW)
    with pytest.raises(Conflict):
        merges.refuse(uow(), town.actors["second"], done.merge_id, NOW)
    with pytest.raises(Forbidden):
        town.undo(done.merge_id)
    assert town.undo(done.merge_id, "officer").state == "undone"
    assert town.where("lots") == {"new": town.where("lots")["new"]}


def test_a_proposal_can_be_put_away_and_made_again(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.lot(town.space("new", 6))
    done = town.join("old", "new")
    merges.refuse(town.services.unit_of_work(), town.actors["moderator"], done.merge_id, NOW)
    assert town.join("old", "new", "second").state == "proposed"


def test_two_lots_of_one_call_are_not_joined(town: Town) -> None:
    town.lot(town.space("old", created_at=NOW - timedelta(days=400)))
    town.lot(town.space("new", 6), number=2)
    assert town.preview("old", "new").obstacle == "both_in_call"
    with pytest.raises(Conflict):
        town.join("old", "new")


# Taking back --------------------------------------------------------------------------------------------------------


def test_undoing_twice_changes_nothing_and_after_90_days_it_is_refused(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6)
    done = town.join("old", "new")
    with pytest.raises(Conflict) as late:
        town.undo(done.merge_id, days=91)
    assert late.value.code == "too_late"
    assert town.undo(done.merge_id, days=90).state == "undone"
    version = town.get("old").version
    assert town.undo(done.merge_id, days=90).state == "undone"
    assert town.get("old").version == version
    with pytest.raises(NotFound):
        town.undo(uuid4())


def test_chained_merges_are_undone_from_the_end(town: Town) -> None:
    for slug, days in (("a", 1), ("b", 200), ("c", 400)):
        space = town.space(slug, days / 100, created_at=NOW - timedelta(days=days))
        town.make.observation(space, reporter=f"device:{slug}")
    seen = town.where("observations")
    first, second = town.join("a", "b"), town.join("b", "c")
    assert set(town.where("observations")) == {"c"}
    assert town.client().get("/spaces/a").headers["Location"].endswith("/spaces/c")
    with pytest.raises(Conflict) as refused:
        town.undo(first.merge_id)
    assert refused.value.code == "joined_since"
    town.undo(second.merge_id)
    assert town.client().get("/spaces/a").headers["Location"].endswith("/spaces/b")
    town.undo(first.merge_id)
    assert town.where("observations") == seen
    assert [town.client().get(f"/spaces/{slug}").status_code for slug in "abc"] == [200, 200, 200]


def test_an_earlier_merge_into_the_same_record_can_be_undone_first(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400), name="Old")
    town.space("new", 6, name="New")
    town.space("third", 8, name="Third")
    before = fact(town, "old", "name", "lon", "lat")
    first = town.join("old", "new", name="new", place="new")
    second = town.join("old", "third", name="third", place="third")
    assert town.undo(first.merge_id).kept == ("name", "place")
    assert fact(town, "old", "name") == ("Third",)
    assert town.undo(second.merge_id).kept == ()
    assert fact(town, "old", "name", "lon", "lat") == before


def test_a_record_that_was_hidden_since_gives_nothing_back(town: Town) -> None:
    old = town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6)
    done = town.join("old", "new")
    town.make.write("UPDATE spaces SET record_state = 'hidden', version = version + 1 WHERE id = :id", id=old)
    with pytest.raises(Conflict) as refused:
        town.undo(done.merge_id)
    assert refused.value.code == "hidden_since"


# What the public sees -----------------------------------------------------------------------------------------------


def test_the_address_of_the_joined_record_leads_on_for_ever_and_answers_itself_after_undoing(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6)
    done = town.join("old", "new")
    visitor = town.client()
    moved = visitor.get("/spaces/new")
    assert (moved.status_code, moved.headers["Location"].endswith("/spaces/old")) == (301, True)
    assert "Joined with another record" in visitor.get("/spaces/old").text
    town.undo(done.merge_id)
    assert visitor.get("/spaces/new").status_code == 200


def test_a_merge_with_a_coarse_record_is_coarse_and_its_old_address_tells_nothing(town: Town) -> None:
    exact = town.space("via-nizza-18", created_at=NOW - timedelta(days=400))
    town.space("space-1", 6, publication_precision="cell_100m", floor="2", name="Studio")

    done = town.join("via-nizza-18", "space-1")

    slug = town.by_id(exact).slug
    assert done.survivor == slug
    assert slug.startswith("space-"), "a coarse record carries no address"
    visitor = town.client()
    assert visitor.get("/spaces/via-nizza-18").status_code == 404
    assert visitor.get("/spaces/space-1").headers["Location"].endswith(f"/spaces/{slug}")
    shown = visitor.get(f"/spaces/{slug}")
    assert shown.status_code == 200
    for secret in ("Via Nizza", f"{LON:.4f}", "Studio"):
        assert secret not in shown.text
    town.undo(done.merge_id)
    assert visitor.get("/spaces/via-nizza-18").status_code == 200
    assert town.get("space-1").publication_precision == "cell_100m"


def test_the_slug_of_an_exact_record_never_leads_to_a_coarse_one(town: Town) -> None:
    town.space("space-1", publication_precision="cell_100m", created_at=NOW - timedelta(days=400))
    town.space("via-nizza-18", 6)
    done = town.join("space-1", "via-nizza-18")
    assert (done.survivor, town.get("space-1").publication_precision) == ("space-1", "cell_100m")
    assert town.client().get("/spaces/via-nizza-18").status_code == 404


def test_showing_more_than_the_careful_one_is_for_an_officer_and_never_against_an_objection(town: Town) -> None:
    town.space("exact", created_at=NOW - timedelta(days=400))
    coarse = town.space("space-1", 6, publication_precision="cell_100m")
    with pytest.raises(Forbidden):
        town.join("exact", "space-1", publication_precision="exact")
    town.make.write("UPDATE spaces SET owner_objection = true WHERE id = :id", id=coarse)
    with pytest.raises(Conflict) as refused:
        town.join("exact", "space-1", "officer", publication_precision="exact")
    assert refused.value.code == "objection_stays"


def test_an_objection_holds_for_the_joined_record_and_survives_undoing(town: Town) -> None:
    exact = town.space("via-nizza-18", created_at=NOW - timedelta(days=400))
    town.space("space-1", 6, publication_precision="cell_100m", owner_objection=True)
    done = town.join("via-nizza-18", "space-1")
    assert town.by_id(exact).owner_objection
    town.undo(done.merge_id)
    kept = town.by_id(exact)
    assert (kept.owner_objection, kept.publication_precision) == (True, "cell_100m")


def test_what_somebody_made_coarser_since_does_not_come_back_exact(town: Town) -> None:
    old = town.space("old", created_at=NOW - timedelta(days=400))
    new = town.space("via-nizza-18", 6)
    done = town.join("old", "via-nizza-18")
    town.make.write(
        "UPDATE spaces SET publication_precision = 'district', slug = 'space-x', version = version + 1 WHERE id = :id",
        id=old,
    )
    town.undo(done.merge_id)
    loser = town.by_id(new)
    assert loser.publication_precision == "district"
    assert "nizza" not in loser.slug


# The reporter's private link ----------------------------------------------------------------------------------------


def test_the_private_link_leads_to_the_joined_record_and_back(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    new = town.space("new", 6)
    token = town.make.follow_link(new, town.make.observation(new, reporter="device:me", days_ago=0))
    done = town.join("old", "new")
    uow = town.services.unit_of_work

    report = reports.follow(uow(), token, NOW)
    assert (report.slug, report.joined, report.is_open) == ("old", True, True)
    assert "joined with another record" in town.client().get(f"/r/{token}").text
    later = NOW + timedelta(hours=1)
    reports.answer_again(uow(), town.services.photos, token, Answer(uuid4(), Claim.OCCUPIED), later)
    assert set(town.where("observations")) == {"old"}
    town.undo(done.merge_id)
    report = reports.follow(uow(), token, NOW)
    assert (report.slug, report.joined) == ("new", False)


def test_nobody_learns_the_address_of_a_coarse_record_by_the_link_of_an_exact_one(town: Town) -> None:
    town.space("space-1", name="Secret studio", number="20", publication_precision="cell_100m",
               created_at=NOW - timedelta(days=400))  # fmt: skip
    new = town.space("via-nizza-18", 6)
    token = town.make.follow_link(new, town.make.observation(new, reporter="device:me"))
    town.join("space-1", "via-nizza-18", name="space-1")
    shown = town.client().get(f"/r/{token}").text
    assert "Secret studio" not in shown
    assert "Via Nizza" not in shown


# Suggestions --------------------------------------------------------------------------------------------------------


def test_pairs_are_suggested_by_likeness_without_siblings_and_without_what_was_judged(town: Town) -> None:
    town.space("old", name="Bakery")
    town.space("twin", 6, name="Bakery")
    town.space("unit-b", 2, number="18/B")
    town.space("away", 45, street="Via Po", number="1", name="Away")
    assert town.suggested() == [("old", "twin")]
    assert town.suggested("west") == []
    merges.judge_different(town.services.unit_of_work(), town.actors["moderator"], merges.Pair("twin", "old"), NOW)
    assert town.suggested() == []
    assert town.preview("old", "twin").judged_different
    with pytest.raises(Forbidden):
        merges.judge_different(town.services.unit_of_work(), town.actors["west"], merges.Pair("twin", "old"), NOW)


def test_a_pair_that_was_separated_does_not_come_again(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("twin", 6)
    assert town.suggested() == [("old", "twin")]
    done = town.join("old", "twin")
    assert town.suggested() == []
    town.undo(done.merge_id)
    assert town.suggested() == []


def test_equal_keys_of_the_land_register_are_suggested_however_far_apart(town: Town) -> None:
    town.space("old", external_ids={"cadastre": "1234/56/7"}, street=None, number=None, name="One")
    town.space("far", 900, external_ids={"cadastre": "1234/56/7"}, street=None, number=None, name="Other")
    town.space("unit", 1800, external_ids={"cadastre": "1234/56/8"}, street=None, number=None, name="Third")
    assert town.suggested() == [("far", "old")]


def test_photos_of_one_front_alone_call_for_a_look(town: Town) -> None:
    one = town.space("one", name="Uno", street="Via Po", number="1")
    other = town.space("two", 30, name="Zwei", street="Via Nizza", number="99")
    assert town.suggested() == []
    for space, bits in ((one, -1), (other, -2)):
        photo = town.make.photo(space)
        town.make.write("UPDATE photos SET image_hash = :bits WHERE id = :id", bits=bits, id=photo)
    assert town.suggested() == [("one", "two")]


def test_a_window_bounds_what_is_looked_at(town: Town) -> None:
    for number in range(6):
        slug = f"s{number}"
        town.space(slug, number * 500, number=str(number), name=slug, updated_at=NOW - timedelta(days=number))
        town.space(f"{slug}x", number * 500 + 2, number=str(number), name=slug, updated_at=NOW - timedelta(days=number))
    assert len(town.suggested()) == 6
    assert town.suggested(window=2) == [("s0", "s0x")]
    assert town.suggested(window=2, offset=2) == [("s1", "s1x")]


# The screens --------------------------------------------------------------------------------------------------------


def token_of(client: FlaskClient, path: str = "/account") -> dict[str, str]:
    """Return the field that makes a form the client's own."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found is not None, path
    return {"csrf_token": found[1]}


def form_of(page: str, action: str) -> dict[str, str]:
    """Return what the form with this action would send, as a browser does without a change."""
    start = page.index(f'action="{action}"')
    body = page[start : page.index("</form>", start)]
    values = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', body))
    for name, value in re.findall(r'<input type="radio" name="([^"]+)" value="([^"]*)" checked', body):
        values[name] = value
    return values


def test_the_screen_joins_by_a_plain_form_and_offers_undo(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400), name="Panetteria")
    town.space("new", 6, name="Bakery", record_state="submitted")
    client = town.client("moderator")
    shown = client.get("/desk/merges/new?a=new&b=old")
    assert shown.status_code == 200
    sent = form_of(shown.text, "/desk/merges") | {"field-name": "new"}

    done = client.post("/desk/merges", data=sent)

    assert done.status_code == 302
    assert town.get("old").name == "Bakery"
    after = client.get(done.headers["Location"])
    assert "was joined with the other record" in after.text
    token = re.search(r'name="csrf_token" value="([^"]+)"', after.text)
    client.post("/desk/undo", data={"csrf_token": token[1] if token else ""})
    assert town.get("new").record_state == "submitted"
    listed = client.get("/desk/merges").text
    assert "Panetteria" not in listed, "separated pairs are not suggested again"


def test_the_screen_says_what_stands_against_joining(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("sibling", 2, number="18/B")
    new = town.space("new", 6)
    client = town.client("moderator")
    shown = client.get("/desk/merges/new?a=old&b=sibling").text
    assert "two units of one building" in shown
    assert "Join the two" not in shown
    sent = form_of(client.get("/desk/merges/new?a=old&b=new").text, "/desk/merges")
    town.make.write("UPDATE spaces SET version = version + 1 WHERE id = :id", id=new)
    stale = client.post("/desk/merges", data=sent)
    assert stale.status_code == 412
    assert "One of the two changed in between" in stale.text
    swapped = form_of(stale.text, "/desk/merges") | {"keep": "new"}
    refused = client.post("/desk/merges", data=swapped)
    assert refused.status_code == 422
    assert "Say why the other record lives on." in refused.text
    for bad, code in (
        ({"version_a": ""}, 428),
        ({"key": "x"}, 422),
        ({"keep": "third"}, 422),
        ({"field-name": "third"}, 422),
        ({"field-nonsense": "old"}, 422),
        ({"b": "none"}, 404),
        ({"b": "old"}, 422),
        ({"a": ""}, 422),
    ):
        assert client.post("/desk/merges", data=form_of(stale.text, "/desk/merges") | bad).status_code == code, bad
    token = {"csrf_token": sent["csrf_token"]}
    assert client.post(f"/desk/merges/{uuid4()}/decision", data=token | {"verb": "undo"}).status_code == 404
    assert client.post(f"/desk/merges/{uuid4()}/decision", data=token | {"verb": "dance"}).status_code == 422
    assert town.get("new").record_state == "published"


def test_a_proposal_waits_in_the_queue_for_somebody_else(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400), name="Old one")
    town.lot(town.space("new", 6, name="New one"))
    asking, second = town.client("moderator"), town.client("second")
    sent = form_of(asking.get("/desk/merges/new?a=old&b=new").text, "/desk/merges")
    asking.post("/desk/merges", data=sent)
    merge = town.make.rows("SELECT id FROM merges")[0].id
    assert "Second person needed" in second.get("/desk?kind=agree").text
    own = asking.get(f"/desk/merges/{merge}").text
    assert "Agree and join" not in own
    page = second.get(f"/desk/merges/{merge}").text
    decision = form_of(page, f"/desk/merges/{merge}/decision") | {"verb": "agree"}
    assert second.post(f"/desk/merges/{merge}/decision", data=decision).status_code == 302
    assert town.get("old").record_state == "merged"
    assert second.post(f"/desk/merges/{merge}/decision", data=decision).status_code == 409
    assert "agreed by" in second.get(f"/desk/merges/{merge}").text
    officer = town.client("officer")
    token = token_of(officer, f"/desk/merges/{merge}")
    undone = officer.post(f"/desk/merges/{merge}/decision", data=token | {"verb": "undo"}, follow_redirects=True)
    assert "The two records are separate again." in undone.text


def test_whoever_cannot_moderate_sees_no_screen_of_merges(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6)
    done = town.join("old", "new")
    broker, west, visitor = town.client("broker"), town.client("west"), town.client()
    assert [broker.get(path).status_code for path in ("/desk/merges", "/desk/merges/new?a=old&b=new")] == [403, 403]
    assert [visitor.get(path).status_code for path in ("/desk/merges", f"/desk/merges/{done.merge_id}")] == [302, 302]
    assert west.get(f"/desk/merges/{done.merge_id}").status_code == 404
    assert west.get("/desk/merges/new?a=old&b=new").status_code == 404
    taken = west.post(f"/desk/merges/{done.merge_id}/decision", data=token_of(west) | {"verb": "undo"})
    assert taken.status_code == 403
    assert town.get("new").record_state == "merged"


def test_the_queue_leads_to_the_screen_by_name_and_neighbour(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("new", 6, record_state="submitted")
    town.space("unit-b", 3, number="18/B", name="Via Nizza 18/B")
    client = town.client("moderator")
    shown = client.get("/desk?item=new").text
    assert re.findall(r'name="b" value="([^"]+)"', shown) == ["old"]
    assert "other units" in shown
    by_name = client.get("/desk/merges/new?a=new&words=via+nizza+18%2FB")
    assert "two units of one building" in by_name.text
    assert client.get("/desk/merges/new?a=new&words=nowhere").status_code == 422
    pair = client.get("/desk?item=same:new~old").text
    assert "Are these the same place?" in pair
    assert client.get("/desk?item=same:new~none").status_code == 200
    assert client.get("/desk?item=same:none").status_code == 200


def test_the_record_page_leads_to_what_was_joined_with_it(town: Town) -> None:
    town.space("old", created_at=NOW - timedelta(days=400))
    town.space("twin", 6)
    done = town.join("old", "twin")
    client = town.client("moderator")
    for slug in ("old", "twin"):
        assert f"/desk/merges/{done.merge_id}" in client.get(f"/desk/premises/{slug}").text, slug


def test_the_marking_flow_names_another_unit_and_never_offers_it(town: Town) -> None:
    town.space("old")
    town.space("unit-b", 2, number="18/B", name="Via Nizza 18/B")
    shown = town.client().get(f"/mark/near?placed=map&lon={LON}&lat={LAT}&address=Via+Nizza+18%2FB").text
    assert re.findall(r'name="space" value="([^"]+)"', shown) == ["unit-b"]
    assert "Another unit of this building" in shown


def test_every_conclusion_is_the_rules_own(town: Town) -> None:
    """What a merge and its undoing store about both records is what a fresh conclusion says."""
    old, new = town.space("old", created_at=NOW - timedelta(days=400)), town.space("new", 6)
    for number, space in enumerate((old, old, new, new)):
        town.make.observation(space, kind="registered_user", reporter=f"user:{number}", days_ago=5 + number,
                              claim="vacant" if number % 2 else "occupied")  # fmt: skip
    done = town.join("old", "new")
    for step in ("joined", "separated"):
        stored = _stored(town, (old, new))
        with town.services.unit_of_work() as uow:
            for space in (old, new):
                refresh(uow, space, TODAY)
            uow.commit()
        assert _stored(town, (old, new)) == stored, step
        if step == "joined":
            town.undo(done.merge_id, days=0)


def _stored(town: Town, ids: Sequence[UUID]) -> list[tuple[object, ...]]:
    query = (
        "SELECT status_from, status_codes, band_codes, observation_count, next_check_due, last_confirmed_on"
        " FROM spaces WHERE id = ANY (:ids) ORDER BY id"
    )
    return [tuple(row) for row in town.make.rows(query, ids=list(ids))]


def test_the_history_of_both_tells_of_joining_and_separating(town: Town) -> None:
    old, new = town.space("old", created_at=NOW - timedelta(days=400)), town.space("new", 6)
    done = town.join("old", "new")
    town.undo(done.merge_id)
    for space in (old, new):
        actions = town.make.rows(
            "SELECT action FROM audit_log WHERE noun = 'space' AND record_id = :id ORDER BY id", id=str(space)
        )
        assert [row.action for row in actions] == ["same_as", "merge_undone"]
    assert date.fromisoformat(str(town.make.rows("SELECT undone_at::date AS d FROM merges")[0].d)) > TODAY
