"""Reads the self-organised art initiatives of Switzerland and their places.

The places carry the old national grid (EPSG:21781) with the axes exchanged: `pos_x` is the northing and `pos_y` the
easting. Read as (pos_y, pos_x) the points lie a median 8.8 m from the WGS84 positions beside them.
"""

import html
from collections import defaultdict
from datetime import date
from pathlib import Path

from pyproj import Transformer

from mapsvc.domain.geometry import distance_m, parse_point
from mapsvc.domain.imports import (
    Address,
    Batch,
    InitiativePlace,
    InitiativeRecord,
    LonLat,
    PartialDate,
    Precision,
    RowProblem,
    SourceInfo,
)
from mapsvc.exchange.files import read_rows
from mapsvc.exchange.susy import web_addresses

SOURCE = SourceInfo(
    code="swiss-art-initiatives",
    title="Self-organised art initiatives in Switzerland",
    licence="CC-BY-4.0",
    attribution="birk/swiss-art-initiatives",
    url="https://github.com/birk/swiss-art-initiatives",
)
FAR_M = 1_000.0
"""Positions of one place that lie further apart than this disagree about the place, not about its entrance."""

_PRECISIONS = {"0": Precision.DAY, "1": Precision.MONTH, "2": Precision.YEAR}
_FORMS = {"Verein": "association", "Genossenschaft": "cooperative", "GmbH": "company", "Stiftung": "foundation"}
_SCORES = tuple(f"radval_{number}" for number in range(1, 8))


def read(projects: Path, places: Path) -> Batch:
    """Return the initiatives with their places; what disagrees inside the source is flagged, never moved.

    A place finds its project by Wikidata id, then by project id, then by a title that only one project without an id
    has. Places whose project is not in the file are returned as `unattached_places`.
    """
    problems = list[RowProblem]()
    rows = read_rows(projects)
    by_wikidata = {row["project_q"]: row["project_q"] for row in rows}
    by_id = {row["id"]: row["project_q"] for row in rows if row["id"]}
    by_title = {row["title"]: row["project_q"] for row in rows if not row["id"]}
    attached = defaultdict[str, list[InitiativePlace]](list)
    unattached = []
    for number, row in enumerate(read_rows(places), start=1):
        place = _place(number, row, problems)
        key = by_wikidata.get(row["project_q"]) or by_id.get(row["project_id"]) or by_title.get(row["title"])
        if key is None:
            problems.append(RowProblem(number, "project_id", "unknown_project", {"value": row["project_id"]}))
            unattached.append(place)
        else:
            attached[key].append(place)
    initiatives = tuple(_initiative(row, tuple(attached[row["project_q"]])) for row in rows)
    return Batch(SOURCE, initiatives=initiatives, unattached_places=tuple(unattached), problems=tuple(problems))


def _initiative(row: dict[str, str], places: tuple[InitiativePlace, ...]) -> InitiativeRecord:
    until = _cautious_date(row["until_date"], row["until_trunc"])
    scores = tuple(int(row[name] or 0) for name in _SCORES)
    return InitiativeRecord(
        source_key=row["project_q"],
        # One title of the source was escaped for HTML before it was published.
        name=html.unescape(row["title"]),
        kind="creative_placemaking",
        themes=("art",),
        original_lang=_language(places),
        links=tuple(web_addresses(row["website_urls"])),
        places=places,
        stage="ended" if until else "unknown",
        start=_cautious_date(row["from_date"], row["from_trunc"]),
        until=until,
        legal_form=_FORMS.get(row["legal_struct"], ""),
        # All zeros means that nobody filled the profile; no initiative scores zero on every axis.
        profile_scores=scores if any(scores) else (),
        external_ids=(("wikidata", row["project_q"]),),
        source_url=f"https://www.wikidata.org/wiki/{row['project_q']}",
    )


def _place(number: int, row: dict[str, str], problems: list[RowProblem]) -> InitiativePlace:
    start, until = _date(row["from_date"], row["from_trunc"]), _date(row["until_date"], row["until_trunc"])
    point, flags = _point(number, row, problems)
    if start and until and until.end() <= start.value:
        problems.append(RowProblem(number, "until_date", "end_before_start", {"value": until.iso()}))
        until, flags = None, (*flags, "end_before_start")
    return InitiativePlace(
        source_key=row["id"],
        point=point,
        title=row["title"],
        address=Address(street=row["street"], postcode=row["post_code"], municipality=row["city"]),
        start=start,
        until=until,
        flags=flags,
    )


def _point(number: int, row: dict[str, str], problems: list[RowProblem]) -> tuple[LonLat | None, tuple[str, ...]]:
    """Return the stated WGS84 position, else the transformed grid position, with what is odd about it."""
    grid = grid_to_lonlat(row["pos_x"], row["pos_y"]) if row["pos_x"] and row["pos_y"] else None
    if row["WGS84_lon"] and row["WGS84_lat"]:
        stated = parse_point(float(row["WGS84_lon"]), float(row["WGS84_lat"]))
        apart = distance_m(stated, grid) if grid else 0.0
        if apart <= FAR_M:
            return stated, ()
        problems.append(RowProblem(number, "WGS84_lat", "far_from_grid", {"metres": round(apart)}))
        return stated, ("far_from_grid",)
    return (grid, ("transformed",)) if grid else (None, ("no_position",))


_TO_WGS84 = Transformer.from_crs("EPSG:21781", "EPSG:4326", always_xy=True)


def grid_to_lonlat(pos_x: str, pos_y: str) -> LonLat:
    """Return lon/lat of a place; `pos_x` is the northing and `pos_y` the easting of EPSG:21781, in metres."""
    lon, lat = _TO_WGS84.transform(float(pos_y), float(pos_x))
    return parse_point(lon, lat)


def _date(text: str, code: str) -> PartialDate | None:
    if not text:
        return None
    return PartialDate(date.fromisoformat(text), _PRECISIONS[code])


def _cautious_date(text: str, code: str) -> PartialDate | None:
    """Return a date of the projects' file, where code 0 also stands for a precision that nobody set.

    A first of January or first of a month with code 0 is therefore taken as a year or a month: it claims less.
    """
    partial = _date(text, code)
    if partial is None or partial.precision is not Precision.DAY or partial.value.day != 1:
        return partial
    return PartialDate(partial.value, Precision.YEAR if partial.value.month == 1 else Precision.MONTH)


def _language(places: tuple[InitiativePlace, ...]) -> str:
    """Return the language of the initiative's name where its places tell it; German is the most common one."""
    french = {"Geneva", "Lausanne", "Neuchâtel", "Fribourg", "Vevey"}
    return "fr" if any(place.address.municipality in french for place in places) else "de"
