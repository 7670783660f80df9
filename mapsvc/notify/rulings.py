"""What a decision says to whoever sent the record: what was decided, why, and what is kept; one wording for all.

`_` translates; a verdict or reason that is not known here gives an empty sentence.
"""

from collections.abc import Callable
from dataclasses import dataclass

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Said:
    """A decision in words: what, why, and what is kept; the last two may be empty."""

    title: str
    reason: str
    kept: str


def said(_: Translate, subject: str, verdict: str, reason: str | None) -> Said:
    """Return the sentences about a decision on a space, an answer, a note, a photo, or both of the last."""
    part = subject if subject in ("space", "answer") else "part"
    title = _titles(_, subject).get(verdict, "")
    return Said(title, _reasons(_).get(reason or "", "") if verdict in ("reject", "hide") else "",
                _kept(_).get((part, verdict), ""))  # fmt: skip


def _titles(_: Translate, subject: str) -> dict[str, str]:
    if subject == "space":
        return {
            "publish": _("The place is on the map."),
            "reject": _("The place was not put on the map."),
            "hide": _("The place was taken off the map."),
            "archive": _("The place is closed."),
            "same_as": _("The place was joined with another record of the same place."),
        }
    if subject == "answer":
        return {"publish": _("Your answer counts."), "reject": _("Your answer does not count.")}
    shown = {
        "note": _("Your note is shown."),
        "photo": _("Your photo is shown."),
        "both": _("Your note and your photo are shown."),
    }
    refused = {
        "note": _("Your note is not shown."),
        "photo": _("Your photo is not shown."),
        "both": _("Your note and your photo are not shown."),
    }
    return {"publish": shown.get(subject, ""), "reject": refused.get(subject, "")}


def _reasons(_: Translate) -> dict[str, str]:
    return {
        "not_a_space": _("We could not make out a space that somebody could use."),
        "wrong_place": _("It is not where the report says."),
        "outside_area": _("It lies outside the area that this map covers."),
        "in_use": _("The place is in use."),
        "lived_in": _("Somebody lives there. Homes in which people live are never shown."),
        "personal_data": _("It contains personal data, such as a name, a phone number, a face or a number plate."),
        "accusation": _(
            "It accuses somebody. What can be seen from the street belongs here; who is to blame does not."
        ),
        "offensive": _("It contains words or pictures that hurt others."),
        "copied_media": _("The photo seems to be taken from somewhere else. Only your own photos can be shown."),
        "people_inside": _("The photo shows people inside a building."),
        "not_enough": _("There was too little to find or to check it."),
        "spam": _("It looks like advertising or a test."),
        "repeated": _("The same report came several times."),
        "owner_objection": _("The owner objects to its being shown."),
        "private": _("It shows something private."),
        "dangerous": _("Showing it could put somebody in danger."),
        "wrong": _("What it said turned out to be wrong."),
    }


def _kept(_: Translate) -> dict[tuple[str, str], str]:
    return {
        ("space", "reject"): _(
            "Nobody but the office sees what you sent. Note and photo are deleted after some months."
        ),
        ("space", "hide"): _("Its data and its history are kept; nobody but the office sees them."),
        ("space", "archive"): _("It has left map and lists. Its page and its history stay to be read."),
        ("space", "same_as"): _("What you saw counts there."),
        ("answer", "reject"): _("The place itself is not touched. Nobody but the office sees what you answered."),
        ("part", "reject"): _(
            "What you saw goes on counting. Nobody but the office sees the rest; it is deleted after some months."
        ),
    }
