"""What a visitor may filter places by, and the conditions that follow; the same for map, list, clusters and embeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapsvc.domain.errors import Invalid

KINDS = ("space", "initiative", "pact")
STATUSES = (
    "confirmed_vacant",
    "probable_vacant",
    "disputed",
    "unverified",
    "probable_occupied",
    "confirmed_occupied",
    "gone_pending",
)
#: Gone places are off until somebody asks for them (look.md, markers).
DEFAULT_STATUSES = STATUSES[:-1]
BANDS = ("fresh", "ageing", "stale", "none")
_LONGEST_QUERY = 200


@dataclass(frozen=True)
class Filters:
    """Filters of public places; empty means everything. Areas are slugs, sizes are square metres."""

    kinds: tuple[str, ...] = KINDS
    statuses: tuple[str, ...] = DEFAULT_STATUSES
    bands: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    area: str = ""
    min_m2: float | None = None
    max_m2: float | None = None
    query: str = ""

    @classmethod
    def read(cls, values: Mapping[str, Sequence[str]]) -> "Filters":
        """Read filters from query parameters (lists of values, each may hold several joined by commas).

        Raises Invalid naming the parameter for a code that does not exist or a size that is no number.
        """

        def codes(name: str, allowed: Sequence[str]) -> tuple[str, ...]:
            found = [code for value in values.get(name, ()) for code in value.split(",") if code]
            unknown = [code for code in found if allowed and code not in allowed]
            if unknown:
                raise Invalid(f"{name} has no value {unknown[0]!r}", f"/{name}", code="unknown_value", value=unknown[0])
            return tuple(dict.fromkeys(found))

        return cls(
            kinds=codes("kinds", KINDS) or KINDS,
            statuses=codes("status", STATUSES) or DEFAULT_STATUSES,
            bands=codes("age", BANDS),
            categories=codes("category", ()),
            area=_first(values, "area"),
            min_m2=_number(values, "min_m2"),
            max_m2=_number(values, "max_m2"),
            query=_first(values, "q")[:_LONGEST_QUERY],
        )

    def sql(self) -> tuple[str, dict[str, Any]]:
        """Return conditions on `public_places p` (each beginning with AND) and their parameters."""
        parts = ["AND p.kind = ANY (:kinds)", "AND (p.kind <> 'space' OR p.status = ANY (:statuses))"]
        params: dict[str, Any] = {"kinds": list(self.kinds), "statuses": list(self.statuses)}
        optional: list[tuple[object, str, str, object]] = [
            (self.bands, "AND p.band = ANY (:bands)", "bands", list(self.bands)),
            (
                self.categories,
                "AND (p.kind <> 'space' OR p.category = ANY (:categories))",
                "categories",
                list(self.categories),
            ),
            (
                self.area,
                "AND ST_Within(p.point_3857, (SELECT geom_3857 FROM public_areas WHERE slug = :area))",
                "area",
                self.area,
            ),
            (self.min_m2 is not None, "AND (p.kind <> 'space' OR p.area_m2 >= :min_m2)", "min_m2", self.min_m2),
            (self.max_m2 is not None, "AND (p.kind <> 'space' OR p.area_m2 <= :max_m2)", "max_m2", self.max_m2),
            (self.query, "AND mapsvc_fold(:query) <% p.search_text", "query", self.query),
        ]
        for wanted, condition, name, value in optional:
            if wanted:
                parts.append(condition)
                params[name] = value
        return " ".join(parts), params


def _first(values: Mapping[str, Sequence[str]], name: str) -> str:
    found = values.get(name) or ("",)
    if "\x00" in found[0]:
        raise Invalid(f"{name} holds a NUL character", f"/{name}", code="nul")
    return found[0].strip()


def _number(values: Mapping[str, Sequence[str]], name: str) -> float | None:
    raw = _first(values, name)
    if not raw:
        return None
    try:
        number = float(raw.replace(",", "."))
    except ValueError:
        number = float("nan")
    if not 0 <= number <= 1_000_000:
        raise Invalid(f"{name} must be a number of square metres", f"/{name}", code="not_a_number", value=raw)
    return number
