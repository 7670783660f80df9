"""What a form says against what is stored by now, in words; and values of any field as one short text."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from mapsvc.web import field_words
from mapsvc.web.desk.import_words import field_text
from mapsvc.web.labels import label

_VOCABULARIES = {
    "asset_kind": "asset_kind",
    "owner_type": "owner_type",
    "publication_precision": "precision",
    "availability_state": "availability_state",
    "record_state": "record_state",
}
_LONGEST = 160


def differences(stored: Mapping[str, Any], typed: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the fields that were typed differently from what is stored now, with both values in words."""
    left, right = flat(stored, typed), flat(typed, typed)
    return [
        {"field": field_text(name), "stored": text_of(name, left.get(name)), "typed": text_of(name, right.get(name))}
        for name in dict.fromkeys([*left, *right])
        if (left.get(name) or None) != (right.get(name) or None)
    ]


def flat(values: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of `names` with members of JSON fields as `features.x`; the position is one value."""
    result: dict[str, Any] = {}
    for name in names:
        value = values.get(name)
        if name == "lon":
            result["point"] = [value, values.get("lat")]
        elif isinstance(value, Mapping):
            result.update({f"{name}.{member}": item for member, item in value.items()})
        elif name != "lat":
            result[name] = value
    return result


def text_of(field: str, value: object) -> str:
    """Return a stored or typed value of a field as one short text."""
    head, dot, member = field.partition(".")
    if value is None or value == "":
        return _("not known")
    if field == "point" and isinstance(value, list | tuple):
        return ", ".join(f"{part:.5f}" if isinstance(part, float) else str(part) for part in reversed(value))
    if field in _VOCABULARIES:
        return label(_VOCABULARIES[field], str(value))
    if dot and head == "features":
        try:
            return field_words.value_text(member, value)
        except (KeyError, ValueError, TypeError):
            return str(value)[:_LONGEST]
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    words = str(value)
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
