"""What lots and groups of a call are called, and where they lie on the map of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import url_for
from flask_babel import ngettext

from mapsvc.domain.call_market import Applicant, MarketLot
from mapsvc.spatial import areas
from mapsvc.web.current import connection
from mapsvc.web.desk.match_words import Faces, GroupFace, LotFace
from mapsvc.web.i18n import number_text
from mapsvc.web.labels import label

Middle = Callable[[str], tuple[float, float] | None]


def faces_of(applications: Mapping[str, Applicant], lots: Mapping[str, MarketLot]) -> Faces:
    """Return the faces of a market; a group without a place of its own stands in the middle of its district."""
    middle = _middles()
    return Faces(
        lots={number: lot_face(lot) for number, lot in lots.items()},
        groups={code: group_face(one, middle) for code, one in applications.items()},
    )


def lot_face(lot: MarketLot) -> LotFace:
    """Return a lot with name, size and place."""
    space = lot.space.space
    lon, lat = lot.point
    name = space.name or lot.space.area_name or space.slug
    return LotFace(
        id=lot.number,
        number=lot.number,
        name=f"{name}, {lot.unit}" if lot.unit else name,
        area=f"{number_text(lot.area_m2)} m²" if lot.area_m2 else "",
        point=(lat, lon),
        url=url_for("desk.premises_edit", slug=space.slug),
        slug=space.slug,
    )


def group_face(one: Applicant, middle: Middle) -> GroupFace:
    """Return a group with what it does, how many they are, and its place."""
    # The first discipline stands for the others: a row of the matrix has room for one line.
    what = label("discipline", one.disciplines[0]) if one.disciplines else ""
    count = ngettext("%(num)s person", "%(num)s people", one.members) if one.members else ""
    return GroupFace(
        code=one.code,
        name=one.collective,
        line=", ".join(part for part in (what, count) if part),
        point=(one.anchor[1], one.anchor[0]) if one.anchor else _in_district(one, middle),
    )


def _in_district(one: Applicant, middle: Middle) -> tuple[float, float] | None:
    accepted: Any = one.needs.get("districts_ok")
    named = [one.facts.get("seat"), *(accepted if isinstance(accepted, list) else [])]
    return next((found for slug in named if isinstance(slug, str) and (found := middle(slug)) is not None), None)


def _middles() -> Middle:
    """Read the middle of an area once for all groups that name it."""
    kept: dict[str, tuple[float, float] | None] = {}

    def middle(slug: str) -> tuple[float, float] | None:
        if slug not in kept:
            row = areas.one(connection(), slug)
            kept[slug] = (row["lat"], row["lon"]) if row is not None else None
        return kept[slug]

    return middle
