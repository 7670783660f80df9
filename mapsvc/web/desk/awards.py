"""`/desk/calls/<code>/awards`: every lot with its holder, the life of its offer, who comes next, and what is to do."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.awards import LONGEST_OFFER, OFFER_DAYS, SHORTEST_OFFER
from mapsvc.domain.errors import Conflict, DomainError, Invalid, NotFound, Stale
from mapsvc.domain.match_runs import RunKind
from mapsvc.usecases import (
    award_boards,
    award_conditions,
    award_contracts,
    award_sending,
    awards,
    call_lots,
    match_runs,
)
from mapsvc.usecases.award_boards import AwardBoard
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.desk import award_rows
from mapsvc.web.desk.award_forms import given_day, given_id, given_number, note_of
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.call_nav import frame_of
from mapsvc.web.messages import sentence
from mapsvc.web.problems import status_of, wants_json

_HERE = "desk.awards"
#: What refuses an action although the officer may take it; the page comes again with what was typed.
_REFUSED = (Invalid, Conflict, Stale)


@bp.get("/calls/<code>/awards", endpoint="awards")
def overview(code: str) -> ResponseReturnValue:
    """Show how far the awards of a call are, lot by lot."""
    return _overview(code)


def _overview(code: str, error: DomainError | None = None) -> ResponseReturnValue:
    board = _board(code)
    rows = [award_rows.lot_row(one, board, now()) for one in board.lots]
    page = render_template(
        "desk/awards/list.html",
        frame=frame_of(board.call, board.progress, _HERE, _("Awards")),
        board=board,
        rows=rows,
        summary=award_rows.summary(board),
        days=request.form.get("days") or board.call.definition.offer_life_days or OFFER_DAYS,
        bounds=(SHORTEST_OFFER, LONGEST_OFFER),
        run_url=_run_url(board),
        fault=sentence(error) if error else "",
        sendable=board.call.state in ("final", "contracting"),
    )
    return page, status_of(error) if error else 200


def _board(code: str) -> AwardBoard:
    return award_boards.board(services().unit_of_work(), actor(), code, now())


def _run_url(board: AwardBoard) -> str:
    return url_for("desk.match_run", code=board.call.code, run_id=board.under_way.id) if board.under_way else ""


@bp.post("/calls/<code>/awards/send")
def awards_send(code: str) -> ResponseReturnValue:
    """Send every offer that is due."""
    try:
        count = award_sending.send_offers(services().unit_of_work(), actor(), code, now(), days=given_number("days"))
    except _REFUSED as error:
        return _again(error, lambda fault: _overview(code, fault))
    return _done(ngettext("%(num)s offer is on its way.", "%(num)s offers are on their way.", count), code)


@bp.post("/calls/<code>/awards/rerun")
def awards_rerun(code: str) -> ResponseReturnValue:
    """Freeze and compute the match again without those who left; a director adopts it."""
    forget()
    try:
        record = match_runs.freeze(services().unit_of_work(), actor(), code, now(), RunKind.RERUN)
        match_runs.compute(services().unit_of_work(), actor(), record.id, record.version, now())
    except _REFUSED as error:
        return _again(error, lambda fault: _overview(code, fault))
    flash(_("Computed again with the same seed. Review it, then a director adopts it."), "ok")
    return redirect(url_for("desk.match_run", code=code, run_id=record.id), 303)


@bp.get("/calls/<code>/awards/<int:number>")
def award(code: str, number: int) -> ResponseReturnValue:
    """Show one lot: its holder, what is open, contract, keys, and its past offers."""
    return _lot(code, number)


def _lot(code: str, number: int, error: DomainError | None = None) -> ResponseReturnValue:
    board = _board(code)
    found = board.lot(number)
    heading = _("Lot %(number)s: %(name)s", number=number, name=found.lot.name or found.lot.slug)
    page = render_template(
        "desk/awards/lot.html",
        frame=frame_of(board.call, board.progress, _HERE, heading),
        board=board,
        row=award_rows.lot_row(found, board, now()),
        seats=[award_rows.seat_detail(seat, board, now()) for seat in found.seats],
        past=[award_rows.past_offer(offer, group, board) for offer, group in found.ended],
        today=now().date().isoformat(),
        form=request.form,
        faults=_faults(error),
        fault=sentence(error) if error else "",
        versions={"call": board.call.version},
    )
    return page, status_of(error) if error else 200


def _faults(error: DomainError | None) -> dict[str, str]:
    """Return the sentence at the control that it is about."""
    return {error.pointer.strip("/"): sentence(error)} if isinstance(error, Invalid) and error.pointer else {}


@bp.post("/calls/<code>/awards/<int:number>/condition")
def award_condition(code: str, number: int) -> ResponseReturnValue:
    """Note whether a rule that the award waits for is met."""
    verb, rule, note = (request.form.get(name, "") for name in ("verb", "rule", "note"))

    def do() -> str:
        if verb not in ("met", "failed"):
            raise Invalid("there is no such finding", "/verb", code="unknown_value", value=verb[:40])
        uow, given = services().unit_of_work(), given_id("assignment")
        award_conditions.note_condition(uow, actor(), given, rule[:100], verb == "met", note, now())
        return _("Noted.") if verb == "met" else _("Noted. The offer is void; compute the match again.")

    return _act(code, number, do)


@bp.post("/calls/<code>/awards/<int:number>/revoke")
def award_revoke(code: str, number: int) -> ResponseReturnValue:
    """Take an offer back with a reason."""

    def do() -> str:
        version, reason = given_number("version") or 0, request.form.get("reason", "")
        awards.revoke(services().unit_of_work(), actor(), given_id("offer"), version, reason, now())
        return _("Taken back. The group gets a mail with the reason.")

    return _act(code, number, do)


@bp.post("/calls/<code>/awards/<int:number>/contract")
def award_contract(code: str, number: int) -> ResponseReturnValue:
    """Note that the contract is signed; a pact begins as a draft."""

    def do() -> str:
        day, act, version = given_day("signed_on"), request.form.get("act", ""), given_number("version") or 0
        award_contracts.sign(services().unit_of_work(), actor(), given_id("offer"), version, day, act, now())
        return _("Signed. The draft of the pact is made, and the premises are assigned.")

    return _act(code, number, do)


@bp.post("/calls/<code>/awards/<int:number>/handover")
def award_handover(code: str, number: int) -> ResponseReturnValue:
    """Write the report of the handover: from now on the premises are in use."""

    def do() -> str:
        award_contracts.hand_over(services().unit_of_work(), actor(), given_id("offer"), note_of(), now())
        return _("Handed over. The premises are in use.")

    return _act(code, number, do)


@bp.post("/calls/<code>/awards/<int:number>/return")
def award_return(code: str, number: int) -> ResponseReturnValue:
    """Write the report of the return, and say whether the premises are offered again."""

    def do() -> str:
        after = request.form.get("after", "")
        if after not in ("offered", "not_offered"):
            raise Invalid("say what follows", "/after", code="unknown_value", value=after[:40])
        uow, offer_id = services().unit_of_work(), given_id("offer")
        award_contracts.give_back(uow, actor(), offer_id, note_of(), now(), offer_again=after == "offered")
        return _("Given back.")

    return _act(code, number, do)


@bp.post("/calls/<code>/awards/<int:number>/withdraw")
def award_withdraw(code: str, number: int) -> ResponseReturnValue:
    """Take a lot out of the call: its offers end, and everybody who listed it is told."""

    def do() -> str:
        version, reason = given_number("version") or 0, request.form.get("reason", "")
        gone = request.form.get("premises") == "gone"
        uow = services().unit_of_work()
        call_lots.withdraw_lot(uow, actor(), code, number, version, reason, now(), premises_gone=gone)
        return _("Lot %(number)s is out of the call. The groups that listed it get a mail.", number=number)

    return _act(code, number, do)


def _act(code: str, number: int, do: Callable[[], str]) -> ResponseReturnValue:
    """Do one thing with a lot; where it is refused the page comes again and says why."""
    _belongs(code, number)
    try:
        words = do()
    except _REFUSED as error:
        return _again(error, lambda fault: _lot(code, number, fault))
    flash(words, "ok")
    return redirect(url_for("desk.award", code=code, number=number), 303)


def _belongs(code: str, number: int) -> None:
    """Raise NotFound unless what the form names is of this lot of this call."""
    board = _board(code)
    lot = board.lot(number)
    known = {str(seat.assignment.id) for seat in lot.seats} | {str(seat.offer.id) for seat in lot.seats if seat.offer}
    for name in ("offer", "assignment"):
        raw = request.form.get(name, "")
        if raw and _uuid_text(raw) not in known:
            raise NotFound("there is no such award")


def _uuid_text(raw: str) -> str:
    try:
        return str(UUID(raw))
    except ValueError:
        return ""


def _again(error: DomainError, show: Callable[[DomainError], ResponseReturnValue]) -> ResponseReturnValue:
    """Show the page again with what was typed and why it was refused."""
    if wants_json():
        raise error
    forget()
    return show(error)


def _done(words: str, code: str) -> ResponseReturnValue:
    flash(words, "ok")
    return redirect(url_for("desk.awards", code=code), 303)
