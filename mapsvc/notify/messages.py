"""The texts of mails, per template and language. How a mail leaves stands in `mailers`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.support import Translations

from mapsvc.notify import applications, awards, calls, collectives, evaluation, owners, reminders, subscriptions
from mapsvc.notify.rulings import said

CATALOGUES = Path(__file__).resolve().parents[1] / "web" / "translations"


@dataclass(frozen=True)
class Message:
    """A mail ready to leave: plain text only, since a link and two sentences need no more.

    `end_url` ends the subscription that the mail belongs to with one POST (RFC 8058); empty where there is none.
    """

    recipient: str
    subject: str
    body: str
    end_url: str = ""


Params = Mapping[str, object]
Writer = Callable[[Callable[[str], str], Params, str, str], tuple[str, str]]


def compose(recipient: str, template: str, lang: str, params: Params, *, public_url: str, city: str) -> Message:
    """Return the mail of a template in a language.

    `params` are the values that were queued with it; raises KeyError for an unknown template or a missing value.
    """
    public_url = public_url.rstrip("/")
    subject, body = WRITERS[template](_catalogue(lang).gettext, {"lang": lang, **params}, public_url, city)
    end_url = _END_OF[template](params, public_url) if template in _END_OF else ""
    # A line break in a subject would begin a header of its own.
    return Message(recipient, " ".join(subject.split()), body + "\n\n" + f"{city} · {public_url}\n", end_url)


@cache
def _catalogue(lang: str) -> NullTranslations:
    """Return the catalogue of a language; English is the language of the program itself."""
    return Translations.load(str(CATALOGUES), [lang])


def _follow_link(_: Callable[[str], str], params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail with the private link of a report."""
    values = {"place": params["place"] or city, "link": f"{public_url}/r/{params['token']}", "city": city}
    subject = _("Your report: %(place)s") % values
    body = (
        _(
            "Thank you for marking %(place)s.\n\n"
            "With this private link you can follow what happens, correct what you sent, or withdraw it:\n%(link)s\n\n"
            "Whoever has the link can do the same, so keep it to yourself."
        )
        % values
    )
    return subject, body


def _invitation(_: Callable[[str], str], params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that invites somebody to an account."""
    values = {"link": f"{public_url}/invitation/{params['token']}", "city": city}
    subject = _("Your account for the map of %(city)s") % values
    body = (
        _(
            "You are invited to work on the map of vacant spaces of %(city)s.\n\n"
            "Choose a password here; the link works once:\n%(link)s\n\n"
            "If you did not expect this mail, you need not do anything."
        )
        % values
    )
    return subject, body


def _group_approved(_: Callable[[str], str], params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells a group that it may make maps."""
    values = {"group": params["group"], "link": f"{public_url}/groups/{params['slug']}", "city": city}
    subject = _("%(group)s can now make maps") % values
    body = _("Your group %(group)s was approved.\n\nMake your first map here:\n%(link)s") % values
    return subject, body


def _group_refused(_: Callable[[str], str], params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells a group why it was not approved."""
    values = {"group": params["group"], "reason": params["reason"], "link": public_url, "city": city}
    subject = _("About your request for %(group)s") % values
    body = (
        _(
            "Your group %(group)s was not approved. The reason given:\n\n%(reason)s\n\n"
            "You can ask again when this has changed:\n%(link)s"
        )
        % values
    )
    return subject, body


def _ruling(_: Callable[[str], str], params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells a contributor what was decided, why, and how to appeal."""
    words = said(_, str(params["subject"]), str(params["verdict"]), str(params["reason"]))
    values = {"place": params["place"] or city, "link": f"{public_url}/r/{params['token']}"}
    parts = [_("We looked at what you sent about %(place)s.") % values, words.title]
    if words.reason:
        parts.append(_("The reason: %(reason)s") % {"reason": words.reason})
    parts.append(words.kept)
    if params["appeal"]:
        parts.append(
            _("If you think that this is wrong, you can object within 30 days; somebody else decides then:\n%(link)s")
            % values
        )
    else:
        parts.append(_("You can see it on your private page:\n%(link)s") % values)
    parts.append(_("Whoever has the link can do the same, so keep it to yourself."))
    return _("A decision about %(place)s") % values, "\n\n".join(part for part in parts if part)


def _appeal_decided(_: Callable[[str], str], params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that answers an appeal."""
    values = {"place": params["place"] or city, "link": f"{public_url}/r/{params['token']}"}
    result = (
        _("Your objection about %(place)s was granted. The first decision does not stand any more.")
        if params["upheld"]
        else _("Your objection about %(place)s was not granted. The first decision stands.")
    )
    parts = [result % values]
    if params["answer"]:
        parts.append(_("The answer of whoever decided this time:") + f"\n\n{params['answer']}")
    parts.append(_("You can see it on your private page:\n%(link)s") % values)
    parts.append(_("Whoever has the link can do the same, so keep it to yourself."))
    return _("Your objection about %(place)s") % values, "\n\n".join(parts)


WRITERS: dict[str, Writer] = {
    "ruling": _ruling,
    "appeal_decided": _appeal_decided,
    "follow_link": _follow_link,
    "invitation": _invitation,
    "group_approved": _group_approved,
    "group_refused": _group_refused,
    "application_link": applications.link,
    "application_received": applications.received,
    "application_withdrawn": applications.withdrawn,
    **awards.WRITERS,
    **calls.WRITERS,
    **evaluation.WRITERS,
    "collective_decided": collectives.decided,
    "collective_silent": collectives.silent,
    "fit_alert": collectives.fit_alert,
    "owner_received": owners.received,
    "owner_decided": owners.decided,
    "subscription_ask": subscriptions.ask,
    "subscription_known": subscriptions.known,
    "news": subscriptions.news,
    "reminder": reminders.reminder,
}
#: What somebody gets again and again until they end it, and where they do.
_END_OF: dict[str, Callable[[Params, str], str]] = {
    "news": subscriptions.end_of,
    "fit_alert": collectives.end_of,
}
