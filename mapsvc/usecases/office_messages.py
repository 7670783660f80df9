"""A home is no vacancy: what somebody says of one becomes a message to the office, and nothing public."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.office_messages import LONGEST_NOTE, OfficeMessage
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.ports import UnitOfWork
from mapsvc.domain.spaces import RecordState, check_place
from mapsvc.domain.texts import clean_text
from mapsvc.usecases.observations import digest


@dataclass(frozen=True, slots=True)
class LivedIn:
    """What somebody says of a home: at a public record, or at a position in degrees."""

    key: UUID
    space: str = ""
    lon: float = 0.0
    lat: float = 0.0
    note: str = ""


def tell_office(uow: UnitOfWork, actor: Actor, said: LivedIn, now: datetime) -> None:
    """Store a message to the office; the same key is stored once. No place, observation, photo or link comes of it.

    Raises NotFound for a record that is not public, Invalid for a position off the map or a text that cannot be stored.
    """
    note = clean_text(said.note, "/note", LONGEST_NOTE, several_lines=True)
    if not said.space:
        check_place(said.lon, said.lat)
    with uow:
        body = digest(f"{said.space}|{said.lon}|{said.lat}|{note}")
        if uow.idempotency.claim(said.key, "office_message", body, now) is not None:
            return
        space = uow.spaces.by_slug(said.space) if said.space else None
        if said.space and (space is None or space.record_state != RecordState.PUBLISHED
                           or space.publication_precision == "hidden"):  # fmt: skip
            raise NotFound("there is no such space")
        lon, lat = (space.lon, space.lat) if space is not None else (said.lon, said.lat)
        message = OfficeMessage(
            id=new_id(),
            lon=lon,
            lat=lat,
            reporter=actor.reporter,
            created_at=now,
            note=note or None,
            area_id=next(iter(uow.areas.at(lon, lat)), None),
            space_id=space.id if space is not None else None,
        )
        uow.office_messages.add(message)
        uow.audit.add(actor, "told_office", "office_message", message.id, after={"kind": message.kind}, at=now)
        uow.idempotency.keep(said.key, {"told": True})
        uow.commit()


def read_message(uow: UnitOfWork, actor: Actor, message_id: UUID) -> OfficeMessage:
    """Return a message for the office; raise NotFound, and Forbidden outside one's areas."""
    with uow:
        return _readable(uow, actor, message_id)


def _readable(uow: UnitOfWork, actor: Actor, message_id: UUID, *, lock: bool = False) -> OfficeMessage:
    message = uow.office_messages.get(message_id, lock=lock)
    if message is None:
        raise NotFound("there is no such message")
    require(actor, Action.READ_MESSAGES, uow.areas.path(message.area_id))
    return message


def close_message(uow: UnitOfWork, actor: Actor, message_id: UUID, now: datetime) -> None:
    """Close a message when the office did what was to be done; raise NotFound, Forbidden, and Conflict when it is."""
    with uow:
        message = _readable(uow, actor, message_id, lock=True)
        if message.state != "open" or actor.user_id is None:
            raise Conflict("this message is closed", code="decided_before")
        uow.office_messages.close(message.id, actor.user_id, now)
        uow.audit.add(actor, "message_closed", "office_message", message.id, at=now)
        uow.commit()
