"""The app factory: joins services, languages, accounts, headers, errors and the blueprints."""

from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from mapsvc.bootstrap import Services
from mapsvc.web import (
    accounts,
    current,
    folium_elements,
    headers,
    i18n,
    labels,
    limits,
    problems,
    static_files,
    strictness,
)
from mapsvc.web.blueprints import blueprints

# A document of an application has up to 25 MB; a photo of 25 megapixels as JPEG and a register stay below that.
_LARGEST_REQUEST = 27 * 1024 * 1024
_LARGEST_FORM = 512 * 1024


def create_app(services: Services) -> Flask:
    """Return the web application on these services."""
    app = Flask("mapsvc.web", static_folder=None)
    app.extensions["mapsvc"] = services
    app.config.update(
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_FORM,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "application/problem+json",
                            "image/svg+xml", "application/atom+xml", "application/geo+json", "text/csv"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_ALGORITHM=["br", "gzip"],
    )  # fmt: skip
    if services.settings.trusted_proxies:
        hops = services.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    folium_elements.install()
    Compress(app)
    accounts.install(app, services)
    i18n.install(app)
    labels.install(app)
    headers.install(app)
    limits.install(app, services)
    problems.install(app)
    strictness.install(app)
    static_files.install(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    app.context_processor(_context)
    app.teardown_appcontext(current.forget)
    return app


def _context() -> dict[str, Any]:
    city = current.city()
    return {
        "lang": i18n.language(),
        "city": city,
        "actor": current.actor(),
        "is_demonstration": city.demonstration,
        "accent_url": "/accent.css" if city.accent else None,
        "source_url": "https://github.com/mapsvc/mapsvc",
    }
