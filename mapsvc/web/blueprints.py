"""Every blueprint of the application, in the order of the product's screens."""

from flask import Blueprint


def blueprints() -> list[Blueprint]:
    """Return all blueprints."""
    from mapsvc.web import (
        areas,
        calls,
        collectives,
        data,
        embed,
        flags,
        feeds,
        groups,
        home,
        initiatives,
        invitations,
        looks,
        maps,
        mark,
        matching,
        needs,
        owners,
        pacts,
        pages,
        personal_data,
        photos,
        places,
        reminders,
        reports,
        spaces,
        stickers,
        subscriptions,
    )
    from mapsvc.web.desk import screens as desk

    return [
        home.bp,
        places.bp,
        spaces.bp,
        owners.bp,
        photos.bp,
        stickers.bp,
        looks.bp,
        areas.bp,
        subscriptions.bp,
        feeds.bp,
        initiatives.bp,
        pacts.bp,
        collectives.bp,
        matching.bp,
        needs.bp,
        calls.bp,
        data.bp,
        mark.bp,
        reports.bp,
        flags.bp,
        reminders.bp,
        groups.bp,
        maps.bp,
        embed.bp,
        pages.bp,
        personal_data.bp,
        desk.bp,
        invitations.bp,
    ]
