"""What waits for a decision at the desk: candidates by kind, and the evidence from which their urgency is computed."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind
from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import named

#: Candidates of each kind that are weighed in Python; the queue is worked from its top.
MOST_OF_A_KIND = 60


def candidates(connection: Connection, scope: Scope, policy: FreshnessPolicy, slug: str = "") -> list[dict[str, Any]]:
    """Return at most `MOST_OF_A_KIND` spaces of each kind, and the one with this slug if it waits.

    Each row carries `kind` (new, gone, disputed, texts, check) and `of_kind`, the number of all of its kind.
    """
    params = scope.params() | {
        "limit": MOST_OF_A_KIND,
        "slug": slug,
        "unsure_within": policy.unsure_within_days,
        "unsure_reporters": policy.unsure_reporters,
        "before_call": policy.check_before_call_days,
    }
    return [dict(row._mapping) for row in connection.execute(named("desk_queue"), params)]


def evidence(connection: Connection, space_ids: Collection[UUID]) -> dict[UUID, list[Observation]]:
    """Return the counted observations of these spaces, the oldest first."""
    query = text(
        "SELECT o.space_id, o.id, o.claim, o.source_kind, o.quality, o.observed_at, o.submitted_at, o.reporter,"
        " o.cluster_key, coalesce(r.reliability, 1) AS reliability"
        " FROM observations o LEFT JOIN reporters r ON r.reporter = o.reporter"
        " WHERE o.space_id = ANY (CAST(:ids AS uuid[])) AND o.state = 'counted'"
        " ORDER BY o.observed_at, o.submitted_at, o.id"
    )
    found: dict[UUID, list[Observation]] = defaultdict(list)
    for row in connection.execute(query, {"ids": [str(one) for one in space_ids]}):
        found[row.space_id].append(
            Observation(
                id=str(row.id),
                claim=Claim(row.claim),
                source_kind=SourceKind(row.source_kind),
                quality=Quality(row.quality),
                observed_at=row.observed_at,
                submitted_at=row.submitted_at,
                reporter=row.reporter,
                cluster_key=row.cluster_key,
                reliability=row.reliability,
            )
        )
    return dict(found)
