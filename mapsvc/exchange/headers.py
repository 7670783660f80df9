"""Which column of a file is which: known names in any spelling, renamed ones by rule, by answer, or as a question."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from mapsvc.domain.errors import Invalid
from mapsvc.domain.sources import ColumnQuestion
from mapsvc.exchange.columns import fold

_LIKE = 0.5
"""Names that are less alike are not worth a question."""


def recognise(
    columns: Sequence[str],
    known: Sequence[str],
    needed: Sequence[str],
    renamed: Mapping[str, str],
    answers: Mapping[str, str],
) -> tuple[dict[str, str], tuple[ColumnQuestion, ...]]:
    """Return the known name of each column that has one, and a question for each that could be a missing one.

    `renamed` are older names that are known for good, `answers` what somebody said about this register's columns.
    Raises Invalid, code `missing_columns`, where a needed column is missing and no new one could be it.
    """
    names = {fold(name): name for name in known} | {fold(old): new for old, new in renamed.items()}
    names |= {fold(found): name for found, name in answers.items() if name in known}
    found: dict[str, str] = {}
    for column in columns:
        name = names.get(fold(column))
        if name is not None and name not in found.values():
            found[column] = name
    new = [column for column in columns if column and column not in found]
    missing = [name for name in known if name not in found.values()]
    questions = list[ColumnQuestion]()
    for name in sorted(missing, key=lambda one: one not in needed):
        guess = max(new, key=lambda column: likeness(column, name), default=None)
        if guess is not None and (likeness(guess, name) >= _LIKE or (name in needed and len(new) == 1)):
            new.remove(guess)
            questions.append(ColumnQuestion(guess, name))
        elif name in needed:
            raise Invalid(f"The column {name} is missing.", code="missing_columns", columns=", ".join(columns)[:200])
    return found, tuple(questions)


def likeness(left: str, right: str) -> float:
    """Return how alike two names of columns are, 0 to 1; one that holds the other is the same."""
    one, other = fold(left), fold(right)
    if one and other and (one in other or other in one):
        return 1.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
