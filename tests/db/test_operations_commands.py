"""The commands of `mapsvc` as an operator types them, on a database of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mapsvc.cli import MODULES, main
from mapsvc.operations.cluster import Urls
from mapsvc.operations.connections import fetch
from mapsvc.operations.status import records

Run = Callable[..., Result]
WEST, EAST = (7.85, 7.90), (7.90, 7.95)


@pytest.fixture
def run(fresh_database: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command; the database has no schema yet, as on a new machine."""
    monkeypatch.setenv("MAPSVC_DATABASE_URL", fresh_database.app)
    monkeypatch.setenv("MAPSVC_OWNER_URL", fresh_database.owner)
    monkeypatch.setenv("MAPSVC_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("MAPSVC_PORT", "1")

    def command(*arguments: str, code: int = 0) -> Result:
        outcome = CliRunner().invoke(main, list(arguments))
        assert outcome.exit_code == code, outcome.output
        return outcome

    return command


def square(west: float, east: float) -> dict[str, object]:
    """Return a rectangle between two longitudes around Ivrea."""
    ring = [[west, 45.45], [east, 45.45], [east, 45.49], [west, 45.49], [west, 45.45]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(path: Path, *features: tuple[str, dict[str, object]]) -> str:
    """Write a GeoJSON file of names and shapes and return its name."""
    listed = [{"type": "Feature", "properties": {"name": name}, "geometry": shape} for name, shape in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}))
    return str(path)


@pytest.fixture
def ivrea(run: Run, tmp_path: Path) -> Run:
    """Set up a city with two neighbourhoods by the command, and return the function that runs commands."""
    boundary = collection(tmp_path / "boundary.geojson", ("Ivrea", square(WEST[0], EAST[1])))
    districts = collection(
        tmp_path / "districts.geojson", ("San Lorenzo", square(*WEST)), ("Bellavista", square(*EAST))
    )
    outcome = run(
        *("city", "init", "--name", "Ivrea", "--boundary", boundary, "--districts", districts),
        *("--languages", "it,en", "--accent", "#7a1f3d"),
    )
    assert "2 areas inside its boundary" in outcome.output
    return run


def test_help_names_every_command_under_a_heading(run: Run) -> None:
    shown = run("--help").output
    for heading in ("Run it:", "Fill it:", "People:", "Keep it well:"):
        assert heading in shown
    for name in MODULES:
        assert f"  {name} " in shown
        assert run(name, "--help").output.startswith("Usage: ")


def test_a_city_of_ones_own_has_its_areas_and_nothing_invented(ivrea: Run, fresh_database: Urls) -> None:
    assert fetch(fresh_database.app, "SELECT name, languages, accent, demonstration FROM city") == [
        ("Ivrea", ["it", "en"], "#7a1f3d", False)
    ]
    rows = fetch(
        fresh_database.app,
        "SELECT a.name, a.level, p.name FROM areas a LEFT JOIN areas p ON p.id = a.parent_id"
        " ORDER BY a.level_rank, a.name",
    )
    assert rows == [
        ("Ivrea", "city", None),
        ("Bellavista", "neighbourhood", "Ivrea"),
        ("San Lorenzo", "neighbourhood", "Ivrea"),
    ]
    assert {noun: n for noun, n in records(fresh_database.app).items() if noun != "areas"} == {
        "spaces": 0,
        "pacts": 0,
        "initiatives": 0,
        "collectives": 0,
    }


def test_a_second_city_is_refused(ivrea: Run, tmp_path: Path) -> None:
    boundary = collection(tmp_path / "other.geojson", ("Other", square(*WEST)))
    assert "has a city already" in ivrea("city", "init", "--name", "Other", "--boundary", boundary, code=1).output


def test_a_colour_or_language_that_is_none_is_refused_before_anything_is_written(run: Run, tmp_path: Path) -> None:
    boundary = collection(tmp_path / "b.geojson", ("Ivrea", square(*WEST)))
    for wrong in (("--accent", "red"), ("--languages", "en,tlh")):
        run("city", "init", "--name", "Ivrea", "--boundary", boundary, *wrong, code=2)
    assert json.loads(run("status", "--json").output)["records"]["areas"] == 0


def test_a_file_is_imported_once_however_often_it_is_sent(ivrea: Run, fresh_database: Urls, tmp_path: Path) -> None:
    file = tmp_path / "premises.csv"
    file.write_text("id,name,street,number,lat,lon\n1,Ex merceria,Via Palestro,12,45.467,7.874\n2,Bad,Via X,1,0,0\n")
    dry = ivrea("import", str(file), "--title", "Register", "--dry-run")
    assert "1 new, 1 refused" in dry.output
    assert "Nothing was written." in dry.output
    assert records(fresh_database.app)["spaces"] == 0

    assert "Row 2" in ivrea("import", str(file), "--title", "Register").output
    assert records(fresh_database.app)["spaces"] == 1
    assert "1 unchanged" in ivrea("import", str(file), "--title", "Register").output
    assert records(fresh_database.app)["spaces"] == 1


def test_areas_are_imported_once(ivrea: Run, fresh_database: Urls, tmp_path: Path) -> None:
    file = collection(tmp_path / "custom.geojson", ("Along the river", square(7.87, 7.88)))
    assert "1 areas added, 0 areas known" in ivrea("import", file, "--kind", "areas").output
    assert "0 areas added, 1 areas known" in ivrea("import", file, "--kind", "areas").output
    assert records(fresh_database.app)["areas"] == 4


def test_a_file_that_is_no_table_is_told_in_one_sentence(ivrea: Run, tmp_path: Path) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    assert ivrea("import", str(file), code=1).output.strip().startswith("Error: This is not a table")


def test_an_account_is_made_and_its_password_is_stored_hashed(run: Run, fresh_database: Urls) -> None:
    outcome = run("user", "create", "Ada@City.example", "--role", "administrator")
    password = outcome.output.rsplit(": ", 1)[1].strip()
    rows = fetch(
        fresh_database.app, "SELECT u.email, u.password, g.role FROM users u JOIN role_grants g ON g.user_id = u.id"
    )
    assert [(email, role) for email, _, role in rows] == [("ada@city.example", "administrator")]
    assert rows[0][1].startswith("$argon2id$")
    assert password not in rows[0][1]


def test_a_short_password_or_no_address_is_refused(run: Run) -> None:
    run("user", "create", "ada@city.example", "--password", "short", code=2)
    assert run("user", "create", "not an address", code=1).output.startswith(("Error", "·"))


def test_generated_spaces_are_labelled_and_repeatable(ivrea: Run, fresh_database: Urls) -> None:
    assert "Added 25 invented spaces" in ivrea("generate", "spaces", "--count", "25").output
    assert "Added 0 invented spaces" in ivrea("generate", "spaces", "--count", "25").output
    rows = fetch(
        fresh_database.app, "SELECT DISTINCT s.demonstration FROM spaces p JOIN sources s ON s.id = p.source_id"
    )
    assert rows == [(True,)]


def test_status_is_whole_numbers_for_programs(ivrea: Run) -> None:
    told = json.loads(ivrea("status", "--json").output)
    assert told["records"] == {"areas": 3, "spaces": 0, "pacts": 0, "initiatives": 0, "collectives": 0}
    assert told["address"].startswith("http")
    assert told["running"]["database"] is True


def test_backup_and_restore_by_command(ivrea: Run, tmp_path: Path) -> None:
    archive = str(tmp_path / "ivrea.tar")
    assert "in " in ivrea("backup", archive).output
    assert "exists already" in ivrea("backup", archive, code=1).output
    assert "already holds records" in ivrea("restore", archive, code=1).output
    assert "all counts are as in the archive" in ivrea("restore", archive, "--replace").output


def test_jobs_can_be_listed_and_done_at_once(ivrea: Run) -> None:
    assert "none yet" in ivrea("jobs", "list").output
    assert "sent 0" in ivrea("jobs", "run", "send-mail").output
    assert '"sent": 0' in ivrea("jobs", "list").output
    assert "There is no job coffee" in ivrea("jobs", "run", "coffee", code=1).output
