"""Whether two records may be the same place: fixed rules first, then a score with its parts (publication 5.3).

Which records are compared is found by place in the database; merging is decided by a person and never here (`merges`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from mapsvc.domain.addresses import Address, same_street, with_number
from mapsvc.domain.errors import Invalid


class Verdict(StrEnum):
    """What to do with a pair of records."""

    SAME = "same"
    SIBLINGS = "siblings"
    SUGGEST_MERGE = "suggest_merge"
    ASK = "ask"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Where the land register keeps a unit: sheet (foglio), parcel (particella) and unit (subalterno)."""

    sheet: str
    parcel: str
    unit: str | None = None
    municipality: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is compared of a place; None and empty mean not known. Area in m², photos as 64-bit perceptual hashes."""

    address: Address | None = None
    name: str = ""
    floor: str | None = None
    area_m2: float | None = None
    image_hashes: tuple[int, ...] = ()
    parcel: Parcel | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict with the score D (0 to 1), its known parts, and whether the pictures alone call for a look."""

    verdict: Verdict
    score: float
    parts: Mapping[str, float]
    rule: str
    look_at_images: bool = False


# Metres within which records are candidates of each other.
CANDIDATE_RADIUS_M = 50.0
# Distance at which nearness counts half, in metres: about the error of a phone between houses.
_HALF_DISTANCE_M = 15.0
#: Shares of the score; parts that are not known are left out and the others take their share.
SHARES = {"distance": 0.40, "address": 0.25, "name": 0.15, "area": 0.10, "image": 0.10}
_SUGGEST_FROM = 0.80
_ASK_FROM = 0.55
# From this likeness on two pictures show the same front, whatever the rest says.
_SAME_IMAGE_FROM = 0.95
_IMAGE_BITS = 64
#: Keys that belong to one unit; a house number id or an owner's own label does not.
STRONG_SCHEMES = frozenset({"osm", "inventory"})
#: Schemes under which a record keeps its place in the land register; equal keys without a unit are only one parcel.
LAND_REGISTER = ("cadastre", "catasto")
# Registers that keep a parcel and its unit under two keys.
_PARCEL_AND_UNIT = (("sf-mapblklot", "sf-blklot"),)
_MUNICIPALITY = re.compile(r"[A-Za-z]\d{3}")


def candidate(space: Mapping[str, Any], area_m2: float | None = None, image_hashes: Iterable[int] = ()) -> Candidate:
    """What is compared of a record with these fields (street, number, name, floor, external_ids)."""
    external = dict(space["external_ids"] or {})
    return Candidate(
        address=with_number(space["street"], space["number"]) if space["street"] else None,
        name=space["name"] or "",
        floor=space["floor"],
        area_m2=area_m2,
        image_hashes=tuple(image_hashes),
        parcel=_parcel(external),
        external_ids=external,
    )


def _parcel(external_ids: Mapping[str, str]) -> Parcel | None:
    for scheme in LAND_REGISTER:
        if external_ids.get(scheme):
            return parcel_of(external_ids[scheme])
    for parcel, unit in _PARCEL_AND_UNIT:
        if external_ids.get(parcel) and external_ids.get(unit):
            return Parcel(parcel, external_ids[parcel], external_ids[unit])
    return None


def parcel_of(written: str) -> Parcel | None:
    """The place in the land register of "1234/56/7" or "L219-1234-56-7": sheet, parcel and, where given, unit."""
    parts = [part for part in re.split(r"[\s/,;|.-]+", written.strip()) if part]
    municipality = parts.pop(0) if parts and _MUNICIPALITY.fullmatch(parts[0]) else ""
    if len(parts) not in (2, 3):
        return None
    return Parcel(parts[0], parts[1], parts[2] if len(parts) == 3 else None, municipality)


def compare(one: Candidate, other: Candidate, distance_m: float) -> Comparison:
    """What two places a distance apart (metres) are to each other, with the rule or the score that says so (5.3)."""
    parts = similarity(one, other, distance_m)
    score = weighted(parts)
    look = parts.get("image", 0.0) >= _SAME_IMAGE_FROM
    rule = _fixed_rule(one, other)
    if rule is not None:
        # Two units of one building look alike; nobody is asked about them.
        return Comparison(rule[0], score, parts, rule[1], look and rule[0] is not Verdict.SIBLINGS)
    if score >= _SUGGEST_FROM:
        return Comparison(Verdict.SUGGEST_MERGE, score, parts, "score", look)
    return Comparison(Verdict.ASK if score >= _ASK_FROM else Verdict.NEW, score, parts, "score", look)


def _fixed_rule(one: Candidate, other: Candidate) -> tuple[Verdict, str] | None:
    shared = STRONG_SCHEMES & one.external_ids.keys() & other.external_ids.keys()
    if any(one.external_ids[scheme] == other.external_ids[scheme] for scheme in shared):
        return Verdict.SAME, "external_id"
    if one.parcel and other.parcel and _land(one.parcel) == _land(other.parcel):
        units = _folded(one.parcel.unit or ""), _folded(other.parcel.unit or "")
        if all(units):
            return (Verdict.SAME, "parcel") if units[0] == units[1] else (Verdict.SIBLINGS, "parcel_unit")
    if one.address and other.address and _address(one.address, other.address) >= _SAME_ROOT:
        if one.address.exponent != other.address.exponent:
            return Verdict.SIBLINGS, "exponent"
        if one.floor and other.floor and _folded(one.floor) != _folded(other.floor):
            return Verdict.SIBLINGS, "floor"
    return None


def _land(parcel: Parcel) -> tuple[str, str, str]:
    return _folded(parcel.municipality), _folded(parcel.sheet).lstrip("0"), _folded(parcel.parcel).lstrip("0")


def similarity(one: Candidate, other: Candidate, distance_m: float) -> dict[str, float]:
    """The known parts of the score, each between 0 and 1; distance in metres."""
    if not distance_m >= 0:
        raise Invalid("A distance is a number of metres from 0 on.", "/distance_m")
    parts = {"distance": 2.0 ** (-distance_m / _HALF_DISTANCE_M)}
    if one.address and other.address and one.address.street and other.address.street:
        parts["address"] = _address(one.address, other.address)
    if one.name.strip() and other.name.strip():
        parts["name"] = name_similarity(one.name, other.name)
    if one.area_m2 and other.area_m2 and min(one.area_m2, other.area_m2) > 0:
        parts["area"] = min(one.area_m2, other.area_m2) / max(one.area_m2, other.area_m2)
    if one.image_hashes and other.image_hashes:
        # Records have several photos; one of the same front is enough.
        differing = min((left ^ right).bit_count() for left in one.image_hashes for right in other.image_hashes)
        parts["image"] = 1 - differing / _IMAGE_BITS
    return parts


def weighted(parts: Mapping[str, float]) -> float:
    """D: the mean of the known parts by their shares (5.3); 0 when nothing is known."""
    share = sum(SHARES[name] for name in parts)
    return sum(SHARES[name] * value for name, value in parts.items()) / share if share else 0.0


_SAME_CIVIC, _SAME_ROOT, _SAME_STREET = 1.0, 0.6, 0.3


def _address(one: Address, other: Address) -> float:
    if not same_street(one.street, other.street):
        return 0.0
    if one.number is None or one.number != other.number:
        return _SAME_STREET
    return _SAME_CIVIC if one.exponent == other.exponent else _SAME_ROOT


def name_similarity(one: str, other: str) -> float:
    """The share of common trigrams of two names (Jaccard, words padded as pg_trgm does), 0 to 1."""
    first, second = _trigrams(one), _trigrams(other)
    union = first | second
    return len(first & second) / len(union) if union else 0.0


@lru_cache(maxsize=4096)
def _trigrams(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W_]+", _folded(text))
    return frozenset(f"  {word} "[i : i + 3] for word in words for i in range(len(word) + 1))


def _folded(text: str) -> str:
    form = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in form if not unicodedata.combining(char)).strip()
