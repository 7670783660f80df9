"""Vacant premises from OpenStreetMap, as the Overpass API gives them in JSON: one element is one row.

Read: `disused:shop` (keeps the former kind), `shop=vacant`, `disused:amenity`, `disused:office`, `disused:craft`,
`office=vacant`, `abandoned:*` (needs major repair). The day is `check_date`, `check_date:*` or `survey:date`; without
one the place is known and nobody says how it is. Old opening hours stay in such entries and are ignored.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from mapsvc.domain.errors import Invalid, TooLarge
from mapsvc.domain.fields import is_clean
from mapsvc.domain.geometry import distance_m, parse_json, parse_point
from mapsvc.domain.imports import Address, LonLat, ObservationRecord, SpaceRecord, Upload
from mapsvc.domain.sources import RefusedRow, SourceFile, SourceReading, SourceRow
from mapsvc.domain.spaces import space_name
from mapsvc.exchange.difference import stated_values
from mapsvc.exchange.tables import MAX_POSITIONS, MAX_ROWS, decode

REPORTER = "openstreetmap"
_MAX_TEXT = 160
_KINDS = {"shop": "commercial_unit", "craft": "workshop", "office": "office", "amenity": "commercial_unit"}
_VACANT = {"shop": "commercial_unit", "office": "office"}
_ABANDONED = _KINDS | {"building": "other", "industrial": "industrial", "man_made": "industrial"}
_STATED = {
    "name": "name",
    "addr:street": "street",
    "addr:housenumber": "number",
    "addr:floor": "floor",
    "addr:postcode": "postcode",
    "addr:city": "city",
}
_WHEELCHAIR = {"yes": "yes", "limited": "limited", "no": "no"}
ONE_PLACE_M = 2_000.0
"""An outline that reaches further is no premises."""


def read(upload: Upload, reading: SourceReading) -> SourceFile:
    """Return the vacant premises of an answer of the Overpass API.

    Elements without tags are corners of outlines and are passed over; one with tags and without a vacancy is refused.
    Raises `Invalid` or `TooLarge` for a file that cannot be used at all.
    """
    elements = _elements(decode(upload.data))
    rows, refused = list[SourceRow](), list[RefusedRow]()
    keys = Counter(_key(one) for one in elements)
    for number, element in enumerate(elements, start=1):
        if number % 1_000 == 0:
            reading.told(number, len(elements))
        key = _key(element)
        try:
            if keys[key] > 1:
                raise Invalid("twice", code="double_row", key=key)
            rows.append(_row(key, element, reading.today))
        except (Invalid, TooLarge) as fault:
            params = {name: value for name, value in fault.params.items() if isinstance(value, str | int | float)}
            refused.append(
                RefusedRow(key, number, fault.pointer if isinstance(fault, Invalid) else "", fault.code, params)
            )
    return SourceFile(tuple(rows), tuple(refused))


def _elements(text: str) -> list[Mapping[str, Any]]:
    if text.count("{") > MAX_POSITIONS:
        raise TooLarge("The file has too many positions.", code="too_many_positions", limit=MAX_POSITIONS)
    document = parse_json(text)
    found = document.get("elements") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise Invalid("The file is no answer of the Overpass API.", code="not_overpass")
    remark = document.get("remark") if isinstance(document, dict) else None
    if isinstance(remark, str) and "error" in remark.lower():
        # An answer that ran out of time or memory lacks rows, and says so here only.
        raise Invalid("The Overpass API did not finish its answer.", code="overpass_broke_off")
    tagged: list[Mapping[str, Any]] = [
        one for one in found if isinstance(one, dict) and isinstance(one.get("tags"), dict) and one["tags"]
    ]
    if not tagged:
        raise Invalid("The file has no elements with tags.", code="no_rows")
    if len(tagged) > MAX_ROWS:
        raise TooLarge(f"The file has more than {MAX_ROWS:,} rows.", code="too_many_rows", limit=MAX_ROWS)
    return tagged


def _key(element: Mapping[str, Any]) -> str:
    return f"{str(element.get('type'))[:20]}/{str(element.get('id'))[:20]}"


def _row(key: str, element: Mapping[str, Any], today: date) -> SourceRow:
    tags = {str(name): _text(str(name), value) for name, value in element["tags"].items()}
    kind, former, condition = _vacancy(tags)
    point = _point(element)
    address = Address(
        *(tags.get(f"addr:{part}", "") for part in ("street", "housenumber", "floor", "postcode", "city"))
    )
    name = tags.get("name", "") or space_name(address.street, address.civic_number) or key
    features: dict[str, object] = {}
    if former:
        features["former_use"] = former
    if condition:
        features["condition"] = condition
    if (wheelchair := _WHEELCHAIR.get(tags.get("wheelchair", ""))) is not None:
        features["wheelchair"] = wheelchair
    record = SpaceRecord(
        source_key=key,
        name=name,
        point=point,
        address=address,
        asset_kind=kind,
        features=features,
        external_ids=(("osm", key),),
        observations=_observations(key, tags, today),
        geocode_precision="rooftop" if element.get("type") == "node" else "parcel",
        source_url=f"https://www.openstreetmap.org/{key}",
    )
    stated = frozenset(target for tag, target in _STATED.items() if tags.get(tag)) | {"asset_kind"}
    return SourceRow(key, stated_values(record, stated), record)


def _text(name: str, value: object) -> str:
    text = " ".join(str(value).split())
    if len(text) > _MAX_TEXT and name in _STATED:
        raise Invalid("too long", name, code="too_long", maximum=_MAX_TEXT)
    if not is_clean(text):
        raise Invalid("control characters", name[:40], code="control_characters")
    return text


def _vacancy(tags: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the kind of premises, its former use and its condition; raise Invalid for one that is not vacant."""
    for key, kind in _KINDS.items():
        if value := tags.get(f"disused:{key}"):
            return kind, "" if value in ("yes", "vacant") else value[:60], ""
    for key, kind in _VACANT.items():
        if tags.get(key) == "vacant":
            return kind, tags.get(f"was:{key}", "")[:60], ""
    for key, kind in _ABANDONED.items():
        if value := tags.get(f"abandoned:{key}"):
            return kind, "" if value == "yes" else value[:60], "heavy_works"
    raise Invalid("not vacant", code="not_vacant")


def _point(element: Mapping[str, Any]) -> LonLat:
    """Return a node's position, else the centre that was asked for, else the middle of the bounds or of the outline."""
    for place in (element, element.get("center")):
        if isinstance(place, dict) and "lon" in place and "lat" in place:
            return parse_point(place["lon"], place["lat"])
    corners = element.get("geometry")
    bounds = element.get("bounds")
    if isinstance(bounds, dict) and {"minlon", "minlat", "maxlon", "maxlat"} <= set(bounds):
        low, high = parse_point(bounds["minlon"], bounds["minlat"]), parse_point(bounds["maxlon"], bounds["maxlat"])
    elif isinstance(corners, list) and corners and all(isinstance(one, dict) for one in corners):
        points = [parse_point(one.get("lon"), one.get("lat")) for one in corners]
        low = min(lon for lon, _ in points), min(lat for _, lat in points)
        high = max(lon for lon, _ in points), max(lat for _, lat in points)
    else:
        raise Invalid("no position", code="no_position")
    if distance_m(low, high) > ONE_PLACE_M:
        raise Invalid("an outline this large is no premises", code="too_wide")
    return (low[0] + high[0]) / 2, (low[1] + high[1]) / 2


def _observations(key: str, tags: Mapping[str, str], today: date) -> tuple[ObservationRecord, ...]:
    days = [
        day
        for name, value in tags.items()
        if name in ("check_date", "survey:date") or name.startswith("check_date:")
        for day in [_day(value)]
        if day is not None and day <= today
    ]
    if not days:
        return ()
    day = max(days)
    seen_at = datetime.combine(day, time(), UTC)
    return (ObservationRecord(f"{key}:{day.isoformat()}", "vacant", seen_at, "import_open", "register", REPORTER),)


def _day(text: str) -> date | None:
    """Return a day; a month or a year counts from its first day, which claims no more than it says."""
    parts = text.split("-")
    try:
        return date.fromisoformat("-".join([*parts, "01", "01"][:3]))
    except ValueError:
        return None
