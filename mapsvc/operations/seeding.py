"""Loading data into a deployment: the real data of fixtures/ with the labelled demonstration, or generated spaces."""

from collections.abc import Callable

from mapsvc.bootstrap import Services
from mapsvc.config import ROOT
from mapsvc.exchange import fixtures, generated
from mapsvc.exchange.demonstration_accounts import ACCOUNTS, COLLECTIVE_SLUG
from mapsvc.usecases.seeding import DEMONSTRATION_CITY, add_demonstration_people, load_batches, prepare_city

FOLDER = ROOT / "fixtures"

#: Told what is being done, how much of it is done and how much there is.
Report = Callable[[str, int, int], None]


def seed(services: Services, report: Report) -> dict[str, int]:
    """Load everything in fixtures/ and the demonstration; return how many records are new, by noun.

    Loading twice adds nothing. The accounts come last, so that their absence tells of a load that was interrupted.
    """
    now = services.clock.now()
    prepare_city(services.unit_of_work(), DEMONSTRATION_CITY, now)
    added = load_batches(services.unit_of_work(), fixtures.batches(FOLDER, now.date()), now, report)
    add_demonstration_people(services.unit_of_work(), ACCOUNTS, services.hash_password, now, COLLECTIVE_SLUG)
    return added


def generate_spaces(services: Services, count: int, seed_number: int, report: Report) -> dict[str, int]:
    """Add `count` invented spaces around Torino, the same ones for the same number; return how many are new."""
    now = services.clock.now()
    batch = ("generated", lambda: generated.build(count, now.date(), seed_number))
    return load_batches(services.unit_of_work(), [batch], now, report)
