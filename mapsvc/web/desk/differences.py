"""Values of any field of a record as one short text."""

from flask_babel import gettext as _

from mapsvc.web import field_words
from mapsvc.web.labels import label

_VOCABULARIES = {
    "asset_kind": "asset_kind",
    "owner_type": "owner_type",
    "publication_precision": "precision",
    "availability_state": "availability_state",
    "record_state": "record_state",
}
_LONGEST = 160


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
