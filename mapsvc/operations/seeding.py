"""Joins the readers of fixtures/ with the use cases that fill a database. What is loaded, and how, stands in those."""

from __future__ import annotations

from collections.abc import Callable

from mapsvc.bootstrap import Services
from mapsvc.config import ROOT
from mapsvc.domain.people import OPERATOR
from mapsvc.exchange import (
    demonstration,
    demonstration_accounts,
    demonstration_indicators,
    fixtures,
    generated,
    sources,
)
from mapsvc.operations import keeping_in_step, recomputing
from mapsvc.usecases import seeding
from mapsvc.usecases.demonstration_calls import complete_calls
from mapsvc.usecases.indicators import load_indicators

FIXTURES = ROOT / "fixtures"
PALERMO = sources.PALERMO.info.code

Report = Callable[[str, int, int], None]


def seed(services: Services, report: Report) -> dict[str, int]:
    """Load the example data and the demonstration accounts; return how many records were new, by noun.

    A repeated load changes nothing. The city's own row is written last, so that a load that was interrupted is known.
    """
    now = services.clock.now()
    added = seeding.load_batches(services.unit_of_work(), fixtures.batches(FIXTURES, now.date()), now, report)
    keeping_in_step.begin(services, PALERMO, fixtures.newest_pacts(FIXTURES))
    invented = demonstration_indicators.indicators(fixtures.neighbourhood_names(FIXTURES))
    added["indicator values"] = load_indicators(services.unit_of_work(), OPERATOR, invented, now)
    accounts = demonstration_accounts.ACCOUNTS
    added["accounts"] = seeding.add_demonstration_people(
        services.unit_of_work(), accounts, services.hash_password, now, demonstration_accounts.COLLECTIVE_SLUG
    )
    calls = demonstration.invented_calls(now.date())
    complete_calls(services.unit_of_work(), calls, services.application_token, now)
    report("demonstration accounts", len(accounts), len(accounts))
    recomputing.recompute(services.settings, report, processes=1)
    seeding.prepare_city(services.unit_of_work(), seeding.DEMONSTRATION_CITY, now)
    return added


def generate_spaces(services: Services, count: int, seed_number: int, report: Report, observations: int = 2) -> int:
    """Add invented spaces with so many observations on average, for measurements; return how many are new."""
    now = services.clock.now()
    batches = [("generated spaces", lambda: generated.build(count, now.date(), seed_number, observations))]
    added = seeding.load_batches(services.unit_of_work(), batches, now, report).get("spaces", 0)
    recomputing.recompute(services.settings, report)
    return added
