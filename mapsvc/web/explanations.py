"""Sentences for the results of matching: chips for rules, parts of a score bar, what would have to change.

The engine speaks in codes and figures (``domain.matches``); here they become short words, and nothing is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.domain.matches import Change, ConstraintResult, FitResult, PairResult, State
from mapsvc.domain.week import WeeklyHours
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.labels import label

# A period without a planned end lasts to the end of the calendar; nobody wants to read that as days.
WITHOUT_END_DAYS = 100 * 366
MICRO = 1_000_000

TOPICS: Mapping[str, Callable[[], str]] = {
    "H01.admitted": lambda: _("Admission"),
    "H01.rules": lambda: _("Conditions of the call"),
    "H02.min": lambda: _("Floor area"),
    "H02.max": lambda: _("Floor area"),
    "H03.people": lambda: _("Room for people"),
    "H04.start": lambda: _("Start"),
    "H05.term": lambda: _("Term"),
    "H05.min_term": lambda: _("Minimum term"),
    "H06.budget": lambda: _("Monthly cost"),
    "H06.deposit": lambda: _("Deposit"),
    "H07.use": lambda: _("Permitted uses"),
    "H08.live_work": lambda: _("Living there"),
    "H09.day": lambda: _("Noise by day"),
    "H09.evening": lambda: _("Noise after 20:00"),
    "H09.night": lambda: _("Noise after 22:00"),
    "H10.dust_odour": lambda: _("Dust and smells"),
    "H10.solvents": lambda: _("Extraction for solvents"),
    "H10.hot_work": lambda: _("Hot work"),
    "H11.hours": lambda: _("Allowed hours"),
    "H12.water": lambda: _("Water"),
    "H12.hot_water": lambda: _("Hot water"),
    "H12.sink": lambda: _("Sink"),
    "H12.gas": lambda: _("Gas"),
    "H12.drain": lambda: _("Floor drain"),
    "H12.wc": lambda: _("Toilet"),
    "H12.accessible_wc": lambda: _("Accessible toilet"),
    "H12.heating": lambda: _("Heating"),
    "H12.cooling": lambda: _("Cooling"),
    "H12.internet": lambda: _("Internet"),
    "H12.acoustic_treatment": lambda: _("Sound insulation"),
    "H12.ventilation": lambda: _("Ventilation"),
    "H12.storage": lambda: _("Storage"),
    "H13.power": lambda: _("Electric power"),
    "H13.three_phase": lambda: _("Three-phase power"),
    "H14.height": lambda: _("Height"),
    "H14.door": lambda: _("Door width"),
    "H14.column_free": lambda: _("Width without columns"),
    "H14.load": lambda: _("Floor load"),
    "H14.goods_access": lambda: _("Access for goods"),
    "H15.step_free": lambda: _("Step-free entrance"),
    "H16.condition": lambda: _("Safe condition"),
    "H16.hazards": lambda: _("Hazards"),
    "H16.certificates": lambda: _("Certificates"),
    "H17.status": lambda: _("Vacancy"),
    "H17.band": lambda: _("Recent information"),
    "H17.check": lambda: _("Official check on site"),
    "H18.consent": lambda: _("Consent of the owner"),
    "H18.state": lambda: _("Offered by the owner"),
    "H19.district": lambda: _("Neighbourhood"),
    "H19.distance": lambda: _("Distance"),
    "H20.sharing": lambda: _("Sharing the premises"),
    "H20.tag": lambda: _("Kind of unit"),
    "H20.practices": lambda: _("Neighbours in the premises"),
    "H21.forbidden": lambda: _("Decision of the office"),
    "H21.held_out": lambda: _("Lot held out"),
    "H21.withdrawn": lambda: _("Lot withdrawn"),
}

UNITS = {"m2": "m²", "kN/m2": "kN/m²"}
Words = Callable[[ConstraintResult], str]


def _days(result: ConstraintResult) -> int:
    return int(str(result.gap))


def _codes(codes: object) -> str:
    return ", ".join(label("discipline", code) for code in codes) if isinstance(codes, tuple) else ""


def _hours(hours: object) -> str:
    return number_text(hours.hours) if isinstance(hours, WeeklyHours) else ""


def _figure(value: object, unit: str) -> str:
    if isinstance(value, date):
        return date_text(value)
    # True is a number in Python, and nothing that anybody would read as one.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value / 100 if unit.startswith("cents") else value)
    return "" if value is None else str(value)


def _p(result: ConstraintResult) -> dict[str, str]:
    """Return need, have, gap and unit of a result as text."""
    unit = result.unit
    figures = {"need": result.required, "have": result.actual, "gap": result.gap}
    return {name: _figure(value, unit) for name, value in figures.items()} | {"unit": UNITS.get(unit, unit)}


def _term_met(result: ConstraintResult) -> str:
    if isinstance(result.actual, int) and result.actual > WITHOUT_END_DAYS:
        return _("Free without a planned end")
    if result.required == 1:
        return _("Free for %(have)s days", **_p(result))
    return _("Free for %(have)s days, needs %(need)s", **_p(result))


PASSED: Mapping[str, Words] = {
    "H01.admitted": lambda _r: _("Admitted"),
    "H01.rules": lambda _r: _("Conditions of the call met"),
    "H20.sharing": lambda _r: _("Shares the premises"),
    "H20.tag": lambda _r: _("Kind of unit fits the work"),
    "H20.practices": lambda _r: _("Gets on with the neighbours"),
    "H02.min": lambda r: _("Area %(have)s m², needs %(need)s", **_p(r)),
    "H02.max": lambda r: _("Area %(have)s m², at most %(need)s", **_p(r)),
    "H03.people": lambda r: _("%(need)s people, room for %(have)s", **_p(r)),
    "H04.start": lambda r: _("Start %(have)s", **_p(r)),
    "H05.term": _term_met,
    "H05.min_term": lambda r: _("Stays %(have)s days, at least %(need)s are asked", **_p(r)),
    "H06.budget": lambda r: _("€ %(have)s a month, can pay %(need)s", **_p(r)),
    "H06.deposit": lambda r: _("Deposit € %(have)s, can pay %(need)s", **_p(r)),
    "H07.use": lambda _r: _("Use allowed"),
    "H08.live_work": lambda _r: _("Living there is allowed"),
    "H10.hot_work": lambda _r: _("Hot work allowed"),
    "H11.hours": lambda _r: _("Hours allowed"),
    "H16.condition": lambda _r: _("Safe to use"),
    "H16.hazards": lambda _r: _("No hazards"),
    "H16.certificates": lambda _r: _("Certificates valid at the start"),
    "H17.status": lambda _r: _("Confirmed vacant"),
    "H17.band": lambda _r: _("Information is recent"),
    "H17.check": lambda r: _("Checked on site, %(have)s", **_p(r)),
    "H18.consent": lambda _r: _("The owner agrees"),
    "H18.state": lambda _r: _("Offered by the owner"),
    "H19.district": lambda _r: _("In an accepted district"),
    "H19.distance": lambda r: _("%(have)s m away, at most %(need)s", **_p(r)),
}

FAILED: Mapping[str, Words] = {
    "H01.admitted": lambda _r: _("Not admitted"),
    "H01.rules": lambda _r: _("Conditions of the call not met"),
    "H20.sharing": lambda _r: _("Wants premises of its own"),
    "H20.tag": lambda _r: _("The unit is for quieter or cleaner work"),
    "H20.practices": lambda r: _("Does not go beside: %(uses)s", uses=_codes(r.gap)),
    "H21.forbidden": lambda _r: _("Kept apart by a decision of the office"),
    "H21.held_out": lambda _r: _("The lot is held out"),
    "H21.withdrawn": lambda _r: _("The lot was withdrawn"),
    "H02.min": lambda r: _("Area %(have)s m²: %(gap)s m² too small", **_p(r)),
    "H02.max": lambda r: _("Area %(have)s m²: %(gap)s m² too large", **_p(r)),
    "H03.people": lambda r: _("%(need)s people, room for only %(have)s", **_p(r)),
    "H04.start": lambda r: ngettext("Start: %(num)s day too late", "Start: %(num)s days too late", _days(r)),
    "H05.term": lambda r: ngettext("Term: %(num)s day too short", "Term: %(num)s days too short", _days(r)),
    "H05.min_term": lambda r: ngettext(
        "Minimum term: stays %(num)s day too few", "Minimum term: stays %(num)s days too few", _days(r)
    ),
    "H06.budget": lambda r: _("€ %(have)s a month: %(gap)s too much", **_p(r)),
    "H06.deposit": lambda r: _("Deposit € %(have)s: %(gap)s too much", **_p(r)),
    "H07.use": lambda r: _("Use not allowed: %(uses)s", uses=_codes(r.gap)),
    "H08.live_work": lambda _r: _("Living there is not allowed"),
    "H10.hot_work": lambda _r: _("Hot work not allowed"),
    "H11.hours": lambda r: _("%(hours)s hours a week are not allowed", hours=_hours(r.gap)),
    "H16.condition": lambda _r: _("Unsafe"),
    "H16.hazards": lambda r: _("Open hazards: %(have)s", **_p(r)),
    "H16.certificates": lambda r: _("A certificate expires before the start, %(have)s", **_p(r)),
    "H17.status": lambda _r: _("Not confirmed as vacant"),
    "H17.band": lambda _r: _("Information is old"),
    "H17.check": lambda r: _("Last checked on site %(have)s", **_p(r)),
    "H18.consent": lambda _r: _("The owner does not agree"),
    "H18.state": lambda _r: _("Not offered"),
    "H19.district": lambda _r: _("Outside the accepted districts"),
    "H19.distance": lambda r: _("%(have)s m away: %(gap)s m too far", **_p(r)),
}

NOT_KNOWN: Mapping[str, Words] = {
    "H04.start": lambda _r: _("Start: no free period stated"),
    "H05.term": lambda _r: _("Term: no free period stated"),
    "H16.hazards": lambda _r: _("Hazards: not checked"),
    "H17.check": lambda _r: _("No official check on site yet"),
}


def topic(key: str) -> str:
    """Return what a rule is about, such as "Noise after 20:00"."""
    return TOPICS[key]()


def constraint_sentence(result: ConstraintResult) -> str:
    """Return what one hard rule says, as short as a chip."""
    key, about = result.key, topic(result.key)
    if result.state is State.NOT_APPLICABLE:
        return _("%(what)s: not asked for", what=about)
    if result.state is State.UNKNOWN:
        return _unknown(result, about)
    special = (PASSED if result.state is State.PASS else FAILED).get(key)
    return special(result) if special else _plain(result, about)


def _unknown(result: ConstraintResult, about: str) -> str:
    if result.code == "H08" and result.actual is not None:
        return _("Living there: only after adaptation")
    if result.code == "H09":
        return _("%(what)s: not measured", what=about)
    special = NOT_KNOWN.get(result.key)
    return special(result) if special else _("%(what)s: not known", what=about)


def _plain(result: ConstraintResult, about: str) -> str:
    passed, figures = result.state is State.PASS, _p(result)
    if result.code == "H09" or result.part == "dust_odour":
        return _("%(what)s: tolerated", what=about) if passed else _("%(what)s: more than tolerated", what=about)
    if result.unit:
        if passed:
            return _("%(what)s %(have)s %(unit)s, needs %(need)s", what=about, **figures)
        return _("%(what)s %(have)s %(unit)s: %(gap)s too little", what=about, **figures)
    return _("%(what)s: there", what=about) if passed else _("%(what)s: missing", what=about)


@dataclass(frozen=True, slots=True)
class Chip:
    """A rule as the macro `chips` draws it; verdict is pass, fail or unknown."""

    verdict: str
    text: str


def chips(results: Iterable[ConstraintResult]) -> list[Chip]:
    """Return the rules that concern a pair, with their sentences; those that do not apply are left out."""
    return [Chip(one.state.value, constraint_sentence(one)) for one in results if one.state is not State.NOT_APPLICABLE]


FIT_NAMES: Mapping[str, tuple[str, Callable[[], str]]] = {
    "area": ("A", lambda: _("Floor area")),
    "time": ("T", lambda: _("Term")),
    "cost": ("C", lambda: _("Cost")),
    "light": ("L", lambda: _("Daylight")),
    "quiet": ("Q", lambda: _("Noise")),
    "works": ("W", lambda: _("Works")),
    "front": ("F", lambda: _("Shop front")),
    "prox": ("N", lambda: _("Nearness")),
    "amen": ("S", lambda: _("Welcome services")),
    "energy": ("E", lambda: _("Energy")),
}


def fit_sentence(fit: FitResult) -> str:
    """Return the name of a criterion with the reason for its value."""
    name, facts = FIT_NAMES[fit.code][1](), fit.params
    if fit.state is State.NOT_APPLICABLE:
        return _("%(what)s: not asked for", what=name)
    if fit.state is State.UNKNOWN and fit.code != "amen":
        return _("%(what)s: not known, counted in the middle", what=name)
    if fit.code == "area":
        have, ideal = _figure(facts["have"], ""), _figure(facts["ideal"], "")
        return _("Area %(have)s m², ideal %(ideal)s", have=have, ideal=ideal)
    if fit.code == "cost":
        have, budget = _figure(facts["have"], "cents"), _figure(facts["budget"], "cents")
        return _("€ %(have)s a month of %(budget)s", have=have, budget=budget)
    if fit.code == "works":
        return _("Works: € %(gap)s not covered", gap=_figure(facts["gap"], "cents"))
    if fit.code == "prox":
        return _("%(distance)s m away", distance=_figure(facts["distance"], ""))
    if fit.code == "amen":
        there = facts["there"]
        count = len(there) if isinstance(there, tuple) else 0
        return _("Welcome services: %(there)s of %(wanted)s", there=count, wanted=facts["wanted"])
    if fit.code == "energy":
        return _("Energy class %(energy_class)s", energy_class=facts["energy_class"])
    return name


@dataclass(frozen=True, slots=True)
class Part:
    """A criterion as the macros of the score bar draw it; ``value`` is its share of a fit from 0 to 1."""

    letter: str
    value: float
    text: str


def fit_parts(fits: Iterable[FitResult]) -> list[Part]:
    """Return the criteria as parts that add up to the fit, the largest first."""
    fits = tuple(fits)
    total = sum(one.weight for one in fits) * MICRO
    parts = [Part(FIT_NAMES[one.code][0], one.weight * one.micro / total, fit_sentence(one)) for one in fits]
    return sorted(parts, key=lambda part: -part.value)


def fit_text(pair: PairResult) -> str:
    """Return the fit as a figure, with its interval where data are missing."""
    fit, low, high = (format_decimal(value / MICRO, "0.00") for value in (pair.fit, pair.low, pair.high))
    if pair.low == pair.high:
        return _("Fit %(fit)s", fit=fit)
    return _("Fit %(fit)s, between %(low)s and %(high)s", fit=fit, low=low, high=high)


AfterWords = Callable[[str], str]
CHANGED: Mapping[str, AfterWords] = {
    "needs.area_min_m2": lambda after: _("The group is content with %(after)s m²", after=after),
    "needs.area_max_m2": lambda after: _("The group accepts up to %(after)s m²", after=after),
    "needs.people_peak": lambda after: _("The group comes with %(after)s people at most", after=after),
    "needs.start_latest": lambda after: _("The group accepts a start on %(after)s", after=after),
    "needs.term_min_days": lambda after: _("The group is content with %(after)s days", after=after),
    "needs.term_desired_days": lambda after: _("The group stays %(after)s days", after=after),
    "needs.budget_max_cents": lambda after: _("The group can pay € %(after)s a month", after=after),
    "needs.deposit_max_cents": lambda after: _("The group can pay a deposit of € %(after)s", after=after),
    "needs.max_distance_m": lambda after: _("The group accepts %(after)s m of distance", after=after),
    "needs.districts_ok": lambda _a: _("The group accepts this district as well"),
    "needs.activities": lambda after: _("The group does there only: %(after)s", after=after),
    "needs.hours": lambda _a: _("The group keeps to the allowed hours"),
    "needs.live_work": lambda _a: _("The group does not need to live there"),
    "needs.solvents": lambda _a: _("The group works without solvents"),
    "needs.hot_work": lambda _a: _("The group works without hot work"),
    "features.windows.from": lambda after: _("The owner opens on %(after)s", after=after),
    "features.windows.to": lambda after: _("The owner lets it until %(after)s", after=after),
    "features.fit_out_access_from": lambda after: _("The owner gives access for works from %(after)s", after=after),
    "features.rent_cents": lambda after: _("The owner asks for a rent of € %(after)s a month", after=after),
    "features.subsidy_cents": lambda after: _("The city adds € %(after)s a month", after=after),
    "features.deposit_cents": lambda after: _("The owner asks for a deposit of € %(after)s", after=after),
    "features.min_term_days": lambda after: _("The owner accepts %(after)s days", after=after),
    "features.max_term_days": lambda after: _("The owner lets it for %(after)s days", after=after),
    "features.permitted_uses": lambda _a: _("The city permits the use"),
    "features.prohibited_uses": lambda _a: _("The owner lifts the ban on the use"),
    "features.legal_route": lambda _a: _("A temporary-use agreement covers the use"),
    "features.live_work": lambda _a: _("The owner adapts it for living"),
    "features.hours_allowed": lambda _a: _("The owner allows the hours"),
    "features.hot_work_allowed": lambda _a: _("The owner allows hot work"),
    "features.condition": lambda _a: _("The owner makes it safe"),
    "features.hazards": lambda _a: _("The owner removes the hazards"),
    "features.certificates": lambda _a: _("The owner renews the certificates"),
    "offer.owner_consents": lambda _a: _("The owner agrees"),
    "offer.availability_state": lambda _a: _("The owner offers it"),
}


def change_sentence(change: Change) -> str:
    """Return who would do what, for a change that the engine has tried out."""
    about = topic(change.constraint)
    if change.kind == "verify":
        return _("To verify: %(what)s", what=about)
    special = CHANGED.get(f"{change.side}.{change.field}")
    if special:
        return special(_after(change))
    if change.side == "needs":
        if change.after == "nice":
            return _("The group does without: %(what)s", what=about)
        return _("The group is content with what there is: %(what)s", what=about)
    if change.by == "city":
        return _("The city provides: %(what)s", what=about)
    return _("The owner provides: %(what)s", what=about)


def _after(change: Change) -> str:
    if change.field == "activities":
        return _codes(change.after)
    return _figure(change.after, "cents" if change.field.endswith("_cents") else "")


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change in words; ``enough`` says that the pair fits with this change alone."""

    text: str
    by: str
    enough: bool


def change_lines(changes: Iterable[Change]) -> list[ChangeLine]:
    """Return the changes in words, those that are enough by themselves first, each sentence once."""
    lines = {change_sentence(one): one for one in sorted(changes, key=lambda one: not one.makes_feasible)}
    return [ChangeLine(text, one.by, one.makes_feasible) for text, one in lines.items()]
