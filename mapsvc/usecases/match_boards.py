"""A solved run as the office looks at it: the web asks a board, and what is asked for is computed then.

Who may see a run is asked where it is read (``usecases.match_runs``); a board reads and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from mapsvc.domain.match_boards import Cell, Effect, EmptyBoard, Figures, LockEffect, Move, PairBoard, ToVerify
from mapsvc.matching import match_boards
from mapsvc.matching.outcomes import Solved, rank_sensitive, solve_run


class Board:
    """One solved run; applications and lots go by the ids of the run."""

    def __init__(self, solved: Solved) -> None:
        self.solved = solved

    @property
    def mechanism(self) -> str:
        """The code of the mechanism that gave this result."""
        return self.solved.run.mechanism.value

    @property
    def assignment(self) -> Mapping[str, str | None]:
        """The lot of each application, None without one."""
        return self.solved.assignment

    @property
    def weights(self) -> Mapping[str, int]:
        """The weights by term."""
        return {code: getattr(self.solved.run.weights, code) for code in match_boards.TERMS}

    @cached_property
    def lots(self) -> tuple[str, ...]:
        """The lots in the order of their numbers."""
        return tuple(match_boards.in_order(self.solved.run.lots))

    @cached_property
    def applications(self) -> tuple[str, ...]:
        """The applications: those with a lot in the order of the lots, then the others by id."""
        place = {lot: number for number, lot in enumerate(self.lots)}
        last = len(place)
        return tuple(sorted(self.assignment, key=lambda name: (place.get(self.assignment[name] or "", last), name)))

    @cached_property
    def figures(self) -> Figures:
        """What the mechanism comes to."""
        return match_boards.figures_of(self.solved)

    @cached_property
    def other(self) -> Board:
        """The board of the other mechanism on the same input, for comparison only."""
        return Board(solve_run(match_boards.other_mechanism(self.solved.run)))

    @cached_property
    def holders(self) -> Mapping[str, tuple[str, ...]]:
        """Who holds each lot."""
        return match_boards.holders_of(self.solved)

    @cached_property
    def empty_lots(self) -> tuple[str, ...]:
        """The lots with a free seat."""
        return match_boards.empty_lots(self.solved)

    @cached_property
    def rank_sensitive(self) -> tuple[tuple[str, str], ...]:
        """The pairs whose missing data could turn the result."""
        return tuple(rank_sensitive(self.solved))

    @cached_property
    def rules_to_verify(self) -> int:
        """How many rules of lots nobody has verified yet."""
        return match_boards.rules_to_verify(self.solved.run)

    def capacity(self, lot: str) -> int:
        """Return the seats of a lot."""
        return self.solved.run.lots[lot].capacity

    def reserved(self, lot: str) -> int:
        """Return the reserved seats of a lot."""
        reserve = self.solved.run.lots[lot].reserve
        return 0 if reserve is None else reserve.seats

    def ranking(self, application: str) -> tuple[str, ...]:
        """Return the list of an application, the most wanted lot first."""
        return self.solved.run.applications[application].ranking

    def cell(self, application: str, lot: str) -> Cell:
        """Return how an application stands at a lot."""
        return match_boards.cell_of(self.solved, application, lot)

    def waits(self, application: str) -> bool:
        """Tell whether a rule has to be verified at a lot that the application listed."""
        given = self.solved.run.applications[application]
        return any(given.pairs[lot].conditional_on for lot in given.ranking if lot in given.pairs)

    def pair(self, application: str, lot: str) -> PairBoard:
        """Return everything about one pair; raises Invalid for a foreign one."""
        return match_boards.pair_board(self.solved, application, lot)

    def to_verify(self, shown: int) -> tuple[ToVerify, ...]:
        """Return the first rules to verify, with what follows if they fail."""
        return match_boards.to_verify(self.solved, shown)

    def empty(self, lot: str) -> EmptyBoard | None:
        """Return what would fill a lot; None where it is full."""
        return match_boards.empty_board(self.solved, lot)

    def rules_that_fail(self) -> Mapping[str, int]:
        """Return each rule that keeps listed pairs apart with their number, the one that costs most first."""
        return match_boards.rules_that_fail(self.solved.run)

    def lots_nobody_listed(self) -> tuple[str, ...]:
        """Return the lots that stand on no list."""
        return match_boards.lots_nobody_listed(self.solved.run)

    def effects(self) -> tuple[Effect, ...]:
        """Return how much each term decides."""
        return match_boards.effects_of(self.solved)

    def lock_effect(self) -> LockEffect | None:
        """Return what the decisions taken beforehand change; None without any."""
        return match_boards.lock_effect(self.solved)

    def passed_over(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs in which somebody of lower priority holds a lot that the application would rather have."""
        return match_boards.passed_over(self.solved)

    def blocking(self) -> tuple[tuple[str, str], ...]:
        """Return the pairs that would rather have each other."""
        return match_boards.blocking(self.solved)

    def moves_from(self, before: Board) -> tuple[Move, ...]:
        """Return who has another lot here than on a board before."""
        return match_boards.moves_between(before.solved, self.solved)

    def chosen_first(self) -> tuple[str, str] | None:
        """Return the pair to look at first: a holder on a condition, else the first holder, else the first wish."""
        held = [(name, lot) for name in self.applications if (lot := self.assignment[name]) is not None]
        waiting = [pair for pair in held if self.cell(*pair).to_verify]
        if waiting or held:
            return (waiting or held)[0]
        listed = [(name, self.ranking(name)[0]) for name in self.applications if self.ranking(name)]
        return listed[0] if listed else None
