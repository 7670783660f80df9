"""The invented demonstration: always the same, labelled, and showing every state that the map can show."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from shapely.geometry import Point, shape

from mapsvc.domain.features import Features
from mapsvc.domain.freshness import assess
from mapsvc.domain.ids import slugify
from mapsvc.domain.needs import NeedsProfile
from mapsvc.exchange import demonstration, generated, torino_areas, torino_streets
from mapsvc.exchange.demonstration_accounts import ACCOUNTS, COLLECTIVE_SLUG
from mapsvc.usecases.seeding import observation

FIXTURES = Path(__file__).parents[2] / "fixtures"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def areas():
    return torino_areas.read_neighbourhoods(FIXTURES / "torino_quartieri.geojson").areas


@pytest.fixture(scope="module")
def streets():
    return torino_streets.read(FIXTURES / "torino_streets.geojson.gz").streets


@pytest.fixture(scope="module")
def batch(streets, areas):
    return demonstration.build(TODAY, streets, areas)


def looks(space, day=TODAY):
    result = assess([observation(one) for one in space.observations], day)
    return result.status.value, result.band.value


def test_the_same_day_and_seed_give_the_same_records(batch, streets, areas):
    assert demonstration.build(TODAY, streets, areas) == batch
    assert demonstration.build(TODAY, streets, areas, seed=2).spaces != batch.spaces


def test_everything_is_labelled(batch):
    assert batch.source.demonstration
    published = [space for space in batch.spaces if space.record_state == "published"]
    assert all("invented" in space.description["en"] and "inventata" in space.description["it"] for space in published)
    assert all("invented" in one.story for one in batch.collectives)
    assert all("invented" in one.summary["en"] for one in (*batch.initiatives, *batch.pacts, *batch.calls))


def test_the_call_has_eight_premises_of_400_m2_and_25_collectives(batch):
    call, _other = batch.calls
    assert call.title["en"] == "Casa Bottega Torino 2027 (demonstration)"
    assert call.opens_on < TODAY < call.closes_on
    spaces = {space.source_key: space for space in batch.spaces}
    lots = [spaces[lot.space_key] for lot in call.lots]
    assert len(lots) == 8
    assert sum(space.features["usable_area_m2"] for space in lots) == 400
    assert all(looks(space) == ("confirmed_vacant", "fresh") and space.owner_consent for space in lots)
    assert len(batch.collectives) == 25


def test_the_second_call_has_25_applications_of_the_collectives_and_seven_lots(batch):
    _open, call = batch.calls
    rules = {one.code: one for one in demonstration.invented_calls(TODAY)}
    assert set(rules) == {one.code for one in batch.calls}
    invented = rules[call.code]
    assert [lot.number for lot in call.lots] == list(range(1, 8))
    slugs = {slugify(one.name) for one in batch.collectives}
    assert {one.collective for one in invented.applications} == slugs
    assert len({one.code for one in invented.applications}) == 25
    for one in invented.applications:
        assert one.ranking
        assert len(set(one.ranking)) == len(one.ranking)
        assert set(one.ranking) <= set(range(1, 8))
        assert bool(one.points) != bool(one.refusal)
    assert set(invented.members) <= {account.email for account in ACCOUNTS}


def test_every_fact_and_need_is_one_that_the_matching_knows(batch):
    for space in batch.spaces:
        Features.from_json(dict(space.features))
    for collective in batch.collectives:
        NeedsProfile.from_json(dict(collective.needs))


def test_every_record_lies_in_torino(batch, areas):
    city = [shape(area.geometry).buffer(0.0004) for area in areas]
    points = [space.point for space in batch.spaces]
    points += [place.point for one in batch.initiatives for place in one.places] + [one.point for one in batch.pacts]
    assert all(any(area.contains(Point(point)) for area in city) for point in points)


def test_the_first_view_shows_every_status_in_every_age(batch, areas):
    here = shape(next(area.geometry for area in areas if area.name == "San Salvario"))
    shown = Counter(looks(space) for space in batch.spaces if space.record_state == "published")
    assert {status for status, _ in shown} == {
        "confirmed_vacant",
        "probable_vacant",
        "disputed",
        "unverified",
        "confirmed_occupied",
        "probable_occupied",
        "gone_pending",
    }
    assert {band for _, band in shown} == {"fresh", "ageing", "stale", "none"}
    nearby = {looks(space)[0] for space in batch.spaces if here.contains(Point(space.point))}
    assert {"confirmed_vacant", "probable_vacant", "disputed", "unverified"} <= nearby


def test_names_and_keys_are_unique(batch):
    for records in (batch.spaces, batch.initiatives, batch.pacts, batch.collectives):
        assert len({record.source_key for record in records}) == len(records)
    assert len({space.name for space in batch.spaces}) == len(batch.spaces)


def test_reports_wait_in_the_queue_and_coarse_places_are_coarse(batch):
    waiting = [space for space in batch.spaces if space.record_state == "submitted"]
    assert len(waiting) >= 6
    assert all(space.reported_at and space.reported_at.date() <= TODAY for space in waiting)
    assert any(space.publication_precision == "cell_100m" for space in batch.spaces)


def test_accounts_cover_every_role_and_the_collective_exists(batch):
    assert {account.role.value for account in ACCOUNTS if account.role} >= {
        "administrator",
        "officer",
        "moderator",
        "curator",
        "collective_rep",
    }
    assert COLLECTIVE_SLUG in {slugify(one.name) for one in batch.collectives}
    assert all(account.email.endswith("@example.org") for account in ACCOUNTS)


def test_generated_premises_are_repeatable_and_labelled():
    first, again = generated.build(200, TODAY), generated.build(200, TODAY)
    assert first == again
    assert first.source.demonstration
    assert len(first.spaces) == 200
    assert all(1 <= len(space.observations) <= 5 for space in first.spaces)
