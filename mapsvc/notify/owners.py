"""The words of the mails to somebody who says that they own a place; neither names the place, which may be hidden."""

from collections.abc import Callable, Mapping

Params = Mapping[str, object]
Gettext = Callable[[str], str]


def received(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that confirms an owner's message and carries its private link."""
    values = {"link": f"{public_url}/owner/{params['token']}", "city": city}
    subject = _("Your message as an owner: map of %(city)s") % values
    parts = [_("We received your message about a place on the map of %(city)s.") % values]
    if params["wish"] == "object":
        parts.append(_("Its exact place is no longer shown; this holds already, before anybody has looked at it."))
    parts.append(
        _(
            "Somebody from the city answers within 10 days. With this private link you can follow it or take it "
            "back:\n%(link)s\n\nWhoever has the link can do the same, so keep it to yourself."
        )
        % values
    )
    return subject, "\n\n".join(parts)


def decided(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells an owner what was decided and why."""
    values = {"city": city, "reason": params["reason"], "link": public_url}
    subject = _("Decided: your message as an owner, map of %(city)s") % values
    if params["state"] == "verified":
        said = {
            "object": _("Your objection stands: the exact place is not shown."),
            "consent": _("Thank you for agreeing. The exact place and its photos are shown from now on."),
            "note": _("We recorded your words as the owner's. They stand on the page as far as they may be public."),
        }
        return subject, said[str(params["wish"])]
    body = _("Your message about a place on the map of %(city)s was not accepted. The reason given:\n\n%(reason)s")
    parts = [body % values]
    if params["wish"] == "object":
        parts.append(_("The exact place stays hidden until two people of the city have agreed to show it again."))
    parts.append(_("You can write again with other proof; look for the place on the map:\n%(link)s") % values)
    return subject, "\n\n".join(parts)
