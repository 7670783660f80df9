"""The stages of an initiative, its honest end, and when it is asked whether it is still true (domain.md 2.7)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mapsvc.domain.errors import Conflict, Invalid


class Stage(StrEnum):
    """Where an initiative stands; unknown is what nobody confirmed for two years."""

    IDEA = "idea"
    STARTING = "starting"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How an initiative ended; failures are published like successes."""

    COMPLETED = "completed"
    TRANSFORMED = "transformed"
    FAILED = "failed"
    NOT_IMPLEMENTED = "not_implemented"
    UNKNOWN = "unknown"


REMINDED_AFTER = (timedelta(days=274), timedelta(days=365))
"""Its keepers are asked after nine and after twelve months without a word."""
UNKNOWN_AFTER = timedelta(days=730)
"""After two years of silence the service itself says that it does not know."""
LONGEST_NOTE = 2_000
_LIVING = frozenset({Stage.IDEA, Stage.STARTING, Stage.ACTIVE, Stage.PAUSED})
_STEPS: dict[Stage, frozenset[Stage]] = {
    Stage.IDEA: frozenset({Stage.STARTING, Stage.ACTIVE, Stage.PAUSED, Stage.ENDED}),
    Stage.STARTING: frozenset({Stage.ACTIVE, Stage.PAUSED, Stage.ENDED}),
    Stage.ACTIVE: frozenset({Stage.PAUSED, Stage.ENDED}),
    Stage.PAUSED: frozenset({Stage.STARTING, Stage.ACTIVE, Stage.ENDED}),
    # What ended can begin again; both stay in its history.
    Stage.ENDED: frozenset({Stage.STARTING, Stage.ACTIVE}),
    Stage.UNKNOWN: frozenset({Stage.IDEA, Stage.STARTING, Stage.ACTIVE, Stage.PAUSED, Stage.ENDED}),
}


@dataclass(frozen=True, slots=True)
class StageChange:
    """A new stage with the day from which it holds, and at the end its outcome."""

    stage: Stage
    on_day: date
    outcome: Outcome | None = None
    note: str = ""


def change_stage(now: str, wanted: str, outcome: str | None, note: str, on_day: date, today: date) -> StageChange:
    """Return a checked change of stage; raise Conflict for a step that does not exist, Invalid with a pointer else.

    An end needs its outcome, and what failed, changed or was never begun needs a word about it: others learn from it.
    The day is not in the future.
    """
    try:
        stage = Stage(wanted)
    except ValueError:
        raise Invalid("choose one of the listed values", "/stage", code="unknown_value", value=wanted[:60]) from None
    if stage is Stage.UNKNOWN or stage not in _STEPS[Stage(now)]:
        raise Conflict("the stage cannot change like this", code="stage_step", state=now, wanted=wanted)
    if on_day > today:
        raise Invalid("this day has not come yet", "/on_day", code="day_in_future")
    if stage is not Stage.ENDED:
        return StageChange(stage, on_day, None, note)
    try:
        ended = Outcome(outcome or "")
    except ValueError:
        raise Invalid("say how it ended", "/outcome", code="outcome_needed") from None
    if ended in (Outcome.FAILED, Outcome.TRANSFORMED, Outcome.NOT_IMPLEMENTED) and not note:
        raise Invalid("say what happened", "/note", code="outcome_note_needed")
    return StageChange(stage, on_day, ended, note)


def next_stages(now: str) -> tuple[Stage, ...]:
    """Return the stages that can follow, in their usual order."""
    return tuple(stage for stage in Stage if stage in _STEPS[Stage(now)])


def reminder_due(stage: str, heard_on: date | None, reminded_on: date | None, today: date) -> bool:
    """Tell whether the keepers are asked today whether it is still true.

    `heard_on` is the day of the last confirmation; they are asked once after nine months and once after twelve.
    """
    if Stage(stage) not in _LIVING or heard_on is None:
        return False
    passed = [heard_on + after for after in REMINDED_AFTER if heard_on + after <= today]
    return bool(passed) and (reminded_on is None or reminded_on < passed[-1])


def becomes_unknown(stage: str, heard_on: date | None, today: date) -> bool:
    """Tell whether nobody said a word about a living initiative for two years."""
    return Stage(stage) in _LIVING and heard_on is not None and heard_on + UNKNOWN_AFTER <= today
