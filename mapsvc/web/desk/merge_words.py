"""What a merge and the likeness of two records are in words: the score drawn by its reasons, fields, obstacles."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.duplicates import SHARES, Comparison, Verdict
from mapsvc.domain.merges import PLAIN, PlannedField, Why
from mapsvc.web.desk.differences import text_of
from mapsvc.web.desk.import_words import field_text


def verdict_text(verdict: Verdict) -> str:
    """Return what two records are to each other."""
    return {
        Verdict.SAME: _("certainly the same"),
        Verdict.SIBLINGS: _("another unit of the building"),
        Verdict.SUGGEST_MERGE: _("probably the same"),
        Verdict.ASK: _("perhaps the same"),
        Verdict.NEW: _("probably another place"),
    }[verdict]


def likeness(comparison: Comparison, distance_m: float) -> dict[str, Any]:
    """Return the score of a pair, cut into its reasons, and one sentence that says why."""
    known = sum(SHARES[name] for name in comparison.parts)
    letters = {
        "distance": ("D", _("close together")),
        "address": ("A", _("address")),
        "name": ("N", _("name")),
        "area": ("S", _("size")),
        "image": ("P", _("photos")),
    }
    parts = [
        {"letter": letter, "text": words, "value": SHARES[name] * comparison.parts[name] / known}
        for name, (letter, words) in letters.items()
        if name in comparison.parts
    ]
    return {
        "score": comparison.score,
        "parts": parts,
        "verdict": verdict_text(comparison.verdict),
        "why": why(comparison, distance_m),
    }


def why(comparison: Comparison, distance_m: float) -> str:
    """Return in one sentence what speaks for one place or against it."""
    metres = round(distance_m)
    words = [ngettext("%(num)s m apart", "%(num)s m apart", metres) if metres else _("at one point")]
    address = comparison.parts.get("address")
    if address is not None:
        words.append(
            _("same street and number") if address == 1
            else _("same number with another letter") if address >= 0.6
            else _("same street") if address > 0 else _("another street")
        )  # fmt: skip
    rules = {
        "external_id": _("same key of another register"),
        "parcel": _("same unit in the land register"),
        "parcel_unit": _("another unit of one parcel"),
        "floor": _("another floor"),
    }
    words += [rules[comparison.rule]] if comparison.rule in rules else []
    if comparison.look_at_images:
        words.append(_("photos of the same front"))
    return ", ".join(words) + "."


def obstacle_text(code: str) -> str:
    """Return why two records cannot be joined, in one sentence; empty for nothing."""
    known = {
        "siblings": _("These are two units of one building, so they stay two records."),
        "same_record": _("This is one record."),
        "not_joinable": _("Only waiting and public records can be joined."),
        "survivor_waits": _("A public record cannot end in one that waits. Let the public one live on."),
        "both_in_call": _("Both are lots of one call. Take one lot out of the call first."),
        "merge_waits": _("A proposal about one of them waits for a second person."),
        "objection_stays": _("An owner objected to showing this place exactly. Choose the more careful value."),
        "joined_since": _("The record it was joined with was itself joined with a third one. Undo that first."),
        "hidden_since": _("The record it was joined with is hidden by now. Decide about that first."),
        "too_late": _("This was joined more than 90 days ago and stays as it is."),
        "decided_before": _("Somebody else decided about this first. Nothing was changed."),
        "stale": _("One of the two changed in between. Nothing was joined; look at it again."),
        "swap_reason": _("Say why the other record lives on."),
        "second_person": _("Somebody else has to agree; whoever proposed it cannot."),
        "forbidden": _("To show more than the more careful record does is for an officer of the area."),
        "key_reused": _("This form was already used for something else. Open it again."),
    }
    return known.get(code, "")


#: Fields that a comparison shows besides the members of JSON fields.
SHOWN = frozenset(PLAIN)


def is_shown(name: str) -> bool:
    """Tell whether a comparison shows this field; some only go with another one."""
    return name in SHOWN or "." in name


def field_row(one: PlannedField, slugs: Mapping[str, str]) -> dict[str, Any]:
    """Return a field of the comparison with both values in words, which side is kept and why."""
    reasons = {
        Why.SAME: "",
        Why.ONLY: _("known of one only"),
        Why.TRUST: _("more trusted source"),
        Why.NEWER: _("newer"),
        Why.CAREFUL: _("shows less"),
        Why.OWN: _("of the record that lives on"),
        Why.CHOSEN: _("chosen"),
    }
    return {
        "name": one.name,
        "label": field_label(one.name),
        "values": [
            {"slug": slugs["survivor"], "text": value_text(one.name, one.survivor), "on": one.side == "survivor"},
            {"slug": slugs["loser"], "text": value_text(one.name, one.loser), "on": one.side == "loser"},
        ],
        "why": reasons[one.why],
        "conflict": one.conflict,
        "same": one.why is Why.SAME,
    }


def field_label(name: str) -> str:
    """Return what a field of a merge is called."""
    own = {"address": _("Street and number"), "place": _("Position on the map")}
    return own.get(name) or field_text(name)


def value_text(name: str, value: object) -> str:
    """Return a value of a field in words."""
    if name == "address" and isinstance(value, list):
        return " ".join(part for part in value if part)
    if name == "place" and isinstance(value, list):
        return f"{value[1]:.5f}, {value[0]:.5f} · {_found_by(value[2])}"
    return text_of(name, value)


def _found_by(precision: str) -> str:
    return {
        "entrance": _("the door"),
        "rooftop": _("the building"),
        "parcel": _("the parcel"),
        "street": _("the street"),
        "district": _("the district"),
    }.get(precision, precision)


def moving_text(counts: Mapping[str, int]) -> list[str]:
    """Return what moves to the record that lives on, each kind with its number."""
    words = [
        (counts["observations"], ngettext("%(num)s observation", "%(num)s observations", counts["observations"])),
        (counts["photos"], ngettext("%(num)s photo", "%(num)s photos", counts["photos"])),
        (counts["follow_links"], ngettext("%(num)s private link", "%(num)s private links", counts["follow_links"])),
        (counts["lots"], ngettext("%(num)s lot", "%(num)s lots", counts["lots"])),
        # Joinings of before do not know of pacts.
        (counts.get("pacts", 0), ngettext("%(num)s pact", "%(num)s pacts", counts.get("pacts", 0))),
        (counts["flags"], ngettext("%(num)s flag", "%(num)s flags", counts["flags"])),
        (
            counts["owner_claims"],
            ngettext("%(num)s owner's word", "%(num)s owner's words", counts["owner_claims"]),
        ),
    ]
    return [text for count, text in words if count]
