"""Marking what is a home: nothing of it becomes a place; the office gets a message, and the person a kind answer."""

from uuid import UUID

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from mapsvc.domain.errors import Invalid
from mapsvc.domain.office_messages import LIVED_IN
from mapsvc.domain.spaces import AssetKind
from mapsvc.usecases.office_messages import LivedIn, tell_office
from mapsvc.web.current import actor, now, services
from mapsvc.web.mark_draft import Draft
from mapsvc.web.problems import wants_json


def is_home(draft: Draft) -> bool:
    """Tell whether the draft is about a home: somebody lives there, or it is a house or a flat."""
    return draft.claim == LIVED_IN or (not draft.space and draft.kind == AssetKind.HOUSE)


def send(draft: Draft) -> ResponseReturnValue:
    """Store a message to the office and nothing else: no photo, no address, no private link.

    Raises NotFound for a record that is not public, Invalid for a lost key or what cannot be stored.
    """
    if draft.key != request.form.get("key", "").strip().lower():
        raise Invalid("the form has lost its key", "/key", code="key_reused")
    lon, lat = (0.0, 0.0) if draft.space else draft.position()
    said = LivedIn(UUID(draft.key), space=draft.space, lon=lon, lat=lat, note=draft.note)
    tell_office(services().unit_of_work(), actor(), said, now())
    address = url_for("mark.home")
    return (jsonify(url=address), 201) if wants_json() else redirect(address, 303)
