"""Evidence that can be read again: a strict reader of observations, and an explanation of what follows from them.

Both sides are plain JSON values, so that a decision can be recomputed a year later from a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from math import isfinite
from typing import TypeVar

from mapsvc.domain.errors import Invalid
from mapsvc.domain.freshness import assess, next_change_on, next_check_due
from mapsvc.domain.freshness_policy import DEFAULT, FreshnessPolicy
from mapsvc.domain.observations import (
    GREATEST_RELIABILITY,
    LEAST_RELIABILITY,
    Claim,
    Observation,
    Quality,
    SourceKind,
)

_REQUIRED = ("id", "claim", "source_kind", "quality", "observed_at", "submitted_at", "reporter")
_OPTIONAL = ("cluster_key", "reliability")
# A place seen daily for years stays far below this; more is a wrong file.
MOST_OBSERVATIONS = 10_000
_LONGEST_KEY = 200

_Code = TypeVar("_Code", bound=StrEnum)


def explain(
    observations: Iterable[Observation],
    on: date,
    policy: FreshnessPolicy = DEFAULT,
    *,
    call_opens_on: date | None = None,
    gone_confirmed: bool = False,
) -> dict[str, object]:
    """What the observations say on this UTC day and how much each of them weighs, as values that JSON can carry."""
    known = sorted(observations, key=lambda o: (o.counted_at, o.submitted_at, o.id))
    found = assess(known, on, policy, gone_confirmed=gone_confirmed)
    change = next_change_on(known, on, policy, gone_confirmed=gone_confirmed)
    due = next_check_due(known, on, policy, call_opens_on=call_opens_on, gone_confirmed=gone_confirmed)
    weights = dict(found.weights)
    return {
        "on": on.isoformat(),
        "status": found.status.value,
        "p": {claim.value: p for claim, p in found.p.items()},
        "masses": {claim.value: mass for claim, mass in found.masses.items()},
        "mass": found.mass,
        "freshness": found.freshness,
        "band": found.band.value,
        "last_confirmed_on": _day(found.last_confirmed_on),
        "last_source_kind": None if found.last_source_kind is None else found.last_source_kind.value,
        "count": found.count,
        "next_change_on": _day(change),
        "next_check_due": _day(due),
        "observations": [
            {
                "id": o.id,
                "claim": o.claim.value,
                "source_kind": o.source_kind.value,
                "quality": o.quality.value,
                "observed_on": o.counted_on.isoformat(),
                "weight": weights.get(o.id, 0.0),
            }
            for o in known
        ],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def read_history(data: object) -> list[Observation]:
    """The observations of a parsed JSON list; raises Invalid with a JSON pointer at the first thing that is wrong.

    Each is an object with id, claim, source_kind, quality, observed_at, submitted_at, reporter, and if wanted
    cluster_key and reliability; instants are ISO 8601 with a time zone. Unknown members are refused, as is an id that
    comes twice.
    """
    if not isinstance(data, list):
        raise Invalid("A list of observations is needed.", "")
    if len(data) > MOST_OBSERVATIONS:
        raise Invalid(f"More than {MOST_OBSERVATIONS} observations.", "")
    seen: set[str] = set()
    observations = []
    for index, item in enumerate(data):
        observation = _observation(item, f"/{index}")
        if observation.id in seen:
            raise Invalid("This id comes twice.", f"/{index}/id")
        seen.add(observation.id)
        observations.append(observation)
    return observations


def _observation(item: object, pointer: str) -> Observation:
    if not isinstance(item, dict):
        raise Invalid("An observation is an object.", pointer)
    for name in item:
        if name not in _REQUIRED and name not in _OPTIONAL:
            raise Invalid("This member is not known.", f"{pointer}/{_escaped(str(name))}")
    for name in _REQUIRED:
        if name not in item:
            raise Invalid("This member is missing.", f"{pointer}/{name}")
    submitted_at = _instant(item["submitted_at"], f"{pointer}/submitted_at")
    cluster_key = item.get("cluster_key")
    return Observation(
        id=_text(item["id"], f"{pointer}/id"),
        claim=_code(Claim, item["claim"], f"{pointer}/claim"),
        source_kind=_code(SourceKind, item["source_kind"], f"{pointer}/source_kind"),
        quality=_code(Quality, item["quality"], f"{pointer}/quality"),
        observed_at=min(_instant(item["observed_at"], f"{pointer}/observed_at"), submitted_at),
        submitted_at=submitted_at,
        reporter=_text(item["reporter"], f"{pointer}/reporter"),
        cluster_key=None if cluster_key is None else _text(cluster_key, f"{pointer}/cluster_key"),
        reliability=_reliability(item.get("reliability", 1.0), f"{pointer}/reliability"),
    )


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _text(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid("A text that is not empty is needed.", pointer)
    if len(value) > _LONGEST_KEY:
        raise Invalid(f"At most {_LONGEST_KEY} characters.", pointer)
    if not value.isprintable():
        raise Invalid("Only printable characters.", pointer)
    return value


def _code(kind: type[_Code], value: object, pointer: str) -> _Code:
    if isinstance(value, str):
        for code in kind:
            if code.value == value:
                return code
    raise Invalid("One of these is needed: " + ", ".join(code.value for code in kind) + ".", pointer)


def _instant(value: object, pointer: str) -> datetime:
    if not isinstance(value, str):
        raise Invalid("A date and time in ISO 8601 is needed.", pointer)
    try:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise Invalid("A point in time needs its time zone.", pointer)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid("A date and time in ISO 8601 is needed.", pointer) from None


def _reliability(value: object, pointer: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Invalid("A number is needed.", pointer)
    if not LEAST_RELIABILITY <= value <= GREATEST_RELIABILITY:
        raise Invalid("The reliability lies between 0.5 and 1.5.", pointer)
    return float(value)
