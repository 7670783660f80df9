"""The words of the mails about checks and committees: asked to complete, refused, named a member, ready to score."""

from collections.abc import Callable, Mapping
from datetime import date

from babel.dates import format_date

from mapsvc.notify.applications import values_of

Params = Mapping[str, object]
Gettext = Callable[[str], str]


def completion(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that asks a group to complete its application."""
    values = values_of(params, public_url, city) | {
        "asked": str(params["asked"]),
        "due": format_date(date.fromisoformat(str(params["due_on"])), "d MMMM y", locale=str(params["lang"])),
    }
    subject = _("Please complete your application for %(call)s") % values
    body = _(
        "The office has looked at your application %(code)s for “%(call)s”. Something is missing:\n\n%(asked)s\n\n"
        "You can answer until %(due)s, with words and documents, on your private page:\n%(link)s\n\n"
        "If nothing arrives until then, the office decides on what it has."
    )
    return subject, body % values


def refused(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells a group that its application is not admitted, why, and how to object."""
    values = values_of(params, public_url, city) | {
        "reason": str(params["reason"]),
        "norm": str(params["norm"]),
        "office": str(params["office"] or city),
    }
    subject = _("Your application for %(call)s is not admitted") % values
    body = _(
        "Your application %(code)s for “%(call)s” does not go to the committee.\n\n"
        "The reason: %(reason)s\nThe norm: %(norm)s\n\n"
        "If you think that this is wrong, write to the office within 10 days, with what it has overlooked: %(office)s. "
        "It looks at your application again and answers. The ways to object before a court stay open to you.\n\n"
        "What you sent stays on your private page:\n%(link)s"
    )
    return subject, body % values


def member_named(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells somebody that they are in the committee of a call."""
    values = _committee(params, public_url, city)
    subject = _("You are in the committee of %(call)s") % values
    body = _(
        "The office has named you a member of the committee of “%(call)s”.\n\n"
        "You score alone: nobody sees your points before all members have signed. If you are near to a group that "
        "applies, you say so there, and you do not score it.\n\n"
        "You get another mail when the applications are ready. They will be here:\n%(link)s"
    )
    return subject, body % values


def scoring_begins(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells a member that the applications wait for their points."""
    values = _committee(params, public_url, city)
    subject = _("Ready to score: %(call)s") % values
    body = _(
        "The office has admitted the applications for “%(call)s”. They wait for your points:\n%(link)s\n\n"
        "What you write is saved as you go. A sheet counts once you sign it, and then cannot change any more."
    )
    return subject, body % values


def _committee(params: Params, public_url: str, city: str) -> dict[str, str]:
    title = params.get("call")
    named = title if isinstance(title, Mapping) else {}
    words = named.get(str(params["lang"])) or next(iter(named.values()), "")
    return {"call": str(words or city), "link": f"{public_url}/committee/{params['code']}"}


WRITERS = {
    "application_completion": completion,
    "application_refused": refused,
    "committee_named": member_named,
    "committee_begins": scoring_begins,
}
