"""Lots and their awards as the pages of the desk show them."""

from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.applications import Application
from mapsvc.domain.awards import Handover, Offer
from mapsvc.usecases.award_boards import AwardBoard, LotAwards, Seat
from mapsvc.web import award_words as words
from mapsvc.web.explanations import topic
from mapsvc.web.i18n import date_text

#: Where somebody else can still come in.
_CONTESTED = frozenset({"to_send", "pending", "over", "accepted", "void"})
#: How the parts of the bar follow each other, from the furthest to the nearest.
_ORDER = ("in_use", "signed", "accepted", "pending", "to_send", "over", "void", "empty", "given_back", "withdrawn")


def state_of(one: LotAwards) -> str:
    """Return how far a lot is: the least of its awards that asks for something, else what most of them are."""
    if one.lot.withdrawn_at is not None:
        return "withdrawn"
    states = [seat.state for seat in one.seats]
    for urgent in ("void", "over", "to_send", "pending", "accepted"):
        if urgent in states:
            return urgent
    return states[0] if states else "empty"


def lot_row(one: LotAwards, board: AwardBoard, now: datetime) -> dict[str, Any]:
    """Return a lot as a row of the list."""
    state, lot = state_of(one), one.lot
    following = one.next_in_line
    return {
        "number": lot.number,
        "name": lot.name or lot.slug,
        "unit": lot.unit or "",
        "space_url": url_for("spaces.show", slug=lot.slug) if lot.slug else "",
        "period": words.period_text(lot),
        "url": url_for("desk.award", code=board.call.code, number=lot.number),
        "state": state,
        "state_text": words.seat_state(state),
        "tone": words.TONES[state],
        "holders": [_holder(seat, board, now) for seat in one.seats],
        "seats_text": ngettext("%(num)s seat", "%(num)s seats", lot.capacity) if lot.capacity > 1 else "",
        "next": None
        if following is None or state not in _CONTESTED
        else {
            "name": group_name(following.application),
            "code": following.application.code,
            "priority": words.micro_text(following.priority_micro),
        },
        "trouble": words.trouble_text(one.trouble),
        "action": _action(one, state, board),
        "todo": _todo(one, state, board),
        "withdrawn": date_text(lot.withdrawn_at.date()) if lot.withdrawn_at else "",
        "reason": lot.withdrawn_reason or "",
        "may_withdraw": board.may_act
        and lot.withdrawn_at is None
        and board.call.state not in ("draft", "approved", "concluded", "cancelled")
        and not any(seat.state in ("signed", "in_use", "given_back") for seat in one.seats),
        "wanted": ngettext("%(num)s group listed it", "%(num)s groups listed it", one.wanted),
    }


def group_name(application: Application) -> str:
    """Return the name of a group as it applied."""
    return str(application.facts.get("name") or application.code or "")


def _holder(seat: Seat, board: AwardBoard, now: datetime) -> dict[str, Any]:
    offer = seat.offer
    life = (offer.expires_at - offer.sent_at).total_seconds() if offer else 0
    left = (offer.expires_at - now).total_seconds() if offer else 0
    return {
        "name": group_name(seat.application),
        "code": seat.application.code,
        "url": url_for("desk.call_application", code=board.call.code, application=seat.application.code),
        "state": seat.state,
        "state_text": words.seat_state(seat.state),
        "tone": words.TONES[seat.state],
        "why": words.basis_text(seat.assignment),
        "waiting": seat.state == "pending",
        "share": round(max(0.0, min(1.0, left / life)), 4) if life > 0 else 0,
        "left": words.left_text(offer, now) if offer else "",
        "until": words.local_text(board.call, offer.expires_at) if offer else "",
        "open": [topic(rule) for rule in seat.open_conditions] if seat.state != "void" else [],
        "ended": words.offer_state(offer) if offer is not None and seat.state == "void" else "",
    }


def _todo(one: LotAwards, state: str, board: AwardBoard) -> str:
    """Return what the office does next at a lot, in one sentence."""
    if one.trouble:
        return _("Look at the premises. If nobody can use them, take the lot out.")
    if state == "void":
        return _("A new run is under way.") if board.under_way else _("Compute the match again.")
    if state == "empty" and one.wanted == 0:
        return _("Nobody listed it.")
    if state == "accepted":
        left = sum(len(seat.open_conditions) for seat in one.seats if seat.state == "accepted")
        if left:
            return ngettext("Verify %(num)s rule, then sign.", "Verify %(num)s rules, then sign.", left)
        return _("Prepare the contract, then note its signature.")
    return {
        "to_send": _("Send the offer."),
        "pending": _("Nothing: the group answers."),
        "over": _("Nothing: it ends by itself within minutes."),
        "signed": _("Hand over the keys."),
        "in_use": _("Nothing until 60 days before the end."),
        "given_back": _("Nothing: the premises are back."),
        "empty": _("Nothing: it goes back to what is offered when the call ends."),
        "withdrawn": "",
    }.get(state, "")


def _action(one: LotAwards, state: str, board: AwardBoard) -> str:
    """Return the words of the button for what waits for the office at a lot, empty where nothing does."""
    if not board.may_act:
        return ""
    if one.trouble:
        return _("Look at it")
    if state == "accepted":
        return _("Verify") if any(seat.open_conditions for seat in one.seats) else _("Note the signature")
    return _("Hand over") if state == "signed" else ""


def _steps(seat: Seat) -> list[dict[str, str]]:
    """Return the way of an award from the offer to the keys, with the days that are known."""
    offer = seat.offer
    reached = {"to_send": 0, "pending": 1, "over": 1, "accepted": 2, "signed": 4, "in_use": 5, "given_back": 5}
    at = reached.get(seat.state, 0)
    if seat.state == "accepted" and not seat.open_conditions:
        at = 3
    notes = (
        date_text(offer.sent_at.date()) if offer else "",
        date_text(offer.answered_at.date()) if offer and offer.answered_at and at > 1 else "",
        ngettext("%(num)s rule open", "%(num)s rules open", len(seat.open_conditions)) if seat.open_conditions else "",
        "",
        date_text(seat.handover.done_on) if seat.handover else "",
    )
    names = (_("Offer"), _("Answer"), _("Verified"), _("Contract"), _("Keys"))
    return [
        {"name": name, "note": note, "state": "done" if place < at else "now" if place == at else "todo"}
        for place, (name, note) in enumerate(zip(names, notes, strict=True))
    ]


def summary(board: AwardBoard) -> list[dict[str, Any]]:
    """Return how many lots are how far, with where each part of the bar begins, in percent."""
    counts: dict[str, int] = {}
    for one in board.lots:
        state = state_of(one)
        counts[state] = counts.get(state, 0) + 1
    total, begin, parts = len(board.lots) or 1, 0.0, []
    for state in _ORDER:
        if counts.get(state):
            width = 100 * counts[state] / total
            parts.append(
                {
                    "code": state,
                    "text": words.seat_state(state),
                    "count": counts[state],
                    "x": round(begin, 3),
                    "w": round(width, 3),
                }
            )
            begin += width
    return parts


def seat_detail(seat: Seat, board: AwardBoard, now: datetime) -> dict[str, Any]:
    """Return an award with everything that the page of its lot shows and does."""
    offer, assignment = seat.offer, seat.assignment
    return _holder(seat, board, now) | {
        "assignment": assignment.id,
        "steps": _steps(seat) if seat.state != "void" else [],
        "offer": offer.id if offer else "",
        "version": offer.version if offer else 0,
        "priority": words.micro_text(assignment.priority_micro),
        "cutoff": words.micro_text(assignment.cutoff_micro),
        "margin": words.micro_text(assignment.margin) if assignment.margin else "",
        "verify_by": date_text(assignment.verify_by),
        "conditions": [
            {
                "rule": rule,
                "text": topic(rule),
                "verdict": "unknown" if known is None else "pass" if known.met else "fail",
                "note": known.note if known else "",
                "when": date_text(known.decided_at.date()) if known else "",
            }
            for rule, known in seat.conditions
        ],
        "sent": words.local_text(board.call, offer.sent_at) if offer else "",
        "answered": words.local_text(board.call, offer.answered_at) if offer else "",
        "may_revoke": board.may_act and seat.state in ("pending", "accepted", "over"),
        "may_sign": board.may_act and seat.state == "accepted" and not seat.open_conditions,
        "may_hand_over": board.may_act and seat.state == "signed",
        "may_return": board.may_act and seat.state == "in_use",
        "handover": _report(seat.handover),
        "returned": _report(seat.returned),
        "pact": seat.pact,
        "application": str(seat.application.id),
    }


def _report(one: Handover | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {"day": date_text(one.done_on), "key_count": one.keys, "meters": one.meters, "report": one.report}


def past_offer(offer: Offer, group: Application, board: AwardBoard) -> dict[str, Any]:
    """Return an offer of the past as a line."""
    return {
        "name": group_name(group),
        "code": group.code,
        "what": words.offer_state(offer),
        "sent": words.local_text(board.call, offer.sent_at),
        "answered": words.local_text(board.call, offer.answered_at),
        "reason": offer.reason or "",
    }
