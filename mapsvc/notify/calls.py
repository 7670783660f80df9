"""The words of the mails that tell whoever applies how a call goes on."""

from mapsvc.notify.applications import Gettext, Params, instant_text, values_of


def extended(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells of a later deadline."""
    values = _filled(params, public_url, city) | {"until": instant_text(params, "until")}
    body = _(
        "The call “%(call)s” is open longer, until %(until)s.\n\nThe office writes: %(reason)s\n\n"
        "What you have written stays; you can go on here:\n%(link)s"
    )
    return _("More time: %(call)s") % values, body % values


def moved(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells of a step of a call that concerns everybody."""
    values = _filled(params, public_url, city)
    said = {
        "suspended": _("The call “%(call)s” is suspended. Nothing is decided until it goes on."),
        "cancelled": _("The call “%(call)s” is cancelled. No lot is given in it."),
        "provisional": _("The provisional list of the call “%(call)s” is published."),
        "final": _("The final list of the call “%(call)s” is published."),
    }
    text = said.get(str(params["state"]), _("The call “%(call)s” goes on."))
    parts = [text % values]
    if values["reason"]:
        parts.append(_("The office writes: %(reason)s") % values)
    parts.append(_("Your private page:\n%(link)s") % values)
    return _("News of the call “%(call)s”") % values, "\n\n".join(parts)


def answered(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that carries the answer to an observation about the provisional list."""
    values = values_of(params, public_url, city) | {"answer": str(params["answer"])}
    body = _(
        "The office has answered your observation about the provisional list of “%(call)s”:\n\n%(answer)s\n\n"
        "Both stand on your private page:\n%(link)s"
    )
    return _("Answer to your observation: %(call)s") % values, body % values


def _filled(params: Params, public_url: str, city: str) -> dict[str, str]:
    return values_of(params, public_url, city) | {"reason": str(params.get("reason") or "")}


WRITERS = {"call_extended": extended, "call_moved": moved, "observation_answered": answered}
