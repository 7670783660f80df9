"""The words of the mails to a group that applies in a call; the private link is in each of them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

Params = Mapping[str, object]
Gettext = Callable[[str], str]


def values_of(params: Params, public_url: str, city: str) -> dict[str, str]:
    """Return what every mail fills in: the title of the call in the reader's language, its city, the private link."""
    title = params.get("call")
    lang = str(params["lang"])
    named = title if isinstance(title, Mapping) else {}
    words = named.get(lang) or next(iter(named.values()), "")
    return {
        "call": str(words or city),
        "city": city,
        "link": f"{public_url}/a/{params['token']}",
        "code": str(params.get("code") or ""),
    }


def instant_text(params: Params, name: str) -> str:
    """Return an instant of the mail in words, in the time zone of the call; empty where there is none."""
    text = str(params.get(name) or "")
    if not text:
        return ""
    at = datetime.fromisoformat(text).astimezone(ZoneInfo(str(params.get("zone") or "UTC")))
    return str(format_datetime(at, "d MMMM y, HH:mm", locale=str(params["lang"])))


def link(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail with the private link of an application that was begun."""
    values = values_of(params, public_url, city)
    subject = _("Your application: %(call)s") % values
    body = _(
        "You have begun an application for “%(call)s”.\n\n"
        "What you wrote is saved. With this private link you can go on at any time, on any device:\n%(link)s\n\n"
        "Nothing is sent before you send it. Whoever has the link can do the same, so keep it to yourself."
    )
    return subject, body % values


def received(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail with the receipt of an application."""
    closes = instant_text(params, "closes_at")
    values = values_of(params, public_url, city) | {
        "receipt": str(params["receipt"]),
        "at": instant_text(params, "at"),
        "sha256": str(params["sha256"]),
        "closes": closes,
    }
    subject = _("Received: your application for %(call)s") % values
    parts = [
        _("We received your application for “%(call)s”.") % values,
        _(
            "Receipt: %(receipt)s\nReceived: %(at)s\nName in public lists: %(code)s\n"
            "SHA-256 of what you sent: %(sha256)s"
        )
        % values,
    ]
    if closes:
        parts.append(_("Until %(closes)s you can change it and send it again; the last one counts.") % values)
    parts.append(_("Here you see what happens next:\n%(link)s") % values)
    return subject, "\n\n".join(parts)


def withdrawn(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that confirms a withdrawal."""
    values = values_of(params, public_url, city)
    subject = _("Withdrawn: your application for %(call)s") % values
    body = _(
        "Your application %(code)s for “%(call)s” is withdrawn. It takes no further part in the call.\n\n"
        "If this was not you, write to the office at once; your private page is here:\n%(link)s"
    )
    return subject, body % values
