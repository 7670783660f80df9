"""Applications in words: names of parts and fields, what is missing, faults, states and what comes next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.domain.application_drafts import Step
from mapsvc.domain.application_states import ApplicationState, told_state
from mapsvc.domain.call_states import CallState
from mapsvc.domain.calls import Call
from mapsvc.domain.errors import DomainError, Invalid, Stale
from mapsvc.web import application_messages, needs_view
from mapsvc.web.i18n import instant_text, text_in
from mapsvc.web.messages import sentence
from mapsvc.web.need_words import need_label

_KILO = 1024


def step_titles() -> dict[str, str]:
    """Return the title of each part, and of the last look before sending."""
    return {
        Step.GROUP.value: _("Who you are"),
        Step.NEEDS.value: _("What you need"),
        Step.PROJECT.value: _("What you want to do"),
        Step.PLACES.value: _("Which places"),
        Step.DOCUMENTS.value: _("Documents"),
        "check": _("Check and send"),
    }


def field_names() -> dict[str, str]:
    """Return the names of the fields of all parts."""
    return needs_view.names() | {
        "name": _("Name of the group"),
        "story": _("Who you are, in a few sentences"),
        "form": _("Legal form"),
        "members_count": _("How many people"),
        "members_under_30": _("Of them under 30"),
        "members_under_35": _("Of them under 35"),
        "legal_id": _("Tax code or register number"),
        "seat": _("Where you are at home"),
        "title": _("Title"),
        "summary": _("In a few sentences"),
        "programme": _("What happens there, week by week"),
        "commitments": _("What you commit to"),
        "indicators": _("How one will see that it works"),
        "themes": _("Themes"),
        "lots": _("Your order"),
        "declarations": _("Declarations"),
        "document": _("Document"),
        "email": _("E-mail"),
    }


def missing_words(call: Call, missing: Mapping[Step, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return what a submission still needs, in words by part."""
    return {step.value: [_missing(call, name) for name in names] for step, names in missing.items()}


def _missing(call: Call, name: str) -> str:
    kind, _colon, code = name.partition(":")
    if kind in ("document", "declaration"):
        papers = {f"document:{one.code}": one.label for one in call.definition.documents}
        papers |= {f"declaration:{one.code}": one.label for one in call.definition.declarations}
        return text_in(dict(papers.get(name, {})))[0] or code
    if name == "lots":
        return _("at least one place")
    head, dot, rest = name.partition(".")
    code = (
        rest
        if dot and head in ("nice", "unit")
        else "hours"
        if head == "hours"
        else "themes"
        if head == "theme"
        else name
    )
    return field_names().get(code) or need_label(code)


def fault_text(error: DomainError) -> str:
    """Return what is wrong with a field, in one plain sentence."""
    if isinstance(error, Stale):
        return _(
            "This part was saved elsewhere since you opened it: in another tab, or by somebody of your group. "
            "What you typed stands below and is not saved yet."
        )
    own = application_messages.known(error)
    if error.code in own:
        return own[error.code]
    return needs_view.fault(error) if isinstance(error, Invalid) else sentence(error)


def closing_text(call: Call) -> str:
    """Return the deadline in the time of the call's zone, such as `31 Jan 2027, 12:00`; empty without one."""
    return local_text(call, call.closes_at)


def local_text(call: Call, instant: datetime | None) -> str:
    """Return an instant in the time of the call's zone."""
    return instant_text(instant, call.timeline.zone)


def size_text(count: int) -> str:
    """Return a size in kB or MB."""
    if count < _KILO * _KILO:
        return _("%(size)s kB", size=format_decimal(max(1, round(count / _KILO))))
    return _("%(size)s MB", size=format_decimal(round(count / _KILO / _KILO, 1)))


def people_text(count: int | None) -> str:
    """Return how many people a group is."""
    return ngettext("%(num)s person", "%(num)s people", count) if count else ""


def told(call: Call, state: str) -> tuple[str, str, str, str]:
    """Return the state that a group may know, the kind of its message, its title and what it means in this call."""
    known = told_state(state, call.state, call.state_before)
    kind, title, text = states()[known]
    if known == ApplicationState.MATCHED and call.state in (CallState.FINAL, CallState.CONTRACTING):
        text = _("The list is final. The offer comes next.")
    return known, kind, title, text


def states() -> dict[str, tuple[str, str, str]]:
    """Return by state the kind of message, its title and what it means for the group."""
    return {
        "draft": ("info", _("Not sent yet"), _("What you wrote is saved here. Only you see it.")),
        "submitted": ("ok", _("Your application has arrived"), _("The office checks it after the call has closed.")),
        "integration_requested": ("warn", _("The office asks you to complete something"), ""),
        "admitted": ("ok", _("Admitted"), _("The committee reads it and gives points.")),
        "inadmissible": ("bad", _("Not admitted"), _("It takes no further part in the call. The reason stands below.")),
        "scored": ("ok", _("Scored"), _("The committee has signed its points. The places are matched next.")),
        "below_threshold": (
            "warn",
            _("Below the points that are needed"),
            _("It takes no part in the matching of places."),
        ),
        "matched": ("ok", _("A place is meant for you"), _("The list is provisional until it is final.")),
        "waiting": ("warn", _("On the reserve list"), _("If a place becomes free, the matching is done again.")),
        "unmatched": ("warn", _("No place this time"), _("Below you read why, place by place.")),
        "offered": ("ok", _("A place is offered to you"), _("Answer before the offer ends.")),
        "accepted": ("ok", _("You have accepted"), _("The agreement is prepared next.")),
        "declined": ("info", _("You have declined"), _("The place goes to whoever is next.")),
        "expired": ("warn", _("The offer has ended"), _("It was not answered in time.")),
        "contracted": ("ok", _("The agreement is signed"), _("The place is yours for the term.")),
        "withdrawn": ("info", _("Withdrawn"), _("It takes no further part in the call.")),
    }  # fmt: skip


def weight_choices() -> list[tuple[str, str]]:
    """Return the weights of a theme."""
    return [("1", _("a little")), ("2", _("much")), ("3", _("above all"))]


def life(call: Call, state: str) -> list[dict[str, Any]]:
    """Return the way of an application as steps with their dates: done, now, or to come."""
    reached = next((place for place, (_name, states) in enumerate(_WAY) if state in states), 0)
    names = _way_names()
    dates = call.timeline
    days = {
        "checked": dates.admissibility_until, "scored": dates.evaluation_until, "matched": dates.provisional_on,
        "final": dates.final_on,
    }  # fmt: skip
    return [
        {
            "name": names[name],
            "day": days.get(name),
            "state": "now" if place == reached else "done" if place < reached else "todo",
        }
        for place, (name, _states) in enumerate(_WAY)
    ]


#: The way of an application: where it stands, by its states.
_WAY: tuple[tuple[str, frozenset[str]], ...] = (
    ("written", frozenset({"draft"})),
    ("sent", frozenset({"submitted"})),
    ("checked", frozenset({"integration_requested", "inadmissible", "admitted"})),
    ("scored", frozenset({"scored", "below_threshold"})),
    ("matched", frozenset({"matched", "waiting", "unmatched"})),
    ("final", frozenset({"offered", "accepted", "declined", "expired"})),
    ("contract", frozenset({"contracted"})),
)


def _way_names() -> dict[str, str]:
    return {
        "written": _("Written"),
        "sent": _("Sent"),
        "checked": _("Checked by the office"),
        "scored": _("Scored by the committee"),
        "matched": _("Places matched"),
        "final": _("Final list and offers"),
        "contract": _("Agreement"),
    }
