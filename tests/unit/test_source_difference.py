"""A register's file against what is stored: nothing is lost, nothing depends on order, a second run finds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Invalid
from mapsvc.domain.imports import PactRecord
from mapsvc.domain.source_difference import another_pact, another_space, compare, fingerprint, said_by
from mapsvc.domain.sources import Held, RowPlan, Seen, SourceDifference, SourceRow
from mapsvc.exchange.headers import recognise
from mapsvc.exchange.palermo_register import COLUMNS, NEEDED

SPACE = UUID(int=5)
TITLES = ("Aiuole dei Leoni", "Piazza pulita", "Steli di Pace", "Giardino Urbano Piazzetta Colonna")
values = st.fixed_dictionaries(
    {"title": st.sampled_from(TITLES)},
    optional={
        "state": st.sampled_from(("signed", "archived", "co_design")),
        "note": st.sampled_from((None, "one", "two")),
        "point": st.sampled_from(([13.36, 38.11], [13.3600001, 38.11], [13.37, 38.12])),
    },
)
files = st.dictionaries(st.sampled_from("ABCDEFG"), values, max_size=7)


def row(key: str, stated: Mapping[str, object]) -> SourceRow:
    return SourceRow(key, stated, PactRecord(key, str(stated.get("title", "")), "signed", "", None))


class World:
    """What is stored, as the use case keeps it, without a database."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.held: dict[UUID, Held] = {}

    def difference(self, file: Mapping[str, Mapping[str, object]], share: float = 1.0) -> SourceDifference:
        rows = [row(key, stated) for key, stated in file.items()]
        return compare(rows, (), list(self.seen.values()), self.held, another_pact, share)

    def take(self, found: SourceDifference) -> None:
        for plan in found.plans:
            self._take(plan)
        for one in found.vanished:
            self.seen[one.key] = replace(one, state="vanished", missed=1)

    def _take(self, plan: RowPlan) -> None:
        key, old = plan.row.key, self.seen.get(plan.row.key)
        if plan.record_id is None:
            record = uuid5(SPACE, f"{key} {len(self.held)}")
            self.held[record] = Held(record, 1, dict(plan.row.values))
        else:
            record, held = plan.record_id, self.held[plan.record_id]
            new = {change.field: change.after for change in plan.changes}
            self.held[record] = replace(held, values={**held.values, **new})
        earlier = (old.record_id, *old.earlier) if old else ()
        said = said_by(plan.row) if plan.said is None else plan.said
        self.seen[key] = Seen(key, record, said=said, earlier=tuple(one for one in earlier if one != record))


def finds_nothing(found: SourceDifference) -> bool:
    return not found.vanished and not any(
        plan.changes or plan.conflicts or plan.reused or plan.record_id is None or plan.remember for plan in found.plans
    )


@given(st.lists(files, min_size=1, max_size=4))
def test_a_second_run_of_a_file_finds_nothing(history: list[dict[str, dict[str, object]]]) -> None:
    world = World()
    for file in history:
        world.take(world.difference(file))
        assert finds_nothing(world.difference(file))


@given(files, files, st.randoms())
def test_the_order_of_rows_does_not_matter(first: dict, second: dict, chance: object) -> None:
    world = World()
    world.take(world.difference(first))
    shuffled = list(second.items())
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert world.difference(dict(shuffled)) == world.difference(second)


@given(st.lists(files, min_size=1, max_size=5))
def test_nothing_is_ever_lost(history: list[dict[str, dict[str, object]]]) -> None:
    world, titles = World(), set[object]()
    for file in history:
        records = len(world.held)
        found = world.difference(file)
        world.take(found)
        titles |= {(key, stated["title"]) for key, stated in file.items()}
        assert len(world.held) >= records
        assert set(world.seen) >= set(file)
        assert {plan.row.key for plan in found.plans} == set(file)
    # Whatever a key ever stood for is still there under its title: another title is another record.
    kept = {
        (key, world.held[one].values["title"])
        for key, seen in world.seen.items()
        for one in (seen.record_id, *seen.earlier)
    }
    assert kept == titles


@given(files, files, st.sampled_from(("state", "note")))
def test_what_was_edited_here_is_never_overwritten(first: dict, second: dict, name: str) -> None:
    world = World()
    world.take(world.difference(first))
    for record, held in world.held.items():
        world.held[record] = replace(held, values={**held.values, name: "ours"}, edited=frozenset({name}))
    before = {record: held.values[name] for record, held in world.held.items()}
    for _ in range(2):
        found = world.difference(second)
        world.take(found)
        assert {record: world.held[record].values[name] for record in before} == before
    known = [key for key, stated in second.items() if key in first and stated["title"] == first[key]["title"]]
    told = {plan.row.key for plan in found.plans if any(one.field == name for one in plan.conflicts)}
    # Named as a conflict for as long as both differ: where the register says something new since the edit.
    # Of what can name a person nothing is remembered: whatever differs from the edit is a conflict.
    known = [key for key in known if name in second[key]]
    assert told == {key for key in known if name == "note" or second[key][name] != first[key].get(name, ...)}


def test_a_row_says_nothing_of_what_it_does_not_state() -> None:
    world = World()
    world.take(world.difference({"A": {"title": TITLES[0], "note": "one", "state": "signed"}}))
    world.take(world.difference({"A": {"title": TITLES[0], "note": None}}))
    (held,) = world.held.values()
    assert held.values == {"title": TITLES[0], "note": None, "state": "signed"}


def test_a_run_that_misses_too_much_stops_and_refused_rows_are_not_missing() -> None:
    world = World()
    world.take(world.difference({key: {"title": TITLES[0]} for key in "ABCDE"}))
    four = {key: {"title": TITLES[0]} for key in "ABCD"}
    assert not world.difference(four, 0.2).stopped
    three = dict(list(four.items())[:3])
    assert world.difference(three, 0.2).stopped
    rows = [row(key, stated) for key, stated in three.items()]
    found = compare(rows, ["D"], list(world.seen.values()), world.held, another_pact, 0.2)
    assert [one.key for one in found.vanished] == ["E"]
    assert not found.stopped


def test_a_key_that_returns_to_what_it_stood_for_finds_the_first_record_again() -> None:
    world = World()
    for title in (TITLES[0], TITLES[1]):
        world.take(world.difference({"A": {"title": title}}))
    first = next(iter(world.held))
    (plan,) = world.difference({"A": {"title": TITLES[0]}}).plans
    assert plan.record_id == first
    assert plan.reused == world.seen["A"].record_id
    world.take(world.difference({"A": {"title": TITLES[0]}}))
    assert len(world.held) == 2


@pytest.mark.parametrize(
    ("row_values", "stored", "another"),
    [
        ("Pitturazione simbolica di una panchina a piazza Don Bosco", "Giornata contro la violenza sulle donne", True),
        ("Rigenerazione della Piazzetta della Libertà", "Rigenerazione delle Piazzetta della Libertà", False),
        ("Spazio-corte dello Stand Florio", "Spazio-corte dello Stand Florio part.37 Fg.64 ", False),
        ("PIAZZA  pulita", "Piazza pulita", False),
    ],
)
def test_real_titles_tell_a_reused_number_from_a_corrected_one(row_values: str, stored: str, another: bool) -> None:
    assert another_pact({"title": row_values}, {"title": stored}) is another


def test_a_place_is_another_one_only_when_name_address_and_position_differ() -> None:
    here = {"name": "Via Nizza 18", "street": "Via Nizza", "number": "18", "point": [7.67, 45.05]}
    far = {"name": "Corso Vercelli 40", "street": "Corso Vercelli", "number": "40", "point": [7.69, 45.09]}
    assert another_space(far, here)
    assert not another_space({**far, "name": "Via Nizza 18"}, here)
    assert not another_space({**far, "point": here["point"]}, here)


def test_a_hash_does_not_tell_rounding_or_an_empty_text_from_none() -> None:
    assert fingerprint("note", "") == fingerprint("note", None) != fingerprint("note", "x")
    assert fingerprint("point", [7.6700001, 45.05]) == fingerprint("point", (7.67, 45.05))


def test_a_renamed_column_is_asked_about_once() -> None:
    columns = ["Id", "Titolo della proposta", "Stato di avanzamento "]
    found, questions = recognise(columns, COLUMNS, NEEDED, {}, {})
    assert [(one.found, one.missing) for one in questions] == [("Titolo della proposta", "Titolo proposta")]
    found, questions = recognise(columns, COLUMNS, NEEDED, {}, {"Titolo della proposta": "Titolo proposta"})
    assert questions == ()
    assert found == {"Id": "Id", "Titolo della proposta": "Titolo proposta", columns[2]: "Stato di avanzamento"}
    with pytest.raises(Invalid):
        recognise(["x", "y"], COLUMNS, NEEDED, {}, {})
