"""Profile and needs of a collective, changed by its representative (`/collectives/<slug>/edit`)."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.collectives import Collective
from mapsvc.domain.errors import Invalid, Stale, VersionRequired
from mapsvc.domain.needs import PRESETS, NeedsProfile
from mapsvc.spatial import addresses, areas
from mapsvc.usecases import collectives
from mapsvc.usecases.collectives import CollectiveDraft
from mapsvc.web import matching, needs_form, needs_view
from mapsvc.web.current import actor, city, connection, now, services
from mapsvc.web.labels import choices
from mapsvc.web.needs_form import Typed
from mapsvc.web.problems import wants_json

bp = Blueprint("needs", __name__)
bp.before_request(matching.guard)
bp.after_request(matching.never_kept)
_MOST_STREETS = 5


@bp.get("/collectives/<slug>/edit")
def edit(slug: str) -> str:
    """Show the form with what is stored."""
    stored = collectives.collective_to_edit(services().unit_of_work(), actor(), slug)
    return _page(stored, needs_form.typed_of(stored, _anchor_text(stored)), stored.version)


@bp.post("/collectives/<slug>/edit")
def save(slug: str) -> ResponseReturnValue:
    """Store the form, or fill a preset in without storing anything; what was typed survives every fault."""
    stored = collectives.collective_to_edit(services().unit_of_work(), actor(), slug)
    typed = {name: values for name, values in request.form.lists() if name not in {"csrf_token", "version", "do"}}
    version = _version()
    if request.form.get("do") == "preset":
        return _fill_in(stored, typed, version)
    draft, faults = _draft(stored, typed)
    if not faults:
        try:
            collectives.edit_collective(services().unit_of_work(), actor(), slug, version, draft, now())
        except Invalid as error:
            faults[error.pointer.removeprefix("/needs").strip("/").split("/")[0]] = error
        except Stale:
            if wants_json():
                raise
            return _overtaken(slug, typed)
    if not faults:
        flash(_("Saved. This is what fits now."), "ok")
        return redirect(url_for("matching.collective", slug=slug))
    if wants_json():
        raise next(iter(faults.values()))
    return _page(stored, typed, version, faults=faults), 422


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
        return _street(street)

    needs, faults = needs_form.read_needs(typed, locate)
    members = None
    try:
        members = needs_form.read_count(needs_form.first(typed, "members_count"), "members_count")
    except Invalid as error:
        faults["members_count"] = error
    draft = CollectiveDraft(
        name=needs_form.first(typed, "name"),
        story=needs_form.first(typed, "story"),
        form=needs_form.first(typed, "form"),
        disciplines=tuple(typed.get("disciplines", ())),
        members_count=members,
        needs=needs,
    )
    return draft, faults


def _street(text: str) -> tuple[float, float]:
    found = addresses.streets_named(connection(), text, (city().lon, city().lat), _MOST_STREETS)
    street = addresses.meant(text, found)
    if street is not None:
        return round(street["lon"], 6), round(street["lat"], 6)
    if not found:
        raise Invalid("no such street", "/anchor_point", code="street_unknown")
    named = ", ".join(f"{row['name']} ({row['area_name']})" if row["area_name"] else row["name"] for row in found)
    raise Invalid("several streets", "/anchor_point", code="street_several", names=named)


def _anchor_text(stored: Collective) -> str:
    """Return the street at the stored point, or the point itself where there is none."""
    if stored.anchor_lon is None or stored.anchor_lat is None:
        return ""
    street = addresses.place_at(connection(), stored.anchor_lon, stored.anchor_lat)["street"]
    return str(street) if street else f"{stored.anchor_lat:.5f}, {stored.anchor_lon:.5f}"


def _fill_in(stored: Collective, typed: Typed, version: int) -> ResponseReturnValue:
    preset = needs_form.first(typed, "preset")
    if preset not in PRESETS:
        return _page(stored, typed, version, note=_("Choose a practice first. Nothing was changed.")), 422
    filled = needs_form.filled(typed, NeedsProfile.from_json(PRESETS[preset]))
    note = _("Filled in where nothing stood. Change what does not fit, then save; nothing is stored yet.")
    return _page(stored, filled, version, note=note, fresh=frozenset(filled) - frozenset(typed))


def _overtaken(slug: str, typed: Typed) -> ResponseReturnValue:
    """Show what was typed beside what somebody else stored; saving again replaces theirs."""
    stored = collectives.collective_to_edit(services().unit_of_work(), actor(), slug)
    theirs = needs_form.typed_of(stored, _anchor_text(stored))
    words = needs_view.names()
    differing = [
        words[code] for code in words if needs_form.first(typed, code) != needs_form.first(theirs, code)
    ]  # fmt: skip
    return _page(stored, typed, stored.version, differing=differing, overtaken=True), 412


def _page(
    stored: Collective, typed: Typed, version: int, *, faults: dict[str, Invalid] | None = None, note: str = "",
    fresh: frozenset[str] = frozenset(), differing: list[str] | None = None, overtaken: bool = False,
) -> str:  # fmt: skip
    words = {code: needs_view.fault(error) for code, error in (faults or {}).items()}
    districts = [(row["slug"], row["name"]) for row in areas.names(connection()) if row["level"] in _DISTRICTS]
    shown = needs_view.sections(typed, words, districts)
    for section in shown:
        section["open"] = section["open"] or any(one["code"] in fresh for one in section["controls"])
    return render_template(
        "collectives/edit.html", collective=stored, typed=typed, version=version, faults=words,
        names=needs_view.names(), sections=shown, presets=needs_view.presets(), units=needs_view.units(),
        preset=needs_form.first(typed, "preset"), forms=choices("collective_form"), practices=choices("discipline"),
        note=note, differing=differing or [], overtaken=overtaken, is_new=not stored.needs,
    )  # fmt: skip


_DISTRICTS = frozenset({"district", "neighbourhood", "custom"})
