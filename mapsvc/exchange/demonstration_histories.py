"""Invented histories of observations, one for each state and age that the map can show.

Days are counted back from the day of the demonstration, so that its states do not depend on when it is loaded.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mapsvc.domain.imports import ObservationRecord


@dataclass(frozen=True, slots=True)
class Seen:
    """One invented observation: how many days ago, what, by whom, and how."""

    days_ago: int
    claim: str
    source_kind: str
    quality: str = "photo_onsite"
    note: str = ""


_OFFICER, _NEIGHBOUR, _ANYONE = "officer_visit", "registered_user", "anonymous"
_BROKER, _OWNER, _REGISTER = "trust_broker", "owner_statement", "import_official"

HISTORIES: dict[str, tuple[Seen, ...]] = {
    "confirmed": (
        Seen(64, "vacant", _ANYONE, "onsite_no_photo"),
        Seen(41, "vacant", _NEIGHBOUR),
        Seen(12, "vacant", _OFFICER),
    ),
    "confirmed by neighbours": (
        Seen(35, "vacant", _NEIGHBOUR),
        Seen(21, "vacant", _NEIGHBOUR),
        Seen(8, "vacant", _ANYONE, "onsite_no_photo"),
        Seen(3, "vacant", _NEIGHBOUR, "onsite_no_photo"),
    ),
    "confirmed by owner": (
        Seen(58, "vacant", _OWNER, "remote"),
        Seen(30, "vacant", _BROKER),
        Seen(26, "vacant", _NEIGHBOUR),
    ),
    "confirmed ageing": (Seen(301, "vacant", _NEIGHBOUR), Seen(213, "vacant", _OFFICER)),
    "confirmed stale": (
        Seen(402, "vacant", _NEIGHBOUR),
        Seen(375, "vacant", _BROKER),
        Seen(371, "vacant", _OWNER, "photo_onsite"),
        Seen(368, "vacant", _OFFICER),
    ),
    "probable": (Seen(19, "vacant", _ANYONE, "onsite_no_photo"), Seen(5, "vacant", _NEIGHBOUR)),
    "probable crowd": (
        Seen(11, "vacant", _ANYONE),
        Seen(9, "vacant", _ANYONE),
        Seen(6, "vacant", _ANYONE),
        Seen(2, "vacant", _ANYONE),
    ),
    "probable ageing": (Seen(260, "vacant", _ANYONE), Seen(190, "vacant", _BROKER)),
    "disputed": (Seen(48, "vacant", _NEIGHBOUR), Seen(33, "vacant", _NEIGHBOUR), Seen(6, "occupied", _BROKER)),
    "disputed by owner": (
        Seen(70, "vacant", _NEIGHBOUR),
        Seen(52, "vacant", _NEIGHBOUR),
        Seen(44, "vacant", _ANYONE),
        Seen(17, "occupied", _OWNER, "onsite_no_photo"),
    ),
    "unverified": (Seen(16, "vacant", _ANYONE, "onsite_no_photo"),),
    "unverified unsure": (Seen(28, "vacant", _ANYONE), Seen(22, "unsure", _NEIGHBOUR), Seen(9, "unsure", _ANYONE)),
    "unverified ageing": (Seen(240, "vacant", _NEIGHBOUR, "onsite_no_photo"),),
    "unverified stale": (Seen(560, "vacant", _ANYONE), Seen(425, "vacant", _OFFICER)),
    "occupied": (Seen(120, "vacant", _NEIGHBOUR), Seen(24, "occupied", _OFFICER)),
    "occupied ageing": (Seen(310, "occupied", _OFFICER),),
    "probably occupied": (Seen(150, "vacant", _ANYONE), Seen(14, "occupied", _NEIGHBOUR)),
    "gone": (Seen(95, "vacant", _NEIGHBOUR), Seen(10, "gone", _OFFICER)),
    "register only": (Seen(73, "vacant", _REGISTER, "register"), Seen(60, "vacant", _ANYONE, "onsite_no_photo")),
    "checked for the call": (
        Seen(130, "vacant", _NEIGHBOUR),
        Seen(96, "vacant", _OWNER, "onsite_no_photo"),
        Seen(31, "vacant", _OFFICER),
    ),
}


def observations(space_key: str, history: str, today: date, shift: int = 0) -> tuple[ObservationRecord, ...]:
    """Return the observations of a history for one space, each by another reporter, `shift` days earlier."""
    return tuple(
        ObservationRecord(
            source_key=f"{space_key}:{number}",
            claim=seen.claim,
            observed_at=moment(today, seen.days_ago + shift, number),
            source_kind=seen.source_kind,
            quality=seen.quality,
            reporter_key=f"demonstration:{space_key}:{number}",
            note=seen.note,
        )
        for number, seen in enumerate(HISTORIES[history], start=1)
    )


def moment(today: date, days_ago: int, number: int = 0) -> datetime:
    """Return an instant in the morning of a day before today; `number` spreads instants over the hours."""
    return datetime.combine(today - timedelta(days=days_ago), time(7 + number % 4, (number * 17) % 60), UTC)
