"""Words for what a map of a group holds: its fields and their values, as the editor names them."""

from typing import Any

from flask_babel import gettext as _

from mapsvc.web.labels import label

_CODES = {"filters.status": "vacancy_status", "filters.age": "band", "filters.category": "asset_kind"}


#: Everything that the editor of a map decides, by flat name.
FIELDS = frozenset(
    "title intro state view view.bounds filters.kinds filters.area filters.q filters.status filters.age"
    " filters.category filters.min_m2 filters.max_m2".split()
)


def field_name(name: str) -> str:
    """Return the name of a field of the editor."""
    return {
        "title": _("Title"),
        "intro": _("Introduction"),
        "state": _("Who sees it"),
        "view": _("View"),
        "view.bounds": _("View"),
        "filters.kinds": _("Kinds"),
        "filters.area": _("Area"),
        "filters.q": _("Words in the name"),
        "filters.status": _("Status"),
        "filters.age": _("Last check"),
        "filters.category": _("Category"),
        "filters.min_m2": _("At least, m²"),
        "filters.max_m2": _("At most, m²"),
    }.get(name, name)


def value_text(name: str, value: Any) -> str:
    """Return what stands in a field of the editor, in words."""
    if not value:
        return _("All places fit") if name.startswith("view") else _("nothing")
    if name == "view.bounds" and len(value) == 4:
        west, south, east, north = (f"{part:.4f}°" for part in value)
        return _("from %(south)s, %(west)s to %(north)s, %(east)s", south=south, west=west, north=north, east=east)
    if name == "state":
        return label("map_state", str(value))
    if name == "filters.kinds":
        kinds = {"space": _("Spaces"), "initiative": _("Initiatives"), "pact": _("Pacts")}
        return ", ".join(kinds.get(code, code) for code in value)
    if name in _CODES and isinstance(value, list):
        return ", ".join(label(_CODES[name], str(code)) for code in value)
    return str(value)
