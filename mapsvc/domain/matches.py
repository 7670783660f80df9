"""What goes into a comparison of premises with needs and what comes out of it; the comparing itself is in ``matching``.

Results carry codes and figures, never words: the words belong to whoever shows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from mapsvc.domain.features import Features
from mapsvc.domain.fields import Window
from mapsvc.domain.needs import NeedsProfile


class State(StrEnum):
    """What a constraint says about a pair."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Effect(IntEnum):
    """What follows from it for the pair, mildest first."""

    NONE = 0
    WARN = 1
    CONDITIONAL = 2
    BLOCK = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """Premises as the engine reads them; ``point`` is (longitude, latitude), ``area_ids`` all areas that contain it.

    ``windows`` None means the windows of the features; a lot of a call gives its own period. ``owner_consents`` None
    means that only the availability state speaks, which nobody reaches without consent (domain.md 2.1).
    """

    id: str
    features: Features
    windows: tuple[Window, ...] | None = None
    area_ids: frozenset[str] = frozenset()
    point: tuple[float, float] | None = None
    availability_state: str | None = None
    owner_consents: bool | None = None
    vacancy_status: str | None = None
    band: str | None = None
    last_official_check_on: date | None = None

    @property
    def periods(self) -> tuple[Window, ...] | None:
        """The periods in which the premises are free, None where nobody said."""
        return self.features.windows if self.windows is None else self.windows


@dataclass(frozen=True, slots=True)
class Candidate:
    """A collective as the engine reads it."""

    id: str
    needs: NeedsProfile


@dataclass(frozen=True, slots=True)
class ConstraintResult:
    """One hard rule for one pair: ``code`` is H02 to H19, ``part`` the measure within it.

    ``required`` and ``actual`` are in ``unit``, ``gap`` is what is missing between them; ``fixable_by`` names
    applicant, owner and city in the order in which they could do it and is empty where nobody can.
    """

    code: str
    part: str
    state: State
    effect: Effect
    required: object = None
    actual: object = None
    gap: object = None
    unit: str = ""
    fixable_by: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Code and part in one, such as H14.height."""
        return f"{self.code}.{self.part}"


@dataclass(frozen=True, slots=True)
class FitResult:
    """One soft criterion for one pair in micro-units; ``low`` and ``high`` bound it where data are missing."""

    code: str
    weight: int
    micro: int
    low: int
    high: int
    state: State
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one field that lets a failing rule pass, found by comparing again with the changed value.

    ``side`` says whose field it is: needs, features or offer. ``kind`` is ``change``, or ``verify`` where the value is
    not known yet and ``after`` is the least that a check would have to find. ``makes_feasible`` says whether the pair
    fits with this change alone.
    """

    constraint: str
    side: str
    field: str
    before: object
    after: object
    by: str
    kind: str
    makes_feasible: bool = False


@dataclass(frozen=True, slots=True)
class PairResult:
    """Everything about one pair; fit, bounds and coverage in micro-units, ``start`` and ``days`` of the best period."""

    offer_id: str
    candidate_id: str
    feasible: bool
    fit: int
    low: int
    high: int
    coverage: int
    constraints: tuple[ConstraintResult, ...]
    fits: tuple[FitResult, ...]
    start: date | None = None
    days: int | None = None
    changes: tuple[Change, ...] = ()

    @property
    def blocking(self) -> tuple[ConstraintResult, ...]:
        """The constraints that keep the pair apart."""
        return tuple(one for one in self.constraints if one.effect is Effect.BLOCK)

    @property
    def conditional_on(self) -> tuple[ConstraintResult, ...]:
        """The constraints that must be verified before the pair can be relied on."""
        return tuple(one for one in self.constraints if one.effect is Effect.CONDITIONAL)

    @property
    def warnings(self) -> tuple[ConstraintResult, ...]:
        """The constraints that are not met but do not count in this kind of comparison."""
        return tuple(one for one in self.constraints if one.effect is Effect.WARN)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Pairs in order, best first, of which ``rows`` explains a part; ``total`` and ``feasible`` count all."""

    rows: tuple[PairResult, ...]
    total: int
    feasible: int
