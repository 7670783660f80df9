"""A small town for the tests of what keeps the map fresh: two neighbourhoods of one city, a clock that stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from flask import Flask

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.imports import AreaRecord, Batch
from mapsvc.jobs import worker
from mapsvc.notify.messages import Message
from mapsvc.web.app import create_app
from tests.builders import SOURCE, TODAY, Builder, square


def found(settings: Settings, days_later: int = 0) -> Iterator[Builder]:
    """Yield a builder with a city and two neighbourhoods."""
    services = build(replace(settings, today=(TODAY + timedelta(days=days_later)).isoformat()))
    make = Builder(services)
    make.begin((AreaRecord("c", "Testville", "city", "", square(7.6, 45.0, 0.1)),))
    # A part is loaded after the city that it lies in.
    north = AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05), "c")
    make.load(Batch(SOURCE, areas=(north, AreaRecord("s", "South", "neighbourhood", "", square(7.6, 45.0), "c"))))
    make.areas = {row.slug: row.id for row in make.rows("SELECT slug, id FROM areas")}
    yield make
    services.engine.dispose()


def later(make: Builder, days: int) -> Builder:
    """Return the same town that many days after `TODAY`."""
    settings = replace(make.services.settings, today=(TODAY + timedelta(days=days)).isoformat())
    return Builder(build(settings), make.areas)


def app_of(make: Builder) -> Flask:
    """Return the application without the tokens of sessions, which a test of forms need not repeat."""
    app = create_app(make.services)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def settle(make: Builder) -> None:
    """Let an hour pass for the news that were noted so far, and for who was told before."""
    make.write("UPDATE space_news SET noted_at = noted_at - interval '1 hour'")
    make.write("UPDATE subscriptions SET told_until = told_until - interval '1 hour'")


def sent(make: Builder) -> list[Message]:
    """Send what waits and return every mail that ever left."""
    while worker.run_now(make.services, "send-mail")["sent"]:
        pass
    return make.services.mailer.sent  # type: ignore[attr-defined,no-any-return]
