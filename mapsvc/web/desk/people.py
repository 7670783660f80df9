"""`/desk/people`: accounts with their roles, invitations, closing and opening; for administrators."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.people import Account, Action, Role, allows
from mapsvc.spatial import desk_records
from mapsvc.usecases import people as people_cases
from mapsvc.web.current import actor, city, connection, now, services
from mapsvc.web.desk.blueprint import bp, scope
from mapsvc.web.i18n import language
from mapsvc.web.labels import label
from mapsvc.web.language_names import language_name
from mapsvc.web.messages import sentence

_ROLES = (
    Role.OFFICER, Role.DIRECTOR, Role.MODERATOR, Role.TRUST_BROKER, Role.AUDITOR, Role.ADMINISTRATOR, Role.CURATOR,
    Role.MEMBER, Role.COLLECTIVE_REP,
)  # fmt: skip


@bp.get("/people")
def people() -> str:
    """Show accounts and their roles, and the form for an invitation."""
    return _page({}, "")


@bp.post("/people")
def people_invite() -> ResponseReturnValue:
    """Invite somebody by mail to a role."""
    form = request.form
    try:
        invitation = people_cases.Invitation(
            email=form.get("email", ""),
            name=form.get("name", ""),
            role=form.get("role", ""),
            scope=_scope_of(form.get("scope", "")),
            lang=form.get("lang", "") if form.get("lang", "") in city().languages else language(),
        )
        people_cases.invite(services().unit_of_work(), actor(), invitation, now())
    except Invalid as error:
        return _page(form, sentence(error)), 422
    flash(_("The invitation to %(email)s is on its way; the link works for a week.", email=form["email"]), "ok")
    return redirect(url_for("desk.people"))


@bp.post("/people/<int:user_id>")
def people_change(user_id: int) -> ResponseReturnValue:
    """Grant or take back a role, close or open an account, send the invitation again."""
    verb = request.form.get("verb", "")
    try:
        words = _change(user_id, verb)
    except (Conflict, Invalid) as error:
        return _page({}, sentence(error)), 409 if isinstance(error, Conflict) else 422
    flash(words, "ok")
    return redirect(url_for("desk.people", _anchor=f"account-{user_id}"))


def _change(user_id: int, verb: str) -> str:
    uow, form = services().unit_of_work(), request.form
    if verb == "grant":
        people_cases.grant_role(uow, actor(), user_id, form.get("role", ""), _scope_of(form.get("scope", "")), now())
        return _("The role is given.")
    if verb.startswith("revoke:") and verb[7:].isdecimal() and len(verb) < 18:
        people_cases.revoke_role(uow, actor(), user_id, int(verb[7:]), now())
        return _("The role is taken back.")
    if verb == "close":
        people_cases.set_active(uow, actor(), user_id, False, now())
        return _("The account is closed and signed out everywhere.")
    if verb == "open":
        people_cases.set_active(uow, actor(), user_id, True, now())
        return _("The account is open again.")
    if verb == "invite":
        people_cases.invite_again(uow, actor(), user_id, now())
        return _("A new invitation is on its way; the earlier link ends.")
    raise Invalid("there is no such change", "/verb", code="unknown_value", value=verb[:40])


def _scope_of(raw: str) -> people_cases.Scope:
    """Return the scope of a choice such as `area:<id>`; an empty one is the whole deployment."""
    kind, _sign, value = raw.partition(":")
    if not raw:
        return people_cases.Scope()
    try:
        chosen = UUID(value)
    except ValueError:
        raise Invalid("choose one of the listed places", "/scope", code="unknown_value", value=raw[:80]) from None
    if kind == "area":
        return people_cases.Scope(area_id=chosen)
    if kind == "group":
        return people_cases.Scope(group_id=chosen)
    if kind == "collective":
        return people_cases.Scope(collective_id=chosen)
    raise Invalid("choose one of the listed places", "/scope", code="unknown_value", value=raw[:80])


def _page(form: Mapping[str, Any], fault: str) -> str:
    people_cases.require_any(actor())
    own = scope(Action.MANAGE_PEOPLE)
    areas = desk_records.areas(connection(), own)
    with services().unit_of_work() as uow:
        accounts = uow.people.all()
        groups = [group for group in uow.groups.all() if group.state == "approved"]
        collectives = uow.collectives.looking() if own.everywhere else []
    if not own.everywhere:
        known = {row["id"] for row in areas}
        groups = [group for group in groups if group.area_id in known]
        accounts = [one for one in accounts if any(area in known for _id, _role, area, _g, _c in one.grants)]
    names: dict[UUID, str] = {row["id"]: row["name"] for row in areas}
    names |= {group.id: group.name for group in groups} | {one.id: one.name for one in collectives}
    return render_template(
        "desk/people.html",
        form=form,
        fault=fault,
        accounts=[_account(account, names) for account in accounts],
        roles=[(role.value, label("role", role.value)) for role in _ROLES],
        scopes=[
            (_("Areas"), [(f"area:{row['id']}", row["name"]) for row in areas]),
            (_("Groups"), [(f"group:{group.id}", group.name) for group in groups]),
            (_("Collectives"), [(f"collective:{one.id}", one.name) for one in collectives]),
        ],
        everywhere=own.everywhere,
        language_names=[(code, language_name(code)) for code in city().languages],
    )


def _account(account: Account, names: Mapping[UUID, str]) -> dict[str, Any]:
    grants = [
        {
            "id": grant_id,
            "text": label("role", role),
            "where": names.get(place, _("elsewhere"))
            if (place := area_id or group_id or collective_id)
            else _("everywhere"),
            "may": place is None or place in names or allows(actor(), Action.MANAGE_PEOPLE),
        }
        for grant_id, role, area_id, group_id, collective_id in account.grants
    ]
    state = _("closed") if not account.active else "" if account.confirmed else _("invited, not opened yet")
    return {
        "id": account.id,
        "name": account.name or account.email,
        "email": account.email,
        "grants": grants,
        "active": account.active,
        "confirmed": account.confirmed,
        "state": state,
        "own": account.id == actor().user_id,
        "demonstration": account.demonstration,
    }
