"""What the observations of all spaces say on a day, computed by the database; the same rule as `domain.freshness`.

The pages do not need it: they read the stored states. It proves those states, for the whole table at once.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.domain.weighing import TOLERANCE
from mapsvc.spatial.named_sql import named

Row = Mapping[str, Any]


def concluded(
    connection: Connection, on: date, policy: FreshnessPolicy, spaces: Collection[UUID] | None = None
) -> Iterator[Row]:
    """Yield status, band, p, mass, freshness and last confirmation of each space on a UTC day.

    `spaces` names the ones wanted, None means all. `shown_status` and `shown_band` are what the stored states say.
    """
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    for row in connection.execute(named("desk_evidence"), _numbers(policy) | {"on": on, "spaces": _ids(spaces)}):
        yield row._asdict()


def differing(connection: Connection, on: date, policy: FreshnessPolicy) -> list[Row]:
    """Return the spaces whose stored states are not what their observations say on a UTC day."""
    return [
        row
        for row in concluded(connection, on, policy)
        if (row["status"], row["band"]) != (row["shown_status"], row["shown_band"])
    ]


def _ids(spaces: Collection[UUID] | None) -> list[str] | None:
    return None if spaces is None else [str(space) for space in spaces]


def _numbers(policy: FreshnessPolicy) -> dict[str, object]:
    """Return the parameters of the file; arrays name the codes that their numbers belong to."""
    return {
        "sources": [code.value for code in policy.source_weights],
        "source_weights": list(policy.source_weights.values()),
        "qualities": [code.value for code in policy.qualities],
        "quality_factors": list(policy.qualities.values()),
        "claims": [code.value for code in policy.half_lives],
        "half_lives": [float(days) for days in policy.half_lives.values()],
        "anonymous_cap": policy.anonymous_cap,
        "supersession_limit": policy.supersession_limit,
        "prior": policy.prior_mass,
        "informative": policy.informative_weight,
        "mass_confirmed": policy.mass_confirmed,
        "mass_probable": policy.mass_probable,
        "p_confirmed": policy.p_confirmed,
        "p_disputed": policy.p_disputed,
        "p_probable": policy.p_probable,
        "fresh_from": policy.fresh_from,
        "ageing_from": policy.ageing_from,
        "tolerance": TOLERANCE,
    }
