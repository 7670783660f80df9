"""Security headers of every answer, and the nonce that lets a page's own scripts run."""

import secrets
from datetime import UTC, datetime, time, timedelta

from flask import Flask, Response, g, request

from mapsvc.web.current import now, services

_QUIET = "accelerometer=(), camera=(), geolocation=(self), microphone=(), payment=(), usb=()"


def install(app: Flask) -> None:
    """Send the headers with every answer and offer `csp_nonce()` to templates."""
    app.after_request(_protect)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def csp_nonce() -> str:
    """Return the nonce of this answer."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    nonce: str = g.nonce
    return nonce


def _tiles() -> str:
    """Return the source of background pictures, as a Content-Security-Policy wants it."""
    url = services().settings.basemap_url
    if not url:
        return ""
    scheme, _, rest = url.partition("://")
    host = rest.split("/", 1)[0].replace("{s}", "*")
    return f" {scheme}://{host}"


def _protect(response: Response) -> Response:
    embed = request.blueprint == "embed"
    script = "'self'" if embed else f"'nonce-{csp_nonce()}'"
    style = "'self'" if embed else f"'self' 'nonce-{csp_nonce()}'"
    ancestors = "*" if embed and request.endpoint == "embed.show" else "'self'"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src 'self' data: blob:{_tiles()}; "
        f"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}; "
        "frame-src 'self'; manifest-src 'self'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    # A page with a private address has already asked for more.
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    response.headers["Permissions-Policy"] = _QUIET
    if not embed:
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def kept_today(seconds: int) -> str:
    """Return a Cache-Control for what may be kept so long, but never into the next UTC day, when statuses turn."""
    midnight = datetime.combine(now().date() + timedelta(days=1), time(), UTC)
    return f"public, max-age={min(seconds, int((midnight - now()).total_seconds()))}"
