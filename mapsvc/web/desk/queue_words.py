"""What waits for a decision, as rows of the queue: kind, time left, one line why, urgency cut into its reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.freshness import assess, urgency
from mapsvc.domain.freshness_policy import DEFAULT
from mapsvc.domain.observations import Claim, Observation
from mapsvc.web.current import now
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.labels import label
from mapsvc.web.place_words import css_of, symbol_of

#: Hours within which a report is decided (publication 5.2).
TARGET_HOURS = 72
#: Kinds of the queue in the order of its chips.
KINDS = ("new", "disputed", "gone", "texts", "check", "group")
#: Kinds that somebody waits for; a check can be late without anybody waiting.
WITH_DEADLINE = frozenset({"new", "disputed", "gone", "texts", "group"})
_TAGS = {"new": "", "disputed": "warn", "gone": "bad", "texts": "", "check": "", "group": ""}


def kind_label(kind: str) -> str:
    """Return the name of a kind of decision, as on its chip."""
    return {
        "": _("All"),
        "new": _("New reports"),
        "disputed": _("Two answers"),
        "gone": _("Said to be gone"),
        "texts": _("Texts and photos"),
        "check": _("Checks due"),
        "group": _("Groups waiting"),
    }[kind]


def _tag_text(kind: str) -> str:
    return {
        "new": _("New report"),
        "disputed": _("Two answers"),
        "gone": _("Said to be gone"),
        "texts": _("Text or photo to look at"),
        "check": _("Not updated"),
        "group": _("Group"),
    }[kind]


def space_item(row: Mapping[str, Any], observations: Sequence[Observation]) -> dict[str, Any]:
    """Return a row of the queue about a space."""
    found = assess(observations, now().date())
    in_call = row["call_opens_on"] is not None
    kind = row["kind"]
    since = _since(row)
    hours = None if since is None else (now() - since).total_seconds() / 3600
    return {
        "key": row["slug"],
        "kind": kind,
        "tag": _("Check before the call") if kind == "check" and in_call else _tag_text(kind),
        "tag_css": "warn" if in_call else _TAGS[kind],
        "time": time_left(hours) if hours is not None else _check_text(row),
        "hours": hours,
        "late": hours is not None and hours > TARGET_HOURS,
        "name": row["name"],
        "why": " ".join(_why(row, observations)),
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "parts": _parts(found.freshness, urgency(found, 0, in_call), in_call),
        "urgency": urgency(found, 0, in_call),
        "in_call": in_call,
        "area": row["area_name"],
        "demonstration": row["demonstration"],
    }


def group_item(group: Any) -> dict[str, Any]:
    """Return a row of the queue about a group that asks to be approved."""
    hours = (now() - group.created_at).total_seconds() / 3600
    return {
        "key": f"group:{group.slug}",
        "kind": "group",
        "tag": _tag_text("group"),
        "tag_css": _TAGS["group"],
        "time": time_left(hours),
        "hours": hours,
        "late": hours > TARGET_HOURS,
        "name": group.name,
        "why": _("Wants to make its own map. Asked %(when)s.", when=ago(group.created_at)),
        "symbol": "m-area",
        "css": "",
        "parts": [],
        "urgency": 0.0,
        "in_call": False,
        "area": "",
        "demonstration": group.demonstration,
    }


def order(item: Mapping[str, Any]) -> tuple[bool, bool, bool, float, float]:
    """Return the key that sorts the worst first: late, then before a call, then whoever waits, then by urgency."""
    waits = item["kind"] in WITH_DEADLINE
    return (not item["late"], not item["in_call"], not waits, -item["urgency"], -(item["hours"] or 0.0))


def time_left(hours: float) -> str:
    """Return how much of the 72 hours is left, or by how much they are over."""
    left = round(TARGET_HOURS - hours)
    if left >= 0:
        return ngettext("%(num)s h left of 72 h", "%(num)s h left of 72 h", left)
    if left > -72:
        return ngettext("%(num)s h over the 72 h", "%(num)s h over the 72 h", -left)
    return ngettext("%(num)s day over the 72 h", "%(num)s days over the 72 h", -left // 24)


def key_of_letters() -> list[dict[str, str]]:
    """Return what the letters of the urgency bar stand for."""
    return [
        {"letter": "O", "text": _("old evidence")},
        {"letter": "A", "text": _("answers differ")},
        {"letter": "C", "text": _("call soon")},
    ]


def _parts(freshness: float, total: float, in_call: bool) -> list[dict[str, Any]]:
    """Return the reasons of U; the part of groups waiting is zero until groups can say that they are interested."""
    old = DEFAULT.urgency_age * (1 - freshness)
    call = DEFAULT.urgency_call * in_call
    letters = key_of_letters()
    values = (old, max(0.0, total - old - call), call)
    return [{"value": value, **letter} for value, letter in zip(values, letters, strict=True)]


def _since(row: Mapping[str, Any]) -> datetime | None:
    if row["kind"] == "new":
        created: datetime = row["created_at"]
        return created
    if row["kind"] == "texts":
        waiting: datetime = row["waiting_since"]
        return waiting
    if row["kind"] in ("disputed", "gone"):
        return datetime.combine(row["status_since"], time(), UTC)
    return None


def _check_text(row: Mapping[str, Any]) -> str:
    due: date | None = row["next_check_due"]
    return _("check due %(day)s", day=date_text(due)) if due else _("no deadline")


def claim_counts(observations: Sequence[Observation]) -> Counter[Claim]:
    """Return how many reporters say what; each counts once, by what they said last."""
    last: dict[object, Claim] = {}
    for seen in observations:
        if seen.claim is not Claim.UNSURE:
            last[seen.who] = seen.claim
    return Counter(last.values())


def claims_text(observations: Sequence[Observation]) -> str:
    """Return who says what in one sentence, such as `2 say vacant, 1 says in use.`."""
    counts = claim_counts(observations)
    said = [
        ngettext("%(num)s says %(claim)s", "%(num)s say %(claim)s", counts[claim], claim=label("claim", claim.value))
        for claim in (Claim.VACANT, Claim.OCCUPIED, Claim.GONE)
        if counts[claim]
    ]
    return ", ".join(said) + "." if said else _("Nobody has said what they saw.")


def _why(row: Mapping[str, Any], observations: Sequence[Observation]) -> list[str]:
    kind = row["kind"]
    if kind == "check":
        words = [_looked(row["last_confirmed_on"])]
    elif kind == "texts":
        words = [_("Published; what was sent with it is not shown yet.")]
    elif kind == "new" and observations:
        newest = observations[-1]
        who, claim = label("source_kind", newest.source_kind.value), label("claim", newest.claim.value)
        words = [_("%(who)s says %(claim)s, %(when)s.", who=who, claim=claim, when=ago(row["created_at"]))]
    else:
        words = [claims_text(observations)]
    if row["photo_count"]:
        words.append(ngettext("%(num)s photo.", "%(num)s photos.", row["photo_count"]))
    if row["call_opens_on"]:
        words.append(_("In a call from %(day)s.", day=date_text(row["call_opens_on"])))
    return words


def _looked(day: date | None) -> str:
    if day is None:
        return _("Nobody has looked yet.")
    return _("Last confirmed %(when)s.", when=ago(day))
