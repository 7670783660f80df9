"""From errors of the domain to HTTP, in one table: a plain page for people, RFC 9457 problem+json for programs."""

import http.client
import json
import logging
from typing import Any

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from mapsvc.bootstrap import DATABASE_AWAY, DATABASE_REFUSED
from mapsvc.domain import errors
from mapsvc.web.messages import sentence

_STATUS: tuple[tuple[type[errors.DomainError], int], ...] = (
    (errors.Invalid, 422),
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.Stale, 412),
    (errors.VersionRequired, 428),
    (errors.Conflict, 409),
    (errors.TooMany, 429),
    (errors.TooLarge, 413),
    (errors.UnsupportedType, 415),
    (errors.Unavailable, 503),
)
_RETRY_SECONDS = 5
log = logging.getLogger("mapsvc.web")


def install(app: Flask) -> None:
    """Answer every error of the domain, of HTTP and of the database; nothing else may reach a visitor."""
    app.register_error_handler(errors.Merged, _merged)
    app.register_error_handler(errors.DomainError, _domain)
    app.register_error_handler(HTTPException, _http)
    for away in DATABASE_AWAY:
        app.register_error_handler(away, _away)
    app.register_error_handler(DATABASE_REFUSED, _data)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Tell whether the caller is a program: it asked for JSON, or for an address that only answers JSON."""
    if request.path.endswith((".json", ".geojson")) or request.path == "/health":
        return True
    best = request.accept_mimetypes.best_match(
        ["text/html", "application/json", "application/problem+json"], "text/html"
    )
    return best != "text/html"


def problem(status: int, detail: str, *, pointer: str = "", code: str = "", retry_after: int | None = None) -> Response:
    """Return the error as a page or as problem+json."""
    if wants_json():
        title = http.client.responses.get(status, "")
        body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        if code:
            body["code"] = code
        if pointer:
            body["errors"] = [{"pointer": pointer, "detail": detail}]
        response = make_response(json.dumps(body), status)
        response.content_type = "application/problem+json"
    else:
        page = render_template("errors/error.html", code=status, detail=detail, retry_after=retry_after)
        response = make_response(page, status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _merged(error: errors.Merged) -> ResponseReturnValue:
    return redirect(url_for("spaces.show", slug=error.slug), 301)


def status_of(error: errors.DomainError) -> int:
    """Return the HTTP status of an error of the domain."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def _domain(error: errors.DomainError) -> Response:
    status = status_of(error)
    pointer = error.pointer if isinstance(error, errors.Invalid) else ""
    retry = error.params.get("retry_after")
    return problem(
        status, sentence(error), pointer=pointer, code=error.code, retry_after=retry if isinstance(retry, int) else None
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    response = problem(status, _detail(status))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _away(error: Exception) -> Response:
    log.warning("the database did not answer: %s", type(error).__name__)
    return problem(503, _detail(503), code="unavailable", retry_after=_RETRY_SECONDS)


def _data(error: Exception) -> Response:
    log.warning("the database refused a value: %s", type(error).__name__)
    return problem(422, _("A value cannot be stored. Nothing was saved."), code="refused")


def _unexpected(error: Exception) -> Response:
    # The rule and not the address: that of a private page is its secret.
    log.exception("unexpected error on %s", request.url_rule, exc_info=error)
    return problem(500, _detail(500), code="unexpected")


def _detail(status: int) -> str:
    details = {
        404: _("The address may be old or mistyped, or the record is not public."),
        405: _("This address does not accept that. Nothing was changed."),
        413: _("The file or the text is too large. Nothing was saved."),
        415: _("This kind of file is not accepted. Nothing was saved."),
        429: _("Too many at once. Nothing was saved; wait a little and send again."),
        500: _("Something went wrong on our side. It was noted; nothing of yours was saved."),
        503: _("The service did not answer. Not confirmed as saved; send again. It cannot arrive twice."),
    }
    return details.get(status, _("This request cannot be read. Nothing was saved."))
