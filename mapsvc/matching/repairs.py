"""Single changes that could let a failing rule pass; whether one really does is tried out in ``changes``.

A repair never touches what a person or a place cannot change: no ceiling is raised, no wall is moved. Such a value can
only be verified where nobody knows it yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from mapsvc.domain.fields import Window
from mapsvc.domain.matches import Offer
from mapsvc.domain.needs import NICE, NeedsProfile
from mapsvc.matching.pairs import Pair

APPLICANT, OWNER, CITY = "applicant", "owner", "city"


@dataclass(frozen=True)
class Proposal:
    """The changed inputs of a pair and how the change reads; ``after`` is shown, the inputs are compared again."""

    side: str
    field: str
    before: object
    after: object
    by: str
    kind: str
    needs: NeedsProfile
    offer: Offer


# A repair gets the pair and the two numbers that its rule compared.
Repair = Callable[[Pair, int, int | None], Proposal | None]


def natural(number: int, scale: int) -> int | float:
    """Return a scaled whole number in its own unit."""
    return number if scale == 1 else number / scale


def in_needs(pair: Pair, field: str, after: Any, shown: object = None) -> Proposal:
    """Propose another value of one need, by the applicant."""
    before = getattr(pair.needs, field)
    needs = replace(pair.needs, **{field: after})
    return Proposal("needs", field, before, after if shown is None else shown, APPLICANT, "change", needs, pair.offer)


def in_features(pair: Pair, field: str, after: Any, by: str) -> Proposal:
    """Propose another value of one attribute of the premises; a value that nobody knows is verified by the city."""
    before = getattr(pair.offer.features, field)
    offer = replace(pair.offer, features=replace(pair.offer.features, **{field: after}))
    by, kind = (CITY, "verify") if before is None else (by, "change")
    return Proposal("features", field, before, after, by, kind, pair.needs, offer)


def meet_need(field: str, scale: int = 1) -> Repair:
    """The applicant asks for exactly what there is."""

    def repair(pair: Pair, _need: int, have: int | None) -> Proposal | None:
        return None if have is None or have < 0 else in_needs(pair, field, natural(have, scale))

    return repair


def meet_day(field: str) -> Repair:
    """The applicant accepts the day that there is."""

    def repair(pair: Pair, _need: int, have: int | None) -> Proposal | None:
        return None if have is None else in_needs(pair, field, date.fromordinal(have))

    return repair


def drop_need(field: str) -> Repair:
    """The applicant would welcome it but does not need it."""
    return lambda pair, _need, _have: in_needs(pair, field, NICE)


def set_need(field: str, after: object) -> Repair:
    """The applicant states another need."""
    return lambda pair, _need, _have: in_needs(pair, field, after)


def provide(field: str, by: str, scale: int = 1) -> Repair:
    """Somebody brings the attribute to exactly what is needed."""
    return lambda pair, need, _have: in_features(pair, field, natural(need, scale), by)


def set_feature(field: str, after: object, by: str) -> Repair:
    """Somebody brings the attribute to a given value."""
    return lambda pair, _need, _have: in_features(pair, field, after, by)


def verify(field: str, scale: int = 1, after: object = None) -> Repair:
    """The city finds out a value that cannot be changed; nothing where it is known."""

    def repair(pair: Pair, need: int, have: int | None) -> Proposal | None:
        least = natural(need, scale) if after is None else after
        return in_features(pair, field, least, CITY) if have is None else None

    return repair


def set_offer(field: str, after: object, by: str) -> Repair:
    """Somebody brings the state of the offer to a given value."""

    def repair(pair: Pair, _need: int, _have: int | None) -> Proposal | None:
        before = getattr(pair.offer, field)
        kind = "verify" if before is None else "change"
        offer = replace(pair.offer, **{field: after})  # type: ignore[arg-type]
        return Proposal("offer", field, before, after, by, kind, pair.needs, offer)

    return repair


def lower_rent(pair: Pair, need: int, have: int | None) -> Proposal | None:
    """The owner asks for less rent, or the city finds out a rent that nobody stated."""
    features = pair.offer.features
    extras = (have or 0) - (features.rent_cents or 0)
    if have is None:
        extras = (features.service_charges_cents or 0) + (features.utilities_cents or 0) - (features.subsidy_cents or 0)
    rent = need - extras
    return in_features(pair, "rent_cents", rent, OWNER) if rent >= 0 else None


def raise_subsidy(pair: Pair, need: int, have: int | None) -> Proposal | None:
    """The city pays the difference every month."""
    if have is None:
        return None
    before = pair.offer.features.subsidy_cents
    after = (before or 0) + have - need
    offer = replace(pair.offer, features=replace(pair.offer.features, subsidy_cents=after))
    return Proposal("features", "subsidy_cents", before or 0, after, CITY, "change", pair.needs, offer)


def open_on_time(pair: Pair, need: int, have: int | None) -> Proposal | None:
    """The owner opens the period on the latest day on which the applicant can begin."""
    if have is None or pair.timing is None:
        return state_window(pair, need, have)
    return _moved_window(pair, "windows.from", date.fromordinal(need), None)


def end_later(pair: Pair, need: int, have: int | None) -> Proposal | None:
    """The owner lets the period end later by what is missing."""
    timing = pair.timing
    if have is None or timing is None:
        return state_window(pair, need, have)
    window = _chosen_window(pair)
    if window.until is None or window.until.toordinal() + need - have > date.max.toordinal():
        return None
    return _moved_window(pair, "windows.to", None, date.fromordinal(window.until.toordinal() + need - have))


def early_access(pair: Pair, need: int, have: int | None) -> Proposal | None:
    """The owner gives access for works before the start, for as many days as are missing."""
    timing = pair.timing
    if have is None or timing is None or timing.fit_out < need - have:
        return None
    before = pair.offer.features.fit_out_access_from
    already = max(0, timing.start - before.toordinal()) if before else 0
    after = date.fromordinal(timing.start - already - (need - have))
    offer = replace(pair.offer, features=replace(pair.offer.features, fit_out_access_from=after))
    return Proposal("features", "fit_out_access_from", before, after, OWNER, "change", pair.needs, offer)


def state_window(pair: Pair, _need: int, have: int | None) -> Proposal | None:
    """The city asks the owner when the place is free; nothing where that is known."""
    if have is not None or pair.offer.periods:
        return None
    start = max(pair.today, pair.needs.start_earliest or pair.today)
    offer = _with_windows(pair.offer, (Window(start, None),))
    return Proposal("features", "windows", None, start, CITY, "verify", pair.needs, offer)


def renew_certificates(pair: Pair, need: int, _have: int | None) -> Proposal | None:
    """The owner renews what expires before the start, so that it is valid on that day."""
    day = date.fromordinal(need)
    held = pair.offer.features.certificates or ()
    renewed = tuple(
        replace(one, valid_until=day) if one.valid_until is not None and one.valid_until < day else one for one in held
    )
    expired = tuple(one.kind for one, new in zip(held, renewed, strict=True) if one != new)
    offer = replace(pair.offer, features=replace(pair.offer.features, certificates=renewed))
    return Proposal("features", "certificates", expired, day, OWNER, "change", pair.needs, offer)


def _chosen_window(pair: Pair) -> Window:
    timing = pair.timing
    return next(window for window in pair.offer.periods or () if timing and window.start.toordinal() == timing.access)


def _moved_window(pair: Pair, field: str, start: date | None, until: date | None) -> Proposal | None:
    window = _chosen_window(pair)
    moved = Window(start or window.start, until or window.until)
    if moved.until is not None and moved.until <= moved.start:
        return None
    windows = tuple(moved if one == window else one for one in pair.offer.periods or ())
    before, after = (window.start, moved.start) if start else (window.until, moved.until)
    return Proposal("features", field, before, after, OWNER, "change", pair.needs, _with_windows(pair.offer, windows))


def _with_windows(offer: Offer, windows: tuple[Window, ...]) -> Offer:
    if offer.windows is not None:
        return replace(offer, windows=windows)
    return replace(offer, features=replace(offer.features, windows=windows))
