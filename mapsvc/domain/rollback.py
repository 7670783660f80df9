"""Putting the facts of a record back to how they were before an entry of its history.

Nothing is taken out of the history: what was put back is one more entry. Only facts that somebody typed or imported go
back; a decision (hidden, joined, the owner's word) is undone by another decision, and the status follows from the
observations.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.history import ERASED, Entry, flat
from mapsvc.domain.three_way import same

ROLLED_BACK = "rolled_back"
#: Entries that changed facts, and nothing but facts.
OF_FACTS = frozenset({"edited", "imported", ROLLED_BACK})
#: Entries about what an area decided: its policy is put back as a whole, like the facts of other records.
OF_POLICIES = frozenset({"policy_decided", ROLLED_BACK})
#: After one of these the record holds what came from another one; undo it first.
JOININGS = frozenset({"same_as", "merged", "joined", "took_in", "unmerged", "merge_undone", "same_as_undone"})

#: What an owner said, and what was made of it, settles their consent and how exactly the place is shown.
OF_OWNERS = ("owner_", "unhide_")


class Stays(StrEnum):
    """Why a fact is not put back."""

    ERASED = "erased"
    DECIDED = "decided"
    NOT_A_FACT = "not_a_fact"


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that goes back; `name` as `domain.history.flat` names it."""

    name: str
    now: Any
    back: Any


@dataclass(frozen=True, slots=True)
class RollBack:
    """What putting a record back would do: facts that change, and those that stay, each with its reason."""

    entry: int
    changes: tuple[Change, ...]
    stays: tuple[tuple[str, Stays], ...]

    @property
    def values(self) -> dict[str, Any]:
        """Return the values to write, by flat name."""
        return {change.name: change.back for change in self.changes}


def put_back(
    entries: Sequence[Entry],
    entry_id: int,
    stored: Mapping[str, Any],
    editable: Collection[str],
    facts: Collection[str] = OF_FACTS,
) -> RollBack:
    """Return what changes when a record is put back to before the entry `entry_id`.

    `entries` are those from that number on, the oldest first; `stored` is the record now; `editable` names the fields
    that go back, members of JSON fields by what stands before the dot; `facts` are the actions that change them.
    Raises NotFound for an entry that is not the record's, Conflict for one that changed no facts and where records were
    joined since.
    """
    chosen = next((entry for entry in entries if entry.id == entry_id), None)
    if chosen is None:
        raise NotFound("there is no such entry")
    if chosen.action not in facts or not chosen.before:
        raise Conflict("this entry changed no facts", code="rollback_no_facts")
    since = [entry for entry in entries if entry.id >= entry_id]
    if any(entry.action in JOININGS for entry in since):
        raise Conflict("records were joined since; undo that first", code="rollback_joined")
    back: dict[str, Any] = {}
    decided: set[str] = set()
    for entry in since:
        before = flat(entry.before)
        if entry.action in facts:
            for name in (*before, *flat(entry.after)):
                back.setdefault(name, before.get(name))
        elif entry.action.startswith(OF_OWNERS):
            decided |= {"owner_consent", "publication_precision"}
        else:
            decided |= set(before) | set(flat(entry.after))
    return _sorted_out(entry_id, back, flat(stored), decided, editable)


def _sorted_out(
    entry_id: int, back: Mapping[str, Any], now: Mapping[str, Any], decided: Collection[str], editable: Collection[str]
) -> RollBack:
    changes: list[Change] = []
    stays: list[tuple[str, Stays]] = []
    for name, value in back.items():
        head = "lon" if name == "point" else name.split(".", 1)[0]
        if same(value, now.get(name)):
            continue
        if head not in editable:
            stays.append((name, Stays.NOT_A_FACT))
        elif name in decided or head in decided:
            stays.append((name, Stays.DECIDED))
        elif value == ERASED:
            stays.append((name, Stays.ERASED))
        else:
            changes.append(Change(name, now.get(name), value))
    return RollBack(entry_id, tuple(changes), tuple(stays))
