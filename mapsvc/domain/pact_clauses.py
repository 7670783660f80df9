"""What a pact says, as structured text: the clauses of a pact by code, in each language (domain.md 2.8).

Letters a to h are those of Bologna's regulation, article 5, paragraph 2, with what follows them there; those of
temporary use are article 23-quater, paragraph 3, of DPR 380/2001.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mapsvc.domain.errors import Invalid
from mapsvc.domain.texts import clean_text

LANGUAGES = ("en", "it")
LONGEST_CLAUSE = 6_000


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its code, its letter in the regulation, and whether a pact can be approved without it."""

    code: str
    letter: str
    required: bool
    temporary_use: bool = False


CLAUSES: tuple[Clause, ...] = (
    Clause("objectives", "a", True),
    Clause("duration", "b", True),
    Clause("ways", "c", True),
    Clause("use", "d", True),
    Clause("liability", "e", True),
    Clause("guarantees", "f", False),
    Clause("support", "g", True),
    Clause("publicity", "h", True),
    Clause("supervision", "i", False),
    Clause("exclusion", "j", False),
    Clause("hand_back", "k", True),
    Clause("amendments", "l", False),
    Clause("temporary_duration", "", True, temporary_use=True),
    Clause("temporary_ways", "", True, temporary_use=True),
    Clause("temporary_restoration", "", True, temporary_use=True),
    Clause("temporary_guarantees", "", True, temporary_use=True),
)
BY_CODE: Mapping[str, Clause] = {one.code: one for one in CLAUSES}

Clauses = Mapping[str, Mapping[str, str]]
"""Text by language, by the code of the clause."""


def read_clauses(given: object, pointer: str = "/clauses") -> dict[str, dict[str, str]]:
    """Return the clauses of a JSON object, texts cleaned and empty ones left out; raise Invalid with a pointer."""
    if not isinstance(given, Mapping):
        raise Invalid("The clauses must be an object.", pointer, code="not_an_object")
    found: dict[str, dict[str, str]] = {}
    for code, texts in given.items():
        at = f"{pointer}/{code}" if code in BY_CODE else pointer
        if code not in BY_CODE:
            raise Invalid("There is no clause of this name.", at, code="unknown_field")
        if not isinstance(texts, Mapping):
            raise Invalid("A clause has a text in each language.", at, code="not_an_object")
        said = {}
        for lang, text in texts.items():
            if lang not in LANGUAGES:
                raise Invalid("This language is not used here.", at, code="unknown_value", value=str(lang)[:20])
            cleaned = clean_text(text, f"{at}/{lang}", LONGEST_CLAUSE, several_lines=True)
            if cleaned:
                said[lang] = cleaned
        if said:
            found[code] = said
    return {one.code: found[one.code] for one in CLAUSES if one.code in found}


def missing_clauses(clauses: Clauses, *, temporary_use: bool) -> tuple[str, ...]:
    """Return the codes of the clauses that have to be written before the pact is approved, in their order."""
    return tuple(
        one.code
        for one in CLAUSES
        if one.required and (temporary_use or not one.temporary_use) and not any(clauses.get(one.code, {}).values())
    )


def clauses_of(*, temporary_use: bool) -> tuple[Clause, ...]:
    """Return the clauses that a pact of this kind may have."""
    return tuple(one for one in CLAUSES if temporary_use or not one.temporary_use)
