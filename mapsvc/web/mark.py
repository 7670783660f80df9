"""Marking a space in three steps: where, is it one of these, what do you see. Each step is a page of its own.

The steps only carry what was entered (`mark_draft`); nothing is stored before the last one is sent.
"""

import base64
import hashlib
import hmac
from dataclasses import replace
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.addresses import parse_address
from mapsvc.domain.errors import DomainError, Invalid, NotFound, TooLarge, UnsupportedType
from mapsvc.domain.moderation_rules import DEFAULT, UNLIMITED
from mapsvc.domain.observations import Claim
from mapsvc.domain.photos import CheckedPhoto
from mapsvc.domain.spaces import AssetKind
from mapsvc.spatial.addresses import space_to_mark
from mapsvc.usecases.follow_links import Follow
from mapsvc.usecases.holds import SlowDown
from mapsvc.usecases.marking import Report, report_space
from mapsvc.usecases.observations import Answer, add_observation
from mapsvc.web import mark_homes, mark_pause, mark_places
from mapsvc.web.current import actor, city, connection, now, services
from mapsvc.web.folium_elements import ShellOptions, map_texts, render_shell
from mapsvc.web.home import ground
from mapsvc.web.i18n import language
from mapsvc.web.labels import choices
from mapsvc.web.limits import ANSWER, MARK, limiter
from mapsvc.web.mark_draft import Draft
from mapsvc.web.messages import sentence
from mapsvc.web.place_words import css_of, place_name, symbol_of
from mapsvc.web.places import degree
from mapsvc.web.problems import wants_json
from mapsvc.web.reports import name_of, never_kept, report_of, words_of

bp = Blueprint("mark", __name__, url_prefix="/mark")
_CLOSEST, _FARTHEST = 19, 3
#: Fields of the last step by the name that the use cases give them.
_FIELDS = {"asset_kind": "kind"}
#: Fields whose faults have a sentence of this form.
_OWN_WORDS = frozenset({"claim", "email", "key", "right_place"})


@bp.route("", methods=["GET", "POST"])
def where() -> ResponseReturnValue:
    """Show the first step; POST carries what was written in the last one, and stores nothing either."""
    return _where_page(Draft.read(request.values))


def _where_page(draft: Draft, error: str = "", streets: tuple[mark_places.Choice, ...] = ()) -> ResponseReturnValue:
    try:
        lon, lat = draft.position() if draft.lon and draft.lat else (city().lon, city().lat)
    except Invalid:
        lon, lat, draft = city().lon, city().lat, replace(draft, lon="", lat="", placed="")
    zoom = int(draft.z) if draft.z.isascii() and draft.z.isdigit() and len(draft.z) < 3 else city().zoom
    options = ShellOptions(
        kind="mark", lat=lat, lon=lon, zoom=min(max(zoom, _FARTHEST), _CLOSEST), lang=language(), **ground()
    )
    page = render_template(
        "mark/where.html",
        draft=draft,
        error=error,
        streets=streets,
        shell=render_shell(options),
        map_texts=map_texts(),
        close=url_for("home.show", lat=f"{lat:.5f}", lon=f"{lon:.5f}", z=zoom) if draft.lon else url_for("home.show"),
    )
    return make_response(page, 422 if error else 200)


@bp.get("/streets.json")
def streets() -> Response:
    """Answer streets like the typed address `q`, those near `lon,lat` first, as the search box wants them."""
    near = degree("lon", city().lon, 180), degree("lat", city().lat, 90)
    return jsonify(results=mark_places.suggestions(request.args.get("q", ""), near))


@bp.route("/near", methods=["GET", "POST"])
def near() -> ResponseReturnValue:
    """Show the second step, the known spaces around the place; without any, the third."""
    draft = Draft.read(request.values)
    try:
        found = mark_places.locate(draft)
    except Invalid as error:
        return _where_page(draft, _where_error(error))
    if found.draft is None:
        error_text = "" if found.choices else _("We do not know this street. Look for a typing error.")
        return _where_page(draft, error_text, found.choices)
    draft = replace(found.draft, space="", beside="", right_place="", pause="")
    known = mark_places.candidates(draft)
    if not known:
        return _see_page(draft)
    first_door = next((one for one in known if one["civic"]), None)
    return render_template("mark/near.html", draft=draft, known=known, first_door=first_door)


def _where_error(error: Invalid) -> str:
    if error.code == "required":
        return _("Type an address, use your position, or move the map so that the point is on the door.")
    return sentence(error)


@bp.route("/see", methods=["GET", "POST"])
def see() -> ResponseReturnValue:
    """Show the third step: what do you see."""
    draft = Draft.read(request.values)
    return _see_page(draft) if draft.has_place else redirect(url_for("mark.where"))


def _see_page(
    draft: Draft, faults: dict[str, DomainError] | None = None, pause: mark_pause.Pause | None = None
) -> ResponseReturnValue:
    faults = faults or {}
    known = _known(draft.space) if draft.space else None
    if known is None:
        draft.position()
        draft = _beside(draft)
    page = render_template(
        "mark/see.html",
        draft=draft,
        known=known,
        symbol=symbol_of("space", known["status"]) if known else "",
        css=css_of("space", known["band"]) if known else "",
        name=place_name(known) if known else " ".join(part for part in (draft.street, draft.number) if part),
        outside=known is None and mark_places.outside(draft),
        faults={name: _fault_text(name, fault) for name, fault in faults.items()},
        kinds=choices("asset_kind"),
        # A browser never sends a file a second time by itself.
        photo_again=bool(faults or pause) and "photo" not in faults and bool(request.files.get("photo")),
        pause=pause,
        pause_text=_pause_text(pause) if pause else "",
    )
    return make_response(page, 422 if faults else 429 if pause else 200)


def _pause_text(pause: mark_pause.Pause) -> str:
    return ngettext(
        "Wait %(num)s second, then send again. Nothing is lost.",
        "Wait %(num)s seconds, then send again. Nothing is lost.",
        pause.seconds,
    )


def _fault_text(field: str, fault: DomainError) -> str:
    texts = {
        "claim": _("Choose what you see."),
        "email": _("This is no e-mail address. Correct it or leave it empty."),
        "key": _("This form is too old to be sent. Open it again."),
        "right_place": _("Is the point right? It lies outside the area of this map. Say yes, or go back and move it."),
    }
    return texts.get(field) or sentence(fault)


def _known(slug: str) -> Any:
    row = space_to_mark(connection(), slug)
    if row is None:
        raise NotFound("there is no such space")
    return row


def _beside(draft: Draft) -> Draft:
    """Return the draft of another unit at the address of a known one; a typed address takes over its position too."""
    if not draft.beside:
        return draft
    row = _known(draft.beside)
    if row["precision_code"] != "exact":
        raise NotFound("there is no such space")
    number = draft.number or parse_address(row["name"]).civic
    draft = replace(draft, street=row["street"] or "", number=number)
    if draft.placed == "address":
        draft = replace(draft, lon=f"{row['lon']:.6f}", lat=f"{row['lat']:.6f}")
    return draft


def _stored_now(_response: Response) -> bool:
    """Tell whether this request stored something: sending again does not count against the limit."""
    return bool(g.get("marked"))


@bp.post("/send")
@limiter.limit(MARK, deduct_when=_stored_now)
@limiter.limit(ANSWER)
def send() -> ResponseReturnValue:
    """Store what the three steps gathered, once for each key, and lead to the thanks."""
    draft = Draft.read(request.form)
    if not draft.has_place:
        return redirect(url_for("mark.where"), 303)
    if mark_homes.is_home(draft):
        g.marked = True
        return mark_homes.send(draft)
    claim, photo, faults = _checked(draft)
    token = link_token(draft.key)
    if not faults:
        try:
            g.marked = not _store(draft, Claim(claim), photo, token)
        except Invalid as error:
            field = error.pointer.strip("/")
            faults = {_FIELDS.get(field, field): error}
        except SlowDown as slow:
            return _wait(draft, mark_pause.asked(draft.key, slow, draft.pause))
    if faults:
        if wants_json():
            field, fault = next(iter(faults.items()))
            raise Invalid(_fault_text(field, fault), f"/{field}", code="form") if field in _OWN_WORDS else fault
        return _see_page(draft, faults)
    thanks_url = url_for("mark.thanks", r=token)
    if wants_json():
        return jsonify(url=thanks_url), 201 if g.marked else 200
    return redirect(thanks_url, 303)


def _wait(draft: Draft, pause: mark_pause.Pause) -> ResponseReturnValue:
    """Ask to wait before one more place (M7), keeping everything that was entered."""
    g.wait_s = pause.seconds
    if not wants_json():
        return _see_page(replace(draft, pause=pause.note), pause=pause)
    body = {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": _pause_text(pause),
        "code": "slow_down",
        "pause": pause.note,
        "wait": pause.seconds,
    }
    response = make_response(jsonify(body), 429)
    response.content_type = "application/problem+json"
    return response


def _checked(draft: Draft) -> tuple[str, CheckedPhoto | None, dict[str, DomainError]]:
    """Return claim and photo of the last step, and what is wrong with it by field."""
    faults: dict[str, DomainError] = {}
    photo = None
    if draft.key != request.form.get("key", "").strip().lower():
        faults["key"] = Invalid("the form has lost its key", "/key", code="key_reused")
    if draft.claim not in set(Claim):
        faults["claim"] = Invalid("choose what you see", "/claim", code="required")
    upload = request.files.get("photo")
    data = upload.read() if upload else b""
    if data:
        try:
            photo = services().check_photo(data)
        except (Invalid, TooLarge, UnsupportedType) as error:
            faults["photo"] = error
    if draft.email:
        try:
            validate_email(draft.email, check_deliverability=False)
        except EmailNotValidError:
            faults["email"] = Invalid("this is no e-mail address", "/email", code="email")
    return draft.claim, photo, faults


def _store(draft: Draft, claim: Claim, photo: CheckedPhoto | None, token: str) -> bool:
    """Store the report, or the answer about a known space; return whether it was there already."""
    link = Follow(token, draft.email, language())
    key = UUID(draft.key)
    if draft.space:
        answer = Answer(key, claim, draft.note, photo, accuracy_m=draft.accuracy(), follow=link)
        if draft.placed == "device":
            lon, lat = draft.position()
            answer = replace(answer, device_lon=lon, device_lat=lat)
        uow = services().unit_of_work()
        return add_observation(uow, services().photos, actor(), draft.space, answer, now()).repeated
    lon, lat = draft.position()
    report = Report(
        key=key,
        token=token,
        lon=lon,
        lat=lat,
        claim=claim,
        street=draft.street,
        number=draft.number,
        floor=draft.floor,
        asset_kind=draft.kind or AssetKind.COMMERCIAL_UNIT,
        placed=draft.placed,
        near=mark_places.near_name(draft),
        accuracy_m=draft.accuracy(),
        note=draft.note,
        photo=photo,
        email=draft.email,
        lang=language(),
        right_place=draft.right_place == "1",
        waited_for=mark_pause.served(draft.key, draft.pause),
    )
    policy = DEFAULT if services().settings.rate_limits else UNLIMITED
    return report_space(services().unit_of_work(), services().photos, actor(), report, now(), policy).repeated


def link_token(key: str) -> str:
    """Return the secret of the private link: 128 bits that follow from the key, the same when sent twice."""
    secret = services().settings.secret_key.encode()
    digest = hmac.new(secret, b"follow-link:" + UUID(key).bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


@bp.get("/home")
def home() -> str:
    """Say that a home is no vacancy, and what became of the message."""
    return render_template("mark/home.html")


@bp.get("/thanks")
def thanks() -> ResponseReturnValue:
    """Say what became of the report, and give its private link."""
    token = request.args.get("r", "")
    report = report_of(token)
    page = render_template(
        "mark/thanks.html",
        report=report,
        name=name_of(report),
        words=words_of(report),
        private_url=services().settings.public_url.rstrip("/") + url_for("reports.show", token=token),
    )
    return never_kept(make_response(page))
