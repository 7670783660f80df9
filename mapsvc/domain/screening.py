"""What a machine sees in a text before anybody reads it: personal data (M1) and accusations (M3 of publication 5.2)."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Finding(StrEnum):
    """What the automatic screening finds in a text; each of them holds it for a moderator (M1, M3)."""

    PHONE = "phone"
    EMAIL = "email"
    IBAN = "iban"
    FISCAL_CODE = "fiscal_code"
    PLATE = "plate"
    ACCUSATION = "accusation"


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
    return frozenset(finding for finding, _, _ in spots(text))


def redact(text: str) -> str:
    """The text with personal data (M1) and accusing words (M3) replaced by "[…]": what a moderator may publish."""
    while found := spots(text):
        parts, position = [], 0
        for _, start, end in found:
            parts += [text[position:start], _REDACTED]
            position = end
        # What stood before and after a spot may read as another one now, so the result is looked at again.
        text = "".join(parts) + text[position:]
    return text


def spots(text: str) -> list[tuple[Finding, int, int]]:
    """Where personal data and accusations stand in a text, in order and without overlap; the earlier kind wins.

    A spot is (what, first character, character after the last), counted from 0.
    """
    plain = "".join(_plain(char) for char in text)
    without_dates = _NOT_A_PHONE.sub(lambda match: "x" * len(match.group()), plain)
    spans: list[tuple[Finding, int, int]] = []
    for finding, pattern in _PATTERNS:
        for match in pattern.finditer(without_dates if finding is Finding.PHONE else plain):
            start, end = match.span()
            if all(end <= first or start >= last for _, first, last in spans):
                spans.append((finding, start, end))
    for match in _ACCUSATION.finditer(text):
        start, end = match.span()
        if all(end <= first or start >= last for _, first, last in spans):
            spans.append((Finding.ACCUSATION, start, end))
    return sorted(spans, key=lambda span: span[1])


def _plain(char: str) -> str:
    """The character's plain form where it is one character, so that full-width digits hide nothing and places stay."""
    form = unicodedata.normalize("NFKC", char)
    return form if len(form) == 1 else char
