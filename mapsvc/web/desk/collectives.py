"""`/desk/collectives`: groups by state; one page each to verify, suspend, lift, dissolve and endorse."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.collectives import Collective, CollectiveState, Endorsement, Move, moves_from
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale, VersionRequired
from mapsvc.domain.people import Action, allows, holds_anywhere
from mapsvc.spatial import desk_collectives
from mapsvc.usecases import collective_states
from mapsvc.web.current import actor, connection, forget, now, services
from mapsvc.web.desk.blueprint import bp, scope
from mapsvc.web.i18n import ago, date_text, number_text
from mapsvc.web.labels import label
from mapsvc.web.messages import sentence
from mapsvc.web.paging import Paging, one_of, words
from mapsvc.web.problems import wants_json

_STATES = tuple(state.value for state in CollectiveState)
_TAGS = {"active": "", "verified": "ok", "suspended": "bad", "draft": "warn", "dissolved": ""}


@bp.get("/collectives")
def collectives() -> str:
    """List collectives by words and state."""
    _allowed()
    paging, query, state = Paging.read(), words(), one_of("state", _STATES)
    rows, counts = desk_collectives.catalogue(
        connection(), scope(Action.SEE_COLLECTIVES), paging.size, paging.offset, query=query, state=state
    )
    total = counts.get(state, 0)
    return render_template(
        "desk/collectives.html", rows=[_row(row) for row in rows], query=query, state=state,
        total_text=ngettext("%(count)s collective", "%(count)s collectives", total, count=number_text(total)),
        tabs=[_tab("", counts, query, state)] + [_tab(one, counts, query, state) for one in _STATES if one in counts],
        pager=paging.links(total),
    )  # fmt: skip


@bp.get("/collectives/<slug>")
def collective(slug: str) -> str:
    """Show one collective to whoever decides about it."""
    return _page(slug)


@bp.post("/collectives/<slug>/decision")
def collective_decide(slug: str) -> ResponseReturnValue:
    """Verify, suspend, lift or dissolve a collective."""
    form = request.form
    version = form.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise VersionRequired("say which version the decision is about", code="version_required")
    try:
        move = Move(form.get("verb", ""))
    except ValueError:
        raise Invalid("choose one of the listed values", "/verb", code="unknown_value",
                      value=form.get("verb", "")) from None  # fmt: skip
    try:
        collective_states.decide(
            services().unit_of_work(), actor(), slug, move, int(version), form.get("reason", ""), now()
        )
    except (Conflict, Invalid, Stale) as error:
        return _refused(slug, error)
    forget()
    flash(_done(move), "ok")
    return redirect(url_for("desk.collective", slug=slug))


@bp.post("/collectives/<slug>/endorsements")
def collective_endorse(slug: str) -> ResponseReturnValue:
    """Publish what an organisation says for a collective, or take it back."""
    form = request.form
    taken = form.get("withdraw", "")
    try:
        if taken:
            collective_states.withdraw_endorsement(services().unit_of_work(), actor(), slug, _uuid(taken), now())
        else:
            collective_states.endorse(
                services().unit_of_work(), actor(), slug, form.get("organisation", ""), form.get("text", ""), now()
            )
    except (Conflict, Invalid) as error:
        return _refused(slug, error)
    forget()
    flash(_("It is taken back.") if taken else _("It stands on the page of the group now."), "ok")
    return redirect(url_for("desk.collective", slug=slug))


def _allowed() -> None:
    if not holds_anywhere(actor(), Action.SEE_COLLECTIVES):
        raise Forbidden("this is for the office and brokers", code="forbidden")


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise NotFound("there is no such endorsement") from None


def _refused(slug: str, error: Conflict | Invalid | Stale) -> ResponseReturnValue:
    if wants_json():
        raise error
    return _page(slug, fault=sentence(error)), 422 if isinstance(error, Invalid) else 409


def _page(slug: str, fault: str = "") -> str:
    stored, said = collective_states.desk_collective(services().unit_of_work(), actor(), slug)
    standing = desk_collectives.standing(connection(), stored.id)
    own = allows(actor(), Action.EDIT_COLLECTIVE, collective_id=stored.id)
    return render_template(
        "desk/collective.html", collective=stored, fault=fault, own=own, typed=request.form if fault else {},
        state_text=label("collective_state", stored.state), state_tag=_TAGS[stored.state],
        trust=label("collective_trust", stored.trust), facts=_facts(stored, standing),
        moves=[] if own else [move.value for move in moves_from(stored) if _may(move)],
        endorsements=[_endorsement(one) for one in said],
        calls=[_call(one) for one in standing["calls"] or []],
        heard=ago(standing["heard_at"].date()),
        noticed=date_text(stored.noticed_at.date()) if stored.noticed_at else "",
        may_endorse=not own and holds_anywhere(actor(), Action.VERIFY_COLLECTIVE),
    )  # fmt: skip


def _may(move: Move) -> bool:
    """Tell whether the account decides this anywhere; whether it does here, the use case knows."""
    if move is Move.ACTIVATE:
        return False
    action = Action.VERIFY_COLLECTIVE if move is Move.VERIFY else Action.SUSPEND_COLLECTIVE
    return holds_anywhere(actor(), action)


def _facts(stored: Collective, standing: Any) -> list[dict[str, Any]]:
    unknown = _("not stated")
    disciplines = ", ".join(label("discipline", code) for code in stored.disciplines)
    accounts = standing["accounts"]
    speaks = ngettext("%(num)s account", "%(num)s accounts", accounts) if accounts else ""
    pairs = (
        (_("Form"), label("collective_form", stored.form)),
        (_("What they do"), disciplines),
        (_("People"), _count(stored.members_count)),
        (_("Of these under 30"), _count(stored.members_under_30)),
        (_("Of these under 35"), _count(stored.members_under_35)),
        (_("Tax code or register number"), stored.legal_id),
        (_("Looks for a place in"), ", ".join(standing["districts"] or []) or standing["near"] or ""),
        (_("Who speaks for it"), speaks or (_("an address in an application") if standing["address"] else "")),
    )
    return [{"label": words, "value": value or unknown, "known": bool(value)} for words, value in pairs]


def _count(count: int | None) -> str:
    return "" if count is None else number_text(count)


def _endorsement(one: Endorsement) -> dict[str, str]:
    return {"id": str(one.id), "organisation": one.organisation, "text": one.text,
            "on": date_text(one.created_at.date())}  # fmt: skip


def _call(one: dict[str, Any]) -> dict[str, str]:
    return {"code": one["code"], "url": url_for("calls.show", code=one["code"])}


def _row(row: Any) -> dict[str, Any]:
    return {
        "url": url_for("desk.collective", slug=row["slug"]),
        "name": row["name"],
        "demonstration": row["demonstration"],
        "form": label("collective_form", row["form"]),
        "disciplines": ", ".join(label("discipline", code) for code in row["disciplines"]),
        "members": _count(row["members_count"]) or "–",
        "state_text": label("collective_state", row["state"]),
        "state_tag": _TAGS[row["state"]],
        "trust": label("collective_trust", row["trust"]) if row["trust"] != "new" else "",
        "applications": row["applications"],
        "heard": ago(row["heard_at"].date()),
        "noticed": row["noticed_at"] is not None,
    }


def _tab(state: str, counts: dict[str, int], query: str, chosen: str) -> dict[str, Any]:
    return {
        "text": label("collective_state", state) if state else _("All"),
        "url": url_for("desk.collectives", q=query or None, state=state or None),
        "on": state == chosen,
        "count": number_text(counts.get(state, 0)),
    }


def _done(move: Move) -> str:
    return {
        Move.VERIFY: _("The collective is verified. It gets a mail."),
        Move.SUSPEND: _("The collective is suspended. It gets a mail with the reason."),
        Move.LIFT: _("The suspension is lifted. The collective gets a mail."),
        Move.DISSOLVE: _("The collective is dissolved. It gets a mail with the reason."),
    }[move]
