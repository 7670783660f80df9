"""What a group says about the provisional list (`/a/<key>/observation`), and the list itself as open data."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, NotFound
from mapsvc.spatial import calls
from mapsvc.usecases import call_observations
from mapsvc.web.application_pages import look, page_of
from mapsvc.web.current import actor, connection, forget, now, services
from mapsvc.web.limits import APPLY, limiter
from mapsvc.web.messages import sentence
from mapsvc.web.problems import status_of, wants_json
from mapsvc.web.reports import never_kept

bp = Blueprint("results", __name__)


@bp.after_request
def private_answers(response: Response) -> Response:
    """Keep what belongs to one group out of every cache; the published list may stay in one."""
    return never_kept(response) if request.endpoint == "results.observe" else response


@bp.post("/a/<key>/observation")
@limiter.limit(APPLY)
def observe(key: str) -> ResponseReturnValue:
    """Keep an observation of the group; where it cannot be, the page comes again with what was typed."""
    look(key)
    forget()
    text = request.form.get("observation", "")
    try:
        call_observations.observe(services().unit_of_work(), actor(), key, _form_key(), text, now())
    except (Invalid, Conflict) as error:
        if wants_json():
            raise
        forget()
        fault = sentence(error)
        typed = {"observation": text[:8_000], "key": request.form.get("key", "")[:36]}
        return page_of(key, look(key), status=status_of(error), faults={"observation": fault}, typed=typed)
    flash(_("Sent. The office answers before the list is final."), "ok")
    return redirect(url_for("application_pages.show", key=key) + "#observations", 303)


def _form_key() -> UUID:
    raw = request.form.get("key", "")
    try:
        return UUID(raw)
    except ValueError:
        raise Invalid("this form has no key", "/key", code="unknown_value", value=raw[:40]) from None


@bp.get("/calls/<code>/results.json")
def as_json(code: str) -> Response:
    """Answer the newest published list as it went out: the SHA-256 of these bytes is the published one."""
    row = None if "\x00" in code else calls.page(connection(), code)
    found = calls.results(connection(), row["id"]) if row is not None else []
    if not found:
        raise NotFound("no list is published")
    return Response(found[0]["content"], mimetype="application/json")
