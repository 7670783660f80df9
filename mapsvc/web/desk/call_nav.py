"""What every page of a call at the desk shares: where we are, the steps of the call with their numbers, its pages."""

from dataclasses import dataclass, replace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.call_states import CallState
from mapsvc.domain.calls import Call, CallProgress
from mapsvc.domain.results import PUBLISHED
from mapsvc.usecases.calls import find_call
from mapsvc.web.current import actor, now, services
from mapsvc.web.i18n import date_text, number_text, text_in
from mapsvc.web.labels import label

_S = CallState
#: The steps of the line, each with the states that it stands for.
_STEPS: tuple[tuple[str, frozenset[CallState]], ...] = (
    ("prepared", frozenset({_S.DRAFT, _S.APPROVED})),
    ("applications", frozenset({_S.OPEN, _S.CLOSED})),
    ("checks", frozenset({_S.ADMISSIBILITY})),
    ("scores", frozenset({_S.EVALUATION})),
    ("match", frozenset({_S.MATCHING})),
    ("lists", frozenset({_S.PROVISIONAL, _S.OBSERVATIONS, _S.FINAL})),
    ("contracts", frozenset({_S.CONTRACTING})),
    ("end", frozenset({_S.CONCLUDED})),
)
_ADMITTED = (
    "admitted", "scored", "below_threshold", "matched", "waiting", "unmatched", "offered", "accepted", "declined",
    "expired", "contracted",
)  # fmt: skip
_SENT = (*_ADMITTED, "submitted", "integration_requested", "inadmissible")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the template `desk/calls/frame.html` reads."""

    code: str
    title: str
    heading: str
    state: str
    steps: list[dict[str, str]]
    tabs: list[dict[str, Any]]
    crumbs: list[tuple[str, str | None]]
    demonstration: bool
    halted: str


def frame(code: str, here: str, heading: str = "") -> Frame:
    """Return the frame of a page of a call for whoever may see the call; `here` is the endpoint of its tab.

    Raises NotFound and Forbidden.
    """
    view = find_call(services().unit_of_work(), actor(), code, now())
    return frame_of(view.call, view.progress, here, heading)


def frame_of(call: Call, progress: CallProgress, here: str, heading: str = "") -> Frame:
    """Return the frame of a page of a call that was read already."""
    title = text_in(call.title)[0] or call.code
    halted = call.state if call.state in (_S.SUSPENDED, _S.CANCELLED) else ""
    return Frame(
        code=call.code,
        title=title,
        heading=heading or title,
        state=label("call_state", call.state),
        steps=steps(call, progress),
        tabs=_tabs(call, here),
        crumbs=[(_("Calls"), url_for("desk.calls"))]
        + ([(title, url_for("desk.call", code=call.code)), (heading, None)] if heading else [(title, None)]),
        demonstration=call.demonstration,
        halted=label("call_state", halted) if halted else "",
    )


def reader_frame(call: Call, progress: CallProgress, here: str, heading: str, *, whole: bool) -> Frame:
    """Return the frame of a page that auditors read as well: they get the pages that are open to them only."""
    full = frame_of(call, progress, here, heading)
    if whole:
        return full
    pages = [("desk.call_archive", _("Archived runs"))]
    if progress.adopted:
        pages.append(("desk.call_record", _("Record")))
    tabs = [{"text": text, "url": url_for(name, code=call.code), "on": name == here} for name, text in pages]
    return replace(full, tabs=tabs, crumbs=[full.crumbs[0], (full.title, None)])


def steps(call: Call, progress: CallProgress) -> list[dict[str, str]]:
    """Return the line of steps: name, a note with a number or a day, and done, now or todo."""
    state = call.state_before if call.state in (_S.SUSPENDED, _S.CANCELLED) else call.state
    reached = next((index for index, (_code, states) in enumerate(_STEPS) if state in states), 0)
    names, notes = _names(), _notes(call, progress)
    return [
        {
            "name": names[code],
            "note": notes.get(code, "") if index <= reached else "",
            "state": "now" if index == reached else "done" if index < reached else "todo",
        }
        for index, (code, _states) in enumerate(_STEPS)
    ]


def _names() -> dict[str, str]:
    return {
        "prepared": _("Draft"),
        "applications": _("Applications"),
        "checks": _("Checks"),
        "scores": _("Scores"),
        "match": _("Matching"),
        "lists": _("Lists"),
        "contracts": _("Contracts"),
        "end": _("End"),
    }


def _notes(call: Call, progress: CallProgress) -> dict[str, str]:
    sent, admitted = progress.count(*_SENT), progress.count(*_ADMITTED)
    return {
        "prepared": _("approved") if call.approved_by is not None else "",
        "applications": _("%(count)s in", count=number_text(sent)),
        "checks": _("%(count)s admitted", count=number_text(admitted)),
        "scores": ngettext("%(num)s member", "%(num)s members", progress.members) if progress.members else "",
        "match": _("adopted") if progress.adopted else "",
        "lists": label("call_state", call.state) if call.state in _STEPS[5][1] else "",
        "contracts": _("%(count)s signed", count=number_text(progress.count("contracted"))),
        "end": date_text(call.updated_at) if call.state == _S.CONCLUDED else "",
    }


def _tabs(call: Call, here: str) -> list[dict[str, Any]]:
    pages = (
        ("desk.call", _("Overview")),
        ("desk.call_rules", _("Rules")),
        ("desk.call_lots", _("Lots")),
        ("desk.call_applications", _("Applications")),
        ("desk.call_committee", _("Committee")),
        ("desk.match", _("Matching")),
        ("desk.awards", _("Awards")),
        ("desk.call_observations", _("Observations")),
        ("desk.call_record", _("Record")),
    )
    # A page of a later step is not offered before there is anything on it.
    late = {"desk.call_applications", "desk.call_committee", "desk.match", "desk.awards"}
    published = {"desk.call_observations", "desk.call_record"}
    shown = [page for page in pages if call.frozen or page[0] not in late]
    if call.state not in PUBLISHED:
        shown = [page for page in shown if page[0] not in published]
    return [{"text": text, "url": url_for(name, code=call.code), "on": name == here} for name, text in shown]
