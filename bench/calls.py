"""Measure a large call from the database to explained results: `python -m bench.calls` after `make run`.

A random call is written into the configured database within one transaction that is never committed, so that nothing of
it remains. Every step is measured end to end, as the pages of the desk use it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from itertools import count, islice
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import text

from mapsvc.bootstrap import build
from mapsvc.domain.call_market import CallHead
from mapsvc.domain.errors import Invalid
from mapsvc.domain.ids import new_id
from mapsvc.domain.run_changes import Changes
from mapsvc.matching.counterfactuals import empty_lots, verify_first, what_would_change
from mapsvc.matching.outcomes import Solved, rank_sensitive, solve_run
from mapsvc.matching.reasons import Explainer
from mapsvc.operations.deployment import Deployment
from mapsvc.usecases.call_market import gather, head_of
from mapsvc.usecases.run_changes import changed
from tests.unit.matching_inputs import Inputs

GROUPS, LOTS, LISTED = 500, 300, 10
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODE = "BENCH-CALL"
THEMES = ("art", "environment", "food", "education")
#: What lets most pairs fit, so that groups compete; the rest stays random.
GOOD: Mapping[str, Any] = {
    "usable_area_m2": 60, "rent_cents": 20_000, "deposit_cents": 0, "condition": "ready", "hazards": [],
    "legal_route": "temporary_use_convention", "prohibited_uses": [], "live_work": "allowed", "dust_odour_tolerance": 3,
    "ventilation": "local_extraction", "hot_work_allowed": True, "certificates": [], "noise_tolerance_day": 3,
    "noise_tolerance_evening": 3, "noise_tolerance_night": 3, "floor_load_kn_m2": 20, "min_term_days": 30,
    "max_term_days": 1_095, "works_days": 0,
}  # fmt: skip
#: Needs that nearly every lot meets, so that it is the priority that decides.
EASY: Mapping[str, Any] = {
    "area_min_m2": 20, "area_ideal_m2": 60, "area_max_m2": 200, "budget_max_cents": 90_000, "deposit_max_cents": 90_000,
    "start_earliest": "2026-12-01", "start_latest": "2028-01-01", "term_min_days": 90, "term_desired_days": 700,
}  # fmt: skip
DROPPED = ("districts_ok", "max_distance_m", "hours", "power_min_kw", "column_free_min_m", "height_min_m",
           "people_peak", "door_min_cm", "storage_min_m2")  # fmt: skip
_SPACE = """
INSERT INTO spaces (id, slug, name, point, geocode_precision, publication_precision, features, record_state,
    availability_state, owner_consent, source_id, source_key, created_at, updated_at, area_id, status_from,
    status_codes, band_codes, last_official_check_on)
SELECT :id, :slug, :slug, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 'street', 'exact', CAST(:features AS jsonb),
    'published', 'in_call', true, (SELECT min(id) FROM sources), :slug, :now, :now,
    (SELECT id FROM areas ORDER BY md5(id::text || :slug) LIMIT 1), ARRAY[CAST('2026-01-01' AS date)],
    ARRAY['confirmed_vacant'], ARRAY['fresh'], CAST('2026-10-01' AS date)
"""
_LOT = """
INSERT INTO lots (id, call_id, space_id, number, starts_on, ends_on)
VALUES (:lot, :call, :id, :number, '2027-01-01', '2030-01-01')
"""
_COLLECTIVE = """
INSERT INTO collectives (id, slug, name, source_id, source_key, created_at, updated_at)
SELECT :collective, :code, :code, min(id), :code, :now, :now FROM sources
"""
_APPLICATION = """
INSERT INTO applications (id, call_id, collective_id, code, state, lang, token_hash, needs, project, receipt,
    submitted_at, merit_micro, created_at, updated_at)
VALUES (:id, :call, :collective, :code, 'scored', 'en', :code, CAST(:needs AS jsonb), CAST(:project AS jsonb), :code,
    :now, :merit, :now, :now)
"""


def write_call(connection: Any) -> None:
    """Write a random call at its matching with its lots, applications and rankings."""
    call, draw = new_id(), random.Random(1)  # noqa: S311 (a market for a measurement)
    connection.execute(
        text(
            "INSERT INTO calls (id, code, title, state, source_id, source_key, created_at, updated_at, lottery_seed)"
            " SELECT :id, :code, '{}', 'matching', min(id), :code, :now, :now, 'seed' FROM sources"
        ),
        {"id": call, "code": CODE, "now": NOW},
    )
    spaces = []
    for number, facts in enumerate(islice(sensible(lambda inputs: inputs.offer("").features), LOTS), start=1):
        spaces.append({
            "id": new_id(), "lot": new_id(), "call": call, "number": number, "slug": f"bench-{number}", "now": NOW,
            "lon": 7.6 + draw.random() / 10, "lat": 45.0 + draw.random() / 10, "features": json.dumps(facts | GOOD),
        })  # fmt: skip
    connection.execute(text(_SPACE), spaces)
    connection.execute(text(_LOT), spaces)
    groups = []
    for number, needs in enumerate(islice(sensible(lambda inputs: inputs.needs()), GROUPS)):
        groups.append({
            "id": new_id(), "collective": new_id(), "call": call, "code": f"APP-{number:04}", "now": NOW,
            "needs": json.dumps(easy(needs)), "merit": 10_000 * draw.randint(60, 95),
            "project": json.dumps({"themes": {draw.choice(THEMES): 1_000_000}}),
        })  # fmt: skip
    connection.execute(text(_COLLECTIVE), groups)
    connection.execute(text(_APPLICATION), groups)
    ranked = [
        {"application": group["id"], "lot": space["lot"], "rank": rank}
        for group in groups
        for rank, space in enumerate(draw.sample(spaces, LISTED), start=1)
    ]
    connection.execute(text("INSERT INTO application_lots VALUES (:application, :lot, :rank)"), ranked)


def easy(needs: Mapping[str, Any]) -> dict[str, Any]:
    """Return needs that nearly every lot meets."""
    return {name: value for name, value in {**needs, **EASY}.items() if name not in DROPPED}


def sensible(make: Callable[[Inputs], Any]) -> Iterator[dict[str, object]]:
    """Yield random needs or facts of the kind that somebody could have sent."""
    for seed in count():
        made = make(Inputs(seed))
        with suppress(Invalid):
            yield type(made).from_json(made.to_json()).to_json()


def explained(solved: Solved) -> int:
    """Give every group its reasons, and the city what keeps lots empty and what to verify; return how many reasons."""
    told = Explainer(solved)
    reasons = sum(len(told.explain(name).others) for name in solved.run.applications)
    empty_lots(solved)
    verify_first(solved.run)
    rank_sensitive(solved)
    return reasons


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the median time of a piece of work."""
    taken = []
    for _ in range(times):
        begin = perf_counter()
        work()
        taken.append(perf_counter() - begin)
    return median(taken)


def main() -> None:
    """Print the times that the design names."""
    services = build(Deployment.here().settings)
    with services.unit_of_work() as uow:
        uow.connection.execute(text("SET LOCAL statement_timeout = 0"))
        write_call(uow.connection)
        call: CallHead = head_of(uow, CODE)
        market = gather(uow, call, NOW)
        solved = solve_run(market.run)
        first = next(name for name, lot in solved.assignment.items() if lot is None)
        weights = Changes(weights={"merit": 40, "impact": 30, "fit": 30, "owner": 0})
        report = {
            "from the database to explained results": (lambda: explained(solve_run(gather(uow, call, NOW).run)), 2.0),
            "of which reading and comparing": (lambda: gather(uow, call, NOW), None),
            "a what-if: other weights": (lambda: solve_run(changed(uow, market, weights).run), 0.3),
            "a what-if: a rule relaxed": (
                lambda: solve_run(changed(uow, market, Changes(relax=frozenset({"H09.evening"}))).run), 0.3,
            ),
            "a what-if from the database on": (
                lambda: solve_run(changed(uow, gather(uow, call, NOW), weights).run), None,
            ),
            "what would change, for one group": (lambda: what_would_change(solved, first), None),
        }  # fmt: skip
        placed = sum(lot is not None for lot in solved.assignment.values())
        print(f"{GROUPS} applications x {LOTS} lots: {placed} placed on {date.today()}")
        for name, (work, bar) in report.items():
            limit = f"(at most {bar:.1f})" if bar is not None else ""
            print(f"{seconds(work):8.3f} s {limit:15} {name}")
    services.engine.dispose()


if __name__ == "__main__":
    main()
