"""How we know: the observations of a space as samples, dots and dates of the macro `evidence`, and in words.

The past and the forecast have a scale each, so that a place of two months and one of four years are both readable.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from mapsvc.domain import freshness
from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.observations import ON_SITE, Claim, Observation, Quality, SourceKind
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.labels import label

_ICONS = {
    SourceKind.OFFICER_VISIT: "officer",
    SourceKind.OWNER_STATEMENT: "owner",
    SourceKind.TRUST_BROKER: "people",
    SourceKind.PARTNER_ORG: "people",
    SourceKind.REGISTERED_USER: "person",
    SourceKind.ANONYMOUS: "passer-by",
    SourceKind.IMPORT_OFFICIAL: "register",
    SourceKind.IMPORT_OPEN: "register",
}
#: Where today stands on the axis: the past is longer than the forecast, unless there is hardly any.
_TODAY, _TODAY_WITHOUT_PAST, _SHORT_PAST_DAYS = 0.56, 0.12, 5
_FORECAST_DAYS, _LONGEST_FORECAST_DAYS = 180, 540
_SAMPLES = 48
_NAMED_YEAR_DAYS = 300


def picture(
    observations: Sequence[Observation], today: date, policy: FreshnessPolicy, *, archived: bool = False
) -> dict[str, Any] | None:
    """Return the arguments of the macro `evidence`; None without observations.

    `archived` says that a moderator confirmed what was said to be gone.
    """
    seen = [one for one in observations if one.counted_on <= today]
    if not seen:
        return None
    first = min(one.counted_on for one in seen)
    now, periods = freshness.conclude(seen, today, policy, gone_confirmed=archived)
    coming = (period for period in periods if period.starts_on > today)
    turned = next((period for period in coming if period.status is not now.status), None)
    turn_on = None if turned is None else turned.starts_on
    ahead = _FORECAST_DAYS if turn_on is None else (turn_on - today).days + _FORECAST_DAYS // 4
    ahead = max(30, min(ahead, _LONGEST_FORECAST_DAYS))
    axis = _Axis(first, today, today + timedelta(days=ahead))
    step = max(3, (axis.last - first).days // _SAMPLES)
    points = freshness.history(seen, today, ahead, step, policy, gone_confirmed=archived)
    samples = [_sample(axis, point, policy) for point in points]
    turn = None
    if turned is not None and turned.starts_on <= axis.last:
        day = date_text(turned.starts_on)
        turn = {
            "at": axis.at(turned.starts_on),
            "text": _("%(status)s from %(day)s", status=_status(turned.status), day=day),
        }
    return {
        "samples": samples,
        "today": axis.at(today),
        "label": _sentence(now, turn),
        "dots": [_dot(axis, one, policy) for one in seen],
        "marks": _marks(axis, seen),
        "turn": turn,
        "today_text": date_text(today),
    }


class _Axis:
    """Days as places between 0 and 1."""

    def __init__(self, first: date, today: date, last: date) -> None:
        self.first, self.today, self.last = first, today, last
        self._past = max(1, (today - first).days)
        self._split = _TODAY if (today - first).days >= _SHORT_PAST_DAYS else _TODAY_WITHOUT_PAST

    def at(self, day: date) -> float:
        if day <= self.today:
            share = (day - self.first).days / self._past if self.today > self.first else 1.0
            return round(self._split * share, 4)
        share = (day - self.today).days / max(1, (self.last - self.today).days)
        return round(self._split + (1 - self._split) * min(1.0, share), 4)


def _sample(axis: _Axis, point: freshness.HistoryPoint, policy: FreshnessPolicy) -> dict[str, Any]:
    total = sum(point.masses.values()) + len(point.masses) * policy.prior_mass
    return {
        "at": axis.at(point.on),
        "vacant": round(point.masses[Claim.VACANT] / total, 4),
        "occupied": round((point.masses[Claim.OCCUPIED] + point.masses[Claim.GONE]) / total, 4),
        "status": point.status.value,
        "observed": point.observed,
    }


def _dot(axis: _Axis, one: Observation, policy: FreshnessPolicy) -> dict[str, Any]:
    # The size tells the source and how it was seen; how reliable the reporter has shown to be is nobody's business.
    strength = policy.source_weights[one.source_kind] * policy.qualities[one.quality]
    share = min(1.0, strength / (policy.source_weights[SourceKind.OFFICER_VISIT] or 1.0))
    return {"at": axis.at(one.counted_on), "says": one.claim.value, "size": round(1 + 2 * share**0.5, 2)}


def _marks(axis: _Axis, seen: Sequence[Observation]) -> list[dict[str, Any]]:
    days = sorted({one.counted_on for one in seen if one.counted_on < axis.today})
    shown = [days[0], days[-1]] if len(days) > 1 else days
    middle = axis.today + (axis.last - axis.today) / 2
    long = (axis.today - axis.first).days > _NAMED_YEAR_DAYS
    past = [{"at": axis.at(day), "text": format_date(day, "d MMM y" if long else "d MMM")} for day in shown]
    months = [(middle, "MMMM"), (axis.last, "MMMM y")]
    return past + [{"at": axis.at(day), "text": format_date(day, pattern)} for day, pattern in months]


def _status(status: freshness.VacancyStatus) -> str:
    words = label("vacancy_status", status.value)
    return words[:1].lower() + words[1:]


def _sentence(now: freshness.Assessment, turn: Mapping[str, Any] | None) -> str:
    start = _("Certainty over time. Today: %(status)s.", status=_status(now.status))
    return f"{start} {turn['text']}." if turn else start


def entries(
    observations: Sequence[Observation], notes: Mapping[str, str], today: date, policy: FreshnessPolicy
) -> list[dict[str, Any]]:
    """Return the observations in words, the newest first: who, what, how seen, and its share of the weight today."""
    weights = dict(freshness.assess(observations, today, policy).weights)
    total = sum(weights.values())
    found = []
    for one in sorted(observations, key=lambda item: item.counted_at, reverse=True):
        who = label("source_kind", one.source_kind.value)
        note = notes.get(one.id)
        found.append(
            {
                "icon": _ICONS[one.source_kind],
                "title": _("%(who)s, on site", who=who) if one.quality in ON_SITE else who,
                "says": one.claim.value,
                "says_text": label("claim", one.claim.value),
                "text": f"“{note}”" if note else "",
                "date": one.counted_on.isoformat(),
                "date_text": date_text(one.counted_on),
                "note": " · ".join((_seen(one.quality), _weighs(one, weights.get(one.id, 0.0), total))),
            }
        )
    return found


def _seen(quality: Quality) -> str:
    return {
        Quality.PHOTO_ONSITE: _("photo"),
        Quality.ONSITE_NO_PHOTO: _("no photo"),
        Quality.REMOTE: _("from memory"),
        Quality.REGISTER: _("from a register"),
    }[quality]


def _weighs(one: Observation, weight: float, total: float) -> str:
    if one.claim is Claim.UNSURE:
        return _("asks for a visit")
    # In steps of five: exact shares would tell how reliable a single reporter has shown to be.
    share = 5 * round(20 * weight / total) if total else 0
    if not share:
        return _("hardly counts now")
    if share == 100:
        return _("alone counts now")
    return _("counts %(share)s%% now", share=number_text(share))
