"""Periods, durations and timetables in words; dates that are known to the day stand in ``i18n``."""

from datetime import date

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from mapsvc.domain.week import WeeklyHours
from mapsvc.web.i18n import date_text

_DAYS_A_YEAR, _DAYS_A_MONTH = 365, 30
_MINUTES_A_DAY = 24 * 60


def days_text(days: int) -> str:
    """Return a duration in years, months or days, whichever is whole: `3 years`, `6 months`, `45 days`."""
    if days and days % _DAYS_A_YEAR == 0:
        return ngettext("%(num)s year", "%(num)s years", days // _DAYS_A_YEAR)
    if days and days % _DAYS_A_MONTH == 0:
        return ngettext("%(num)s month", "%(num)s months", days // _DAYS_A_MONTH)
    return ngettext("%(num)s day", "%(num)s days", days)


def partial_date_text(value: str | None) -> str:
    """Return a date of which only the year, or year and month, may be known; the text itself if it is no date."""
    if not value:
        return ""
    try:
        if len(value) == len("2027"):
            return value
        if len(value) == len("2027-03"):
            return str(format_date(date.fromisoformat(f"{value}-01"), "MMM y"))
        return date_text(date.fromisoformat(value))
    except ValueError:
        return value


def period_text(starts: str | None, ends: str | None) -> str:
    """Return a period whose ends may be known to the year only; empty when neither is known."""
    first, last = partial_date_text(starts), partial_date_text(ends)
    if first and last:
        return first if first == last else _("%(first)s to %(last)s", first=first, last=last)
    if first:
        return _("since %(day)s", day=first)
    return _("until %(day)s", day=last) if last else ""


def hours_text(hours: WeeklyHours) -> str:
    """Return a timetable with equal days in a row put together: `Mon to Fri 08:00–20:00`."""
    runs: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    for day, periods in enumerate(hours.periods):
        if runs and runs[-1][2] == periods and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day, periods)
        else:
            runs.append((day, day, periods))
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    parts = []
    for first, last, periods in runs:
        if periods:
            days = names[first] if first == last else _("%(first)s to %(last)s", first=names[first], last=names[last])
            parts.append(f"{days} {', '.join(f'{_clock(start)}–{_clock(end)}' for start, end in periods)}")
    return "; ".join(parts)


def _clock(minutes: int) -> str:
    return "24:00" if minutes == _MINUTES_A_DAY else f"{minutes // 60:02d}:{minutes % 60:02d}"
