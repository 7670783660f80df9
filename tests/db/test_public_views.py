"""The rules of publication and evidence are stated twice, in Python and in SQL: generated rows hold them together."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.domain import freshness, publication
from mapsvc.domain.features import FIELDS
from mapsvc.domain.imports import AreaRecord, Batch, CollectiveRecord, StreetRecord
from mapsvc.domain.needs import NEED_FIELDS
from mapsvc.domain.publication import Precision, Standing
from mapsvc.domain.street_points import StreetLine, street_point
from mapsvc.operations.cluster import Urls
from mapsvc.operations.recomputing import recompute
from tests.builders import SOURCE, TODAY, Builder, square
from tests.conftest import empty, settings_for

RANDOM = random.Random(20261122)
OWNERS = ("unknown", "private_person", "municipality", "other_public", "company")
SEEN = (None, "officer_visit", "import_official")
#: Streets as they lie in a town: long and short ones, some in several pieces, and a part of the area without any.
STREETS = tuple(
    StreetRecord(f"st{number}", f"Via {'ABCDEFGHIJKL'[number % 12]}{number}", lines)
    for number, lines in enumerate(
        (
            *((((west, 45.051), (west + 0.0004, 45.082)),) for west in (7.602, 7.6034, 7.607, 7.612, 7.62, 7.6216)),
            *((((7.601, south), (7.63, south + 0.0007)),) for south in (45.0522, 45.0561, 45.0609, 45.0617, 45.07)),
            (((7.625, 45.052), (7.6254, 45.0521)), ((7.6262, 45.0521), (7.6266, 45.054), (7.628, 45.0541))),
            (((7.615, 45.0585), (7.6154, 45.0586)),),
        )
    )
)
STATES = ("submitted", "published", "rejected", "hidden", "archived")


@pytest.fixture(scope="module")
def make(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    empty(database_urls.owner)
    builder = Builder(build(settings_for(database_urls, tmp_path_factory.mktemp("var"))))
    builder.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    builder.load(Batch(SOURCE, streets=STREETS))
    yield builder
    builder.services.engine.dispose()


def test_the_cell_is_the_same_in_both_languages(make: Builder) -> None:
    for _ in range(400):
        lon, lat = RANDOM.uniform(-180, 180), RANDOM.uniform(-85, 85)
        there = make.rows(
            "SELECT ST_X(c) AS lon, ST_Y(c) AS lat FROM mapsvc_cell_centre(:lon, :lat) AS c", lon=lon, lat=lat
        )[0]
        here = publication.cell_centre(*publication.cell_of(lat, lon))
        assert (there.lon, there.lat) == pytest.approx(here, abs=1e-9)


LINES = [StreetLine(street.name, line) for street in STREETS for line in street.lines]


def test_the_street_of_a_place_is_the_same_in_both_languages(make: Builder) -> None:
    seen = set()
    for _ in range(400):
        lon, lat = RANDOM.uniform(7.6, 7.635), RANDOM.uniform(45.05, 45.085)
        there = make.rows(
            "SELECT p.name, ST_X(p.point) AS lon, ST_Y(p.point) AS lat"
            " FROM mapsvc_street_point(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) p", lon=lon, lat=lat
        )  # fmt: skip
        here = street_point(lon, lat, LINES)
        assert [row.name for row in there] == ([] if here is None else [here.name]), (lon, lat)
        if here is not None:
            assert (there[0].lon, there[0].lat) == pytest.approx(here.middle, abs=1e-8)
        seen.add(here and here.name)
    assert None in seen
    assert len(seen) > 10


@pytest.fixture(scope="module")
def spaces(make: Builder) -> dict[str, dict[str, object]]:
    """A space for each mixture of what decides its publication; every fact is given."""
    facts = {spec.code: f"fact {spec.code}" for spec in FIELDS} | {"usable_area_m2": 50}
    made: dict[str, dict[str, object]] = {}
    mixtures = itertools.product(STATES, Precision, OWNERS, (None, True, False), SEEN)
    for number, (state, precision, owner, consent, seen) in enumerate(mixtures):
        slug = f"s-{number}"
        lon, lat = round(RANDOM.uniform(7.601, 7.649), 6), round(RANDOM.uniform(45.051, 45.099), 6)
        if number % 3 and state != "published":
            continue
        given = {
            "record_state": state,
            "publication_precision": precision.value,
            "owner_type": owner,
            "owner_consent": consent,
        }
        space_id = make.space(
            slug,
            lon,
            lat,
            features=facts,
            name=f"Name {number}",
            street="Via Alta",
            number="1",
            floor="2",
            postcode="10100",
            description={"en": "text"},
            source_url="https://a.example",
            **given,
        )
        if seen:
            make.observation(
                space_id,
                kind=seen,
                quality="register" if seen == "import_official" else "photo_onsite",
                days_ago=1,
                reporter="user:1",
                note="seen",
                note_state="published",
            )
        made[slug] = given | {"lon": lon, "lat": lat, "id": space_id, "seen": seen}
    return made


def test_views_hold_the_publication_rule(make: Builder, spaces: dict[str, dict[str, object]]) -> None:
    pages = {
        row.slug: row
        for row in make.rows(
            "SELECT *, ST_X(point) AS x, ST_Y(point) AS y, ST_X(ST_Transform(point_3857, 4326)) AS x2"
            " FROM public_space_pages"
        )
    }
    listed = {row.slug for row in make.rows("SELECT slug FROM public_spaces")}
    placed = {row.slug for row in make.rows("SELECT slug FROM public_places WHERE kind = 'space'")}
    district = make.rows("SELECT ST_X(label_point) AS x, ST_Y(label_point) AS y FROM areas")[0]
    shown_precisions: set[Precision] = set()
    for slug, given in spaces.items():
        precision, state = Precision(given["publication_precision"]), str(given["record_state"])
        public = publication.public_place(
            given["lon"], given["lat"], precision, district_point=(district.x, district.y), streets=LINES
        )
        point, precision = public.point, public.precision
        assert (slug in pages) == (publication.has_public_page(state) and point is not None), given
        assert (slug in listed) == (slug in placed) == (publication.is_public(state) and point is not None), given
        if slug not in pages:
            continue
        row = pages[slug]
        assert (row.x, row.y) == pytest.approx(point, abs=1e-7), given
        assert row.publication_precision == precision
        assert row.street == ("Via Alta" if precision is Precision.EXACT else public.street)
        shown_precisions.add(precision)
        assert row.x2 == pytest.approx(point[0], abs=1e-7)
        authority = Precision.EXACT if given["seen"] == "import_official" else None
        standing = Standing("commercial_unit", str(given["owner_type"]), given["owner_consent"], authority)
        hidden = publication.hidden_facts(precision, standing, row.status)
        assert {code for code in hidden if code in row.features} == set(), given
        shown = {spec.code for spec in FIELDS} - hidden
        assert shown - set(row.features) == set(), given
        for column in ("name", "street", "number", "floor", "postcode", "source_key", "source_url", "footprint"):
            assert getattr(row, column) is None or column not in hidden, (column, given)
        assert row.description == {} or "description" not in hidden
    assert shown_precisions == set(Precision) - {Precision.HIDDEN}


def test_notes_and_photos_of_coarse_places_are_not_public(make: Builder, spaces: dict[str, dict[str, object]]) -> None:
    precision = {str(given["id"]): given["publication_precision"] for given in spaces.values()}
    notes = make.rows("SELECT space_id, note FROM public_observations")
    assert {precision[str(row.space_id)] for row in notes if row.note} == {"exact"}
    assert len({precision[str(row.space_id)] for row in notes}) == 4


def test_needs_for_the_parties_are_not_public(make: Builder) -> None:
    needs = {spec.code: 1 for spec in NEED_FIELDS}
    make.load(Batch(SOURCE, collectives=(CollectiveRecord("c", "C", "association", "", "en", 9, (), needs),)))
    shown = set(make.rows("SELECT needs FROM public_collectives")[0].needs)
    assert shown == {spec.code for spec in NEED_FIELDS if spec.visibility == "public"}


def history(make: Builder, space_id: UUID) -> None:
    for number in range(RANDOM.randint(1, 6)):
        kind = RANDOM.choice(("officer_visit", "registered_user", "anonymous", "import_official", "owner_statement"))
        make.observation(
            space_id,
            claim=RANDOM.choices(("vacant", "occupied", "gone", "unsure"), (5, 3, 1, 1))[0],
            kind=kind,
            quality="register" if kind == "import_official" else RANDOM.choice(("photo_onsite", "onsite_no_photo")),
            days_ago=RANDOM.randint(0, 900),
            reporter=f"one:{RANDOM.randint(1, 4)}" if number else "one:0",
        )


def test_status_and_age_of_the_views_are_those_of_the_rule_on_every_day(make: Builder) -> None:
    known = [make.space(f"h-{number}", 7.62, 45.07 + number / 10_000) for number in range(40)]
    for space_id in known:
        history(make, space_id)
    services: Services = make.services
    # The visits of officers judged reporters of other places, too.
    recompute(services.settings, lambda *_: None, processes=1)
    seen: set[str] = set()
    for ahead in (0, 1, 29, 30, 45, 90, 180, 200, 365, 366, 730, 1500, 4000):
        day = TODAY + timedelta(days=ahead)
        later = build(replace(services.settings, today=day.isoformat()))
        with later.reading() as connection, services.unit_of_work() as uow:
            query = text("SELECT id, status, band FROM public_spaces WHERE id = ANY (:ids)")
            for row in connection.execute(query, {"ids": known}):
                assessed = freshness.assess(uow.observations.counted(row.id), day)
                assert (row.status, row.band) == (assessed.status.value, assessed.band.value), (row.id, day)
                seen.add(row.status)
        later.engine.dispose()
    assert len(seen) > 4, "the histories lead to many states"
