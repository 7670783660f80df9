"""The words of the mails about the lot that a group was given; its private link is in each of them."""

from collections.abc import Callable
from datetime import date

from babel.dates import format_date

from mapsvc.notify.applications import Gettext, Params, instant_text, values_of

Writer = Callable[[Gettext, Params, str, str], tuple[str, str]]


def _filled(params: Params, public_url: str, city: str) -> dict[str, str]:
    """Return what every mail about a lot fills in."""
    return values_of(params, public_url, city) | {
        "lot": str(params["lot"]),
        "premises": str(params["premises"]),
        "reason": str(params.get("reason") or ""),
        "until": instant_text(params, "expires_at"),
    }


def _day(params: Params, name: str) -> str:
    return str(format_date(date.fromisoformat(str(params[name])), "d MMMM y", locale=str(params["lang"])))


def offered(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail with the offer of a lot and the day until which it can be answered."""
    values = _filled(params, public_url, city)
    subject = _("A lot for you: answer by %(until)s") % values
    parts = [
        _("In the call “%(call)s” your group is offered lot %(lot)s: %(premises)s.") % values,
        _("Please say yes or no by %(until)s, on your private page:\n%(link)s") % values,
        _("Without an answer by then the lot goes to the next group."),
    ]
    if params.get("conditions"):
        parts.insert(2, _("Something is still being checked at these premises; the page says what."))
    return subject, "\n\n".join([*parts, _kept(_)])


def accepted(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that confirms a yes."""
    values = _filled(params, public_url, city)
    body = _(
        "Thank you: your group accepted lot %(lot)s, %(premises)s, in the call “%(call)s”.\n\n"
        "The office now prepares the contract and writes to you. You can follow it on your private page:\n%(link)s"
    )
    return _("Accepted: lot %(lot)s") % values, f"{body % values}\n\n{_kept(_)}"


def declined(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that confirms a no."""
    values = _filled(params, public_url, city)
    body = _(
        "Your group declined lot %(lot)s, %(premises)s, in the call “%(call)s”. It goes to another group.\n\n"
        "Your private page stays where it was:\n%(link)s"
    )
    return _("Declined: lot %(lot)s") % values, body % values


def expired(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells of an offer that nobody answered."""
    values = _filled(params, public_url, city)
    body = _(
        "Nobody answered the offer of lot %(lot)s, %(premises)s, in the call “%(call)s” by %(until)s. "
        "It is over, and the lot goes to another group.\n\nYour private page stays where it was:\n%(link)s"
    )
    return _("Over: the offer of lot %(lot)s") % values, body % values


def ended(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells why an offer does not stand any more."""
    values = _filled(params, public_url, city)
    said = {
        "office": _("The office took back the offer of lot %(lot)s, %(premises)s, in the call “%(call)s”."),
        "condition": _(
            "What had to be checked at lot %(lot)s, %(premises)s, was not as it has to be, so you cannot get it. "
            "Your application in the call “%(call)s” goes on: the match is computed again."
        ),
        "lot_withdrawn": _(
            "Lot %(lot)s, %(premises)s, was taken out of the call “%(call)s”, and the offer ends. "
            "Your application goes on: the match is computed again."
        ),
        "upgrade": _(
            "A lot that you wanted more than lot %(lot)s became free in the call “%(call)s”. "
            "You get an offer of it; the one before ends."
        ),
        "rerun": _(
            "The match of the call “%(call)s” was computed again after a lot was taken out. "
            "The offer of lot %(lot)s, %(premises)s, ends."
        ),
    }
    parts = [said[str(params["ending"])] % values]
    if values["reason"]:
        parts.append(_("The reason given:\n\n%(reason)s") % values)
    parts.append(_("You see how it goes on here:\n%(link)s") % values)
    return _("Your offer in “%(call)s” changed") % values, "\n\n".join(parts)


def moved(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells of a better lot, which counts as accepted."""
    values = _filled(params, public_url, city)
    body = _(
        "A lot that your group wanted more became free in the call “%(call)s”: lot %(lot)s, %(premises)s.\n\n"
        "You had said that you would take it, so your yes holds for it. If this does not suit you any more, decline it "
        "on your private page:\n%(link)s"
    )
    return _("A better lot for you: lot %(lot)s") % values, f"{body % values}\n\n{_kept(_)}"


def withdrawn(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells a group that a lot of its list is not to be had any more."""
    values = _filled(params, public_url, city)
    body = _(
        "Lot %(lot)s, %(premises)s, was taken out of the call “%(call)s”. The reason given:\n\n%(reason)s\n\n"
        "It stays in your list without effect; your other lots count as before:\n%(link)s"
    )
    return _("Lot %(lot)s is out of the call") % values, body % values


def signed(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells of a signed contract."""
    values = _filled(params, public_url, city)
    body = _(
        "The contract for lot %(lot)s, %(premises)s, is signed. What you declared, such as hours and noise, is part "
        "of it.\n\nThe office arranges the handover of the keys with you. You see how it goes on here:\n%(link)s"
    )
    return _("Signed: lot %(lot)s") % values, body % values


def handed_over(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail with what was noted at the handover."""
    values = _filled(params, public_url, city) | {"day": _day(params, "day"), "keys": str(params["keys"])}
    body = _(
        "On %(day)s your group took over lot %(lot)s, %(premises)s. Keys: %(keys)s.\n\n"
        "The report is on your private page:\n%(link)s"
    )
    return _("Handed over: lot %(lot)s") % values, body % values


def returning(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that says two months ahead that a period ends."""
    values = _filled(params, public_url, city) | {"day": _day(params, "ends_on")}
    body = _(
        "Your time in lot %(lot)s, %(premises)s, ends on %(day)s. The office gets in touch about the handing back: "
        "keys, meters, and what has to be put right.\n\nYour private page:\n%(link)s"
    )
    return _("Your time in %(premises)s ends on %(day)s") % values, body % values


def _kept(_: Gettext) -> str:
    return _("Whoever has the link can do the same, so keep it to yourself.")


#: The writers by template.
WRITERS: dict[str, Writer] = {
    "award_offered": offered,
    "award_accepted": accepted,
    "award_declined": declined,
    "award_expired": expired,
    "award_ended": ended,
    "award_moved": moved,
    "lot_withdrawn": withdrawn,
    "award_signed": signed,
    "award_handed_over": handed_over,
    "award_returning": returning,
}
