"""The history in the database: append-only, sealed, checked against every way of tampering, and read by whom it may."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from mapsvc.config import Settings
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.domain.seals import Fault
from mapsvc.operations.commands import audit as commands
from mapsvc.operations.connections import connect
from mapsvc.usecases import people, seals, spaces
from tests.desk_world import NOW, World, found, page

OFFICER = Actor(user_id=1, grants=(Grant(Role.OFFICER),))


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    yield from found(settings)


def edit(world: World, slug: str, **changes: object) -> None:
    version = world.row(slug)["version"]
    assert isinstance(version, int)
    spaces.edit_space(world.services.unit_of_work(), OFFICER, slug, version, changes, NOW)


def sealed(world: World) -> int:
    return seals.seal(world.services.unit_of_work, NOW)


def verdict(world: World, head: tuple[int, str] | None = None) -> seals.Verdict:
    return seals.verify(world.services.unit_of_work, head)


def tamper(world: World, *statements: str) -> None:
    """Write as the owner of the tables with every trigger off, as nobody of the service can."""
    with connect(world.services.settings.owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def chain(world: World) -> tuple[int, str]:
    """A sealed chain of some entries; its head."""
    slug = world.space("Bottega")
    for kind in ("office", "workshop", "school"):
        edit(world, slug, asset_kind=kind)
    assert sealed(world) >= 4
    done = verdict(world)
    assert (done.broken, done.tail) == (None, 0)
    return done.sealed, done.head


def test_the_service_can_neither_change_nor_take_away(world: World, chain: tuple[int, str]) -> None:
    for statement in (
        "UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log",
        "UPDATE audit_seals SET seq = seq", "DELETE FROM audit_seals", "TRUNCATE audit_seals",
        "DELETE FROM personal_values", "TRUNCATE personal_values",
        "UPDATE personal_values SET value = '\"other\"'", "UPDATE personal_values SET record_id = 'x', value = NULL",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), world.services.engine.begin() as connection:
            connection.execute(text(statement))
    with connect(world.services.settings.owner_url) as connection, connection.cursor() as cursor:
        for table in ("audit_log", "audit_seals"):
            with pytest.raises(Exception, match="append-only"):
                cursor.execute(f"DELETE FROM {table}")
            connection.rollback()


#: The entry that a place of the chain seals.
ENTRY = "id = (SELECT entry_id FROM audit_seals WHERE seq = {})"
SWAP = """
    WITH pair AS (SELECT seq, entry_id FROM audit_seals WHERE seq IN (2, 3))
    UPDATE audit_log l SET action = o.action, before = o.before, after = o.after, at = o.at
    FROM audit_log o, pair p, pair q
    WHERE l.id = p.entry_id AND o.id = q.entry_id AND p.seq <> q.seq
"""


@pytest.mark.parametrize(
    ("statements", "fault", "seq"),
    [
        (["UPDATE audit_log SET after = '{}' WHERE " + ENTRY.format(3)], Fault.CHANGED, 3),
        (["UPDATE audit_log SET at = at + interval '1 us' WHERE " + ENTRY.format(2)], Fault.CHANGED, 2),
        (["DELETE FROM audit_log WHERE " + ENTRY.format(3)], Fault.MISSING_ENTRY, 3),
        (["DELETE FROM audit_seals WHERE seq = 2"], Fault.MISSING_SEAL, 2),
        (
            ["DELETE FROM audit_log WHERE " + ENTRY.format(4), "DELETE FROM audit_seals WHERE seq = 4"],
            Fault.MISSING_SEAL,
            4,
        ),
        ([SWAP], Fault.CHANGED, 2),
        (["UPDATE audit_seals SET sha256 = repeat('a', 64) WHERE seq = 3"], Fault.CHANGED, 3),
    ],
    ids=["value", "instant", "entry gone", "seal gone", "both gone", "two swapped", "hash"],
)
def test_tampering_is_found_at_its_first_row(
    world: World, chain: tuple[int, str], statements: list[str], fault: Fault, seq: int
) -> None:
    tamper(world, *statements)
    broken = verdict(world).broken
    assert broken is not None
    assert (broken.fault, broken.seq) == (fault, seq)


def test_a_chain_that_was_cut_off_shows_its_tail_and_not_the_head_that_was_kept(
    world: World, chain: tuple[int, str]
) -> None:
    tamper(world, "DELETE FROM audit_seals WHERE seq > 2")
    cut = verdict(world)
    assert (cut.broken, cut.sealed, cut.tail) == (None, 2, chain[0] - 2)
    tamper(world, "UPDATE audit_log SET after = '{}' WHERE id = (SELECT max(id) FROM audit_log)")
    sealed(world)
    assert verdict(world).broken is None, "computed anew, the chain holds in itself"
    broken = verdict(world, chain).broken
    assert broken is not None
    assert broken.fault is Fault.OTHER_HEAD


def test_an_entry_whose_transaction_ends_late_is_sealed_later(world: World) -> None:
    uow = world.services.unit_of_work()
    with uow:
        uow.audit.add(OFFICER, "edited", "space", "late", at=NOW)
        with world.services.unit_of_work() as other:
            other.audit.add(OFFICER, "edited", "space", "early", at=NOW)
            other.commit()
        first = sealed(world)
        uow.commit()
    waiting = verdict(world)
    assert (waiting.sealed, waiting.tail, waiting.late) == (first, 1, 1)
    assert sealed(world) == 1
    done = verdict(world)
    assert (done.sealed, done.tail, done.late, done.broken) == (first + 1, 0, 0, None)


def test_two_sealers_make_one_chain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "ROWS_PER_STEP", 3)
    with world.services.unit_of_work() as uow:
        for number in range(40):
            uow.audit.add(OFFICER, "edited", "space", str(number), at=NOW)
        uow.commit()
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(sealed(world))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed(world)
    done = verdict(world)
    assert (done.broken, done.tail) == (None, 0)
    assert done.sealed >= 40


def test_a_change_that_is_undone_leaves_no_entry(world: World) -> None:
    before = verdict(world).tail
    with world.services.unit_of_work() as uow:
        uow.audit.add(OFFICER, "edited", "space", "never", at=NOW)
    assert verdict(world).tail == before


# Personal values ------------------------------------------------------------------------------------------------------


def test_erasing_empties_the_value_and_leaves_the_chain_alone(world: World) -> None:
    slug = world.space("Bottega")
    edit(world, slug, description={"it": "chiedere di Ada Rossi, 011 555"})
    sealed(world)
    with world.services.reading() as connection:
        log = connection.execute(text("SELECT string_agg(to_jsonb(l)::text, ' ') FROM audit_log l")).scalar_one()
        assert "Ada" not in log
    assert "Ada" in page(world.client("officer").get(f"/desk/premises/{slug}/history"))
    space_id = str(world.row(slug)["id"])
    with world.services.unit_of_work() as uow:
        assert uow.personal_values.erase(NOW, noun="space", record_id=space_id) >= 2
        uow.commit()
    with world.services.reading() as connection:
        kept = connection.execute(text("SELECT string_agg(to_jsonb(v)::text, ' ') FROM personal_values v")).scalar_one()
        assert "Ada" not in kept
    shown = page(world.client("officer").get(f"/desk/premises/{slug}/history"))
    assert "Ada" not in shown
    assert "erased" in shown
    assert verdict(world).broken is None


def test_values_of_an_account_are_found_and_erased_by_it(world: World) -> None:
    rea = Actor(user_id=world.users["resident"])
    with world.services.unit_of_work() as uow:
        uow.audit.add(rea, "asked", "group", str(UUID(int=5)), after={"name": "Rea's group"}, at=NOW)
        uow.audit.add(OFFICER, "edited", "space", "s", after={"name": "the office's"}, at=NOW)
        uow.commit()
    with world.services.unit_of_work() as uow:
        assert [value for _, _, value, _ in uow.personal_values.of_user(rea.user_id or 0)] == ["Rea's group"]
        assert uow.personal_values.erase(NOW, user_id=rea.user_id) == 1
        assert uow.personal_values.of_user(rea.user_id or 0) == []
        with pytest.raises(ValueError):
            uow.personal_values.erase(NOW)


# The page and the commands --------------------------------------------------------------------------------------------


def test_an_officer_reads_the_own_areas_and_everything_else_is_absent(world: World) -> None:
    east, west = world.space("Eastshop"), world.space("Westshop", (7.66, 45.05))
    everywhere = page(world.client("officer").get("/desk/audit"))
    assert "Eastshop" in everywhere
    assert "Westshop" in everywhere
    local = page(world.client("officer_west").get("/desk/audit"))
    assert "Westshop" in local
    assert "Eastshop" not in local
    assert str(world.row(east)["id"]) not in world.client("officer_west").get("/desk/audit.csv").text
    assert str(world.row(west)["id"]) in world.client("officer_west").get("/desk/audit.csv").text


@pytest.mark.parametrize("who", ["moderator_east", "resident"])
def test_others_do_not_read_it(world: World, who: str) -> None:
    for address in ("/desk/audit", "/desk/audit.csv"):
        assert world.client(who).get(address).status_code == 403


def test_an_auditor_reads_everything_without_persons_and_nothing_else(world: World) -> None:
    world.person("auditor", Role.AUDITOR)
    officer = Actor(user_id=world.users["officer"], grants=(Grant(Role.OFFICER),))
    slug = world.space("Bottega Rossi")
    version = world.row(slug)["version"]
    assert isinstance(version, int)
    changes = {"description": {"en": "ask Ada"}, "asset_kind": "office"}
    spaces.edit_space(world.services.unit_of_work(), officer, slug, version, changes, NOW)
    people.grant_role(
        world.services.unit_of_work(), Actor(grants=(Grant(Role.ADMINISTRATOR),)), world.users["resident"],
        "moderator", people.Scope(), NOW,
    )  # fmt: skip
    client = world.client("auditor")
    for address in ("/desk/audit", "/desk/audit.csv"):
        shown = page(client.get(address))
        for word in ("Rossi", "Ada", "resident", ">officer,", "officer@"):
            assert word not in shown, (address, word)
        assert "office" in shown
    assert "Person " in client.get("/desk/audit").text
    assert client.get("/desk").status_code == 302
    for address in ("/desk/premises", f"/desk/premises/{slug}", f"/desk/premises/{slug}/history", "/desk/people"):
        assert client.get(address).status_code in (403, 404), address


def test_the_filter_and_what_is_no_filter(world: World) -> None:
    slug = world.space("Filtered")
    edit(world, slug, asset_kind="office")
    client = world.client("officer")
    assert "Workshop" not in page(client.get("/desk/audit?action=added&noun=space"))
    assert "Filtered" in page(client.get("/desk/audit?who=officer&first=2026-11-22&last=2026-11-22"))
    assert "Filtered" not in page(client.get("/desk/audit?first=2026-11-23"))
    for query in ("noun=x", "action=x", "who=x", "first=yesterday", "page=0", "last=2026-13-01", "noun=%00"):
        assert client.get(f"/desk/audit?{query}").status_code == 422, query


def test_cells_of_the_export_do_not_run(world: World) -> None:
    with world.services.unit_of_work() as uow:
        uow.audit.add(OFFICER, "edited", "space", "=1+1", at=NOW)
        uow.commit()
    text_of_file = world.client("officer").get("/desk/audit.csv").text
    assert "'=1+1" in text_of_file
    assert ",=1+1" not in text_of_file


def test_the_public_history_tells_kinds_and_no_values(world: World) -> None:
    slug = world.space("Bottega")
    edit(world, slug, description={"en": "secret words"}, asset_kind="office")
    with world.services.reading() as connection:
        rows = connection.execute(text("SELECT * FROM public_history WHERE slug = :slug"), {"slug": slug}).all()
    assert {row.action for row in rows} == {"added", "edited"}
    assert "secret" not in repr(rows)
    assert set(rows[0]._mapping) == {"id", "at", "noun", "slug", "actor_kind", "action", "state"}


def test_the_commands_say_what_holds(world: World, chain: tuple[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_services", lambda: world.services)
    runner = CliRunner()
    head = runner.invoke(commands.audit, ["head"])
    assert head.output.strip() == f"{chain[0]}:{chain[1]}"
    whole = runner.invoke(commands.audit, ["verify", "--json", "--head", head.output.strip()])
    assert whole.exit_code == 0
    assert json.loads(whole.output) | {"late": 0} == {
        "ok": True, "sealed": chain[0], "head": head.output.strip(), "tail": 0, "late": 0, "broken": None,
    }  # fmt: skip
    tamper(world, "DELETE FROM audit_log WHERE id = (SELECT entry_id FROM audit_seals WHERE seq = 2)")
    broken = runner.invoke(commands.audit, ["verify"])
    assert broken.exit_code == 1
    assert "seal 2) is gone" in broken.output
    assert runner.invoke(commands.audit, ["verify", "--head", "nonsense"]).exit_code == 2
