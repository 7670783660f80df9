"""Runs of the matching: their states, who may move them, and what a simulation changes (domain 2.6, matching 3.9).

How a result is computed is in ``matching``; what officers decide beforehand is in ``match_locks``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from mapsvc.domain.errors import Conflict


class RunKind(StrEnum):
    """Why a run is computed."""

    SIMULATION = "simulation"
    OFFICIAL = "official"
    RERUN = "rerun"


class RunState(StrEnum):
    """How far a run is."""

    PREPARED = "prepared"
    FROZEN = "frozen"
    COMPUTED = "computed"
    REVIEWED = "reviewed"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


#: The states that a run may move to; a simulation only ever becomes computed or discarded.
TRANSITIONS: Mapping[RunState, frozenset[RunState]] = {
    RunState.PREPARED: frozenset({RunState.FROZEN, RunState.COMPUTED, RunState.DISCARDED}),
    RunState.FROZEN: frozenset({RunState.COMPUTED, RunState.DISCARDED}),
    RunState.COMPUTED: frozenset({RunState.REVIEWED, RunState.DISCARDED}),
    RunState.REVIEWED: frozenset({RunState.ADOPTED, RunState.DISCARDED}),
    RunState.ADOPTED: frozenset({RunState.SUPERSEDED}),
    RunState.SUPERSEDED: frozenset(),
    RunState.DISCARDED: frozenset(),
}
#: A run in one of these states is the one that the office works on; a call has at most one.
UNDER_WAY = frozenset({RunState.FROZEN, RunState.COMPUTED, RunState.REVIEWED})


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRun:
    """A stored run; `snapshot` is canonical JSON with the members run and, once computed, result.

    `ids` names applications and lots of the snapshot by their ids in the database: {"applications": {code: id},
    "lots": {number: id}}. `pair_details` keeps what the rules said of each listed pair (`domain.pair_details`).
    """

    id: UUID
    call_id: UUID
    kind: RunKind
    state: RunState
    engine_version: str
    python_version: str
    started_at: datetime
    git_commit: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    snapshot: str | None = None
    input_sha256: str | None = None
    result_sha256: str | None = None
    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    pair_details: Mapping[str, Any] = field(default_factory=dict)
    trace: Any = None
    diagnostics: Any = None
    previous_id: UUID | None = None
    started_by: int | None = None
    duration_ms: int | None = None
    frozen_by: int | None = None
    frozen_at: datetime | None = None
    reviewed_by: int | None = None
    reviewed_at: datetime | None = None
    review_note: str = ""
    adopted_by: int | None = None
    adopted_at: datetime | None = None
    act: str | None = None
    ended_reason: str | None = None
    ended_at: datetime | None = None
    version: int = 1

    @property
    def official(self) -> bool:
        """Tell whether the run may be adopted one day; a simulation never is."""
        return self.kind is not RunKind.SIMULATION

    def application_id(self, code: str) -> UUID:
        """Return the id of an application of the snapshot."""
        return UUID(self.ids["applications"][code])

    def lot_id(self, number: str) -> UUID:
        """Return the id of a lot of the snapshot."""
        return UUID(self.ids["lots"][number])


def check_move(run: MatchRun, state: RunState) -> None:
    """Raise Conflict unless the run may move to `state` from where it is; `code` says why not."""
    if run.kind is RunKind.SIMULATION and state not in (RunState.COMPUTED, RunState.DISCARDED):
        raise Conflict("a simulation is never made official", code="run_is_simulation")
    if state not in TRANSITIONS[run.state]:
        raise Conflict("the run is not in a state for that", code=f"run_{run.state.value}", wanted=state.value)


def check_adopter(run: MatchRun, user_id: int | None) -> None:
    """Raise Conflict when the one who froze the input wants to adopt the result: that takes two people."""
    if user_id is None or user_id == run.frozen_by:
        raise Conflict("who froze the run does not adopt it", code="run_four_eyes")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run in a list."""

    id: UUID
    kind: RunKind
    state: RunState
    started_at: datetime
    started_by: int | None
    changes: Mapping[str, Any]
    input_sha256: str | None
    result_sha256: str | None
    adopted_at: datetime | None
    version: int


class MatchRuns(Protocol):
    """Runs of the matching; the database lets one run of a call be under way and one be adopted."""

    def add(self, run: MatchRun) -> bool:
        """Add a run; tell whether there was room: False when another one of the call is under way."""
        ...

    def get(self, run_id: UUID, *, lock: bool = False) -> MatchRun | None:
        """Return a run, locked against other writers on request."""
        ...

    def update(self, run: MatchRun) -> bool:
        """Write a run if its version still holds, raise the version; tell whether it did."""
        ...

    def of_call(self, call_id: UUID) -> list[RunSummary]:
        """Return the runs of a call, the latest first."""
        ...

    def adopted(self, call_id: UUID, *, lock: bool = False) -> MatchRun | None:
        """Return the adopted run of a call."""
        ...

    def under_way(self, call_id: UUID) -> MatchRun | None:
        """Return the official run that the office works on."""
        ...

    def gone(self, run: MatchRun) -> tuple[list[str], list[str]]:
        """Return the applications and the lots of a run that were withdrawn since, by their ids in the snapshot."""
        ...
