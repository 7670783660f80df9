"""The hash chain over the history: what is sealed, in which order, and what a check can say.

Entries get their numbers inside transactions that end in any order, so a chain inside those transactions would fork, or
make writers wait for each other. One sealer chains afterwards what is committed, in the order in which it finds it; an
entry whose transaction was still open then comes later, whatever its number is.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

#: What the first seal continues.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class SealedRow:
    """An entry of the history as it is sealed: every column, JSON as the text that the database shows."""

    id: int
    at: datetime
    actor_user_id: int | None
    actor_kind: str
    action: str
    noun: str
    record_id: str
    before: str | None
    after: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Seal:
    """A link of the chain: its place, the entry that it seals, and the hash."""

    seq: int
    entry_id: int
    sha256: str


class Fault(StrEnum):
    """What can be wrong with a link."""

    CHANGED = "changed"
    MISSING_ENTRY = "missing_entry"
    MISSING_SEAL = "missing_seal"
    OTHER_HEAD = "other_head"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold; `entry_id` is None where nobody knows which entry it sealed."""

    fault: Fault
    seq: int
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: how many links hold, the last of them, the first broken one, and what is not sealed yet.

    `late` counts those entries without a seal whose number is lower than one that is sealed.
    """

    sealed: int
    head: str
    broken: Broken | None
    tail: int
    late: int


def canonical(row: SealedRow) -> bytes:
    """Return a row as bytes: JSON with sorted names, no spaces, UTF-8; the instant in UTC with microseconds."""
    members = {name: getattr(row, name) for name in SealedRow.__dataclass_fields__}
    members["at"] = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def link(previous: str, row: SealedRow) -> str:
    """Return the hash of a row that continues `previous`: SHA-256 over the previous hash (hex) and the row."""
    return hashlib.sha256(previous.encode() + canonical(row)).hexdigest()


@dataclass(slots=True)
class Chain:
    """Walks along a chain from its beginning, or from a link that is known."""

    seq: int = 0
    head: str = GENESIS

    def add(self, row: SealedRow) -> Seal:
        """Return the next seal."""
        self.seq, self.head = self.seq + 1, link(self.head, row)
        return Seal(self.seq, row.id, self.head)

    def check(self, links: Iterable[tuple[Seal, SealedRow | None]]) -> Broken | None:
        """Return the first link that does not hold; the chain then ends before it."""
        for seal, row in links:
            if seal.seq != self.seq + 1:
                return Broken(Fault.MISSING_SEAL, self.seq + 1, None)
            if row is None:
                return Broken(Fault.MISSING_ENTRY, seal.seq, seal.entry_id)
            if link(self.head, row) != seal.sha256:
                return Broken(Fault.CHANGED, seal.seq, seal.entry_id)
            self.seq, self.head = seal.seq, seal.sha256
        return None
