"""Words for the codes of care: flags, holds, appeals, owners, subscriptions, merges; the nouns' own are in `labels`."""

from collections.abc import Callable

from flask_babel import gettext as _


def flag_help(kind: str) -> str:
    """Return what a kind of flag means, for whoever chooses one."""
    return {
        "wrong": _("It is no such place, or what is written does not hold"),
        "private": _("A name, a face, a number plate, the inside of somebody's home"),
        "offensive": _("It insults or accuses somebody"),
        "dangerous": _("Showing it helps whoever wants to break in or do harm"),
    }[kind]


def _flag_kind() -> dict[str, str]:
    return {
        "wrong": _("Something is wrong"),
        "private": _("It shows something private"),
        "offensive": _("It is offensive"),
        "dangerous": _("It puts somebody in danger"),
    }


def _rhythm() -> dict[str, str]:
    return {
        "immediate": _("At once"),
        "daily": _("Once a day"),
        "weekly": _("Once a week"),
    }


def _flag_noun() -> dict[str, str]:
    return {
        "space": _("Space"),
        "photo": _("Photo"),
        "initiative": _("Initiative"),
        "pact": _("Pact"),
        "map": _("Map"),
    }


def _hold_rule() -> dict[str, str]:
    return {
        "M1": _("its text holds personal data"),
        "M3": _("its text accuses somebody"),
        "M4": _("it says that the place is gone"),
        "M5": _("it comes from somebody new"),
        "M6": _("published by itself, picked for a look"),
        "M7": _("many places in a short time"),
        "M8": _("the same words several times from one network"),
        "M9": _("the evidence is frozen until an officer has looked"),
        "M10": _("it lies outside the territory"),
        "M17": _("a call is open on the place"),
    }


def _shop_precision() -> dict[str, str]:
    return {
        "exact": _("Exact place"),
        "cell_100m": _("Within 100 m"),
    }


def _moderation() -> dict[str, str]:
    return {
        "before": _("Public after somebody has looked"),
        "after": _("Public at once, as unverified"),
    }


def _owner_wish() -> dict[str, str]:
    return {
        "object": _("Do not show the exact place"),
        "consent": _("Show the exact place and photos"),
        "note": _("Only say something about it"),
    }


def _owner_state() -> dict[str, str]:
    return {
        "received": _("Waits for a decision"),
        "verified": _("Accepted"),
        "refused": _("Refused"),
        "withdrawn": _("Taken back"),
    }


VOCABULARIES: dict[str, Callable[[], dict[str, str]]] = {
    name.removeprefix("_"): function
    for name, function in list(globals().items())
    if name.startswith("_") and callable(function) and getattr(function, "__module__", "") == __name__
}
