"""The part of a group's private page about the lot that it was given."""

from typing import Any

from mapsvc.usecases import award_boards
from mapsvc.usecases.award_boards import GroupAward
from mapsvc.web import award_words as words
from mapsvc.web.current import actor, now, services
from mapsvc.web.explanations import topic
from mapsvc.web.i18n import date_text


def of_key(key: str) -> dict[str, Any] | None:
    """Return what `applications/parts/award.html` reads, None before there is an offer."""
    found = award_boards.of_group(services().unit_of_work(), actor(), key, now())
    return None if found is None else view_of(found)


def view_of(found: GroupAward) -> dict[str, Any]:
    """Return an award in words."""
    offer, lot = found.offer, found.lot
    life = (offer.expires_at - offer.sent_at).total_seconds()
    return {
        "id": offer.id,
        "state": "over" if offer.state == "pending" and found.over else str(offer.state),
        "lot": lot.number,
        "slug": lot.slug,
        "name": lot.name or lot.slug,
        "unit": lot.unit or "",
        "period": words.period_text(lot),
        "why": words.own_basis_text(found.assignment),
        "until": words.local_text(found.call, offer.expires_at),
        "left": words.left_text(offer, now()),
        "share": max(0.0, min(1.0, (offer.expires_at - now()).total_seconds() / life)) if life > 0 else 0.0,
        "answered": words.local_text(found.call, offer.answered_at),
        "ended": words.offer_state(offer),
        "ending": offer.ending,
        "reason": offer.reason or "" if offer.state == "revoked" else "",
        "conditions": [
            {"text": topic(rule), "verdict": "unknown" if known is None else "pass" if known.met else "fail"}
            for rule, known in found.conditions
        ],
        "verify_by": date_text(found.assignment.verify_by),
        "may_accept": found.may_accept,
        "may_decline": found.may_decline,
        "handover": _report(found.handover),
        "returned": _report(found.returned),
        "ends_on": date_text(lot.ends_on),
    }


def _report(one: Any) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"day": date_text(one.done_on), "key_count": one.keys, "meters": one.meters, "report": one.report}
