"""The database's statement of the evidence rule says what `domain.freshness` says, for the whole table and any day."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from mapsvc import bootstrap
from mapsvc.bootstrap import Services
from mapsvc.domain.freshness import assess, timeline
from mapsvc.domain.freshness_policy import DEFAULT, FreshnessPolicy
from mapsvc.domain.ids import new_id
from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind
from mapsvc.operations import recomputing
from mapsvc.operations.cluster import Urls
from mapsvc.spatial import desk_evidence
from tests.builders import Builder
from tests.conftest import empty, settings_for

SPACES = 300
START = datetime(2025, 1, 1, tzinfo=UTC)
SPAN_DAYS = 700
RELIABILITY = {"r1": 0.773, "r2": 1.333, "r3": 1.2}
SEARCHED = FreshnessPolicy(half_life_vacant=40, half_life_gone=300, anonymous_cap=0.4, supersession_limit=1.0)

INSERT_SPACE = """
INSERT INTO spaces (id, slug, name, point, record_state, source_id, source_key, created_at, updated_at)
SELECT :id, :slug, :slug, ST_SetSRID(ST_MakePoint(7.6, 45), 4326), :state, min(id), :slug, :at, :at FROM sources
"""
INSERT_OBSERVATION = """
INSERT INTO observations (id, space_id, claim, source_kind, quality, observed_at, submitted_at, reporter, cluster_key,
    state, source_id)
SELECT :id, :space_id, :claim, :source_kind, :quality, :observed_at, :submitted_at, :reporter, :cluster_key, :state,
       min(id) FROM sources
"""


def history(chance: random.Random) -> Iterator[Observation]:
    """Yield the observations of one space: few reporters and instants, so that repetitions and ties are common."""
    days = [chance.randrange(SPAN_DAYS) for _ in range(3)]
    for _ in range(chance.choice((0, 1, 2, 3, 4, 5, 6, 8, 12))):
        day = chance.choice((*days, chance.randrange(SPAN_DAYS)))
        at = START + timedelta(days=day, hours=chance.choice((0, 0, 12, 23.99)))
        source = chance.choice((*SourceKind, SourceKind.ANONYMOUS, SourceKind.OFFICER_VISIT))
        claims = (Claim.VACANT, Claim.OCCUPIED, Claim.GONE, *Claim)
        reporter = chance.choice(("r1", "r2", "r3", "r4", "r5"))
        yield Observation(
            id=str(new_id()),
            claim=chance.choice(claims),
            source_kind=source,
            quality=chance.choice(tuple(Quality)),
            observed_at=at,
            submitted_at=at + timedelta(hours=chance.choice((0, 0, 0, 30))),
            reporter=reporter,
            cluster_key=chance.choice((None, "", "k1", "k2")),
            reliability=RELIABILITY.get(reporter, 1.0),
        )


@pytest.fixture(scope="module")
def services(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services on an empty database."""
    empty(database_urls.owner)
    found = bootstrap.build(settings_for(database_urls, tmp_path_factory.mktemp("var")))
    yield found
    found.engine.dispose()


@pytest.fixture(scope="module")
def stored(services: Services) -> dict[UUID, tuple[list[Observation], bool]]:
    """Generated histories as stored, by space, and whether the record is archived; some wait and do not count."""
    Builder(services).begin()
    chance = random.Random(20261122)
    found = {}
    spaces, said = [], []
    for number in range(SPACES):
        space_id, archived = new_id(), chance.random() < 0.15
        counted = list(history(chance))
        found[space_id] = (counted, archived)
        state = "archived" if archived else "published"
        spaces.append({"id": space_id, "slug": f"s{number}", "state": state, "at": START})
        held = list(history(chance))[:1]
        for one in (*counted, *held):
            said.append(
                {name: getattr(one, name) for name in ("observed_at", "submitted_at", "reporter", "cluster_key")}
                | {"id": UUID(one.id), "space_id": space_id, "state": "held" if one in held else "counted"}
                | {name: getattr(one, name).value for name in ("claim", "source_kind", "quality")}
            )
    with services.engine.begin() as connection:
        connection.execute(text(INSERT_SPACE), spaces)
        connection.execute(text(INSERT_OBSERVATION), said)
        rows = [{"name": name, "phi": phi} for name, phi in RELIABILITY.items()]
        statement = "INSERT INTO reporters (reporter, reliability, reckoned_on) VALUES (:name, :phi, '2026-01-01')"
        connection.execute(text(statement), rows)
    return found


def turning_days(stored: dict[UUID, tuple[list[Observation], bool]], policy: FreshnessPolicy) -> list[date]:
    """Return days on which some space changes by time alone, and the days before them."""
    turns = set()
    for said, archived in list(stored.values())[:40]:
        turns |= {p.starts_on for p in timeline(said, START.date(), policy, gone_confirmed=archived)[1:]}
    chosen = sorted(turns)[:: max(1, len(turns) // 12)]
    return sorted({day - timedelta(days=back) for day in chosen for back in (0, 1)})


@pytest.mark.parametrize("policy", [DEFAULT, SEARCHED], ids=["default", "other numbers"])
def test_sql_says_what_python_says(
    services: Services, stored: dict[UUID, tuple[list[Observation], bool]], policy: FreshnessPolicy
) -> None:
    days = [START.date() - timedelta(days=1), *turning_days(stored, policy), date(2030, 1, 1), date(2300, 1, 1)]
    statuses = set()
    for day in days:
        with services.reading() as connection:
            rows = {row["space_id"]: row for row in desk_evidence.concluded(connection, day, policy)}
        assert rows.keys() == stored.keys()
        for space_id, (said, archived) in stored.items():
            row, found = rows[space_id], assess(said, day, policy, gone_confirmed=archived)
            told = (
                row["status"],
                row["band"],
                row["observation_count"],
                row["last_confirmed_on"],
                row["last_source_kind"],
            )
            assert told == (found.status, found.band, found.count, found.last_confirmed_on, found.last_source_kind), day
            numbers = (row["p_vacant"], row["p_occupied"], row["p_gone"], row["mass"], row["freshness"])
            assert numbers == pytest.approx((*found.p.values(), found.mass, found.freshness), abs=1e-9), day
            statuses.add(found.status)
    assert len(statuses) == 8, "every status is compared"


def test_some_spaces_alone_say_the_same(services: Services, stored: dict[UUID, tuple[list[Observation], bool]]) -> None:
    some = list(stored)[5:9]
    with services.reading() as connection:
        alone = {row["space_id"]: row for row in desk_evidence.concluded(connection, date(2026, 6, 1), DEFAULT, some)}
        everywhere = {row["space_id"]: row for row in desk_evidence.concluded(connection, date(2026, 6, 1), DEFAULT)}
    assert alone == {space_id: everywhere[space_id] for space_id in some}


def test_what_is_shown_is_what_sql_says_on_every_day_once_all_is_concluded_again(
    services: Services, stored: dict[UUID, tuple[list[Observation], bool]]
) -> None:
    first = recomputing.recompute(services.settings, lambda *_: None, processes=2)
    assert first["spaces"] == SPACES
    assert first["changed"] > SPACES // 2
    again = recomputing.recompute(services.settings, lambda *_: None, processes=1)
    assert (again["changed"], again["reporters"]) == (0, 0)
    last_said = (START + timedelta(days=SPAN_DAYS)).date()
    for day in (last_said, *(last_said + timedelta(days=n) for n in (30, 126, 200, 400, 900, 3000))):
        with services.reading() as connection:
            assert desk_evidence.differing(connection, day, DEFAULT) == []


def test_a_state_that_is_not_what_was_said_is_found(
    services: Services, stored: dict[UUID, tuple[list[Observation], bool]]
) -> None:
    on = datetime.combine(date(2026, 12, 1), time(), UTC).date()
    with services.engine.begin() as connection:
        connection.execute(
            text("UPDATE spaces SET status_codes = array_fill(CAST('gone' AS text), ARRAY[cardinality(status_codes)])"
                 " WHERE slug = 's7'")
        )  # fmt: skip
    with services.reading() as connection:
        assert [row["slug"] for row in desk_evidence.differing(connection, on, DEFAULT)] == ["s7"]
