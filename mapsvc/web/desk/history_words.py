"""A change in words: what was done, which field, from what to what; long texts word by word, moves with distance."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from flask_babel import gettext as _

from mapsvc.domain.geometry import distance_m
from mapsvc.domain.history import ERASED, FIELDS, REFERENCE, WITHHELD, flat
from mapsvc.web import map_words
from mapsvc.web.desk.differences import text_of
from mapsvc.web.desk.import_words import field_text
from mapsvc.web.i18n import number_text
from mapsvc.web.labels import label

#: A text longer than this (signs) is compared word by word.
_LONG = 60
#: Texts less alike than this share of their words are shown one after the other.
_ALIKE = 0.55
_CODE = re.compile(r"[a-z0-9_]{1,60}")
#: Kinds of entries of a record, as the filter offers them; what is in none of them shows under "everything" only.
KINDS: Mapping[str, tuple[str, ...]] = {
    "facts": ("added", "edited", "imported", "rolled_back", "vanished", "returned", "number_reused"),
    "decisions": (
        "publish", "reject", "hide", "archive", "same_as", "merge_proposed", "merge_refused", "merge_undone",
        "judged_different", "frozen", "thawed", "looked_at", "decision_taken_back", "appealed", "appeal_upheld",
        "appeal_refused", "precision_by_policy", "owner_claimed", "owner_withdrew", "owner_verified", "owner_refused",
        "unhide_asked", "unhide_agreed", "unhide_refused", "observation_counted", "observation_rejected",
    ),
    "seen": (
        "reported", "observed", "observation_held", "observation_withdrawn", "note_corrected", "note_shown",
        "note_refused", "photo_shown", "photo_refused", "photo_blurred", "flagged",
    ),
}  # fmt: skip


def action_text(action: str) -> str:
    """Return what was done, in words; the code itself for one that is not known here."""
    return _known().get(action) or action.replace("_", " ")


def actions() -> list[tuple[str, str]]:
    """Return code and words of every action, in the order of the words."""
    known = _known()
    return sorted(known.items(), key=lambda pair: pair[1].casefold())


def _known() -> dict[str, str]:
    of_calls = _of_calls() | _of_applications() | _of_evaluation() | _of_runs() | _of_awards()
    return _of_records() | _of_decisions() | _of_accounts() | of_calls


def _of_runs() -> dict[str, str]:
    return {
        "run_simulated": _("Match tried out"),
        "run_frozen": _("Match frozen"),
        "run_computed": _("Match computed"),
        "run_reviewed": _("Match reviewed"),
        "run_adopted": _("Match adopted"),
        "results_published": _("List published"),
        "observation_sent": _("Observation about the list sent"),
        "observation_answered": _("Observation about the list answered"),
        "run_superseded": _("Match replaced by a newer one"),
        "run_discarded": _("Match put aside"),
        "lock_proposed": _("Decision before the match written"),
        "lock_signed": _("Decision before the match signed"),
        "lock_lifted": _("Decision before the match taken back"),
        "application_matched": _("Result of the match noted"),
    }


def _of_awards() -> dict[str, str]:
    return {
        "offer_sent": _("Offer of a lot sent"),
        "offer_accepted": _("Offer accepted"),
        "offer_declined": _("Offer declined"),
        "offer_expired": _("Offer ended without an answer"),
        "offer_revoked": _("Offer taken back"),
        "offer_moved": _("Offer moved to a better lot"),
        "offer_signed": _("Contract signed"),
        "condition_noted": _("Condition of an offer looked at"),
        "pact_begun": _("Draft of a pact begun"),
        "handed_over": _("Premises handed over"),
        "given_back": _("Premises given back"),
        "return_announced": _("Return of premises announced"),
        "availability_changed": _("Availability changed"),
    }


def _of_applications() -> dict[str, str]:
    return {
        "application_begun": _("Application begun"),
        "application_saved": _("Application written on"),
        "application_address": _("Address for the private link changed"),
        "application_sent": _("Application sent"),
        "application_withdrawn": _("Application withdrawn"),
        "application_completed": _("Application completed as asked"),
        "document_added": _("Document received"),
        "document_removed": _("Document taken out"),
    }


def _of_evaluation() -> dict[str, str]:
    return {
        "checked": _("Rule checked by the office"),
        "admitted": _("Application admitted"),
        "inadmissible": _("Application not admitted"),
        "completion_asked": _("Group asked to complete"),
        "member_added": _("Member of the committee named"),
        "member_removed": _("Member of the committee taken out"),
        "chair_given": _("Chair of the committee given"),
        "conflict_declared": _("Conflict of interest declared"),
        "sheet_begun": _("Score sheet begun"),
        "sheet_signed": _("Score sheet signed"),
        "scored": _("Points of all members summed up"),
        "owner_order_noted": _("Order of an owner noted"),
    }


def _of_calls() -> dict[str, str]:
    return {
        "call_created": _("Call begun"),
        "call_edited": _("Call changed"),
        "call_legal_check": _("Legal check of a call"),
        "call_moved": _("Call moved on"),
        "call_extended": _("Call given more time"),
        "call_drawn": _("Numbers of the draw noted"),
        "lot_added": _("Lot added"),
        "lot_changed": _("Lot changed"),
        "lot_removed": _("Lot removed"),
        "lot_withdrawn": _("Lot withdrawn"),
    }


def _of_records() -> dict[str, str]:
    return {
        "reported": _("Reported"),
        "added": _("Added"),
        "edited": _("Changed"),
        "imported": _("Imported"),
        "registered": _("Register named"),
        "synced": _("Brought in step with its file"),
        "run_asked": _("Comparison asked for"),
        "rows_chosen": _("Rows decided one by one"),
        "run_accepted": _("Difference accepted"),
        "columns_answered": _("Columns explained"),
        "run_stopped": _("Run stopped"),
        "run_resumed": _("Run goes on"),
        "run_put_away": _("Run put away"),
        "run_failed": _("Run failed"),
        "vanished": _("No longer in its register"),
        "returned": _("In its register again"),
        "number_reused": _("Number given to something else by its register"),
        "previewed": _("File read"),
        "discarded": _("File put away"),
        "loaded": _("Loaded"),
        "made": _("Made"),
        "rolled_back": _("Put back"),
        "observed": _("Observed"),
        "observation_held": _("Answer waits for a look"),
        "observation_counted": _("Waiting answer counts"),
        "observation_rejected": _("Waiting answer refused"),
        "observation_withdrawn": _("Observation taken back"),
        "note_corrected": _("Text corrected"),
        "withdrawn": _("Withdrawn"),
        "corrected": _("Corrected"),
        "confirmed": _("Confirmed"),
        "erased": _("Personal data erased"),
    }


def _of_decisions() -> dict[str, str]:
    return {
        "publish": _("Published"),
        "reject": _("Not accepted"),
        "hide": _("Hidden"),
        "archive": _("Archived"),
        "same_as": _("Joined with another record"),
        "merge_proposed": _("Joining proposed"),
        "merge_refused": _("Joining refused"),
        "merge_undone": _("Joining undone"),
        "judged_different": _("Said to be another place"),
        "note_shown": _("Text shown"),
        "note_refused": _("Text not accepted"),
        "photo_shown": _("Photo shown"),
        "photo_refused": _("Photo not accepted"),
        "photo_blurred": _("Parts of a photo made unreadable"),
        "notes_shown": _("Texts and photos shown"),
        "notes_put_away": _("Texts and photos put away"),
        "flagged": _("Flagged"),
        "frozen": _("Held after contradicting answers"),
        "thawed": _("Released again"),
        "looked_at": _("Looked at and left as it is"),
        "appealed": _("Objected to"),
        "appeal_upheld": _("Objection granted"),
        "appeal_refused": _("Objection refused"),
        "decision_taken_back": _("Decision taken back"),
        "precision_by_policy": _("Shown as the area decided"),
        "policy_decided": _("Rules of the area changed"),
        "owner_claimed": _("The owner wrote"),
        "owner_withdrew": _("The owner took it back"),
        "owner_verified": _("The owner's message accepted"),
        "owner_refused": _("The owner's message not accepted"),
        "unhide_asked": _("Asked to show the exact place again"),
        "unhide_agreed": _("Agreed to show the exact place again"),
        "unhide_refused": _("Exact place kept hidden"),
        "told_office": _("Somebody lives there: message to the office"),
        "message_closed": _("Message closed"),
        "approved": _("Approved"),
        "refused": _("Refused"),
        "activated": _("Shown to everybody"),
        "collective_verified": _("Verified"),
        "collective_suspended": _("Suspended"),
        "collective_lifted": _("Suspension lifted"),
        "collective_dissolved": _("Dissolved"),
        "asked_whether_active": _("Asked whether it still exists"),
        "endorsed": _("Endorsed"),
        "endorsement_withdrawn": _("Endorsement taken back"),
        "told_of_spaces": _("Told of spaces that fit"),
        "asked": _("Asked for"),
    }


def _of_accounts() -> dict[str, str]:
    return {
        "account_made": _("Account made"),
        "account_opened": _("Account opened"),
        "invited": _("Invited"),
        "granted": _("Role given"),
        "revoked": _("Role taken back"),
        "opened": _("Opened again"),
        "closed": _("Closed"),
    }


def noun_text(noun: str) -> str:
    """Return the kind of record in words."""
    return {
        "space": _("Space"),
        "observation": _("Observation"),
        "photo": _("Photo"),
        "area": _("Area"),
        "group": _("Group"),
        "map": _("Map"),
        "collective": _("Collective"),
        "import": _("Import"),
        "source": _("Source"),
        "city": _("Deployment"),
        "user": _("Account"),
        "initiative": _("Initiative"),
        "pact": _("Pact"),
        "flag": _("Flag"),
        "appeal": _("Objection"),
        "owner_claim": _("Word of an owner"),
        "office_message": _("Message to the office"),
        "subscription": _("Subscription"),
        "reminder": _("Reminder"),
        "contact": _("Address of a contact"),
        "merge": _("Joining"),
    }.get(noun, noun)


def nouns() -> list[tuple[str, str]]:
    """Return code and words of every kind of record that the history knows."""
    return [(noun, noun_text(noun)) for noun in FIELDS]


def reason_text(action: str, reason: object) -> str:
    """Return why something was done: the words of a code, or the words that somebody wrote."""
    if reason == ERASED:
        return _("erased")
    words = str(reason)
    if not _CODE.fullmatch(words):
        return words
    first = "hiding_reason" if action == "hide" else "rejection_reason"
    for vocabulary in (first, "rejection_reason", "hiding_reason"):
        if label(vocabulary, words) != words:
            return label(vocabulary, words)
    return {"withdrawn": _("Taken back by whoever reported it"), "flip": _("Answers changed back and forth")}.get(
        words, words.replace("_", " ")
    )


@dataclass(frozen=True)
class Words:
    """How the fields of a kind of record are named, and their values."""

    field: Callable[[str], str]
    value: Callable[[str, Any], str]


def words_of(noun: str) -> Words:
    """Return the words for a kind of record: those of its own editor where it has one."""
    return {"map": Words(_map_field, _map_value), "area": Words(_area_field, _area_value)}.get(
        noun, Words(field_name, value_text)
    )


def _map_field(name: str) -> str:
    own = map_words.field_name(name)
    return field_name(name) if own == name else own


def _map_value(name: str, value: Any) -> str:
    known = name in map_words.FIELDS and value != ERASED
    return map_words.value_text(name, value) if known else value_text(name, value)


def _area_field(name: str) -> str:
    return {"commercial_precision": _("Shops"), "moderation": _("New places")}.get(name) or field_name(name)


def _area_value(name: str, value: Any) -> str:
    vocabulary = {"commercial_precision": "shop_precision", "moderation": "moderation"}.get(name)
    if vocabulary is None:
        return value_text(name, value)
    return label(vocabulary, value) if value else _("As around it")


def lines(entry: Mapping[str, Any], *, apart: bool = False) -> list[dict[str, Any]]:
    """Return what an entry changed, field by field; `apart` says that personal values are not for this reader.

    Each line has `field` and `kind`: value (before, after), text (parts: same, del or ins, and words) or place
    (before, after, moved).
    """
    before, after = flat(entry["before"] or {}), flat(entry["after"] or {})
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    words = words_of(entry["noun"])
    return [_line(words, name, before.get(name), after.get(name), name in before, apart) for name in names]


def _line(words: Words, name: str, before: Any, after: Any, compared: bool, apart: bool) -> dict[str, Any]:
    line: dict[str, Any] = {"field": words.field(name), "kind": "value"}
    if apart and any(_refers(value) for value in (before, after)):
        return line | {"before": "", "after": _("kept apart")}
    if name == "point" and _is_place(before) and _is_place(after):
        metres = distance_m(tuple(before), tuple(after))
        line |= {"kind": "place", "moved": _("moved by %(metres)s m", metres=number_text(max(1, round(metres))))}
    elif isinstance(before, str) and isinstance(after, str) and max(len(before), len(after)) > _LONG:
        return line | {"kind": "text", "parts": word_parts(before, after)}
    return line | {"before": words.value(name, before) if compared else "", "after": words.value(name, after)}


def _refers(value: object) -> bool:
    return isinstance(value, Mapping) and REFERENCE in value


def _is_place(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(part, int | float) for part in value)


def word_parts(before: str, after: str) -> list[tuple[str, str]]:
    """Return a text and its change as pieces (same, del, ins), word by word; together they hold both texts."""
    if ERASED in (before, after):
        return [("del", _said(before)), ("ins", _said(after))]
    left, right = re.split(r"(\s+)", before), re.split(r"(\s+)", after)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [("del", before), ("ins", after)]
    parts: list[tuple[str, str]] = []
    for kind, one, two, three, four in matcher.get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(left[one:two])))
        else:
            parts += [("del", "".join(left[one:two]))] if two > one else []
            parts += [("ins", "".join(right[three:four]))] if four > three else []
    return parts


def _said(text: str) -> str:
    return _("erased") if text == ERASED else text


def value_text(name: str, value: Any) -> str:
    """Return a value of the history as one short text."""
    if value == ERASED:
        return _("erased")
    if isinstance(value, Mapping) and WITHHELD in value:
        return _("not kept")
    if name in _CODES and isinstance(value, str):
        return label(_CODES[name], value)
    if isinstance(value, list | tuple) and name != "point" and all(isinstance(part, str) for part in value):
        return ", ".join(value) or _("none")
    if isinstance(value, Mapping):
        return ", ".join(f"{member}: {value_text(member, item)}" for member, item in value.items()) or _("none")
    return text_of(name, value)


_CODES = {
    "claim": "claim", "status": "vacancy_status", "state": "record_state", "record_state": "record_state",
    "role": "role", "commercial_precision": "precision", "wish": "owner_wish", "kind": "flag_kind",
}  # fmt: skip


def field_name(name: str) -> str:
    """Return the name of a field of any record."""
    head, dot, member = name.partition(".")
    known = {
        "state": _("State"),
        "status": _("Status"),
        "claim": _("What was seen"),
        "role": _("Role"),
        "title": _("Title"),
        "slug": _("Address"),
        "intro": _("Introduction"),
        "about": _("About"),
        "website": _("Website"),
        "story": _("Who they are"),
        "form": _("Legal form"),
        "disciplines": _("Disciplines"),
        "members_count": _("How many people"),
        "needs": _("Needs"),
        "view": _("View"),
        "filters": _("What it shows"),
        "entry": _("Back to before entry"),
        "target": _("Other record"),
        "survivor_id": _("Record that stays"),
        "loser_id": _("Record that goes"),
        "photo": _("Photo"),
        "observation_id": _("Observation"),
        "area_id": _("Area"),
        "group_id": _("Group"),
        "collective_id": _("Collective"),
        "active": _("Open"),
        "moderation": _("Publication"),
        "commercial_precision": _("What the public sees of the place"),
        "count": _("Records"),
        "kind": _("Kind"),
        "owner_note": _("Note of the owner"),
        "wish": _("What the owner wants"),
        "areas": _("Areas"),
        "streets": _("Streets"),
        "spaces": _("Spaces"),
        "initiatives": _("Initiatives"),
        "pacts": _("Pacts"),
        "collectives": _("Collectives"),
        "calls": _("Calls"),
    }
    if head in known:
        return f"{known[head]} ({member})" if dot else known[head]
    return field_text(name)
