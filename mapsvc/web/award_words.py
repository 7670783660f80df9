"""Awards in words: how far a lot is, why a group has it, what is to do, and why an offer ended."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import format_datetime, format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.domain.awards import Assignment, Offer, OfferState
from mapsvc.domain.calls import Call, Lot
from mapsvc.web.i18n import date_text, number_text

#: Kind of chip by the state of a seat: ok, warn, bad, or plain.
TONES = {
    "to_send": "", "pending": "warn", "over": "bad", "accepted": "ok", "signed": "ok", "in_use": "ok",
    "given_back": "", "void": "bad", "empty": "", "withdrawn": "",
}  # fmt: skip


def seat_state(code: str) -> str:
    """Return how far an award is."""
    return {
        "to_send": _("Offer not sent"),
        "pending": _("Waits for an answer"),
        "over": _("No answer in time"),
        "accepted": _("Accepted"),
        "signed": _("Contract signed"),
        "in_use": _("In use"),
        "given_back": _("Given back"),
        "void": _("Free again"),
        "empty": _("Nobody got it"),
        "withdrawn": _("Taken out"),
    }.get(code, code)


def offer_state(offer: Offer) -> str:
    """Return what became of an offer, with the cause where the office or a run ended it."""
    if offer.state == OfferState.REVOKED:
        return ending_text(offer.ending or "")
    return {
        "pending": _("Waits for an answer"),
        "accepted": _("Accepted"),
        "declined": _("Declined"),
        "expired": _("Ended without an answer"),
        "signed": _("Contract signed"),
    }.get(offer.state, offer.state)


def ending_text(ending: str) -> str:
    """Return why an offer ended that the group had not refused."""
    return {
        "office": _("Taken back by the office"),
        "condition": _("What had to be verified was not met"),
        "lot_withdrawn": _("The lot was taken out of the call"),
        "upgrade": _("Moved to a lot that the group wanted more"),
        "rerun": _("Ended by a new computation of the match"),
    }.get(ending, ending)


def basis_text(assignment: Assignment) -> str:
    """Return why a group has its lot, in one short line."""
    kind = {
        "open": _("open seat"),
        "reserve": _("reserved seat"),
        "lock": _("decided beforehand"),
        "waiting_list": _("from the waiting list"),
    }.get(assignment.basis, assignment.basis)
    return " · ".join((rank_text(assignment.rank), kind))


def rank_text(rank: int | None) -> str:
    """Return which choice of the group a lot is."""
    if rank is None:
        return _("a lot that it had not listed")
    return _("its 1st choice") if rank == 1 else _("its choice number %(rank)s", rank=number_text(rank))


def own_basis_text(assignment: Assignment) -> str:
    """Return why a group has its lot, as the group itself reads it."""
    rank = assignment.rank
    choice = (
        _("a place outside of your list")
        if rank is None
        else _("your 1st choice")
        if rank == 1
        else _("your choice number %(rank)s", rank=number_text(rank))
    )
    kind = {
        "reserve": _("on a reserved seat"),
        "lock": _("decided beforehand by the office"),
        "waiting_list": _("from the waiting list"),
    }.get(assignment.basis, "")
    return " · ".join(part for part in (choice, kind) if part)


def micro_text(value: int | None) -> str:
    """Return a priority in two decimals, empty for None."""
    return "" if value is None else str(format_decimal(value / 1_000_000, "0.00"))


def trouble_text(code: str) -> str:
    """Return what is wrong with premises."""
    return {
        "gone": _("The premises are gone, or no longer public."),
        "unsafe": _("The premises are marked as unsafe."),
        "occupied": _("Somebody seems to be in the premises."),
        "withdrawn": _("The premises were withdrawn."),
    }.get(code, "")


def left_text(offer: Offer, now: datetime) -> str:
    """Return how much time is left for an answer."""
    seconds = (offer.expires_at - now).total_seconds()
    if seconds <= 0:
        return _("time is over")
    if seconds < 86400:
        hours = max(1, int(seconds // 3600))
        return ngettext("%(num)s hour left", "%(num)s hours left", hours)
    return ngettext("%(num)s day left", "%(num)s days left", int(seconds // 86400))


def local_text(call: Call, instant: datetime | None) -> str:
    """Return an instant in words in the time zone of the call, such as `2 Dec 2026, 13:00`."""
    if instant is None:
        return ""
    at = instant.astimezone(ZoneInfo(call.timeline.zone))
    return str(format_datetime(at, "d MMM y, HH:mm", rebase=False))


def period_text(lot: Lot) -> str:
    """Return the period of a lot."""
    return f"{date_text(lot.starts_on)} – {date_text(lot.ends_on)}"
