"""What a frozen run keeps of each listed pair beside the rules' codes: the figures that the group is told later.

The facts of premises and needs go on changing; the reasons of a result are those of the moment it was computed from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mapsvc.domain.matches import Change, ConstraintResult, Effect, FitResult, State
from mapsvc.domain.week import WeeklyHours


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes that together let every rule of a pair pass, and the fit with its bounds once they are made."""

    changes: tuple[Change, ...]
    fit: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class PairDetail:
    """The rules that keep a pair apart, what would remedy that, and the criteria of its fit."""

    rules: tuple[ConstraintResult, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    fits: tuple[FitResult, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys of the rules that keep the pair apart."""
        return frozenset(one.key for one in self.rules)

    def to_json(self) -> dict[str, Any]:
        """Return the form that `detail_from_json` reads."""
        return {
            "rules": [_rule_to_json(one) for one in self.rules],
            "remedies": [
                {"changes": [_change_to_json(one) for one in remedy.changes], "fit": remedy.fit, "low": remedy.low,
                 "high": remedy.high}
                for remedy in self.remedies
            ],
            "fits": [[one.code, one.weight, one.micro, one.state.value] for one in self.fits],
        }  # fmt: skip


def detail_from_json(given: Mapping[str, Any]) -> PairDetail:
    """Return what was kept of a pair; the parameters of its criteria are not among it."""
    return PairDetail(
        rules=tuple(_rule_from_json(one) for one in given["rules"]),
        remedies=tuple(
            Remedy(tuple(_change_from_json(each) for each in one["changes"]), one["fit"], one["low"], one["high"])
            for one in given["remedies"]
        ),
        fits=tuple(
            FitResult(code, weight, micro, micro, micro, State(state)) for code, weight, micro, state in given["fits"]
        ),
    )


def _rule_to_json(one: ConstraintResult) -> dict[str, Any]:
    return {
        "code": one.code, "part": one.part, "state": one.state.value, "unit": one.unit, "by": list(one.fixable_by),
        "required": _kept(one.required), "actual": _kept(one.actual), "gap": _kept(one.gap),
    }  # fmt: skip


def _rule_from_json(one: Mapping[str, Any]) -> ConstraintResult:
    return ConstraintResult(
        one["code"], one["part"], State(one["state"]), Effect.BLOCK, _read(one["required"]), _read(one["actual"]),
        _read(one["gap"]), one["unit"], tuple(one["by"]),
    )  # fmt: skip


def _change_to_json(one: Change) -> dict[str, Any]:
    # What it was before is not told, so it is not kept.
    return {
        "rule": one.constraint, "side": one.side, "field": one.field, "after": _kept(one.after), "by": one.by,
        "kind": one.kind, "enough": one.makes_feasible,
    }  # fmt: skip


def _change_from_json(one: Mapping[str, Any]) -> Change:
    return Change(
        one["rule"], one["side"], one["field"], None, _read(one["after"]), one["by"], one["kind"], one["enough"]
    )


def _kept(value: object) -> object:
    """Return a figure as JSON; only numbers, texts, days, lists of codes and timetables have words and are kept."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, WeeklyHours):
        return {"hours": value.to_json()}
    if isinstance(value, tuple | list | frozenset | set) and all(isinstance(one, str) for one in value):
        return sorted(value) if isinstance(value, frozenset | set) else list(value)
    return None


def _read(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, Mapping):
        return date.fromisoformat(value["day"]) if "day" in value else WeeklyHours.from_json(value["hours"])
    return value
