"""What a first start loads: all of it, with sources, and nothing twice."""

from __future__ import annotations

from mapsvc import bootstrap
from mapsvc.config import Settings
from mapsvc.exchange.demonstration_accounts import ACCOUNTS
from mapsvc.operations import seeding
from mapsvc.operations.connections import fetch
from mapsvc.operations.status import records


def test_the_first_data_are_complete(seeded_settings: Settings) -> None:
    found = records(seeded_settings.database_url)
    per_source = dict(
        fetch(
            seeded_settings.database_url,
            "SELECT s.code, count(*) FROM sources s JOIN ("
            " SELECT source_id FROM spaces UNION ALL SELECT source_id FROM pacts"
            " UNION ALL SELECT source_id FROM initiatives) r ON r.source_id = s.id GROUP BY s.code",
        )
    )
    assert per_source["sf-commercial-vacancy"] == 2881
    assert per_source["palermo-pacts"] == 73
    assert per_source["susy-italy"] == 131
    assert per_source["swiss-art-initiatives"] == 714
    assert found["areas"] == 39
    assert found["collectives"] >= 25


def test_every_source_states_title_licence_and_attribution(seeded_settings: Settings) -> None:
    assert (
        fetch(seeded_settings.database_url, "SELECT code FROM sources WHERE '' IN (title, licence, attribution)") == []
    )


def test_a_second_load_changes_nothing(seeded_settings: Settings) -> None:
    tables = (
        "SELECT (SELECT count(*) FROM observations), (SELECT count(*) FROM users), (SELECT max(xmin::text) FROM city)"
    )
    before = (records(seeded_settings.database_url), fetch(seeded_settings.database_url, tables))
    added = seeding.seed(bootstrap.build(seeded_settings), lambda *_: None)
    assert set(added.values()) == {0}
    assert (records(seeded_settings.database_url), fetch(seeded_settings.database_url, tables)) == before


def test_demonstration_accounts_are_labelled_and_there(seeded_settings: Settings) -> None:
    rows = fetch(seeded_settings.database_url, "SELECT email FROM users WHERE demonstration ORDER BY email")
    assert [email for (email,) in rows] == sorted(account.email for account in ACCOUNTS)
