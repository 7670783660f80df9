"""Words for the codes of the vocabularies: one place, so that a code reads the same everywhere."""

from collections.abc import Callable

from flask import Flask
from flask_babel import gettext as _

from mapsvc.web import care_labels, collective_labels


def label(vocabulary: str, code: str | None) -> str:
    """Return the word for a code of a vocabulary in the request's language; the code itself where it has none."""
    words = _VOCABULARIES[vocabulary]()
    return words.get(code or "", code or "")


def choices(vocabulary: str) -> list[tuple[str, str]]:
    """Return codes and words of a vocabulary in their order, for a form."""
    return list(_VOCABULARIES[vocabulary]().items())


def source_words(code: str, title: str, attribution: str) -> tuple[str, str]:
    """Return title and attribution of a source; those of our own sources are in the request's language."""
    return _own_sources().get(code, (title, attribution))


def install(app: Flask) -> None:
    """Offer `label` and `choices` to templates."""
    app.jinja_env.globals.update(label=label, choices=choices)


def _own_sources() -> dict[str, tuple[str, str]]:
    return {
        "mapsvc": (_("This map"), _("Whoever marked it here")),
        "demonstration-torino": (_("Demonstration data for Torino"), _("Invented for the demonstration")),
        "generated": (_("Generated premises"), _("Generated for measurements")),
    }


def _vacancy_status() -> dict[str, str]:
    return {
        "confirmed_vacant": _("Confirmed vacant"),
        "probable_vacant": _("Probably vacant"),
        "disputed": _("Disputed"),
        "unverified": _("Unverified"),
        "probable_occupied": _("Probably in use"),
        "confirmed_occupied": _("In use"),
        "gone_pending": _("Said to be gone"),
        "gone": _("Gone"),
    }


def _band() -> dict[str, str]:
    return {"fresh": _("Recent"), "ageing": _("Getting old"), "stale": _("Not updated"), "none": _("No date")}


def _claim() -> dict[str, str]:
    return {"vacant": _("vacant"), "occupied": _("in use"), "gone": _("gone"), "unsure": _("not sure")}


def _source_kind() -> dict[str, str]:
    return {
        "officer_visit": _("City officer"),
        "owner_statement": _("Owner"),
        "trust_broker": _("Community facilitator"),
        "partner_org": _("Partner organisation"),
        "registered_user": _("Neighbour with an account"),
        "anonymous": _("Somebody passing by"),
        "import_official": _("Official register"),
        "import_open": _("Open data"),
    }


def _seen_by() -> dict[str, str]:
    return {
        "officer_visit": _("Seen by a city officer"),
        "owner_statement": _("Stated by the owner"),
        "trust_broker": _("Seen by a community facilitator"),
        "partner_org": _("Seen by a partner organisation"),
        "registered_user": _("Seen by a neighbour"),
        "anonymous": _("Seen by somebody passing by"),
        "import_official": _("From an official register"),
        "import_open": _("From open data"),
    }


def _confirmed_by() -> dict[str, str]:
    return {
        "officer_visit": _("by a city officer"),
        "owner_statement": _("by the owner"),
        "trust_broker": _("by a community facilitator"),
        "partner_org": _("by a partner organisation"),
        "registered_user": _("by a neighbour"),
        "anonymous": _("by somebody passing by"),
        "import_official": _("by an official register"),
        "import_open": _("by open data"),
    }


def _quality() -> dict[str, str]:
    return {
        "photo_onsite": _("on site, with a photo"),
        "onsite_no_photo": _("on site, no photo"),
        "remote": _("from memory"),
        "register": _("from a register"),
    }


def _asset_kind() -> dict[str, str]:
    return {
        "commercial_unit": _("Shop"),
        "workshop": _("Workshop"),
        "office": _("Office"),
        "school": _("School"),
        "industrial": _("Industrial building"),
        "cultural": _("Cinema, theatre or hall"),
        "house": _("House"),
        "open_space": _("Open space"),
        "land": _("Land"),
        "other": _("Something else"),
    }


def _owner_type() -> dict[str, str]:
    return {
        "municipality": _("City property"),
        "other_public": _("Other public property"),
        "private_person": _("Private person"),
        "private_company": _("Private company"),
        "third_sector": _("Third sector"),
        "church": _("Church"),
        "condominium": _("Condominium"),
        "confiscated": _("Confiscated asset"),
        "unknown": _("Owner not known"),
    }


def _record_state() -> dict[str, str]:
    return {
        "submitted": _("Waiting for a look"),
        "published": _("On the map"),
        "rejected": _("Not accepted"),
        "merged": _("Joined with another record"),
        "hidden": _("Hidden"),
        "archived": _("Archived"),
    }


def _availability_state() -> dict[str, str]:
    return {
        "not_offered": _("Not offered"),
        "offered": _("Offered"),
        "in_call": _("In a call"),
        "reserved": _("Reserved"),
        "assigned": _("Awarded"),
        "in_use": _("Handed over"),
        "returning": _("Coming back"),
        "withdrawn": _("Withdrawn"),
    }


def _precision() -> dict[str, str]:
    return {
        "exact": _("Exact place"),
        "street": _("Street only"),
        "cell_100m": _("Within 100 m"),
        "district": _("District only"),
        "hidden": _("Not public"),
    }


def _initiative_state() -> dict[str, str]:
    return {
        "idea": _("Idea"),
        "starting": _("Starting"),
        "active": _("Active"),
        "paused": _("Paused"),
        "ended": _("Ended"),
        "unknown": _("Not known whether active"),
    }


def _initiative_kind() -> dict[str, str]:
    return {
        "project": _("Project"),
        "service": _("Service"),
        "hub": _("Hub"),
        "community_garden": _("Community garden"),
        "creative_placemaking": _("Art in the neighbourhood"),
        "capacity_building": _("Learning together"),
        "network": _("Network"),
        "charter": _("Charter"),
        "idea": _("Idea"),
    }


def _theme() -> dict[str, str]:
    return {
        "art": _("Art"),
        "community": _("Community"),
        "education": _("Education"),
        "energy": _("Energy"),
        "environment": _("Environment"),
        "fair_trade": _("Fair trade"),
        "finance": _("Ethical finance"),
        "food": _("Food"),
        "governance": _("Governance"),
        "inclusion": _("Inclusion"),
        "mobility": _("Mobility"),
        "repair": _("Repair"),
        "space": _("Space"),
        "work": _("Work"),
    }


def _pact_state() -> dict[str, str]:
    return {
        "proposal": _("Proposal"),
        "triage": _("Being checked"),
        "integration": _("Waiting for completion"),
        "rejected": _("Not accepted"),
        "published": _("Open for comments"),
        "co_design": _("In co-design"),
        "draft": _("Draft"),
        "approved": _("Approved"),
        "signed": _("Signed"),
        "active": _("Active"),
        "suspended": _("Suspended"),
        "renewal": _("Under review or renewal"),
        "ended": _("Ended"),
        "terminated_early": _("Ended early"),
        "archived": _("Archived"),
    }


def _pact_kind() -> dict[str, str]:
    return {"ordinary": _("Ordinary pact"), "complex": _("Complex pact")}


def _call_state() -> dict[str, str]:
    return {
        "draft": _("Draft"),
        "approved": _("Approved"),
        "open": _("Open for applications"),
        "closed": _("Applications closed"),
        "admissibility": _("Admissibility check"),
        "evaluation": _("Evaluation"),
        "matching": _("Matching"),
        "provisional": _("Provisional list"),
        "observations": _("Time for observations"),
        "final": _("Final list"),
        "contracting": _("Contracts"),
        "concluded": _("Concluded"),
        "suspended": _("Suspended"),
        "cancelled": _("Cancelled"),
    }


def _role() -> dict[str, str]:
    return {
        "administrator": _("Administrator"),
        "officer": _("Officer in charge"),
        "moderator": _("Moderator"),
        "curator": _("Map curator"),
        "member": _("Group member"),
        "collective_rep": _("Collective's contact person"),
        "trust_broker": _("Trusted organisation"),
        "auditor": _("Auditor"),
        "director": _("Director"),
    }


def _actor_kind() -> dict[str, str]:
    return _role() | {"registered": _("Somebody with an account"), "anonymous": _("Somebody without an account"),
                      "system": _("The service"), "operator": _("The command line")}  # fmt: skip


def _level() -> dict[str, str]:
    return {
        "country": _("Country"),
        "city": _("City"),
        "municipality": _("Municipality"),
        "district": _("District"),
        "neighbourhood": _("Neighbourhood"),
        "custom": _("Area"),
    }


def _kind() -> dict[str, str]:
    return {
        "space": _("Space"),
        "initiative": _("Initiative"),
        "pact": _("Pact"),
        "area": _("Area"),
        "street": _("Street"),
    }


def _group_state() -> dict[str, str]:
    return {
        "requested": _("Waiting for approval"),
        "approved": _("Approved"),
        "refused": _("Refused"),
        "closed": _("Closed"),
    }


def _map_state() -> dict[str, str]:
    return {
        "private": _("Only the group sees it"),
        "unlisted": _("Whoever has the link sees it"),
        "public": _("Public"),
        "archived": _("Archived"),
    }


def _rejection_reason() -> dict[str, str]:
    return {
        "not_a_space": _("This is not a space that could be used"),
        "wrong_place": _("The position is not right"),
        "outside_area": _("It lies outside the area of this map"),
        "in_use": _("It is in use"),
        "lived_in": _("Somebody lives there"),
        "personal_data": _("It contains personal data"),
        "accusation": _("It accuses somebody"),
        "offensive": _("It is offensive"),
        "copied_media": _("The photo was taken from somewhere else"),
        "people_inside": _("It shows people inside"),
        "not_enough": _("There is too little to go on"),
        "spam": _("It is advertising or a test"),
        "repeated": _("The same report came several times"),
        "withdrawn": _("Whoever reported it took it back"),
    }


def _hiding_reason() -> dict[str, str]:
    return {
        "owner_objection": _("The owner objects"),
        "private": _("It is private"),
        "dangerous": _("Showing it is dangerous"),
        "offensive": _("It is offensive"),
        "wrong": _("It is wrong"),
    }


def _discipline() -> dict[str, str]:
    return {
        "visual": _("Painting and drawing"),
        "sculpture": _("Sculpture"),
        "printmaking": _("Printmaking"),
        "photo_video": _("Photo and video"),
        "music_acoustic": _("Acoustic music"),
        "music_amplified": _("Amplified music"),
        "theatre": _("Theatre"),
        "dance": _("Dance"),
        "literature": _("Literature"),
        "design": _("Design"),
        "craft_wood": _("Woodwork"),
        "craft_metal": _("Metalwork"),
        "textile": _("Textiles"),
        "ceramics": _("Ceramics"),
        "digital": _("Digital arts"),
        "food": _("Food"),
        "mixed": _("Several arts"),
        "social": _("Social arts"),
    }


_VOCABULARIES: dict[str, Callable[[], dict[str, str]]] = {
    name.removeprefix("_"): function
    for name, function in list(globals().items())
    if name.startswith("_") and callable(function) and getattr(function, "__module__", "") == __name__
} | care_labels.VOCABULARIES | collective_labels.VOCABULARIES
