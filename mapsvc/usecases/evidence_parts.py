"""Concluding everything again: after a change of the policy's numbers, after bulk loading, or to be sure.

Three steps, in parts that are transactions of their own and may run side by side: judge the observations, reckon the
reporters, conclude the spaces. A second run changes nothing.
"""

from datetime import date

from mapsvc.domain.evidence_parts import Part
from mapsvc.domain.ports import UnitOfWork
from mapsvc.usecases.evidence import changed_verdicts, conclude, reckon_reporters

SPACES_PER_PART = 1_000
"""Enough to make the round trips vanish, few enough that somebody who answers meanwhile waits for half a second."""
_REPORTERS_PER_STEP = 500


def parts(uow: UnitOfWork) -> list[Part]:
    """Return all spaces in parts."""
    with uow:
        return uow.evidence_parts.parts(SPACES_PER_PART)


def judge(uow: UnitOfWork, part: Part) -> list[str]:
    """Bring the verdicts about the observations of a part in step with the checks; return the reporters concerned."""
    with uow:
        changes = {}
        for kept in uow.evidence_parts.read(part):
            changes.update(changed_verdicts(kept.observations, kept.verdicts))
        names = uow.reporters.adjudicate(changes)
        uow.commit()
    return names


def reckon(uow: UnitOfWork, names: list[str], today: date) -> int:
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


def conclude_part(uow: UnitOfWork, part: Part, today: date) -> tuple[int, int]:
    """Conclude the spaces of a part again and write what is not so yet; return how many there are, and those."""
    with uow:
        found = {}
        spaces = uow.evidence_parts.read(part)
        for kept in spaces:
            evidence = conclude(kept.observations, today, uow.freshness_policy, archived=kept.archived)
            if evidence != kept.evidence:
                found[kept.space_id] = evidence
        uow.evidence_parts.write(found)
        uow.commit()
    return len(spaces), len(found)


def settle(uow: UnitOfWork) -> None:
    """Note that no space waits for a reporter's changed reliability any more."""
    with uow:
        for name, factor in uow.reporters.waiting().items():
            uow.reporters.settle(name, factor)
        uow.commit()
