"""Applying in a call: the first page (`/calls/<code>/apply`), and the parts of an application (`/a/<key>/…`).

The key of an application is the secret of its private link, or its id for whoever is signed in and may open it. The
page after sending, documents and withdrawing are in `application_pages`.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.application_drafts import NEEDED, GroupFacts, Step
from mapsvc.domain.errors import Conflict, DomainError, Invalid, Stale
from mapsvc.domain.ids import new_id
from mapsvc.domain.imports import THEMES
from mapsvc.domain.needs import PRESETS, NeedsProfile
from mapsvc.domain.people import Action, holds_anywhere
from mapsvc.domain.projects import MOST_THEMES
from mapsvc.usecases import application_lots, applications
from mapsvc.usecases.applications import Beginning, Opened
from mapsvc.web import application_forms as forms
from mapsvc.web import application_view as view
from mapsvc.web import needs_form, needs_view
from mapsvc.web.application_forms import Part
from mapsvc.web.application_words import closing_text, fault_text, field_names, step_titles, weight_choices
from mapsvc.web.current import actor, forget, now, services
from mapsvc.web.i18n import language
from mapsvc.web.labels import choices
from mapsvc.web.limits import APPLY, SAVE, limiter
from mapsvc.web.needs import district_choices, point_text, street_point
from mapsvc.web.needs_form import Typed
from mapsvc.web.problems import status_of, wants_json
from mapsvc.web.reports import never_kept

bp = Blueprint("applications", __name__)
bp.after_request(never_kept)
_OWN_FIELDS = frozenset({"csrf_token", "base", "go", "key", "preset", "move"})


@bp.get("/calls/<code>/apply")
def begin(code: str) -> ResponseReturnValue:
    """Show the first page: who applies."""
    chosen = request.args.get("as", "")
    return _begin_page(code, forms.group_typed(GroupFacts()) | {"collective": [chosen]})


def _begin_page(code: str, typed: Typed, faults: Mapping[str, DomainError] | None = None) -> ResponseReturnValue:
    try:
        call = applications.call_to_apply(services().unit_of_work(), code, now())
    except Conflict:
        return _closed_page(code)
    words = {name: fault_text(error) for name, error in (faults or {}).items()}
    page = render_template(
        "applications/begin.html",
        call=call,
        title=view.title_of(call),
        closes=closing_text(call),
        typed=typed,
        faults=words,
        names=field_names(),
        forms=choices("collective_form"),
        practices=choices("discipline"),
        districts=district_choices(),
        own=applications.own_collectives(services().unit_of_work(), actor()),
        broker=holds_anywhere(actor(), Action.FILE_ON_BEHALF),
        key=needs_form.first(typed, "key") or str(new_id()),
        total=len(view.STEPS),
    )
    return make_response(page, 422 if words else 200)


def _closed_page(code: str) -> ResponseReturnValue:
    page = render_template("applications/closed.html", code=code)
    return make_response(page, 409 if request.method == "POST" else 200)


def _began_now(_response: object) -> bool:
    """Tell whether this request began an application: sending again does not count against the limit."""
    return bool(g.get("began"))


@bp.post("/calls/<code>/apply")
@limiter.limit(APPLY, deduct_when=_began_now)
@limiter.limit(SAVE)
def start(code: str) -> ResponseReturnValue:
    """Begin an application, once for each key, and lead to its next part."""
    typed = typed_form() | {"key": [request.form.get("key", "")]}
    try:
        key = UUID(needs_form.first(typed, "key"))
    except ValueError:
        raise Invalid("the form has lost its key", "/key", code="required") from None
    part = forms.read_group(typed)
    faults = dict(part.faults)
    email = needs_form.first(typed, "email")
    if email and not plausible_address(email):
        faults["email"] = Invalid("this is no e-mail address", "/email", code="email")
    behalf = needs_form.first(typed, "on_behalf") == "1"
    slug = needs_form.first(typed, "collective")
    if not faults:
        beginning = Beginning(key, part.values["group"], slug, behalf, email, language())
        forget()
        try:
            application_id = applications.begin(
                services().unit_of_work(), actor(), services().application_token, code, beginning, now()
            )
        except Invalid as error:
            faults[error.pointer.strip("/")] = error
        except Conflict as error:
            if wants_json() or error.code == "key_reused":
                raise
            if error.code == "call_closed":
                return _closed_page(code)
            faults["collective"] = error
    if faults:
        return _begin_page(code, typed, faults)
    g.began = True
    token = services().application_token(application_id)
    after = "group" if slug else "needs"
    return redirect(url_for("applications.step", key=token, name=after), 303)


def plausible_address(email: str) -> bool:
    """Tell whether a text can be a mail address."""
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def typed_form() -> Typed:
    """Return what was typed, without what belongs to the form itself."""
    return {name: values for name, values in request.form.lists() if name not in _OWN_FIELDS}


@bp.get("/a/<key>/<any(group, needs, project, places, documents):name>")
def step(key: str, name: str) -> ResponseReturnValue:
    """Show one part of an application."""
    seen = applications.look(services().unit_of_work(), actor(), key, now())
    if not seen.writable:
        return redirect(url_for("application_pages.show", key=key))
    return _step_page(key, seen, Step(name), _stored(seen, Step(name)))


@bp.post("/a/<key>/<any(group, needs, project, places, documents):name>")
@limiter.limit(SAVE)
def save(key: str, name: str) -> ResponseReturnValue:
    """Save one part as far as it can be read, and go where the button says; what was typed survives every fault."""
    seen = applications.look(services().unit_of_work(), actor(), key, now())
    at, typed = Step(name), typed_form()
    if request.form.get("go") == "preset":
        return _fill_in(key, seen, typed)
    try:
        part = _read(seen, at, typed)
        mark = _save(key, at, part)
    except (Invalid, Stale) as error:
        if wants_json():
            raise
        return _refused(key, at, typed, error)
    except Conflict as error:
        if wants_json():
            raise
        flash(fault_text(error), "warn")
        return redirect(url_for("application_pages.show", key=key), 303)
    words = {control: fault_text(error) for control, error in part.faults.items()}
    if wants_json():
        return jsonify(mark=mark, faults=words)
    moved = request.form.get("move", "").partition(":")[2]
    if moved:
        return redirect(_target(key, at, "stay") + f"#lot-{moved}", 303)
    go = request.form.get("go", "next")
    if words and go == "next":
        return _step_page(key, _look(key), at, typed, words, 422)
    return redirect(_target(key, at, go), 303)


def _look(key: str) -> Opened:
    return applications.look(services().unit_of_work(), actor(), key, now())


def _target(key: str, at: Step, go: str) -> str:
    order = view.STEPS
    place = order.index(at.value) + {"next": 1, "back": -1}.get(go, 0)
    if go == "close" or place < 0:
        return url_for("application_pages.show", key=key)
    if order[place] == "check":
        return url_for("application_pages.check", key=key)
    return url_for("applications.step", key=key, name=order[place])


def _read(seen: Opened, at: Step, typed: Typed) -> Part:
    if at is Step.GROUP:
        return forms.read_group(typed)
    if at is Step.NEEDS:
        return forms.read_needs_step(typed, _locator(seen))
    if at is Step.PROJECT:
        return forms.read_project(typed)
    if at is Step.DOCUMENTS:
        return forms.read_declarations(typed)
    numbers = {str(lot.number): lot.id for lot in seen.lots}
    part = forms.read_places(typed, numbers)
    move, _colon, number = request.form.get("move", "").partition(":")
    if move:
        if move not in ("up", "down", "in", "out") or number not in numbers:
            raise Invalid("this lot is not part of the call", "/move", code="lot_foreign", value=number)
        lots = forms.moved(part.values["lots"], numbers[number], move)
        part = Part({**part.values, "lots": lots})
    return part


def _save(key: str, at: Step, part: Part) -> str:
    base = request.form.get("base", "")
    forget()
    return applications.save_part(
        services().unit_of_work(), actor(), key, at, base, part.values, dict(part.typed), now()
    )


def _locator(seen: Opened) -> needs_form.Locate:
    """Return what finds a street; the words of the stored point stay that point."""
    point = seen.draft.needs.get("anchor_point")
    known = point_text(*point) if isinstance(point, list) else None

    def locate(street: str) -> tuple[float, float]:
        if known is not None and isinstance(point, list) and street == known:
            return point[0], point[1]
        return street_point(street)

    return locate


def _stored(seen: Opened, at: Step) -> Typed:
    point = seen.draft.needs.get("anchor_point")
    return forms.typed_of(seen.draft, at, point_text(*point) if isinstance(point, list) else "")


def _refused(key: str, at: Step, typed: Typed, error: Invalid | Stale) -> ResponseReturnValue:
    seen = _look(key)
    control = error.pointer.strip("/").split("/")[0] if isinstance(error, Invalid) else ""
    stale = isinstance(error, Stale)
    return _step_page(key, seen, at, typed, {control: fault_text(error)}, status_of(error), stale=stale)


def _fill_in(key: str, seen: Opened, typed: Typed) -> ResponseReturnValue:
    preset = request.form.get("preset", "")
    if preset not in PRESETS:
        note = _("Choose a practice first. Nothing was changed.")
        return _step_page(key, seen, Step.NEEDS, typed, status=422, note=note)
    filled = needs_form.filled(typed, NeedsProfile.from_json(PRESETS[preset]))
    note = _("Filled in where nothing stood. Change what does not fit, then go on.")
    return _step_page(key, seen, Step.NEEDS, filled, note=note, fresh=frozenset(filled) - frozenset(typed))


def _step_page(key: str, seen: Opened, at: Step, typed: Typed, faults: Mapping[str, str] | None = None,
               status: int = 200, *, note: str = "", stale: bool = False,
               fresh: frozenset[str] = frozenset()) -> ResponseReturnValue:  # fmt: skip
    words = dict(faults or _kept_faults(seen, at, typed))
    page = render_template(
        f"applications/{at.value}.html",
        key=key,
        seen=seen,
        at=at.value,
        place=view.STEPS.index(at.value) + 1,
        total=len(view.STEPS),
        title=step_titles()[at.value],
        call_title=view.title_of(seen.call),
        base=seen.draft.mark(at),
        typed=typed,
        faults=words,
        names=field_names(),
        note=note,
        stale=stale,
        **_extras(key, seen, at, typed, words, fresh),
    )
    return make_response(page, status)


def documents_page(key: str, seen: Opened, kind: str, fault: str, status: int) -> ResponseReturnValue:
    """Show the documents with what is wrong with a file of one kind."""
    typed = _stored(seen, Step.DOCUMENTS)
    return _step_page(key, seen, Step.DOCUMENTS, typed, {f"document-{kind}": fault}, status)


def _kept_faults(seen: Opened, at: Step, typed: Typed) -> dict[str, str]:
    """Return the faults of what was kept as typed, so that a page that is opened again still says them."""
    if not seen.draft.typed.get(at):
        return {}
    try:
        return {control: fault_text(error) for control, error in _read(seen, at, typed).faults.items()}
    except Invalid:
        return {}


def _extras(key: str, seen: Opened, at: Step, typed: Typed, faults: Mapping[str, str],
            fresh: frozenset[str]) -> dict[str, Any]:  # fmt: skip
    if at is Step.GROUP:
        return {
            "forms": choices("collective_form"),
            "practices": choices("discipline"),
            "districts": district_choices(),
        }
    if at is Step.NEEDS:
        sections = needs_view.sections(typed, faults, district_choices())
        for section in sections:
            codes = {one["code"] for one in section["controls"]}
            section["open"] = bool(codes & (fresh | set(NEEDED) | set(faults)))
        return {"sections": sections, "presets": needs_view.presets(), "units": needs_view.units()}
    if at is Step.PROJECT:
        return {"themes": choices("theme"), "weights": weight_choices(), "most_themes": MOST_THEMES,
                "chosen": sum(bool(needs_form.first(typed, f"theme.{code}")) for code in THEMES)}  # fmt: skip
    if at is Step.PLACES:
        return _places(key)
    return {"papers": view.documents(seen), "declarations": view.declarations(seen)}


def _places(key: str) -> dict[str, Any]:
    seen, fits = application_lots.lots_to_rank(services().unit_of_work(), actor(), key, now())
    rows = view.lot_rows(fits)
    return {
        "rows": rows,
        "ranked": [row for row in rows if row["rank"]],
        "others": [row for row in rows if not row["rank"]],
        "map": view.lots_map(rows),
        "most": min(seen.call.definition.max_preferences, len(rows)),
        "compared": bool(seen.draft.needs),
    }
