"""The door of the desk: whoever is not signed in goes to sign in first, whoever has no business here gets 403."""

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Forbidden
from mapsvc.domain.people import Action, holds_anywhere
from mapsvc.spatial.desk_scope import Scope
from mapsvc.web.current import actor
from mapsvc.web.problems import problem, wants_json

_FOR_AUDITORS = frozenset(
    {
        "desk.audit", "desk.audit_export", "desk.calls", "desk.match_runs", "desk.match_run", "desk.call_archive",
        "desk.call_snapshot", "desk.call_record", "desk.call_record_xlsx",
    }
)  # fmt: skip

bp = Blueprint("desk", __name__, url_prefix="/desk")


@bp.before_request
def guard() -> ResponseReturnValue | None:
    """Let nobody in who does not use the desk; scopes by area are asked where something is read or done."""
    asking = actor()
    if not asking.signed_in:
        if wants_json():
            return problem(401, _("Sign in first. Nothing was saved."), code="sign_in")
        # Only the page itself can be opened again after signing in; what a form sent would be lost twice.
        page = request.full_path.rstrip("?") if request.method == "GET" else request.path
        return redirect("/login?" + _query(page))
    if not asking.uses_desk:
        raise Forbidden("the desk is for the office", code="forbidden")
    if not holds_anywhere(asking, Action.SEE_REGISTER) and request.endpoint not in _FOR_AUDITORS:
        if request.endpoint == "desk.queue":
            return redirect(url_for("desk.audit"))
        raise Forbidden("auditors read the history and archived runs, nothing else", code="forbidden")
    return None


@bp.after_request
def never_kept(response: Response) -> Response:
    """Tell browsers and proxies to keep nothing of the desk: it shows what is not public."""
    response.headers["Cache-Control"] = "no-store"
    return response


def scope(action: Action = Action.SEE_REGISTER) -> Scope:
    """Return where the present account may do `action`."""
    return Scope.of(actor(), action)


def _query(page: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"next": page})
