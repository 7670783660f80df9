"""One's own data: a page and a download for an account, a download for a report, and erasing both."""

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import auth_required, current_user, logout_user, verify_password

from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.usecases import erasures, personal_data
from mapsvc.usecases.personal_data import PersonalExport
from mapsvc.web.current import actor, now, services
from mapsvc.web.limits import SIGN_IN, UPLOAD, limiter
from mapsvc.web.messages import sentence

bp = Blueprint("personal_data", __name__)
_LONGEST_TOKEN = 64
_LONGEST_PASSWORD = 1000


@bp.after_request
def never_kept(response: Response) -> Response:
    """Return the answer so that no cache keeps it and no other page learns its address."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@bp.get("/account/data")
@auth_required("session")
def show() -> ResponseReturnValue:
    """Show what is held about one's account, how to get it, and how to erase it."""
    return _page()


@bp.get("/account/data.zip")
@auth_required("session")
@limiter.limit(UPLOAD)
def account_archive() -> Response:
    """Answer everything about one's account."""
    return _archive(personal_data.export_account(services().unit_of_work(), actor(), now()), "account")


@bp.post("/account/erase")
@auth_required("session")
@limiter.limit(SIGN_IN)
def erase_account() -> ResponseReturnValue:
    """Erase one's account after asking for its password again."""
    if not _knows_password(request.form.get("password", "")[:_LONGEST_PASSWORD]):
        return _page(_("This is not your password. Nothing was erased."))
    try:
        erasures.erase_account(services().unit_of_work(), services(), actor(), now())
    except Conflict as error:
        return _page(sentence(error))
    logout_user()
    return redirect("/erased", 303)


@bp.get("/r/<token>/data.zip")
@limiter.limit(UPLOAD)
def report_archive(token: str) -> Response:
    """Answer everything about the report of a private link."""
    return _archive(personal_data.export_report(services().unit_of_work(), _plausible(token), now()), "report")


@bp.post("/r/<token>/erase")
@limiter.limit(SIGN_IN)
def erase_report(token: str) -> ResponseReturnValue:
    """Erase the report of a private link."""
    if request.form.get("sure") != "yes":
        raise Invalid("say that you are sure", "/sure", code="required")
    erasures.erase_report(services().unit_of_work(), services(), _plausible(token), now())
    return redirect("/erased", 303)


@bp.get("/erased")
def erased() -> str:
    """Say that it is done, and what is left."""
    return render_template("personal/erased.html")


def _page(error: str = "") -> Response:
    held = personal_data.export_account(services().unit_of_work(), actor(), now())
    counts = {table: len(rows) for table, rows in held.rows.items()}
    page = render_template("personal/account.html", counts=counts, photos=len(held.photo_ids), error=error)
    return make_response(page, 422 if error else 200)


def _knows_password(password: str) -> bool:
    stored = current_user.password
    normalised = current_app.extensions["security"]._password_util.normalize(password)
    return bool(stored and normalised and verify_password(normalised, stored))


def _archive(held: PersonalExport, name: str) -> Response:
    file_name = f"{name}-{held.made_at:%Y-%m-%d}.zip"
    archive = services().personal_archive(held)
    return send_file(archive, mimetype="application/zip", as_attachment=True, download_name=file_name)


def _plausible(token: str) -> str:
    if len(token) > _LONGEST_TOKEN or not token.isascii():
        raise NotFound("there is no such link")
    return token
