"""The JSON of a call's definition: written in full, read strictly with a JSON pointer at what is wrong."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from mapsvc.domain.call_definitions import (
    LEAST_PREFERENCES,
    MOST_PREFERENCES,
    UNKNOWN_RULES,
    CallDefinition,
    Criterion,
    Framework,
    Grant,
    LotReserve,
    Measure,
    Mechanism,
    SiteVisit,
    Text,
    UnknownEffect,
    WantedDeclaration,
    WantedDocument,
    Weights,
)
from mapsvc.domain.canonical import pointer_to
from mapsvc.domain.eligibility import read_rule, read_rules, write_rule
from mapsvc.domain.errors import Invalid
from mapsvc.domain.strict_reading import read_members, read_object, read_whole
from mapsvc.domain.texts import clean_text

_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_LONG = 2_000
_LINE = 300
_MOST_ITEMS = 50
_MOST_SEATS = 1_000
_MOST_CENTS = 100_000_000_00
_MOST_DAYS = 365
_MICRO = 1_000_000

_Item = TypeVar("_Item")
_Choice = TypeVar("_Choice", bound=StrEnum)


def definition_to_json(definition: CallDefinition) -> dict[str, object]:
    """Return the definition as it is stored and published; every member is written, defaults too."""
    one = definition
    return {
        "officer": one.officer,
        "measure": one.measure.value,
        "frameworks": [{"norm": it.norm, "version": it.version, "url": it.url} for it in one.frameworks],
        "eligibility": [write_rule(rule) for rule in one.eligibility],
        "criteria": [
            {
                "code": it.code,
                "label": dict(it.label),
                "max_points": it.max_points,
                "least": it.least,
                "description": dict(it.description),
                "evidence": dict(it.evidence),
            }
            for it in one.criteria
        ],
        "threshold_total": one.threshold_total,
        "weights": {name: getattr(one.weights, name) for name in _WEIGHTS},
        "mechanism": one.mechanism.value,
        "max_preferences": one.max_preferences,
        "unknown_policy": {rule: effect.value for rule, effect in sorted(one.unknown_policy.items())},
        "prior_micro": one.prior_micro,
        "site_visit": one.site_visit.value,
        "grant": None if one.grant is None else {"max_cents": one.grant.max_cents, "costs": list(one.grant.costs)},
        "documents": [_wanted(it) for it in one.documents],
        "declarations": [_wanted(it) for it in one.declarations],
        "offer_life_days": one.offer_life_days,
        "observation_days": one.observation_days,
        "integration_days": one.integration_days,
    }


def reserve_to_json(reserve: LotReserve | None) -> dict[str, object] | None:
    """Return the reserve of a lot as it is stored and published."""
    if reserve is None:
        return None
    return {"seats": reserve.seats, "rule": write_rule(reserve.rule), "label": dict(reserve.label)}


def _wanted(one: WantedDocument | WantedDeclaration) -> dict[str, object]:
    return {"code": one.code, "label": dict(one.label), "required": one.required}


_WEIGHTS = ("merit", "impact", "fit", "owner")
_NAMES = tuple(definition_to_json(CallDefinition()))


def read_definition(value: object, pointer: str = "") -> CallDefinition:
    """Return the definition of a JSON object; a missing member has its default.

    Raises Invalid with a JSON pointer and a code at the first thing that is wrong.
    """
    members = read_members(value, pointer, _NAMES, all_of_them=False)
    given: dict[str, Any] = {
        name: read(members[name], pointer_to(pointer, name)) for name, read in _READERS.items() if name in members
    }
    try:
        return CallDefinition(**given)
    except Invalid as error:
        error.pointer = f"{pointer}{error.pointer}"
        raise


def read_reserve(value: object, capacity: int, pointer: str) -> LotReserve | None:
    """Return the reserve of a lot with so many seats; raises Invalid with a JSON pointer."""
    if value is None:
        return None
    members = read_members(value, pointer, ("seats", "rule", "label"), all_of_them=True)
    seats = read_whole(members["seats"], f"{pointer}/seats", 1, _MOST_SEATS)
    if seats > capacity:
        raise Invalid("More seats are reserved than the lot has.", f"{pointer}/seats", code="reserve_seats")
    return LotReserve(
        seats, read_rule(members["rule"], f"{pointer}/rule"), read_text(members["label"], f"{pointer}/label")
    )


def read_text(value: object, pointer: str, longest: int = _LINE, *, needed: bool = True) -> Text:
    """Return a text by language, without the languages in which nothing is written; raises Invalid."""
    found = {}
    for lang, words in read_object(value, pointer).items():
        at = pointer_to(pointer, lang)
        if not _LANGUAGE.fullmatch(lang):
            raise Invalid("There is no such language.", at, code="unknown_field", value=lang)
        if text := clean_text(words, at, longest, several_lines=True):
            found[lang] = text
    if needed and not found:
        raise Invalid("A text is needed.", pointer, code="required")
    return found


def _line(value: object, pointer: str) -> str:
    return clean_text(value, pointer, _LINE)


def _choice(kind: type[_Choice]) -> Callable[[object, str], _Choice]:
    def read(value: object, pointer: str) -> _Choice:
        if not isinstance(value, str) or value not in set(kind):
            raise Invalid("This is not one of the choices.", pointer, code="unknown_value", value=value)
        return kind(value)

    return read


def _whole(least: int, most: int) -> Callable[[object, str], int]:
    return lambda value, pointer: read_whole(value, pointer, least, most)


def _list(read: Callable[[object, str], _Item]) -> Callable[[object, str], tuple[_Item, ...]]:
    def read_all(value: object, pointer: str) -> tuple[_Item, ...]:
        if not isinstance(value, list) or len(value) > _MOST_ITEMS:
            raise Invalid(f"A list of at most {_MOST_ITEMS} is needed.", pointer, code="not_a_list")
        return tuple(read(one, f"{pointer}/{index}") for index, one in enumerate(value))

    return read_all


def _code(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise Invalid("A code of small letters, digits and underscores is needed.", pointer, code="not_a_code")
    return value


def _flag(value: object, pointer: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid("true or false is needed.", pointer, code="not_a_flag")
    return value


def _criterion(value: object, at: str) -> Criterion:
    names = ("code", "label", "max_points", "least", "description", "evidence")
    given = {"least": 0, "description": {}, "evidence": {}, **read_members(value, at, names, all_of_them=False)}
    _need(given, at, "code", "label", "max_points")
    return Criterion(
        code=_code(given["code"], f"{at}/code"),
        label=read_text(given["label"], f"{at}/label"),
        max_points=read_whole(given["max_points"], f"{at}/max_points", 1, 100),
        least=read_whole(given["least"], f"{at}/least", 0, 100),
        description=read_text(given["description"], f"{at}/description", _LONG, needed=False),
        evidence=read_text(given["evidence"], f"{at}/evidence", _LONG, needed=False),
    )


def _weights(value: object, at: str) -> Weights:
    members = read_members(value, at, _WEIGHTS, all_of_them=True)
    try:
        return Weights(**{name: read_whole(members[name], f"{at}/{name}", 0, 100) for name in _WEIGHTS})
    except Invalid as error:
        error.pointer = (
            error.pointer.replace("/weights", at, 1) if error.pointer.startswith("/weights") else error.pointer
        )
        raise


def _unknown_policy(value: object, at: str) -> Mapping[str, UnknownEffect]:
    found = {}
    for rule, effect in read_object(value, at).items():
        if rule not in UNKNOWN_RULES:
            raise Invalid("There is no such rule.", pointer_to(at, rule), code="unknown_field", value=rule)
        found[rule] = _choice(UnknownEffect)(effect, f"{at}/{rule}")
    return found


def _grant(value: object, at: str) -> Grant | None:
    if value is None:
        return None
    members = read_members(value, at, ("max_cents", "costs"), all_of_them=True)
    return Grant(
        read_whole(members["max_cents"], f"{at}/max_cents", 1, _MOST_CENTS),
        _list(_line)(members["costs"], f"{at}/costs"),
    )


def _framework(value: object, at: str) -> Framework:
    members = read_members(value, at, ("norm", "version", "url"), all_of_them=False)
    _need(members, at, "norm")
    given = {name: clean_text(members.get(name, ""), f"{at}/{name}", _LINE) for name in ("norm", "version", "url")}
    if not given["norm"]:
        raise Invalid("Name the norm.", f"{at}/norm", code="required")
    if given["url"] and not given["url"].startswith("https://"):
        raise Invalid("An address begins with https://.", f"{at}/url", code="not_an_address", value=given["url"])
    return Framework(**given)


def _paper(kind: Callable[[str, Text, bool], _Item]) -> Callable[[object, str], _Item]:
    def read(value: object, at: str) -> _Item:
        members = read_members(value, at, ("code", "label", "required"), all_of_them=False)
        _need(members, at, "code", "label")
        return kind(
            _code(members["code"], f"{at}/code"),
            read_text(members["label"], f"{at}/label", _LONG),
            _flag(members.get("required", True), f"{at}/required"),
        )

    return read


def _need(members: Mapping[str, object], at: str, *names: str) -> None:
    for name in names:
        if name not in members:
            raise Invalid("This member is missing.", f"{at}/{name}", code="required")


_READERS: Mapping[str, Callable[[object, str], object]] = {
    "officer": _line,
    "measure": _choice(Measure),
    "frameworks": _list(_framework),
    "eligibility": read_rules,
    "criteria": _list(_criterion),
    "threshold_total": _whole(0, 100),
    "weights": _weights,
    "mechanism": _choice(Mechanism),
    "max_preferences": _whole(LEAST_PREFERENCES, MOST_PREFERENCES),
    "unknown_policy": _unknown_policy,
    "prior_micro": _whole(0, _MICRO),
    "site_visit": _choice(SiteVisit),
    "grant": _grant,
    "documents": _list(_paper(WantedDocument)),
    "declarations": _list(_paper(WantedDeclaration)),
    "offer_life_days": _whole(1, _MOST_DAYS),
    "observation_days": _whole(0, _MOST_DAYS),
    "integration_days": _whole(1, _MOST_DAYS),
}
