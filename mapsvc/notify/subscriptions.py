"""The mails about news of an area: the question whether they are wanted, and the news themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, cast

from babel.dates import format_date

Params = Mapping[str, object]
Gettext = Callable[[str], str]


def ask(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail that asks an address whether it wants the news of an area."""
    values = {"area": params["area"], "link": _page(params, public_url), "city": city}
    subject = _("News of %(area)s: please confirm") % values
    body = (
        _(
            "Somebody asked for news of %(area)s on the map of %(city)s for this address.\n\n"
            "If that was you, open this page and say yes:\n%(link)s\n\n"
            "If not, you need not do anything: without a yes nothing comes, and the address is forgotten after a week."
        )
        % values
    )
    return subject, body


def known(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail to an address that asked for what it gets already."""
    values = {"area": params["area"], "link": _page(params, public_url), "city": city}
    subject = _("You already get news of %(area)s") % values
    body = _("This address already gets news of %(area)s. Change how often, or end them, here:\n%(link)s") % values
    return subject, body


def news(_: Gettext, params: Params, public_url: str, city: str) -> tuple[str, str]:
    """Write the mail with news, grouped by day; it ends with why it comes and how it stops."""
    lang = str(params["lang"])
    days = cast(list[dict[str, Any]], params["days"])
    lines: list[str] = []
    shown = 0
    for day in days:
        lines += [format_date(date.fromisoformat(day["day"]), "EEEE d MMMM", locale=lang), ""]
        for place in day["places"]:
            shown += 1
            lines += [f"- {_place_name(_, place)}: {_happened(_, place)}", f"  {public_url}/spaces/{place['slug']}"]
        lines.append("")
    area = f"{public_url}/areas/{params['slug']}"
    more = int(str(params["count"])) - shown
    if more > 0:
        lines += [_("Not listed here: %(count)s more. All of them:\n%(link)s") % {"count": more, "link": area}, ""]
    since = format_date(date.fromisoformat(str(params["since"])), "d MMM y", locale=lang)
    values = {
        "area": params["area"],
        "city": city,
        "day": since,
        "page": _page(params, public_url),
        "end": end_of(params, public_url),
    }
    lines += [
        "-- ",
        _(
            "You get this because on %(day)s this address asked for news of %(area)s on the map of %(city)s.\n"
            "How often: %(page)s\nNo more mails: %(end)s"
        )
        % values,
    ]
    return _("News of %(area)s") % values, "\n".join(lines)


def end_of(params: Params, public_url: str) -> str:
    """Return the address that ends a subscription, for people and for mail programs (RFC 8058)."""
    return f"{_page(params, public_url)}/end"


def _page(params: Params, public_url: str) -> str:
    return f"{public_url}/subscriptions/{params['token']}"


def _place_name(_: Gettext, place: Mapping[str, Any]) -> str:
    if place["name"]:
        return str(place["name"])
    if place["street"]:
        return _("Somewhere on %(street)s") % {"street": place["street"]}
    if place["area"]:
        return _("Space in %(area)s") % {"area": place["area"]}
    return _("Space, place not shown")


def _happened(_: Gettext, place: Mapping[str, Any]) -> str:
    after = status_words(_, place["after"])
    if place["kind"] == "new":
        return _("new on the map (%(status)s)") % {"status": after}
    if place["kind"] == "archived":
        return _("closed; its page stays as history")
    if place["after"] == "disputed":
        return _("the answers differ")
    return _("now %(status)s, before %(before)s") % {"status": after, "before": status_words(_, place["before"])}


def status_words(_: Gettext, status: str) -> str:
    """Return a status as it stands inside a sentence; the words are those of the map."""
    words = {
        "confirmed_vacant": _("Confirmed vacant"),
        "probable_vacant": _("Probably vacant"),
        "disputed": _("Disputed"),
        "unverified": _("Unverified"),
        "probable_occupied": _("Probably in use"),
        "confirmed_occupied": _("In use"),
        "gone_pending": _("Said to be gone"),
        "gone": _("Gone"),
    }[status]
    return words[:1].lower() + words[1:]
