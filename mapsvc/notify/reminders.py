"""The mail that asks whoever marked a place whether it is still true."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from mapsvc.notify.subscriptions import Gettext, Params, status_words


def reminder(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail with its three links; each opens a page, since programs that look for viruses open links too."""
    page = f"{public_url}/still/{params['token']}"
    place = str(params["place"] or "")
    if not place:
        place = _("Space in %(area)s") % {"area": params["area"]} if params["area"] else city
    values = {
        "place": place,
        "city": city,
        "status": status_words(_, str(params["status"])),
        "true": page,
        "gone": f"{page}?say=gone",
        "edit": f"{public_url}/r/{params['token']}",
    }
    subject = _("Still true? %(place)s") % values
    if params["confirmed"]:
        day = date.fromisoformat(str(params["confirmed"]))
        values["day"] = format_date(day, "d MMM y", locale=str(params["lang"]))
        state = _("On the map it is %(status)s, last confirmed on %(day)s. Since then nobody has looked.") % values
    else:
        state = _("On the map it is %(status)s. Nobody has confirmed it yet.") % values
    body = _("You marked %(place)s on the map of %(city)s.") % values + "\n" + state
    body += "\n\n" + (
        _("Still true, or in use now:\n%(true)s\n\nIt is gone:\n%(gone)s\n\nEdit or withdraw what you sent:\n%(edit)s")
        % values
    )
    body += "\n\n-- \n" + (
        _(
            "You get this because you left this address when you marked the place. We ask at most every 60 days. "
            "Withdraw your report to hear no more of it."
        )
    )
    return subject, body
