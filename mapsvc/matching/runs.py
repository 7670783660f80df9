"""A run: everything that a match of a call was computed from, so that it can be computed again (matching 3.9, 3.10).

The file of a run holds the parts of each priority, not only the sum, so that an auditor can follow the whole way. How
it is read is in ``run_files``, what is said about its result in ``audits`` and ``reasons``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mapsvc.domain.call_definitions import Mechanism, Weights
from mapsvc.domain.canonical import pointer_to
from mapsvc.domain.errors import Invalid
from mapsvc.matching.market import Market, Pair, Reserve
from mapsvc.matching.priority import Terms, priority

NEVER_OVERRIDDEN = frozenset({"H01", "H07", "H10", "H16", "H18", "H21"})
"""Rules that no decision of an officer overrides (3.9): eligibility, lawful use, emissions, safety, consent; and a lot
that was withdrawn (H21) is no longer there to be given."""


@dataclass(frozen=True)
class PairInput:
    """One application at one lot; fit, its bounds, impact and owner's word in micro-units.

    ``blocked_by`` and ``conditional_on`` name the rules by code and part, such as H04.start.
    """

    fit: int
    fit_low: int
    fit_high: int
    impact: int = 0
    owner: int | None = None
    blocked_by: tuple[str, ...] = ()
    conditional_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class ApplicationInput:
    """An admitted application: its ranking, merit in micro-units, and every pair that was compared."""

    ranking: tuple[str, ...]
    merit: int
    pairs: Mapping[str, PairInput]
    accepts_other_lots: bool = False


@dataclass(frozen=True)
class LotInput:
    """A lot with its identical seats and the reserved ones among them."""

    capacity: int = 1
    reserve: Reserve | None = None


@dataclass(frozen=True)
class Locks:
    """What officers decided beforehand: all of it is part of the input, with its reasons kept beside (3.9)."""

    require: Mapping[str, str] = field(default_factory=dict)
    forbid: frozenset[Pair] = frozenset()
    hold_out: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether there is any lock."""
        return bool(self.require or self.forbid or self.hold_out or self.exclude)


@dataclass(frozen=True)
class Run:
    """The input of a run of a call."""

    call: str
    mechanism: Mechanism
    weights: Weights
    seed: str
    lots: Mapping[str, LotInput]
    applications: Mapping[str, ApplicationInput]
    locks: Locks = field(default_factory=Locks)

    def priority_of(self, application: str, lot: str) -> int:
        """Return π of a compared pair."""
        given = self.applications[application]
        pair = given.pairs[lot]
        return priority(self.weights, Terms(given.merit, pair.impact, pair.fit, pair.owner))

    def bounds_of(self, application: str, lot: str) -> tuple[int, int]:
        """Return the least and the greatest π that the missing data of a pair leave open (3.5)."""
        given = self.applications[application]
        pair = given.pairs[lot]
        ends = (pair.fit_low, pair.fit_high)
        low, high = (priority(self.weights, Terms(given.merit, pair.impact, fit, pair.owner)) for fit in ends)
        return low, high

    def is_open(self, application: str, lot: str) -> bool:
        """Tell whether the application may get the lot: compared, not blocked, and nobody took either of them out."""
        if application in self.locks.exclude or lot in self.locks.hold_out:
            return False
        if self.locks.require.get(application) == lot:
            return True
        pair = self.applications[application].pairs.get(lot)
        return pair is not None and not pair.blocked_by and (application, lot) not in self.locks.forbid

    def wishes_of(self, application: str) -> tuple[str, ...]:
        """Return the lots that an application competes for, the most wanted first.

        Unlisted lots follow the listed ones in the order of their ids where the mechanism is optimal and the group
        ticked that it accepts them (3.7); deferred acceptance knows listed lots only.
        """
        given = self.applications[application]
        wanted = list(given.ranking)
        if self.mechanism is Mechanism.OPTIMAL and given.accepts_other_lots:
            wanted += sorted(set(self.lots) - set(given.ranking))
        return tuple(lot for lot in wanted if self.is_open(application, lot))

    def without_locks(self) -> Run:
        """Return the same run as if no officer had decided anything beforehand."""
        return replace(self, locks=Locks())


def check_run(run: Run) -> None:
    """Raise Invalid with a pointer unless locks and comparisons fit each other (3.9).

    A required pair must be listed and compared, and blocked by no rule that an officer may not override.
    """
    for name, application in run.applications.items():
        at = pointer_to("/applications", name)
        for lot in application.ranking:
            if lot not in application.pairs:
                raise Invalid("This lot is listed and was not compared.", pointer_to(f"{at}/pairs", lot))
        for lot, pair in application.pairs.items():
            if not pair.fit_low <= pair.fit <= pair.fit_high:
                raise Invalid("The fit lies outside its bounds.", pointer_to(f"{at}/pairs", lot))
    check_locks(run)
    _check_owners(run)


def check_locks(run: Run) -> None:
    """Raise Invalid with a pointer unless the locks fit each other, the seats and the law (3.9)."""
    for index, (name, lot) in enumerate(sorted(run.locks.require.items())):
        at = f"/locks/require/{index}"
        if name in run.locks.exclude or lot in run.locks.hold_out or (name, lot) in run.locks.forbid:
            raise Invalid(
                "This pair is required and taken out.", at, code="lock_contradicts", application=name, lot=lot
            )
        given = run.applications[name]
        takes_any = run.mechanism is Mechanism.OPTIMAL and given.accepts_other_lots
        if lot not in given.ranking and not takes_any:
            raise Invalid(
                "This application does not list this lot.", at, code="lock_not_listed", application=name, lot=lot
            )
        stopped = sorted({key for key in given.pairs[lot].blocked_by if key.split(".")[0] in NEVER_OVERRIDDEN})
        if stopped:
            raise Invalid(
                f"No lock overrides {stopped[0]}.",
                at,
                code="lock_overrides",
                application=name,
                lot=lot,
                rule=stopped[0],
            )
    _check_seats(run)


def _check_seats(run: Run) -> None:
    taken: dict[str, int] = {}
    for lot in run.locks.require.values():
        taken[lot] = taken.get(lot, 0) + 1
    for lot, given in run.lots.items():
        at = pointer_to("/lots", lot)
        if taken.get(lot, 0) > given.capacity:
            raise Invalid(
                "More applications are required at this lot than it has seats.", at, code="lock_seats", lot=lot
            )
        if given.reserve is not None and given.reserve.seats > given.capacity:
            raise Invalid("More seats are reserved than the lot has.", at)


def _check_owners(run: Run) -> None:
    """Within one lot everybody is scored on the same terms (3.4): the owner's word stands for all or for none."""
    for lot in run.lots:
        graded = {
            one.pairs[lot].owner is None
            for name, one in run.applications.items()
            if lot in one.pairs and name not in run.locks.exclude
        }
        if len(graded) > 1:
            raise Invalid("The owner graded some of the applications at this lot only.", pointer_to("/lots", lot))


def market_of(run: Run) -> Market:
    """Return the market that the run is solved as: pairs that are not open have gone from the rankings."""
    applications = [name for name in run.applications if name not in run.locks.exclude]
    lots = [lot for lot in run.lots if lot not in run.locks.hold_out]
    prefs = {name: run.wishes_of(name) for name in applications}
    by_lot: dict[str, dict[str, int]] = {lot: {} for lot in lots}
    impact: dict[str, dict[str, int]] = {lot: {} for lot in lots}
    for name, wishes in prefs.items():
        for lot in wishes:
            by_lot[lot][name] = run.priority_of(name, lot)
            impact[lot][name] = run.applications[name].pairs[lot].impact
    return Market(
        capacity={lot: run.lots[lot].capacity for lot in lots},
        mechanism=run.mechanism,
        prefs=prefs,
        priority=by_lot,
        reserves={
            lot: replace(reserve, eligible=reserve.eligible & set(applications))
            for lot in lots
            if (reserve := run.lots[lot].reserve) is not None
        },
        required=dict(run.locks.require),
        # Forbidden pairs have gone from the rankings; the market's own list is for markets without a run.
        forbidden=frozenset(),
        seed=run.seed,
        merit={name: run.applications[name].merit for name in applications},
        impact=impact,
    )
