"""The offers of today, kept ready to be compared: reading thousands of them anew for every page would take too long."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from uuid import UUID

from mapsvc.domain.features import FIELDS, Features
from mapsvc.domain.matches import Offer
from mapsvc.domain.offers import OfferRow
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.publication import Precision, Standing, hidden_facts
from mapsvc.matching.pairs import OfferTable

# Facts whose visibility depends on the place; those for accredited people only are shown to whoever may apply.
_DEPEND_ON_PLACE = frozenset(spec.code for spec in FIELDS if spec.visibility == "public")


@dataclass(frozen=True)
class Ready:
    """Offers as rows by the id that the engine gives back, and as the engine's table."""

    rows: Mapping[str, OfferRow]
    table: OfferTable


class Market:
    """The offered spaces, built once and kept until one of them changes; one for each process, used by all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[bool, tuple[str, Ready]] = {}
        self._features: dict[tuple[UUID, bool], tuple[int, Features]] = {}

    def ready(self, uow: UnitOfWork, *, exact: bool) -> Ready:
        """Return all offers; with `exact` as the office knows them, else as `public_side` shows them."""
        stamp = uow.offers.stamp()
        kept = self._kept.get(exact)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        # One thread reads what has changed, the others wait for it instead of doing the same.
        with self._lock:
            kept = self._kept.get(exact)
            if kept is None or kept[0] != stamp:
                rows = uow.offers.all()
                shown = rows if exact else [public_side(row) for row in rows if row.published_point is not None]
                kept = stamp, self._built(shown, exact)
                self._kept[exact] = kept
        return kept[1]

    def _built(self, rows: Iterable[OfferRow], exact: bool) -> Ready:
        by_id = {str(row.space.id): row for row in rows}
        offers = [offer_of(row, self._read(row, exact)) for row in by_id.values()]
        self._features = {key: read for key, read in self._features.items() if str(key[0]) in by_id}
        return Ready(by_id, OfferTable(offers))

    def _read(self, row: OfferRow, exact: bool) -> Features:
        """Return the facts of a row, checked and typed once for each version of the space."""
        space = row.space
        key = space.id, not exact and space.publication_precision != Precision.EXACT
        known = self._features.get(key)
        if known is None or known[0] != space.version:
            known = self._features[key] = space.version, Features.from_json(space.features)
        return known[1]


def offer_of(row: OfferRow, features: Features | None = None) -> Offer:
    """Return a row as the engine reads it; areas by slug, as needs name them."""
    space = row.space
    return Offer(
        id=str(space.id),
        features=Features.from_json(space.features) if features is None else features,
        area_ids=frozenset(row.area_slugs),
        point=(space.lon, space.lat),
        availability_state=space.availability_state,
        owner_consents=space.owner_consent,
        vacancy_status=row.status,
        band=row.band,
        last_official_check_on=row.last_official_check_on,
    )


def public_side(row: OfferRow) -> OfferRow:
    """Return a row with nothing that tells more of the place than the public learns: distances count from there.

    Facts for accredited people stay: whoever looks for a space that is offered may apply for it (publication 5.1).
    """
    space = row.space
    precision = Precision(space.publication_precision)
    if precision is Precision.EXACT or row.published_point is None:
        return row
    standing = Standing(space.asset_kind, space.owner_type, space.owner_consent)
    hidden = hidden_facts(precision, standing, row.status) & _DEPEND_ON_PLACE
    lon, lat = row.published_point
    coarse = replace(
        space, name="", street=None, number=None, floor=None, postcode=None, lon=lon, lat=lat, source_url=None,
        description={}, external_ids={},
        features={code: value for code, value in space.features.items() if code not in hidden},
    )  # fmt: skip
    return replace(row, space=coarse)
