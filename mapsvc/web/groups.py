"""Community groups: the list, asking for one, a group's page, which is also the workspace of its curators."""

from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import auth_required

from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.domain.groups import Group
from mapsvc.domain.maps import CuratedMap
from mapsvc.domain.people import Action, allows
from mapsvc.spatial import areas, maps
from mapsvc.usecases.group_requests import GroupRequest, request_group
from mapsvc.web.current import actor, connection, now, services
from mapsvc.web.limits import limited
from mapsvc.web.messages import sentence

bp = Blueprint("groups", __name__)
_FIELDS = ("name", "about", "website", "area", "key")


@bp.get("/groups")
def index() -> str:
    """List the approved groups, and to whoever asked for one that it waits."""
    return render_template("groups/index.html", groups=maps.groups(connection()), waiting=_waiting())


def _waiting() -> list[Group]:
    if not actor().signed_in:
        return []
    with services().unit_of_work() as uow:
        return [group for group in uow.groups.waiting() if group.requested_by == actor().user_id]


@bp.get("/groups/new")
@auth_required("session")
def new() -> str:
    """Show the form that asks for a group."""
    return _form({"key": str(uuid4())}, {})


@bp.post("/groups/new")
@auth_required("session")
@limited("10 per hour")
def ask() -> ResponseReturnValue:
    """Store the wish for a group; an officer of the area decides."""
    values = {name: request.form.get(name, "") for name in _FIELDS}
    try:
        area = maps.area_id(connection(), values["area"]) if values["area"] else None
        if values["area"] and area is None:
            raise Invalid("there is no such area", "/area", code="unknown_value", value=values["area"])
        wish = GroupRequest(idempotency_key(values["key"]), values["name"], values["about"], values["website"], area)
        request_group(services().unit_of_work(), actor(), wish, now())
    except Invalid as error:
        return _form(values, {error.pointer.strip("/"): field_sentence(error)}), 422
    flash(_("Your group was asked for. An officer looks at it; you will find it here."), "ok")
    return redirect(url_for("groups.index"))


def _form(values: dict[str, str], errors: dict[str, str]) -> str:
    named = [(row["slug"], row["name"]) for row in areas.names(connection())]
    return render_template("groups/new.html", values=values, errors=errors, areas=named)


@bp.get("/groups/<slug>")
def show(slug: str) -> str:
    """Show a group with its public maps; its curators see all its maps and can make one."""
    group = maps.group(connection(), slug)
    if group is None:
        raise NotFound("there is no such group")
    own: list[CuratedMap] | None = None
    if allows(actor(), Action.EDIT_MAP, group_id=group["id"]):
        with services().unit_of_work() as uow:
            own = uow.maps.of_group(group["id"])
    return render_template("groups/show.html", group=group, maps=maps.listed(connection(), slug), own=own)


def idempotency_key(value: str) -> UUID:
    """Return the key that a form carried; raise Invalid when it is none."""
    try:
        return UUID(value)
    except ValueError:
        raise Invalid("the form is too old", "/key", code="form_key") from None


def field_sentence(error: Invalid) -> str:
    """Return what is wrong with a field, in words that stand beside it."""
    known = {
        "required": _("Please fill this in."),
        "website": _("This is no web address. It looks like https://example.org."),
        "form_key": _("The form is too old. Open it again."),
        "text_length": _("At most %(count)s characters.", count=error.params.get("longest", "")),
    }
    return known.get(error.code) or sentence(error)
