"""Saying that something is wrong with a record: one page and one form, without an account and without JavaScript."""

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Invalid, NotFound
from mapsvc.domain.flags import FlagKind, FlagNoun
from mapsvc.spatial import flags as spatial_flags
from mapsvc.spatial import photos
from mapsvc.usecases import flags
from mapsvc.web.care_labels import flag_help
from mapsvc.web.current import actor, connection, forget, now, services
from mapsvc.web.i18n import ago
from mapsvc.web.labels import label
from mapsvc.web.limits import FLAG, limiter
from mapsvc.web.messages import sentence
from mapsvc.web.place_words import place_name
from mapsvc.web.problems import wants_json

bp = Blueprint("flags", __name__, url_prefix="/flags")
_LONGEST_KEY = 200
_PATHS = {"space": "spaces", "photo": "spaces", "initiative": "initiatives", "pact": "pacts", "map": "maps"}


@bp.get("/new")
def new() -> ResponseReturnValue:
    """Show the form about the record that `noun` and `record` (its slug, or a photo's id) name."""
    return _page(request.args, {})


@bp.post("")
@limiter.limit(FLAG)
def send() -> ResponseReturnValue:
    """Keep the flag; sent again by the same person it is kept once."""
    form = request.form
    noun, found = _target(form.get("about") or f"{form.get('noun', '')}:{form.get('record', '')}")
    # The connection for reading goes back before one for writing is asked for.
    forget()
    wanted = flags.NewFlag(noun, found["id"], form.get("kind", ""), form.get("note", ""))
    try:
        done = flags.flag(services().unit_of_work(), actor(), wanted, now())
    except Invalid as error:
        if wants_json():
            raise
        fault = _("Choose what is wrong.") if error.pointer == "/kind" else sentence(error)
        return _page(form, {error.pointer.strip("/"): fault})
    if wants_json():
        return jsonify(hidden=done.hidden, message=_words(done.hidden)), 201 if done.new else 200
    return redirect(url_for("flags.thanks", hidden=1 if done.hidden else None), 303)


@bp.get("/thanks")
def thanks() -> str:
    """Say that it arrived; nothing here tells about the record or about other flags."""
    return render_template("flags/thanks.html", text=_words(bool(request.args.get("hidden"))))


def _words(hidden: bool) -> str:
    if hidden:
        return _("It is out of sight until somebody has looked at it, usually within a day.")
    return _("Somebody looks at it, usually within three days.")


def _target(about: str) -> tuple[str, Any]:
    """Return the noun and the public record that `noun:key` names; raise NotFound for everything else."""
    noun, _colon, key = about.partition(":")
    found = spatial_flags.target(connection(), noun, key[:_LONGEST_KEY])
    if found is None:
        raise NotFound("there is no such record")
    return noun, found


def _page(values: Any, faults: dict[str, str]) -> ResponseReturnValue:
    """Return the form; `values` are what the address or the form said."""
    noun, key = values.get("noun", ""), values.get("record", "")
    _noun, found = _target(f"{noun}:{key}")
    page = render_template(
        "flags/new.html",
        noun=noun,
        record=key,
        name=place_name(found),
        back=f"/{_PATHS[noun]}/{found['slug']}",
        about=values.get("about") or f"{noun}:{key}",
        subjects=_subjects(noun, key, found),
        kinds=[
            {"value": kind.value, "title": label("flag_kind", kind.value), "text": flag_help(kind.value)}
            for kind in FlagKind
        ],
        kind=values.get("kind", ""),
        note=values.get("note", ""),
        faults=faults,
    )
    return page, 422 if faults else 200


def _subjects(noun: str, key: str, found: Any) -> list[dict[str, str]]:
    """Return what the flag can be about, where a place has photos; empty when there is only the record itself."""
    if noun != FlagNoun.SPACE:
        return []
    pictures = photos.of_space(connection(), found["id"])
    if not pictures:
        return []
    place = {"value": f"space:{key}", "title": _("The place and what is written about it"), "photo": ""}
    return [place] + [
        {
            "value": f"photo:{row['id']}",
            "title": _("The photo, %(when)s", when=ago(row["created_at"])),
            "photo": url_for("photos.small", photo_id=row["id"]),
        }
        for row in pictures
    ]
