"""`/a/<key>/award`: the group says yes or no to the lot that it is offered."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.usecases import awards
from mapsvc.web.application_pages import look, page_of
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.limits import SAVE, limiter
from mapsvc.web.messages import sentence
from mapsvc.web.problems import status_of, wants_json
from mapsvc.web.reports import never_kept

bp = Blueprint("awards", __name__)
bp.after_request(never_kept)


@bp.post("/a/<key>/award")
@limiter.limit(SAVE)
def answer(key: str) -> ResponseReturnValue:
    """Accept or decline an offer; where it cannot be, the page comes again and says why."""
    look(key)
    forget()
    uow, form = services().unit_of_work(), request.form
    try:
        offer_id = _offer_id()
        if form.get("verb") == "accept":
            awards.accept(uow, actor(), key, offer_id, now())
            flash(_("Thank you. The lot is yours once the contract is signed; the office writes to you."), "ok")
        elif form.get("verb") == "decline":
            if form.get("sure") != "1":
                raise Invalid("say that you are sure", "/sure", code="award_sure")
            awards.decline(uow, actor(), key, offer_id, form.get("reason", ""), now())
            flash(_("Declined. The lot goes to another group."), "ok")
        else:
            raise Invalid("there is no such answer", "/verb", code="unknown_value", value=form.get("verb", "")[:40])
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        forget()
        flash(sentence(error), "bad")
        return page_of(key, look(key), status=status_of(error))
    return redirect(url_for("application_pages.show", key=key) + "#award", 303)


def _offer_id() -> UUID:
    raw = request.form.get("offer", "")
    try:
        return UUID(raw)
    except ValueError:
        raise Invalid("this is no offer", "/offer", code="unknown_value", value=raw[:40]) from None
