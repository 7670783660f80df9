"""Sealing the history into a hash chain, and checking the chain; what a link is stands in `domain.seals`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from mapsvc.domain.seals import Broken, Chain, Fault, Seal, SealedRow, Verdict

#: Entries that are sealed in one transaction; a run goes on until nothing waits.
ROWS_PER_STEP = 2_000


class Seals(Protocol):
    """The chain as the store keeps it."""

    def lock(self) -> bool:
        """Become the only sealer until this transaction ends; tell whether nobody else is."""
        ...

    def last(self) -> Seal | None:
        """Return the head of the chain."""
        ...

    def at(self, seq: int) -> Seal | None:
        """Return the link at a place of the chain."""
        ...

    def unsealed(self, limit: int) -> list[SealedRow]:
        """Return committed entries without a seal, the lowest numbers first."""
        ...

    def add(self, seals: list[Seal], at: datetime) -> None:
        """Append links."""
        ...

    def links(self) -> Iterator[tuple[Seal, SealedRow | None]]:
        """Yield every link in the order of the chain with the entry that it seals."""
        ...

    def tail(self) -> tuple[int, int]:
        """Return how many entries have no seal, and how many of those are older by number than a sealed one."""
        ...


class SealTransaction(Protocol):
    """A transaction with the chain on it."""

    @property
    def seals(self) -> Seals:
        """The chain."""
        ...

    def commit(self) -> None:
        """Make new links lasting."""
        ...


Begin = Callable[[], AbstractContextManager[SealTransaction]]


def seal(begin: Begin, now: datetime) -> int:
    """Chain every committed entry that has no seal yet; return how many there were.

    A second sealer finds the lock taken and leaves the work to the first. Entries of transactions that are still open
    are not seen and come with a later run; numbers that no transaction used leave no hole, since places count links.
    """
    sealed = 0
    while True:
        with begin() as uow:
            if not uow.seals.lock():
                return sealed
            last = uow.seals.last()
            chain = Chain() if last is None else Chain(last.seq, last.sha256)
            rows = uow.seals.unsealed(ROWS_PER_STEP)
            uow.seals.add([chain.add(row) for row in rows], now)
            uow.commit()
        sealed += len(rows)
        if len(rows) < ROWS_PER_STEP:
            return sealed


def verify(begin: Begin, head: tuple[int, str] | None = None) -> Verdict:
    """Walk along the whole chain and return what holds; `head` is a place and a hash that were kept outside.

    Only with such a head can it be seen that the last links were taken away, or that all were computed anew.
    """
    with begin() as uow:
        chain = Chain()
        broken = chain.check(uow.seals.links())
        if broken is None and head is not None:
            kept = uow.seals.at(head[0])
            if kept is None or kept.sha256 != head[1]:
                broken = Broken(Fault.OTHER_HEAD, head[0], kept.entry_id if kept else None)
        tail, late = uow.seals.tail()
    return Verdict(chain.seq, chain.head, broken, tail, late)
