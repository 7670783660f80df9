"""`/desk/calls/<code>/committee`: who scores, how far they are, owners' orders, and the means once all have signed."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.calls import Call
from mapsvc.domain.errors import Conflict, DomainError, Invalid, NotFound
from mapsvc.usecases import committees, owner_ranks, scores
from mapsvc.usecases.committees import CommitteeView, MemberProgress
from mapsvc.usecases.owner_ranks import OwnerOrder
from mapsvc.usecases.scores import Result
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.call_nav import frame
from mapsvc.web.evaluation_words import criteria_of, scored_view, state_text
from mapsvc.web.i18n import date_text
from mapsvc.web.messages import sentence
from mapsvc.web.problems import status_of, wants_json

_HERE = "desk.call_committee"


@bp.get("/calls/<code>/committee")
def call_committee(code: str) -> ResponseReturnValue:
    """Show members with their progress, declarations, and after the last signature what they gave together."""
    return _page(code)


def _page(code: str, error: DomainError | None = None) -> ResponseReturnValue:
    view = committees.view(services().unit_of_work(), actor(), code)
    results = scores.results(services().unit_of_work(), actor(), code) if _known(view) else []
    page = render_template(
        "desk/calls/committee.html",
        frame=frame(code, _HERE, _("Committee")),
        call_code=view.call.code,
        view=view,
        members=[_member(one) for one in view.members],
        conflicts=[
            {"code": app, "who": member.name if member else _("somebody who left"), "reason": one.reason,
             "when": date_text(one.declared_at.date())}
            for app, member, one in view.conflicts
        ],
        criteria=criteria_of(view.call),
        threshold=view.call.definition.threshold_total,
        results=[_result(one, view.call) for one in results],
        left=ngettext("%(num)s sheet is still open", "%(num)s sheets are still open", view.unsigned),
        form=request.form,
        fault=sentence(error) if error else "",
    )  # fmt: skip
    return page, status_of(error) if error else 200


def _known(view: CommitteeView) -> bool:
    step = view.call.state_before or view.call.state
    return step in scores.AFTER_SCORES or (step == "evaluation" and view.unsigned == 0)


def _member(one: MemberProgress) -> dict[str, Any]:
    return {
        "id": one.member.user_id,
        "name": one.member.name or one.member.email,
        "email": one.member.email,
        "chair": one.member.chair,
        "signed": one.signed,
        "due": one.due,
        "progress": _("%(signed)s of %(due)s signed", signed=one.signed, due=one.due),
        "conflicts": ngettext("%(num)s conflict of interest", "%(num)s conflicts of interest", one.conflicts)
        if one.conflicts
        else "",
    }


def _result(one: Result, call: Call) -> dict[str, Any]:
    return {
        "code": one.application.code,
        "name": str(one.application.facts.get("name", "")) or one.application.code,
        "url": url_for("desk.call_application", code=call.code, application=one.application.code),
        "state": state_text(one.application.state),
        "scored": scored_view(one.scored, call),
    }


@bp.post("/calls/<code>/committee")
def call_committee_change(code: str) -> ResponseReturnValue:
    """Name a member by the address of an account, give the chair, or take a member out."""
    form, uow = request.form, services().unit_of_work()
    verb = form.get("verb", "")
    try:
        if verb == "add":
            chair = form.get("chair") == "1"
            member = committees.add_member(uow, actor(), code, form.get("email", ""), chair, now())
            words = _("%(name)s is in the committee.", name=member.name or member.email)
        elif verb == "chair":
            committees.set_chair(uow, actor(), code, _user_id(), now())
            words = _("The chair was given to somebody else.")
        elif verb == "remove":
            committees.remove_member(uow, actor(), code, _user_id(), now())
            words = _("Taken out of the committee.")
        else:
            raise Invalid("there is no such change", "/verb", code="unknown_value", value=verb[:40])
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        return _page(code, error)
    flash(words, "ok")
    return redirect(url_for(_HERE, code=code), 303)


def _user_id() -> int:
    raw = request.form.get("user_id", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise NotFound("there is no such member", code="member_unknown")
    return int(raw)


@bp.get("/calls/<code>/owners")
def call_owners(code: str) -> ResponseReturnValue:
    """Show for each lot the owner's order, and the form to note it while the scores are unknown."""
    return _owners(code)


def _owners(code: str, error: DomainError | None = None) -> ResponseReturnValue:
    call, orders, changeable = owner_ranks.orders(services().unit_of_work(), actor(), code)
    typed = {name.removeprefix("rank-"): value for name, value in request.form.items() if name.startswith("rank-")}
    wanted = request.form.get("lot", "") if error else ""
    page = render_template(
        "desk/calls/owners.html",
        frame=frame(code, _HERE, _("Word of the owners")),
        call_code=call.code,
        weight=call.definition.weights.owner,
        changeable=changeable,
        lots=[_order(one, typed if wanted == one.lot.key else {}) for one in orders],
        wanted=wanted,
        fault=sentence(error) if error else "",
    )
    return page, status_of(error) if error else 200


def _order(one: OwnerOrder, typed: dict[str, str]) -> dict[str, Any]:
    ranks = one.ranks or {}
    rows = [
        {
            "code": it.code,
            "name": str(it.facts.get("name", "")) or it.code,
            "title": str(it.project.get("title", "")),
            "rank": typed.get(it.code or "", ranks.get(it.id, "")),
        }
        for it in sorted(one.candidates, key=lambda it: (ranks.get(it.id, 0), it.code or ""))
    ]
    return {"number": one.lot.number, "name": one.lot.name or one.lot.slug, "noted": one.ranks is not None,
            "rows": rows}  # fmt: skip


@bp.post("/calls/<code>/owners")
def call_owners_note(code: str) -> ResponseReturnValue:
    """Note one owner's order by the numbers that were typed, or take it back where all are empty."""
    raw = request.form.get("lot", "")
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else 0
    try:
        order = _ranked()
        owner_ranks.note_order(services().unit_of_work(), actor(), code, number, order, now())
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        return _owners(code, error)
    flash(_("The order is noted.") if order else _("The order is taken back."), "ok")
    return redirect(url_for("desk.call_owners", code=code) + f"#lot-{number}", 303)


def _ranked() -> list[str]:
    """Return the codes in the order of the numbers typed beside them; raise Invalid for a number that is none."""
    typed = {name.removeprefix("rank-"): value.strip() for name, value in request.form.items() if name[:5] == "rank-"}
    if not any(typed.values()):
        return []
    numbers: dict[str, int] = {}
    for code, value in typed.items():
        if not (value.isascii() and value.isdigit() and len(value) < 6):
            raise Invalid("a number is needed for every application", f"/rank-{code}", code="rank_missing")
        numbers[code] = int(value)
    if len(set(numbers.values())) < len(numbers):
        raise Invalid("two applications have one number", "/order", code="rank_twice")
    return sorted(numbers, key=lambda code: numbers[code])
