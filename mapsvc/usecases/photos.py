"""Photos one by one: shown, made unreadable in parts and shown, or refused with a reason; also taken away again."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from mapsvc.domain.blurs import Marks
from mapsvc.domain.errors import Conflict, NotFound, Stale
from mapsvc.domain.people import Action, Actor, require
from mapsvc.domain.photos import CheckedPhoto, KeptPhoto
from mapsvc.domain.ports import PhotoFiles, UnitOfWork
from mapsvc.domain.rulings import Subject, Verdict, Waiting
from mapsvc.domain.spaces import RecordState, Space
from mapsvc.usecases.notes import check_reason, settle_waiting, tell_senders, verdict_of

#: Makes what is marked unreadable: the bytes of a kept picture and the marks give the picture and its thumbnail.
Blur = Callable[[bytes, Marks], CheckedPhoto]


def decide_photo(
    uow: UnitOfWork, actor: Actor, photo_id: UUID, verb: str, version: int, reason: str, now: datetime
) -> Space:
    """Show a waiting photo, or refuse a waiting or public one with a reason of the list.

    Raises NotFound, Forbidden, Invalid, Stale when somebody else changed it first, Conflict in any other state.
    """
    verdict = verdict_of(verb)
    check_reason(Subject.PHOTO, verdict, reason)
    with uow:
        photo, space = _found(uow, actor, photo_id, version, verdict)
        if photo.state not in ({"submitted"} if verdict is Verdict.PUBLISH else {"submitted", "published"}):
            raise Conflict("this photo was decided already", code="decided_before")
        parts = [Waiting(Subject.PHOTO, photo.id, photo.observation_id)]
        settle_waiting(uow, actor, space, parts, verdict, reason, now)
        tell_senders(uow, actor, space, parts, verdict, reason, now)
        uow.commit()
    return space


def blur_photo(
    uow: UnitOfWork, files: PhotoFiles, blur: Blur, actor: Actor, photo_id: UUID, version: int, marks: Marks,
    now: datetime,
) -> Space:  # fmt: skip
    """Replace the files of a photo by ones with the marks made unreadable; one that waited is shown from now on.

    The picture as it was is gone afterwards. Raises NotFound, Forbidden, and Stale when somebody else changed it first.
    """
    with uow:
        photo, space = _found(uow, actor, photo_id, version, Verdict.REJECT)
        data = files.read(photo.id)
        if data is None:
            raise NotFound("the file of this photo is away")
        blurred = blur(data, marks)
        uow.photos.replace(photo.id, blurred)
        uow.audit.add(actor, "photo_blurred", "space", space.id, after={"photo_id": str(photo.id)}, at=now)
        if photo.state == "submitted":
            parts = [Waiting(Subject.PHOTO, photo.id, photo.observation_id)]
            settle_waiting(uow, actor, space, parts, Verdict.PUBLISH, "", now)
            tell_senders(uow, actor, space, parts, Verdict.PUBLISH, "", now)
        # Before the commit: a photo must never become public while its file is still the readable one.
        files.save(photo.id, blurred)
        uow.commit()
    return space


def _found(uow: UnitOfWork, actor: Actor, photo_id: UUID, version: int, verdict: Verdict) -> tuple[KeptPhoto, Space]:
    """Return the locked space and photo; the space first, as every other decision locks."""
    seen = uow.photos.get(photo_id)
    space = uow.spaces.get(seen.space_id, lock=True) if seen is not None else None
    photo = uow.photos.get(photo_id, lock=True)
    if photo is None or space is None or photo.space_id != space.id or space.record_state == RecordState.MERGED:
        raise NotFound("there is no such photo")
    action = Action.PUBLISH if verdict is Verdict.PUBLISH else Action.MODERATE
    require(actor, action, uow.areas.path(space.area_id))
    if photo.version != version:
        raise Stale("somebody else changed this photo first", code="stale")
    return photo, space
