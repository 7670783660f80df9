"""Pages about the service itself: accessibility, privacy, the accent colour of the deployment, one's own account."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import auth_required

from mapsvc.domain.errors import Invalid
from mapsvc.web import accent, personal_words
from mapsvc.web.current import actor, city, now, services

bp = Blueprint("pages", __name__)


@bp.get("/accessibility")
def accessibility() -> str:
    """Show the accessibility statement."""
    return render_template("pages/accessibility.html")


@bp.get("/privacy")
def privacy() -> str:
    """Show the privacy notice."""
    return render_template("pages/privacy.html", notice=personal_words.notice())


@bp.get("/components")
def components() -> str:
    """Show every component in one page, for whoever designs with them."""
    return render_template("components.html")


@bp.get("/accent.css")
def accent_css() -> Response:
    """Answer the four accent tokens of the deployment."""
    colour = city().accent
    if colour is None:
        abort(404)
    return Response(accent.stylesheet(colour), mimetype="text/css", headers={"Cache-Control": "public, max-age=300"})


@bp.get("/account")
@auth_required("session")
def account() -> str:
    """Show one's own account: name, roles, language."""
    with services().unit_of_work() as uow:
        user_id = actor().user_id
        found = uow.people.get(user_id) if user_id is not None else None
    return render_template("pages/account.html", account=found)


@bp.post("/account/language")
@auth_required("session")
def account_language() -> ResponseReturnValue:
    """Remember the language of one's account."""
    code = request.form.get("lang", "")
    user_id = actor().user_id
    if code not in city().languages or user_id is None:
        raise Invalid("choose one of the listed languages", "/lang", code="unknown_value", value=code)
    with services().unit_of_work() as uow:
        uow.people.set_lang(user_id, code)
        uow.audit.add(actor(), "edited", "user", user_id, after={"lang": code}, at=now())
        uow.commit()
    return redirect(url_for("pages.account", lang=code))
