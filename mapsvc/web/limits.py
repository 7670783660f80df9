"""Rate limits per network and per account that hold across workers, because their counters are in the database."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Flask, Response, g
from flask_limiter import Limiter

from mapsvc.bootstrap import RATE_LIMIT_SCHEME as SCHEME
from mapsvc.bootstrap import Services
from mapsvc.web.current import actor, network, services

#: New places: M7 of the moderation rules, per account or network.
MARK = "30 per hour; 60 per day"
#: One-tap answers: somebody who walks a street answers often.
ANSWER = "120 per hour"
#: Requests that make us write to an address nobody has confirmed.
SUBSCRIBE = "10 per hour; 30 per day"
#: Flags: nobody finds more wrong in an hour; what one hides at once has its own limit (M11).
FLAG = "20 per hour"
#: Messages of owners: an objection hides a place before anybody looks, so that no network may send many of them.
OWNER = "5 per day"
#: Collectives that one account registers: somebody helps several groups, nobody helps hundreds.
REGISTER = "10 per hour; 30 per day"
#: Attempts to sign in that fail; whole offices share one network and sign in rightly.
SIGN_IN = "10 per minute; 60 per hour"
#: Files that are read and checked.
UPLOAD = "60 per hour"
#: Applications that are begun: a neighbourhood house helps several groups on one evening.
APPLY = "20 per hour; 60 per day"
#: Parts of an application, which the page saves while somebody writes.
SAVE = "1500 per hour"


def who() -> str:
    """Return the account, or a salted hash of the network; no address is stored."""
    asking = actor()
    if asking.user_id is not None:
        return f"user:{asking.user_id}"
    day = datetime.now(UTC).date()
    seen = f"{day}|{network()}"
    return "net:" + hmac.new(services().settings.secret_key.encode(), seen.encode(), hashlib.sha256).hexdigest()[:24]


limiter = Limiter(key_func=who, headers_enabled=True)


def install(app: Flask, services: Services) -> None:
    """Count in the service's database; the switch is for load tests only."""
    # Registered before the limiter, so that it runs after it: the limiter names the end of its own window otherwise.
    app.after_request(_own_wait)
    app.config["RATELIMIT_ENABLED"] = services.settings.rate_limits
    app.config["RATELIMIT_STORAGE_URI"] = f"{SCHEME}://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"engine": services.engine}
    app.config["RATELIMIT_STRATEGY"] = "fixed-window"
    app.config["RATELIMIT_SWALLOW_ERRORS"] = False
    limiter.init_app(app)
    # The view is Flask-Security's own, so it cannot be decorated where it stands.
    sign_in = limiter.limit(SIGN_IN, methods=["POST"], deduct_when=_not_signed_in)
    view = app.view_functions["security.login"]
    app.view_functions["security.login"] = sign_in(view)  # type: ignore[assignment]  # the library's type is wider


def _own_wait(response: Response) -> Response:
    """Name the wait that the page itself asked for in `g.wait_s`, instead of the limiter's."""
    if "wait_s" in g:
        response.headers["Retry-After"] = str(g.wait_s)
    return response


def _not_signed_in(response: Response) -> bool:
    return response.status_code != HTTPStatus.FOUND


limited: Callable[..., Callable[..., object]] = limiter.limit
