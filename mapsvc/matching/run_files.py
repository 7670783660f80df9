"""The file of a run: its canonical form, its strict reader, and computing an archived one again (matching 3.10)."""

from __future__ import annotations

from collections.abc import Mapping

from mapsvc.domain.call_definitions import Weights
from mapsvc.domain.canonical import pointer_to, sha256
from mapsvc.domain.errors import Invalid
from mapsvc.domain.strict_reading import (
    LONGEST_ID,
    read_by_id,
    read_ids,
    read_members,
    read_pairs,
    read_text,
    read_whole,
)
from mapsvc.matching.market import MOST_SEATS, Reserve, read_mechanism
from mapsvc.matching.micro import MICRO
from mapsvc.matching.outcomes import ENGINE_VERSION, outcome
from mapsvc.matching.runs import ApplicationInput, Locks, LotInput, PairInput, Run, check_run

_LONGEST_SEED = 1_000
_MOST_RULES = 60
_WEIGHTS = ("fit", "impact", "merit", "owner")
_MICROS = ("fit_high_micro", "fit_low_micro", "fit_micro", "impact_micro")


def run_to_json(run: Run) -> dict[str, object]:
    """Return the run as it is hashed and archived; every member is written, defaults too."""
    locks = run.locks
    return {
        "applications": {name: _application_to_json(one) for name, one in run.applications.items()},
        "call": run.call,
        "engine_version": ENGINE_VERSION,
        "locks": {
            "exclude": sorted(locks.exclude),
            "forbid": sorted(list(pair) for pair in locks.forbid),
            "hold_out": sorted(locks.hold_out),
            "require": sorted([name, lot] for name, lot in locks.require.items()),
        },
        "lots": {name: _lot_to_json(lot) for name, lot in run.lots.items()},
        "lottery_seed": run.seed,
        "mechanism": run.mechanism.value,
        "weights": {name: getattr(run.weights, name) for name in _WEIGHTS},
    }


def _application_to_json(given: ApplicationInput) -> dict[str, object]:
    return {
        "accepts_other_lots": given.accepts_other_lots,
        "merit_micro": given.merit,
        "pairs": {
            lot: {
                "blocked_by": sorted(pair.blocked_by),
                "conditional_on": sorted(pair.conditional_on),
                "fit_high_micro": pair.fit_high,
                "fit_low_micro": pair.fit_low,
                "fit_micro": pair.fit,
                "impact_micro": pair.impact,
                "owner_micro": pair.owner,
            }
            for lot, pair in given.pairs.items()
        },
        "ranking": list(given.ranking),
    }


def _lot_to_json(lot: LotInput) -> dict[str, object]:
    reserve = lot.reserve
    return {
        "capacity": lot.capacity,
        "reserve": None if reserve is None else {"eligible": sorted(reserve.eligible), "seats": reserve.seats},
    }


def archive(run: Run) -> dict[str, object]:
    """Return the snapshot that is kept: the run, its result, and the hashes of both."""
    return {"result": outcome(run, sha256(run_to_json(run))), "run": run_to_json(run)}


def replay(given: object) -> dict[str, object]:
    """Compute an archived snapshot again; return `same`, both hashes of the result, and the members that differ.

    Raises Invalid with a pointer where the snapshot is no such file, where it was made by another engine version, or
    where its run is not the one that was hashed.
    """
    members = read_members(given, "", ("result", "run"), all_of_them=True)
    kept = members["result"]
    if not isinstance(kept, dict):
        raise Invalid("An object is needed.", "/result")
    run = read_run(members["run"])
    if kept.get("input_sha256") != sha256(members["run"]):
        raise Invalid("The run is not the one that this result was computed from.", "/result/input_sha256")
    again = outcome(run, sha256(members["run"]))
    names = sorted(set(again) | set(kept))
    differing = [name for name in names if again.get(name) != kept.get(name)]
    return {
        "differing": differing,
        "engine_version": ENGINE_VERSION,
        "input_sha256": again["input_sha256"],
        "result_sha256": again["result_sha256"],
        "result_sha256_archived": kept.get("result_sha256"),
        "same": not differing,
    }


def read_run(given: object) -> Run:
    """Return the run of a parsed file; raises Invalid with a JSON pointer at the first thing that is wrong."""
    names = ("applications", "call", "engine_version", "locks", "lots", "lottery_seed", "mechanism", "weights")
    members = read_members(given, "", names, all_of_them=True)
    if members["engine_version"] != ENGINE_VERSION:
        raise Invalid(f"This run was made by another engine version; this is {ENGINE_VERSION}.", "/engine_version")
    known = read_by_id(members["applications"], "/applications", lambda value, _: value)
    lots = read_by_id(members["lots"], "/lots", lambda value, at: _lot(value, at, known))
    run = Run(
        call=read_text(members["call"], "/call", LONGEST_ID),
        mechanism=read_mechanism(members["mechanism"]),
        weights=_weights(members["weights"]),
        seed=read_text(members["lottery_seed"], "/lottery_seed", _LONGEST_SEED, least=0),
        lots=lots,
        applications=read_by_id(
            members["applications"], "/applications", lambda value, at: _application(value, at, lots)
        ),
        locks=_locks(members["locks"], lots, known),
    )
    check_run(run)
    return run


def _weights(value: object) -> Weights:
    members = read_members(value, "/weights", _WEIGHTS, all_of_them=True)
    return Weights(**{name: read_whole(members[name], f"/weights/{name}", 0, 100) for name in _WEIGHTS})


def _lot(value: object, at: str, applications: Mapping[str, object]) -> LotInput:
    members = read_members(value, at, ("capacity", "reserve"), all_of_them=True)
    capacity = read_whole(members["capacity"], f"{at}/capacity", 1, MOST_SEATS)
    if members["reserve"] is None:
        return LotInput(capacity)
    inside = read_members(members["reserve"], f"{at}/reserve", ("eligible", "seats"), all_of_them=True)
    eligible = read_ids(inside["eligible"], f"{at}/reserve/eligible", applications, "application")
    seats = read_whole(inside["seats"], f"{at}/reserve/seats", 0, MOST_SEATS)
    return LotInput(capacity, Reserve(seats, frozenset(eligible)))


def _application(value: object, at: str, lots: Mapping[str, LotInput]) -> ApplicationInput:
    names = ("accepts_other_lots", "merit_micro", "pairs", "ranking")
    members = read_members(value, at, names, all_of_them=True)
    if not isinstance(members["accepts_other_lots"], bool):
        raise Invalid("true or false is needed.", f"{at}/accepts_other_lots")
    return ApplicationInput(
        ranking=read_ids(members["ranking"], f"{at}/ranking", lots, "lot"),
        merit=read_whole(members["merit_micro"], f"{at}/merit_micro", 0, MICRO),
        pairs=read_by_id(members["pairs"], f"{at}/pairs", _pair, lots, "lot"),
        accepts_other_lots=members["accepts_other_lots"],
    )


def _pair(value: object, at: str) -> PairInput:
    names = ("blocked_by", "conditional_on", *_MICROS, "owner_micro")
    members = read_members(value, at, names, all_of_them=True)
    micro = {name: read_whole(members[name], f"{at}/{name}", 0, MICRO) for name in _MICROS}
    owner = members["owner_micro"]
    return PairInput(
        fit=micro["fit_micro"],
        fit_low=micro["fit_low_micro"],
        fit_high=micro["fit_high_micro"],
        impact=micro["impact_micro"],
        owner=None if owner is None else read_whole(owner, f"{at}/owner_micro", 0, MICRO),
        blocked_by=_rules(members["blocked_by"], f"{at}/blocked_by"),
        conditional_on=_rules(members["conditional_on"], f"{at}/conditional_on"),
    )


def _rules(value: object, at: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MOST_RULES:
        raise Invalid("A list of rules is needed.", at)
    return tuple(read_text(one, pointer_to(at, index), LONGEST_ID) for index, one in enumerate(value))


def _locks(value: object, lots: Mapping[str, object], applications: Mapping[str, object]) -> Locks:
    members = read_members(value, "/locks", ("exclude", "forbid", "hold_out", "require"), all_of_them=True)
    required: dict[str, str] = {}
    for index, (name, lot) in enumerate(read_pairs(members["require"], "/locks/require", lots, applications)):
        if name in required:
            raise Invalid("This application is required at another lot already.", f"/locks/require/{index}")
        required[name] = lot
    return Locks(
        require=required,
        forbid=frozenset(read_pairs(members["forbid"], "/locks/forbid", lots, applications)),
        hold_out=frozenset(read_ids(members["hold_out"], "/locks/hold_out", lots, "lot")),
        exclude=frozenset(read_ids(members["exclude"], "/locks/exclude", applications, "application")),
    )
