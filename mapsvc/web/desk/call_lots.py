"""`/desk/calls/<code>/lots`: the lots of a call, picked from offered premises; withdrawn with a reason later."""

from datetime import date
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.call_checks import Check
from mapsvc.domain.call_definition_files import read_reserve
from mapsvc.domain.call_definitions import LotReserve
from mapsvc.domain.call_states import EDITABLE
from mapsvc.domain.call_timelines import read_timeline
from mapsvc.domain.calls import MOST_SEATS, Lot
from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.spaces import AvailabilityState
from mapsvc.usecases import call_lots, calls
from mapsvc.usecases.call_lots import Candidate, LotDraft
from mapsvc.usecases.calls import CallView
from mapsvc.web.call_labels import problem_text, rule_text
from mapsvc.web.current import actor, city, now, services
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.call_nav import frame_of
from mapsvc.web.desk.calls import fault_text
from mapsvc.web.desk.decisions import version
from mapsvc.web.i18n import date_text, number_text

_FIELDS = ("space", "unit", "capacity", "starts_on", "ends_on", "pre_access_from", "area", "reserve_seats",
           "reserve_kind", "reserve_least")  # fmt: skip
#: What an official look at the premises settles.
_BY_A_VISIT = frozenset({"not_confirmed", "stale", "not_visited"})


@bp.get("/calls/<code>/lots", endpoint="call_lots")
def show_lots(code: str) -> str:
    """Show the lots of a call; `lot` opens one in the form while it is a draft."""
    return _page(_found(code), _asked(), "")


def _found(code: str) -> CallView:
    if "\x00" in code:
        raise NotFound("there is no such call")
    return calls.find_call(services().unit_of_work(), actor(), code, now())


def _asked() -> int | None:
    raw = request.args.get("lot", "")
    return int(raw) if raw.isdecimal() and raw.isascii() and len(raw) < 5 else None


@bp.post("/calls/<code>/lots")
def call_lot_save(code: str) -> ResponseReturnValue:
    """Add a lot, or write the one whose number is sent."""
    number = _number(request.form.get("number", ""))

    def save() -> str:
        uow, draft = services().unit_of_work(), _draft()
        if number is None:
            lot = call_lots.add_lot(uow, actor(), code, version(), draft, now())
        else:
            lot = call_lots.change_lot(uow, actor(), code, number, version(), draft, now())
        return _("Lot %(number)s is saved.", number=lot.number)

    return _act(code, save, number)


@bp.post("/calls/<code>/lots/<int:number>/remove")
def call_lot_remove(code: str, number: int) -> ResponseReturnValue:
    """Take a lot out of a draft."""

    def remove() -> str:
        call_lots.remove_lot(services().unit_of_work(), actor(), code, number, version(), now())
        return _("The lot is out; those after it have moved up.")

    return _act(code, remove, None)


@bp.post("/calls/<code>/lots/<int:number>/withdraw")
def call_lot_withdraw(code: str, number: int) -> ResponseReturnValue:
    """Withdraw a lot of a published call with a public reason."""

    def withdraw() -> str:
        reason = request.form.get("reason", "")
        call_lots.withdraw_lot(services().unit_of_work(), actor(), code, number, version(), reason, now())
        return _("Lot %(number)s is withdrawn. Whoever listed it is told.", number=number)

    return _act(code, withdraw, None)


def _act(code: str, work: Any, number: int | None) -> ResponseReturnValue:
    try:
        words = work()
    except (Invalid, Conflict, Stale) as error:
        status = 422 if isinstance(error, Invalid) else 412 if isinstance(error, Stale) else 409
        typed = {name: request.form.get(name, "") for name in _FIELDS}
        return make_response(_page(_found(code), number, fault_text(error), typed), status)
    flash(words, "ok")
    return redirect(url_for("desk.call_lots", code=code), 303)


def _number(raw: str) -> int | None:
    if not raw:
        return None
    if not raw.isdecimal() or not raw.isascii() or len(raw) > 4:
        raise Invalid("A whole number is needed.", "/number", code="whole_number", value=raw)
    return int(raw)


def _whole(name: str, default: int | None = None) -> int:
    raw = request.form.get(name, "").strip()
    if not raw and default is not None:
        return default
    if not raw.isdecimal() or not raw.isascii() or len(raw) > 6:
        raise Invalid("A whole number is needed.", f"/{name}", code="whole_number", value=raw)
    return int(raw)


def _day(name: str, *, needed: bool = True) -> date | None:
    day = read_timeline({"publish_on": request.form.get(name) or None}, f"/{name}").publish_on
    if day is None and needed:
        raise Invalid("A day is needed.", f"/{name}", code="not_a_day")
    return day


def _draft() -> LotDraft:
    first, last = _day("starts_on"), _day("ends_on")
    capacity = min(_whole("capacity", 1), MOST_SEATS + 1)
    area = request.form.get("area", "").strip().replace(",", ".")
    assert first is not None
    assert last is not None
    return LotDraft(
        space_slug=request.form.get("space", "").strip(),
        starts_on=first,
        ends_on=last,
        unit=request.form.get("unit", ""),
        capacity=capacity,
        reserve=_reserve(capacity),
        overrides={"usable_area_m2": _square_metres(area)} if area else {},
        pre_access_from=_day("pre_access_from", needed=False),
    )


def _square_metres(typed: str) -> float:
    try:
        if len(typed) <= 12:
            return float(typed)
    except ValueError:
        pass
    raise Invalid("A number is needed.", "/area", code="not_a_number", value=typed)


def _reserve(capacity: int) -> LotReserve | None:
    seats = _whole("reserve_seats", 0)
    if not seats:
        return None
    age = 30 if request.form.get("reserve_kind") == "under_30" else 35
    rule = {"kind": "under_age", "least": _whole("reserve_least", 50), "age": age}
    label = dict.fromkeys(city().languages, f"< {age}")
    return read_reserve({"seats": seats, "rule": rule, "label": label}, capacity, "/reserve")


def _page(view: CallView, number: int | None, fault: str, typed: dict[str, str] | None = None) -> str:
    call = view.call
    editable = call.state in EDITABLE and view.may_run
    chosen = next((lot for lot in view.lots if lot.number == number), None)
    spaces = call_lots.candidates(services().unit_of_work(), actor(), call.code, now().date()) if editable else []
    problems = {one.lot: one for one in view.checks if one.lot is not None}
    return render_template(
        "desk/calls/lots.html",
        frame=frame_of(call, view.progress, "desk.call_lots", _("Lots")),
        call=call,
        lots=[_row(lot, problems.get(lot.number)) for lot in view.lots],
        editable=editable,
        may_withdraw=view.may_run and call.frozen is not None,
        number=chosen.number if chosen else None,
        values=typed or (_values(chosen) if chosen else _defaults(view)),
        spaces=[(one.offer.space.slug, _named(one)) for one in spaces],
        fault=fault,
    )


def _named(one: Candidate) -> str:
    offer = one.offer
    area = _("%(area)s m²", area=number_text(offer.area_m2)) if offer.area_m2 else ""
    missing = ", ".join(problem_text(code) for code in one.problems)
    taken = _("in another call") if offer.space.availability_state == AvailabilityState.IN_CALL else ""
    return " · ".join(filter(None, (offer.space.name, area, offer.area_name or "", missing, taken)))


def _row(lot: Lot, check: Check | None) -> dict[str, Any]:
    facts = [
        _("%(first)s to %(last)s", first=date_text(lot.starts_on), last=date_text(lot.ends_on)),
        lot.unit or "",
        _("%(count)s seats", count=number_text(lot.capacity)) if lot.capacity > 1 else "",
        _("keys from %(day)s", day=date_text(lot.pre_access_from)) if lot.pre_access_from else "",
    ]
    reserve = ""
    if lot.reserve is not None:
        rule = rule_text(lot.reserve.rule, {}, {})
        reserve = _("%(count)s reserved: %(rule)s", count=number_text(lot.reserve.seats), rule=rule)
    return {
        "number": lot.number,
        "name": lot.name or lot.slug,
        "slug": lot.slug,
        "text": " · ".join(filter(None, facts)),
        "reserve": reserve,
        "withdrawn": lot.withdrawn_reason or "" if lot.withdrawn_at else None,
        "problems": ", ".join(problem_text(code) for code in check.problems) if check else "",
        "unseen": check is not None and not _BY_A_VISIT.isdisjoint(check.problems),
        "checked": check is not None,
    }


def _values(lot: Lot) -> dict[str, str]:
    reserve = lot.reserve
    area = lot.overrides.get("usable_area_m2")
    return {
        "space": lot.slug, "unit": lot.unit or "", "capacity": str(lot.capacity),
        "starts_on": lot.starts_on.isoformat(), "ends_on": lot.ends_on.isoformat(),
        "pre_access_from": lot.pre_access_from.isoformat() if lot.pre_access_from else "",
        "area": f"{area:g}" if isinstance(area, int | float) else "",
        "reserve_seats": str(reserve.seats) if reserve else "",
        "reserve_kind": f"under_{reserve.rule.age}" if reserve and reserve.rule.age else "under_35",
        "reserve_least": str(reserve.rule.least) if reserve else "",
    }  # fmt: skip


def _defaults(view: CallView) -> dict[str, str]:
    """Return the period of the last lot, since most lots of a call share it."""
    last = view.lots[-1] if view.lots else None
    if last is None:
        return {"capacity": "1", "reserve_kind": "under_35"}
    return _values(last) | {"space": "", "unit": "", "area": ""}
