"""News of an area by mail: asking for them on its page, and the private page where they are confirmed and ended."""

from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.domain.subscriptions import Rhythm, Subscription, rhythm_of
from mapsvc.spatial import areas
from mapsvc.usecases import subscriptions
from mapsvc.web.accounts import csrf
from mapsvc.web.current import connection, now, services
from mapsvc.web.i18n import date_text, language
from mapsvc.web.labels import choices
from mapsvc.web.limits import ANSWER, SUBSCRIBE, limiter
from mapsvc.web.messages import sentence
from mapsvc.web.reports import never_kept

bp = Blueprint("subscriptions", __name__)
bp.after_request(never_kept)
_LONGEST_ADDRESS = 254
_LONGEST_TOKEN = 64


@bp.get("/areas/<slug>/news")
def ask_page(slug: str) -> ResponseReturnValue:
    """Show the form alone, for links from other pages."""
    return _ask_page(_area(slug), {}, "")


@bp.post("/areas/<slug>/news")
@limiter.limit(SUBSCRIBE)
def ask(slug: str) -> ResponseReturnValue:
    """Ask an address by mail whether it wants the news; the answer is the same whatever we know about the address."""
    area = _area(slug)
    try:
        email = _address(request.form.get("email", ""))
        rhythm = rhythm_of(request.form.get("rhythm", ""))
    except Invalid as error:
        return _ask_page(area, request.form, sentence(error)), 422
    wish = subscriptions.Wish(slug, email, rhythm, language())
    subscriptions.ask(services().unit_of_work(), services().subscription_token, wish, now())
    return render_template("subscriptions/asked.html", area=area, email=email)


def _ask_page(area: Any, form: Any, error: str) -> str:
    given = {"email": form.get("email", ""), "rhythm": form.get("rhythm") or Rhythm.WEEKLY.value}
    return render_template(
        "subscriptions/ask.html", area=area, news={"choices": choices("rhythm"), "error": error, **given}
    )


def _area(slug: str) -> Any:
    area = areas.one(connection(), slug)
    if area is None:
        raise NotFound("there is no such area")
    return area


def _address(raw: str) -> str:
    email = raw.strip()
    if not email:
        raise Invalid("an address is needed", "/email", code="required")
    try:
        if len(email) > _LONGEST_ADDRESS:
            raise EmailNotValidError
        return str(validate_email(email, check_deliverability=False).normalized)
    except EmailNotValidError:
        raise Invalid("this is no mail address", "/email", code="not_an_email", value=email) from None


@bp.get("/subscriptions/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show a subscription to whoever has its link; opening it changes nothing."""
    found = _found(token)
    return _over() if found is None else _page(token, found)


@bp.post("/subscriptions/<token>/confirm")
@limiter.limit(ANSWER)
def confirm(token: str) -> ResponseReturnValue:
    """Say yes to the news."""
    found = _found(token)
    if found is None:
        return _over()
    subscriptions.confirm(services().unit_of_work(), token, now())
    flash(_("From now on you get news of %(area)s.", area=found.area_name), "ok")
    return redirect(url_for("subscriptions.show", token=token), 303)


@bp.post("/subscriptions/<token>/rhythm")
@limiter.limit(ANSWER)
def rhythm(token: str) -> ResponseReturnValue:
    """Let the news come more or less often."""
    if _found(token) is None:
        return _over()
    subscriptions.change_rhythm(services().unit_of_work(), token, rhythm_of(request.form.get("rhythm", "")))
    flash(_("Saved."), "ok")
    return redirect(url_for("subscriptions.show", token=token), 303)


@bp.get("/subscriptions/<token>/end")
def end_page(token: str) -> ResponseReturnValue:
    """Ask for the one tap that ends the news; programs that open every link of a mail end nothing."""
    found = _found(token)
    if found is None:
        return _over()
    return render_template("subscriptions/end.html", token=token, found=found)


# A mail program sends this on its own (RFC 8058): it has no session, so the token alone is what protects it.
@bp.post("/subscriptions/<token>/end")
@csrf.exempt
@limiter.limit(ANSWER)
def end(token: str) -> ResponseReturnValue:
    """End the news and forget the address; sent twice it answers the same."""
    if _plausible(token):
        subscriptions.end(services().unit_of_work(), token)
    return render_template("subscriptions/over.html", ended=True)


def _found(token: str) -> Subscription | None:
    try:
        return subscriptions.find(services().unit_of_work(), token) if _plausible(token) else None
    except NotFound:
        return None


def _plausible(token: str) -> bool:
    return len(token) <= _LONGEST_TOKEN and token.isascii()


def _over() -> ResponseReturnValue:
    return make_response(render_template("subscriptions/over.html", ended=False), 404)


def _page(token: str, found: Subscription) -> str:
    return render_template(
        "subscriptions/show.html",
        token=token,
        found=found,
        since=date_text(found.confirmed_at.date()) if found.confirmed_at else "",
        choices=choices("rhythm"),
    )
