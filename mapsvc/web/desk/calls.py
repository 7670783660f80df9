"""`/desk/calls`: the list, a new call, its overview with the check list and every step, its rules."""

from typing import Any
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.call_definitions import CallDefinition
from mapsvc.domain.call_states import EDITABLE, CallState, Transition, next_steps
from mapsvc.domain.calls import Call
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.needs import COLLECTIVE_FORMS
from mapsvc.domain.people import Action, holds_anywhere
from mapsvc.usecases import call_states, calls
from mapsvc.usecases.calls import CallDraft, CallView
from mapsvc.web import call_labels
from mapsvc.web.call_words import criteria_rows, dates_of, event_rows, rule_rows
from mapsvc.web.current import actor, city, now, services
from mapsvc.web.desk import call_form
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.call_nav import frame_of
from mapsvc.web.desk.decisions import version
from mapsvc.web.i18n import date_text, number_text, text_in
from mapsvc.web.labels import label
from mapsvc.web.messages import sentence

_MINOR = (CallState.SUSPENDED, CallState.CANCELLED, CallState.DRAFT)


@bp.get("/calls", endpoint="calls")
def call_list() -> str:
    """List the calls of one's areas, the newest first."""
    listed = calls.list_calls(services().unit_of_work(), actor())
    return render_template(
        "desk/calls/list.html", calls=[_row(one) for one in listed], may_begin=holds_anywhere(actor(), Action.RUN_CALL)
    )


def _row(one: calls.ListedCall) -> dict[str, Any]:
    call = one.call
    page = "desk.call" if one.whole else "desk.call_archive"
    return {
        "url": url_for(page, code=call.code),
        "code": call.code,
        "title": text_in(call.title)[0] or call.code,
        "state": label("call_state", call.state),
        "tone": "open" if call.state == CallState.OPEN else "",
        "demonstration": call.demonstration,
        "text": " · ".join(
            filter(
                None,
                (
                    one.area_name,
                    _until(call),
                    ngettext("%(num)s lot", "%(num)s lots", one.lots),
                    ngettext("%(num)s application", "%(num)s applications", one.applications) if call.frozen else "",
                ),
            )
        ),
    }


def _until(call: Call) -> str:
    if call.state == CallState.OPEN and call.timeline.closes_on:
        return _("open until %(day)s", day=date_text(call.timeline.closes_on))
    return ""


@bp.route("/calls/new", methods=["GET", "POST"])
def call_new() -> ResponseReturnValue:
    """Begin a call from nothing; the rest is written on its pages."""
    areas = calls.areas_to_run(services().unit_of_work(), actor())
    values: dict[str, str] = {key: request.form.get(key, "") for key in ("code", "title", "area")}
    if request.method == "GET":
        return _new_page(areas, values, "", 200)
    try:
        area = _area(values["area"], {str(one.id) for one in areas})
        draft = _first_draft(values["title"])
        call = calls.create_call(services().unit_of_work(), actor(), values["code"].strip(), area, draft, now())
    except (Invalid, Conflict) as error:
        return _new_page(areas, values, fault_text(error), 409 if isinstance(error, Conflict) else 422)
    flash(_("The draft is there. Next: its rules, then its lots."), "ok")
    return redirect(url_for("desk.call_rules", code=call.code), 303)


def _new_page(areas: Any, values: dict[str, str], fault: str, status: int) -> ResponseReturnValue:
    everywhere = any(grant.area_id is None for grant in actor().grants)
    choices = [(str(one.id), one.name) for one in areas if one.level in ("city", "district", "neighbourhood")]
    page = render_template(
        "desk/calls/new.html", areas=choices, everywhere=everywhere, values=values, fault=fault, year=now().year + 1
    )
    return make_response(page, status)


def _area(typed: str, allowed: set[str]) -> UUID | None:
    if not typed:
        return None
    if typed not in allowed:
        raise Invalid("There is no such area.", "/area", code="unknown_value", value=typed)
    return UUID(typed)


def _first_draft(title: str) -> CallDraft:
    words = title.strip()
    if not words:
        raise Invalid("A title is needed.", "/title", code="required")
    blank = Call(new_id(), "", {}, {}, CallState.DRAFT, now(), now())
    lang = city().languages[0]
    return CallDraft({lang: words[:200]}, {}, blank.kind, "", CallDefinition(), blank.timeline)


@bp.get("/calls/<code>")
def call(code: str) -> str:
    """Show a call: what is missing, what comes next, what was published, what happened."""
    return _overview(_found(code))


def _found(code: str) -> CallView:
    if "\x00" in code:
        raise NotFound("there is no such call")
    return calls.find_call(services().unit_of_work(), actor(), code, now())


def _overview(view: CallView, fault: str = "", values: Any = None) -> str:
    call = view.call
    closes = call.closes_at
    return render_template(
        "desk/calls/show.html",
        frame=frame_of(call, view.progress, "desk.call"),
        call=call,
        view=view,
        fault=fault,
        values=values or {},
        state=label("call_state", call.state),
        summary=text_in(call.summary)[0],
        area=view.area_name or _("whole deployment"),
        kind=call_labels.kind_text(call.kind),
        checks=[_check(call, one) for one in view.checks],
        missing=sum(not one.passed for one in view.checks),
        steps=_steps(view),
        dates=dates_of(call, now()),
        events=event_rows(view.events, call.timeline.zone),
        open_now=call.state == CallState.OPEN and closes is not None and closes > now(),
        may_draw=_may_draw(view),
        public_url=url_for("calls.show", code=call.code) if call.frozen else "",
    )


def _may_draw(view: CallView) -> bool:
    call, closes = view.call, view.call.closes_at
    running = (CallState.CLOSED, CallState.ADMISSIBILITY, CallState.EVALUATION, CallState.MATCHING)
    return view.may_run and call.lottery_seed is None and call.state in running and closes is not None


def _check(call: Call, one: Any) -> dict[str, Any]:
    lots = one.code in ("lot", "lots")
    title = call_labels.check_text(one.code)
    if one.lot is not None:
        title = _("Lot %(number)s, %(place)s", number=one.lot, place=one.params["name"])
    return {
        "passed": one.passed,
        "title": title,
        "text": ", ".join(call_labels.problem_text(code) for code in one.problems),
        "url": url_for("desk.call_lots" if lots else "desk.call_rules", code=call.code),
        "legal": one.code == "legal",
    }


def _steps(view: CallView) -> list[dict[str, Any]]:
    found = []
    for one in next_steps(view.call):
        may = view.may_approve if one.action is Action.APPROVE_CALL else view.may_run
        if one.action is Action.SEE_CALL:
            may = view.may_run or view.may_approve
        found.append(
            {
                "to": one.end.value,
                "text": call_labels.step_text(one.end.value, one.start.value),
                "may": may,
                "reason": one.reason,
                "missing": " ".join(call_labels.guard_text(code) for code in view.missing_for(one, now())),
                "minor": one.end in _MINOR,
                "danger": one.end in (CallState.SUSPENDED, CallState.CANCELLED),
                "who": _who(one),
            }
        )
    return found


def _who(one: Transition) -> str:
    return _("A director does this.") if one.action is Action.APPROVE_CALL else _("An officer does this.")


@bp.post("/calls/<code>/move")
def call_move(code: str) -> ResponseReturnValue:
    """Move a call to its next state, with a reason where one is needed."""
    to, reason = request.form.get("to", ""), request.form.get("reason", "")
    return _act(
        code,
        lambda: call_states.move(services().unit_of_work(), actor(), code, version(), to, now(), reason=reason),
        lambda done: _("%(call)s: %(state)s.", call=done.code, state=label("call_state", done.state)),
    )


@bp.post("/calls/<code>/legal")
def call_legal(code: str) -> ResponseReturnValue:
    """Note that somebody looked at the norms, or take that back."""
    ticked = request.form.get("done") == "1"
    return _act(
        code,
        lambda: calls.check_legally(services().unit_of_work(), actor(), code, version(), ticked, now()),
        lambda done: _("Legal check noted.") if done.legal_checked_at else _("Legal check taken back."),
    )


@bp.post("/calls/<code>/extend")
def call_extend(code: str) -> ResponseReturnValue:
    """Give an open call more time; everybody who applies is told."""

    def extend() -> Call:
        timeline = call_form.timeline_of({"closes_on": request.form.get("closes_on", ""),
                                          "closes_at": request.form.get("closes_at", "")})  # fmt: skip
        if timeline.closes_on is None:
            raise Invalid("A day is needed.", "/closes_on", code="not_a_day")
        reason = request.form.get("reason", "")
        given = (version(), timeline.closes_on, timeline.closes_at, reason, now())
        return call_states.extend(services().unit_of_work(), actor(), code, *given)

    return _act(code, extend, lambda done: _("The call is open until %(day)s.", day=date_text(done.timeline.closes_on)))


@bp.post("/calls/<code>/draw")
def call_draw(code: str) -> ResponseReturnValue:
    """Note the numbers of the public draw and publish the seed."""

    def draw() -> Call:
        day = call_form.timeline_of({"closes_on": request.form.get("drawn_on", "")}).closes_on
        if day is None:
            raise Invalid("A day is needed.", "/drawn_on", code="not_a_day")
        numbers = request.form.get("numbers", "")
        return call_states.enter_draw(services().unit_of_work(), actor(), code, version(), day, numbers, now())

    return _act(code, draw, lambda done: _("Published: %(seed)s", seed=done.lottery_seed or ""))


def _act(code: str, work: Any, said: Any) -> ResponseReturnValue:
    """Do something with a call and go back to it; say what is wrong beside what was typed."""
    try:
        done = work()
    except (Invalid, Conflict, Stale) as error:
        status = 422 if isinstance(error, Invalid) else 412 if isinstance(error, Stale) else 409
        return make_response(_overview(_found(code), fault_text(error), request.form), status)
    except Forbidden as error:
        if error.code != "second_person":
            raise
        return make_response(_overview(_found(code), sentence(error), request.form), 403)
    flash(said(done), "ok")
    return redirect(url_for("desk.call", code=code), 303)


def fault_text(error: Invalid | Conflict | Stale) -> str:
    """Return what is wrong, every guard that does not hold included."""
    missing = error.params.get("missing")
    if isinstance(missing, tuple):
        return " ".join(filter(None, (call_labels.guard_text(str(code)) for code in missing)))
    return call_labels.guard_text(error.code) or sentence(error)


@bp.route("/calls/<code>/rules", methods=["GET", "POST"])
def call_rules(code: str) -> ResponseReturnValue:
    """Show the rules of a call, and write them while it is a draft."""
    view = _found(code)
    if request.method == "GET":
        return _rules_page(view, call_form.values_of(view.call))
    try:
        draft = call_form.draft_of(request.form, view.call.definition)
        calls.save_call(services().unit_of_work(), actor(), code, version(), draft, now())
    except (Invalid, Conflict, Stale) as error:
        status = 422 if isinstance(error, Invalid) else 412 if isinstance(error, Stale) else 409
        typed: dict[str, Any] = request.form.to_dict() | {
            name: request.form.getlist(name) for name in ("forms", "seat")
        }
        pointer = getattr(error, "pointer", "")
        return make_response(_rules_page(_found(code), typed, fault_text(error), pointer), status)
    flash(_("The rules are saved."), "ok")
    return redirect(url_for("desk.call", code=code), 303)


def _rules_page(view: CallView, values: dict[str, Any], fault: str = "", pointer: str = "") -> str:
    call = view.call
    editable = call.state in EDITABLE and view.may_run
    seats = [(one.slug, one.name) for one in view.areas]
    return render_template(
        "desk/calls/rules.html" if editable else "desk/calls/rules_read.html",
        frame=frame_of(call, view.progress, "desk.call_rules", _("Rules")),
        call=call,
        values=values,
        rows=call_form.rows_of(values),
        fault=fault,
        pointer=pointer,
        languages=city().languages,
        kinds=list(call_labels.kinds().items()),
        measures=list(call_labels.measures().items()),
        visits=list(call_labels.site_visits().items()),
        weights=list(call_labels.weight_names().items()),
        date_names=call_labels.date_names(),
        forms=[(code, label("collective_form", code)) for code in COLLECTIVE_FORMS],
        seats=seats,
        criteria=criteria_rows(call.definition),
        eligibility=rule_rows(call.definition, dict(seats)),
        mechanism=call_labels.mechanism_text(call.definition.mechanism.value),
    )


@bp.route("/calls/<code>/copy", methods=["GET", "POST"])
def call_copy(code: str) -> ResponseReturnValue:
    """Begin the next call after this one: rules and free lots are taken over, dates moved."""
    view = _found(code)
    if not view.may_run:
        raise Forbidden("this account may not do that here", code="forbidden", action=Action.RUN_CALL.value)
    values = {name: request.form.get(name, "") for name in ("code", "title", "publish_on")}
    if request.method == "GET":
        return _copy_page(view, values | {"title": text_in(view.call.title)[0]}, "", 200)
    try:
        day = call_form.timeline_of({"publish_on": values["publish_on"]}).publish_on
        if day is None or not values["title"].strip():
            raise Invalid("Something is missing.", "/publish_on", code="required")
        title = {city().languages[0]: values["title"].strip()[:200]}
        new, left_out = calls.copy_call(
            services().unit_of_work(), actor(), code, values["code"].strip(), title, day, now()
        )
    except (Invalid, Conflict) as error:
        return _copy_page(view, values, fault_text(error), 409 if isinstance(error, Conflict) else 422)
    words = _("The draft is there, with the rules of %(call)s.", call=code)
    if left_out:
        words += " " + ngettext("%(num)s lot is not free then and was left out.",
                                "%(num)s lots are not free then and were left out.", len(left_out))  # fmt: skip
    flash(words, "ok")
    return redirect(url_for("desk.call", code=new.code), 303)


def _copy_page(view: CallView, values: dict[str, str], fault: str, status: int) -> ResponseReturnValue:
    page = render_template(
        "desk/calls/copy.html",
        frame=frame_of(view.call, view.progress, "desk.call", _("The next call after this one")),
        call=view.call,
        values=values,
        fault=fault,
        lots=number_text(len(view.lots)),
        today=now().date(),
    )
    return make_response(page, status)
