"""Pairs of space and collective as pages and JSON show them: cards of a ranking, the tables of one pair in full."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.domain.collectives import Collective
from mapsvc.domain.fields import write_value
from mapsvc.domain.matches import Change, ConstraintResult, Effect, FitResult, PairResult, State
from mapsvc.domain.offers import OfferRow
from mapsvc.domain.week import WeeklyHours
from mapsvc.usecases.matching import Fitting
from mapsvc.web.explanations import (
    FIT_NAMES,
    MICRO,
    UNITS,
    WITHOUT_END_DAYS,
    change_lines,
    chips,
    constraint_sentence,
    fit_parts,
    fit_sentence,
    fit_text,
    topic,
)
from mapsvc.web.i18n import ago, date_text, number_text
from mapsvc.web.labels import label
from mapsvc.web.option_words import option_label
from mapsvc.web.periods import days_text, hours_text
from mapsvc.web.place_words import place

_LETTERS = [letter for letter, _name in FIT_NAMES.values()]
#: Rules about a level from 0 to 3, with the field whose options say what the level means.
_LEVELS = {
    "H09.day": "noise_tolerance_day", "H09.evening": "noise_tolerance_evening", "H09.night": "noise_tolerance_night",
    "H10.dust_odour": "dust_odour_tolerance",
}  # fmt: skip
#: A longer list of practices is counted instead of named.
_MOST_NAMED = 5
_OPTIONS = {"H12.ventilation": "ventilation", "H08.live_work": "live_work"}


def letters() -> list[dict[str, str]]:
    """Return the letters of the score bar with their names, for the legend."""
    return [{"letter": letter, "text": name()} for letter, name in FIT_NAMES.values()]


def card(fit: Fitting) -> dict[str, Any]:
    """Return the words of a pair as a row of a ranking shows them."""
    return pair_card(fit.pair)


def pair_card(pair: PairResult) -> dict[str, Any]:
    """Return the words of what a comparison found."""
    warned = {one.key for one in pair.warnings}
    said = chips(one for one in pair.constraints if one.key not in warned)
    return {
        "feasible": pair.feasible,
        "verdict": verdict(pair),
        "fit": _share_text(pair.fit),
        "fit_text": fit_text(pair),
        "range": _range(pair),
        "low": pair.low / MICRO,
        "high": pair.high / MICRO,
        "parts": sorted(fit_parts(pair.fits), key=lambda part: _LETTERS.index(part.letter)),
        "chips": said,
        "met": sum(one.verdict == "pass" for one in said),
        "warnings": [constraint_sentence(one) for one in pair.warnings],
        "changes": change_lines(pair.changes),
        "when": _when(pair),
    }


def verdict(pair: PairResult) -> str:
    """Return in a few words whether a pair fits."""
    if not pair.feasible:
        count = len(pair.blocking)
        return ngettext("%(num)s thing is missing", "%(num)s things are missing", count)
    if pair.conditional_on:
        count = len(pair.conditional_on)
        return ngettext("Fits, %(num)s thing to verify", "Fits, %(num)s things to verify", count)
    return _("Fits")


def _range(pair: PairResult) -> str:
    if pair.low == pair.high:
        return ""
    low, high = _share_text(pair.low), _share_text(pair.high)
    return _("between %(low)s and %(high)s, data are missing", low=low, high=high)


def _when(pair: PairResult) -> str:
    if pair.start is None or pair.days is None or pair.days < 1:
        return ""
    if pair.days > WITHOUT_END_DAYS:
        return _("from %(day)s, without a planned end", day=date_text(pair.start))
    return _("from %(day)s for %(time)s", day=date_text(pair.start), time=days_text(pair.days))


def offer_place(row: OfferRow, url: str = "") -> dict[str, Any]:
    """Return an offer as a member of a map's data; a coarse one has no name and lies where the public sees it."""
    space = row.space
    # The use case blanks the name of what is not shown exactly; what still has one is shown where it is.
    shown = {
        "kind": "space", "id": space.id, "slug": space.slug, "name": space.name, "area_name": row.area_name,
        "lon": space.lon, "lat": space.lat, "precision_code": "exact" if space.name else space.publication_precision,
        "status": row.status, "band": row.band, "last_confirmed_on": row.last_confirmed_on,
        "last_source_kind": row.last_source_kind, "area_m2": row.area_m2, "owner_type": space.owner_type,
        "city_name": space.city_name, "demonstration": row.demonstration,
    }  # fmt: skip
    return place(shown) | {"answerable": False} | ({"url": url} if url else {})


def offer_line(row: OfferRow) -> str:
    """Return size, status and area of an offer in one line."""
    parts = [
        f"{number_text(row.area_m2)} m²" if row.area_m2 else "",
        label("vacancy_status", row.status),
        ago(row.last_confirmed_on),
        row.area_name or "",
    ]
    return " · ".join(part for part in parts if part)


def collective_line(collective: Collective) -> str:
    """Return form, disciplines and size of a collective in one line."""
    people = collective.members_count
    parts = [
        label("collective_form", collective.form),
        ", ".join(label("discipline", code) for code in collective.disciplines),
        ngettext("%(num)s person", "%(num)s people", people) if people else "",
    ]
    return " · ".join(part for part in parts if part)


def pair_url(fit: Fitting) -> str:
    """Return the address of a pair in full."""
    return url_for("matching.pair", slug=fit.offer.space.slug, collective=fit.collective.slug)


def rule_rows(pair: PairResult) -> list[dict[str, Any]]:
    """Return every rule of a pair as a row of a table, those that keep it apart first, those not asked for last."""
    order = {State.FAIL: 0, State.UNKNOWN: 1, State.PASS: 2, State.NOT_APPLICABLE: 3}
    rules = sorted(pair.constraints, key=lambda one: (-one.effect, order[one.state]))
    return [
        {
            "code": one.code,
            "topic": topic(one.key),
            "sentence": constraint_sentence(one),
            "state": one.state.value,
            "verdict": {"not_applicable": ""}.get(one.state.value, one.state.value),
            "effect": _effect(one.effect),
            "required": _value(one, one.required),
            "actual": _value(one, one.actual),
            "gap": _value(one, one.gap) if one.state is State.FAIL else "",
            "by": ", ".join(_who(code) for code in one.fixable_by),
        }
        for one in rules
    ]


def fit_rows(pair: PairResult) -> list[dict[str, Any]]:
    """Return every criterion of a pair as a row of a table, in the order of the criteria."""
    return [
        {
            "letter": FIT_NAMES[one.code][0],
            "sentence": fit_sentence(one),
            "weight": one.weight,
            "value": _micro_text(one.micro),
            "low": _micro_text(one.low),
            "high": _micro_text(one.high),
            "known": one.state is not State.UNKNOWN,
            "share": one.micro / MICRO,
        }
        for one in pair.fits
    ]


def change_rows(pair: PairResult) -> list[dict[str, Any]]:
    """Return the changes of a pair with who could do them; equal sentences once."""
    return [{"text": one.text, "by": _who(one.by), "enough": one.enough} for one in change_lines(pair.changes)]


def pair_json(fit: Fitting) -> dict[str, Any]:
    """Return a pair as codes and figures, with scores in micro-units, for whoever computes it again."""
    pair = fit.pair
    return {
        "space": fit.offer.space.slug,
        "collective": fit.collective.slug,
        "feasible": pair.feasible,
        "fit": pair.fit,
        "fit_low": pair.low,
        "fit_high": pair.high,
        "coverage": pair.coverage,
        "start": pair.start.isoformat() if pair.start else None,
        "days": pair.days,
        "constraints": [_constraint_json(one) for one in pair.constraints],
        "fits": [_fit_json(one) for one in pair.fits],
        "changes": [_change_json(one) for one in pair.changes],
    }


def _constraint_json(one: ConstraintResult) -> dict[str, Any]:
    return {
        "code": one.code, "part": one.part, "state": one.state.value, "effect": one.effect.name.lower(),
        "required": write_value(one.required), "actual": write_value(one.actual), "gap": write_value(one.gap),
        "unit": one.unit, "fixable_by": list(one.fixable_by),
    }  # fmt: skip


def _fit_json(one: FitResult) -> dict[str, Any]:
    params: Mapping[str, object] = one.params
    return {
        "code": one.code, "weight": one.weight, "value": one.micro, "low": one.low, "high": one.high,
        "state": one.state.value, "params": {name: write_value(value) for name, value in params.items()},
    }  # fmt: skip


def _change_json(one: Change) -> dict[str, Any]:
    return {
        "constraint": one.constraint, "side": one.side, "field": one.field, "before": write_value(one.before),
        "after": write_value(one.after), "by": one.by, "kind": one.kind, "makes_feasible": one.makes_feasible,
    }  # fmt: skip


def _share_text(value: int) -> str:
    return str(format_decimal(value / MICRO, "0.00"))


def _micro_text(value: int) -> str:
    return str(format_decimal(value / MICRO, "0.000"))


def _effect(effect: Effect) -> str:
    return {
        Effect.BLOCK: _("keeps apart"),
        Effect.CONDITIONAL: _("to verify"),
        Effect.WARN: _("a warning"),
    }.get(effect, "")


def _who(code: str) -> str:
    return {"applicant": _("the group"), "owner": _("the owner"), "city": _("the city")}.get(code, code)


def _value(one: ConstraintResult, value: object) -> str:
    """Return what a rule compared, in words with its unit; empty where nothing is known."""
    if value is None:
        return ""
    if isinstance(value, date):
        return date_text(value)
    if isinstance(value, WeeklyHours):
        return hours_text(value)
    if isinstance(value, tuple) and one.code == "H07" and len(value) > _MOST_NAMED:
        return ngettext("%(num)s practice", "%(num)s practices", len(value))
    if isinstance(value, tuple):
        return ", ".join(label("discipline", code) if one.code == "H07" else code for code in value)
    if isinstance(value, str):
        return option_label(_OPTIONS[one.key], value) if one.key in _OPTIONS else value
    number = value if isinstance(value, int | float) else 0
    if one.unit:
        return _measure(number, one.unit)
    if one.key in _LEVELS:
        return number_text(number) if value is one.gap else option_label(_LEVELS[one.key], str(number))
    if one.key == "H16.hazards":
        return number_text(number)
    return "" if value is one.gap else _yes_no(number)


def _yes_no(number: float) -> str:
    return _("yes") if number else _("no")


def _measure(number: float, unit: str) -> str:
    if unit == "days":
        return _("no planned end") if number > WITHOUT_END_DAYS else days_text(int(number))
    if unit.startswith("cents"):
        return f"€ {number_text(number / 100)}"
    if unit == "people":
        return ngettext("%(num)s person", "%(num)s people", int(number))
    return f"{number_text(number)} {UNITS.get(unit, unit)}"
