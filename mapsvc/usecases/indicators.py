"""Need of areas by the indicators that are loaded: the same figures for the need map and for the matching."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Conflict, Invalid, Stale
from mapsvc.domain.imports import THEMES
from mapsvc.domain.indicators import (
    MOST_WEIGHT,
    AreaNeed,
    IndicatorFile,
    IndicatorValue,
    need_by_theme,
    need_index,
)
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork


def needs_around(uow: UnitOfWork, area_ids: Collection[UUID]) -> dict[UUID, AreaNeed]:
    """Return the need of each area, or of the smallest one around it that has figures; others are left out.

    The unit of work has been entered by the caller; nothing is written.
    """
    compared = uow.indicators.compared_with(area_ids)
    everybody = {peer for _area, peers in compared.values() for peer in peers}
    indicators, values = uow.indicators.all(), uow.indicators.values(everybody)
    found: dict[tuple[UUID, ...], dict[UUID, AreaNeed]] = {}
    for _area, peers in compared.values():
        if peers not in found:
            found[peers] = need_index(indicators, values, peers)
    return {asked: found[peers][area] for asked, (area, peers) in compared.items()}


def need_of(uow: UnitOfWork, area_ids: Collection[UUID]) -> dict[UUID, Mapping[str, int]]:
    """Return for each area the need that a project of each theme would answer there, in micro-units (matching 3.3)."""
    around = needs_around(uow, area_ids)
    return {area: need_by_theme(around.get(area), THEMES) for area in area_ids}


def load_indicators(uow: UnitOfWork, actor: Actor, file: IndicatorFile, now: datetime) -> int:
    """Add or renew the indicators of a file with their values; return how many values are new or different.

    All of it or nothing: raises Forbidden, Conflict where another source has an indicator of this code, and Invalid
    with a pointer for an area that is not known and for a value of too small a group, which would point at people
    (domain.md 2.12).
    """
    require(actor, Action.IMPORT)
    with uow:
        uow.loading.begin(file.source, now)
        known = {one.code: one for one in file.indicators}
        for stored in uow.indicators.all():
            if stored.code in known and stored.source_title != file.source.title:
                raise Conflict("another source has it", code="indicator_of_another_source", name=stored.code)
        areas = uow.indicators.areas_named({figure.area for figure in file.figures})
        values = []
        for place, figure in enumerate(file.figures):
            if figure.area not in areas:
                raise Invalid("there is no such area", f"/figures/{place}/area", code="unknown_area", value=figure.area)
            least = known[figure.indicator].min_group_size
            if figure.n is not None and figure.n < least:
                raise Invalid("this group is too small", f"/figures/{place}/n", code="group_too_small", least=least)
            area = areas[figure.area]
            values.append(IndicatorValue(figure.indicator, area, figure.period, figure.value, figure.n))
        for one in file.indicators:
            uow.indicators.put(one, file.source.code, now)
        changed = uow.indicators.put_values(values, now)
        if changed:
            after = {"indicators": len(file.indicators), "values": changed}
            uow.audit.add(actor, "loaded", "source", file.source.code, after=after, at=now)
        uow.commit()
    return changed


def weigh_indicators(
    uow: UnitOfWork, actor: Actor, weights: Mapping[str, tuple[int, int]], now: datetime
) -> dict[str, int]:
    """Set the published weights, by code with the version that each decision is based on; return those that changed.

    Raises Forbidden, Invalid with a pointer for a weight that is not between 0 and 100 or where nothing would weigh any
    more, and Stale where somebody else changed one of them.
    """
    require(actor, Action.SET_POLICY)
    for code, (_version, weight) in weights.items():
        if not 0 <= weight <= MOST_WEIGHT:
            raise Invalid("a weight is a whole number from 0 to 100", f"/{code}", code="weight_range")
    with uow:
        stored = {one.code: one for one in uow.indicators.all()}
        if not any(weights.get(code, (0, one.weight))[1] for code, one in stored.items()):
            raise Invalid("nothing would weigh", "", code="no_weight")
        before, after = {}, {}
        for code, (version, weight) in weights.items():
            one = stored.get(code)
            if one is None or one.weight == weight:
                continue
            if not uow.indicators.set_weight(code, version, weight, now):
                raise Stale("somebody else changed a weight", code="stale", version=one.version)
            before[code], after[code] = one.weight, weight
        if after:
            uow.audit.add(
                actor, "weighed", "indicators", "weights", before={"weights": before}, after={"weights": after}, at=now
            )
            uow.commit()
    return after
