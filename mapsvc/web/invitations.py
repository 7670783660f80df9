"""`/invitation/<token>`: whoever was invited chooses a password; the link works once and for a week."""

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import NotFound
from mapsvc.usecases.people import accept_invitation
from mapsvc.web.current import now, services
from mapsvc.web.limits import SIGN_IN, limiter

bp = Blueprint("invitations", __name__)
_LONGEST_TOKEN = 80


@bp.get("/invitation/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the form for a password; opening the page does not use the link up, since mail programs do that too."""
    return _page(token, {})


@bp.post("/invitation/<token>")
@limiter.limit(SIGN_IN)
def accept(token: str) -> ResponseReturnValue:
    """Set the password and open the account."""
    password, again = request.form.get("password", ""), request.form.get("again", "")
    faults, password = _checked(password)
    errors = {"password": " ".join(faults)} if faults else {}
    if not errors and password != _checked(again)[1]:
        errors["again"] = _("The two passwords are not the same.")
    if errors:
        return _page(token, errors), 422
    try:
        accept_invitation(services().unit_of_work(), token[:_LONGEST_TOKEN], services().hash_password(password), now())
    except NotFound:
        return _page(token, {}, over=True), 404
    flash(_("Your account is open. Sign in with your address and the new password."), "ok")
    return redirect("/login")


def _page(token: str, errors: dict[str, str], *, over: bool = False) -> Response:
    # The token stands in the address: it must reach no other site and no cache.
    page = make_response(render_template("invitations/invitation.html", token=token, errors=errors, over=over))
    page.headers["Referrer-Policy"] = "no-referrer"
    page.headers["Cache-Control"] = "no-store"
    return page


def _checked(password: str) -> tuple[list[str], str]:
    """Return what the rules for passwords say against it, and its normalised form."""
    faults, normalised = current_app.extensions["security"]._password_util.validate(password, False)
    return [str(fault) for fault in faults or []], normalised
