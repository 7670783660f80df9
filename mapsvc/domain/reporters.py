"""How reliable reporters have shown to be: checks uphold or overrule what was said shortly before them (freshness 4.1).

A tally is about somebody: it is for the weighing only, is shown to nobody and goes with the person's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from mapsvc.domain.observations import Adjudication, Claim, Observation, SourceKind, reliability

#: An older observation may have been right on its day: a check later than this says nothing about it.
CHECK_WITHIN_DAYS = 30
#: After so many days an upheld or overruled observation counts half, then a quarter, and so on.
TALLIES_HALVE_DAYS = 365

_PEOPLE = frozenset({SourceKind.TRUST_BROKER, SourceKind.PARTNER_ORG, SourceKind.REGISTERED_USER, SourceKind.ANONYMOUS})
# Who checks whom. Officers' visits are the measure itself; how far a register is to be trusted is a number of the
# policy, since one check must not change the weight of a hundred thousand entries.
_CHECKS: Mapping[SourceKind, frozenset[SourceKind]] = {
    SourceKind.OFFICER_VISIT: _PEOPLE | {SourceKind.OWNER_STATEMENT},
    SourceKind.OWNER_STATEMENT: _PEOPLE,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check said about an earlier observation, and the UTC day of the check; None without one."""

    adjudication: Adjudication = Adjudication.NONE
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Reliability:
    """The tallies of a reporter on a day, and the factor φ that follows from them; none of them has a unit."""

    upheld: float = 0.0
    overruled: float = 0.0

    @property
    def factor(self) -> float:
        """φ: 1.0 for a reporter nothing is known about (4.1)."""
        return reliability(self.upheld, self.overruled)


class Reporters(Protocol):
    """What is known about reporters; written by the rule only."""

    def verdicts(self, space_id: UUID) -> dict[UUID, Verdict]:
        """Return the stored verdicts about observations of a space, whatever their state; those without are absent."""
        ...

    def adjudicate(self, verdicts: Mapping[UUID, Verdict]) -> list[str]:
        """Write verdicts by the id of the observation; return their reporters in order."""
        ...

    def tallied(self, names: Sequence[str]) -> dict[str, list[Verdict]]:
        """Return the verdicts about each of these reporters, an empty list for whoever has none.

        Whoever else reckons one of them waits for the end of this transaction.
        """
        ...

    def reckoned(self, names: Sequence[str]) -> dict[str, Reliability]:
        """Return the kept tallies of these reporters; absent where nothing is kept."""
        ...

    def keep(self, found: Mapping[str, Reliability], on: date) -> None:
        """Keep changed tallies and note that spaces elsewhere wait for them; what is as good as new is forgotten."""
        ...

    def known(self, after: str, limit: int) -> list[str]:
        """Return the reporters something is kept about, in order, from the first one after `after`."""
        ...

    def waiting(self) -> dict[str, float]:
        """Return the reporters whose spaces wait for their changed reliability, with that reliability, in order."""
        ...

    def spaces_of(self, name: str) -> list[UUID]:
        """Return the spaces with a counted observation of the reporter, in order."""
        ...

    def settle(self, name: str, factor: float) -> None:
        """Note that no space waits for the reporter any more, unless the reliability changed again meanwhile."""
        ...

    def forget(self, name: str) -> None:
        """Erase what is known about a reporter, verdicts included."""
        ...


def adjudicate(observations: Iterable[Observation]) -> dict[str, Verdict]:
    """Return for each observation of one space, by id, what the first check within 30 days said about it.

    A reporter's vote is what is judged: the newest statement before the check, so that repeating it brings no further
    tally and a corrected mistake is not held against anybody. "Not sure" neither checks nor is judged.
    """
    said = sorted(
        (o for o in observations if o.claim is not Claim.UNSURE), key=lambda o: (o.counted_at, o.submitted_at, o.id)
    )
    verdicts = {}
    for place, one in enumerate(said):
        verdict = _verdict(one, said[place + 1 :])
        if verdict is not None:
            verdicts[one.id] = verdict
    return verdicts


def _verdict(one: Observation, later: Sequence[Observation]) -> Verdict | None:
    for other in later:
        if (other.counted_on - one.counted_on).days > CHECK_WITHIN_DAYS or other.who == one.who:
            return None
        if other.reporter != one.reporter and one.source_kind in _CHECKS.get(other.source_kind, ()):
            upheld = other.claim is one.claim
            return Verdict(Adjudication.UPHELD if upheld else Adjudication.OVERRULED, other.counted_on)
    return None


def reckon(verdicts: Iterable[Verdict], today: date) -> Reliability:
    """Return the tallies on a day: each verdict counts 1, and half of that after every full year (4.1).

    Whole years make a factor change on few days, so that the spaces of a reporter are concluded again rarely.
    """
    tallies = {Adjudication.UPHELD: 0.0, Adjudication.OVERRULED: 0.0}
    for verdict in verdicts:
        if verdict.on is not None and verdict.on <= today:
            tallies[verdict.adjudication] += 0.5 ** ((today - verdict.on).days // TALLIES_HALVE_DAYS)
    return Reliability(tallies[Adjudication.UPHELD], tallies[Adjudication.OVERRULED])
