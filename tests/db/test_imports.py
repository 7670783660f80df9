"""The real files, the demonstration and uploaded registers in a real database."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.imports import Upload
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.exchange import generated
from mapsvc.exchange.demonstration_accounts import ACCOUNTS, COLLECTIVE_SLUG
from mapsvc.exchange.fixtures import batches
from mapsvc.exchange.register import RegisterReader
from mapsvc.usecases.imports import apply_import, discard_import, preview_import, read_preview
from mapsvc.usecases.seeding import DEMONSTRATION_CITY, add_demonstration_people, load_batches, prepare_city

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
STATE = """
SELECT md5(string_agg(t, '|' ORDER BY t)) FROM (
    SELECT s::text AS t FROM spaces s UNION ALL SELECT o::text FROM observations o UNION ALL SELECT a::text FROM areas a
    UNION ALL SELECT i::text FROM initiatives i UNION ALL SELECT p::text FROM initiative_places p
    UNION ALL SELECT p::text FROM pacts p UNION ALL SELECT c::text FROM collectives c
    UNION ALL SELECT l::text FROM lots l
    UNION ALL SELECT u.email FROM users u UNION ALL SELECT g::text FROM role_grants g) everything
"""
HEADER = "code,street,number,lon,lat,area,seen,seen_on,owner\n"
FIRST = HEADER + "A-1,Via Nizza,118,7.6741,45.0462,40,vacant,2026-11-01,comune\nA-2,Via Nizza,122,0,0,40,,,comune\n"


@pytest.fixture
def services(clean_database, tmp_path):
    settings = Settings(
        database_url=clean_database.app, owner_url=clean_database.owner, var=tmp_path, today="2026-11-22"
    )
    services = build(settings)
    yield services
    services.engine.dispose()


@pytest.fixture
def areas(services):
    prepare_city(services.unit_of_work(), DEMONSTRATION_CITY, NOW)
    wanted = {"municipalities", "neighbourhoods", "streets"}
    chosen = [pair for pair in batches(FIXTURES, NOW.date()) if pair[0] in wanted]
    load_batches(services.unit_of_work(), chosen, NOW, lambda *_: None)
    return services


def load(services: Services) -> dict[str, int]:
    prepare_city(services.unit_of_work(), DEMONSTRATION_CITY, NOW)
    return load_batches(services.unit_of_work(), batches(FIXTURES, NOW.date()), NOW, lambda *_: None)


def scalar(services: Services, query: str, **values: object):
    with services.reading() as connection:
        return connection.execute(text(query), values).scalar_one()


def officer(services: Services, area: str = "") -> Actor:
    with services.unit_of_work() as uow:
        user = uow.people.add(f"officer{area}@example.org", "Officer", None, None, NOW, demonstration=True)
        uow.commit()
    place = scalar(services, "SELECT id FROM areas WHERE name = :name", name=area) if area else None
    return Actor(user, grants=(Grant(Role.OFFICER, area_id=place),))


def preview(services, actor, content, **more):
    data = content if isinstance(content, bytes) else content.encode()
    return preview_import(services.unit_of_work(), RegisterReader(), actor, Upload("r.csv", data, **more), NOW)


def kinds(services, actor, batch_id):
    return [row.kind for row in read_preview(services.unit_of_work(), actor, batch_id).rows]


def test_everything_loads_and_a_second_load_changes_nothing(services):
    assert load(services) == {
        "areas": 39,
        "streets": 2551,
        "spaces": 2881 + 119 + 7,
        "initiatives": 131 + 714 + 10,
        "pacts": 73 + 7,
        "collectives": 25,
        "calls": 2,
    }
    people = (ACCOUNTS, lambda password: f"hash of {password}", NOW, COLLECTIVE_SLUG)
    assert add_demonstration_people(services.unit_of_work(), *people) == len(ACCOUNTS) == 11
    before = scalar(services, STATE)
    assert set(load(services).values()) == {0}
    assert add_demonstration_people(services.unit_of_work(), *people) == 0
    assert scalar(services, STATE) == before
    assert scalar(services, "SELECT count(*) FROM lots") == 8 + 7
    assert scalar(services, "SELECT count(*) FROM initiative_places") == 131 + 956 + 10
    assert scalar(services, "SELECT count(*) FROM public_pacts WHERE state = 'signed' AND NOT demonstration") == 24
    assert scalar(services, "SELECT count(*) FROM public_maps WHERE listed") == 1


def test_what_is_loaded_tells_the_truth_about_itself(services):
    load(services)
    # Three-year-old filings are old by now; a parcel that never filed has no status at all.
    bands = "SELECT count(*) FROM public_spaces WHERE source_code = 'sf-commercial-vacancy' AND band = 'fresh'"
    assert scalar(services, bands) == 0
    never = "SELECT count(*) FROM public_spaces WHERE observation_count = 0 AND status <> 'unverified'"
    assert scalar(services, never) == 0
    persons = """SELECT count(*) FROM public_pacts p JOIN pacts q USING (id)
                 WHERE q.representative_is_person AND p.representative IS NOT NULL"""
    assert scalar(services, persons) == 0
    assert scalar(services, "SELECT count(*) FROM sources WHERE licence = '' OR attribution = ''") == 0
    assert scalar(services, "SELECT count(*) FROM public_spaces WHERE demonstration") >= 100
    address = "SELECT count(*) FROM spaces WHERE publication_precision <> 'exact' AND slug !~ '^space(-[0-9]+)?$'"
    assert scalar(services, address) == 0


def test_a_preview_writes_no_space_and_applying_it_writes_what_it_said(areas):
    actor = officer(areas)
    batch = preview(areas, actor, FIRST)
    assert kinds(areas, actor, batch) == ["new", "refused"]
    assert scalar(areas, "SELECT count(*) FROM spaces") == 0
    done = apply_import(areas.unit_of_work(), actor, batch, None, NOW)
    assert dict(done) == {"new": 1}
    row = "SELECT name || ' ' || status || ' ' || publication_precision || ' ' || area_name FROM public_spaces"
    assert scalar(areas, row) == "Via Nizza 118 probable_vacant exact San Salvario"
    assert scalar(areas, "SELECT count(*) FROM audit_log WHERE action = 'imported'") == 2
    with pytest.raises(Conflict):
        apply_import(areas.unit_of_work(), actor, batch, None, NOW)


def test_the_same_file_again_changes_nothing_and_the_next_edition_changes_what_differs(areas):
    actor = officer(areas)
    apply_import(areas.unit_of_work(), actor, preview(areas, actor, FIRST), None, NOW)
    before = scalar(areas, STATE)
    again = preview(areas, actor, FIRST)
    assert kinds(areas, actor, again) == ["unchanged", "refused"]
    apply_import(areas.unit_of_work(), actor, again, None, NOW)
    assert scalar(areas, STATE) == before
    later = preview(areas, actor, FIRST.replace(",40,", ",55,").replace("2026-11-01", "2026-11-20"))
    assert kinds(areas, actor, later) == ["changed", "refused"]
    apply_import(areas.unit_of_work(), actor, later, [1], NOW)
    assert scalar(areas, "SELECT area_m2 FROM public_spaces") == 55
    assert scalar(areas, "SELECT count(*) FROM observations") == 2
    assert scalar(areas, "SELECT last_confirmed_on FROM public_spaces") == date(2026, 11, 20)


def test_a_space_that_changed_since_the_preview_stops_the_whole_import(areas):
    actor = officer(areas)
    apply_import(areas.unit_of_work(), actor, preview(areas, actor, FIRST), None, NOW)
    edition = FIRST.replace(",40,", ",55,") + "A-3,Via Nizza,126,7.6742,45.0455,30,,,comune\n"
    batch = preview(areas, actor, edition)
    with areas.unit_of_work() as uow:
        space = uow.spaces.by_slug("via-nizza-118")
        assert uow.spaces.update(space)
        uow.commit()
    before = scalar(areas, STATE)
    with pytest.raises(Stale):
        apply_import(areas.unit_of_work(), actor, batch, None, NOW)
    assert scalar(areas, STATE) == before
    # What nobody else touched can still be accepted by itself.
    assert dict(apply_import(areas.unit_of_work(), actor, batch, [3], NOW)) == {"new": 1}


def test_rows_outside_an_officers_area_and_homes_are_refused(areas):
    actor = officer(areas, "San Salvario")
    rows = "B-1,Via Nizza,118,7.6741,45.0462,40,,,comune\nB-2,Corso Vercelli,40,7.6870,45.0900,40,,,comune\n"
    batch = preview(areas, actor, HEADER + rows)
    result = read_preview(areas.unit_of_work(), actor, batch).rows
    assert [row.kind for row in result] == ["new", "refused"]
    assert [problem.code for problem in result[1].problems] == ["outside_your_area"]
    home = preview(areas, officer(areas), "name,lon,lat,type,owner\nCasa,7.67,45.05,casa,privato\n")
    assert (
        scalar(areas, "SELECT rows #>> '{rows,0,problems,0,code}' FROM import_batches WHERE id = :id", id=home)
        == "dwelling"
    )


def test_only_who_may_import_sees_and_decides_a_preview(areas):
    actor, visitor = officer(areas), Actor(device="x")
    batch = preview(areas, actor, FIRST)
    with pytest.raises(Forbidden):
        preview(areas, visitor, FIRST)
    with pytest.raises(Forbidden):
        apply_import(areas.unit_of_work(), visitor, batch, None, NOW)
    with pytest.raises(Invalid):
        apply_import(areas.unit_of_work(), actor, batch, [2], NOW)
    with pytest.raises(NotFound):
        discard_import(areas.unit_of_work(), actor, UUID(int=1), NOW)
    discard_import(areas.unit_of_work(), actor, batch, NOW)
    assert scalar(areas, "SELECT state FROM import_batches") == "discarded"
    assert scalar(areas, "SELECT count(*) FROM spaces") == 0


def test_addresses_alone_are_found_in_the_gazetteer(areas):
    actor = officer(areas)
    batch = preview(
        areas, actor, "indirizzo,superficie\nVia Galliari 12,40\nVia Che Non Esiste 1,30\n", title="Bottega list"
    )
    rows = read_preview(areas.unit_of_work(), actor, batch).rows
    assert [row.kind for row in rows] == ["new", "refused"]
    assert rows[0].record.geocode_precision == "street"
    apply_import(areas.unit_of_work(), actor, batch, None, NOW)
    assert scalar(areas, "SELECT source_code FROM public_spaces") == "register-bottega-list"


def test_swapped_axes_are_told_by_the_areas(areas):
    actor = officer(areas)
    batch = preview(areas, actor, "name,lon,lat\nA,45.05,7.68\n")
    assert read_preview(areas.unit_of_work(), actor, batch).rows[0].problems[0].code == "swapped_axes"


def test_generated_premises_load_quickly(services):
    prepare_city(services.unit_of_work(), DEMONSTRATION_CITY, NOW)
    steps = []
    batch = [("generated", lambda: generated.build(2_500, NOW.date()))]
    added = load_batches(services.unit_of_work(), batch, NOW, lambda *step: steps.append(step))
    assert added == {"spaces": 2_500}
    assert steps == [
        ("generated", 0, 0),
        ("generated", 1000, 2500),
        ("generated", 2000, 2500),
        ("generated", 2500, 2500),
    ]
