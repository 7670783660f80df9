"""What every row of the queue has in words: the time left, the order of urgency, the letters of the bar."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

#: Hours within which a report is decided (publication 5.2).
TARGET_HOURS = 72


def order(item: Mapping[str, Any]) -> tuple[bool, bool, bool, float, float]:
    """Return the key that sorts the worst first: late, then before a call, then whoever waits, then by urgency."""
    return (not item["late"], not item["in_call"], not item["waits"], -item["urgency"], -(item["hours"] or 0.0))


def time_left(hours: float, target: int = TARGET_HOURS) -> str:
    """Return how much of the hours to decide is left, or how late the decision is."""
    left = round(target - hours)
    if left >= 0:
        return ngettext("%(num)s h left of %(target)s h", "%(num)s h left of %(target)s h", left, target=target)
    if left > -72:
        return ngettext("%(num)s h late", "%(num)s h late", -left)
    return ngettext("%(num)s day late", "%(num)s days late", -left // 24)


def key_of_letters() -> list[dict[str, str]]:
    """Return what the letters of the urgency bar stand for."""
    return [
        {"letter": "O", "text": _("old evidence")},
        {"letter": "A", "text": _("answers differ")},
        {"letter": "C", "text": _("call soon")},
    ]
