"""Invented calls with everything that a first look needs: rules, applications, signed scores; labelled as invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mapsvc.domain.call_definitions import CallDefinition
from mapsvc.domain.call_timelines import Timeline


@dataclass(frozen=True, slots=True)
class InventedApplication:
    """An application of an invented collective, by its slug; `ranking` holds numbers of lots, the most wanted first.

    `points` are the means that the committee gives by criterion; without them the application was not admitted, for
    `refusal`. `themes` are weights by theme.
    """

    code: str
    collective: str
    title: str
    summary: str
    themes: Mapping[str, int]
    ranking: tuple[int, ...]
    points: Mapping[str, int]
    refusal: str = ""
    norm: str = ""


@dataclass(frozen=True, slots=True)
class InventedCall:
    """A call that is loaded already, by its code, with what makes it complete; `state` is where it stands afterwards.

    `happened` are the states that it went through with their times. `members` are accounts by address, the chair first.
    """

    code: str
    office: str
    definition: CallDefinition
    timeline: Timeline
    draw_description: str
    happened: tuple[tuple[str, datetime], ...]
    lottery_seed: str | None = None
    members: tuple[str, ...] = ()
    applications: tuple[InventedApplication, ...] = ()
    seat: str = ""
