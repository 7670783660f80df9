"""The mails to collectives: new spaces that fit, what the office decided, whether they still exist."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from babel.dates import format_date

from mapsvc.notify.subscriptions import Gettext, Params


def fit_alert(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail about new spaces that fit; it ends with why it comes and how it stops."""
    spaces = cast(list[dict[str, Any]], params["spaces"])
    count = int(str(params["count"]))
    values = {"collective": params["collective"], "count": count, "city": city}
    subject = (
        _("A new space fits %(collective)s") if count == 1 else _("%(count)s new spaces fit %(collective)s")
    ) % values
    lines = [_("Offered on the map of %(city)s, compared with what %(collective)s needs:") % values, ""]
    for space in spaces:
        place = space["name"] or (_("Space in %(area)s") % {"area": space["area"]} if space["area"] else city)
        line = f"- {place}: " + _("fit %(fit)s of 100") % {"fit": space["fit"]}
        if space["verify"]:
            line += ", " + _("something is still to be checked")
        lines += [line, f"  {public_url}/spaces/{space['slug']}"]
    page = f"{public_url}/collectives/{params['slug']}/fits"
    more = count - len(spaces)
    if more > 0:
        lines += ["", _("Not listed here: %(count)s more.") % {"count": more}]
    if params["signs_in"]:
        lines += ["", _("All of them, with every reason:\n%(link)s") % {"link": page}]
    lines += ["", "-- "]
    lines.append(
        _(
            "You get this because %(collective)s asked for it. Each space is told once.\n"
            "No more of these mails:\n%(end)s"
        )
        % {"collective": params["collective"], "end": end_of(params, public_url)}
    )
    return subject, "\n".join(lines)


def end_of(params: Params, public_url: str) -> str:
    """Return the address that ends the alerts of a collective."""
    return f"{public_url}/collectives/alerts/{params['token']}"


def decided(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that tells a group what was decided about it."""
    values = {
        "collective": params["collective"],
        "city": city,
        "reason": params["reason"],
        "link": f"{public_url}/collectives/{params['slug']}",
    }
    said = {
        "verify": _("%(collective)s is verified: the office or a neighbourhood organisation knows who you are."),
        "suspend": _("The page of %(collective)s is closed for now, and no spaces are sought for it."),
        "lift": _("The page of %(collective)s is open again."),
        "dissolve": _("%(collective)s is marked as dissolved: its page is closed, and no spaces are sought for it."),
    }[str(params["move"])]
    parts = [said % values]
    if params["reason"]:
        parts.append(_("The reason given:\n\n%(reason)s") % values)
    if params["move"] in ("suspend", "dissolve"):
        parts.append(_("If you think that this is wrong, answer to the office of %(city)s.") % values)
    else:
        parts.append(_("Your page:\n%(link)s") % values)
    return _("A decision about %(collective)s") % values, "\n\n".join(parts)


def silent(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that asks a group whether it still exists."""
    until = format_date(date.fromisoformat(str(params["until"])), "d MMMM y", locale=str(params["lang"]))
    values = {
        "collective": params["collective"],
        "city": city,
        "until": until,
        "link": f"{public_url}/collectives/here/{params['token']}",
    }
    subject = _("Does %(collective)s still exist?") % values
    body = (
        _(
            "Nobody has changed the page of %(collective)s on the map of %(city)s for a year.\n\n"
            "If you still look for a place, say so here; one tap is enough:\n%(link)s\n\n"
            "Without an answer until %(until)s the page is closed."
        )
        % values
    )
    return subject, body
