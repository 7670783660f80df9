"""Checks make reporters more or less reliable, at once where they check and elsewhere by the job; nobody reads it."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from mapsvc import bootstrap
from mapsvc.bootstrap import Services
from mapsvc.cli import main
from mapsvc.config import Settings
from mapsvc.jobs import worker
from mapsvc.operations import recomputing
from mapsvc.usecases.evidence import refresh
from mapsvc.web.app import create_app
from tests.builders import TODAY, Builder


@pytest.fixture
def services(settings: Settings) -> Services:
    """Services on the clean database, on the day of the builder."""
    found = bootstrap.build(settings)
    found.clock.day = TODAY
    return found


@pytest.fixture
def make(services: Services) -> Builder:
    """A builder with two spaces, on each of which a neighbour says `occupied`."""
    builder = Builder(services)
    builder.begin()
    for slug, lon in (("here", 7.61), ("elsewhere", 7.62)):
        space = builder.space(slug, lon, 45.07)
        builder.observation(
            space, claim="occupied", kind="registered_user", quality="photo_onsite", days_ago=20, reporter="user:7"
        )
    return builder


def ids(make: Builder) -> dict[str, object]:
    return {row.slug: row.id for row in make.rows("SELECT slug, id FROM spaces")}


def factor(make: Builder) -> float:
    found = make.rows("SELECT reliability FROM reporters WHERE reporter = 'user:7'")
    return round(found[0].reliability, 3) if found else 1.0


def check(make: Builder, slug: str, claim: str, days_ago: int = 5) -> object:
    return make.observation(
        ids(make)[slug], claim=claim, kind="officer_visit", quality="photo_onsite", days_ago=days_ago, reporter="user:1"
    )


def test_a_check_judges_at_once_where_it_checks_and_elsewhere_by_the_job(services: Services, make: Builder) -> None:
    check(make, "here", "vacant")
    assert factor(make) == round(0.5 + 2 / 5, 3)
    seen = make.rows("SELECT adjudication, adjudicated_on FROM observations WHERE reporter = 'user:7' ORDER BY 1")
    assert [tuple(row) for row in seen] == [("none", None), ("overruled", TODAY - timedelta(days=5))]
    assert make.rows("SELECT waiting FROM reporters")[0].waiting
    with services.unit_of_work() as uow:
        weighed = {one.reporter: one.reliability for one in uow.observations.counted(ids(make)["elsewhere"])}
    assert weighed == {"user:7": pytest.approx(0.9)}

    assert worker.run_now(services, "reckon-reporters") == {"reporters": 0, "spaces": 2}
    assert not make.rows("SELECT waiting FROM reporters")[0].waiting
    assert worker.run_now(services, "reckon-reporters") == {"reporters": 0, "spaces": 0}


def test_a_check_taken_back_leaves_no_trace(services: Services, make: Builder) -> None:
    taken_back = check(make, "here", "vacant")
    make.write("UPDATE observations SET state = 'withdrawn' WHERE id = :id", id=taken_back)
    with services.unit_of_work() as uow:
        refresh(uow, ids(make)["here"], TODAY)
        uow.commit()
    assert factor(make) == 1.0
    assert not make.rows("SELECT FROM observations WHERE adjudication <> 'none'")
    worker.run_now(services, "reckon-reporters")
    assert make.rows("SELECT FROM reporters") == []


def test_the_tallies_halve_when_their_year_is_over(services: Services, make: Builder) -> None:
    check(make, "here", "vacant")
    worker.run_now(services, "reckon-reporters")
    services.clock.day = TODAY + timedelta(days=359)
    assert worker.run_now(services, "reckon-reporters")["reporters"] == 0
    services.clock.day = TODAY + timedelta(days=360)
    assert worker.run_now(services, "reckon-reporters") == {"reporters": 1, "spaces": 2}
    assert factor(make) == round(0.5 + 2 / 4.5, 3)


def test_concluding_everything_again_finds_what_is_not_judged_yet(services: Services, make: Builder) -> None:
    check(make, "here", "vacant")
    worker.run_now(services, "reckon-reporters")
    as_judged = make.rows("SELECT slug, status_from, status_codes, band_codes FROM spaces ORDER BY slug")
    make.write("DELETE FROM reporters")
    make.write("UPDATE observations SET adjudication = 'none', adjudicated_on = NULL")
    counts = recomputing.recompute(services.settings, lambda *_: None, processes=1)
    assert (counts["spaces"], counts["reporters"]) == (2, 1)
    assert factor(make) == 0.9
    assert make.rows("SELECT slug, status_from, status_codes, band_codes FROM spaces ORDER BY slug") == as_judged


def test_what_is_known_about_a_reporter_can_be_erased(services: Services, make: Builder) -> None:
    check(make, "here", "vacant")
    with services.unit_of_work() as uow:
        uow.reporters.forget("user:7")
        uow.commit()
    assert make.rows("SELECT FROM reporters WHERE reporter = 'user:7'") == []
    assert make.rows("SELECT FROM observations WHERE reporter = 'user:7' AND adjudication <> 'none'") == []


def test_no_public_page_tells_how_reliable_somebody_is(services: Services, make: Builder) -> None:
    """The same place, with a reporter as good as new and with one a little better: nothing public differs."""
    visitor = create_app(services).test_client()

    def told() -> list[object]:
        page = visitor.get("/spaces/here.json").get_json()
        assert "reliability" not in visitor.get("/spaces/here").text
        return [sorted(seen) for seen in page["observations"]] + [seen["weight"] for seen in page["observations"]]

    before = told()
    make.write(
        "INSERT INTO reporters (reporter, upheld, reliability, reckoned_on) VALUES ('user:7', 0.25, 1.0294, :day)",
        day=TODAY,
    )
    assert told() == before
    assert before[-1] == 0.5


def test_an_archived_place_that_was_gone_stays_gone_however_old(services: Services, make: Builder) -> None:
    check(make, "here", "gone")
    make.write("UPDATE spaces SET record_state = 'archived' WHERE slug = 'here'")
    with services.unit_of_work() as uow:
        found = refresh(uow, ids(make)["here"], TODAY)
        uow.commit()
    assert found.status_on(TODAY) == found.status_on(date(2090, 1, 1)) == "gone"


def test_a_check_that_is_due_stays_due_until_somebody_answers(services: Services, make: Builder) -> None:
    check(make, "here", "vacant")
    space = ids(make)["here"]

    def due() -> date:
        found: date = make.rows("SELECT next_check_due FROM spaces WHERE slug = 'here'")[0].next_check_due
        return found

    with services.unit_of_work() as uow:
        first = refresh(uow, space, TODAY)
        uow.commit()
    planned = due()
    late = planned + timedelta(days=40)
    with services.unit_of_work() as uow:
        again = refresh(uow, space, late)
        uow.commit()
    assert (due(), asdict(again)) == (planned, asdict(first))
    services.clock.day = late
    make.write("UPDATE observations SET observed_at = :at, submitted_at = :at WHERE reporter = 'user:1'",
               at=datetime.combine(late, datetime.min.time(), UTC))  # fmt: skip
    with services.unit_of_work() as uow:
        refresh(uow, space, late)
        uow.commit()
    assert due() > late


def test_the_commands_find_and_mend_what_is_shown_wrongly(
    services: Services, make: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_here = {"DATABASE_URL": services.settings.database_url, "OWNER_URL": services.settings.owner_url}
    for name, value in {**set_here, "VAR": str(services.settings.var), "TODAY": TODAY.isoformat()}.items():
        monkeypatch.setenv(f"MAPSVC_{name}", value)
    make.write(
        "UPDATE spaces SET status_codes = '{confirmed_vacant}', status_from = '{2026-01-01}', band_codes = '{fresh}'"
    )

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["evidence", *words])
        return result.exit_code, result.output

    code, said = run("check")
    assert code == 1
    assert "here: shows confirmed_vacant, fresh; is probable_occupied, fresh" in said
    code, said = run("recompute", "--processes", "1")
    assert (code, "2 spaces: 2 say something else now" in said) == (0, True)
    assert run("check")[0] == 0
