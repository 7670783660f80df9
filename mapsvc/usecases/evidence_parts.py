"""Concluding everything again: after a change of the policy's numbers, after bulk loading, or to be sure.

Parts are transactions of their own and may run side by side. Once all are judged and concluded the reporters are
reckoned; where a reliability changed, all parts are concluded once more. A second run changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from mapsvc.domain.evidence_parts import Part
from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.evidence import changed_verdicts, conclude, reckon_reporters

SPACES_PER_PART = 1_000
"""Enough to make the round trips vanish, few enough that somebody who answers meanwhile waits for half a second."""
_REPORTERS_PER_STEP = 500


@dataclass(frozen=True, slots=True)
class Concluded:
    """How many spaces a part has, how many of them say something else now, and about whom there are new verdicts."""

    spaces: int
    changed: int
    reporters: tuple[str, ...]


def parts(uow: UnitOfWork) -> list[Part]:
    """Return all spaces in parts."""
    with uow:
        return uow.evidence_parts.parts(SPACES_PER_PART)


def reckon(uow: UnitOfWork, names: Iterable[str], today: date) -> int:
    """Reckon these reporters and all known ones again; return how many changed."""
    with uow:
        wanted, last = set(names), ""
        while known := uow.reporters.known(last, _REPORTERS_PER_STEP):
            wanted.update(known)
            last = known[-1]
        changed, ordered = 0, sorted(wanted)
        for start in range(0, len(ordered), _REPORTERS_PER_STEP):
            changed += reckon_reporters(uow, ordered[start : start + _REPORTERS_PER_STEP], today)
        uow.commit()
    return changed


def conclude_part(uow: UnitOfWork, part: Part, today: date) -> Concluded:
    """Judge and conclude the spaces of a part again, by the reliability that is known, and write what is not so yet."""
    with uow:
        found, verdicts = {}, {}
        spaces = uow.evidence_parts.read(part)
        for kept in spaces:
            verdicts.update(changed_verdicts(kept.observations, kept.verdicts))
            evidence = conclude(kept.observations, today, uow.freshness_policy, archived=kept.archived)
            if evidence != kept.evidence:
                found[kept.space_id] = evidence
        uow.evidence_parts.write(found)
        names = uow.reporters.adjudicate(verdicts)
        uow.commit()
    return Concluded(len(spaces), len(found), tuple(names))


def waiting(uow: UnitOfWork) -> dict[str, float]:
    """Return the reporters whose spaces wait for their changed reliability, with that reliability."""
    with uow:
        return uow.reporters.waiting()


def settle(uow: UnitOfWork, names: Mapping[str, float]) -> None:
    """Note that no space waits for these reporters any more, where their reliability is still the one given."""
    with uow:
        for name, factor in names.items():
            uow.reporters.settle(name, factor)
        uow.commit()
