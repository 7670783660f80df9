"""Stickers with a QR code for the shutter, and the page at the door that the code leads to (`/s/<slug>`)."""

import textwrap
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from mapsvc.domain.errors import Merged, NotFound
from mapsvc.domain.ids import new_id
from mapsvc.domain.publication import Precision
from mapsvc.spatial import spaces
from mapsvc.web import looks, space_words
from mapsvc.web.current import city, connection, freshness_policy, now, services
from mapsvc.web.limits import ANSWER, limiter
from mapsvc.web.place_words import place
from mapsvc.web.spaces import keep_answer

bp = Blueprint("stickers", __name__)
SIZES = ("a6", "a4")
#: Letters of a place's name in one line of a sticker, and lines.
_LINE, _LINES = 26, 2


@bp.get("/spaces/<slug>/sticker")
def sheet(slug: str) -> str:
    """Show the sticker of an exact public place, ready to be printed on A6 or A4."""
    row = _exact(slug)
    size = request.args.get("size") if request.args.get("size") in SIZES else "a6"
    return render_template(
        "stickers/sheet.html", one=sticker(row["slug"], row["name"]), name=row["name"], slug=slug, size=size
    )


@bp.get("/spaces/<slug>/sticker.svg")
def as_svg(slug: str) -> Response:
    """Answer the sticker as a drawing, for whoever lays out their own sheet."""
    row = _exact(slug)
    drawing = render_template("stickers/sticker.svg", one=sticker(row["slug"], row["name"]))
    headers = {"Content-Disposition": f'inline; filename="{row["slug"]}.svg"'}
    return Response(drawing, mimetype="image/svg+xml", headers=headers)


@bp.get("/s/<slug>")
def door(slug: str) -> ResponseReturnValue:
    """Show the page at the door: when it was last confirmed, and large buttons for one tap."""
    try:
        row = _exact(slug, archived=True)
    except Merged as target:
        return redirect(url_for("stickers.door", slug=target.slug), 301)
    seen = spaces.evidence(connection(), row["id"])
    answered = _answered()
    return render_template(
        "stickers/door.html",
        space=row,
        place=place(row),
        title=space_words.title(row),
        status=space_words.status_text(row, seen.observations, now().date(), freshness_policy()),
        in_use="occupied" in row["status"],
        key=str(new_id()),
        undo=url_for("spaces.undo", observation_id=answered) if answered else "",
        looks=looks.beside(slug) if answered else [],
    )


@bp.post("/s/<slug>/observations")
@limiter.limit(ANSWER)
def observe(slug: str) -> ResponseReturnValue:
    """Keep what somebody sees who stands at the door; it counts as seen on the spot."""
    _exact(slug)
    return keep_answer(slug, "stickers.door")


def sticker(slug: str, name: str) -> dict[str, Any]:
    """Return what a sticker shows: the code, the address it leads to, and its words in every language of the city."""
    address = f"{services().settings.public_url.rstrip('/')}/s/{slug}"
    lines = textwrap.wrap(name, _LINE)
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], lines[_LINES - 1][: _LINE - 1] + "…"]
    return {
        "code": services().qr_code(address),
        "address": address.partition("://")[2],
        "name": lines,
        "city": city().name,
        "words": [_words(code) for code in city().languages[:2]],
    }


def _words(code: str) -> dict[str, str]:
    with force_locale(code):
        return {"lang": code, "question": _("Still empty?"), "text": _("Scan, tap once, done. No account.")}


def _exact(slug: str, *, archived: bool = False) -> dict[str, Any]:
    """Return the public page of an exact place; of a coarse one a sticker would tell where it is."""
    row = spaces.page(connection(), slug)
    if row is None:
        target = spaces.survivor(connection(), slug)
        if target is not None:
            raise Merged(target)
    if row is None or row["precision_code"] != Precision.EXACT or not (row["listed"] or archived):
        raise NotFound("there is no such space")
    return dict(row)


def _answered() -> UUID | None:
    try:
        return UUID(request.args.get("answered", ""))
    except ValueError:
        return None
