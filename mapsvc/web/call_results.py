"""The published list of a call as its public page draws it: lots, codes, cut-offs, who waits, hashes; codes only."""

import calendar
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.spatial import calls
from mapsvc.web import result_words as words
from mapsvc.web.current import connection
from mapsvc.web.desk.match_words import lock_kind, lock_reasons, ordinal, share
from mapsvc.web.explanations import MICRO
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.place_words import place_name


def of_call(call_id: UUID, lots: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return what `calls/parts/results.html` reads, None before a list is published."""
    published = calls.results(connection(), call_id)
    if not published:
        return None
    places = {str(lot["number"]): lot for lot in lots}
    return view_of(published, places, calls.outcomes(connection(), call_id))


def view_of(
    published: Sequence[Mapping[str, Any]],
    places: Mapping[str, Mapping[str, Any]],
    outcomes: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the newest list in words and figures, with the hashes of all of them."""
    content = json.loads(published[0]["content"])
    rows = [_lot(one, places.get(one["lot"]), outcomes.get(int(one["lot"]))) for one in content["lots"]]
    return {
        "kind": words.published_kind(published[0]["kind"]),
        "final": published[0]["kind"] != "provisional",
        "day": date_text(published[0]["published_at"].date()),
        "lots": rows,
        "figures": figures(content, rows),
        "profile": profile(content["choices"]),
        "without": content["without_lot"],
        "decisions": [_decision(one) for one in content["decisions"]],
        "run": content["run"],
        "seed": content["lottery_seed"],
        "hashes": [
            {"kind": words.published_kind(one["kind"]), "day": date_text(one["published_at"].date()),
             "sha256": one["sha256"]}
            for one in published
        ],
    }  # fmt: skip


def _lot(one: Mapping[str, Any], place: Mapping[str, Any] | None, outcome: Mapping[str, Any] | None) -> dict[str, Any]:
    cutoffs = []
    if one["cutoff_open_micro"] is not None:
        cutoffs.append(_("cut-off %(value)s", value=share(one["cutoff_open_micro"])))
    if one["cutoff_reserve_micro"] is not None:
        cutoffs.append(_("reserved seats %(value)s", value=share(one["cutoff_reserve_micro"])))
    free = one["seats"] - len(one["placed"])
    days = vacant_days(outcome)
    return {
        "number": one["lot"],
        "name": place_name(place) if place is not None else "",
        "url": f"/spaces/{place['slug']}" if place is not None else "",
        "placed": [
            {"code": holder["application"], "seat": words.seat_kind(holder["seat"]), "open": holder["seat"] == "open",
             "to_verify": holder["to_verify"]}
            for holder in one["placed"]
        ],
        "free": ngettext("%(num)s seat free", "%(num)s seats free", free) if one["seats"] > 1 and free else "",
        "empty": not one["placed"],
        "held_out": one["held_out"],
        "cutoffs": " · ".join(cutoffs),
        "cut": None if one["cutoff_open_micro"] is None else one["cutoff_open_micro"] / MICRO,
        "waiting": [
            {"code": waiter["application"],
             "has": _("has lot %(number)s", number=waiter["has"]) if waiter["has"] else ""}
            for waiter in one["waiting"]
        ],
        "days": days,
        "use": _use(days, outcome),
        "pact": f"/pacts/{outcome['pact_slug']}" if outcome is not None and outcome["pact_slug"] else "",
    }  # fmt: skip


def vacant_days(outcome: Mapping[str, Any] | None) -> int | None:
    """Return how many days premises stood empty until the keys were handed over, at least; None where unknown.

    Of a month or a year only its last day is counted from.
    """
    if outcome is None or outcome["use_from"] is None or not outcome["vacant_since"]:
        return None
    since = _last_day(str(outcome["vacant_since"]))
    return None if since is None else max(0, (outcome["use_from"] - since).days)


def _last_day(partial: str) -> date | None:
    try:
        numbers = [int(part) for part in partial.split("-")]
        year, month, day = (*numbers, 12, 0)[:3] if len(numbers) == 1 else (*numbers, 0)[:3]
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, IndexError):
        return None


def _use(days: int | None, outcome: Mapping[str, Any] | None) -> str:
    if outcome is None or outcome["use_from"] is None:
        return ""
    begun = _("in use since %(day)s", day=date_text(outcome["use_from"]))
    if days is None:
        return begun
    after = ngettext("after at least %(num)s day empty", "after at least %(num)s days empty", days)
    return f"{begun}, {after}"


def figures(content: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the numbers that stand above the list."""
    filled = sum(bool(one["placed"]) for one in content["lots"])
    placed = sum(len(one["placed"]) for one in content["lots"])
    found = [
        {"label": _("lots filled"), "value": _("%(count)s of %(all)s", count=filled, all=len(content["lots"]))},
        {"label": _("groups placed"),
         "value": _("%(count)s of %(all)s", count=placed, all=placed + len(content["without_lot"]))},
    ]  # fmt: skip
    ranks = [(int(rank), count) for rank, count in content["choices"].items() if rank.isdecimal()]
    if ranks:
        mean = sum(rank * count for rank, count in ranks) / sum(count for _rank, count in ranks)
        found.append({"label": _("average choice"), "value": str(format_decimal(mean, "0.0"))})
    known = sorted(row["days"] for row in rows if row["days"] is not None)
    if known:
        middle = known[len(known) // 2]
        found.append({"label": _("days empty before use, middle of all"), "value": number_text(middle)})
    return found


def profile(choices: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return how many got which choice, drawn as shares of all."""
    total = sum(choices.values()) or 1
    named = {"other": _("a lot not listed"), "none": _("no lot")}

    def order(code: str) -> tuple[int, int]:
        return (0, int(code)) if code.isdecimal() else (1, 0 if code == "other" else 1)

    return [
        {
            "text": named.get(code) or _("%(nth)s choice", nth=ordinal(int(code))),
            "count": choices[code],
            "share": choices[code] / total,
            "none": code == "none",
        }
        for code in sorted(choices, key=order)
    ]


def _decision(one: Mapping[str, Any]) -> str:
    """Return a decision in words: what, about whom, why, and the norm."""
    about = [one["application"] or "", _("lot %(number)s", number=one["lot"]) if one["lot"] else ""]
    why = dict(lock_reasons()).get(one["reason"], one["reason"])
    return " · ".join(filter(None, [", ".join(filter(None, about)), lock_kind(one["kind"]), why, one["norm"]]))
