"""What a group wants to do in the premises it applies for: title, programme, what it commits to, whom it serves.

A draft may leave anything empty; what a submission needs is in `missing`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mapsvc.domain.errors import Invalid
from mapsvc.domain.imports import THEMES
from mapsvc.domain.texts import clean_text

MICRO = 1_000_000
LONGEST_TITLE = 120
LONGEST_SUMMARY = 600
LONGEST_PROGRAMME = 8_000
LONGEST_LINE = 300
MOST_LINES = 12
MOST_THEMES = 5
_MEMBERS = ("title", "summary", "programme", "commitments", "indicators", "themes")


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `themes` are shares by code of `domain.imports.THEMES` in micro-units that sum to one, or empty."""

    title: str = ""
    summary: str = ""
    programme: str = ""
    commitments: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    themes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object, pointer: str = "") -> Project:
        """Read the stored or sent form strictly; raises Invalid with a JSON pointer below `pointer`."""
        if not isinstance(value, Mapping):
            raise Invalid("This must be an object with named fields.", pointer, code="not_an_object")
        unknown = sorted(str(name) for name in value if name not in _MEMBERS)
        if unknown:
            raise Invalid("There is no field of this name.", f"{pointer}/{unknown[0]}", code="unknown_field")
        given: Mapping[str, Any] = value
        return cls(
            title=clean_text(given.get("title", ""), f"{pointer}/title", LONGEST_TITLE),
            summary=clean_text(given.get("summary", ""), f"{pointer}/summary", LONGEST_SUMMARY, several_lines=True),
            programme=clean_text(
                given.get("programme", ""), f"{pointer}/programme", LONGEST_PROGRAMME, several_lines=True
            ),
            commitments=_lines(given.get("commitments", []), f"{pointer}/commitments"),
            indicators=_lines(given.get("indicators", []), f"{pointer}/indicators"),
            themes=_shares(given.get("themes", {}), f"{pointer}/themes"),
        )

    def to_json(self) -> dict[str, object]:
        """Return the JSON form, without what is empty."""
        full = {
            "title": self.title,
            "summary": self.summary,
            "programme": self.programme,
            "commitments": list(self.commitments),
            "indicators": list(self.indicators),
            "themes": dict(self.themes),
        }
        return {name: value for name, value in full.items() if value}

    def missing(self) -> tuple[str, ...]:
        """Return the fields that a submission needs and that are still empty."""
        return tuple(name for name in ("title", "summary", "themes") if not getattr(self, name))


def shares_of(weights: Mapping[str, int]) -> dict[str, int]:
    """Return shares in micro-units that sum to exactly one for positive whole weights, in the order of THEMES.

    What rounding leaves over goes to the largest remainders first, then to the theme that comes first.
    """
    chosen = {code: weights[code] for code in THEMES if weights.get(code, 0) > 0}
    total = sum(chosen.values())
    if not total:
        return {}
    shares = {code: MICRO * weight // total for code, weight in chosen.items()}
    order = sorted(chosen, key=lambda code: (-(MICRO * chosen[code] % total), THEMES.index(code)))
    for code in order[: MICRO - sum(shares.values())]:
        shares[code] += 1
    return shares


def _lines(value: object, pointer: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Invalid("This must be a list.", pointer, code="not_a_list")
    found = [clean_text(line, f"{pointer}/{place}", LONGEST_LINE) for place, line in enumerate(value)]
    kept = tuple(line for line in found if line)
    if len(kept) > MOST_LINES:
        raise Invalid(f"This list has more than {MOST_LINES} entries.", pointer, code="lines_many", maximum=MOST_LINES)
    return kept


def _shares(value: object, pointer: str) -> dict[str, int]:
    if not isinstance(value, Mapping):
        raise Invalid("This must be an object with named fields.", pointer, code="not_an_object")
    for code, share in value.items():
        if code not in THEMES:
            raise Invalid("There is no theme of this name.", pointer, code="not_an_option")
        if isinstance(share, bool) or not isinstance(share, int) or share < 1:
            raise Invalid("A share is a positive whole number.", f"{pointer}/{code}", code="not_an_integer")
    if len(value) > MOST_THEMES:
        raise Invalid(f"At most {MOST_THEMES} themes.", pointer, code="themes_many", maximum=MOST_THEMES)
    if value and sum(value.values()) != MICRO:
        raise Invalid("The shares of the themes must sum to one million.", pointer, code="themes_sum")
    return {code: int(value[code]) for code in THEMES if code in value}
