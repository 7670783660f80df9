"""Moderation: which decisions there are, who may take them, and what a machine can see in a text (publication 5.2).

How a published place is shown is in ``publication``; the words for the codes are the web's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from mapsvc.domain.errors import Conflict, Forbidden, Invalid
from mapsvc.domain.people import Role
from mapsvc.domain.publication import Moderation
from mapsvc.domain.spaces import RecordState


class RejectionReason(StrEnum):
    """The closed list of reasons for refusing a contribution; the contributor reads one of them."""

    NOT_A_SPACE = "not_a_space"
    WRONG_PLACE = "wrong_place"
    OUTSIDE_AREA = "outside_area"
    IN_USE = "in_use"
    LIVED_IN = "lived_in"
    PERSONAL_DATA = "personal_data"
    ACCUSATION = "accusation"
    OFFENSIVE = "offensive"
    COPIED_MEDIA = "copied_media"
    NOT_ENOUGH = "not_enough"
    SPAM = "spam"


class HidingReason(StrEnum):
    """The closed list of reasons for taking a published record out of sight; the data are kept."""

    OWNER_OBJECTION = "owner_objection"
    PRIVATE = "private"
    DANGEROUS = "dangerous"
    OFFENSIVE = "offensive"
    WRONG = "wrong"


class Finding(StrEnum):
    """What the automatic screening finds in a text; each of them holds it for a moderator (M1, M3)."""

    PHONE = "phone"
    EMAIL = "email"
    IBAN = "iban"
    FISCAL_CODE = "fiscal_code"
    PLATE = "plate"
    ACCUSATION = "accusation"


# The service itself, when no person decides: publishing a trusted contribution, archiving what is gone.
SYSTEM = "system"

_DESK = frozenset({Role.MODERATOR.value, Role.OFFICER.value, Role.ADMINISTRATOR.value})
_OFFICE = frozenset({Role.OFFICER.value, Role.ADMINISTRATOR.value})
_STATE = RecordState
_WHO: dict[tuple[RecordState, RecordState], frozenset[str]] = {
    (_STATE.SUBMITTED, _STATE.PUBLISHED): _DESK | {SYSTEM},
    (_STATE.SUBMITTED, _STATE.REJECTED): _DESK,
    (_STATE.SUBMITTED, _STATE.MERGED): _DESK,
    (_STATE.PUBLISHED, _STATE.MERGED): _DESK,
    (_STATE.PUBLISHED, _STATE.HIDDEN): _DESK,
    (_STATE.HIDDEN, _STATE.PUBLISHED): _DESK,
    (_STATE.PUBLISHED, _STATE.ARCHIVED): _OFFICE | {SYSTEM},
    # Taking back: an appeal against a refusal, and the undoing of a merge.
    (_STATE.REJECTED, _STATE.SUBMITTED): _DESK,
    (_STATE.MERGED, _STATE.PUBLISHED): _DESK,
    (_STATE.MERGED, _STATE.SUBMITTED): _DESK,
}
# Days within which a decision can be taken back, by the state that is left.
_UNDO_DAYS = {_STATE.REJECTED: 30, _STATE.MERGED: 90}


@dataclass(frozen=True, slots=True)
class StateChange:
    """A wanted change of a record's moderation state, with what its guards look at.

    ``decided_on`` is the day of the decision that is taken back; ``same_person`` says that the one who decided then
    asks now; ``second_person`` that another one agreed where the two-person rule holds (``needs_second_person``).
    """

    before: RecordState
    after: RecordState
    roles: Collection[str]
    reason: str | None = None
    target: UUID | None = None
    today: date | None = None
    decided_on: date | None = None
    same_person: bool = False
    needs_second_person: bool = False
    second_person: bool = False
    gone: bool = False


def allowed_targets(before: RecordState, roles: Collection[str]) -> frozenset[RecordState]:
    """The states to which somebody with these roles can move a record, guards aside."""
    return frozenset(after for (start, after), who in _WHO.items() if start is before and who & set(roles))


def check_change(change: StateChange) -> None:
    """Raise Conflict, Forbidden or Invalid unless these roles may make the change and its guards hold (2.1, 5.2)."""
    who = _WHO.get((change.before, change.after))
    if who is None:
        raise Conflict("This record cannot change in that way any more.", code="state")
    if not who & set(change.roles):
        raise Forbidden("This account may not decide that.", code="forbidden")
    if change.needs_second_person and not change.second_person:
        raise Forbidden("A second person has to agree.", code="second_person")
    if change.after is _STATE.REJECTED and change.reason not in tuple(RejectionReason):
        raise Invalid("A reason from the list is needed.", "/reason", code="reason")
    if change.after is _STATE.HIDDEN and change.reason not in tuple(HidingReason):
        raise Invalid("A reason from the list is needed.", "/reason", code="reason")
    if change.after is _STATE.MERGED and change.target is None:
        raise Invalid("It has to be said which record it is the same as.", "/target", code="target")
    if change.after is _STATE.ARCHIVED and not change.gone and not change.reason:
        raise Invalid("A place that is not gone is archived with a reason.", "/reason", code="reason")
    if change.before in _UNDO_DAYS:
        _check_undo(change)


def _check_undo(change: StateChange) -> None:
    if change.today is None or change.decided_on is None:
        raise Invalid("The day of the decision is needed.", "/decided_on", code="decided_on")
    if (change.today - change.decided_on).days > _UNDO_DAYS[change.before]:
        raise Conflict("The time for taking this back is over.", code="too_late")
    if change.before is _STATE.REJECTED and change.same_person:
        raise Forbidden("Another moderator decides about an appeal.", code="second_person")


# A contributor whose places need no look beforehand (M6): so many published, none rejected in 180 days, well judged.
_TRUSTED_PUBLISHED = 10
_TRUSTED_RELIABILITY = 1.1


def is_trusted(published: int, rejected_lately: int, reliability: float) -> bool:
    """Whether a contributor's places are published at once: M6; ``rejected_lately`` counts the last 180 days."""
    return published >= _TRUSTED_PUBLISHED and rejected_lately == 0 and reliability >= _TRUSTED_RELIABILITY


def first_state(moderation: str, roles: Collection[str], *, trusted: bool = False) -> RecordState:
    """The state of a new place; where an area moderates afterwards it is public at once, its text and photo are not."""
    if moderation == Moderation.AFTER or trusted or _DESK & set(roles):
        return RecordState.PUBLISHED
    return RecordState.SUBMITTED


_PATTERNS: tuple[tuple[Finding, re.Pattern[str]], ...] = (
    (
        Finding.EMAIL,
        re.compile(
            r"[\w.+-]{1,64}\s?(?:@|[(\[]\s?at\s?[)\]]|\bchiocciola\b)\s?[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.I
        ),
    ),
    (
        Finding.IBAN,
        re.compile(
            r"\b(?=[A-Z]{2}(?:[A-Z ]{0,9}\d){10})[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.I
        ),
    ),
    (
        # The digits may be written as letters where two people would share a code (omocodia).
        Finding.FISCAL_CODE,
        re.compile(
            r"\b[A-Z]{6} ?[\dLMNPQRSTUV]{2} ?[ABCDEHLMPRST] ?[\dLMNPQRSTUV]{2} ?[A-Z][\dLMNPQRSTUV]{3} ?[A-Z]\b", re.I
        ),
    ),
    # Spelled apart only in capitals, since "da 100 mq" is no plate; I, O, Q and U do not occur on plates.
    (Finding.PLATE, re.compile(r"\b[A-HJ-NPR-TV-Z]{2}[ -]?\d{3}[ -]?[A-HJ-NPR-TV-Z]{2}\b")),
    (Finding.PLATE, re.compile(r"\b[a-hj-npr-tv-z]{2}\d{3}[a-hj-npr-tv-z]{2}\b")),
    (Finding.PHONE, re.compile(r"(?<![\w.,/])(?:\+|00)?\(?\d\)?(?:[ .\-/()]{0,2}\d){7,14}(?![\w/])")),
)
# Dates and spans of years are made of as many digits as telephone numbers.
_NOT_A_PHONE = re.compile(
    r"\b(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]\d{1,2}\b"
    r"|\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d\b"
)
# Words that accuse somebody or name an owner (M3): the fact is kept by a moderator, the accusation is not.
_ACCUSATION = re.compile(
    r"\babusiv\w*|\bsquat\w*|\bspacciat\w*|\bspaccio\s+di\b|\bdrog(?:a|he|ati?)\b|\bdrug(?:s|gies?)?\b|\bdealers?\b"
    r"|\bprostitu\w*|\bmafi\w*|\bcriminal\w*|\bladr[oi]\b|\bthie(?:f|ves)\b|\billegal\w*"
    r"|\babandoned\s+by\b|\babbandonat[oaie]\s+da(?:l|lla|gli|i)?\s+(?-i:[A-Z])|\bowned\s+by\b|\bdi\s+propriet[àa]\s+di\b"
    r"|\bthe\s+owner\s+is\b|\bil\s+proprietario\s+è\b",
    re.I,
)
_REDACTED = "[…]"


def screen(text: str) -> frozenset[Finding]:
    """What holds this text for a moderator: personal data (M1) and accusations (M3); empty for an ordinary text."""
    found = {finding for finding, _, _ in _personal(text)}
    if _ACCUSATION.search(text):
        found.add(Finding.ACCUSATION)
    return frozenset(found)


def redact(text: str) -> str:
    """The text with every phone number, e-mail address, IBAN, fiscal code and plate replaced by "[…]" (M1)."""
    parts, position = [], 0
    for _, start, end in _personal(text):
        parts += [text[position:start], _REDACTED]
        position = end
    return "".join(parts) + text[position:]


def _personal(text: str) -> list[tuple[Finding, int, int]]:
    """Where personal data stand in a text, in order and without overlap; the earlier pattern of the list wins."""
    plain = "".join(_plain(char) for char in text)
    without_dates = _NOT_A_PHONE.sub(lambda match: "x" * len(match.group()), plain)
    spans: list[tuple[Finding, int, int]] = []
    for finding, pattern in _PATTERNS:
        for match in pattern.finditer(without_dates if finding is Finding.PHONE else plain):
            start, end = match.span()
            if all(end <= first or start >= last for _, first, last in spans):
                spans.append((finding, start, end))
    return sorted(spans, key=lambda span: span[1])


def _plain(char: str) -> str:
    """The character's plain form where it is one character, so that full-width digits hide nothing and places stay."""
    form = unicodedata.normalize("NFKC", char)
    return form if len(form) == 1 else char


# Marks that turn the direction of the text around them; left open they would disturb the page beside the text.
_DIRECTION = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SPACES = re.compile(r"[^\S\n]+")


def clean_text(value: object, pointer: str, longest: int, *, several_lines: bool = False) -> str:
    """The text as it is stored: Unicode NFC, trimmed, spaces joined; raises Invalid for what no honest text contains.

    Refused are anything but a string, NUL and other control characters, lone surrogates, non-characters, and more than
    ``longest`` characters. A line break becomes a space unless ``several_lines``.
    """
    if not isinstance(value, str):
        raise Invalid("A text is needed.", pointer, code="text_type")
    # Before normalising, which is slow on hostile input and can triple the length.
    if len(value) > 4 * longest + 100:
        raise Invalid(f"At most {longest} characters.", pointer, code="text_length", longest=longest)
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").translate(_DIRECTION)
    if not several_lines:
        text = text.replace("\n", " ")
    for char in text:
        if char != "\n" and unicodedata.category(char) in ("Cc", "Cs"):
            raise Invalid("The text contains a character that cannot be stored.", pointer, code="text_character")
        if ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF:
            raise Invalid("The text contains a character that cannot be stored.", pointer, code="text_character")
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    text = "\n".join(line.strip() for line in text.split("\n")).strip()
    if len(text) > longest:
        raise Invalid(f"At most {longest} characters.", pointer, code="text_length", longest=longest)
    return text
