"""Every blueprint of the application, in the order of the product's screens."""

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """Return all blueprints."""
    from mapsvc.web import embed, groups, home, maps, mark, pages, places, reports

    return [home.bp, places.bp, mark.bp, reports.bp, groups.bp, maps.bp, embed.bp, pages.bp]
