"""Measure matching on random needs and offers: `python -m bench.matching`."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

from mapsvc.domain.matches import Candidate
from mapsvc.matching.arrays import score_pairs
from mapsvc.matching.pairs import NeedsTable, OfferTable
from mapsvc.matching.rank import rank_collectives, rank_spaces
from tests.unit.matching_inputs import TODAY, Inputs


def milliseconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the median time of a piece of work."""
    taken = []
    for _ in range(times):
        begin = perf_counter()
        work()
        taken.append(1000 * (perf_counter() - begin))
    return median(taken)


def main() -> None:
    """Print the median times of the sizes that the design names."""
    drawn = [Inputs(seed) for seed in range(3_000)]
    offers = [inputs.offer(f"offer-{number:06}") for number, inputs in enumerate(drawn)]
    profiles = [inputs.needs() for inputs in drawn[:300]]
    candidates = [Candidate(f"group-{number:04}", needs) for number, needs in enumerate(profiles)]
    # The cost of a comparison does not depend on whether two offers are alike, so that 3,000 stand for 100,000.
    many = [offers[number % len(offers)] for number in range(100_000)]
    table = OfferTable(many)
    report = {
        "300 x 300 from objects to scores": lambda: score_pairs(NeedsTable(profiles), OfferTable(offers[:300]), TODAY),
        "25 groups for one offer, all explained": lambda: rank_collectives(offers[0], candidates[:25], TODAY),
        "3,000 offers for one group, 25 explained": lambda: rank_spaces(profiles[0], offers, TODAY),
        "100,000 offers for one group, 25 explained": lambda: rank_spaces(profiles[0], many, TODAY),
        "the same with the columns at hand": lambda: rank_spaces(profiles[0], table, TODAY),
        "one page of 25 explanations": lambda: rank_spaces(profiles[0], offers[:50], TODAY),
    }
    for name, work in report.items():
        print(f"{milliseconds(work):9.1f} ms  {name}")


if __name__ == "__main__":
    main()
