"""Words for what the rules of a call say, on the public page and at the desk."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.call_states import CallState
from mapsvc.domain.eligibility import EligibilityRule, RuleKind
from mapsvc.web.i18n import number_text
from mapsvc.web.labels import label


def kind_text(code: str) -> str:
    """Return what a call gives, in words."""
    return kinds().get(code, code)


def kinds() -> dict[str, str]:
    """Return the words for every kind of call."""
    return {
        "temporary_use": _("Temporary use"),
        "commons_pact": _("Pact for a common good"),
        "residency": _("Residency"),
        "concession": _("Concession"),
        "continuous_window": _("Always open"),
    }


def date_names() -> dict[str, str]:
    """Return the names of the dates of a call, in their order."""
    return {
        "publish_on": _("Opens"),
        "questions_until": _("Questions until"),
        "closes_on": _("Applications until"),
        "draw_on": _("Public draw"),
        "admissibility_until": _("Admissibility check until"),
        "evaluation_until": _("Evaluation until"),
        "provisional_on": _("Provisional list"),
        "observations_until": _("Observations until"),
        "final_on": _("Final list"),
    }


def mechanism_text(code: str) -> str:
    """Return how lots are given, in one sentence."""
    return {
        "stable": _("Stable: nobody is refused a lot that went to somebody with fewer points there."),
        "optimal": _("Optimal: as many lots as possible are filled, then the highest sum of priorities counts."),
    }.get(code, code)


def weight_names() -> dict[str, str]:
    """Return the names of the four parts of the priority."""
    return {
        "merit": _("Points of the committee"),
        "impact": _("What the district needs"),
        "fit": _("Fit of the place"),
        "owner": _("Word of the owner"),
    }


def site_visits() -> dict[str, str]:
    """Return the words for whether a lot has to be seen."""
    return {"mandatory": _("Needed to apply"), "optional": _("Offered"), "none": _("None")}


def measures() -> dict[str, str]:
    """Return the words for the measures of Co-City."""
    return {"none": _("None"), "co_city_a": "Co-City A", "co_city_b": "Co-City B", "co_city_c": "Co-City C"}


def rule_text(rule: EligibilityRule, areas: Mapping[str, str], papers: Mapping[str, str]) -> str:
    """Return a rule of eligibility as a sentence; `areas` and `papers` name what its codes stand for."""
    listed = " · ".join(_named(rule, code, areas, papers) for code in rule.codes)
    sentences = {
        RuleKind.FORMS: lambda: _("Open to: %(forms)s", forms=listed),
        RuleKind.SEAT: lambda: _("Works in: %(areas)s", areas=listed),
        RuleKind.REGISTRATION: lambda: _("Registered, where the form needs it"),
        RuleKind.MEMBERS: lambda: ngettext("At least %(num)s member", "At least %(num)s members", rule.least),
        RuleKind.UNDER_AGE: lambda: _("At least %(percent)s of 100 members are under %(age)s", percent=rule.least,
                                      age=rule.age),
        RuleKind.DECLARATION: lambda: _("Declares: %(text)s", text=listed),
        RuleKind.DOCUMENT: lambda: _("Brings: %(text)s", text=listed),
        RuleKind.SITE_VISIT: lambda: _("Came to a site visit"),
    }  # fmt: skip
    return sentences[rule.kind]()


def _named(rule: EligibilityRule, code: str, areas: Mapping[str, str], papers: Mapping[str, str]) -> str:
    if rule.kind in (RuleKind.FORMS, RuleKind.REGISTRATION):
        return label("collective_form", code)
    return areas.get(code) or papers.get(code) or code


def check_text(code: str) -> str:
    """Return the title of a line of the check list."""
    return {
        "texts": _("Title, summary, office and officer"),
        "timeline": _("Dates"),
        "criteria": _("Criteria add to 100"),
        "weights": _("Weights add to 100"),
        "draw": _("Draw for ties"),
        "frameworks": _("Norms"),
        "legal": _("Legal check"),
        "lots": _("Lots"),
        "lot": _("Lot"),
    }.get(code, code)


def problem_text(code: str) -> str:
    """Return what a line of the check list lacks."""
    known = {
        "title": _("a title"),
        "summary": _("a summary"),
        "office": _("the office"),
        "officer": _("who is in charge"),
        "draw_description": _("which public draw decides ties"),
        "frameworks": _("the norms it rests on"),
        "legal_check": _("somebody has to look at the norms and say so"),
        "no_lots": _("no lot yet"),
        "not_public": _("the premises are not public"),
        "unsafe": _("the premises are unsafe"),
        "hazards_unknown": _("nobody looked for hazards"),
        "hazards_open": _("an open hazard"),
        "area_unknown": _("the usable area is not known"),
        "not_confirmed": _("not confirmed vacant"),
        "stale": _("the last confirmation is too old"),
        "not_visited": _("no official look within 180 days"),
        "owner_objects": _("the owner objects"),
        "no_consent": _("the owner has not agreed"),
        "not_offered": _("not offered"),
    }
    return known.get(code) or date_names().get(code, code)


def guard_text(code: str) -> str:
    """Return what a change of state still lacks."""
    return {
        "call_checks_missing": _("The check list is not complete."),
        "call_too_early": _("It opens on the day of publication, not before."),
        "call_deadline_past": _("The deadline has passed; set a later one."),
        "call_still_open": _("The deadline has not passed yet."),
        "call_undecided": _("Some applications are neither admitted nor refused."),
        "call_no_committee": _("The committee needs members and a chair."),
        "call_unsigned": _("Not every score is signed."),
        "call_no_run": _("No run was adopted yet."),
        "call_window_open": _("The time for observations is not over."),
        "call_unanswered": _("Some observations have no answer."),
        "call_open_offers": _("Some offers are still open."),
        "call_step": _("The call is no longer in the state for this."),
        "call_not_draft": _("The call was approved; take it back to the draft to change it."),
        "call_not_open": _("The call is not open any more."),
        "call_not_later": _("An extension has to end later than now."),
        "call_code": _("A code has capital letters, digits and hyphens, such as CB-TO-2027."),
        "call_code_taken": _("Another call has this code."),
        "call_commitment": _("The description of the draw is not the one that was published."),
        "call_drawn_before": _("The numbers were noted before; they cannot change."),
        "draw_numbers": _("Write the numbers in their order, such as 81-7-45-12-66."),
        "draw_too_early": _("The draw comes after the deadline."),
        "draw_in_future": _("This draw was not held yet."),
        "reason_required": _("Write a reason; it is published."),
        "lots_overlap": _("Another lot has these premises at the same time."),
        "lot_period": _("The lot ends before it begins."),
        "lot_capacity": _("A lot has from 1 to 1,000 seats."),
        "lot_pre_access": _("Early access comes before the lot begins."),
        "reserve_seats": _("More seats are reserved than the lot has."),
        "too_many_lots": _("A call has at most 300 lots."),
        "weights_sum": _("The weights have to add to 100."),
        "weights_negative": _("A weight cannot be negative."),
        "weights_owner": _("The owner’s word alone cannot decide."),
        "criteria_sum": _("The points of the criteria have to add to 100."),
        "criterion_threshold": _("A threshold is higher than the points of its criterion."),
        "code_twice": _("The same code stands there twice."),
        "rule_unasked": _("A rule needs a declaration or a document that the call does not ask for."),
        "timeline_order": _("A date comes before the one it follows."),
        "visit_too_late": _("A site visit comes after the deadline."),
        "not_a_day": _("Write a day, such as 2027-03-01."),
        "not_a_time": _("Write a time, such as 12:00."),
        "not_a_code": _("A code has small letters, digits and underscores."),
        "whole_number": _("A whole number is needed."),
        "whole_range": _("This number is too small or too large."),
    }.get(code, "")


def step_text(end: str, start: str) -> str:
    """Return the button that moves a call to the state `end`."""
    if start == CallState.SUSPENDED and end != CallState.CANCELLED:
        return _("Take the call up again")
    return {
        "approved": _("Approve"),
        "draft": _("Back to the draft"),
        "open": _("Open the call"),
        "closed": _("Close the call"),
        "admissibility": _("Begin the admissibility check"),
        "evaluation": _("Hand over to the committee"),
        "matching": _("Begin the matching"),
        "provisional": _("Publish the provisional list"),
        "observations": _("Take observations"),
        "final": _("Publish the final list"),
        "contracting": _("Begin the contracts"),
        "concluded": _("Conclude the call"),
        "suspended": _("Suspend"),
        "cancelled": _("Cancel the call"),
    }.get(end, end)


def event_text(action: str, state: str, details: Mapping[str, object]) -> str:
    """Return what happened to a call, as a short title."""
    if action == "moved":
        return label("call_state", state)
    return {
        "created": _("Draft begun"),
        "copied": _("Draft begun after a past call"),
        "written": _("Draft written on"),
        "extended": _("More time for applications"),
        "drawn": _("Numbers of the draw published"),
        "lot_withdrawn": _("Lot %(number)s withdrawn", number=number_text(_whole(details.get("lot")))),
    }.get(action, action)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
