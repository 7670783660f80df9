"""`/desk/premises/<slug>`: the form of one record and its position, each based on the version that was read."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mapsvc.domain.errors import Invalid, Stale
from mapsvc.domain.features import FIELDS
from mapsvc.domain.geometry import distance_m
from mapsvc.domain.history import NESTED, flat, whole
from mapsvc.domain.people import Action, allows, require
from mapsvc.spatial import desk_register
from mapsvc.usecases import spaces
from mapsvc.web import field_words, merge_offer
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk import maps, merge_rows, premises_form, record_history, records
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import version
from mapsvc.web.desk.history_words import field_name, value_text
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.i18n import number_text
from mapsvc.web.language_names import language_name
from mapsvc.web.merge_offer import Offer, base_text, sent_base
from mapsvc.web.option_words import option_label
from mapsvc.web.problems import wants_json

#: Entries of the history beside the form; all of them have a page of their own.
_RECENT = 6


@bp.route("/premises/<slug>", methods=["GET", "POST"])
def premises_edit(slug: str) -> ResponseReturnValue:
    """Show and change what is known about a record; whoever was overtaken gets both changes joined, to save or not."""
    row = records.find(slug)
    if request.method == "GET":
        return _edit_page(row, premises_form.written(row))
    form = MultiDict(request.form)
    read = premises_form.read(form, row)
    changes = _as_chosen(read.changes, row)
    if not read.errors:
        try:
            space = spaces.edit_space(services().unit_of_work(), actor(), slug, version(), changes, now())
        except Invalid as error:
            read.errors.update([premises_form.fault(error)])
        except Stale:
            if wants_json():
                raise
            return _overtaken(slug, changes), 412
        else:
            flash(_("%(name)s is saved.", name=space.name), "ok")
            return redirect(url_for("desk.premises_edit", slug=space.slug))
    # The form goes on from the version that it began with: what somebody else saved meanwhile is still to be joined.
    return _edit_page(
        row, form, read.errors, version=request.form.get("version", ""), base=request.form.get("base")
    ), 422


@bp.route("/premises/<slug>/place", methods=["GET", "POST"])
def premises_place(slug: str) -> ResponseReturnValue:
    """Move a record: the pin of a map, or typed degrees."""
    row = records.find(slug)
    require(actor(), Action.EDIT_SPACE, row["area_path"] or ())
    if request.method == "GET":
        return _place_page(row, row)
    form = request.form
    read = premises_form.read(MultiDict({name: form.get(name, "") for name in ("lon", "lat")}), row)
    if not read.errors:
        place = {name: read.changes[name] for name in ("lon", "lat")}
        try:
            spaces.edit_space(services().unit_of_work(), actor(), slug, version(), place, now())
        except Invalid as error:
            read.errors.update([premises_form.fault(error)])
        except Stale:
            if wants_json():
                raise
            stored = records.find(slug)
            return _place_page(stored, form, overtaken=_how_far(stored, place)), 412
        else:
            flash(_("The position is saved."), "ok")
            return redirect(url_for("desk.premises_edit", slug=slug))
    return _place_page(row, form, read.errors, version=form.get("version", "")), 422


def _as_chosen(changes: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was sent, with what is stored where the sender chose that in a merge offer."""
    if not any(name.startswith(merge_offer.KEEP) for name in request.form):
        return dict(changes)
    stored = flat({name: row[name] for name in changes})
    return _as_changes(merge_offer.chosen(flat(changes), stored), changes)


def _as_changes(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return flat values as changes of the same fields; a JSON field all of whose members went is empty, not absent."""
    return {name: {} for name in NESTED if name in changes} | whole(values, {})


def _overtaken(slug: str, changes: Mapping[str, Any]) -> str:
    """Return the form with both changes joined, based on what is stored now."""
    stored = records.find(slug)
    base, yours = sent_base(), flat(changes)
    theirs = flat({name: stored[name] for name in changes if name in stored})
    began = base.get("point") if base else None
    if "point" in yours and _close(yours["point"], began):
        yours["point"] = began
    joined, offer = merge_offer.offer(base, yours, theirs, field_name, value_text)
    return _edit_page(stored, premises_form.written({**stored, **_as_changes(joined.values, changes)}), offer=offer)


def _close(one: Any, other: Any) -> bool:
    """Tell whether two positions differ only by the rounding of the form."""
    try:
        return all(abs(left - right) <= premises_form.SAME_DEGREES for left, right in zip(one, other, strict=True))
    except TypeError:
        return False


def _edit_page(
    row: Mapping[str, Any], form: Mapping[str, Any], errors: Mapping[str, str] | None = None, *,
    offer: Offer | None = None, version: str | None = None, base: str | None = None,
) -> str:  # fmt: skip
    shell = maps.shell("mini", row["lat"], row["lon"], 17, records.bounds(row))
    groups: dict[str, list[Any]] = {}
    for spec in FIELDS:
        groups.setdefault(spec.group, []).append(spec)
    history, entries = record_history.recent("space", str(row["id"]), _RECENT)
    return render_template(
        "desk/edit.html",
        row=row,
        form=form,
        errors=errors or {},
        offer=offer,
        version=row["version"] if version is None else version,
        base=base_text(flat({name: row[name] for name in spaces.EDITABLE})) if base is None else base,
        groups=groups,
        known={name: sum(spec.code in row["features"] for spec in specs) for name, specs in groups.items()},
        completeness=desk_register.completeness(row["features"]),
        window_rows=premises_form.WINDOW_ROWS,
        may_edit=allows(actor(), Action.EDIT_SPACE, row["area_path"] or ()) and row["record_state"] != "merged",
        symbol=records.marker(row),
        shell=shell,
        map_texts=map_texts(),
        places={"places": [records.marker(row)]},
        said=records.said(row["id"]),
        photos=records.photos(row["id"]),
        history=history,
        merges=merge_rows.merges_of(row["id"]),
        entries=entries,
        error_codes=[name.removeprefix(premises_form.PREFIX) for name in errors or {}],
        prefix=premises_form.PREFIX,
        **_words(),
    )


def _place_page(
    row: Mapping[str, Any], form: Mapping[str, Any], errors: Mapping[str, str] | None = None, *,
    overtaken: str | None = None, version: str | None = None,
) -> str:  # fmt: skip
    return render_template(
        "desk/place.html", row=row, form=form, errors=errors or {}, overtaken=overtaken,
        version=row["version"] if version is None else version,
        shell=maps.shell("mark", row["lat"], row["lon"], 18), map_texts=map_texts(),
    )  # fmt: skip


def _how_far(stored: Mapping[str, Any], place: Mapping[str, Any]) -> str:
    """Return how far the sent position is from the one that is stored by now."""
    metres = distance_m((stored["lon"], stored["lat"]), (place["lon"], place["lat"]))
    return _("Yours is %(metres)s m from the position that is stored now.", metres=number_text(round(metres)))


def _words() -> dict[str, Any]:
    """Return the functions that give the form its words."""
    return {
        "field_text": premises_form.control_text,
        "field_label": field_words.field_label,
        "group_label": field_words.group_label,
        "unit_text": field_words.unit_text,
        "day_label": field_words.day_label,
        "option_label": option_label,
        "known_text": premises_form.known_text,
        "language_name": language_name,
    }
