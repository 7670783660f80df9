"""Two hundred reads of every door that takes a place do not find a hidden one, by averaging or by measuring distances.

Whoever reads gets the same bytes wherever a coarse place really lies in its cell, along its street or in its area. So
no number in any answer depends on the true position, and nothing computed from the answers can.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from statistics import fmean
from typing import Any, ClassVar

import pytest
from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from mapsvc.bootstrap import build
from mapsvc.domain.publication import Precision, cell_centre, cell_of, public_place
from mapsvc.domain.street_points import StreetLine
from mapsvc.operations.cluster import Urls
from mapsvc.web.app import create_app
from tests.builders import TODAY, Builder
from tests.conftest import empty, settings_for
from tests.db.doors import DOORS
from tests.db.test_doors import UNKNOWN, Visitor, get_rules
from tests.doors_world import COARSE, VIA_ALTA, Coarse, LonLat, World, seed_public

#: Where the true position lies: at both ends of what hides it.
SIDES = ("before", "after")
#: Reads of a door while the true position lies on one side; together two hundred.
READS = 100
#: Reads of a door that takes neither a place nor words: more of them would be the same request again. Several still
#: show whether chance has a part in its answer.
SAME_READS = 6
WHERE = frozenset("bbox zoom lon lat z placed q near address at".split())
AROUND = 0.0045


@pytest.fixture(scope="module")
def scene(database_urls: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, World]]:
    empty(database_urls.owner)
    services = build(replace(settings_for(database_urls, tmp_path_factory.mktemp("var")), today=TODAY.isoformat()))
    world = World(Builder(services))
    seed_public(world)
    yield create_app(services), world
    services.engine.dispose()


class Recording(ImmutableMultiDict[str, str]):
    """Parameters that remember the names under which they were asked for."""

    asked: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None, type: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default, type)

    def getlist(self, key: str, type: Any = None) -> list[Any]:
        self.asked.add(key)
        return super().getlist(key, type)

    def to_dict(self, flat: bool = True) -> Any:
        self.asked.update(WHERE)
        return super().to_dict(flat)


def depends_on_place(app: Flask, address: str) -> bool:
    """Tell whether a door looks at any parameter that says where or what."""
    Recording.asked.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.request_class, "parameter_storage_class", Recording)
        app.test_client().get(address + "?bbox=7.65,45.04,7.69,45.07&zoom=17&lon=7.67&lat=45.05&z=17")
    return bool(Recording.asked & WHERE)


def asked(endpoint: str, rule: Rule, visitor: Visitor, world: World) -> list[str]:
    """Return a hundred addresses of a door: other boxes, zooms and positions around the hidden places.

    A door that takes nothing of the kind is read a few times for each record that it can be asked for.
    """
    door = DOORS[endpoint]
    chance = random.Random(endpoint)
    values = world.public.get(door.noun, ["unknown"]) + world.public.get("page", []) * (door.noun == "space")
    hidden = [coarse.before for coarse in COARSE.values()]
    found = []
    first = visitor.address(rule, UNKNOWN.get(door.noun, values[0]) if values[0] == "unknown" else values[0])
    reads = READS if depends_on_place(visitor.app, first) else SAME_READS * len(values)
    for number in range(min(reads, READS)):
        value = values[number % len(values)]
        address = visitor.address(rule, UNKNOWN.get(door.noun, value) if value == "unknown" else value)
        lon, lat = hidden[number % len(hidden)]
        lon, lat = lon + chance.uniform(-AROUND, AROUND), lat + chance.uniform(-AROUND, AROUND)
        half = chance.choice((0.0003, 0.001, 0.004, 0.02))
        box = f"{lon - half:.5f},{lat - half:.5f},{lon + half:.5f},{lat + half:.5f}"
        query = {
            "bbox": box, "zoom": chance.choice((11, 14, 16, 17, 19)), "lon": f"{lon:.5f}", "lat": f"{lat:.5f}",
            "z": chance.choice((14, 17, 19)), "placed": "map", "q": chance.choice(("via", "alta", "space")),
            "lang": "en",
        }  # fmt: skip
        if endpoint in {"home.show", "spaces.catalogue"} and number % 2:
            del query["q"]
        found.append(address + "?" + "&".join(f"{name}={text}" for name, text in query.items()))
    return found


def put(world: World, side: str) -> None:
    """Move every coarse place to one of its two true positions."""
    for slug, coarse in COARSE.items():
        lon, lat = getattr(coarse, side)
        world.builder.write(
            "UPDATE spaces SET point = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) WHERE slug = :slug",
            lon=lon, lat=lat, slug=slug,
        )  # fmt: skip


def test_two_hundred_reads_of_every_door_depend_on_no_true_position(scene: tuple[Flask, World]) -> None:
    app, world = scene
    visitor = Visitor(app)
    rules = [rule for rule in get_rules(app) if DOORS[rule.endpoint].who in ("anyone", "link")]
    reads = {(rule.endpoint, rule.rule): asked(rule.endpoint, rule, visitor, world) for rule in rules}
    answers: dict[str, dict[str, str]] = {side: {} for side in SIDES}
    for side in SIDES:
        put(world, side)
        for address in itertools.chain.from_iterable(reads.values()):
            answers[side][address] = visitor.text(address)
    differing = [address for address in answers["before"] if answers["before"][address] != answers["after"][address]]
    assert differing == []
    everything = "".join(answers["after"].values())
    assert all(f"/spaces/{slug}" in everything for slug in COARSE), "the coarse places are seen at all"
    assert "Somewhere on Via Alta" in everything


def public_point(coarse: Coarse) -> LonLat:
    place = public_place(*coarse.before, Precision(coarse.precision), streets=[StreetLine("Via Alta", VIA_ALTA)])
    assert place.point is not None
    return place.point


@pytest.mark.parametrize("slug", ["space-cell_100m", "space-street", "space-lonely", "space-objected"])
def test_the_mean_of_all_answers_is_the_published_point(scene: tuple[Flask, World], slug: str) -> None:
    app, world = scene
    visitor, coarse = Visitor(app), COARSE[slug]
    put(world, "before")
    seen: list[tuple[float, float]] = []
    for number in range(2 * READS):
        lon, lat = coarse.before
        half = 0.004 + number * 0.00004
        box = f"{lon - half:.5f},{lat - half:.5f},{lon + half:.5f},{lat + half:.5f}"
        body = visitor.client.get(f"/places.json?bbox={box}&zoom={17 + number % 3}&kinds=space").get_json()
        seen += [(place["lon"], place["lat"]) for place in body["places"] if place["url"] == f"/spaces/{slug}"]
    assert seen, "a box that holds the published point shows the place"
    mean = fmean(lon for lon, _lat in seen), fmean(lat for _lon, lat in seen)
    assert mean == pytest.approx(public_point(coarse), abs=1e-6)
    assert len(set(seen)) == 1
    assert mean != pytest.approx(coarse.before, abs=1e-5)


def test_no_distance_is_told_from_or_to_a_coarse_place(scene: tuple[Flask, World]) -> None:
    app, _world = scene
    visitor = Visitor(app)
    for slug, coarse in COARSE.items():
        for step in range(12):
            lon, lat = coarse.before[0] + step * 0.0001, coarse.before[1] - step * 0.00007
            shown = visitor.text(f"/mark/near?placed=map&lon={lon:.6f}&lat={lat:.6f}")
            for part in re.findall(rf"<li[^>]*>(?:(?!<li).)*{re.escape(slug)}(?:(?!</li>).)*</li>", shown, re.S):
                assert not re.search(r"\b\d+ m\b", re.sub(r"within 100 m", "", part)), part
        close = visitor.text(f"/spaces/{slug}")
        section = close.partition("Close by")[2].partition("</section>")[0]
        assert not re.search(r"\b\d+ m\b|\b\d\.\d km\b", section), section


def test_a_box_of_a_metre_does_not_find_a_coarse_place(scene: tuple[Flask, World]) -> None:
    """Searching by ever smaller boxes leads to the published point, never to the true one."""
    app, world = scene
    visitor = Visitor(app)
    put(world, "before")
    for slug in ("space-cell_100m", "space-street", "space-lonely"):
        coarse = COARSE[slug]
        for (lon, lat), there in ((coarse.before, False), (public_point(coarse), True)):
            box = f"{lon - 0.00001},{lat - 0.00001},{lon + 0.00001},{lat + 0.00001}"
            body = visitor.client.get(f"/places.json?bbox={box}&zoom=19").get_json()
            urls = [place["url"] for place in body["places"]]
            assert (f"/spaces/{slug}" in urls) is there, (slug, there)
            assert body["total"] == 0, "one or two coarse places are not counted"
            assert body["few"] is there


def test_the_two_true_positions_are_worth_testing() -> None:
    for slug, coarse in COARSE.items():
        apart = max(abs(a - b) for a, b in zip(coarse.before, coarse.after, strict=True))
        assert apart > 0.0004, slug
    same = COARSE["space-cell_100m"]
    assert cell_centre(*cell_of(*same.before[::-1])) == cell_centre(*cell_of(*same.after[::-1]))


def test_this_test_can_see_a_position(scene: tuple[Flask, World]) -> None:
    """The exact place beside them is found by the same reads, so that silence is no proof of blindness."""
    app, world = scene
    visitor = Visitor(app)
    exact = world.builder.rows("SELECT ST_X(point) AS lon, ST_Y(point) AS lat FROM spaces WHERE slug = 'via-alta-9'")[0]
    reads = asked("places.by_box", next(r for r in get_rules(app) if r.endpoint == "places.by_box"), visitor, world)
    before = {address: visitor.text(address) for address in reads}
    world.builder.write("UPDATE spaces SET point = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
                        " WHERE slug = 'via-alta-9'", lon=exact.lon + 0.0002, lat=exact.lat)  # fmt: skip
    changed = [address for address in reads if visitor.text(address) != before[address]]
    world.builder.write("UPDATE spaces SET point = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)"
                        " WHERE slug = 'via-alta-9'", lon=exact.lon, lat=exact.lat)  # fmt: skip
    assert changed
