"""Erasing at the desk: an account, or what was left with an address, because the person asked for it."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.erasures import SubjectKind
from mapsvc.domain.errors import Invalid
from mapsvc.usecases.erasures import erase_for_the_office
from mapsvc.usecases.people import clean_email
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk.blueprint import bp


@bp.post("/people/<int:user_id>/erase")
def people_erase(user_id: int) -> ResponseReturnValue:
    """Erase an account."""
    return _erase(SubjectKind.USER, str(user_id))


@bp.post("/people/erase-address")
def people_erase_address() -> ResponseReturnValue:
    """Erase what was left with an address without an account."""
    email = clean_email(request.form.get("email", ""))
    if not email:
        raise Invalid("give the address", "/email", code="required")
    return _erase(SubjectKind.CONTACT, email)


def _erase(kind: SubjectKind, name: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    erase_for_the_office(services().unit_of_work(), services(), actor(), kind, name, reason, now())
    flash(_("Erased. It holds after a restore of an older backup as well."), "ok")
    return redirect(url_for("desk.people"), 303)
