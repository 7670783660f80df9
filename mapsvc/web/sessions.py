"""Paths that know no session: what they answer is the same for everybody, and no cookie is read or written."""

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin

#: Flask-Login asks the session on every answer; without this each embed and each tile would say `Vary: Cookie`.
WITHOUT_SESSION = ("/embed/", "/background/", "/static/")


class PartlySessionless(SecureCookieSessionInterface):
    """Flask's signed cookie, except on the paths above: there the session is empty and forgotten."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session of the request, an empty one on the paths that know none."""
        return self.session_class() if _without(request) else super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the session's cookie and `Vary` header, neither on the paths that know none."""
        if not _without(request):
            super().save_session(app, session, response)


def _without(request: Request) -> bool:
    return request.path.startswith(WITHOUT_SESSION)


def install(app: Flask) -> None:
    """Give the app this kind of session."""
    app.session_interface = PartlySessionless()
