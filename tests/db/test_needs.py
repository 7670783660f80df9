"""Need of areas: loaded by officers, weighed in public, drawn for everybody, the same numbers everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, Stale
from mapsvc.domain.imports import THEMES, Upload
from mapsvc.domain.people import OPERATOR, Actor, Grant, Role
from mapsvc.exchange.indicators import read_indicators
from mapsvc.usecases.indicators import load_indicators, need_of, weigh_indicators
from mapsvc.web.app import create_app

OFFICER = Actor(1, "Olmo", grants=(Grant(Role.OFFICER),))


@pytest.fixture
def services(seeded_settings: Settings) -> Iterator[Services]:
    made = build(seeded_settings)
    before = weights(made)
    yield made
    # The weights are put back, so that no test depends on another one.
    restored = {code: (version, before.get(code, (0, 0))[1]) for code, (version, _weight) in weights(made).items()}
    weigh_indicators(made.unit_of_work(), OFFICER, restored, made.clock.now())
    made.engine.dispose()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    return create_app(services).test_client()


def table(rows: str, title: str = "Figures of the city") -> Upload:
    return Upload("figures.csv", rows.encode(), title, "CC-BY-4.0", "Office")


def load(services: Services, rows: str, title: str = "Figures of the city") -> int:
    file = read_indicators(table(rows, title))
    return load_indicators(services.unit_of_work(), OFFICER, file, services.clock.now())


def weights(services: Services) -> dict[str, tuple[int, int]]:
    with services.unit_of_work() as uow:
        return {one.code: (one.version, one.weight) for one in uow.indicators.all()}


def weigh(services: Services, **wanted: int) -> dict[str, int]:
    known = weights(services)
    decided = {code: (known[code][0], wanted.get(code, 0)) for code in known}
    return weigh_indicators(services.unit_of_work(), OFFICER, decided, services.clock.now())


def test_the_page_the_file_and_the_matching_say_the_same(services: Services, client: FlaskClient) -> None:
    said = client.get("/needs.json").json
    assert len(said["areas"]) == 23
    assert client.get("/needs").status_code == 200
    lines = client.get("/needs.csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 24
    area = said["areas"][0]
    row = next(line for line in lines if line.startswith(f"{area['slug']},"))
    assert row.split(",")[2] == str(round(area["need_micro"] / 10_000))
    with services.unit_of_work() as uow:
        known = uow.indicators.areas_named({area["slug"]})[area["slug"]]
        matched = need_of(uow, [known])[known]
    general = area["by_theme_micro"]["general"]
    assert matched == {theme: area["by_theme_micro"].get(theme, general) for theme in THEMES}


def test_a_file_is_loaded_and_weighed(services: Services, client: FlaskClient) -> None:
    rows = (
        'indicatore,quartiere,anno,valore,verso,nome\nnidi,Aurora,2025,"3,5",meno,Posti nido\n'
        "nidi,Centro,2025,9,meno,\n"
    )
    assert load(services, rows) == 2
    assert load(services, rows) == 0, "the same file again changes nothing"
    assert weights(services)["nidi"][1] == 0, "nothing weighs before somebody says so"
    before = client.get("/needs.json").json
    assert set(weigh(services, nidi=5)) == set(weights(services)), "all the others were weighed before"
    after = {area["name"]: area["need_micro"] for area in client.get("/needs.json").json["areas"]}
    assert (after["Aurora"], after["Centro"], after["Vanchiglia"]) == (1_000_000, 0, None)
    assert {area["name"]: area["need_micro"] for area in before["areas"]} != after
    page = client.get("/needs?layer=nidi").text
    assert "Posti nido" in page
    assert "not known" in page


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("indicator,area,period\nx,Aurora,2025\n", "column_missing"),
        ("indicator,area,period,value\nx,Aurora,2025,many\n", "not_a_number"),
        ("indicator,area,period,value\nx,Aurora,2025,1e999\n", "not_finite"),
        ("indicator,area,period,value\n=x,Nowhere,2025,1\n", "unknown_area"),
        ("indicator,area,period,value\n9,Aurora,2025,1\n", "bad_indicator_code"),
        ("indicator,area,period,value,theme\nx,Aurora,2025,1,magic\n", "unknown_theme"),
        ("indicator,area,period,value\nx,Aurora,2025,1\nx,Aurora,2025,2\n", "value_twice"),
        ("indicator,area,period,value,n\nx,Aurora,2025,1,4\n", "group_too_small"),
    ],
)
def test_a_bad_table_says_what_is_wrong_and_changes_nothing(services: Services, rows: str, code: str) -> None:
    before = weights(services)
    with pytest.raises(Invalid) as refused:
        load(services, rows)
    assert refused.value.code == code
    assert weights(services) == before


def test_a_figure_of_another_source_is_not_taken_over(services: Services) -> None:
    with pytest.raises(Conflict):
        load(services, "indicator,area,period,value\nshutters_down,Aurora,2025,1\n")


def test_only_the_office_loads_and_weighs(services: Services) -> None:
    now = services.clock.now()
    for actor in (Actor(2), Actor(3, grants=(Grant(Role.MODERATOR),)), Actor(4, grants=(Grant(Role.AUDITOR),))):
        with pytest.raises(Forbidden):
            load_indicators(
                services.unit_of_work(),
                actor,
                read_indicators(table("indicator,area,period,value\nx,Aurora,1,1\n")),
                now,
            )
        with pytest.raises(Forbidden):
            weigh_indicators(services.unit_of_work(), actor, {}, now)


def test_of_two_officers_the_second_is_told(services: Services) -> None:
    version, _weight = weights(services)["cultural_places"]
    now = services.clock.now()
    weigh_indicators(services.unit_of_work(), OPERATOR, {"cultural_places": (version, 7)}, now)
    with pytest.raises(Stale):
        weigh_indicators(services.unit_of_work(), OFFICER, {"cultural_places": (version, 3)}, now)
    assert weights(services)["cultural_places"][1] == 7
    with pytest.raises(Invalid):
        weigh(services)


def test_a_gap_names_a_place_that_could_help(client: FlaskClient) -> None:
    page = client.get("/needs").text
    said = {area["name"]: area["need_micro"] for area in client.get("/needs.json").json["areas"]}
    named = page.partition('id="gaps"')[2].partition('id="method"')[0]
    high = [name for name, need in said.items() if need >= 600_000]
    assert [name for name in said if f">{name}</a></h3>" in named]
    assert all(name in high for name in said if f">{name}</a></h3>" in named)


def test_the_page_of_an_area_says_its_place(client: FlaskClient) -> None:
    area = client.get("/needs.json").json["areas"][0]
    page = client.get(f"/areas/{area['slug']}").text
    assert 'id="need"' in page
    assert f'<b class="num">{round(area["need_micro"] / 10_000)}</b>' in page


def test_nothing_is_asked_for_in_vain(client: FlaskClient) -> None:
    for path in ("/needs?layer=none", "/needs?level=none", "/needs?in=none", "/needs.csv?in=none"):
        assert client.get(path).status_code == 404
