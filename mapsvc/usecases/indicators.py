"""Need of areas by the indicators that are loaded: the same figures for the need map and for the matching."""

from collections.abc import Collection, Mapping
from uuid import UUID

from mapsvc.domain.imports import THEMES
from mapsvc.domain.indicators import AreaNeed, need_by_theme, need_index
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
