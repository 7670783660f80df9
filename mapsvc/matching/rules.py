"""The shapes of hard rules: two numbers compared, one set inside another, two sets that touch.

Every shape judges one pair with its reasons (`judge`) and all pairs of a batch without them (`effects`); the two agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mapsvc.domain.matches import ConstraintResult, Effect, State
from mapsvc.matching.micro import BoolArray, IntArray
from mapsvc.matching.pairs import Batch, Pair, fail_effect, unknown_effect
from mapsvc.matching.policy import Policy
from mapsvc.matching.readings import MISSING, Reading
from mapsvc.matching.repairs import Proposal, Repair, natural

Effects = NDArray[np.int8]


class Rule(Protocol):
    """One hard rule."""

    @property
    def key(self) -> str:
        """Code and part, such as H14.height."""

    def judge(self, pair: Pair) -> ConstraintResult:
        """Return what the rule says of one pair."""

    def effects(self, batch: Batch) -> Effects | None:
        """Return the effects on all pairs, broadcastable to (m, n); None where the rule concerns no pair."""

    def proposals(self, pair: Pair) -> Iterator[Proposal]:
        """Return single changes that may let the rule pass for a pair that it keeps apart."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What every rule states: code and part, what a missing value does, the unit, who could fix it and how."""

    code: str
    part: str
    unknown: Effect = Effect.CONDITIONAL
    unit: str = ""
    fixable_by: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Code and part, such as H14.height."""
        return f"{self.code}.{self.part}"

    def result(self, state: State, effect: Effect, required: object = None, actual: object = None,
               gap: object = None) -> ConstraintResult:  # fmt: skip
        """Return a result of this rule."""
        fixable_by = self.fixable_by if state in (State.FAIL, State.UNKNOWN) else ()
        return ConstraintResult(self.code, self.part, state, effect, required, actual, gap, self.unit, fixable_by)


@dataclass(frozen=True, kw_only=True)
class Comparison(Named):
    """A number of the offer is at least (or at most) a number of the needs; subclasses say where the numbers are.

    Numbers are whole: natural values times ``scale``. ``show`` turns one into what is shown. A need from
    ``blocks_from`` on blocks where the value is missing, whatever ``unknown`` says. A value equal to ``conditional_at``
    that falls short counts as one to be verified. ``optional`` means that a missing value of the offer makes the rule
    not applicable.
    """

    at_most: bool = False
    scale: int = 1
    show: Callable[[int], object] | None = None
    repairs: tuple[Repair, ...] = ()
    blocks_from: Callable[[Policy], int] | None = None
    conditional_at: int | None = None
    optional: bool = False

    def values(self, pair: Pair) -> tuple[int | None, int | None]:
        """Return (required, actual) of one pair."""
        raise NotImplementedError

    def columns(self, batch: Batch) -> tuple[IntArray, IntArray]:
        """Return (required, actual) of all pairs, broadcastable to (m, n)."""
        raise NotImplementedError

    def judge(self, pair: Pair) -> ConstraintResult:
        """Return what the rule says of one pair."""
        need, have = self.values(pair)
        if need is None or (have is None and self.optional):
            return self.result(State.NOT_APPLICABLE, Effect.NONE)
        if have is None:
            return self.result(State.UNKNOWN, self._unknown(pair.policy, need), self._shown(need))
        short = have - need if self.at_most else need - have
        if short <= 0:
            return self.result(State.PASS, Effect.NONE, self._shown(need), self._shown(have))
        gap = natural(short, self.scale)
        if have == self.conditional_at:
            effect = unknown_effect(pair.policy, self.code, Effect.CONDITIONAL)
            return self.result(State.UNKNOWN, effect, self._shown(need), self._shown(have), gap)
        return self.result(State.FAIL, fail_effect(pair.policy, self.code), self._shown(need), self._shown(have), gap)

    def effects(self, batch: Batch) -> Effects | None:
        """Return the effects on all pairs, None where nobody has the need."""
        need, have = self.columns(batch)
        applies = need != MISSING
        if not applies.any():
            return None
        met = have <= need if self.at_most else have >= need
        effects = np.where(met, Effect.NONE, fail_effect(batch.policy, self.code))
        if self.conditional_at is not None:
            later = unknown_effect(batch.policy, self.code, Effect.CONDITIONAL)
            effects = np.where(~met & (have == self.conditional_at), later, effects)
        effects = np.where(have == MISSING, self._unknown_columns(batch.policy, need), effects)
        return np.asarray(np.where(applies, effects, Effect.NONE), dtype=np.int8)

    def proposals(self, pair: Pair) -> Iterator[Proposal]:
        """Return the repairs of this rule, applied to the pair."""
        need, have = self.values(pair)
        if need is not None:
            for repair in self.repairs:
                if (proposal := repair(pair, need, have)) is not None:
                    yield proposal

    def _shown(self, number: int) -> object:
        return natural(number, self.scale) if self.show is None else self.show(number)

    def _unknown(self, policy: Policy, need: int) -> Effect:
        heavy = self.blocks_from is not None and need >= self.blocks_from(policy)
        return unknown_effect(policy, self.code, Effect.BLOCK if heavy else self.unknown)

    def _unknown_columns(self, policy: Policy, need: IntArray) -> IntArray:
        if self.optional:
            return np.zeros_like(need)
        light = unknown_effect(policy, self.code, self.unknown)
        if self.blocks_from is None:
            return np.full_like(need, light)
        heavy = unknown_effect(policy, self.code, Effect.BLOCK)
        return np.where(need >= self.blocks_from(policy), heavy, light).astype(np.int64)


@dataclass(frozen=True, kw_only=True)
class Threshold(Comparison):
    """A comparison of one reading of the needs with one of the offer; ``nice`` reads the need where it is welcome."""

    need: Reading
    have: Reading
    nice: Reading | None = None

    def values(self, pair: Pair) -> tuple[int | None, int | None]:
        """Return (required, actual) of one pair."""
        return self.need.of(pair.needs), self.have.of(pair.offer)

    def columns(self, batch: Batch) -> tuple[IntArray, IntArray]:
        """Return (required, actual) as (m, 1) and (1, n)."""
        return batch.need(self.need), batch.have(self.have)


@dataclass(frozen=True, kw_only=True)
class Pairwise(Comparison):
    """A comparison of numbers that depend on both sides, on the day or on the policy."""

    one: Callable[[Pair], tuple[int | None, int | None]]
    many: Callable[[Batch], tuple[IntArray, IntArray]]

    def values(self, pair: Pair) -> tuple[int | None, int | None]:
        """Return (required, actual) of one pair."""
        return self.one(pair)

    def columns(self, batch: Batch) -> tuple[IntArray, IntArray]:
        """Return (required, actual), broadcastable to (m, n)."""
        return self.many(batch)


def set_effects(rule: Named, batch: Batch, applies: BoolArray, known: BoolArray, met: BoolArray) -> Effects:
    """Return effects where a rule applies: nothing where met, its policy where not known, else the effect of a fail."""
    unknown = unknown_effect(batch.policy, rule.code, rule.unknown)
    effects = np.where(known, np.where(met, Effect.NONE, fail_effect(batch.policy, rule.code)), unknown)
    return np.asarray(np.where(applies, effects, Effect.NONE), dtype=np.int8)
