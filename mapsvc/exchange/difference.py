"""What an uploaded register would change: every row against the stored spaces, before anything is written.

Nothing here decides what may be overwritten; it only says what differs. A blank cell says nothing and changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from sys import intern

from mapsvc.domain.geometry import distance_m
from mapsvc.domain.imports import RowProblem, SpaceRecord
from mapsvc.domain.spaces import Space
from mapsvc.domain.uploads import ComparedRow, FieldChange, ImportRow
from mapsvc.exchange.columns import fold

NEAR_M = 50.0
"""Two records with one address further apart than this are not taken for the same place (publication rules, 5.3)."""
MOVED_M = 1.0
"""Positions that differ by less were only rounded."""

#: Fields of a space by the field that a column states.
_PLAIN_FIELDS = {
    "name": "name",
    "street": "street",
    "number": "number",
    "floor": "floor",
    "postcode": "postcode",
    "city": "city_name",
    "asset_kind": "asset_kind",
    "owner_type": "owner_type",
}


def compare(rows: Iterable[ImportRow], stored: Sequence[Space], source_code: str) -> list[ComparedRow]:
    """Return what each row would do, in the order of the rows.

    A row means the stored space that it names (`slug`), else the one with its key in the same source, else with one of
    its external ids, else the only one with the same address within 50 m. Two rows for one stored space are refused,
    and so is a row that fits several.
    """
    index = _Index(stored, source_code)
    results, taken = list[ComparedRow](), dict[object, int]()
    for row in rows:
        result = _compare_row(row, index)
        if result.space_id is not None and result.space_id in taken:
            problem = RowProblem(row.number, "", "same_as_row", {"row": taken[result.space_id]})
            result = ComparedRow(row.number, "refused", problems=(problem,))
        elif result.space_id is not None:
            taken[result.space_id] = row.number
        results.append(result)
    return results


def changes_of(record: SpaceRecord, stated: frozenset[str], space: Space) -> tuple[FieldChange, ...]:
    """Return the fields of a stored space that a record states differently."""
    new = _plain_values(record)
    changes = [
        FieldChange(field, getattr(space, field) or None, new[field])
        for stated_as, field in _PLAIN_FIELDS.items()
        if stated_as in stated and new[field] and new[field] != getattr(space, field)
    ]
    changes += [
        FieldChange(f"features.{code}", space.features.get(code), value)
        for code, value in record.features.items()
        if space.features.get(code) != value
    ]
    changes += [
        FieldChange(f"description.{lang}", space.description.get(lang), text)
        for lang, text in record.description.items()
        if space.description.get(lang) != text
    ]
    changes += [
        FieldChange(f"external_ids.{scheme}", space.external_ids.get(scheme), value)
        for scheme, value in record.external_ids
        if space.external_ids.get(scheme) != value
    ]
    # A point found by the street name is no better than the stored one, so it never moves a space.
    if record.geocode_precision != "street" and distance_m(record.point, (space.lon, space.lat)) > MOVED_M:
        changes.append(FieldChange("point", [space.lon, space.lat], list(record.point)))
    return tuple(changes)


def stated_values(record: SpaceRecord, stated: frozenset[str]) -> dict[str, object]:
    """Return the fields that a record states, by the names that `changes_of` gives them, as JSON values."""
    new = _plain_values(record)
    values: dict[str, object] = {
        field: new[field] for stated_as, field in _PLAIN_FIELDS.items() if stated_as in stated and new[field]
    }
    # One object for each name: a large register has a million of them.
    values |= {intern(f"features.{code}"): value for code, value in record.features.items()}
    values |= {f"description.{lang}": text for lang, text in record.description.items()}
    values |= {f"external_ids.{scheme}": value for scheme, value in record.external_ids}
    if record.geocode_precision != "street":
        values["point"] = list(record.point)
    return values


def _plain_values(record: SpaceRecord) -> dict[str, str]:
    address = record.address
    return {
        "name": record.name,
        "street": address.street,
        "number": address.civic_number,
        "floor": address.floor,
        "postcode": address.postcode,
        "city_name": address.municipality,
        "asset_kind": record.asset_kind,
        "owner_type": record.owner_type,
    }


class _Index:
    """Stored spaces by everything that identifies one."""

    def __init__(self, stored: Sequence[Space], source_code: str) -> None:
        self.by_slug = {space.slug: space for space in stored}
        self.by_key = {space.source_key: space for space in stored if space.source_code == source_code}
        self.by_external: Mapping[tuple[str, str], list[Space]] = defaultdict(list)
        self.by_address: Mapping[tuple[str, str], list[Space]] = defaultdict(list)
        for space in stored:
            for pair in space.external_ids.items():
                self.by_external[pair].append(space)
            if space.street and space.number:
                self.by_address[_address_key(space.street, space.number)].append(space)

    def find(self, row: ImportRow, record: SpaceRecord) -> list[Space]:
        """Return the stored spaces that the row means; more than one is not decided here."""
        if row.slug is not None:
            return [self.by_slug[row.slug]] if row.slug in self.by_slug else []
        if record.source_key in self.by_key:
            return [self.by_key[record.source_key]]
        for pair in record.external_ids:
            if self.by_external.get(pair):
                return self.by_external[pair]
        address = record.address
        if not address.street or not address.civic_number:
            return []
        same = self.by_address.get(_address_key(address.street, address.civic_number), [])
        near = [space for space in same if distance_m(record.point, (space.lon, space.lat)) <= NEAR_M]
        # Another floor or unit of the building is a sibling, not the same place.
        return [
            space for space in near if not address.floor or not space.floor or fold(space.floor) == fold(address.floor)
        ]


def _address_key(street: str, number: str) -> tuple[str, str]:
    return fold(street), fold(number).replace("_", "")


def _compare_row(row: ImportRow, index: _Index) -> ComparedRow:
    if row.record is None:
        return ComparedRow(row.number, "refused", problems=row.problems)
    found = index.find(row, row.record)
    if len(found) > 1:
        problem = RowProblem(row.number, "", "fits_several", {"names": ", ".join(space.name for space in found[:5])})
        return ComparedRow(row.number, "refused", problems=(problem,))
    if not found and row.slug is not None:
        problem = RowProblem(row.number, "record", "unknown_record", {"value": row.slug[:80]})
        return ComparedRow(row.number, "refused", problems=(problem,))
    if not found:
        return ComparedRow(row.number, "new", row.record)
    space = found[0]
    changes = changes_of(row.record, row.stated, space)
    return ComparedRow(row.number, "changed" if changes else "unchanged", row.record, space.id, space.version, changes)
