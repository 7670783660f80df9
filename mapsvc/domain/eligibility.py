"""Who may apply in a call, and for a reserved seat: rules over counted facts (domain.md 2.4 `eligibility`, H01).

A rule compares one thing that is known of a group or its application with what the call asks. What the office decides
from the checks is in `admissibility`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mapsvc.domain.errors import Invalid
from mapsvc.domain.matches import State
from mapsvc.domain.needs import COLLECTIVE_FORMS
from mapsvc.domain.texts import clean_text

AGES = (30, 35)
"""Ages under which members are counted."""
MOST_RULES = 40
LONGEST_CODE = 60


class RuleKind(StrEnum):
    """What a rule looks at."""

    FORMS = "forms"
    SEAT = "seat"
    REGISTRATION = "registration"
    MEMBERS = "members"
    UNDER_AGE = "under_age"
    DECLARATION = "declaration"
    DOCUMENT = "document"
    SITE_VISIT = "site_visit"


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """One rule: `codes` are forms, slugs of areas, or the one declaration or document; `least` counts or is a percent.

    `age` is given for shares of young members only.
    """

    kind: RuleKind
    codes: tuple[str, ...] = ()
    least: int = 0
    age: int = 0

    @property
    def key(self) -> str:
        """Return the name of the rule within its call, under which a check of it is kept."""
        if self.kind is RuleKind.UNDER_AGE:
            return f"under_{self.age}"
        if self.kind in (RuleKind.DECLARATION, RuleKind.DOCUMENT):
            return f"{self.kind.value}:{self.codes[0]}"
        return self.kind.value


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a group and its application; None is not known, an empty set is known to hold nothing.

    `seat` is the slug of the area of the seat, `seat_areas` those of all areas that it lies in, itself too.
    `declarations` and `documents` hold what arrived; `visited` tells whether somebody came to a site visit.
    """

    form: str | None = None
    members: int | None = None
    members_under: Mapping[int, int | None] = field(default_factory=dict)
    seat: str | None = None
    seat_areas: frozenset[str] | None = None
    registration: str | None = None
    declarations: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    visited: bool | None = None


@dataclass(frozen=True, slots=True)
class EligibilityCheck:
    """What one rule came to: `actual` is what was compared, a code, a number, or None where nothing is known."""

    rule: EligibilityRule
    state: State
    actual: str | int | None = None

    @property
    def curable(self) -> bool:
        """Tell whether the group can complete what is missing: what is not known yet, never what is otherwise."""
        return self.state is State.UNKNOWN


def check(rule: EligibilityRule, facts: Facts) -> EligibilityCheck:
    """Return what the rule says of the facts: fail only where they contradict it, unknown where they are silent."""
    state, actual = _CHECKS[rule.kind](rule, facts)
    return EligibilityCheck(rule, state, actual)


def check_all(rules: Sequence[EligibilityRule], facts: Facts) -> tuple[EligibilityCheck, ...]:
    """Return the check of each rule in the order of the call."""
    return tuple(check(rule, facts) for rule in rules)


def together(states: Sequence[State]) -> State:
    """Return what several states come to: one fail decides, then one unknown; no rule at all passes."""
    for one in (State.FAIL, State.UNKNOWN):
        if one in states:
            return one
    return State.PASS


def _known(known: bool, holds: bool) -> State:
    if not known:
        return State.UNKNOWN
    return State.PASS if holds else State.FAIL


_Found = tuple[State, str | int | None]


def _forms(rule: EligibilityRule, facts: Facts) -> _Found:
    return _known(facts.form is not None, facts.form in rule.codes), facts.form


def _seat(rule: EligibilityRule, facts: Facts) -> _Found:
    areas = facts.seat_areas
    if areas is None:
        return State.UNKNOWN, None
    return _known(True, bool(areas & set(rule.codes))), facts.seat


def _registration(rule: EligibilityRule, facts: Facts) -> _Found:
    # Forms that no register knows are free of the rule; without any forms it holds for everybody.
    if rule.codes and facts.form is not None and facts.form not in rule.codes:
        return State.PASS, facts.form
    return _known(bool(facts.registration), True), facts.registration or None


def _members(rule: EligibilityRule, facts: Facts) -> _Found:
    count = facts.members
    return _known(count is not None, (count or 0) >= rule.least), count


def _under_age(rule: EligibilityRule, facts: Facts) -> _Found:
    young = facts.members_under.get(rule.age)
    if young is None or not facts.members:
        return State.UNKNOWN, None
    # Compared as a product: a share that rounds up to the percentage does not reach it.
    return _known(True, 100 * young >= rule.least * facts.members), 100 * young // facts.members


def _declaration(rule: EligibilityRule, facts: Facts) -> _Found:
    return _known(rule.codes[0] in facts.declarations, True), None


def _document(rule: EligibilityRule, facts: Facts) -> _Found:
    return _known(rule.codes[0] in facts.documents, True), None


def _site_visit(_rule: EligibilityRule, facts: Facts) -> _Found:
    return _known(facts.visited is not None, bool(facts.visited)), None


_CHECKS = {
    RuleKind.FORMS: _forms,
    RuleKind.SEAT: _seat,
    RuleKind.REGISTRATION: _registration,
    RuleKind.MEMBERS: _members,
    RuleKind.UNDER_AGE: _under_age,
    RuleKind.DECLARATION: _declaration,
    RuleKind.DOCUMENT: _document,
    RuleKind.SITE_VISIT: _site_visit,
}
_MEMBERS_OF: Mapping[RuleKind, tuple[str, ...]] = {
    RuleKind.FORMS: ("codes",),
    RuleKind.SEAT: ("codes",),
    RuleKind.REGISTRATION: ("codes",),
    RuleKind.MEMBERS: ("least",),
    RuleKind.UNDER_AGE: ("least", "age"),
    RuleKind.DECLARATION: ("codes",),
    RuleKind.DOCUMENT: ("codes",),
    RuleKind.SITE_VISIT: (),
}


def read_rules(value: object, pointer: str) -> tuple[EligibilityRule, ...]:
    """Return the rules of a JSON list; each may come once. Raises Invalid with a JSON pointer."""
    if not isinstance(value, list) or len(value) > MOST_RULES:
        raise Invalid(f"A list of at most {MOST_RULES} rules is needed.", pointer, code="not_a_list")
    rules: dict[str, EligibilityRule] = {}
    for index, one in enumerate(value):
        rule = read_rule(one, f"{pointer}/{index}")
        if rule.key in rules:
            raise Invalid("This rule comes twice.", f"{pointer}/{index}", code="twice")
        rules[rule.key] = rule
    return tuple(rules.values())


def read_rule(value: object, pointer: str) -> EligibilityRule:
    """Return one rule from its JSON object, whose members are those that its kind has; raises Invalid."""
    if not isinstance(value, Mapping):
        raise Invalid("An object is needed.", pointer, code="not_an_object")
    given = value.get("kind")
    if not isinstance(given, str) or given not in set(RuleKind):
        raise Invalid("There is no rule of this kind.", f"{pointer}/kind", code="not_an_option")
    kind = RuleKind(given)
    names = _MEMBERS_OF[kind]
    if unknown := sorted(str(name) for name in value if name not in {"kind", *names}):
        raise Invalid(f"There is no field of this name: {unknown[0]}.", pointer, code="unknown_field")
    codes = _codes(kind, value.get("codes", []), f"{pointer}/codes") if "codes" in names else ()
    most = 100 if kind is RuleKind.UNDER_AGE else 100_000
    least = _whole(value.get("least"), f"{pointer}/least", 1, most) if "least" in names else 0
    age = value.get("age", 0) if "age" in names else 0
    if "age" in names and (isinstance(age, bool) or age not in AGES):
        raise Invalid("Members are counted under 30 and under 35.", f"{pointer}/age", code="not_an_option")
    return EligibilityRule(kind, codes, least, int(age))


def write_rule(rule: EligibilityRule) -> dict[str, object]:
    """Return the JSON object that `read_rule` reads."""
    members: dict[str, object] = {"kind": rule.kind.value}
    for name in _MEMBERS_OF[rule.kind]:
        value = getattr(rule, name)
        members[name] = list(value) if name == "codes" else value
    return members


def _codes(kind: RuleKind, value: object, pointer: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 200:
        raise Invalid("A list is needed.", pointer, code="not_a_list")
    found: dict[str, None] = {}
    for index, one in enumerate(value):
        code = clean_text(one, f"{pointer}/{index}", LONGEST_CODE)
        if not code or (kind in (RuleKind.FORMS, RuleKind.REGISTRATION) and code not in COLLECTIVE_FORMS):
            raise Invalid("There is no such value.", f"{pointer}/{index}", code="not_an_option")
        found[code] = None
    if kind in (RuleKind.DECLARATION, RuleKind.DOCUMENT) and len(found) != 1:
        raise Invalid("One is needed.", pointer, code="required")
    if kind in (RuleKind.FORMS, RuleKind.SEAT) and not found:
        raise Invalid("At least one is needed.", pointer, code="required")
    return tuple(found)


def _whole(value: object, pointer: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(f"A whole number from {least} to {most} is needed.", pointer, code="not_an_integer")
    return value
