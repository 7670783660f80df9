"""Every blueprint of the application, in the order of the product's screens."""

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """Return all blueprints."""
    from mapsvc.web import home, pages, places

    return [home.bp, places.bp, pages.bp]
