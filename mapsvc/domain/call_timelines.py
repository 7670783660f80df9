"""The dates of a call, from publication to the final list; they are public, and only an extension moves them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from mapsvc.domain.errors import Invalid
from mapsvc.domain.strict_reading import read_members

#: The order in which the dates of a call follow each other; equal days are allowed.
ORDER = (
    "publish_on", "questions_until", "closes_on", "draw_on", "admissibility_until", "evaluation_until",
    "provisional_on", "observations_until", "final_on",
)  # fmt: skip
#: Without these a call cannot be approved.
NEEDED = ("publish_on", "closes_on", "draw_on", "provisional_on", "observations_until", "final_on")
_ZONES = ("Europe/Rome", "Europe/Zurich", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/London", "UTC")


@dataclass(frozen=True, slots=True)
class Timeline:
    """The dates of a call; each may be open while it is a draft.

    `closes_at` is the time of day of the deadline in `zone`; applications that arrive before that instant count.
    `draw_on` is the day of the public draw that the lottery takes its numbers from, after the last day on which
    applications can change.
    """

    publish_on: date | None = None
    questions_until: date | None = None
    closes_on: date | None = None
    closes_at: time = time(12, 0)
    draw_on: date | None = None
    admissibility_until: date | None = None
    evaluation_until: date | None = None
    provisional_on: date | None = None
    observations_until: date | None = None
    final_on: date | None = None
    site_visits: tuple[date, ...] = ()
    zone: str = "Europe/Rome"

    @property
    def deadline(self) -> datetime | None:
        """Return the instant of the deadline in UTC."""
        if self.closes_on is None:
            return None
        return datetime.combine(self.closes_on, self.closes_at, ZoneInfo(self.zone)).astimezone(UTC)

    def missing(self) -> tuple[str, ...]:
        """Return the dates that have to be there before the call can be approved."""
        return tuple(name for name in NEEDED if getattr(self, name) is None)


def check_timeline(timeline: Timeline) -> None:
    """Raise Invalid where a date comes before one that it follows, or the draw not after the deadline."""
    last: date | None = None
    for name in ORDER:
        day = getattr(timeline, name)
        if day is not None and last is not None and day < last:
            raise Invalid("This day comes before the one it follows.", f"/timeline/{name}", code="timeline_order")
        last = day or last
    if timeline.draw_on and timeline.closes_on and timeline.draw_on <= timeline.closes_on:
        raise Invalid("The draw has to come after the deadline.", "/timeline/draw_on", code="draw_too_early")
    for index, day in enumerate(timeline.site_visits):
        if timeline.closes_on is not None and day > timeline.closes_on:
            at = f"/timeline/site_visits/{index}"
            raise Invalid("A visit after the deadline helps nobody.", at, code="visit_too_late")


def timeline_to_json(timeline: Timeline) -> dict[str, object]:
    """Return the dates as they are stored and published."""
    days: dict[str, object] = {name: _iso(getattr(timeline, name)) for name in ORDER}
    return days | {
        "closes_at": timeline.closes_at.isoformat("minutes"),
        "site_visits": [day.isoformat() for day in timeline.site_visits],
        "zone": timeline.zone,
    }


def read_timeline(value: object, pointer: str = "/timeline") -> Timeline:
    """Return the dates of a JSON object, null or missing where they are open; raises Invalid with a JSON pointer."""
    members = read_members(value, pointer, tuple(one.name for one in fields(Timeline)), all_of_them=False)
    visits = members.get("site_visits") or []
    if not isinstance(visits, list) or len(visits) > 50:
        raise Invalid("A list of days is needed.", f"{pointer}/site_visits", code="not_a_list")
    zone = members.get("zone", "Europe/Rome")
    if zone not in _ZONES:
        raise Invalid("This is not one of the choices.", f"{pointer}/zone", code="unknown_value", value=zone)
    found = Timeline(
        **{name: _day(members.get(name), f"{pointer}/{name}") for name in ORDER},
        closes_at=_time(members.get("closes_at", "12:00"), f"{pointer}/closes_at"),
        site_visits=tuple(sorted(_needed_day(day, f"{pointer}/site_visits/{n}") for n, day in enumerate(visits))),
        zone=str(zone),
    )
    check_timeline(found)
    return found


def moved(timeline: Mapping[str, object], days: int) -> dict[str, object]:
    """Return the JSON of a timeline with every day moved by so many days."""
    written = timeline_to_json(read_timeline(timeline))
    shift = [*ORDER, "site_visits"]
    return written | {name: _moved(written[name], days) for name in shift}


def extended(timeline: Timeline, closes_on: date, closes_at: time) -> Timeline:
    """Return the dates with a new deadline; what comes after the deadline moves by as many days."""
    written = timeline_to_json(timeline)
    days = 0 if timeline.closes_on is None else max(0, (closes_on - timeline.closes_on).days)
    later = ORDER[ORDER.index("closes_on") + 1 :]
    deadline = {"closes_on": closes_on.isoformat(), "closes_at": closes_at.isoformat("minutes")}
    return read_timeline(written | deadline | {name: _moved(written[name], days) for name in later})


def _moved(value: object, days: int) -> object:
    if isinstance(value, list):
        return [_moved(one, days) for one in value]
    return date.fromordinal(date.fromisoformat(str(value)).toordinal() + days).isoformat() if value else None


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(value: object, pointer: str) -> date | None:
    return None if value is None or value == "" else _needed_day(value, pointer)


def _needed_day(value: object, pointer: str) -> date:
    try:
        if isinstance(value, str) and len(value) == 10 and "2000" <= value[:4] <= "2199":
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Invalid("A day is needed, such as 2027-03-01.", pointer, code="not_a_day", value=value)


def _time(value: object, pointer: str) -> time:
    try:
        if isinstance(value, str) and len(value) == 5:
            return time.fromisoformat(value)
    except ValueError:
        pass
    raise Invalid("A time is needed, such as 12:00.", pointer, code="not_a_time", value=value)
