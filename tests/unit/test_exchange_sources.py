"""The readers of the real files: every count of the sources, and every trap in them."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import shapely

from mapsvc.domain.errors import Invalid
from mapsvc.domain.imports import THEMES, Precision
from mapsvc.exchange import palermo, san_francisco, susy, swiss, torino_areas, torino_streets
from mapsvc.exchange.files import read_features

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="module")
def premises():
    return san_francisco.read(FIXTURES / "sf_commercial_vacancy_noowner.geojson.gz")


@pytest.fixture(scope="module")
def pacts():
    return palermo.read(FIXTURES / "palermo_patti" / "current_2026-06-12.csv")


@pytest.fixture(scope="module")
def art():
    return swiss.read(FIXTURES / "swiss_art_projects_structured.csv", FIXTURES / "swiss_art_places.csv")


@pytest.fixture(scope="module")
def italy():
    return susy.read(FIXTURES / "susy_italy_nocontact.geojson")


def test_torino_has_23_neighbourhoods_below_one_of_16_municipalities():
    neighbourhoods = torino_areas.read_neighbourhoods(FIXTURES / "torino_quartieri.geojson").areas
    municipalities = torino_areas.read_municipalities(FIXTURES / "torino_and_neighbour_comuni.geojson").areas
    assert (len(neighbourhoods), len(municipalities)) == (23, 16)
    assert [area.name for area in municipalities if area.level == "city"] == ["Torino"]
    assert {area.parent_key for area in neighbourhoods} == {
        area.source_key for area in municipalities if area.name == "Torino"
    }
    assert {"San Salvario", "Aurora", "Vanchiglia", "Barriera di Milano"} <= {area.name for area in neighbourhoods}


def test_rounding_left_every_boundary_valid():
    for name in ("torino_quartieri.geojson", "torino_and_neighbour_comuni.geojson"):
        for _, _, geometry in read_features(FIXTURES / name):
            assert shapely.is_valid(shapely.geometry.shape(geometry.as_geojson()))


def test_torino_has_2551_streets_with_distinct_names_and_some_are_numbers():
    streets = torino_streets.read(FIXTURES / "torino_streets.geojson.gz").streets
    assert len(streets) == len({street.source_key for street in streets}) == 2551
    assert any(street.name.isdigit() for street in streets)
    assert all(len(line) >= 2 for street in streets for line in street.lines)


def test_san_francisco_has_2881_premises_of_which_61_repeat_a_shape(premises):
    assert len(premises.spaces) == len({space.source_key for space in premises.spaces}) == 2881
    assert Counter(problem.code for problem in premises.problems) == {"duplicate_geometry": 61}


def test_a_filing_is_three_valued_and_not_filed_is_never_occupied(premises):
    seen = Counter((one.claim, one.observed_at.year) for space in premises.spaces for one in space.observations)
    assert [seen[("vacant", year)] for year in (2022, 2023, 2024)] == [93, 83, 31]
    assert [seen[("occupied", year)] for year in (2022, 2023, 2024)] == [2221, 2034, 2249]
    assert sum(seen.values()) == 3 * 2881 - 567 - 764 - 601
    unfiled = san_francisco._observations("x", {"2024": {"filed": "NO", "vacant": ""}})
    assert list(unfiled) == []


def test_filings_are_register_observations_of_the_last_day_of_the_tax_year(premises):
    one = next(one for space in premises.spaces for one in space.observations)
    assert (one.source_kind, one.quality) == ("import_official", "register")
    assert one.observed_at == datetime(2022, 12, 31, 12, tzinfo=UTC)
    assert len({one.source_key for space in premises.spaces for one in space.observations}) == 6711


def test_capitals_become_addresses_that_people_write(premises):
    names = {space.source_key: space.name for space in premises.spaces}
    assert names["5615071"] == "3311-3313 Mission St"
    assert names["3517041"] == "250 10th St"
    assert names["0700008"] == "11 Peace Plaza"
    assert any(name.startswith("1730 O'Farrell St") for name in names.values())


def test_a_frontage_of_zero_is_not_measured(premises):
    frontages = [space.features.get("frontage_m") for space in premises.spaces]
    assert None in frontages
    assert min(value for value in frontages if value is not None) > 0
    assert premises.spaces[0].features["frontage_m"] == 8.4  # 27.44 feet


def test_palermo_has_73_proposals_of_which_24_are_signed(pacts):
    assert Counter(pact.status for pact in pacts.pacts) == {
        "signed": 24,
        "co_design": 21,
        "archived": 18,
        "rejected": 8,
        "integration": 2,
    }
    assert pacts.problems == ()
    assert {pact.as_of for pact in pacts.pacts} == {date(2026, 6, 12)}
    assert all(pact.point for pact in pacts.pacts)


def test_white_space_and_case_never_split_a_category(pacts):
    assert palermo.fold("  Persona   Fisica ") == "persona fisica"
    kinds = Counter(pact.proposer_kind for pact in pacts.pacts)
    assert kinds == {
        "association": 28,
        "company": 26,
        "informal_group": 9,
        "individual": 8,
        "other": 1,
        "unknown": 1,
    }
    assert all(pact.title == " ".join(pact.title.split()) for pact in pacts.pacts)


def test_representatives_that_are_persons_are_marked_and_staff_is_not_named(pacts):
    persons = [pact for pact in pacts.pacts if pact.representative_is_person]
    assert {pact.proposer_kind for pact in persons} == {"individual", "unknown"}
    notes = " ".join(pact.note for pact in pacts.pacts)
    assert "Follari" not in notes
    assert "Caselli" not in notes
    assert "dr. […]" in notes


def test_the_broken_publication_yields_a_problem_and_no_pact():
    broken = palermo.read(FIXTURES / "palermo_patti" / "truncated_2025-12-16_12-25.csv")
    assert broken.pacts == ()
    assert [(problem.row, problem.column, problem.code) for problem in broken.problems] == [(1, "Id", "missing_id")]


def test_older_column_names_of_the_register_are_known(tmp_path):
    file = tmp_path / "schema_2025-10-12.csv"
    file.write_text(
        "Id,Lat.,Long.,Titolo proposta,Proponente,Stato di avanzamento,Nota per la Richiesta,link,geouri\n"
        '7,38.1,13.3,Prova,Società ,PATTO  STIPULATO,nota,https://example.org/a.pdf,"geo:38.2,13.3"\n'
        "8,0,0,Prova,Istituto,Mai visto,,,\n",
        encoding="utf-8",
    )
    batch = palermo.read(file)
    assert [(p.source_key, p.status, p.note, p.document_url) for p in batch.pacts] == [
        ("7", "signed", "nota", "https://example.org/a.pdf")
    ]
    assert [problem.code for problem in batch.problems] == ["positions_differ", "unknown_status"]


def test_italy_has_131_initiatives_with_known_themes_and_whole_links(italy):
    assert len(italy.initiatives) == len({one.source_key for one in italy.initiatives}) == 131
    assert {theme for one in italy.initiatives for theme in one.themes} <= set(THEMES)
    links = [link for one in italy.initiatives for link in one.links]
    assert len(links) == 121
    assert all(link.startswith(("http://", "https://")) for link in links)
    assert not any(" " in activity or not activity for one in italy.initiatives for activity in one.activities)
    assert {one.confirmed_on.year for one in italy.initiatives} == {2017}


def test_switzerland_has_714_initiatives_and_957_places(art):
    places = [place for one in art.initiatives for place in one.places]
    assert len(art.initiatives) == 714
    assert len(places) + len(art.unattached_places) == 957
    assert [place.title for place in art.unattached_places] == ["Zentrum Wipkingen"]
    # The project with a blank id has its place all the same.
    assert [len(one.places) for one in art.initiatives if one.name == "MOMUZ"] == [1]


def test_the_axes_of_the_swiss_grid_are_exchanged(art):
    lon, lat = swiss.grid_to_lonlat("248044.107", "682231.131")
    assert (lon, lat) == pytest.approx((8.527411, 47.378141), abs=2e-4)
    flags = Counter(flag for one in art.initiatives for place in one.places for flag in place.flags)
    assert flags == {"transformed": 175, "no_position": 96, "far_from_grid": 17, "end_before_start": 2}
    with_point = [place.point for one in art.initiatives for place in one.places if place.point]
    assert all(5.9 < lon < 10.6 and 45.7 < lat < 47.9 for lon, lat in with_point)


def test_rows_that_disagree_with_themselves_are_flagged_and_not_moved(art):
    place = next(place for one in art.initiatives for place in one.places if place.source_key == "234")
    assert place.flags == ("far_from_grid",)
    assert place.point == (9.1353046, 47.4640078)


def test_dates_keep_their_precision(art):
    place = next(place for one in art.initiatives for place in one.places if place.source_key == "35")
    assert (place.start.iso(), place.until.iso()) == ("2007-05", "2018")
    assert place.until.end() == date(2019, 1, 1)
    # In the file of projects code 0 also stands for a precision that nobody set.
    giebel = next(one for one in art.initiatives if one.name == "GIEBEL")
    assert (giebel.start.precision, giebel.start.iso()) == (Precision.YEAR, "2017")


def test_no_initiative_names_a_private_person_as_its_donor():
    header = (FIXTURES / "swiss_art_projects_structured.csv").read_text(encoding="utf-8").splitlines()[0]
    assert "finance" not in header


def test_every_source_states_licence_and_attribution(premises, pacts, art, italy):
    for batch in (premises, pacts, art, italy):
        source = batch.source
        assert source.code
        assert source.licence
        assert source.attribution
        assert source.url.startswith("https://")
        assert not source.demonstration


def test_a_feature_collection_in_another_coordinate_system_is_refused(tmp_path):
    file = tmp_path / "utm.geojson"
    file.write_text('{"type":"FeatureCollection","crs":{"properties":{"name":"EPSG:32632"}},"features":[]}')
    with pytest.raises(Invalid) as refused:
        list(read_features(file))
    assert refused.value.code == "geometry_crs"
