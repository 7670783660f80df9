"""Profile and needs of a collective: registered (`/collectives/new`) and changed (`/collectives/<slug>/edit`)."""

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.collectives import Collective, CollectiveDraft, CollectiveState
from mapsvc.domain.errors import Invalid, Stale, VersionRequired
from mapsvc.domain.needs import PRESETS, NeedsProfile
from mapsvc.spatial import addresses, areas
from mapsvc.usecases import collectives
from mapsvc.web import matching, merge_offer, needs_form, needs_view
from mapsvc.web.current import actor, city, connection, forget, now, services
from mapsvc.web.i18n import language
from mapsvc.web.labels import choices
from mapsvc.web.limits import REGISTER, limiter
from mapsvc.web.merge_offer import Offer, base_text
from mapsvc.web.needs_form import Typed
from mapsvc.web.problems import wants_json

bp = Blueprint("needs", __name__)
bp.before_request(matching.guard)
bp.after_request(matching.never_kept)
_MOST_STREETS = 5


@bp.get("/collectives/new")
def new() -> str:
    """Show the form of a collective that nobody has registered yet."""
    return _page(_BLANK, needs_form.typed_of(_BLANK, ""), 0)


@bp.post("/collectives/new")
@limiter.limit(REGISTER)
def register() -> ResponseReturnValue:
    """Register a collective, as a draft or shown at once; or fill a preset in without storing anything."""
    typed = _typed()
    do = request.form.get("do", "")
    if do == "preset":
        return _fill_in(_BLANK, typed, 0)
    draft, faults = _draft(_BLANK, typed)
    stored = None
    if not faults:
        try:
            stored = collectives.register_collective(
                services().unit_of_work(), actor(), _key(), draft, language(), now(), publish=do == "publish"
            )
        except Invalid as error:
            faults[_field(error)] = error
    if stored is None:
        if wants_json():
            raise next(iter(faults.values()))
        return _page(_BLANK, typed, 0, faults=faults), 422
    forget()
    flash(_("%(name)s is registered. This is what fits now.", name=stored.name), "ok")
    return redirect(url_for("matching.collective", slug=stored.slug))


def _key() -> UUID:
    try:
        return UUID(request.form.get("key", ""))
    except ValueError:
        raise Invalid("the form is too old", "/key", code="key_reused") from None


def _field(error: Invalid) -> str:
    return error.pointer.removeprefix("/needs").strip("/").split("/")[0]


@bp.get("/collectives/<slug>/edit")
def edit(slug: str) -> str:
    """Show the form with what is stored."""
    stored = collectives.collective_to_edit(services().unit_of_work(), actor(), slug)
    return _page(stored, needs_form.typed_of(stored, _anchor_text(stored)), stored.version)


@bp.post("/collectives/<slug>/edit")
def save(slug: str) -> ResponseReturnValue:
    """Store the form, or fill a preset in without storing anything; what was typed survives every fault."""
    stored = collectives.collective_to_edit(services().unit_of_work(), actor(), slug)
    typed = _as_chosen(_typed(), stored)
    version = _version()
    if request.form.get("do") == "preset":
        return _fill_in(stored, typed, version)
    draft, faults = _draft(stored, typed)
    if not faults:
        try:
            collectives.edit_collective(services().unit_of_work(), actor(), slug, version, draft, now())
        except Invalid as error:
            faults[_field(error)] = error
        except Stale:
            if wants_json():
                raise
            return _overtaken(slug, typed)
    if not faults:
        flash(_("Saved. This is what fits now."), "ok")
        return redirect(url_for("matching.collective", slug=slug))
    if wants_json():
        raise next(iter(faults.values()))
    return _page(stored, typed, version, faults=faults, base=request.form.get("base")), 422


def _typed() -> Typed:
    """Return what was typed, without what belongs to the form itself."""
    own = {"csrf_token", "version", "do", "key", merge_offer.BASE}
    return {
        name: values
        for name, values in request.form.lists()
        if name not in own and not name.startswith(merge_offer.KEEP)
    }


def _as_chosen(typed: Typed, stored: Collective) -> Typed:
    """Return what was typed, with what is stored where the sender chose that in a merge offer."""
    if not any(name.startswith(merge_offer.KEEP) for name in request.form):
        return typed
    chosen = merge_offer.chosen(typed, needs_form.typed_of(stored, _anchor_text(stored)))
    return {name: values or [] for name, values in chosen.items()}


def _version() -> int:
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise VersionRequired("say which version the change is based on", code="version_required")
    return int(text)


def _draft(stored: Collective, typed: Typed) -> tuple[CollectiveDraft, dict[str, Invalid]]:
    kept = _anchor_text(stored)

    def locate(street: str) -> tuple[float, float]:
        if street == kept and stored.anchor_lon is not None and stored.anchor_lat is not None:
            return stored.anchor_lon, stored.anchor_lat
        return street_point(street)

    needs, faults = needs_form.read_needs(typed, locate)
    counts: dict[str, int | None] = {}
    for name in needs_form.COUNTS:
        try:
            counts[name] = needs_form.read_count(needs_form.first(typed, name), name)
        except Invalid as error:
            faults[name] = error
    draft = CollectiveDraft(
        name=needs_form.first(typed, "name"),
        story=needs_form.first(typed, "story"),
        form=needs_form.first(typed, "form"),
        disciplines=tuple(typed.get("disciplines", ())),
        members_count=counts.get("members_count"),
        members_under_30=counts.get("members_under_30"),
        members_under_35=counts.get("members_under_35"),
        legal_id=needs_form.first(typed, "legal_id"),
        website=needs_form.first(typed, "website"),
        needs=needs,
    )
    return draft, faults


def street_point(text: str) -> tuple[float, float]:
    """Return the point of a street of the gazetteer; raise Invalid where none or several are meant."""
    found = addresses.streets_named(connection(), text, (city().lon, city().lat), _MOST_STREETS)
    street = addresses.meant(text, found)
    if street is not None:
        return round(street["lon"], 6), round(street["lat"], 6)
    if not found:
        raise Invalid("no such street", "/anchor_point", code="street_unknown")
    named = ", ".join(f"{row['name']} ({row['area_name']})" if row["area_name"] else row["name"] for row in found)
    raise Invalid("several streets", "/anchor_point", code="street_several", names=named)


def _anchor_text(stored: Collective) -> str:
    """Return where a collective is, in words."""
    if stored.anchor_lon is None or stored.anchor_lat is None:
        return ""
    return point_text(stored.anchor_lon, stored.anchor_lat)


def point_text(lon: float, lat: float) -> str:
    """Return the street at a point, or the point itself where there is none."""
    street = addresses.place_at(connection(), lon, lat)["street"]
    return str(street) if street else f"{lat:.5f}, {lon:.5f}"


def district_choices() -> list[tuple[str, str]]:
    """Return slug and name of the districts and neighbourhoods that a group can choose."""
    return [(row["slug"], row["name"]) for row in areas.names(connection()) if row["level"] in _DISTRICTS]


def _fill_in(stored: Collective, typed: Typed, version: int) -> ResponseReturnValue:
    preset = needs_form.first(typed, "preset")
    if preset not in PRESETS:
        return _page(stored, typed, version, note=_("Choose a practice first. Nothing was changed."),
                     base=request.form.get("base")), 422  # fmt: skip
    filled = needs_form.filled(typed, NeedsProfile.from_json(PRESETS[preset]))
    note = _("Filled in where nothing stood. Change what does not fit, then save; nothing is stored yet.")
    return _page(
        stored, filled, version, note=note, fresh=frozenset(filled) - frozenset(typed), base=request.form.get("base")
    )


def _overtaken(slug: str, typed: Typed) -> ResponseReturnValue:
    """Show what was typed joined with what somebody else stored; nothing is stored before it is sent again."""
    stored = collectives.collective_to_edit(services().unit_of_work(), actor(), slug)
    theirs = needs_form.comparable(needs_form.typed_of(stored, _anchor_text(stored)))
    base = merge_offer.sent_base()
    joined, offer = merge_offer.offer(base, needs_form.comparable(typed), theirs, needs_view.control_name, _said)
    values = {name: value or [] for name, value in joined.values.items()}
    return _page(stored, values, stored.version, offer=offer), 412


def _began(stored: Collective) -> str:
    return base_text(needs_form.comparable(needs_form.typed_of(stored, _anchor_text(stored))))


def _said(name: str, value: Any) -> str:
    return needs_view.said(name, value if isinstance(value, list) else [])


def _page(
    stored: Collective, typed: Typed, version: int, *, faults: dict[str, Invalid] | None = None, note: str = "",
    fresh: frozenset[str] = frozenset(), offer: Offer | None = None, base: str | None = None,
) -> str:  # fmt: skip
    words = {code: needs_view.fault(error) for code, error in (faults or {}).items()}
    shown = needs_view.sections(typed, words, district_choices())
    for section in shown:
        section["open"] = section["open"] or any(one["code"] in fresh for one in section["controls"])
    return render_template(
        "collectives/edit.html", collective=stored, typed=typed, version=version, faults=words,
        names=needs_view.names(), sections=shown, presets=needs_view.presets(), units=needs_view.units(),
        preset=needs_form.first(typed, "preset"), forms=choices("collective_form"), practices=choices("discipline"),
        note=note, offer=offer, is_new=not stored.needs, key=_form_key() if not stored.slug else "",
        base=_began(stored) if base is None else base,
    )  # fmt: skip


def _form_key() -> str:
    """Return the key of the form that was sent, so that sending it again stores nothing twice; else a new one."""
    try:
        return str(UUID(request.form.get("key", "")))
    except ValueError:
        return str(uuid4())


#: What a form begins with before there is a collective.
_BLANK = Collective(
    UUID(int=0), "", "", "", "en", "informal_group", (), None, {}, CollectiveState.DRAFT, None, None, version=0
)
_DISTRICTS = frozenset({"district", "neighbourhood", "custom"})
