"""The part of a group's private page about its result: drawn and in words, with what it may say about the list."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _

from mapsvc.domain.call_observations import MOST_OF_A_GROUP
from mapsvc.domain.ids import new_id
from mapsvc.domain.match_boards import Term
from mapsvc.domain.results import OwnReason, OwnResult
from mapsvc.usecases import results
from mapsvc.usecases.results import GroupResult
from mapsvc.web import result_words as words
from mapsvc.web.application_words import local_text
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.match_words import LETTERS, capital, lock_reasons, ordinal, rule_name, share, term_text
from mapsvc.web.explanations import MICRO
from mapsvc.web.i18n import date_text

#: Rules that one piece of advice names together (matching 3.11).
MOST_RULES = 2
_COMPETED = frozenset({"priority_below_cutoff", "tie_lost", "seat_reserved"})


def of_key(key: str) -> dict[str, Any] | None:
    """Return what `applications/parts/result.html` reads, None before the list is published."""
    found = results.of_group(services().unit_of_work(), actor(), key, now())
    return None if found is None else view_of(found)


def view_of(found: GroupResult) -> dict[str, Any]:
    """Return a result in words."""
    reasons = dict(lock_reasons())
    return {
        "kind": words.published_kind(found.published.kind.value),
        "day": local_text(found.call, found.published.published_at),
        "own": None if found.own is None else own_view(found.own, _names(found)),
        "decisions": [
            {"reason": reasons.get(one.reason.value, one.reason.value), "norm": one.norm, "text": one.text}
            for one in found.decisions
        ],
        "observations": [
            {
                "day": local_text(found.call, one.received_at),
                "text": one.text,
                "answer": one.answer or "",
                "answered": local_text(found.call, one.answered_at),
            }
            for one in found.observations
        ],
        "may_observe": found.may_observe and len(found.observations) < MOST_OF_A_GROUP,
        "form_key": str(new_id()),
        "until": date_text(found.call.timeline.observations_until),
    }


def _names(found: GroupResult) -> Callable[[str], str]:
    def name(number: str) -> str:
        lot = found.lots.get(number)
        where = (lot.name or lot.slug) if lot is not None else ""
        return (
            _("lot %(number)s, %(place)s", number=number, place=where) if where else _("lot %(number)s", number=number)
        )

    return name


def own_view(own: OwnResult, name: Callable[[str], str]) -> dict[str, Any]:
    """Return what one group is told, drawn as bars and said in words."""
    award = own.award
    return {
        "award": None
        if award is None
        else {
            "number": award.lot,
            "name": capital(name(award.lot)),
            "lines": words.award_lines(award),
            "bar": bar(award.terms, award.priority, award.cutoff),
            "verify": [rule_name(key) for key in award.conditional_on],
        },
        "others": [_other(one, own, name) for one in own.others],
        "if_listed": [capital(name(lot)) for lot in own.if_listed],
        "envy": words.passed_over_lines(own.passed_over, name),
        "exceptions": bool(own.passed_over),
        "waits": bool(own.waiting) and award is None,
    }


def _other(one: OwnReason, own: OwnResult, name: Callable[[str], str]) -> dict[str, Any]:
    place = own.waiting.get(one.lot)
    cutoff = one.params.get("cutoff")
    return {
        "number": one.lot,
        "name": capital(name(one.lot)),
        "choice": _("%(nth)s choice", nth=ordinal(one.rank)),
        "code": one.code,
        "text": words.reason_text(one, name),
        "bar": bar(one.terms, one.priority, cutoff if isinstance(cutoff, int) else None) if one.terms else None,
        "ways": [{"text": words.way_text(way), "by": words.way_by(way)} for way in one.ways],
        "wanted": one.code not in ("got_better", "not_listed", "lot_withdrawn"),
        "tried": _was_tried(one),
        "waiting": _("You are number %(place)s in its waiting list.", place=place) if place else "",
    }


def _was_tried(one: OwnReason) -> bool:
    """Tell whether single changes were tried at a lot: not against a decision, nor against three rules at once."""
    if one.code == "infeasible":
        return len(one.rule_keys) <= MOST_RULES
    return one.code in _COMPETED and one.params.get("cutoff") is not None


def bar(terms: Sequence[Term], priority: int | None, cutoff: int | None) -> dict[str, Any] | None:
    """Return a priority cut into its parts, with the cut-off as a line of its own, in shares of 1."""
    if not terms:
        return None
    parts = [
        {"letter": LETTERS[one.code], "value": one.share / MICRO, "text": term_text(one.code, one.value)}
        for one in terms
    ]
    said = ", ".join(f"{part['text']} {format_decimal(part['value'], '0.00')}" for part in parts)
    return {
        "parts": parts,
        "label": _("Priority %(value)s: %(parts)s", value=share(priority), parts=said),
        "cutoff": None if cutoff is None else cutoff / MICRO,
        "cutoff_text": "" if cutoff is None else _("Cut-off %(value)s", value=share(cutoff)),
        "total": _("together %(value)s", value=share(priority)),
    }
