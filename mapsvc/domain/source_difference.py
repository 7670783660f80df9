"""A register's file against what is stored, field by field and row by row; nothing is read or written here.

Three things are compared for each field: what the row says now, what it said last (as a hash), and what is stored. What
only the register changed is taken over; what only somebody here changed stays; what both changed is a conflict.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from uuid import UUID

from mapsvc.domain.geometry import distance_m
from mapsvc.domain.sources import Held, RowPlan, Seen, SourceDifference, SourceRow
from mapsvc.domain.three_way import same
from mapsvc.domain.uploads import FieldChange

MOVED_M = 30.0
"""A place that is set this far from where it was has moved; less is a better position of the same place."""
SAME_POINT_M = 2.0
"""Positions that differ by less were only rounded."""
FAR_M = 250.0
"""Two places further apart than this, with other words for the place, are not one."""
_UNLIKE, _LIKE = 0.45, 0.65

NOT_REMEMBERED = frozenset({"representative", "proposer", "note"})
"""What can name a person is not remembered, not even as a hash: names can be guessed. Who edited it here tells then."""

SomethingElse = Callable[[Mapping[str, object], Mapping[str, object]], bool]


def compare(
    rows: Iterable[SourceRow],
    unreadable: Iterable[str],
    seen: Sequence[Seen],
    held: Mapping[UUID, Held],
    something_else: SomethingElse,
    removal_share: float,
) -> SourceDifference:
    """Return what a file would do; the order of its rows does not matter, and each key stands there once.

    `unreadable` are keys of rows that were refused: they are there, so they did not vanish. `something_else` tells from
    the values of a row and of a record whether the row means another thing. More than `removal_share` (0 to 1) of the
    present keys missing stops the run.
    """
    before = {one.key: one for one in seen}
    plans = tuple(
        _plan(row, before.get(row.key), held, something_else) for row in sorted(rows, key=lambda row: row.key)
    )
    there = {plan.row.key for plan in plans} | set(unreadable)
    present = [one for one in seen if one.state == "present"]
    vanished = tuple(sorted((one for one in present if one.key not in there), key=lambda one: one.key))
    missing = tuple(one for one in seen if one.state == "vanished" and one.key not in there)
    return SourceDifference(plans, vanished, missing, stopped=len(vanished) > removal_share * len(present))


def _plan(row: SourceRow, seen: Seen | None, held: Mapping[UUID, Held], something_else: SomethingElse) -> RowPlan:
    if seen is None:
        return RowPlan(row, None, None, remember=True)
    # The key may stand for what it stood for before, as in an older file.
    known = [held[one] for one in (seen.record_id, *seen.earlier) if one in held]
    meant = next((one for one in known if one.joined or not something_else(row.values, one.values)), None)
    if meant is None:
        return RowPlan(row, None, None, reused=seen.record_id, remember=True)
    now = said_by(row)
    # What an earlier record was said to be is no longer known; nobody but the register ever changed such a one.
    said = dict(seen.said) if meant.record_id == seen.record_id else {}
    changes, conflicts = list[FieldChange](), list[FieldChange]()
    for name, value in () if meant.joined else row.values.items():
        here = meant.values.get(name)
        if _alike(name, value, here):
            continue
        change = FieldChange(name, here, value)
        if name not in said:
            (conflicts if name in meant.edited else changes).append(change)
        elif said[name] != now[name]:
            (changes if fingerprint(name, here) == said[name] else conflicts).append(change)
    open_fields = {change.field for change in conflicts}
    told: Mapping[str, str] = {**said, **{name: mark for name, mark in now.items() if name not in open_fields}}
    returned = seen.state == "vanished"
    again = meant.record_id != seen.record_id
    if told == said and not again:
        # What was read stays one object: a large register has a hundred thousand.
        told = seen.said
    return RowPlan(
        row,
        meant.record_id,
        told,
        meant.version,
        tuple(changes),
        tuple(conflicts),
        moved=any(_moved(change) for change in changes),
        reused=seen.record_id if again else None,
        returned=returned,
        remember=returned or again or told is not seen.said,
    )


def said_by(row: SourceRow) -> dict[str, str]:
    """Return what is remembered of a row: a hash for each field that it states and that cannot name a person."""
    return {name: fingerprint(name, value) for name, value in row.values.items() if name not in NOT_REMEMBERED}


def fingerprint(name: str, value: object) -> str:
    """Return a short hash of a JSON value; positions count to about a metre, and no text is the same as none."""
    if name == "point" and isinstance(value, list | tuple):
        value = [round(float(part), 5) for part in value]
    text = json.dumps(value or None if isinstance(value, str) else value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _alike(name: str, left: object, right: object) -> bool:
    if name == "point" and isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return _apart(left, right) <= SAME_POINT_M
    return same(left, right)


def _moved(change: FieldChange) -> bool:
    before, after = change.before, change.after
    is_point = change.field == "point" and isinstance(before, list | tuple) and isinstance(after, list | tuple)
    return is_point and _apart(before, after) > MOVED_M


def _apart(left: object, right: object) -> float:
    if not isinstance(left, list | tuple) or not isinstance(right, list | tuple):
        return 0.0
    return distance_m((float(left[0]), float(left[1])), (float(right[0]), float(right[1])))


def likeness(left: object, right: object) -> float:
    """Return how alike two titles are, 0 to 1: by their letters, or by the words of the shorter within the longer."""
    one, other = _words(left), _words(right)
    if not one or not other:
        return 0.0
    letters = SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False).ratio()
    # Short words such as "the" stand in every title.
    few, many = sorted(({word for word in words if len(word) > 3} for words in (one, other)), key=len)
    return max(letters, len(few & many) / len(few) if len(few) > 1 else 0.0)


def _words(value: object) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in str(value or "").casefold()).split()


def another_pact(row: Mapping[str, object], stored: Mapping[str, object]) -> bool:
    """Tell whether a row is about another proposal than the stored pact, although it has its number.

    Quite another title is another proposal: real registers have several by one proposer for one square. A title that is
    half alike is another one only where proposer or place differs too.
    """
    alike = likeness(row.get("title"), stored.get("title"))
    if alike >= _LIKE:
        return False
    return alike < _UNLIKE or _differs("representative", row, stored) or _elsewhere("place_text", row, stored)


def another_space(row: Mapping[str, object], stored: Mapping[str, object]) -> bool:
    """Tell whether a row is about another place than the stored one: elsewhere, under another name and address."""
    if likeness(row.get("name"), stored.get("name")) >= _LIKE:
        return False
    far = "point" in row and _apart(row["point"], stored.get("point")) > FAR_M
    return far and (_differs("street", row, stored) or _differs("number", row, stored) or "street" not in row)


def _differs(name: str, row: Mapping[str, object], stored: Mapping[str, object]) -> bool:
    """Tell whether both name something, and not the same."""
    left, right = row.get(name), stored.get(name)
    return bool(left and right) and likeness(left, right) < _LIKE


def _elsewhere(name: str, row: Mapping[str, object], stored: Mapping[str, object]) -> bool:
    return _differs(name, row, stored) and _apart(row.get("point"), stored.get("point")) > MOVED_M
