"""An invented trial run of ten groups and seven lots, for tests of the workspace of a call."""

from __future__ import annotations

from mapsvc.matching.market import Mechanism
from mapsvc.matching.micro import MICRO
from mapsvc.matching.outcomes import solve_run
from mapsvc.matching.priority import Weights
from mapsvc.matching.runs import ApplicationInput, LotInput, PairInput, Run
from mapsvc.usecases.match_boards import Board
from mapsvc.web.desk.match_words import Faces, GroupFace, LotFace

# Cells are priority and rank; "?" is not verified, "x" fails a rule, "." is not on the list.
ROWS = {
    "APP-0101": ("Falegnameria 22", "wood, 3", "0.69/2  0.71/3  .  0.697/1?  x4  .  ."),
    "APP-0102": ("Officina Rumore", "music, 5 people", ".  0.55/5  0.75/1?  0.51/2  0.54/4  .  0.71/3"),
    "APP-0103": ("Teatro in Cortile", "theatre, 7", ".  0.54/2  x4  0.703/1  .  0.56/3  ."),
    "APP-0104": ("Luce Rossa", "photo, 3", "x5  .  0.67/1  0.72/3  0.74/2  .  0.74/4"),
    "APP-0105": ("Radio Marconi", "radio, 3", "0.48/1?  .  x4  .  .  0.71/2  0.62/3"),
    "APP-0106": ("Cucina di Via Pisa", "food, 6", ".  x4  .  .  0.76/3  0.70/2  0.82/1"),
    "APP-0107": ("Sartoria Condivisa", "repair, 4", "0.67/2  .  0.50/1  .  0.62/3  .  x4"),
    "APP-0108": ("Stamperia Lenta", "print, 4", "0.68/2  .  .  .  x4  0.56/1  0.48/3"),
    "APP-0109": ("Ciclofficina Nord", "repair, 5", "x5  .  0.74/1  0.53/3  .  0.59/4  0.67/2"),
    "APP-0110": ("Archivio Vivo", "heritage, 4", ".  .  0.68/3  x5  0.67/1  0.70/2  0.65/4"),
}
LOTS = {
    "1": ("Via Nizza 18", "38 m²", (45.0587, 7.6795)),
    "2": ("Via Baretti 20", "52 m²", (45.0571, 7.6842)),
    "3": ("Via Saluzzo 42", "68 m²", (45.0552, 7.6797)),
    "4": ("Via Ormea 90", "45 m²", (45.0506, 7.6829)),
    "5": ("Via Galliari 12", "110 m²", (45.0592, 7.6874)),
    "6": ("Via Goito 4", "61 m²", (45.0617, 7.6824)),
    "7": ("Via Belfiore 40", "30 m²", (45.0527, 7.6804)),
}
ANCHORS = (
    (45.0555, 7.6768), (45.0588, 7.6773), (45.0502, 7.6869), (45.0626, 7.6813), (45.0617, 7.6801), (45.0535, 7.6776),
    (45.0625, 7.6840), (45.0602, 7.6886), (45.0500, 7.6782), (45.0618, 7.6853),
)  # fmt: skip


def the_run(mechanism: Mechanism = Mechanism.STABLE, weights: Weights | None = None) -> Run:
    """Return the run; every priority comes out as the table says under the usual weights."""
    applications = {}
    for code, (_name, _line, text) in ROWS.items():
        ranks: dict[str, int] = {}
        cells: dict[str, tuple[int, str]] = {}
        for lot, given in zip(LOTS, text.split(), strict=True):
            if given == ".":
                continue
            if given.startswith("x"):
                ranks[lot], cells[lot] = int(given[1:]), (0, "x")
                continue
            value, rank = given.rstrip("?").split("/")
            ranks[lot], cells[lot] = int(rank), (round(float(value) * MICRO), given[-1])
        merit = _merit([value for value, _sign in cells.values() if value])
        ranking = tuple(sorted(ranks, key=lambda lot: ranks[lot]))
        pairs = {lot: _pair(merit, *cells.get(lot, (600_000, "."))) for lot in LOTS}
        applications[code] = ApplicationInput(ranking, merit, pairs)
    lots = {lot: LotInput() for lot in LOTS}
    return Run("CB-2027", mechanism, weights or Weights(), "seed", lots, applications)


def _merit(priorities: list[int]) -> int:
    """A merit with which every one of these priorities can be reached by impact and fit between 0 and 1."""
    middle = (max(priorities) + min(priorities)) // 2
    return (90 * middle - 20 * MICRO) // 50


def _pair(merit: int, priority: int, sign: str) -> PairInput:
    # Impact and fit are the same and make up what the merit leaves of 90 parts.
    rest = max(0, min(MICRO, round((90 * (priority or 600_000) - 50 * merit) / 40)))
    return PairInput(
        fit=rest, fit_low=rest, fit_high=rest, impact=rest,
        blocked_by=("H02.min",) if sign == "x" else (), conditional_on=("H09.evening",) if sign == "?" else (),
    )  # fmt: skip


def the_board() -> Board:
    """Return the solved run as a board."""
    return Board(solve_run(the_run()))


def the_faces() -> Faces:
    """Return what lots and groups are called."""
    return Faces(
        lots={lot: LotFace(lot, lot, name, area, at) for lot, (name, area, at) in LOTS.items()},
        groups={
            code: GroupFace(code, name, line, at)
            for (code, (name, line, _cells)), at in zip(ROWS.items(), ANCHORS, strict=True)
        },
    )
