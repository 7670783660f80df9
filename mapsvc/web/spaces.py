"""Spaces: the list that stands for the map, one page each, and the one-tap answer."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain import freshness
from mapsvc.domain.errors import Invalid, Merged, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.observations import Claim
from mapsvc.spatial import areas, history, photos, spaces
from mapsvc.spatial.filters import BANDS, STATUSES, Filters
from mapsvc.usecases.observations import Answer, add_observation, undo_observation
from mapsvc.web import evidence_picture, looks, space_words
from mapsvc.web.current import actor, connection, freshness_policy, now, services
from mapsvc.web.hold_words import held_text
from mapsvc.web.i18n import ago, date_text, number_text, text_in
from mapsvc.web.labels import choices, label
from mapsvc.web.limits import ANSWER, limiter
from mapsvc.web.mini_map import mini_map
from mapsvc.web.paging import Paging
from mapsvc.web.place_words import place, with_few
from mapsvc.web.problems import wants_json
from mapsvc.web.record_words import described, history_entries, page_address, places, sourced, spoken

bp = Blueprint("spaces", __name__)
_MEMBERS = (
    "slug", "name", "street", "number", "floor", "postcode", "city_name", "asset_kind", "owner_type", "features",
    "description", "availability_state", "status", "band", "area_slug", "demonstration",
)  # fmt: skip


@bp.get("/spaces")
def catalogue() -> str:
    """List public spaces by the filters of the map; works without JavaScript and without the map."""
    paging = Paging.read()
    filters = Filters.read(request.args.to_dict(flat=False))
    found = spaces.catalogue(connection(), filters, paging.size, paging.offset)
    total = found.shown.count
    words = ngettext("%(count)s space", "%(count)s spaces", total, count=number_text(total))
    return render_template(
        "spaces/list.html",
        places=places(found.rows),
        total_text=with_few(words, found.shown.few),
        pager=paging.links(found.length),
        filters=filters,
        chosen_statuses=request.args.getlist("status"),
        choices={
            "status": [(code, label("vacancy_status", code)) for code in STATUSES],
            "age": [(code, label("band", code)) for code in BANDS],
            "category": choices("asset_kind"),
            "area": [(row["slug"], row["name"]) for row in areas.names(connection())],
        },
        map_url="/?" + request.query_string.decode("ascii", "replace"),
    )


@bp.get("/spaces/<slug>")
def show(slug: str) -> str:
    """Show what is known about a space, how it is known and what happened; 301 for a joined record."""
    row = _found(slug)
    today = now().date()
    seen = spaces.evidence(connection(), row["id"])
    lot = spaces.lot(connection(), row["id"])
    policy = freshness_policy()
    line = space_words.status_text(row, seen.observations, today, policy)
    itself = place(row)
    return render_template(
        "spaces/show.html",
        space=row,
        place=itself,
        title=space_words.title(row),
        status=line,
        summary=described(space_words.summary(row, line)),
        address=page_address(),
        path=areas.path(connection(), row["area_slug"]),
        life=space_words.life(row, lot, seen.observations, today, policy),
        picture=evidence_picture.picture(seen.observations, today, policy, archived=not row["listed"]),
        entries=evidence_picture.entries(seen.observations, seen.notes, today, policy),
        map=mini_map([itself]),
        photos=[_photo(photo) for photo in photos.of_space(connection(), row["id"])],
        facts=space_words.facts(row, lot),
        text=spoken(row["description"]),
        source=sourced(row),
        lot=_lot(lot),
        close_by=places(spaces.close_by(connection(), row, exact=row["precision_code"] == "exact")),
        history=history_entries(history.of_record(connection(), "space", slug)),
        key=str(new_id()),
        undo=_undo_address(),
        next_check=space_words.check_text(row, today),
        looks=looks.beside(slug) if _undo_address() else [],
    )


@bp.get("/spaces/<slug>.json")
def show_json(slug: str) -> Response:
    """Answer the public record of a space as JSON: status, evidence without reporters, facts, source."""
    row = _found(slug)
    seen = spaces.evidence(connection(), row["id"])
    weights = dict(freshness.assess(seen.observations, now().date(), freshness_policy()).weights)
    return jsonify(
        {name: row[name] for name in _MEMBERS}
        | {
            "url": page_address().removesuffix(".json"),
            "archived": not row["listed"],
            "precision": row["precision_code"],
            "point": [round(row["lon"], 6), round(row["lat"], 6)],
            "last_confirmed_on": row["last_confirmed_on"].isoformat() if row["last_confirmed_on"] else None,
            "last_source_kind": row["last_source_kind"],
            "observations": [
                {
                    "claim": one.claim,
                    "source_kind": one.source_kind,
                    "quality": one.quality,
                    "observed_on": one.counted_on.isoformat(),
                    # Rounded, so that nobody can tell from it how reliable the reporter has shown to be.
                    "weight": round(weights.get(one.id, 0.0), 1),
                    "note": seen.notes.get(one.id),
                }
                for one in seen.observations
            ],
            "source": {
                "code": row["source_code"],
                "title": row["source_title"],
                "licence": row["source_licence"],
                "attribution": row["source_attribution"],
                "url": row["source_url"] or row["source_home"],
            },
            "updated_at": row["updated_at"].isoformat(timespec="seconds"),
        }
    )


@bp.post("/spaces/<slug>/observations")
@limiter.limit(ANSWER)
def observe(slug: str) -> ResponseReturnValue:
    """Keep what somebody sees there: one tap, or with a note and a photo; sending twice keeps it once."""
    return keep_answer(slug, "spaces.show")


def keep_answer(slug: str, page: str) -> ResponseReturnValue:
    """Keep the answer of the present request and lead back to `page`, an endpoint with the slug; JSON for programs."""
    before = _found(slug)
    file = request.files.get("photo")
    data = file.read() if file is not None and file.filename else b""
    answer = Answer(
        key=_key(),
        claim=_claim(),
        note=request.form.get("note", ""),
        photo=services().check_photo(data) if data else None,
    )
    kept = add_observation(services().unit_of_work(), services().photos, actor(), slug, answer, now())
    after = _found(slug)
    text = held_text(kept.held) or _said(before["status"], after["status"])
    if wants_json():
        body = _answer_json(after, text) | {"undo": url_for("spaces.undo", observation_id=kept.observation_id)}
        return jsonify(body), 200 if kept.repeated else 201
    if (answer.note or answer.photo) and not kept.held:
        text = _("Thank you. Your answer counts already; the note or photo shows after somebody has looked at it.")
    flash(text, "ok")
    return redirect(url_for(page, slug=slug, answered=kept.observation_id), 303)


@bp.post("/observations/<uuid:observation_id>/undo")
@limiter.limit(ANSWER)
def undo(observation_id: UUID) -> ResponseReturnValue:
    """Take one's own answer back within two minutes."""
    slug = undo_observation(services().unit_of_work(), actor(), observation_id, now())
    row = _found(slug)
    text = _("Taken back. The status is: %(status)s.", status=_status_words(row["status"]))
    if wants_json():
        return jsonify(_answer_json(row, text))
    flash(text, "ok")
    return redirect(url_for("spaces.show", slug=slug), 303)


def _found(slug: str) -> dict[str, Any]:
    """Return the public page; raise Merged for a joined record and NotFound for everything else."""
    row = spaces.page(connection(), slug) if "\x00" not in slug else None
    if row is None:
        target = spaces.survivor(connection(), slug) if "\x00" not in slug else None
        if target is None:
            raise NotFound("there is no such space")
        raise Merged(target)
    return dict(row)


def _key() -> UUID:
    raw = request.form.get("key", "")
    try:
        return UUID(raw) if raw else new_id()
    except ValueError:
        raise Invalid("key must be a UUID", "/key", code="unknown_value", value=raw) from None


def _claim() -> Claim:
    raw = request.form.get("claim", "")
    try:
        return Claim(raw)
    except ValueError:
        raise Invalid(
            "claim must be vacant, occupied, gone or unsure", "/claim", code="unknown_value", value=raw
        ) from None


def _status_words(code: str) -> str:
    return space_words.in_sentence(label("vacancy_status", code))


def _said(before: str, after: str) -> str:
    if before != after:
        return _("Thank you. Status changed to %(status)s.", status=_status_words(after))
    return _("Thank you, noted. The status stays: %(status)s.", status=_status_words(after))


def _answer_json(row: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "status_text": text,
        "status": row["status"],
        "headline": label("vacancy_status", row["status"]),
        "when": ago(row["last_confirmed_on"]),
    }


def _undo_address() -> str:
    """Return where the answer that was just sent without JavaScript can be taken back; empty when there is none."""
    try:
        return url_for("spaces.undo", observation_id=UUID(request.args.get("answered", "")))
    except ValueError:
        return ""


def _lot(lot: Any) -> dict[str, Any] | None:
    if lot is None:
        return None
    return {
        "title": text_in(lot["title"])[0],
        "url": url_for("calls.show", code=lot["code"]),
        "number": lot["number"],
        "state": label("call_state", lot["state"]),
        "open": lot["state"] == "open",
        "opens": date_text(lot["opens_on"]),
        "closes": date_text(lot["closes_on"]),
    }


def _photo(row: Any) -> dict[str, Any]:
    return {
        "src": url_for("photos.small", photo_id=row["id"], v=row["version"]),
        "url": url_for("photos.full", photo_id=row["id"], v=row["version"]),
        "alt": row["alt"] or _("Photo of the place, %(when)s", when=ago(row["created_at"])),
        "width": "",
        "licence": row["licence"],
    }
