"""The figures by year against a history made by hand, and what they keep to themselves."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.people import Actor
from mapsvc.web.app import create_app
from tests.builders import Builder


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(settings)
    yield services
    services.engine.dispose()


def entry(services: Services, place: UUID, action: str, when: datetime, before: str = "", after: str = "",
          reason: str | None = None) -> None:  # fmt: skip
    with services.unit_of_work() as uow:
        uow.audit.add(
            Actor(), action, "space", place, before={"state": before} if before else None,
            after={"state": after} if after else None, reason=reason, at=when,
        )  # fmt: skip
        uow.commit()


def hour(day: int, hour: int = 0, year: int = 2026, month: int = 3) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture
def history(services: Services) -> Services:
    """Four places reported in 2026: published after 10 h, after 30 h, refused after 50 h in 2027, public at once."""
    Builder(services).begin()
    one, two, three, four = (uuid4() for _ in range(4))
    last = datetime(2026, 12, 30, 23, tzinfo=UTC)
    for place, when in ((one, hour(1)), (two, hour(2)), (three, last)):
        entry(services, place, "reported", when, after="submitted")
    entry(services, four, "reported", hour(4), after="published")
    entry(services, one, "publish", hour(1, 10), "submitted", "published")
    entry(services, two, "publish", hour(3, 6), "submitted", "published")
    entry(services, three, "reject", datetime(2027, 1, 2, 1, tzinfo=UTC), "submitted", "rejected", "lived_in")
    for day in (5, 6, 7):
        entry(services, one, "hide", hour(day), "published", "hidden", "wrong")
        entry(services, one, "publish", hour(day, 1), "hidden", "published")
    entry(services, two, "hide", hour(8), "published", "hidden", "owner_objection")
    entry(services, one, "note_shown", hour(9))
    entry(services, one, "photo_refused", hour(9), reason="people_inside")
    entry(services, one, "photo_blurred", hour(9))
    entry(services, one, "observed", hour(9))
    entry(services, one, "edited", hour(9), "published", "published")
    return services


def figures(services: Services) -> dict[tuple[int, str, str], tuple[object, ...]]:
    with services.reading() as connection:
        rows = connection.execute(text("SELECT * FROM public_transparency")).all()
    return {(row.year, row.figure, row.reason): (row.number, row.exact, row.hours) for row in rows}


def test_the_figures_are_those_of_the_history(history: Services) -> None:
    assert figures(history) == {
        (2026, "received", ""): (4, True, None),
        (2026, "published", ""): (3, True, None),
        (2027, "refused", ""): (1, True, None),
        (2027, "refused", "lived_in"): (1, True, None),
        (2026, "hidden", ""): (4, False, None),
        (2026, "hidden", "wrong"): (3, True, None),
        (2026, "hidden", "owner_objection"): (None, False, None),
        (2026, "parts_shown", ""): (1, True, None),
        (2026, "parts_refused", ""): (1, True, None),
        (2026, "parts_refused", "people_inside"): (1, True, None),
        (2026, "photos_blurred", ""): (1, True, None),
        (2026, "median_hours", ""): (2, True, 20.0),
        (2027, "median_hours", ""): (1, True, 50.0),
    }


def test_the_page_and_the_files_tell_the_same(history: Services) -> None:
    visitor = create_app(history).test_client()
    page = visitor.get("/transparency").text
    table = list(csv.DictReader(io.StringIO(visitor.get("/transparency.csv").data.decode("utf-8-sig"))))
    json = visitor.get("/transparency.json").get_json()["figures"]

    assert page.index(">2027<") < page.index(">2026<")
    assert "at least 4" in page
    assert "fewer than 3" in page
    told = {(int(row["year"]), row["figure"], row["reason"]): row["number"] for row in table}
    assert told[2026, "hidden", "owner_objection"] == ""
    assert told[2026, "received", ""] == "4"
    assert len(json) == len(table) == len(figures(history))
    assert next(row for row in json if row["reason"] == "owner_objection")["number"] is None


def test_a_small_number_cannot_be_reckoned_from_the_others(history: Services) -> None:
    once = {key: value for key, value in figures(history).items() if key[1] == "hidden"}
    entry(history, uuid4(), "hide", hour(20), "published", "hidden", "owner_objection")
    twice = {key: value for key, value in figures(history).items() if key[1] == "hidden"}
    assert once == twice


def test_appeals_and_flags_are_counted_in_the_year_they_belong_to(services: Services) -> None:
    make = Builder(services)
    make.begin()
    space = make.space("a-place", 7.62, 45.07)
    for number, (state, decided) in enumerate((("upheld", "2027-01-02"), ("refused", "2026-12-31"), ("open", None))):
        ruling = uuid4()
        make.write(
            "INSERT INTO rulings (id, space_id, subject, record_id, verdict, reason, decided_at)"
            " VALUES (:id, :space, 'space', :space, 'hide', 'wrong', '2026-12-01')",
            id=ruling, space=space,
        )  # fmt: skip
        make.write(
            "INSERT INTO appeals (id, ruling_id, space_id, text, created_at, state, decided_at)"
            " VALUES (gen_random_uuid(), :ruling, :space, 'x', '2026-12-05', :state, CAST(:decided AS timestamptz))",
            ruling=ruling, space=space, state=state, decided=decided and f"{decided}T00:00Z",
        )  # fmt: skip
        make.write(
            "INSERT INTO flags (id, noun, record_id, kind, reporter, created_at, state, settled_at) VALUES"
            " (gen_random_uuid(), 'space', :space, 'wrong', :who, '2026-12-05', :state, '2026-12-06')",
            space=space, who=f"device:{number}", state="upheld" if number == 0 else "dismissed",
        )  # fmt: skip
    assert {key[:2]: value[0] for key, value in figures(services).items()} == {
        (2026, "appeals"): 3,
        (2027, "appeals_upheld"): 1,
        (2026, "appeals_refused"): 1,
        (2026, "flags"): 3,
        (2026, "flags_upheld"): 1,
    }


def test_without_any_decision_the_page_says_none(services: Services) -> None:
    Builder(services).begin()
    visitor = create_app(services).test_client()
    shown = visitor.get("/transparency")
    assert shown.status_code == 200
    assert shown.text.count("None.") == 3
    assert shown.text.count(">–<") == 1
    assert visitor.get("/transparency.json").get_json() == {"figures": []}


def test_footer_and_open_data_lead_to_the_figures(services: Services) -> None:
    Builder(services).begin()
    assert create_app(services).test_client().get("/data").text.count('href="/transparency"') >= 2
