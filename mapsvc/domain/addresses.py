"""Addresses as people write them, in Italy and the United States, taken apart so that two of them can be compared.

Where an address lies is the gazetteer's affair; nothing here knows a street.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Address:
    """A street as written, the root of its civic number (None when there is none), its exponent in upper case."""

    street: str
    number: int | None = None
    exponent: str = ""

    @property
    def street_key(self) -> str:
        """The street in the form in which two spellings of it are equal."""
        return normalised_street(self.street)

    @property
    def civic(self) -> str:
        """The civic number as one writes it: "18", "12/B", "12 bis"; empty when there is none."""
        if self.number is None:
            return ""
        if not self.exponent:
            return str(self.number)
        return f"{self.number} {self.exponent.lower()}" if len(self.exponent) > 2 else f"{self.number}/{self.exponent}"


# What a civic number may carry: a letter or two, bis/ter/quater, or the end of a span; "r" is Genoa's red numbering.
_NUMBER = r"(?P<number>\d{1,5})(?!\d)(?:\s*[/\\-]?\s*(?P<exponent>bis|ter|quater|quinquies|1/2|[a-z]{1,2}|\d{1,5}))?"
_PREFIX = r"(?:\bn(?:r|um)?\s*[.°º]*\s*|\bnumero\s+|\bcivico\s+|#\s*)?"
# A place inside the house says which unit it is, not which civic number; it follows one ("Via della Scala 5").
_INSIDE = re.compile(
    r"(?P<civic>\d\s?/?\s?\w{0,6})[,\s]+(?:int(?:erno)?|scala|sc|piano|p\.?t|fl(?:oor)?)\b\.?.*$"
    r"|[,\s]+(?:apt|apartment|unit|suite|ste)\b\.?\s*#?\w{1,5}$",
    re.IGNORECASE,
)
_WITHOUT_NUMBER = re.compile(r"[,\s]+(?:s\.?n\.?c\.?|senza\s+numero)\.?$", re.IGNORECASE)
_TRAILING = re.compile(rf"^(?P<street>.*?[^\W\d_].*?)(?:\s*,\s*|\s+){_PREFIX}{_NUMBER}$", re.IGNORECASE)
# A leading number, American or "12, via Nizza"; that of "4th Street" is none.
_LEADING = re.compile(
    r"^(?P<number>\d{1,5})(?: ?(?P<exponent>1/2|(?<=\d)[a-z](?![\w'’])|-\d{1,5}))?\s*,?\s+"
    r"(?P<street>.*[^\W\d_].*)$",
    re.IGNORECASE,
)
_LONGEST = 300
_CIVIC = re.compile(_NUMBER, re.IGNORECASE)


def is_civic(text: str) -> bool:
    """Tell whether a text is a civic number as one writes it, or empty, and not words somebody put into its field."""
    return not text or _CIVIC.fullmatch(text.strip()) is not None


def parse_address(text: str) -> Address:
    """The street, number and exponent of one written line; without a number the whole line is the street.

    Reads "Via Nizza 18", "Corso Francia, 12/B", "via Roma n. 12 bis", "1234 Market St", "123 1/2 Main Street"; what
    lies inside the house ("int. 3", "Suite 5") is left out, and "s.n.c." means that there is no number.
    """
    line = " ".join(text[:_LONGEST].split())
    line = _WITHOUT_NUMBER.sub("", _INSIDE.sub(r"\g<civic>", line)).strip(" ,")
    match = _TRAILING.match(line) or _LEADING.match(line)
    if match is None:
        return Address(line)
    exponent = (match["exponent"] or "").strip("-").upper()
    return Address(match["street"].strip(" ,"), int(match["number"]), exponent)


def with_number(street: str, number: str | None) -> Address:
    """The address of a street and a number that stand in two fields."""
    if not number:
        return Address(street.strip())
    match = re.fullmatch(_PREFIX + _NUMBER, number.strip()[:_LONGEST], re.IGNORECASE)
    if match is None:
        return Address(street.strip())
    return Address(street.strip(), int(match["number"]), (match["exponent"] or "").upper())


# The short forms of the kind of street, in front (Italy) and behind (United States).
_ITALIAN = {
    "v": "via",
    "vle": "viale",
    "vlo": "vicolo",
    "vic": "vicolo",
    "c": "corso",
    "cso": "corso",
    "p": "piazza",
    "pza": "piazza",
    "pzza": "piazza",
    "ple": "piazzale",
    "pzle": "piazzale",
    "lgo": "largo",
    "str": "strada",
    "sda": "strada",
    "bgo": "borgo",
    "fraz": "frazione",
    "loc": "localita",
    "lung": "lungo",
}
_AMERICAN = {
    "st": "street",
    "av": "avenue",
    "ave": "avenue",
    "blvd": "boulevard",
    "dr": "drive",
    "ln": "lane",
    "ct": "court",
    "pl": "place",
    "rd": "road",
    "ter": "terrace",
    "hwy": "highway",
    "sq": "square",
    "pkwy": "parkway",
    "aly": "alley",
}
_KINDS = frozenset(
    {*_ITALIAN.values(), *_AMERICAN.values(), "way", "galleria", "lungo po", "lungodora", "calle", "salita", "vicolo"}
)
# "C.so", "P.za" and "v.le" are one word; the dot of "v.Nizza" ends one.
_DOTTED = re.compile(r"^(v\.?le|v\.?lo|c\.?so|p\.?z?za|p\.?le|p\.?z\.?le|l\.?go|b\.?go|s\.?da)\b\.?\s*", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def normalised_street(street: str) -> str:
    """The street in lower case without accents and signs, its kind written out: "C.so Vitt. Em." → "corso vitt em"."""
    line = _DOTTED.sub(lambda match: match[1].replace(".", "") + " ", street.strip())
    folded = unicodedata.normalize("NFKD", line.casefold())
    words = _WORDS.findall("".join(char for char in folded if not unicodedata.combining(char)))
    if len(words) > 1:
        words[0] = _ITALIAN.get(words[0], words[0])
        if words[0] not in _ITALIAN.values():
            words[-1] = _AMERICAN.get(words[-1], words[-1])
    return " ".join(words)


def same_street(one: str, other: str) -> bool:
    """Whether two spellings mean the same street; "Nizza" alone is "Via Nizza", but "Corso Nizza" is not.

    A street named after a person may go by the surname: "Via Cecchi" is "Via Antonio Cecchi".
    """
    first, second = normalised_street(one), normalised_street(other)
    if not first or not second:
        return False
    if first == second:
        return True
    first_core, second_core = _without_kind(first), _without_kind(second)
    if first_core == second_core:
        return first_core == first or second_core == second
    short, long = sorted((first_core.split(), second_core.split()), key=len)
    same_kind = first.split()[0] == second.split()[0] and first.split()[0] in _KINDS
    return same_kind and len(short) < len(long) and long[-len(short) :] == short


def _without_kind(key: str) -> str:
    words = key.split()
    if len(words) > 1 and words[0] in _KINDS:
        return " ".join(words[1:])
    if len(words) > 1 and words[-1] in _KINDS:
        return " ".join(words[:-1])
    return key
