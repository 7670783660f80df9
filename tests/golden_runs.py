"""The runs whose snapshots are kept in tests/snapshots: the worked examples of matching 3.12 and two large ones.

`python -m tests.golden_runs` writes the files anew; that is right only together with a new version of the engine.
`python -m tests.golden_runs replay` computes every kept file again and compares, with whatever Python runs it.
"""

from __future__ import annotations

import json
import platform
import random
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from mapsvc.domain.call_definitions import Mechanism, Weights
from mapsvc.domain.canonical import canonical
from mapsvc.matching.audits import solve_market
from mapsvc.matching.market import Reserve
from mapsvc.matching.run_files import archive, replay
from mapsvc.matching.runs import ApplicationInput, Locks, LotInput, PairInput, Run

FOLDER = Path(__file__).parent / "snapshots"
FIT_ONLY = Weights(merit=0, impact=0, fit=100, owner=0)
SEED = "CB-TO-2027|draw:2027-02-10|81-7-45-12-66"
E2_PRIORITY = {
    "A": {"X": 900_000, "Y": 800_000, "Z": 200_000},
    "B": {"X": 850_000, "Y": 300_000, "Z": 250_000},
    "C": {"X": 400_000, "Y": 350_000, "Z": 300_000},
}
E2_RANKING = {"A": ("X", "Y", "Z"), "B": ("X", "Y", "Z"), "C": ("X", "Z", "Y")}
E8_MARKET = {
    "capacity": {"X": 1, "Y": 1, "Z": 1},
    "mechanism": "stable",
    "prefs": {name: list(ranking) for name, ranking in E2_RANKING.items()},
    "priority_micro": {lot: {name: by_lot[lot] for name, by_lot in E2_PRIORITY.items()} for lot in "XYZ"},
}


def pair(fit: int) -> PairInput:
    """Return a pair whose fit is known."""
    return PairInput(fit, fit, fit)


def e1() -> Run:
    """A missing datum that could turn the result."""
    ours = ApplicationInput(("X",), 785_000, {"X": PairInput(734_087, 684_087, 784_087, impact=700_000)})
    theirs = ApplicationInput(("X",), 760_000, {"X": PairInput(760_000, 760_000, 760_000, impact=760_000)})
    return Run("E1", Mechanism.STABLE, Weights(), "", {"X": LotInput()}, {"ours": ours, "theirs": theirs})


def e2(name: str = "E2", ranking: Mapping[str, tuple[str, ...]] = E2_RANKING) -> Run:
    """Three groups and three lots."""
    applications = {
        one: ApplicationInput(ranking[one], 0, {lot: pair(fit) for lot, fit in by_lot.items()})
        for one, by_lot in E2_PRIORITY.items()
    }
    return Run(name, Mechanism.STABLE, FIT_ONLY, "", {lot: LotInput() for lot in "XYZ"}, applications)


def e3() -> Run:
    """A hub with a reserved seat."""
    fits = {"A": 900_000, "B": 850_000, "C": 800_000, "D": 600_000, "E": 550_000}
    lots = {"H": LotInput(3, Reserve(1, frozenset("DE"))), "S": LotInput()}
    applications = {
        name: ApplicationInput(("H", "S"), 0, {lot: pair(fit) for lot in "HS"}) for name, fit in fits.items()
    }
    return Run("E3", Mechanism.STABLE, FIT_ONLY, "", lots, applications)


def e4() -> Run:
    """Time windows: one group fits, two are kept apart by the start and by the term."""
    applications = {
        "P": ApplicationInput(("L",), 0, {"L": pair(753_425)}),
        "Q": ApplicationInput(("L",), 0, {"L": replace(pair(900_000), blocked_by=("H04.start",))}),
        "R": ApplicationInput(("L",), 0, {"L": replace(pair(900_000), blocked_by=("H05.term",))}),
    }
    return Run("E4", Mechanism.STABLE, FIT_ONLY, "", {"L": LotInput()}, applications)


def e6() -> Run:
    """A tie that the lottery decides."""
    applications = {
        name: ApplicationInput(("X",), 700_000, {"X": PairInput(700_000, 700_000, 700_000, impact=700_000)})
        for name in ("APP-0007", "APP-0011", "APP-0019", "APP-0023")
    }
    return Run("E6", Mechanism.STABLE, Weights(), SEED, {"X": LotInput()}, applications)


def e7() -> Run:
    """Half of the weight on merit: eleven points more would turn it."""
    halves = Weights(merit=50, impact=0, fit=50, owner=0)
    scores = {"A": 900_000, "B": 850_000}
    applications = {name: ApplicationInput(("X",), score, {"X": pair(score)}) for name, score in scores.items()}
    return Run("E7", Mechanism.STABLE, halves, "", {"X": LotInput()}, applications)


def large(name: str, mechanism: Mechanism, groups: int = 60, places: int = 16) -> Run:
    """A random call with ties, reserves, locks, blocked pairs and missing data; the same on every machine."""
    draw = random.Random(name)
    lots = {str(number): LotInput(draw.choice((1, 1, 2, 3))) for number in range(1, places + 1)}
    codes = [f"APP-{number:04}" for number in sorted(draw.sample(range(10_000), groups))]
    for lot in ("2", "3"):
        eligible = frozenset(draw.sample(codes, groups // 4))
        lots[lot] = LotInput(3, Reserve(1, eligible))
    applications = {}
    for code in codes:
        pairs = {lot: _random_pair(draw) for lot in lots}
        ranking = tuple(draw.sample(list(lots), draw.randint(1, 8)))
        applications[code] = ApplicationInput(ranking, 10_000 * draw.randint(60, 90), pairs, draw.random() < 0.3)
    first = next(code for code in codes if not applications[code].pairs[applications[code].ranking[0]].blocked_by)
    locks = Locks(
        require={first: applications[first].ranking[0]},
        forbid=frozenset({(codes[-1], applications[codes[-1]].ranking[0])}),
        hold_out=frozenset({"16"} - {applications[first].ranking[0]}),
        exclude=frozenset({codes[-2]} - {first}),
    )
    return Run(name, mechanism, Weights(), SEED, lots, applications, locks)


def _random_pair(draw: random.Random) -> PairInput:
    fit = 50_000 * draw.randint(8, 18)
    wide = draw.choice((0, 0, 0, 50_000))
    return PairInput(
        fit=fit, fit_low=fit - wide, fit_high=fit + wide, impact=100_000 * draw.randint(2, 9),
        blocked_by=draw.choice(((), (), (), (), ("H02.min",), ("H06.budget", "H17.check"))),
        conditional_on=draw.choice(((), (), ("H09.evening",))),
    )  # fmt: skip


def golden_runs() -> dict[str, Run]:
    """Return every kept run by the name of its file."""
    only_x = {**E2_RANKING, "B": ("X",)}
    runs = {
        "e1": e1(),
        "e2": e2(),
        "e2-optimal": replace(e2(), mechanism=Mechanism.OPTIMAL),
        "e2b": e2("E2b", only_x),
        "e2b-optimal": replace(e2("E2b", only_x), mechanism=Mechanism.OPTIMAL),
        "e3": e3(),
        "e4": e4(),
        "e5": replace(e2("E5"), locks=Locks(require={"C": "X"})),
        "e6": e6(),
        "e7": e7(),
        "large-stable": large("LARGE-1", Mechanism.STABLE),
        "large-optimal": large("LARGE-2", Mechanism.OPTIMAL),
    }
    return dict(sorted(runs.items()))


def golden_files() -> dict[str, bytes]:
    """Return the bytes of every file; e8 is a market, the others are archived runs."""
    files = {f"{name}.json": canonical(archive(run)) for name, run in golden_runs().items()}
    return {**files, "e8-market.json": canonical(E8_MARKET), "e8-result.json": canonical(solve_market(E8_MARKET))}


def replay_all() -> list[str]:
    """Compute every kept file again; return the names of those that came out otherwise."""
    other = []
    for path in sorted(FOLDER.glob("*.json")):
        kept = json.loads(path.read_bytes())
        if path.name == "e8-market.json":
            same = canonical(solve_market(kept)) == (FOLDER / "e8-result.json").read_bytes()
        else:
            same = path.name == "e8-result.json" or replay(kept)["same"] is True
        if not same:
            other.append(path.name)
    return other


def main(arguments: list[str]) -> int:
    """Write the files, or replay them and say with which Python."""
    if arguments == ["replay"]:
        other, count = replay_all(), len(list(FOLDER.glob("*.json")))
        verdict = f"differ: {', '.join(other)}" if other else "the same bytes"
        print(f"Python {platform.python_version()}: {count} snapshots, {verdict}")
        return int(bool(other))
    FOLDER.mkdir(exist_ok=True)
    for name, data in golden_files().items():
        (FOLDER / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
