"""What a group writes in its application before it sends it: six parts, each of which may be unfinished.

A part is read strictly, so that what is stored can always be read again; what a submission still needs is said by
`missing`. Values that could not be read are kept as they were typed, so that nobody types them twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from mapsvc.domain.canonical import sha256
from mapsvc.domain.eligibility import AGES, Facts
from mapsvc.domain.errors import Invalid
from mapsvc.domain.needs import COLLECTIVE_FORMS, DISCIPLINES, NeedsProfile
from mapsvc.domain.projects import Project
from mapsvc.domain.texts import clean_text

LONGEST_NAME = 120
LONGEST_STORY = 4_000
LONGEST_ID = 40
LONGEST_SEAT = 100
MOST_MEMBERS = 100_000
MOST_RANKED = 500
#: Signs of one part that are kept as typed; more is no honest form.
LONGEST_TYPED = 20_000


class Step(StrEnum):
    """The parts of an application in the order in which they are asked."""

    GROUP = "group"
    NEEDS = "needs"
    PROJECT = "project"
    PLACES = "places"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """Who applies: what a collective's profile holds, and `seat`, the slug of the area that it works in."""

    name: str = ""
    story: str = ""
    form: str = "informal_group"
    disciplines: tuple[str, ...] = ()
    members_count: int | None = None
    members_under_30: int | None = None
    members_under_35: int | None = None
    legal_id: str = ""
    seat: str = ""

    @classmethod
    def from_json(cls, value: object, pointer: str = "") -> GroupFacts:
        """Read the stored or sent form strictly; raises Invalid with a JSON pointer below `pointer`."""
        given = _members(value, _GROUP, pointer)
        form = given.get("form", "informal_group")
        if form not in COLLECTIVE_FORMS:
            raise Invalid("choose one of the listed values", f"{pointer}/form", code="unknown_value", value=form)
        group = cls(
            name=clean_text(given.get("name", ""), f"{pointer}/name", LONGEST_NAME),
            story=clean_text(given.get("story", ""), f"{pointer}/story", LONGEST_STORY, several_lines=True),
            form=form,
            disciplines=_listed(given.get("disciplines", []), DISCIPLINES, f"{pointer}/disciplines"),
            members_count=_count(given, "members_count", 1, pointer),
            members_under_30=_count(given, "members_under_30", 0, pointer),
            members_under_35=_count(given, "members_under_35", 0, pointer),
            legal_id=clean_text(given.get("legal_id", ""), f"{pointer}/legal_id", LONGEST_ID),
            seat=clean_text(given.get("seat", ""), f"{pointer}/seat", LONGEST_SEAT),
        )
        _check_ages(group, pointer)
        return group

    def to_json(self) -> dict[str, object]:
        """Return the JSON form with what is stated."""
        return {name: _plain(value) for name in _GROUP if (value := getattr(self, name)) not in ("", (), None)}

    def missing(self) -> tuple[str, ...]:
        """Return the fields that a submission needs and that are still empty."""
        return tuple(name for name in ("name", "members_count") if not getattr(self, name))

    def for_rules(
        self, declarations: Collection[str], documents: Collection[str], seat_areas: frozenset[str] | None
    ) -> Facts:
        """Return what the rules of eligibility and of reserved seats look at, with what arrived beside the form.

        `documents` are kinds; `seat_areas` the slugs of all areas of the seat, None where they are not known.
        """
        return Facts(
            form=self.form,
            members=self.members_count,
            members_under=dict(zip(AGES, (self.members_under_30, self.members_under_35), strict=True)),
            seat=self.seat or None,
            seat_areas=seat_areas,
            registration=self.legal_id or None,
            declarations=frozenset(declarations),
            documents=frozenset(documents),
        )


_GROUP = (
    "name", "story", "form", "disciplines", "members_count", "members_under_30", "members_under_35", "legal_id", "seat",
)  # fmt: skip
#: Needs without which no lot can be compared.
NEEDED = ("area_min_m2", "budget_max_cents", "start_latest")


@dataclass(frozen=True, slots=True)
class ApplicationDraft:
    """Everything that a group has entered; `lots` are ranked, the most wanted first.

    `typed` holds what could not be read, by part and name of the control.
    """

    group: GroupFacts = field(default_factory=GroupFacts)
    needs: Mapping[str, object] = field(default_factory=dict)
    project: Project = field(default_factory=Project)
    lots: tuple[UUID, ...] = ()
    declarations: tuple[str, ...] = ()
    documents: tuple[UUID, ...] = ()
    accepts_other_lots: bool = False
    accepts_upgrade: bool = True
    typed: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: object) -> ApplicationDraft:
        """Read the stored form strictly; raises Invalid with a JSON pointer."""
        given = _members(value, _DRAFT, "")
        return cls(
            group=GroupFacts.from_json(given.get("group", {}), "/group"),
            needs=read_needs(given.get("needs", {})),
            project=Project.from_json(given.get("project", {}), "/project"),
            lots=_ids(given.get("lots", []), "/lots"),
            declarations=_texts(given.get("declarations", []), "/declarations"),
            documents=_ids(given.get("documents", []), "/documents"),
            accepts_other_lots=_flag(given, "accepts_other_lots", default=False),
            accepts_upgrade=_flag(given, "accepts_upgrade", default=True),
            typed=_typed(given.get("typed", {})),
        )

    def to_json(self) -> dict[str, object]:
        """Return the stored form."""
        return {
            "group": self.group.to_json(),
            "needs": dict(self.needs),
            "project": self.project.to_json(),
            "lots": [str(lot) for lot in self.lots],
            "declarations": list(self.declarations),
            "documents": [str(one) for one in self.documents],
            "accepts_other_lots": self.accepts_other_lots,
            "accepts_upgrade": self.accepts_upgrade,
            "typed": {part: self.to_json_typed(Step(part)) for part in self.typed},
        }

    def part(self, step: Step) -> dict[str, object]:
        """Return the JSON of one part, what could not be read included."""
        whole = self.to_json()
        return {name: whole[name] for name in PARTS[step]} | {"typed": self.to_json_typed(step)}

    def to_json_typed(self, step: Step) -> dict[str, list[str]]:
        """Return what could not be read of one part, by control."""
        return {name: list(kept) for name, kept in self.typed.get(step, {}).items()}

    def mark(self, step: Step) -> str:
        """Return a short hash of one part: whoever saves says which state of it they began from."""
        return sha256(self.part(step))[:16]

    def with_typed(self, step: Step, typed: Mapping[str, Collection[str]]) -> ApplicationDraft:
        """Return the draft with what could not be read of one part, in place of what it kept of it before."""
        kept = {name: tuple(values) for name, values in typed.items()}
        if sum(len(value) for values in kept.values() for value in values) > LONGEST_TYPED:
            kept = {}
        others = {part: names for part, names in self.typed.items() if part != step}
        return replace(self, typed=others | ({step.value: kept} if kept else {}))

    def missing(self, *, documents: Collection[str] = (), declarations: Collection[str] = (),
                has: Collection[str] = ()) -> dict[Step, tuple[str, ...]]:  # fmt: skip
        """Return by part what a submission still needs; an empty mapping says that it can be sent.

        `documents` and `declarations` are the codes that the call asks for, `has` the kinds of documents that are
        there. A value that could not be read counts as missing.
        """
        found = {
            Step.GROUP: self.group.missing(),
            Step.NEEDS: tuple(code for code in NEEDED if code not in self.needs),
            Step.PROJECT: self.project.missing(),
            Step.PLACES: () if self.lots else ("lots",),
            Step.DOCUMENTS: (
                *(f"document:{code}" for code in documents if code not in has),
                *(f"declaration:{code}" for code in declarations if code not in self.declarations),
            ),
        }
        unread = {Step(part): tuple(names) for part, names in self.typed.items()}
        joined = {step: tuple(dict.fromkeys((*names, *unread.get(step, ())))) for step, names in found.items()}
        return {step: names for step, names in joined.items() if names}


_DRAFT = (
    "group", "needs", "project", "lots", "declarations", "documents", "accepts_other_lots", "accepts_upgrade", "typed",
)  # fmt: skip


#: The fields of a draft by the part in which they are asked; documents come and go one by one.
PARTS: Mapping[Step, tuple[str, ...]] = {
    Step.GROUP: ("group",),
    Step.NEEDS: ("needs",),
    Step.PROJECT: ("project",),
    Step.PLACES: ("lots", "accepts_other_lots", "accepts_upgrade"),
    Step.DOCUMENTS: ("declarations",),
}


def read_needs(value: object, pointer: str = "/needs") -> dict[str, object]:
    """Return needs in their stored form; raises Invalid with a JSON pointer below `pointer`."""
    try:
        return NeedsProfile.from_json(value).to_json()
    except Invalid as error:
        raise Invalid(error.message, f"{pointer}{error.pointer}", code=error.code, **error.params) from error


def check_ranking(lots: Collection[UUID], offered: Collection[UUID], most: int) -> None:
    """Raise Invalid unless a ranking names lots of the call only, each once, and at most `most` of them."""
    seen: set[UUID] = set()
    for place, lot in enumerate(lots):
        if lot not in offered:
            raise Invalid("this lot is not part of the call", f"/lots/{place}", code="lot_foreign")
        if lot in seen:
            raise Invalid("a lot stands in the ranking once", f"/lots/{place}", code="lot_repeated")
        seen.add(lot)
    if len(seen) > most:
        raise Invalid("more lots than the call allows", "/lots", code="lots_many", maximum=most)


def _members(value: object, names: Collection[str], pointer: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid("This must be an object with named fields.", pointer, code="not_an_object")
    if any(name not in names for name in value):
        raise Invalid("There is no field of this name.", pointer, code="unknown_field")
    return value


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _count(given: Mapping[str, Any], name: str, least: int, pointer: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid("This must be a whole number.", f"{pointer}/{name}", code="not_an_integer")
    if not least <= value <= MOST_MEMBERS:
        raise Invalid("at most 100,000", f"{pointer}/{name}", code="members_range")
    return value


def _check_ages(group: GroupFacts, pointer: str) -> None:
    order = (("members_under_30", "members_under_35"), ("members_under_30", "members_count"),
             ("members_under_35", "members_count"))  # fmt: skip
    for part, whole in order:
        few, all_of_them = getattr(group, part), getattr(group, whole)
        if few is not None and all_of_them is not None and few > all_of_them:
            raise Invalid("a part is larger than the whole", f"{pointer}/{part}", code="members_part")


def _listed(value: object, options: Collection[str], pointer: str) -> tuple[str, ...]:
    chosen = _texts(value, pointer)
    for code in chosen:
        if code not in options:
            raise Invalid("choose one of the listed values", pointer, code="unknown_value", value=code)
    return tuple(code for code in options if code in chosen)


def _list(value: object, pointer: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise Invalid("This must be a list.", pointer, code="not_a_list")
    if len(value) > MOST_RANKED:
        raise Invalid(f"This list has more than {MOST_RANKED} entries.", pointer, code="too_many", maximum=MOST_RANKED)
    return list(value)


def _texts(value: object, pointer: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean_text(one, pointer, LONGEST_SEAT) for one in _list(value, pointer)))


def _ids(value: object, pointer: str) -> tuple[UUID, ...]:
    found = []
    for place, one in enumerate(_list(value, pointer)):
        try:
            found.append(UUID(str(one)))
        except ValueError:
            raise Invalid("This must be an identifier.", f"{pointer}/{place}", code="not_a_reference") from None
    return tuple(found)


def _flag(given: Mapping[str, Any], name: str, *, default: bool) -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise Invalid("This must be true or false.", f"/{name}", code="not_a_boolean")
    return value


def _typed(value: object) -> dict[str, dict[str, tuple[str, ...]]]:
    parts = _members(value, set(Step), "/typed")
    return {
        part: {str(name): tuple(str(one) for one in _list(kept, "/typed")) for name, kept in names.items()}
        for part, names in parts.items()
        if isinstance(names, Mapping)
    }
