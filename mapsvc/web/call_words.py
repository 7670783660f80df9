"""What a call says of itself, in words: criteria as bars, rules as sentences, dates, what happened."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from mapsvc.domain.call_definitions import CallDefinition
from mapsvc.domain.call_timelines import ORDER, Timeline
from mapsvc.domain.calls import WRITING, Call, CallEvent
from mapsvc.web.call_labels import date_names, event_text, rule_text
from mapsvc.web.i18n import date_text, instant_text, text_in


def criteria_rows(definition: CallDefinition) -> list[dict[str, Any]]:
    """Return the criteria with their points of 100."""
    return [
        {
            "name": text_in(one.label)[0] or one.code,
            "points": one.max_points,
            "least": one.least,
            "text": text_in(one.description)[0],
        }
        for one in definition.criteria
    ]


def rule_rows(definition: CallDefinition, areas: Mapping[str, str]) -> list[str]:
    """Return the rules of eligibility as sentences."""
    papers = {one.code: text_in(one.label)[0] for one in definition.documents}
    papers |= {one.code: text_in(one.label)[0] for one in definition.declarations}
    return [rule_text(rule, areas, papers) for rule in definition.eligibility]


def dates_of(call: Call, at: datetime) -> list[dict[str, Any]]:
    """Return the dates of a call in their order, each with whether it has passed."""
    return date_rows(call.timeline, at.astimezone(ZoneInfo(call.timeline.zone)).date())


def date_rows(timeline: Timeline, today: date) -> list[dict[str, Any]]:
    """Return the dates of a timeline that are set, site visits among them."""
    rows = []
    for name, text in date_names().items():
        day = getattr(timeline, name)
        if day is not None and name in ORDER:
            words = date_text(day)
            if name == "closes_on":
                words = _("%(day)s, %(time)s", day=words, time=timeline.closes_at.strftime("%H:%M"))
            rows.append({"name": text, "text": words, "day": day, "past": day < today})
    rows += [
        {"name": _("Site visit"), "text": date_text(day), "day": day, "past": day < today}
        for day in timeline.site_visits
    ]
    return sorted(rows, key=lambda row: row["day"])


def event_rows(events: Sequence[CallEvent], zone: str, *, public: bool = False) -> list[dict[str, Any]]:
    """Return what happened, the newest first; visitors see nothing from before the opening."""
    return [
        event_row(one.action, one.state, one.details, one.note, one.at, zone)
        for one in reversed(events)
        if not (public and one.action in WRITING)
    ]


def event_row(
    action: str, state: str, details: Mapping[str, Any], note: str, at: datetime, zone: str
) -> dict[str, Any]:
    """Return one thing that happened, for a list."""
    extra = ""
    if action == "extended":
        extra = _(
            "From %(first)s to %(last)s.",
            first=_instant(details.get("from"), zone),
            last=_instant(details.get("to"), zone),
        )
    return {
        "title": event_text(action, state, details),
        "text": " ".join(filter(None, (extra, note))),
        "hash": details.get("sha256") or "",
        "seed": details.get("seed") or "",
        "at": at,
        "at_text": date_text(at),
    }


def _instant(text: object, zone: str) -> str:
    return instant_text(datetime.fromisoformat(text), zone) if isinstance(text, str) else ""
