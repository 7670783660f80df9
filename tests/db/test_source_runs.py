# ruff: noqa: F401, F811 - fixtures of the neighbouring module are used by their names.
"""Runs of registers that somebody follows: by rule, by kind, by row, stopped, resumed, broken, fetched by timetable."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from mapsvc import bootstrap
from mapsvc.bootstrap import Services
from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, Stale, TooLarge, Unavailable, UnsupportedType
from mapsvc.domain.imports import SourceInfo, Upload
from mapsvc.domain.people import OPERATOR, Actor
from mapsvc.domain.source_runs import Choice, RunState, SourceRun
from mapsvc.domain.sources import FileFormat, Register, Rhythm, RowKind, SourceNoun
from mapsvc.usecases import source_runs as cases
from mapsvc.usecases import source_worker
from mapsvc.usecases.sources import add_register, set_register
from mapsvc.web.app import create_app
from tests.builders import PASSWORD, Builder
from tests.db.test_sources import EVERYTHING, NOW, PREMISES, ROWS, premises, rows, services

CODE = "city-premises"
ALL = frozenset(RowKind) - {RowKind.REFUSED}
MOVED = [
    ROWS[0].replace("7.671", "7.675"),
    ROWS[1].replace(",42", ",99"),
    *ROWS[2:],
    "A-9,Via Nuova 9,7.68,45.05,Via Nuova,9,50\n",
]


def file(lines: list[str]) -> Upload:
    return Upload("premises.csv", (PREMISES + "".join(lines)).encode(), as_of=date(2026, 10, 2))


def ask(services: Services, lines: list[str]) -> UUID:
    return cases.ask_run(services.unit_of_work(), services.source_files, OPERATOR, CODE, file(lines), NOW)


def work(services: Services, fetch: Any = None) -> dict[str, int]:
    return source_worker.work(services.unit_of_work, services.source_files, fetch or services.fetch_file, NOW)


def run_of(services: Services, run_id: UUID) -> SourceRun:
    return cases.read_run(services.unit_of_work(), OPERATOR, run_id)[1]


def decide(services: Services, run_id: UUID, kinds: frozenset[RowKind] = ALL) -> SourceRun:
    run = run_of(services, run_id)
    cases.decide_run(services.unit_of_work(), OPERATOR, run_id, kinds, run.version, NOW)
    work(services)
    return run_of(services, run_id)


def names(services: Services) -> dict[str, tuple[Any, ...]]:
    query = "SELECT source_key, features ->> 'usable_area_m2', round(ST_X(point)::numeric, 4)::float FROM spaces"
    return {row[0]: row[1:] for row in rows(services, query)}


def setting(services: Services, **changes: Any) -> None:
    register = cases.read_register(services.unit_of_work(), OPERATOR, CODE, 1).register
    set_register(services.unit_of_work(), OPERATOR, replace(register, **changes), NOW)


# Deciding -------------------------------------------------------------------------------------------------------------


def test_nothing_is_written_before_somebody_accepts(premises: Services) -> None:
    before = names(premises)
    run_id = ask(premises, MOVED)
    assert work(premises) == {"ended": 0, "waiting": 1, "failed": 0}
    run = run_of(premises, run_id)
    assert run.state is RunState.WAITING
    assert run.counts == {"new": 1, "changed": 1, "moved": 1}
    assert names(premises) == before
    done = decide(premises, run_id)
    assert (done.state, done.written) == (RunState.DONE, {"new": 1, "changed": 1, "moved": 1})
    after = names(premises)
    assert (after["A-1"][1], after["A-2"][0], "A-9" in after) == (7.675, "99.0", True)
    assert rows(premises, "SELECT count(*) FROM source_run_rows") == [(0,)]
    assert rows(premises, "SELECT count(*) FROM source_files WHERE data IS NOT NULL") == [(0,)]
    # The same file again: a run, and no trace in any record.
    everything = rows(premises, "SELECT md5(string_agg(s::text, '|' ORDER BY id)) FROM spaces s")
    again = ask(premises, MOVED)
    work(premises)
    assert (run_of(premises, again).state, run_of(premises, again).written) == (RunState.DONE, {})
    assert rows(premises, "SELECT md5(string_agg(s::text, '|' ORDER BY id)) FROM spaces s") == everything


def test_kinds_and_rows_are_accepted_one_by_one(premises: Services) -> None:
    run_id = ask(premises, MOVED)
    work(premises)
    run = run_of(premises, run_id)
    chosen: dict[str, Choice | None] = {"A-9": Choice.LEAVE, "A-2": Choice.TAKE}
    cases.choose_rows(premises.unit_of_work(), OPERATOR, run_id, chosen, run.version, NOW)
    with pytest.raises(Stale):
        cases.choose_rows(premises.unit_of_work(), OPERATOR, run_id, {}, run.version, NOW)
    done = decide(premises, run_id, frozenset({RowKind.NEW}))
    assert done.written == {"changed": 1}
    after = names(premises)
    assert (after["A-1"][1], after["A-2"][0], "A-9" in after) == (7.671, "99.0", False)
    # What was left is offered again.
    run_id = ask(premises, MOVED)
    work(premises)
    assert run_of(premises, run_id).counts == {"new": 1, "moved": 1}
    with pytest.raises(Invalid):
        cases.decide_run(
            premises.unit_of_work(),
            OPERATOR,
            run_id,
            frozenset({RowKind.REFUSED}),
            run_of(premises, run_id).version,
            NOW,
        )


def test_a_row_that_would_do_something_else_by_now_was_not_decided(premises: Services) -> None:
    run_id = ask(premises, MOVED)
    work(premises)
    with premises.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE spaces SET features = '{\"usable_area_m2\": 7}', version = version + 1 WHERE source_key = 'A-2'"
            )
        )
    done = decide(premises, run_id)
    assert done.written == {"new": 1, "moved": 1}
    assert names(premises)["A-2"][0] == "7"


def test_conflicts_are_settled_row_by_row(premises: Services) -> None:
    edit = "UPDATE spaces SET name = 'Ours', version = version + 1 WHERE source_key IN ('A-1', 'A-2', 'A-3')"
    with premises.engine.begin() as connection:
        connection.execute(text(edit))
    theirs = [line.replace("Via Nizza", "Theirs", 1) for line in ROWS[:3]] + ROWS[3:]
    run_id = ask(premises, theirs)
    work(premises)
    run = run_of(premises, run_id)
    assert run.counts == {"conflict": 3}
    chosen: dict[str, Choice | None] = {"A-1": Choice.THEIRS, "A-3": Choice.LEAVE}
    cases.choose_rows(premises.unit_of_work(), OPERATOR, run_id, chosen, run.version, NOW)
    assert decide(premises, run_id).written == {"conflict": 2}
    query = "SELECT source_key, name FROM spaces WHERE source_key < 'A-4' ORDER BY 1"
    assert rows(premises, query) == [("A-1", "Theirs 1"), ("A-2", "Ours"), ("A-3", "Ours")]
    # What was settled is not asked again; what was left is.
    run_id = ask(premises, theirs)
    work(premises)
    assert run_of(premises, run_id).counts == {"conflict": 1}
    assert [row.key for row in cases.read_rows(premises.unit_of_work(), OPERATOR, run_id, RowKind.CONFLICT, 9)[0]] == [
        "A-3"
    ]


def test_rules_accept_harmless_kinds_for_a_whole_run_or_not_at_all(premises: Services) -> None:
    setting(premises, accepts=frozenset({RowKind.NEW, RowKind.CHANGED}))
    run_id = ask(premises, MOVED)
    work(premises)
    assert run_of(premises, run_id).state is RunState.WAITING, "one row has moved"
    cases.put_run_away(premises.unit_of_work(), OPERATOR, run_id, NOW)
    harmless = [*ROWS[:1], ROWS[1].replace(",42", ",99"), *ROWS[2:], MOVED[-1], "B-1,Bad,,,,,\n"]
    run_id = ask(premises, harmless)
    assert work(premises)["ended"] == 1
    run = run_of(premises, run_id)
    assert (run.state, run.written, run.decided_by) == (RunState.DONE, {"new": 1, "changed": 1}, None)
    refused, _ = cases.read_rows(premises.unit_of_work(), OPERATOR, run_id, RowKind.REFUSED, 9)
    assert [row.number for row in refused] == [8], "what was refused can still be read"
    with pytest.raises(Invalid):
        setting(premises, accepts=frozenset({RowKind.CONFLICT}))


def test_too_many_removals_stop_whatever_the_rules_say(premises: Services) -> None:
    setting(premises, accepts=frozenset({RowKind.VANISHED, RowKind.NEW}))
    run_id = ask(premises, ROWS[:2])
    work(premises)
    run = run_of(premises, run_id)
    assert (run.state, run.stopped_to_ask, run.counts) == (RunState.WAITING, True, {"vanished": 4})
    assert run.decision is not None
    assert RowKind.VANISHED not in run.decision.kinds
    assert decide(premises, run_id).written == {"vanished": 4}
    assert len(names(premises)) == 6, "nothing is deleted"


def test_a_column_is_asked_about_once_and_the_answer_is_kept(premises: Services) -> None:
    renamed = Upload("x.csv", (PREMISES.replace("area_m2", "area lorda") + "".join(ROWS)).encode())
    uow = premises.unit_of_work
    run_id = cases.ask_run(uow(), premises.source_files, OPERATOR, CODE, renamed, NOW)
    work(premises)
    run = run_of(premises, run_id)
    assert run.state is RunState.ASKING
    cases.answer_columns(uow(), OPERATOR, run_id, {"area lorda": "area_m2"}, run.version, NOW)
    work(premises)
    assert (run_of(premises, run_id).state, run_of(premises, run_id).counts) == (RunState.DONE, {})
    run_id = cases.ask_run(uow(), premises.source_files, OPERATOR, CODE, renamed, NOW)
    work(premises)
    assert run_of(premises, run_id).state is RunState.DONE


# All or nothing, stop and resume --------------------------------------------------------------------------------------


class Breaks:
    """A unit of work whose transaction breaks at a moment of the writing."""

    def __init__(self, services: Services, where: str) -> None:
        self._services = services
        self.where = where

    def __call__(self) -> Any:
        uow = self._services.unit_of_work()
        enter = uow.__enter__

        def entered() -> Any:
            inside = enter()
            repository, _, method = self.where.partition(".")

            def broken(*_: object, **__: object) -> None:
                raise RuntimeError("the power went")

            if repository:
                setattr(getattr(inside, repository), method, broken)
            return inside

        proxy = type("Broken", (), {"__enter__": lambda _: entered(), "__exit__": lambda _, *args: uow.__exit__(*args)})
        return proxy()


@pytest.mark.parametrize(
    "where", ["sources.remember", "audit.add_many", "spaces.update_many", "source_runs.forget_rows"]
)
def test_a_run_that_breaks_in_the_middle_leaves_nothing_and_is_done_again(premises: Services, where: str) -> None:
    run_id = ask(premises, MOVED)
    work(premises)
    run = run_of(premises, run_id)
    cases.decide_run(premises.unit_of_work(), OPERATOR, run_id, ALL, run.version, NOW)
    # The history says that the run failed, and nothing else is left of it.
    records = EVERYTHING.replace("UNION ALL SELECT n::text FROM source_runs n", "")
    records = records.replace(
        "UNION ALL SELECT a::text FROM audit_log a", "UNION ALL SELECT a::text FROM audit_log a WHERE noun <> 'source'"
    )
    before = rows(premises, records)
    with pytest.raises(RuntimeError):
        source_worker.work(Breaks(premises, where), premises.source_files, premises.fetch_file, NOW)
    assert rows(premises, records) == before
    # It does not stand in the way of other registers, and can be tried again with what was decided.
    assert (run_of(premises, run_id).state, run_of(premises, run_id).fault) == (RunState.FAILED, "unexpected")
    assert work(premises) == {"ended": 0, "waiting": 0, "failed": 0}
    cases.resume_run(premises.unit_of_work(), OPERATOR, run_id, NOW)
    work(premises)
    assert run_of(premises, run_id).written == {"new": 1, "changed": 1, "moved": 1}


def test_a_run_is_stopped_and_goes_on_where_it_was(premises: Services) -> None:
    uow = premises.unit_of_work
    run_id = ask(premises, MOVED)
    cases.stop_run(uow(), OPERATOR, run_id, NOW)
    work(premises)
    assert run_of(premises, run_id).state is RunState.STOPPED
    with pytest.raises(Conflict):
        cases.stop_run(uow(), OPERATOR, run_id, NOW)
    with pytest.raises(Conflict):
        ask(premises, ROWS)
    cases.resume_run(uow(), OPERATOR, run_id, NOW)
    work(premises)
    run = run_of(premises, run_id)
    assert run.state is RunState.WAITING
    cases.decide_run(uow(), OPERATOR, run_id, ALL, run.version, NOW)
    cases.stop_run(uow(), OPERATOR, run_id, NOW)
    before = names(premises)
    work(premises)
    assert (run_of(premises, run_id).state, names(premises)) == (RunState.STOPPED, before)
    cases.resume_run(uow(), OPERATOR, run_id, NOW)
    work(premises)
    assert run_of(premises, run_id).written == {"new": 1, "changed": 1, "moved": 1}
    with pytest.raises(Conflict):
        cases.put_run_away(uow(), OPERATOR, run_id, NOW)


def test_progress_is_told_while_a_run_works(premises: Services) -> None:
    run_id = ask(premises, [*ROWS, *(f"C-{n},Via {n},7.6{n % 10},45.0{n % 7},Via {n},1,9\n" for n in range(2_500))])
    seen: list[tuple[str, int, int]] = []
    uow = premises.unit_of_work

    def watched() -> Any:
        with uow() as reading:
            run = reading.source_runs.get(run_id)
            assert run is not None
            seen.append((run.step, run.done_rows, run.all_rows))
        return uow()

    source_worker.work(watched, premises.source_files, premises.fetch_file, NOW)
    assert ("reading", 2_000, 2_506) in seen
    assert [one for one, _, _ in seen if one][-1] in ("comparing", "reading")
    # A second worker does not take a run that is worked on.
    with uow() as first, uow() as second:
        decide_version = run_of(premises, run_id).version
        cases.decide_run(uow(), OPERATOR, run_id, ALL, decide_version, NOW)
        assert first.source_runs.take() == run_id
        assert second.source_runs.take() is None


def test_two_officers_and_strangers(premises: Services) -> None:
    uow = premises.unit_of_work
    run_id = ask(premises, MOVED)
    work(premises)
    run = run_of(premises, run_id)
    cases.decide_run(uow(), OPERATOR, run_id, ALL, run.version, NOW)
    with pytest.raises(Conflict):
        cases.decide_run(uow(), OPERATOR, run_id, ALL, run.version, NOW)
    stranger = Actor(device="x")
    for call in (
        lambda: cases.read_run(uow(), stranger, run_id),
        lambda: cases.put_run_away(uow(), stranger, run_id, NOW),
        lambda: cases.listed(uow(), stranger),
        lambda: cases.ask_run(uow(), premises.source_files, stranger, CODE, file(ROWS), NOW),
    ):
        with pytest.raises(Forbidden):
            call()


# Addresses ------------------------------------------------------------------------------------------------------------


def fetched(data: bytes | Exception) -> Callable[..., tuple[str, bytes]]:
    def fetch(_url: str, told: Callable[[int, int], None]) -> tuple[str, bytes]:
        told(1, 2)
        if isinstance(data, Exception):
            raise data
        return "premises.csv", data

    return fetch


def test_the_timetable_fetches_what_is_due_and_tries_again_later(premises: Services) -> None:
    setting(
        premises, fetch_url="https://open.example/premises.csv", rhythm=Rhythm.DAILY, accepts=frozenset({RowKind.NEW})
    )
    due = lambda at: cases.ask_due_runs(premises.unit_of_work(), at)  # noqa: E731 - short for a long call
    assert due(NOW + timedelta(hours=23)) == 0
    tomorrow = NOW + timedelta(days=1)
    assert due(tomorrow) == 1
    assert due(tomorrow) == 0, "one run at a time"
    make, files = premises.unit_of_work, premises.source_files
    away = Unavailable("away", code="address_away", host="open.example")
    report = source_worker.work(make, files, fetched(away), tomorrow)
    assert report["failed"] == 1
    newest = cases.read_register(make(), OPERATOR, CODE, 1).runs[0]
    assert (newest.state, newest.fault, newest.fault_params) == (
        RunState.FAILED,
        "address_away",
        {"host": "open.example"},
    )
    assert due(tomorrow + timedelta(hours=5)) == 0
    later = tomorrow + timedelta(hours=6)
    assert due(later) == 1
    data = (PREMISES + "".join([*ROWS, MOVED[-1]])).encode()
    assert source_worker.work(make, files, fetched(data), later)["ended"] == 1
    assert "A-9" in names(premises)
    setting(premises, paused=True)
    assert due(later + timedelta(days=9)) == 0


def test_addresses_and_files_that_cannot_be_are_refused_before_anything_is_kept(premises: Services) -> None:
    for bad in ("http://127.0.0.1/x.csv", "https://user:word@open.example/", "ftp://open.example/x"):
        with pytest.raises(Invalid):
            setting(premises, fetch_url=bad)
    make, files = premises.unit_of_work(), premises.source_files
    with pytest.raises(Invalid):
        cases.ask_run(make, files, OPERATOR, CODE, None, NOW)
    setting(premises, format=FileFormat.CSV)
    for data, error in ((b"x" * 20_000_001, TooLarge), (b"{}", UnsupportedType), (b" ", Invalid)):
        with pytest.raises(error):
            cases.ask_run(make, files, OPERATOR, CODE, Upload("x", data), NOW)
    assert rows(premises, "SELECT count(*) FROM source_files") == [(0,)]
    register = cases.read_register(make, OPERATOR, CODE, 1).register
    with pytest.raises(Stale):
        set_register(make, OPERATOR, replace(register, version=register.version - 1), NOW)
    setting(premises, fetch_url="https://open.example/x")
    run_id = cases.ask_run(make, files, OPERATOR, CODE, None, NOW)
    work(premises, fetched(b"<!DOCTYPE html>"))
    assert (run_of(premises, run_id).state, run_of(premises, run_id).fault) == (RunState.FAILED, "web_page")


# At the desk ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(settings: Settings) -> Iterator[tuple[FlaskClient, Services]]:
    """An officer at the desk of an empty city."""
    services = bootstrap.build(settings)
    make = Builder(services)
    make.begin()
    make.account("officer@example.org", "officer")
    app = create_app(services)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/login", data={"email": "officer@example.org", "password": PASSWORD})
    yield client, services
    services.engine.dispose()


def send(client: FlaskClient, address: str, form: dict[str, Any], lines: list[str] | bytes | None = None) -> Any:
    if lines is not None:
        data = lines if isinstance(lines, bytes) else (PREMISES + "".join(lines)).encode()
        form = form | {"file": (io.BytesIO(data), "premises.csv")}
    return client.post(address, data=form, content_type="multipart/form-data")


def test_an_officer_connects_a_register_and_accepts_its_difference(desk: tuple[FlaskClient, Services]) -> None:
    client, services = desk
    assert "No register is connected" in client.get("/desk/sources").text
    assert 'name="fetch_url"' in client.get("/desk/sources/new?step=2&title=City+premises").text
    form = {"title": "City premises", "mapping": "premises", "licence": "CC0-1.0", "rhythm": "monthly", "grid": ""}
    nothing = send(client, "/desk/sources/new", form)
    assert (nothing.status_code, "Choose a file first." in nothing.text) == (422, True)
    private = send(client, "/desk/sources/new", form | {"fetch_url": "http://127.0.0.1/x"})
    assert (private.status_code, "Only public addresses are fetched." in private.text) == (422, True)
    picture = send(client, "/desk/sources/new", form, b"\x89PNG....")
    assert picture.status_code == 415
    assert rows(services, "SELECT count(*) FROM source_registers") == [(0,)]
    hostile = "H-1,<script>alert(1)</script>,7.66,45.05,Via Po,1,20\n"
    address = send(client, "/desk/sources/new", form, [*ROWS, hostile, "X,Bad,,,,,\n"]).headers["Location"]
    working = client.get(address).text
    assert "Waiting for its turn" in working
    assert '<meta http-equiv="refresh"' in working
    assert client.get(address + "/progress.json").get_json()["working"] is True
    work(services)
    shown = client.get(address).text
    assert "Add 7 new records" in shown
    assert "There is no position" in shown
    assert "<script>alert" not in shown
    version = re.findall(r'name="version" value="(\d+)"', shown)[0]
    listed = client.get(address + "/rows?kind=new").text
    assert listed.count('name="shown"') == 7
    chosen = {"kind": "new", "version": version, "shown": ["A-1", "A-2"], "row-0": "take"}
    assert client.post(address + "/rows", data=chosen).status_code == 303
    shown = client.get(address).text
    assert "Decided one by one" in shown
    stale = client.post(address, data={"verb": "accept", "kind": "new", "version": version})
    assert stale.status_code == 412
    version = re.findall(r'name="version" value="(\d+)"', shown)[0]
    assert client.post(address, data={"verb": "accept", "kind": "new", "version": version}).status_code == 303
    work(services)
    assert "Written: new 6." in client.get(address).text
    assert rows(services, "SELECT count(*) FROM spaces WHERE source_key = 'A-2'") == [(0,)]
    kinds = rows(services, "SELECT DISTINCT actor_kind FROM audit_log WHERE action = 'imported' AND noun = 'space'")
    assert kinds == [("officer",)]
    page = client.get("/desk/sources/city-premises").text
    assert "In step" in page
    assert client.post(address, data={"verb": "stop"}).status_code == 409
    assert send(client, "/desk/sources/new", form, ROWS).status_code == 409


def test_what_is_set_about_a_register_and_bad_words(desk: tuple[FlaskClient, Services]) -> None:
    client, services = desk
    info = SourceInfo(CODE, "Premises", "CC-BY-4.0", "The city", "")
    add_register(services.unit_of_work(), OPERATOR, Register(info, SourceNoun.SPACES, "premises"), NOW)
    good = {"rules": "1", "version": "1", "rhythm": "weekly", "removal_share": "35", "accepts": ["new", "moved"],
            "fetch_url": "https://open.example/x.csv", "paused": "1"}  # fmt: skip
    assert client.post(f"/desk/sources/{CODE}", data=good).status_code == 303
    found = cases.read_register(services.unit_of_work(), OPERATOR, CODE, 1).register
    assert (found.rhythm, found.removal_share, found.paused) == (Rhythm.WEEKLY, 0.35, True)
    assert found.accepts == {RowKind.NEW, RowKind.MOVED}
    assert client.post(f"/desk/sources/{CODE}", data=good).status_code == 412
    for bad in ({"removal_share": "101"}, {"accepts": "conflict"}, {"rhythm": "hourly"}, {"grid": "x"}, {"grid": "99"},
                {"fetch_url": "http://10.0.0.1/"}, {"licence": "", "title": ""}):  # fmt: skip
        answer = client.post(f"/desk/sources/{CODE}", data=good | {"version": "2"} | bad)
        assert answer.status_code == 422, bad
    assert client.get("/desk/sources/nowhere").status_code == 404
    assert client.get(f"/desk/sources/runs/{UUID(int=1)}").status_code == 404
    assert client.post(f"/desk/sources/{CODE}/runs", data={}).status_code == 422
