"""Texts as they are stored: clean Unicode of a stated length. What a text says is judged in ``screening``."""

from __future__ import annotations

import re
import unicodedata

from mapsvc.domain.errors import Invalid

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
