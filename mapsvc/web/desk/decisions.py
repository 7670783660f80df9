"""What somebody decides at the desk about places and groups, and undo; texts and photos are in `notes` and `photos`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale, VersionRequired
from mapsvc.domain.observations import Claim
from mapsvc.usecases import decisions, merges, observations
from mapsvc.usecases import groups as group_cases
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.desk import records
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.queue import UNDO, page
from mapsvc.web.hold_words import held_text
from mapsvc.web.labels import label
from mapsvc.web.problems import wants_json


@bp.post("/spaces/<slug>/decision")
def decide(slug: str) -> ResponseReturnValue:
    """Publish, reject, hide or archive a space, if nobody decided since it was looked at."""
    row = found(slug)
    verb = request.form.get("verb", "")
    decision = decisions.Decision(
        verb=verb,
        version=version(),
        reason=request.form.get("reason", ""),
        seen_at=seen_at(),
    )
    try:
        decided = decisions.decide(services().unit_of_work(), actor(), slug, decision, now())
    except (Stale, Conflict) as error:
        return decided_before(slug, error)
    words = {
        "publish": _("%(name)s is on the map.", name=row["name"]),
        "reject": _("%(name)s was not accepted.", name=row["name"]),
        "hide": _("%(name)s is hidden.", name=row["name"]),
        "archive": _("%(name)s is archived.", name=row["name"]),
    }
    # Hiding is the one decision that the rules let the same person take back.
    undo = {"what": "hide", "slug": slug, "version": decided.version + 1} if verb == "hide" else None
    return done(words.get(verb, row["name"]), undo)


@bp.post("/spaces/<slug>/finding")
def finding(slug: str) -> ResponseReturnValue:
    """Store what the account found out on the spot; an officer's finding counts as an officer's visit."""
    row = found(slug)
    claim = claim_of(request.form.get("claim", ""))
    answer = observations.Answer(key_of(request.form.get("key", "")), claim)
    said = observations.add_observation(services().unit_of_work(), services().photos, actor(), slug, answer, now())
    status = label("vacancy_status", said.status)
    undo = {"what": "finding", "id": str(said.observation_id)}
    words = held_text(said.held) or _("%(name)s: %(status)s.", name=row["name"], status=status)
    return done(words, undo)


@bp.post("/groups/<uuid:group_id>/decision")
def decide_group(group_id: UUID) -> ResponseReturnValue:
    """Approve or refuse a group that waits."""
    uow = services().unit_of_work()
    try:
        if request.form.get("verb") == "approve":
            group = group_cases.approve_group(uow, actor(), group_id, version(), now())
            return done(_("%(name)s is approved; whoever asked is its curator.", name=group.name), None)
        reason = request.form.get("reason", "")
        group = group_cases.refuse_group(uow, actor(), group_id, version(), reason, now())
    except (Stale, Conflict) as error:
        return decided_before("", error)
    return done(_("%(name)s was refused.", name=group.name), None)


@bp.post("/undo")
def undo() -> ResponseReturnValue:
    """Take back what this account did last, where the rules allow it."""
    last = session.pop(UNDO, None)
    if last is None:
        raise NotFound("there is nothing to take back")
    uow = services().unit_of_work()
    if last["what"] == "hide":
        decision = decisions.Decision("publish", last["version"])
        decisions.decide(uow, actor(), last["slug"], decision, now())
    elif last["what"] == "merge":
        merges.undo_merge(uow, actor(), UUID(last["id"]), now())
    else:
        observations.undo_observation(uow, actor(), UUID(last["id"]), now())
    return done(_("Taken back."), None)


def found(slug: str) -> dict[str, Any]:
    """Return the space, and give the connection for reads back before one for writing is asked for."""
    row = records.find(slug)
    forget()
    return row


def seen_at() -> datetime:
    """Return when the page with the form was made, never later than now; what came since was not looked at."""
    try:
        made = datetime.fromisoformat(request.form.get("seen_at", ""))
    except ValueError:
        return now()
    return min(made, now()) if made.tzinfo else now()


def version() -> int:
    """Return the version a form was based on; raise VersionRequired where it has none."""
    raw = request.form.get("version", "")
    if not raw.isdecimal() or len(raw) > 9:
        raise VersionRequired("the form does not say which version it is about", code="version_required")
    return int(raw)


def claim_of(raw: str) -> Claim:
    """Return the claim of a form; raise Invalid for another word."""
    try:
        return Claim(raw)
    except ValueError:
        raise Invalid("there is no such answer", "/claim", code="unknown_value", value=raw[:80]) from None


def key_of(raw: str) -> UUID:
    """Return the idempotency key of a form; raise Invalid where it is none."""
    try:
        return UUID(raw)
    except ValueError:
        raise Invalid("the form carries no key", "/key", code="required") from None


def decided_before(slug: str, error: Stale | Conflict) -> ResponseReturnValue:
    """Say that somebody else was faster, and show the record as it is now; nothing was written."""
    if wants_json():
        raise error
    status = 412 if isinstance(error, Stale) else 409
    return page(request.form.get("kind", ""), slug, message=error.code or "stale"), status


def done(words: str, undo: Mapping[str, object] | None, item: str = "") -> ResponseReturnValue:
    """Answer a script with what was done, and a form with the next item of the queue, or with `item` again."""
    if undo is None:
        session.pop(UNDO, None)
    else:
        session[UNDO] = {**undo, "words": words}
    if wants_json():
        return jsonify(message=words, undo=url_for("desk.undo") if undo else None)
    if undo is None:
        flash(words, "ok")
    kind = request.form.get("kind") or None
    return redirect(url_for("desk.queue", kind=kind, item=item or None, done=1 if undo else None))
