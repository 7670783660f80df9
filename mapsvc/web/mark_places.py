"""From what somebody typed or pointed at to a place, its address, and the known spaces around it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from mapsvc.domain.addresses import Address, parse_address, with_number
from mapsvc.domain.duplicates import Candidate as Comparable
from mapsvc.domain.duplicates import Verdict, compare
from mapsvc.domain.errors import Invalid
from mapsvc.domain.geometry import distance_m
from mapsvc.domain.texts import clean_text
from mapsvc.spatial import addresses, places
from mapsvc.web.current import city, connection
from mapsvc.web.i18n import number_text
from mapsvc.web.labels import label
from mapsvc.web.mark_draft import Draft
from mapsvc.web.place_words import css_of, place_name, symbol_of

#: Known spaces within so many metres are offered before a new one is made (publication 5.3).
CANDIDATE_M = 50
_MOST_CANDIDATES = 8
#: A typed street passes the point that was picked when it is not farther than a corner away, in metres.
_SAME_STREET_M = 120
_LONGEST_ADDRESS = 160


@dataclass(frozen=True, slots=True)
class Choice:
    """A street to choose from when the typed one may be several."""

    id: str
    name: str
    context: str


@dataclass(frozen=True, slots=True)
class Found:
    """The draft with its place, or the streets to choose from; both empty when nothing is like the address."""

    draft: Draft | None
    choices: tuple[Choice, ...] = ()


def locate(draft: Draft) -> Found:
    """Find the place of a draft; raise Invalid without address and position, or for an impossible one."""
    if draft.placed in {"device", "map"}:
        return Found(_from_position(draft))
    text = clean_text(draft.address, "/address", _LONGEST_ADDRESS)
    if not text:
        raise Invalid("an address is needed", "/address", code="required")
    written = parse_address(text)
    near = _near(draft)
    found = addresses.streets_named(connection(), written.street, near)
    chosen = next((row for row in found if str(row["id"]) == draft.street_id), None)
    street = chosen or addresses.meant(written.street, found)
    if street is not None:
        return Found(_at_street(draft, street, written))
    return Found(None, tuple(Choice(str(row["id"]), row["name"], row["area_name"] or "") for row in found))


def suggestions(text: str, near: tuple[float, float]) -> list[dict[str, Any]]:
    """Return streets like the typed address, with its number, as results of a search box."""
    written = parse_address(clean_text(text, "/q", _LONGEST_ADDRESS))
    return [
        {
            "type": "street",
            "name": " ".join(part for part in (row["name"], written.civic) if part),
            "context": row["area_name"] or "",
            "lon": row["lon"],
            "lat": row["lat"],
            "bounds": None,
            "url": None,
        }
        for row in addresses.streets_named(connection(), written.street, near)
    ]


def _near(draft: Draft) -> tuple[float, float]:
    try:
        return draft.position()
    except Invalid:
        return city().lon, city().lat


def _at_street(draft: Draft, street: Mapping[str, Any], written: Address) -> Draft:
    return replace(
        draft,
        placed="address",
        lon=f"{street['lon']:.6f}",
        lat=f"{street['lat']:.6f}",
        accuracy_m="",
        street_id="",
        street=street["name"],
        number=written.civic or draft.number,
    )


def _from_position(draft: Draft) -> Draft:
    """Return the draft with the street at its position; a typed address stays when its street passes close by."""
    lon, lat = draft.position()
    here = addresses.place_at(connection(), lon, lat)
    if here["area_name"] is None and here["swapped_inside"]:
        raise Invalid("longitude and latitude are swapped", "/lon", code="place_swapped")
    written = parse_address(clean_text(draft.address, "/address", _LONGEST_ADDRESS))
    if written.street:
        street = addresses.meant(written.street, addresses.streets_named(connection(), written.street, (lon, lat)))
        if street is not None and distance_m((lon, lat), (street["lon"], street["lat"])) <= _SAME_STREET_M:
            return replace(draft, street=street["name"], number=written.civic or draft.number)
    if written.street and not here["street"]:
        # No gazetteer knows this place: what was typed is all there is.
        return replace(draft, street=written.street, number=written.civic or draft.number)
    return replace(draft, street=here["street"] or "")


def outside(draft: Draft) -> bool:
    """Tell whether the place lies outside every area of this map."""
    lon, lat = draft.position()
    here = addresses.place_at(connection(), lon, lat)
    return bool(here["has_areas"]) and here["area_name"] is None


def near_name(draft: Draft) -> str:
    """Return what a place without an address is called: its neighbourhood, else the city."""
    lon, lat = draft.position()
    return addresses.place_at(connection(), lon, lat)["area_name"] or city().name


def candidates(draft: Draft) -> list[dict[str, Any]]:
    """Return the known spaces that may be the one, the likeliest first, as the second step shows them."""
    lon, lat = draft.position()
    rows: list[Mapping[str, Any]] = []
    if draft.placed == "address":
        root = parse_address(f"x {draft.number}").number if draft.number else None
        rows += addresses.spaces_at(connection(), draft.street, root, _MOST_CANDIDATES)
    known = {row["id"] for row in rows}
    around = places.nearby(connection(), lon, lat, CANDIDATE_M, _MOST_CANDIDATES)
    # A street's own point says nothing about the door, so what lies around it comes last and without a distance.
    rows += [row for row in around if row["id"] not in known]
    own = Comparable(address=with_number(draft.street, draft.number) if draft.street else None)
    found = [_candidate(row, own, measured=draft.placed != "address") for row in rows[:_MOST_CANDIDATES]]
    # Another unit of the building is named, since it may be a typing error, but it is never offered as the same place.
    return sorted(found, key=lambda one: one["sibling"])


def _candidate(row: Mapping[str, Any], own: Comparable, *, measured: bool) -> dict[str, Any]:
    exact = row["precision_code"] == "exact"
    # What a coarse record shows says nothing about its door.
    other = Comparable(address=parse_address(row["name"])) if exact and row["name"] else Comparable()
    facts = []
    if not exact:
        words = {"street": _("Only its street is shown"), "district": _("Only its area is shown")}
        facts.append(words.get(row["precision_code"], _("Position shown within 100 m")))
    elif measured and row["distance_m"] is not None:
        facts.append(f"{number_text(round(row['distance_m']))} m")
    if exact and row["floor"]:
        facts.append(_("floor %(floor)s", floor=row["floor"]))
    facts.append(label("asset_kind", row["category"]))
    return {
        "slug": row["slug"],
        "name": place_name(row),
        "symbol": symbol_of("space", row["status"]),
        "status": row["status"],
        "band": row["band"],
        "css": css_of("space", row["band"]),
        "headline": label("vacancy_status", row["status"]),
        "facts": " · ".join(facts),
        "photo": f"/photos/{row['photo']}" if row["photo"] else "",
        "precision": row["precision_code"],
        "sibling": compare(own, other, 0).verdict is Verdict.SIBLINGS,
        "civic": parse_address(row["name"]).civic if exact and row["name"] else "",
    }
