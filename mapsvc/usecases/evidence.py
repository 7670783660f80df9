"""Keeping what follows from the observations of a space in step with them: verdicts, tallies, status."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from mapsvc.domain import freshness
from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.observations import Claim, Observation, SourceKind
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.reporters import Reliability, Verdict, adjudicate, reckon
from mapsvc.domain.spaces import Evidence, RecordState

#: Since when nothing is known about a place that nobody has answered about.
_BEFORE_EVERYTHING = date(2000, 1, 1)
_ON_SITE_CHECKERS = frozenset({SourceKind.OFFICER_VISIT, SourceKind.OWNER_STATEMENT, SourceKind.TRUST_BROKER})


def conclude(
    observations: Sequence[Observation], today: date, policy: FreshnessPolicy, *, archived: bool = False
) -> Evidence:
    """Return the status since the newest answer, every change that time alone brings, and when to look again.

    An archived record whose evidence said `gone` stays gone: a moderator confirmed it (domain.md 2.1).
    """
    assessment, periods = freshness.conclude(observations, today, policy, gone_confirmed=archived)
    checks = [seen.counted_on for seen in observations if seen.source_kind in _ON_SITE_CHECKERS]
    answered = any(seen.claim is not Claim.UNSURE for seen in observations)
    return Evidence(
        status_from=tuple(period.starts_on for period in periods) if answered else (_BEFORE_EVERYTHING,),
        status_codes=tuple(period.status.value for period in periods),
        band_codes=tuple(period.band.value for period in periods),
        last_confirmed_on=assessment.last_confirmed_on,
        last_source_kind=assessment.last_source_kind.value if assessment.last_source_kind else None,
        observation_count=assessment.count,
        next_check_due=periods[1].starts_on if len(periods) > 1 else None,
        last_official_check_on=max(checks, default=None),
    )


def refresh(uow: UnitOfWork, space_id: UUID, today: date) -> Evidence:
    """Judge and conclude again from all counted observations of the space and keep the result; the caller commits."""
    observations = uow.observations.counted(space_id)
    changes = changed_verdicts(observations, uow.reporters.verdicts(space_id))
    if changes and reckon_reporters(uow, uow.reporters.adjudicate(changes), today):
        observations = uow.observations.counted(space_id)
    space = uow.spaces.get(space_id)
    archived = space is not None and space.record_state == RecordState.ARCHIVED
    evidence = conclude(observations, today, uow.freshness_policy, archived=archived)
    uow.spaces.set_evidence(space_id, evidence)
    return evidence


def refresh_many(uow: UnitOfWork, space_ids: Sequence[UUID], today: date) -> None:
    """Do for many spaces what `refresh` does for one; the caller commits."""
    found, verdicts = _conclude_many(uow, space_ids, today)
    uow.evidence_parts.write(found)
    if verdicts and reckon_reporters(uow, uow.reporters.adjudicate(verdicts), today):
        found, _ = _conclude_many(uow, space_ids, today)
        uow.evidence_parts.write(found)


def _conclude_many(
    uow: UnitOfWork, space_ids: Sequence[UUID], today: date
) -> tuple[dict[UUID, Evidence], dict[UUID, Verdict]]:
    found, verdicts = dict[UUID, Evidence](), dict[UUID, Verdict]()
    for kept in uow.evidence_parts.of(space_ids):
        verdicts.update(changed_verdicts(kept.observations, kept.verdicts))
        evidence = conclude(kept.observations, today, uow.freshness_policy, archived=kept.archived)
        if evidence != kept.evidence:
            found[kept.space_id] = evidence
    return found, verdicts


def changed_verdicts(observations: Sequence[Observation], stored: Mapping[UUID, Verdict]) -> dict[UUID, Verdict]:
    """Return what has to be written about the observations of one space, so that the stored verdicts are the rule's."""
    found = {UUID(key): verdict for key, verdict in adjudicate(observations).items()}
    both = {key: found.get(key, Verdict()) for key in (*stored, *found)}
    return {key: verdict for key, verdict in both.items() if verdict != stored.get(key, Verdict())}


def reckon_reporters(uow: UnitOfWork, names: Collection[str], today: date) -> int:
    """Reckon the tallies of these reporters again and keep what changed; return how many did, the caller commits."""
    tallies = {name: reckon(verdicts, today) for name, verdicts in uow.reporters.tallied(sorted(names)).items()}
    before = uow.reporters.reckoned(sorted(names))
    changed = {name: found for name, found in tallies.items() if found != before.get(name, Reliability())}
    uow.reporters.keep(changed, today)
    return len(changed)
