"""The form of a call's rules: from what an officer typed to the JSON that the domain reads strictly, and back.

Whatever is wrong is found by the domain, with a pointer; what was typed is shown again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from mapsvc.domain.call_definition_files import definition_to_json, read_definition, read_text
from mapsvc.domain.call_definitions import CallDefinition
from mapsvc.domain.call_timelines import ORDER, Timeline, read_timeline, timeline_to_json
from mapsvc.domain.calls import Call
from mapsvc.domain.eligibility import RuleKind
from mapsvc.domain.errors import Invalid
from mapsvc.usecases.calls import CallDraft
from mapsvc.web.call_labels import weight_names
from mapsvc.web.current import city

Form = Mapping[str, str]
#: Empty rows at the end of the criteria, so that one can be added without JavaScript.
_SPARE = 2
_NUMBERS = (
    "threshold_total", "max_preferences", "offer_life_days", "observation_days", "integration_days",
)  # fmt: skip
_PERCENT = 10_000
"""Micro-units in one of a hundred."""


def values_of(call: Call) -> dict[str, Any]:
    """Return what the form shows of a stored call, by the names of its controls."""
    definition = definition_to_json(call.definition)
    values: dict[str, Any] = {
        "kind": str(call.kind), "office": call.office, "draw_description": call.draw_description,
        "officer": call.definition.officer, "measure": call.definition.measure.value,
        "mechanism": call.definition.mechanism.value, "site_visit": call.definition.site_visit.value,
        "prior": str(call.definition.prior_micro // _PERCENT),
        "grant": "" if call.definition.grant is None else f"{call.definition.grant.max_cents // 100}",
        "frameworks": "\n".join(_line(it.norm, it.version, it.url) for it in call.definition.frameworks),
        "documents": _papers(definition["documents"]), "declarations": _papers(definition["declarations"]),
    }  # fmt: skip
    for lang in city().languages:
        values[f"title_{lang}"] = call.title.get(lang, "")
        values[f"summary_{lang}"] = call.summary.get(lang, "")
    values |= {name: str(definition[name]) for name in _NUMBERS}
    values |= {f"weight_{name}": str(getattr(call.definition.weights, name)) for name in weight_names()}
    values |= {name: value or "" for name, value in timeline_to_json(call.timeline).items() if name != "site_visits"}
    values["site_visits"] = " ".join(day.isoformat() for day in call.timeline.site_visits)
    for index, one in enumerate(call.definition.criteria):
        values |= {f"criterion_{index}_code": one.code, f"criterion_{index}_points": str(one.max_points),
                   f"criterion_{index}_least": str(one.least or "")}  # fmt: skip
        values |= {f"criterion_{index}_{lang}": one.label.get(lang, "") for lang in city().languages}
    return values | _eligibility_values(call.definition)


def rows_of(values: Mapping[str, Any]) -> list[int]:
    """Return the numbers of the rows of criteria that the form shows: those that are filled, and two more."""
    filled = [int(name.split("_")[1]) for name in values if _in_row(name) and values[name]]
    return list(range(max(filled, default=-1) + 1 + _SPARE))


def draft_of(form: MultiDict[str, str], stored: CallDefinition) -> CallDraft:
    """Return what was typed; raises Invalid with a pointer to the first thing that is wrong.

    Rules about single papers are not on the form: they are kept as long as the call still asks for the paper.
    """
    languages = city().languages
    definition = definition_to_json(stored) | {
        "officer": form.get("officer", ""),
        "measure": form.get("measure", ""),
        "mechanism": form.get("mechanism", ""),
        "site_visit": form.get("site_visit", ""),
        "weights": {name: _whole(form, f"weight_{name}") for name in weight_names()},
        "criteria": _criteria(form, languages),
        "frameworks": _frameworks(form.get("frameworks", "")),
        "documents": _read_papers(form.get("documents", ""), "/documents", languages),
        "declarations": _read_papers(form.get("declarations", ""), "/declarations", languages),
        "prior_micro": _whole(form, "prior") * _PERCENT,
        "grant": _grant(form, stored),
        **{name: _whole(form, name) for name in _NUMBERS},
    }
    definition["eligibility"] = _eligibility(form, definition, stored)
    return CallDraft(
        title=_text(form, "title", languages, 200),
        summary=_text(form, "summary", languages, 2_000),
        kind=form.get("kind", ""),
        office=form.get("office", ""),
        definition=read_definition(definition),
        timeline=timeline_of(form),
        draw_description=form.get("draw_description", ""),
    )


def timeline_of(form: Mapping[str, str]) -> Timeline:
    """Return the dates of a form; raises Invalid with a pointer."""
    given: dict[str, object] = {name: form.get(name) or None for name in ORDER}
    visits = (form.get("site_visits") or "").replace(",", " ").split()
    return read_timeline(given | {"closes_at": form.get("closes_at") or "12:00", "site_visits": visits})


def _in_row(name: str) -> bool:
    parts = name.split("_")
    return len(parts) == 3 and parts[0] == "criterion" and parts[1].isdecimal() and len(parts[1]) <= 2


def _text(form: Form, name: str, languages: Sequence[str], longest: int) -> Mapping[str, str]:
    given = {lang: form.get(f"{name}_{lang}", "") for lang in languages}
    return read_text(given, f"/{name}", longest, needed=name == "title")


def _whole(form: Form, name: str) -> int:
    typed = form.get(name, "").strip()
    # A figure of thousands of digits is refused here, before a number is made of it.
    if not typed.isdecimal() or not typed.isascii() or len(typed) > 12:
        raise Invalid("A whole number is needed.", f"/{name}", code="whole_number", value=typed)
    return int(typed)


def _criteria(form: Form, languages: Sequence[str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for index in range(50):
        code = form.get(f"criterion_{index}_code", "").strip()
        label = {lang: form.get(f"criterion_{index}_{lang}", "") for lang in languages}
        if not any(label.values()):
            continue
        least = form.get(f"criterion_{index}_least", "").strip()
        rows.append(
            {
                "code": code or f"criterion_{index + 1}",
                "label": label,
                "max_points": _whole(form, f"criterion_{index}_points"),
                "least": _whole(form, f"criterion_{index}_least") if least else 0,
            }
        )
    return rows


def _line(*parts: str) -> str:
    return " | ".join(parts).rstrip(" |")


def _lines(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in text.splitlines() if line.strip()]


def _frameworks(text: str) -> list[dict[str, str]]:
    return [dict(zip(("norm", "version", "url"), parts, strict=False)) for parts in _lines(text)]


def _papers(wanted: object) -> str:
    rows: Any = wanted
    return "\n".join(
        _line(one["code"], *(one["label"].get(lang, "") for lang in city().languages), "" if one["required"] else "?")
        for one in rows
    )


def _read_papers(text: str, pointer: str, languages: Sequence[str]) -> list[dict[str, object]]:
    """Return papers of lines `code | text in each language | ?`, the question mark meaning that they may be missing."""
    found: list[dict[str, object]] = []
    for index, parts in enumerate(_lines(text)):
        code, *rest = parts
        optional = bool(rest) and rest[-1] == "?"
        words = rest[:-1] if optional else rest
        if len(words) > len(languages):
            raise Invalid("There are more texts than languages.", f"{pointer}/{index}/label", code="too_many_texts")
        label = dict(zip(languages, words, strict=False))
        found.append({"code": code, "label": label, "required": not optional})
    return found


def _grant(form: Form, stored: CallDefinition) -> dict[str, object] | None:
    if not form.get("grant", "").strip():
        return None
    costs = list(stored.grant.costs) if stored.grant else []
    return {"max_cents": _whole(form, "grant") * 100, "costs": costs}


def _eligibility_values(definition: CallDefinition) -> dict[str, Any]:
    values: dict[str, Any] = {"forms": [], "seat": [], "members": "", "under_30": "", "under_35": ""}
    for rule in definition.eligibility:
        if rule.kind is RuleKind.FORMS:
            values["forms"] = list(rule.codes)
        elif rule.kind is RuleKind.SEAT:
            values["seat"] = list(rule.codes)
        elif rule.kind is RuleKind.MEMBERS:
            values["members"] = str(rule.least)
        elif rule.kind is RuleKind.UNDER_AGE:
            values[f"under_{rule.age}"] = str(rule.least)
        elif rule.kind is RuleKind.REGISTRATION:
            values["registration"] = "1"
    return values


def _eligibility(
    form: MultiDict[str, str], definition: Mapping[str, object], stored: CallDefinition
) -> list[dict[str, object]]:
    rules: list[dict[str, object]] = []
    for kind, name in (("forms", "forms"), ("seat", "seat")):
        if codes := form.getlist(name):
            rules.append({"kind": kind, "codes": codes})
    if form.get("registration"):
        rules.append({"kind": "registration", "codes": []})
    if form.get("members", "").strip():
        rules.append({"kind": "members", "least": _whole(form, "members")})
    for age in (30, 35):
        if form.get(f"under_{age}", "").strip():
            rules.append({"kind": "under_age", "least": _whole(form, f"under_{age}"), "age": age})
    if form.get("site_visit") == "mandatory":
        rules.append({"kind": "site_visit"})
    papers: Any = [*definition["documents"], *definition["declarations"]]  # type: ignore[misc]
    asked = {one["code"] for one in papers}
    single = (RuleKind.DECLARATION, RuleKind.DOCUMENT)
    rules += [
        {"kind": rule.kind.value, "codes": list(rule.codes)}
        for rule in stored.eligibility
        if rule.kind in single and rule.codes[0] in asked
    ]
    return rules
