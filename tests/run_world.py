"""The small call of `evaluation_world`, scored and ready for its matching: three groups, three lots that fit them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.builders import Builder
from tests.evaluation_world import EvaluationWorld, build_world

SEED = "CB-2027|draw:2026-11-19|81-7-45-12-66"
READY: Mapping[str, Any] = {
    "usable_area_m2": 60, "rent_cents": 20_000, "deposit_cents": 20_000, "hazards": [], "condition": "ready",
    "legal_route": "temporary_use_convention", "permitted_uses": ["dance", "visual"], "max_occupancy": 20,
    "energy_class": "B", "daylight_level": 2, "works_high_cents": 0, "works_low_cents": 0,
}  # fmt: skip
NEEDS: Mapping[str, Any] = {
    "area_min_m2": 40, "area_ideal_m2": 60, "budget_max_cents": 30_000, "start_latest": "2027-06-01",
    "term_min_days": 365, "activities": ["visual"],
}  # fmt: skip
MERIT = {"APP-0101": 900_000, "APP-0102": 800_000, "APP-0103": 700_000}


def build_run_world(make: Builder, state: str = "matching", seed: str | None = SEED) -> EvaluationWorld:
    """Return the call at its matching: 0101 lists 1, 2; 0102 lists 2, 1; 0103 lists 1 and comes last in merit."""
    world = build_world(make, state)
    make.write(
        "UPDATE spaces SET features = :features, availability_state = 'in_call', owner_consent = true"
        " WHERE slug LIKE 'lot-%'",
        features=json.dumps(READY),
    )
    for row in make.rows("SELECT id FROM spaces WHERE slug LIKE 'lot-%'"):
        make.observation(row.id, kind="officer_visit", days_ago=20)
    for code, merit in MERIT.items():
        score(world, code, merit)
    make.write("UPDATE calls SET lottery_seed = :seed WHERE id = :id", seed=seed, id=world.call_id)
    return world


def score(world: EvaluationWorld, code: str, merit: int, needs: Mapping[str, Any] = NEEDS) -> None:
    """Give an application its merit and its needs."""
    world.make.write(
        "UPDATE applications SET state = 'scored', merit_micro = :merit, needs = :needs WHERE code = :code",
        merit=merit, needs=json.dumps(dict(needs)), code=code,
    )  # fmt: skip
