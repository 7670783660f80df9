"""Alerts of collectives: on and off by whoever speaks for them, off by the link of a mail; and the "we still exist"."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.collectives import PUBLIC_STATES, Collective
from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.usecases import collective_states, fit_alerts
from mapsvc.web.accounts import csrf
from mapsvc.web.current import actor, now, services
from mapsvc.web.limits import ANSWER, limiter
from mapsvc.web.matching import market, signed_in

bp = Blueprint("fit_alerts", __name__)
_LONGEST_TOKEN = 100


@bp.post("/collectives/<slug>/alerts")
@signed_in
def switch(slug: str) -> ResponseReturnValue:
    """Turn the alerts of a collective on or off."""
    wanted = request.form.get("wanted", "")
    if wanted not in ("0", "1"):
        raise Invalid("choose one of the listed values", "/wanted", code="unknown_value", value=wanted)
    on = wanted == "1"
    fit_alerts.set_alerts(services().unit_of_work(), market(), actor(), slug, wanted=on, now=now())
    flash(_("You get a mail when a new space fits.") if on else _("No more mails about new spaces."), "ok")
    return redirect(url_for("matching.collective", slug=slug))


@bp.get("/collectives/alerts/<token>")
def end_page(token: str) -> str:
    """Ask for the one tap that ends the alerts; programs that open every link of a mail end nothing."""
    found = _found(token)
    return render_template("collectives/mail.html", token=token, found=found, kind="alerts", done=not found.alerts)


# A mail program sends this on its own (RFC 8058): it has no session, so the token alone is what protects it.
@bp.post("/collectives/alerts/<token>")
@csrf.exempt
@limiter.limit(ANSWER)
def end(token: str) -> str:
    """End the alerts; sent twice it answers the same."""
    found = fit_alerts.end_alerts(services().unit_of_work(), _id(token), now())
    return render_template("collectives/mail.html", token=token, found=found, kind="alerts", done=True)


@bp.get("/collectives/here/<token>")
def here_page(token: str) -> str:
    """Ask for the one tap that says that a collective still exists."""
    found = _open(_found(token))
    return render_template("collectives/mail.html", token=token, found=found, kind="here", done=False)


@bp.post("/collectives/here/<token>")
@limiter.limit(ANSWER)
def here(token: str) -> str:
    """Note that a collective still exists."""
    found = collective_states.still_here(services().unit_of_work(), _id(token), now())
    return render_template("collectives/mail.html", token=token, found=found, kind="here", done=True)


def _id(token: str) -> UUID:
    found = services().collective_of_token(token) if len(token) <= _LONGEST_TOKEN and token.isascii() else None
    if found is None:
        raise NotFound("there is no such link")
    return found


def _found(token: str) -> Collective:
    return fit_alerts.find(services().unit_of_work(), _id(token))


def _open(found: Collective) -> Collective:
    if found.state not in PUBLIC_STATES:
        raise NotFound("there is no such collective")
    return found
