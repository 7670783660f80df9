"""The steps of an application as forms: from what is stored to what stands in the fields, and from what was sent back.

A form is a mapping from the name of a control to its values, as in `needs_form`. What cannot be read is returned beside
what can, so that one wrong number costs nobody the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from mapsvc.domain.application_drafts import ApplicationDraft, GroupFacts, Step, read_needs
from mapsvc.domain.errors import DomainError, Invalid
from mapsvc.domain.imports import THEMES
from mapsvc.domain.needs import NeedsProfile
from mapsvc.domain.projects import Project, shares_of
from mapsvc.web import needs_form
from mapsvc.web.needs_form import Locate, Typed, first

#: The weights a group can give a theme, from a little to above all.
WEIGHTS = ("1", "2", "3")
_COUNTS = ("members_count", "members_under_30", "members_under_35")
_TEXTS = ("name", "story", "form", "legal_id", "seat")
_PROJECT = ("title", "summary", "programme")
_LISTS = ("commitments", "indicators")
_RANK = "rank."


@dataclass(frozen=True, slots=True)
class Part:
    """One step as it was sent: the values that could be read, what could not with its faults, by control."""

    values: Mapping[str, Any]
    typed: Mapping[str, list[str]] = field(default_factory=dict)
    faults: Mapping[str, DomainError] = field(default_factory=dict)


def typed_of(draft: ApplicationDraft, step: Step, anchor_text: str = "") -> Typed:
    """Return the form of one step of a draft, with what could not be read as it was typed."""
    makers: dict[Step, Callable[[], Typed]] = {
        Step.GROUP: lambda: group_typed(draft.group),
        Step.NEEDS: lambda: needs_form.needs_typed(NeedsProfile.from_json(dict(draft.needs)), anchor_text),
        Step.PROJECT: lambda: project_typed(draft.project),
    }
    typed = makers[step]() if step in makers else {}
    return typed | {name: list(values) for name, values in draft.typed.get(step, {}).items()}


def group_typed(group: GroupFacts) -> Typed:
    """Return the form of who applies."""
    typed: Typed = {name: [getattr(group, name)] for name in _TEXTS}
    for name in _COUNTS:
        count = getattr(group, name)
        typed[name] = ["" if count is None else str(count)]
    return typed | {"disciplines": list(group.disciplines)}


def read_group(typed: Typed) -> Part:
    """Return who applies; a count that is no number, or a part larger than the whole, is a fault of its own."""
    raw: dict[str, Any] = {name: first(typed, name) for name in _TEXTS}
    raw["form"] = raw["form"] or "informal_group"
    raw["disciplines"] = [value for value in typed.get("disciplines", []) if value]
    faults: dict[str, DomainError] = {}
    for name in _COUNTS:
        try:
            raw[name] = needs_form.read_count(first(typed, name), name)
        except Invalid as error:
            faults[name] = error
    group, found = _settle(raw, lambda values: GroupFacts.from_json(values, ""))
    faults |= found
    return Part({"group": group}, {name: typed.get(name, []) for name in faults}, faults)


def read_needs_step(typed: Typed, locate: Locate) -> Part:
    """Return the needs as JSON, and by code what cannot be read."""
    raw, found = needs_form.read_needs(typed, locate)
    faults: dict[str, DomainError] = dict(found)
    needs, more = _settle(raw, lambda values: read_needs(values, ""))
    faults |= more
    kept: dict[str, list[str]] = {}
    for code in faults:
        names = (code, f"unit.{code}", f"nice.{code}")
        kept |= {
            name: typed[name] for name in typed if name in names or (code == "hours" and name.startswith("hours."))
        }
    return Part({"needs": needs}, kept, faults)


def project_typed(project: Project) -> Typed:
    """Return the form of a project; each theme has its weight, from 1 to 3."""
    typed: Typed = {name: [getattr(project, name)] for name in _PROJECT}
    typed |= {name: ["\n".join(getattr(project, name))] for name in _LISTS}
    least = min(project.themes.values(), default=1)
    for code, share in project.themes.items():
        typed[f"theme.{code}"] = [str(min(max(round(share / least), 1), 3))]
    return typed


def read_project(typed: Typed) -> Part:
    """Return the project; lines of a text area become entries, weights of themes become shares."""
    raw: dict[str, Any] = {name: first(typed, name) for name in _PROJECT}
    for name in _LISTS:
        raw[name] = [line for line in first(typed, name).splitlines() if line.strip()]
    weights = {code: first(typed, f"theme.{code}") for code in THEMES}
    raw["themes"] = shares_of({code: int(value) for code, value in weights.items() if value in WEIGHTS})
    project, faults = _settle(raw, lambda values: Project.from_json(values, ""))
    kept = {name: typed.get(name, []) for name in faults if name != "themes"}
    if "themes" in faults:
        kept |= {f"theme.{code}": [value] for code, value in weights.items() if value}
    return Part({"project": project}, kept, faults)


def read_places(typed: Typed, numbers: Mapping[str, UUID]) -> Part:
    """Return the ranking from a place for each lot, `rank.<number of the lot>`, and what the group accepts besides.

    `numbers` are the lots of the call. Raises Invalid for a lot that is not one of them, that is named twice, or that
    shares its place with another one: then nothing of the ranking is taken.
    """
    places: dict[str, int] = {}
    for name, values in typed.items():
        if not name.startswith(_RANK):
            continue
        number = name.removeprefix(_RANK)
        if number not in numbers:
            raise Invalid("this lot is not part of the call", f"/{name}", code="lot_foreign", value=number)
        if len(values) > 1:
            raise Invalid("a lot stands in the ranking once", f"/{name}", code="lot_repeated", value=number)
        place = _place(first(typed, name), name)
        if place is not None:
            places[number] = place
    if len(set(places.values())) < len(places):
        raise Invalid("two lots share a place", "/lots", code="lots_same_place")
    lots = tuple(numbers[number] for number in sorted(places, key=lambda one: places[one]))
    accepts = {"accepts_other_lots": first(typed, "accepts_other_lots") == "1",
               "accepts_upgrade": first(typed, "accepts_upgrade") == "1"}  # fmt: skip
    return Part({"lots": lots, **accepts})


def moved(lots: tuple[UUID, ...], lot: UUID, move: str) -> tuple[UUID, ...]:
    """Return a ranking in which one lot went up, down, in at the end, or out."""
    order = [one for one in lots if one != lot]
    if move == "out" or (move in ("up", "down") and lot not in lots):
        return tuple(order)
    at = {"up": lots.index(lot) - 1, "down": lots.index(lot) + 1}.get(move, len(order)) if lot in lots else len(order)
    at = min(max(at, 0), len(order))
    return (*order[:at], lot, *order[at:])


def read_declarations(typed: Typed) -> Part:
    """Return the declarations that were ticked."""
    return Part({"declarations": tuple(dict.fromkeys(value for value in typed.get("declarations", []) if value))})


def _place(text: str, name: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text) > 0):
        raise Invalid("a place is a whole number from 1", f"/{name}", code="not_a_place", value=text)
    return int(text)


def _settle(raw: dict[str, Any], read: Callable[[dict[str, Any]], Any]) -> tuple[Any, dict[str, DomainError]]:
    """Return what can be read of some values: one that breaks a rule is left out and named, and the rest is read."""
    faults: dict[str, DomainError] = {}
    while True:
        try:
            return read(raw), faults
        except Invalid as error:
            name = error.pointer.strip("/").split("/")[0]
            if name not in raw:
                raise
            faults[name] = error
            raw = {code: value for code, value in raw.items() if code != name}
