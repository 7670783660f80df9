"""Words for checks, decisions and scores of applications."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.domain.admissibility import CheckedRule
from mapsvc.domain.calls import Call
from mapsvc.domain.eligibility import RuleKind
from mapsvc.domain.needs import COLLECTIVE_FORMS
from mapsvc.domain.scores import HUNDREDTHS, Scored, Spread
from mapsvc.web.call_labels import rule_text
from mapsvc.web.i18n import date_text, number_text, text_in
from mapsvc.web.labels import label


def state_text(state: str) -> str:
    """Return the state of an application as the office names it."""
    return {
        "draft": _("Draft"),
        "submitted": _("To be checked"),
        "integration_requested": _("Being completed"),
        "admitted": _("Admitted"),
        "inadmissible": _("Not admitted"),
        "scored": _("Scored"),
        "below_threshold": _("Below the threshold"),
        "matched": _("Has a place"),
        "waiting": _("Waiting list"),
        "unmatched": _("Without a place"),
        "offered": _("Has an offer"),
        "accepted": _("Accepted"),
        "declined": _("Declined"),
        "expired": _("Offer expired"),
        "contracted": _("Signed"),
        "withdrawn": _("Withdrawn"),
    }.get(state, state)


def urgency_text(code: str) -> tuple[str, str]:
    """Return what is to be done with an application, and the kind of its tag."""
    return {
        "late": (_("Time to complete is over"), "bad"),
        "fail": (_("A rule fails"), "bad"),
        "unknown": (_("Something is missing"), "warn"),
        "ready": (_("Ready to admit"), "ok"),
        "asked": (_("Being completed"), ""),
    }.get(code, ("", ""))


def sheet_text(state: str) -> tuple[str, str]:
    """Return how far a member's own sheet is, and the kind of its tag."""
    return {
        "open": (_("Not begun"), ""),
        "begun": (_("Begun"), "warn"),
        "complete": (_("Ready to sign"), "warn"),
        "signed": (_("You signed"), "ok"),
        "conflict": (_("Conflict of interest"), ""),
    }[state]


def papers_of(call: Call) -> dict[str, str]:
    """Return the names of the documents and declarations that a call wants, by code."""
    found = {one.code: dict(one.label) for one in call.definition.documents}
    found |= {one.code: dict(one.label) for one in call.definition.declarations}
    return {code: text_in(words)[0] or code for code, words in found.items()}


def rule_row(row: CheckedRule, call: Call, areas: Mapping[str, str]) -> dict[str, Any]:
    """Return one row of the check: the rule in words, what was found, by figures or by the office."""
    return {
        "key": row.check.rule.key,
        "rule": rule_text(row.check.rule, areas, papers_of(call)),
        "state": row.state.value,
        "computed": row.check.state.value,
        "actual": _actual(row, areas),
        "note": row.office.note if row.office else "",
        "when": date_text(row.office.at.date()) if row.office else "",
    }


def _actual(row: CheckedRule, areas: Mapping[str, str]) -> str:
    rule, actual = row.check.rule, row.check.actual
    if rule.kind in (RuleKind.DECLARATION, RuleKind.DOCUMENT):
        return "" if row.check.state == "pass" else _("not there")
    if rule.kind is RuleKind.SITE_VISIT:
        return "" if actual is not None else _("the office notes who came")
    if actual is None:
        return _("not stated")
    if rule.kind is RuleKind.UNDER_AGE:
        return _("%(percent)s of 100", percent=number_text(int(actual)))
    if rule.kind is RuleKind.MEMBERS:
        return ngettext("%(num)s member", "%(num)s members", int(actual))
    if rule.kind is RuleKind.FORMS or (rule.kind is RuleKind.REGISTRATION and actual in COLLECTIVE_FORMS):
        return label("collective_form", str(actual))
    return areas.get(str(actual), str(actual))


def points_text(hundredths: int) -> str:
    """Return a mean of points in words, with at most two decimals."""
    return str(format_decimal(hundredths / HUNDREDTHS, "0.##"))


def spread_text(spread: Spread) -> str:
    """Return how far members lie apart."""
    if spread.members == 1:
        return _("one member")
    if spread.low == spread.high:
        return ngettext("all %(num)s members agree", "all %(num)s members agree", spread.members)
    return _("from %(low)s to %(high)s", low=spread.low, high=spread.high)


def criteria_of(call: Call) -> list[dict[str, Any]]:
    """Return the criteria of a call in words, each with the letter that stands for it in a bar."""
    return [
        {
            "code": one.code,
            "letter": chr(ord("A") + index) if index < 26 else "·",
            "label": text_in(dict(one.label))[0] or one.code,
            "most": one.max_points,
            "least": one.least,
            "about": text_in(dict(one.description))[0],
            "evidence": text_in(dict(one.evidence))[0],
        }
        for index, one in enumerate(call.definition.criteria)
    ]


def scored_view(scored: Scored, call: Call) -> dict[str, Any]:
    """Return mean, spread and missed thresholds of an application, as a bar of its criteria."""
    parts = []
    for one in criteria_of(call):
        spread = scored.by_criterion[one["code"]]
        parts.append(
            {
                "letter": one["letter"],
                "value": spread.mean / HUNDREDTHS,
                "text": one["label"],
                "most": one["most"],
                "points": points_text(spread.mean),
                "spread": spread_text(spread),
                "low": spread.low,
                "high": spread.high,
            }
        )
    total = points_text(scored.total.mean)
    return {
        "total": total,
        "spread": spread_text(scored.total),
        "members": scored.total.members,
        "parts": parts,
        "bar": _("%(points)s points of 100", points=total),
        "missed": missed(scored, call),
    }


def missed(scored: Scored, call: Call) -> list[str]:
    """Return each threshold that the mean does not reach, as a sentence."""
    names = {one["code"]: one["label"] for one in criteria_of(call)}
    return [
        _("%(points)s points together; the call asks for %(least)s.", points=points_text(one.mean), least=one.least)
        if one.criterion is None
        else _("%(points)s points for “%(criterion)s”; the call asks for %(least)s.", points=points_text(one.mean),
               criterion=names.get(one.criterion, one.criterion), least=one.least)
        for one in scored.shortfalls
    ]  # fmt: skip


def missing_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return what fails or is missing in a check, in one line."""
    return " · ".join(str(row["rule"]) for row in rows if row["state"] != "pass")
