"""Words for the codes of care: flags, holds, appeals, owners, subscriptions, merges; the nouns' own are in `labels`."""

from collections.abc import Callable

from flask_babel import gettext as _


def _flag_kind() -> dict[str, str]:
    return {
        "wrong": _("Something is wrong"),
        "private": _("It shows something private"),
        "offensive": _("It is offensive"),
        "dangerous": _("It puts somebody in danger"),
    }


VOCABULARIES: dict[str, Callable[[], dict[str, str]]] = {
    name.removeprefix("_"): function
    for name, function in list(globals().items())
    if name.startswith("_") and callable(function) and getattr(function, "__module__", "") == __name__
}
