"""An owner's order is noted whole and before the scores are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mapsvc.bootstrap import Services, build
from mapsvc.config import Settings
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound
from mapsvc.usecases import owner_ranks, scores
from tests.builders import NOW, TODAY, Builder
from tests.evaluation_world import CODE, EvaluationWorld, build_world, marks


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    services = build(replace(settings, today=TODAY.isoformat()))
    yield services
    services.engine.dispose()


@pytest.fixture
def world(services: Services) -> EvaluationWorld:
    world = build_world(Builder(services))
    world.admit_all()
    world.name_committee("ada")
    return world


def note(world: EvaluationWorld, lot: int, *order: str, name: str = "officer") -> None:
    owner_ranks.note_order(world.uow(), world.people[name], CODE, lot, order, NOW)


def ranks(world: EvaluationWorld, lot: int) -> dict[str, int] | None:
    _call, orders, _open = owner_ranks.orders(world.uow(), world.people["officer"], CODE)
    found = next(one for one in orders if one.lot.number == lot)
    codes = {one.id: one.code or "" for one in found.candidates}
    return None if found.ranks is None else {codes[one]: rank for one, rank in found.ranks.items()}


def test_an_order_names_everybody_who_listed_the_lot(world: EvaluationWorld) -> None:
    note(world, 1, "APP-0103", "APP-0101", "APP-0102")
    assert ranks(world, 1) == {"APP-0103": 1, "APP-0101": 2, "APP-0102": 3}
    assert ranks(world, 2) is None
    note(world, 1)
    assert ranks(world, 1) is None


@pytest.mark.parametrize(
    ("lot", "order"),
    [(1, ("APP-0101",)), (1, ("APP-0101", "APP-0101", "APP-0102")), (2, ("APP-0101", "APP-0102", "APP-0103"))],
)
def test_a_partial_repeated_or_foreign_order_is_refused(world: EvaluationWorld, lot: int, order: tuple) -> None:
    with pytest.raises(Invalid):
        note(world, lot, *order)
    assert ranks(world, lot) is None


def test_a_withdrawal_closes_its_gap(world: EvaluationWorld) -> None:
    note(world, 1, "APP-0103", "APP-0101", "APP-0102")
    world.make.write("UPDATE applications SET state = 'withdrawn' WHERE code = 'APP-0101'")
    assert ranks(world, 1) == {"APP-0103": 1, "APP-0102": 2}


def test_once_the_scores_are_known_no_order_counts(world: EvaluationWorld) -> None:
    for code in world.applications:
        scores.sign_sheet(world.uow(), world.people["ada"], CODE, code, marks(), 0, NOW)
    with pytest.raises(Conflict) as late:
        note(world, 2, "APP-0101", "APP-0102")
    assert late.value.code == "scores_known"


def test_the_order_is_noted_by_the_office_that_runs_the_call(world: EvaluationWorld) -> None:
    for name in ("far", "director", "auditor", "ada", "stranger"):
        with pytest.raises(Forbidden):
            note(world, 2, "APP-0101", "APP-0102", name=name)
    with pytest.raises(NotFound):
        note(world, 9, "APP-0101")
    world.move("admissibility")
    with pytest.raises(Conflict):
        note(world, 2, "APP-0101", "APP-0102")
