"""Registers that are kept in step: Palermo's ten files in order of date, premises, conflicts, and the command."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import CITY
from click.testing import CliRunner
from sqlalchemy import text

from mapsvc import bootstrap
from mapsvc.bootstrap import Services
from mapsvc.cli import main
from mapsvc.config import ROOT, Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mapsvc.domain.imports import SourceInfo, Upload
from mapsvc.domain.people import OPERATOR, Actor
from mapsvc.domain.sources import Register, SourceNoun, SyncReport
from mapsvc.exchange.palermo import date_of_file
from mapsvc.operations import seeding
from mapsvc.usecases.seeding import prepare_city
from mapsvc.usecases.sources import Asked, add_register, registers, sync

FOLDER = ROOT / "fixtures" / "palermo_patti"
NAME = "palermo-pacts"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES = sorted(FOLDER.glob("*.csv"), key=lambda path: path.name.partition("_")[2])
EVERYTHING = (
    "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (SELECT p::text AS t FROM pacts p"
    " UNION ALL SELECT s::text FROM spaces s UNION ALL SELECT r::text FROM source_rows r"
    " UNION ALL SELECT n::text FROM source_runs n UNION ALL SELECT u::text FROM source_reuses u"
    " UNION ALL SELECT g::text FROM source_registers g UNION ALL SELECT a::text FROM audit_log a"
    " UNION ALL SELECT o::text FROM observations o UNION ALL SELECT c::text FROM sources c) every"
)
PREMISES = "code,name,lon,lat,street,number,area_m2\n"
ROWS = [f"A-{one},Via Nizza {one},7.67{one},45.05,Via Nizza,{one},{40 + one}\n" for one in range(1, 7)]


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """Services on an empty database that has its city."""
    services = bootstrap.build(settings)
    prepare_city(services.unit_of_work(), CITY, NOW)
    yield services
    services.engine.dispose()


@pytest.fixture
def premises(services: Services) -> Services:
    """Services with a register of six premises that had its first run."""
    info = SourceInfo("city-premises", "Premises", "CC-BY-4.0", "The city", "")
    add_register(services.unit_of_work(), OPERATOR, Register(info, SourceNoun.SPACES, "premises"), NOW)
    assert len(run_premises(services, ROWS).new) == 6
    return services


def run(services: Services, path: Path, data: bytes | None = None, days: int = 0, **asked: Any) -> SyncReport:
    upload = Upload(path.name, path.read_bytes() if data is None else data, as_of=date_of_file(path.name))
    at = NOW + timedelta(days=days)
    return sync(services.unit_of_work(), services.source_files, OPERATOR, NAME, upload, Asked(**asked), at)


def run_premises(services: Services, rows: list[str], day: int = 1, **asked: Any) -> SyncReport:
    upload = Upload("premises.csv", (PREMISES + "".join(rows)).encode(), as_of=date(2026, 10, day))
    reader = services.source_files
    return sync(services.unit_of_work(), reader, OPERATOR, "city-premises", upload, Asked(**asked), NOW)


def rows(services: Services, query: str, **params: object) -> list[Any]:
    with services.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), params)]


def one(services: Services, query: str, **params: object) -> Any:
    return rows(services, query, **params)[0][0]


def change(services: Services, statement: str) -> None:
    with services.engine.begin() as connection:
        connection.execute(text(statement))


def edited(path: Path, alter: Callable[[list[dict[str, str]]], object]) -> bytes:
    """Return a real file with some of its rows altered."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        found = list(csv.DictReader(stream))
    alter(found)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(found[0]))
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue().encode()


def quiet(report: SyncReport) -> bool:
    return not (report.new or report.changed or report.moved or report.vanished or report.reused_ids)


# Palermo --------------------------------------------------------------------------------------------------------------


def test_ten_files_in_order_of_date_lose_nothing(services: Services) -> None:
    reports, pacts = {}, 0
    for path in FILES:
        reports[path.name[:7]] = report = run(services, path)
        assert report.questions == (), "eight headers, and nobody was asked"
        assert one(services, "SELECT count(*) FROM pacts") >= pacts
        pacts = one(services, "SELECT count(*) FROM pacts")
        before = one(services, EVERYTHING)
        again = run(services, path)
        assert quiet(again) or again.stopped_to_ask
        assert not again.written
        assert one(services, EVERYTHING) == before, f"{path.name} again changes nothing"
    assert len(FILES) == 10
    assert len(reports["schema1"].new) == 51
    assert reports["schema2"].new == ("052", "053", "054", "055", "056", "057")
    assert reports["schema3"].new == ("058",)
    assert reports["schema3"].reused_ids == ("057",)
    # Another order or name of a column is no change of any pact; the sixth file brings the addresses of documents.
    assert quiet(reports["schema5"])
    for header in ("schema6", "schema7"):
        found = reports[header]
        assert (found.new, found.moved, found.vanished, found.reused_ids) == ((), (), (), ()), header
    broken = reports["truncat"]
    assert (len(broken.vanished), broken.refused, broken.stopped_to_ask) == (58, ("row 1",), True)
    assert not broken.written
    assert len(reports["current"].new) == 15
    assert not any(report.conflicts for report in reports.values())
    assert pacts == 73 + 1


def test_a_reused_number_is_a_new_pact_linked_to_the_old(services: Services) -> None:
    for path in FILES[:3]:
        run(services, path)
    found = rows(
        services,
        "SELECT o.title, o.source_key, n.title, n.source_key FROM source_reuses r"
        " JOIN pacts o ON o.id = r.old_record_id JOIN pacts n ON n.id = r.new_record_id",
    )
    new = "Pitturazione simbolica di una panchina a piazza Don Bosco"
    assert found == [("Giornata contro la violenza sulle donne", "057", new, "057~2")]
    slug = "giornata-contro-la-violenza-sulle-donne"
    assert rows(services, "SELECT action FROM public_history WHERE slug = :slug ORDER BY id", slug=slug) == [
        ("imported",),
        ("number_reused",),
    ]
    # The older file names the first pact again: nothing is overwritten and no third one is made.
    older = run(services, FILES[1], accept_removals=True)
    assert older.reused_ids == ("057",)
    assert one(services, "SELECT count(*) FROM pacts") == 59
    assert run(services, FILES[2]).reused_ids == ("057",)
    assert one(services, "SELECT count(*) FROM pacts") == 59


def test_a_status_that_goes_backwards_is_kept_as_history(services: Services) -> None:
    for path in FILES[:3]:
        run(services, path)
    steps = rows(
        services,
        "SELECT a.before ->> 'state', a.after ->> 'state', a.actor_kind FROM audit_log a JOIN pacts p"
        " ON p.id::text = a.record_id WHERE p.source_key = '014' AND jsonb_typeof(a.before) = 'object' ORDER BY a.id",
    )
    assert steps == [("integration", "signed", "operator"), ("signed", "rejected", "operator")]
    # A signed pact whose extension ended is signed again.
    assert one(services, "SELECT state FROM pacts WHERE source_key = '004'") == "signed"


def test_spaces_and_capitals_never_split_a_category(services: Services) -> None:
    run(services, FILES[-1])

    def shout(found: list[dict[str, str]]) -> None:
        for index, row in enumerate(found):
            for name in ("Proponente", "Stato di avanzamento", "Ambiti di azione", "Quartiere", "Circoscrizione"):
                row[name] = f"  {row[name].upper() if index % 2 else row[name]} "

    count = "SELECT count(DISTINCT f), count(DISTINCT proposer) FROM pacts, unnest(fields_of_action) f"
    before = rows(services, count)
    assert quiet(run(services, FILES[-1], edited(FILES[-1], shout)))
    assert rows(services, count) == before


def test_what_was_edited_here_stays_and_is_named_until_it_is_settled(services: Services) -> None:
    run(services, FILES[-1])
    change(services, "UPDATE pacts SET place_text = 'Ours', version = version + 1 WHERE source_key = '001'")
    assert run(services, FILES[-1]).conflicts == (), "the register says nothing new"

    def alter(found: list[dict[str, str]]) -> None:
        found[0] |= {"Indirizzo": "Theirs", "Stato di avanzamento": "Archiviata"}

    data = edited(FILES[-1], alter)
    for _ in range(2):
        report = run(services, FILES[-1], data)
        assert report.conflicts == ("001",)
        assert report.disputed == {"001": ("place_text",)}
        assert rows(services, "SELECT place_text, state FROM pacts WHERE source_key = '001'") == [("Ours", "archived")]


def test_a_missing_row_deletes_nothing_and_may_return(services: Services) -> None:
    run(services, FILES[-1])
    fewer = edited(FILES[-1], lambda found: found.pop(0))
    assert run(services, FILES[-1], fewer).vanished == ("001",)
    assert one(services, "SELECT record_state FROM pacts WHERE source_key = '001'") == "published"
    assert run(services, FILES[-1]).changed == ("001",)
    history = "SELECT a.action FROM audit_log a JOIN pacts p ON p.id::text = a.record_id WHERE p.source_key = '001'"
    assert rows(services, history + " ORDER BY a.id")[-2:] == [("vanished",), ("returned",)]
    broken = next(path for path in FILES if "truncated" in path.name)
    assert run(services, broken, accept_removals=True).written
    assert one(services, "SELECT count(*) FROM public_pacts") == 73


def test_a_moved_place_is_told_and_a_dry_run_writes_nothing(services: Services) -> None:
    run(services, FILES[-1])
    place = {"Coordinate": "38.2, 13.4", "Lat.": "38.2", "Long.": "13.4", "geouri": "geo:38.2,13.4"}
    data = edited(FILES[-1], lambda found: found[2].update(place))
    before = one(services, EVERYTHING)
    for dry_run in (True, False):
        report = run(services, FILES[-1], data, dry_run=dry_run)
        assert (report.moved, report.changed, report.written) == (("003",), (), not dry_run)
        assert (one(services, EVERYTHING) == before) is dry_run
    assert rows(services, "SELECT ST_X(point), ST_Y(point) FROM pacts WHERE source_key = '003'") == [(13.4, 38.2)]


def test_two_rows_with_one_number_and_a_renamed_column(services: Services) -> None:
    run(services, FILES[-1])
    double = edited(FILES[-1], lambda found: found.append({**found[0], "Titolo proposta": "Another"}))
    report = run(services, FILES[-1], double)
    assert (report.refused, report.vanished, report.new) == (("001",), (), ())
    renamed = FILES[-1].read_bytes().replace(b"Titolo proposta", b"Titolo della proposta", 1)
    asked = run(services, FILES[-1], renamed)
    assert [(found.found, found.missing) for found in asked.questions] == [("Titolo della proposta", "Titolo proposta")]
    assert asked.stopped_to_ask
    assert not asked.written
    answered = run(services, FILES[-1], renamed, columns={"Titolo della proposta": "Titolo proposta"})
    assert (answered.written, quiet(answered)) == (True, True)
    assert run(services, FILES[-1], renamed + b"\n").questions == (), "asked once"


def test_what_names_a_person_is_withdrawn_with_its_register(services: Services) -> None:
    run(services, FILES[0])
    assert one(services, "SELECT representative FROM pacts WHERE source_key = '051'").startswith("Gruppo")
    run(services, FILES[1])
    assert one(services, "SELECT representative FROM pacts WHERE source_key = '051'") is None
    entry = "SELECT a.before ->> 'representative' FROM audit_log a JOIN pacts p ON p.id::text = a.record_id"
    (kept,) = rows(services, entry + " WHERE p.source_key = '051' AND jsonb_typeof(a.before) = 'object'")
    assert "$personal" in kept[0]


def test_only_who_may_import_and_only_known_sources(services: Services) -> None:
    upload = Upload("x.csv", FILES[-1].read_bytes())
    for actor, name, error in ((Actor(device="x"), NAME, Forbidden), (OPERATOR, "nowhere", NotFound)):
        with pytest.raises(error):
            sync(services.unit_of_work(), services.source_files, actor, name, upload, Asked(), NOW)
    with pytest.raises(Invalid):
        run(services, FILES[-1], b"a,b\n1,2\n")
    info = SourceInfo(NAME, "x", "x", "x", "")
    run(services, FILES[-1])
    with pytest.raises(Conflict):
        add_register(services.unit_of_work(), OPERATOR, Register(info, SourceNoun.SPACES, "premises"), NOW)
    for bad in (SourceInfo("Bad Name", "x", "x", "x", ""), SourceInfo("fine", "", "x", "x", "")):
        with pytest.raises(Invalid):
            add_register(services.unit_of_work(), OPERATOR, Register(bad, SourceNoun.SPACES, "premises"), NOW)


# Premises -------------------------------------------------------------------------------------------------------------


def test_premises_change_move_and_keep_what_was_edited_here(premises: Services) -> None:
    assert quiet(run_premises(premises, ROWS[::-1]))
    change(premises, "UPDATE spaces SET name = 'Bottega', version = version + 1 WHERE source_key = 'A-3'")
    new = [
        ROWS[0].replace(",41", ",77"),
        ROWS[1].replace("7.672", "7.679"),
        ROWS[2].replace("A-3,Via Nizza 3", "A-3,Negozio"),
        *ROWS[3:],
        "A-9,Via Nizza 9,7.68,45.05,Via Nizza,9,50\n",
    ]
    report = run_premises(premises, new, 2)
    assert (report.new, report.changed, report.moved, report.conflicts) == (("A-9",), ("A-1",), ("A-2",), ("A-3",))
    assert rows(
        premises, "SELECT name, features ->> 'usable_area_m2', ST_X(point) FROM spaces ORDER BY source_key LIMIT 3"
    ) == [("Via Nizza 1", "77.0", 7.671), ("Via Nizza 2", "42.0", 7.679), ("Bottega", "43.0", 7.673)]


def test_a_place_that_two_editions_lack_is_no_longer_sure(premises: Services) -> None:
    assert run_premises(premises, ROWS[:5], 2).vanished == ("A-6",)
    assert run_premises(premises, ROWS[:5], 2).vanished == ()
    assert one(premises, "SELECT count(*) FROM observations") == 0, "the same edition says it once"
    for day in (3, 4):
        altered = [ROWS[0].replace(",41", f",{day}5"), *ROWS[1:5]]
        assert run_premises(premises, altered, day).vanished == ()
    seen = rows(
        premises, "SELECT s.source_key, o.claim, o.source_kind FROM observations o JOIN spaces s ON s.id = space_id"
    )
    assert seen == [("A-6", "unsure", "import_official")]
    assert one(premises, "SELECT count(*) FROM public_spaces") == 6


def test_homes_doubles_and_bad_rows_are_refused_and_the_rest_is_taken(premises: Services) -> None:
    more = [*ROWS, "B-1,Nowhere,,,,,\n", ROWS[0].replace(",41", ",99"), "B-2,Fine,7.68,45.06,Via Fine,1,20\n"]
    report = run_premises(premises, more, 2)
    assert report.new == ("B-2",)
    assert set(report.refused) == {"A-1", "row 7"}
    assert report.vanished == ()


# The first start and the command --------------------------------------------------------------------------------------


def test_the_first_start_is_in_step_with_the_newest_file(seeded_settings: Settings) -> None:
    services = bootstrap.build(seeded_settings)
    found = {one.info.code: last for one, last in registers(services.unit_of_work(), OPERATOR)}
    assert found[NAME].file_as_of == date(2026, 6, 12)
    assert one(services, "SELECT count(*) FROM source_rows WHERE state = 'present'") == 73
    before = one(services, EVERYTHING)
    report = run(services, FILES[-1])
    assert quiet(report)
    assert not report.written
    assert one(services, EVERYTHING) == before
    assert set(seeding.seed(services, lambda *_: None).values()) == {0}
    assert len(rows(services, "SELECT id FROM source_runs")) == 1, "a second load leaves later files alone"


def test_the_command_prints_one_object(seeded_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPSVC_DATABASE_URL", seeded_settings.database_url)
    monkeypatch.setenv("MAPSVC_OWNER_URL", seeded_settings.owner_url)
    monkeypatch.setenv("MAPSVC_VAR", str(seeded_settings.var))

    def call(path: Path, *more: str) -> dict[str, Any]:
        outcome = CliRunner().invoke(main, ["sources", "sync", NAME, "--file", str(path), "--json", *more])
        assert outcome.exit_code == 0, outcome.output
        return dict(json.loads(outcome.stdout))

    lists = ("new", "changed", "moved", "vanished", "reused_ids", "conflicts", "refused")
    assert call(FILES[-1]) == {**{name: [] for name in lists}, "stopped_to_ask": False}
    broken = call(next(path for path in FILES if "truncated" in path.name), "--dry-run")
    assert (len(broken["vanished"]), broken["refused"], broken["stopped_to_ask"]) == (73, ["row 1"], True)
    older = call(FILES[1], "--dry-run")
    assert older["reused_ids"] == ["057"]
    assert "014" in older["changed"]
    listed = CliRunner().invoke(main, ["sources", "list"])
    assert listed.stdout.startswith("palermo-pacts: Pacts of collaboration of Palermo, CC-BY-4.0, irregular, last run")
    unknown = CliRunner().invoke(main, ["sources", "sync", "nowhere", "--file", str(FILES[-1]), "--json"])
    assert (unknown.exit_code, unknown.stdout) == (1, "")
