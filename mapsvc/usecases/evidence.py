"""Keeping what follows from the observations of a space in step with them."""

from datetime import date
from uuid import UUID

from mapsvc.domain import freshness
from mapsvc.domain.observations import Observation, SourceKind
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import Evidence

_ON_SITE_CHECKERS = frozenset({SourceKind.OFFICER_VISIT, SourceKind.OWNER_STATEMENT, SourceKind.TRUST_BROKER})


def conclude(observations: list[Observation], today: date) -> Evidence:
    """Return today's status, every change that time alone will bring, and when to look again."""
    assessment = freshness.assess(observations, today)
    periods = freshness.timeline(observations, today)
    checks = [seen.counted_on for seen in observations if seen.source_kind in _ON_SITE_CHECKERS]
    return Evidence(
        status_from=tuple(period.starts_on for period in periods),
        status_codes=tuple(period.status.value for period in periods),
        band_codes=tuple(period.band.value for period in periods),
        last_confirmed_on=assessment.last_confirmed_on,
        last_source_kind=assessment.last_source_kind.value if assessment.last_source_kind else None,
        observation_count=assessment.count,
        next_check_due=freshness.next_check_due(observations, today),
        last_official_check_on=max(checks, default=None),
    )


def refresh(uow: UnitOfWork, space_id: UUID, today: date) -> Evidence:
    """Conclude again from all counted observations of the space and keep the result; the caller commits."""
    evidence = conclude(uow.observations.counted(space_id), today)
    uow.spaces.set_evidence(space_id, evidence)
    return evidence
