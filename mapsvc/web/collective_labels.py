"""Words for the codes of collectives; those of what they do are in `labels`."""

from collections.abc import Callable

from flask_babel import gettext as _


def _collective_state() -> dict[str, str]:
    return {
        "draft": _("Draft"),
        "active": _("Active"),
        "verified": _("Verified"),
        "suspended": _("Suspended"),
        "dissolved": _("Dissolved"),
    }


def _collective_trust() -> dict[str, str]:
    return {
        "new": _("Not verified yet"),
        "verified_identity": _("Verified by the office"),
        "verified_by_broker": _("Verified by a neighbourhood organisation"),
    }


def _collective_form() -> dict[str, str]:
    return {
        "individual": _("One person"),
        "informal_group": _("Informal group"),
        "association": _("Association"),
        "aps": _("Social promotion association"),
        "odv": _("Voluntary organisation"),
        "foundation": _("Foundation"),
        "cooperative": _("Cooperative"),
        "social_cooperative": _("Social cooperative"),
        "social_enterprise": _("Social enterprise"),
        "company": _("Company"),
        "consortium": _("Consortium"),
        "other": _("Something else"),
    }


VOCABULARIES: dict[str, Callable[[], dict[str, str]]] = {
    "collective_state": _collective_state,
    "collective_trust": _collective_trust,
    "collective_form": _collective_form,
}
