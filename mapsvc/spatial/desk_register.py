"""The register of premises: filtered, sorted, page by page; exact places, for the desk only."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from mapsvc.domain.errors import Invalid
from mapsvc.domain.features import FIELDS
from mapsvc.domain.spaces import Space
from mapsvc.spatial.desk_scope import Scope
from mapsvc.spatial.named_sql import source

PAGE = 50
#: The most rows that one export holds; 100,000 premises are about 10 MB as CSV.
MOST_EXPORTED = 100_000

_WEIGHTS = {spec.code: spec.weight for spec in FIELDS if spec.weight}
_WEIGHT = sum(_WEIGHTS.values())
_COMPLETENESS = (
    "(SELECT coalesce(sum(CAST(w.value AS integer)), 0) FROM jsonb_each_text(CAST(:weights AS jsonb)) w"
    " WHERE jsonb_exists(s.features, w.key))"
)
_ORDERS = {
    "name": "s.name",
    "area": "a.name",
    "status": "s.status",
    "confirmed": "s.last_confirmed_on",
    "size": "s.area_m2",
    "availability": "s.availability_state",
    "completeness": _COMPLETENESS,
    "updated": "s.updated_at",
}
_SPACE_FIELDS = tuple(Space.__dataclass_fields__)


@dataclass(frozen=True)
class RegisterQuery:
    """What the register shows; empty means everything. `complete` is full, half or little; a minus turns `sort`."""

    words: str = ""
    state: str = ""
    status: str = ""
    band: str = ""
    availability: str = ""
    owner: str = ""
    kind: str = ""
    area: str = ""
    complete: str = ""
    sort: str = "-confirmed"

    def sql(self) -> tuple[str, str, dict[str, Any]]:
        """Return conditions (each beginning with AND), order and parameters; raise Invalid for an unknown order."""
        equal = {
            "state": "s.record_state",
            "status": "s.status",
            "band": "s.band",
            "availability": "s.availability_state",
            "owner": "s.owner_type",
            "kind": "s.asset_kind",
        }
        parts = [f"AND {column} = :{name}" for name, column in equal.items() if getattr(self, name)]
        params: dict[str, Any] = {name: getattr(self, name) for name in equal if getattr(self, name)}
        if not self.state:
            parts.append("AND s.record_state NOT IN ('merged', 'rejected')")
        if self.area:
            parts.append("AND s.area_id IN (SELECT id FROM chosen)")
        if self.words:
            parts.append(
                "AND (mapsvc_fold(concat_ws(' ', s.name, s.street, s.number, s.city_name, s.slug))"
                " LIKE '%' || mapsvc_fold(:words) || '%' OR s.source_key = :exact_words)"
            )
            params["words"] = self.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            params["exact_words"] = self.words
        low, high = {"full": (70, 101), "half": (30, 70), "little": (0, 30)}.get(self.complete, (0, 0))
        if high:
            parts.append(f"AND 100.0 * {_COMPLETENESS} / :weight >= :low AND 100.0 * {_COMPLETENESS} / :weight < :high")
            params |= {"low": low, "high": high, "weight": _WEIGHT}
        order = _ORDERS.get(self.sort.removeprefix("-"))
        if order is None:
            raise Invalid("there is no such order", "/sort", code="unknown_value", value=self.sort)
        if _COMPLETENESS in order or high:
            params["weights"] = json.dumps(_WEIGHTS)
        return " ".join(parts), order + (" DESC NULLS LAST" if self.sort.startswith("-") else " NULLS LAST"), params


def page(
    connection: Connection, scope: Scope, query: RegisterQuery, number: int, size: int = PAGE
) -> tuple[list[dict[str, Any]], int]:
    """Return the rows of a page (counted from 1) and the number of all rows."""
    conditions, order, params = query.sql()
    # Conditions and order are constants of this module; values travel as parameters only.
    statement = text(source("desk_register").replace("{conditions}", conditions).replace("{order}", order))
    values = scope.params() | params | {"area": query.area, "limit": size, "offset": (number - 1) * size}
    rows = [dict(row._mapping) for row in connection.execute(statement, values)]
    if rows or number == 1:
        return rows, rows[0]["total"] if rows else 0
    # Past the last page there is no row that could carry the total.
    first = connection.execute(statement, values | {"limit": 1, "offset": 0}).mappings().one_or_none()
    return [], first["total"] if first else 0


def exported(connection: Connection, scope: Scope, query: RegisterQuery) -> Iterator[tuple[Space, str, str, Any]]:
    """Yield every space of the query with status, band and the day of the last confirmation."""
    rows, _ = page(connection, scope, query, 1, MOST_EXPORTED)
    for row in rows:
        yield space_of(row), row["status"], row["band"], row["last_confirmed_on"]


def space_of(row: Mapping[str, Any]) -> Space:
    """Return the space of a row of the register."""
    return Space(**{name: row[name] for name in _SPACE_FIELDS})


def completeness(features: Mapping[str, object]) -> float:
    """Return the share of the matching fields that are known, by weight, 0 to 1."""
    return sum(weight for code, weight in _WEIGHTS.items() if code in features) / _WEIGHT
