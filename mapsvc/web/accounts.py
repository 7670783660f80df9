"""Signing in and out, by Flask-Security-Too with argon2; what an account may do is asked of its grants."""

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from flask_security import Security
from flask_wtf.csrf import CSRFProtect

from mapsvc.bootstrap import Services

csrf = CSRFProtect()


def install(app: Flask, services: Services) -> None:
    """Set Flask-Security-Too up on the service's engine, without registration: accounts are by invitation."""
    store, session = services.account_store()
    app.config.update(_settings(services))
    app.extensions["mapsvc_security"] = Security(app, store)
    app.extensions["mapsvc_account_session"] = session
    # Sessions are the only way in. Flask-Security would look for a token in the JSON of every request as well, which
    # nobody has here, and read a body on the way that no limit of ours has seen.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]  # added by Flask-Login
    csrf.init_app(app)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        session.remove()


def _settings(services: Services) -> dict[str, Any]:
    settings = services.settings
    return {
        "SECRET_KEY": settings.secret_key,
        "SECURITY_PASSWORD_SALT": settings.password_salt,
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_REGISTERABLE": False,
        "SECURITY_RECOVERABLE": False,
        "SECURITY_CHANGEABLE": True,
        # Nothing here asks for the password a second time; without this Flask-Security serves /verify in its own looks.
        "SECURITY_FRESHNESS": timedelta(minutes=-1),
        "SECURITY_TRACKABLE": False,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_POST_LOGIN_VIEW": "/account",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_UNAUTHORIZED_VIEW": None,
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_I18N_DIRNAME": ["builtin"],
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_ANONYMOUS_USER_DISABLED": False,
        "SECURITY_MSG_LOGIN": (_l("You are signed in."), "success"),
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": services.settings.public_url.startswith("https://"),
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": services.settings.public_url.startswith("https://"),
        "WTF_CSRF_TIME_LIMIT": None,
        # Pages behind a private link send no referrer; the token in the session is what protects their forms.
        "WTF_CSRF_SSL_STRICT": False,
    }
