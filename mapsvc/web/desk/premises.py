"""`/desk/premises`: the register as table and map, new records, exports; one record's form is `premises_edit`."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict

from mapsvc.domain.errors import Invalid
from mapsvc.domain.people import Action, require
from mapsvc.spatial import desk_records, desk_register, places
from mapsvc.spatial.desk_register import PAGE, RegisterQuery
from mapsvc.usecases import spaces
from mapsvc.web.current import actor, city, connection, now, services
from mapsvc.web.desk import maps, premises_form, records
from mapsvc.web.desk.blueprint import bp, scope
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.i18n import ago, number_text
from mapsvc.web.labels import choices, label

_FILTERS = ("state", "status", "band", "availability", "owner", "kind", "area", "complete")
_HIGHEST_PAGE = 2_000
_MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.get("/premises")
def premises() -> str:
    """Show the register, filtered, sorted and page by page, beside its map."""
    query = register_query()
    number = _page_number()
    rows, total = desk_register.page(connection(), scope(), query, number)
    start = city()
    shell = maps.shell("desk", start.lat, start.lon, start.zoom)
    return render_template(
        "desk/premises.html",
        rows=[_row(row) for row in rows],
        total_text=ngettext("%(count)s record", "%(count)s records", total, count=number_text(total)),
        query=query,
        chosen=_chosen(query, filters := _filter_choices()),
        filters=filters,
        sorts=_sorts(query.sort),
        back=_address(page=number - 1) if number > 1 else "",
        on=_address(page=number + 1) if number * PAGE < total else "",
        page_text=_("%(first)s to %(last)s", first=number_text((number - 1) * PAGE + 1),
                    last=number_text((number - 1) * PAGE + len(rows))) if rows else "",
        stickers="/desk/stickers" + _search(),
        exports={kind: "/desk/premises." + kind + _search() for kind in _MEDIA},
        shell=shell,
        map_texts=map_texts(),
        places={"places": [records.marker(row) for row in rows]},
        may_add=_may_edit_somewhere(),
    )  # fmt: skip


@bp.get("/premises.<any(csv, xlsx):kind>")
def premises_export(kind: str) -> Response:
    """Answer the present filter as a file; cells that would run as a formula are neutralised."""
    query = register_query()
    rows = desk_register.exported(connection(), scope(), query)
    body: Iterable[bytes]
    if kind == "csv":
        body = list(services().register_csv(rows))
    else:
        body = [services().register_xlsx(rows)]
    name = f"premises-{now().date().isoformat()}.{kind}"
    return Response(body, mimetype=_MEDIA[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.route("/premises/new", methods=["GET", "POST"])
def premises_new() -> ResponseReturnValue:
    """Add a record: where it is and what it is; the attributes follow in its form."""
    if not _may_edit_somewhere():
        require(actor(), Action.EDIT_SPACE)
    if request.method == "GET":
        return _new_page(request.args, {})
    form = MultiDict(request.form)
    _locate(form)
    read = premises_form.read(form)
    try:
        if not read.errors:
            space = spaces.add_space(services().unit_of_work(), actor(), _new_values(read.changes), now())
            flash(_("%(name)s is in the register. Now add what is known about it.", name=space.name), "ok")
            return redirect(url_for("desk.premises_edit", slug=space.slug))
    except Invalid as error:
        read.errors.update([premises_form.fault(error)])
    return _new_page(form, read.errors), 422


def _new_page(form: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    start = city()
    return render_template(
        "desk/new.html", form=form, errors=errors, shell=maps.shell("mark", start.lat, start.lon, 17),
        map_texts=map_texts(), kinds=choices("asset_kind"), owners=choices("owner_type"),
        precisions=choices("precision"),
        field_text=premises_form.control_text,
    )  # fmt: skip


def _new_values(changes: Mapping[str, object]) -> dict[str, object]:
    """Return the values of a new record; what was left empty takes the value of the model."""
    return {name: value for name, value in changes.items() if value not in (None, "", {})} | {
        "name": changes.get("name") or ""
    }


def _locate(form: MultiDict[str, str]) -> None:
    """Fill a missing position from the street, where the gazetteer knows exactly that street."""
    street = form.get("street", "").strip()[:100]
    if form.get("lon", "").strip() or form.get("lat", "").strip() or len(street) < 3 or "\x00" in street:
        return
    start = city()
    for found in places.search(connection(), street, start.lon, start.lat):
        if found["type"] == "street":
            form["lon"], form["lat"] = str(round(found["lon"], 6)), str(round(found["lat"], 6))
            return


def register_query() -> RegisterQuery:
    """Return the filter and the order that the address asks for."""
    values = {name: request.args.get(name, "")[:80] for name in (*_FILTERS, "sort")}
    words = " ".join(request.args.get("q", "").split())[:100]
    if any("\x00" in value for value in (*values.values(), words)):
        raise Invalid("a NUL character", "/q", code="nul")
    return RegisterQuery(words=words, **values | {"sort": values["sort"] or RegisterQuery.sort})


def _page_number() -> int:
    raw = request.args.get("page", "1")
    return min(max(int(raw), 1), _HIGHEST_PAGE) if raw.isdecimal() and len(raw) < 6 else 1


def _search(**changes: object) -> str:
    kept = {name: value for name, value in request.args.items() if name not in ("page", "lang") and value}
    pairs = {name: value for name, value in (kept | changes).items() if value}
    return f"?{urlencode(pairs)}" if pairs else ""


def _address(**changes: object) -> str:
    return request.path + _search(**changes)


def _may_edit_somewhere() -> bool:
    found = scope(Action.EDIT_SPACE)
    return found.everywhere or bool(found.areas)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **records.marker(row),
        "slug": row["slug"],
        "address": " ".join(part for part in (row["street"], row["number"]) if part),
        "state": row["record_state"],
        "area": row["area_name"] or "",
        "kind_text": label("asset_kind", row["asset_kind"]),
        "owner": label("owner_type", row["owner_type"]),
        "availability": label("availability_state", row["availability_state"]),
        "size": f"{number_text(row['area_m2'])} m²" if row["area_m2"] else "",
        "complete": desk_register.completeness(row["features"]),
        "confirmed": ago(row["last_confirmed_on"]),
    }


def _filter_choices() -> list[dict[str, Any]]:
    areas = desk_records.areas(connection(), scope())
    complete = [("full", _("At least 70 percent")), ("half", _("30 to 70 percent")), ("little", _("Under 30 percent"))]
    named = [
        ("area", _("Area"), [(row["slug"], row["name"]) for row in areas]),
        ("status", _("Status"), choices("vacancy_status")),
        ("band", _("Age"), choices("band")),
        ("state", _("Record"), choices("record_state")),
        ("availability", _("Availability"), choices("availability_state")),
        ("owner", _("Owner"), choices("owner_type")),
        ("kind", _("Kind"), choices("asset_kind")),
        ("complete", _("Completeness"), complete),
    ]
    return [{"name": name, "label": words, "options": options} for name, words, options in named]


def _chosen(query: RegisterQuery, filters: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the filters that are set, each with the address without it."""
    return [
        {
            "text": f"{one['label']}: {dict(one['options']).get(value, value)}",
            "url": _address(**{one["name"]: ""}),
        }
        for one in filters
        if (value := getattr(query, one["name"]))
    ]


def _sorts(present: str) -> list[dict[str, Any]]:
    """Return the heads of the table: a tap sorts by the column, a second one the other way round."""
    named = [
        ("name", _("Name")), ("status", _("Status")), ("availability", _("Availability")), ("size", _("Size")),
        ("completeness", _("Known")), ("confirmed", _("Confirmed")),
    ]  # fmt: skip
    return [
        {
            "text": words,
            "url": _address(sort=f"-{code}" if present == code else code),
            "aria": {code: "ascending", f"-{code}": "descending"}.get(present, "none"),
        }
        for code, words in named
    ]
