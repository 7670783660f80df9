"""Maps of groups: the page of a map, the editor of its curators, and oEmbed discovery."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from babel import Locale
from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import auth_required
from markupsafe import Markup

from mapsvc.domain.errors import Invalid, NotFound, Stale, VersionRequired
from mapsvc.domain.groups import Group
from mapsvc.domain.history import flat, whole
from mapsvc.domain.maps import LISTS, TEXTS, CuratedMap, MapState, checked_view
from mapsvc.domain.people import Action, allows
from mapsvc.spatial import areas, maps
from mapsvc.spatial.filters import BANDS, KINDS, STATUSES
from mapsvc.usecases.maps import MapDraft, create_map, edit_map
from mapsvc.web import map_words, merge_offer
from mapsvc.web.current import actor, city, connection, now, services
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.groups import field_sentence, idempotency_key
from mapsvc.web.labels import choices, label
from mapsvc.web.map_view import map_view, stored_bounds
from mapsvc.web.merge_offer import Offer, base_text
from mapsvc.web.problems import wants_json

bp = Blueprint("maps", __name__)

#: Height in pixels that the line to copy proposes, and the smallest width in which the embed was checked.
HEIGHT, SMALLEST_WIDTH = 500, 280
_WIDEST = 1200


@bp.get("/maps/<slug>")
def show(slug: str) -> str:
    """Show a map as a page of its own."""
    found = maps.one(connection(), slug)
    if found is None:
        raise NotFound("there is no such map")
    view = map_view(
        maps.stored_filters(found["filters"]),
        f"/embed/{slug}/places.json",
        answers_url=f"/embed/{slug}",
        bounds=stored_bounds(found["view"]),
    )
    group = maps.group(connection(), found["group_slug"])
    page = public_address(f"/maps/{slug}")
    return render_template(
        "maps/show.html",
        map=found,
        view=view,
        shell=view.shell,
        map_texts=map_texts(),
        curator=group is not None and allows(actor(), Action.EDIT_MAP, group_id=group["id"]),
        oembed_url=public_address("/oembed") + "?" + urlencode({"url": page, "format": "json"}),
    )


@dataclass(frozen=True)
class _Form:
    """What the editor's form holds, as it was typed."""

    title: str = ""
    intro: str = ""
    state: str = MapState.PUBLIC
    view: str = ""
    version: str = ""
    key: str = ""
    filters: dict[str, Any] | None = None
    base: str = ""

    def draft(self) -> MapDraft:
        """Return the form as a draft; raise Invalid with the field that cannot be read."""
        filters = self.filters or {}
        # Reading them as the map will do finds unknown codes before they are stored.
        maps.stored_filters(filters)
        bounds: list[float] = []
        if self.view:
            try:
                bounds = [float(part) for part in self.view.split(",")]
            except ValueError:
                raise Invalid("a view is four numbers", "/view", code="bbox") from None
        view = checked_view({"bounds": bounds} if bounds else {})
        return MapDraft(self.title, self.intro, filters, view, self.state)


def _sent() -> _Form:
    form = request.form
    filters: dict[str, Any] = {name: form.getlist(name) for name in LISTS if form.getlist(name)}
    filters |= {name: form[name].strip() for name in TEXTS if form.get(name, "").strip()}
    named = {name: form.get(name, "") for name in ("title", "intro", "state", "view", "version", "key")}
    return _Form(**named, filters=filters, base=form.get(merge_offer.BASE, ""))


@bp.get("/groups/<slug>/maps/new")
@auth_required("session")
def new(slug: str) -> str:
    """Show the editor with an empty map of a group."""
    return _editor(_curated_group(slug), _Form(key=str(uuid4())), {})


@bp.post("/groups/<slug>/maps/new")
@auth_required("session")
def create(slug: str) -> ResponseReturnValue:
    """Make a map."""
    group, form = _curated_group(slug), _sent()
    try:
        made = create_map(services().unit_of_work(), actor(), slug, idempotency_key(form.key), form.draft(), now())
    except Invalid as error:
        return _editor(group, form, {error.pointer.strip("/"): field_sentence(error)}), 422
    flash(_("The map is saved."), "ok")
    return redirect(url_for("maps.edit", slug=made.slug, _anchor="share"))


@bp.get("/maps/<slug>/edit")
@auth_required("session")
def edit(slug: str) -> str:
    """Show the editor with a map."""
    stored, group = curated_map(slug)
    return _editor(group, _form_of(stored), {}, stored)


@bp.post("/maps/<slug>/edit")
@auth_required("session")
def save(slug: str) -> ResponseReturnValue:
    """Change a map; whoever was overtaken sees their own words again and decides."""
    stored, group = curated_map(slug)
    form = _as_chosen(_sent(), stored)
    if not form.version.isdecimal():
        raise VersionRequired("a change needs the version it is based on", code="version_required")
    try:
        edit_map(services().unit_of_work(), actor(), slug, int(form.version[:9]), form.draft(), now())
    except Invalid as error:
        # The form goes on from where it began: what somebody else saved meanwhile is still to be joined.
        return _editor(group, form, {error.pointer.strip("/"): field_sentence(error)}, stored), 422
    except Stale:
        if wants_json():
            raise
        return _overtaken(slug, form), 412
    flash(_("The map is saved."), "ok")
    return redirect(url_for("maps.edit", slug=slug, _anchor="share"))


def _as_chosen(form: _Form, stored: CuratedMap) -> _Form:
    """Return the form with what is stored where the sender chose that in a merge offer."""
    if not any(name.startswith(merge_offer.KEEP) for name in request.form):
        return form
    return _with(form, merge_offer.chosen(_values(form), _values(_form_of(stored))))


def _overtaken(slug: str, form: _Form) -> str:
    """Show what was typed joined with what somebody else stored; nothing is stored before it is sent again."""
    stored, group = curated_map(slug)
    theirs = _form_of(stored)
    joined, offer = merge_offer.offer(
        merge_offer.sent_base(), _values(form), _values(theirs), map_words.field_name, map_words.value_text
    )
    return _editor(
        group, replace(_with(form, joined.values), version=theirs.version, base=theirs.base), {}, stored, offer
    )


def _values(form: _Form) -> dict[str, Any]:
    """Return what a form decides, by flat name."""
    texts = {name: getattr(form, name).replace("\r\n", "\n") for name in ("title", "intro", "state", "view")}
    return flat(texts | {"filters": form.filters or {}})


def _with(form: _Form, values: Mapping[str, Any]) -> _Form:
    """Return a form with other flat values."""
    changed = {"filters": {}} | whole({name: value or None for name, value in values.items()}, {})
    texts = {name: changed.get(name) or "" for name in ("title", "intro", "state", "view")}
    return replace(form, **texts, filters=changed["filters"])


def _form_of(stored: CuratedMap) -> _Form:
    bounds = stored_bounds(stored.view)
    form = _Form(stored.title, stored.intro, stored.state, ",".join(map(str, bounds)) if bounds else "",
                 str(stored.version), "", dict(stored.filters))  # fmt: skip
    return replace(form, base=base_text(_values(form)))


def _curated_group(slug: str) -> Group:
    """Return the group if the actor is a curator of it; nobody else learns anything."""
    with services().unit_of_work() as uow:
        group = uow.groups.by_slug(slug)
    return _curated(group)


def curated_map(slug: str) -> tuple[CuratedMap, Group]:
    """Return a map and its group if the actor is a curator of it; raise NotFound otherwise."""
    with services().unit_of_work() as uow:
        stored = uow.maps.by_slug(slug)
        group = uow.groups.get(stored.group_id) if stored else None
    if stored is None:
        raise NotFound("there is no such map")
    return stored, _curated(group)


def _curated(group: Group | None) -> Group:
    if group is None or group.state != "approved" or not allows(actor(), Action.EDIT_MAP, group_id=group.id):
        raise NotFound("there is no such map")
    return group


def _editor(
    group: Group, form: _Form, errors: dict[str, str], stored: CuratedMap | None = None, offer: Offer | None = None
) -> str:
    try:
        filters = maps.stored_filters(form.filters or {})
        draft_view = stored_bounds(dict(form.draft().view))
    except Invalid:
        # What cannot be read is named beside its field; the preview then shows everything.
        filters, draft_view = maps.stored_filters({}), None
    view = map_view(filters, "/places.json", bounds=draft_view, at_once=False)
    return render_template(
        "maps/edit.html",
        group=group,
        form=form,
        chosen=form.filters or {},
        errors=errors,
        offer=offer,
        stored=stored,
        view=view,
        shell=view.shell,
        map_texts=map_texts(),
        choices=_choices(),
        states=list(MapState),
        line=embed_line(stored.slug, stored.title) if stored else "",
        address=public_address(f"/embed/{stored.slug}") if stored else "",
        height=HEIGHT,
        smallest_width=SMALLEST_WIDTH,
    )


def _choices() -> dict[str, list[tuple[str, str]]]:
    return {
        "kinds": [(code, _kind_words()[code]) for code in KINDS],
        "status": [(code, label("vacancy_status", code)) for code in STATUSES],
        "age": [(code, label("band", code)) for code in BANDS],
        "category": [(code, words) for code, words in choices("asset_kind") if code != "house"],
        "area": [(row["slug"], row["name"]) for row in areas.names(connection())],
        "languages": [(code, Locale.parse(code).get_display_name(code)) for code in city().languages],
    }


def _kind_words() -> dict[str, str]:
    return {"space": _("Spaces"), "initiative": _("Initiatives"), "pact": _("Pacts")}


def public_address(path: str) -> str:
    """Return the address of a path as foreign pages know it."""
    return services().settings.public_url.rstrip("/") + path


def embed_line(slug: str, title: str, *, width: str = "100%", height: int = HEIGHT) -> str:
    """Return the one line of HTML that puts a map into a foreign page."""
    line = Markup('<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy" style="border:0"></iframe>')
    return str(line.format(public_address(f"/embed/{slug}"), title, width, height))


@bp.get("/oembed")
def oembed() -> Response:
    """Answer how to embed a map of ours (oembed.com 1.0, JSON only); other addresses are not found."""
    if request.args.get("format", "json") != "json":
        abort(501)
    found = maps.one(connection(), _slug_in(request.args.get("url", "")))
    if found is None:
        raise NotFound("there is no such map")
    width, height = _at_most("maxwidth", _WIDEST), _at_most("maxheight", HEIGHT)
    return jsonify(
        version="1.0",
        type="rich",
        title=found["title"],
        author_name=found["group_name"],
        author_url=public_address(f"/groups/{found['group_slug']}"),
        provider_name=city().name,
        provider_url=public_address("/"),
        cache_age=3600,
        width=width,
        height=height,
        html=embed_line(found["slug"], found["title"], width=str(width), height=height),
    )


def _slug_in(address: str) -> str:
    """Return the slug of a map's own address; raise NotFound for any other address."""
    for base in (services().settings.public_url, request.host_url):
        start = base.rstrip("/") + "/maps/"
        if address.startswith(start):
            try:
                slug = urlsplit(address).path.removeprefix(urlsplit(start).path).strip("/")
            except ValueError:
                break
            if slug and "/" not in slug and "\x00" not in slug:
                return slug
    raise NotFound("there is no such map")


def _at_most(name: str, usual: int) -> int:
    raw = request.args.get(name, "")
    if not raw:
        return usual
    if not raw.isdecimal() or not 0 < int(raw[:6]) <= 100_000:
        raise Invalid(f"{name} must be a number of pixels", f"/{name}", code="not_a_number", value=raw)
    return min(int(raw[:6]), usual)
