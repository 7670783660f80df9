"""`/desk/sources`: the registers that are kept in step, connecting a new one, and how each is kept in step."""

from dataclasses import replace
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, Stale, TooLarge, UnsupportedType
from mapsvc.domain.ids import slugify
from mapsvc.domain.imports import SourceInfo, Upload
from mapsvc.domain.people import Action, require
from mapsvc.domain.source_runs import AT_WORK, RunState, SourceRun, is_late
from mapsvc.domain.sources import HARMLESS, MAPPINGS, FileFormat, Register, Rhythm, RowKind, SourceNoun
from mapsvc.usecases import source_runs as run_cases
from mapsvc.usecases import sources as cases
from mapsvc.usecases.source_runs import RegisterPage
from mapsvc.web.current import actor, now, services
from mapsvc.web.desk import source_words as words
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.decisions import version
from mapsvc.web.i18n import ago, instant_text
from mapsvc.web.labels import source_words
from mapsvc.web.limits import UPLOAD, limiter

LICENCES = ("CC-BY-4.0", "CC0-1.0", "IODL-2.0", "ODbL-1.0", "MIT")
_MOST_RUNS = 30
_STATUS = {TooLarge: 413, UnsupportedType: 415, Conflict: 409, Stale: 412}


@bp.get("/sources")
def sources() -> str:
    """List the registers, those that wait for somebody first."""
    listed = [_row(one) for one in run_cases.listed(services().unit_of_work(), actor())]
    return render_template("desk/sources/list.html", registers=sorted(listed, key=lambda row: row["order"]))


@bp.get("/sources/new")
def source_new() -> ResponseReturnValue:
    """Ask what the register is, then where it comes from; nothing is stored by looking."""
    require(actor(), Action.IMPORT)
    step = 2 if request.args.get("step") == "2" and request.args.get("title", "").strip() else 1
    return _new_page(request.args, step)


@bp.post("/sources/new")
@limiter.limit(UPLOAD)
def source_connect() -> ResponseReturnValue:
    """Name the register and compare its first file, which is sent or fetched."""
    uow = services().unit_of_work
    try:
        register = _named(request.form)
        upload = _upload()
        if upload is None and not register.fetch_url:
            raise Invalid("choose a file or give an address", "/file", code="no_file")
        if upload is not None:
            services().source_files.check(register, upload.data)
        if any(one.register.info.code == register.info.code for one in run_cases.listed(uow(), actor())):
            raise Conflict("there is such a register", code="taken")
        cases.add_register(uow(), actor(), register, now())
        run_id = run_cases.ask_run(uow(), services().source_files, actor(), register.info.code, upload, now())
    except (Invalid, TooLarge, UnsupportedType, Conflict) as error:
        return _new_page(request.form, 2, words.error_text(error)), _STATUS.get(type(error), 422)
    return redirect(url_for("desk.source_run", run_id=run_id), 303)


@bp.get("/sources/<code>")
def source(code: str) -> str:
    """Show a register: how it stands, its settings, its runs."""
    return _page(code)


@bp.post("/sources/<code>/runs")
@limiter.limit(UPLOAD)
def source_compare(code: str) -> ResponseReturnValue:
    """Compare a file that is sent, or what the register's address has now."""
    try:
        upload = _upload()
        if upload is None and request.form.get("verb") != "fetch":
            raise Invalid("choose a file", "/file", code="no_file")
        run_id = run_cases.ask_run(services().unit_of_work(), services().source_files, actor(), code, upload, now())
    except (Invalid, TooLarge, UnsupportedType, Conflict) as error:
        return _page(code, words.error_text(error)), _STATUS.get(type(error), 422)
    return redirect(url_for("desk.source_run", run_id=run_id), 303)


@bp.post("/sources/<code>")
def source_set(code: str) -> ResponseReturnValue:
    """Change how a register is kept in step."""
    found = run_cases.read_register(services().unit_of_work(), actor(), code, 1).register
    try:
        changed = replace(_settings(found, request.form), version=version())
        cases.set_register(services().unit_of_work(), actor(), changed, now())
    except (Invalid, Stale) as error:
        said = _("Somebody else changed it in between. Nothing was saved.") if isinstance(error, Stale) else ""
        return _page(code, said or words.error_text(error), typed=request.form), _STATUS.get(type(error), 422)
    flash(_("Saved."), "ok")
    return redirect(url_for("desk.source", code=code), 303)


def _named(form: Any) -> Register:
    title, mapping = form.get("title", "").strip(), form.get("mapping", "premises")
    if mapping not in MAPPINGS:
        raise Invalid("unknown mapping", "/mapping", code="required")
    attribution = form.get("attribution", "").strip() or title
    code = slugify(title)[:80].strip("-")
    # These two are pages of their own.
    code = f"{code}-register" if code in ("new", "runs") else code
    info = SourceInfo(code, title, form.get("licence", "").strip(), attribution, "")
    plain = Register(info, MAPPINGS[mapping], mapping)
    return _settings(plain, form)


def _settings(register: Register, form: Any) -> Register:
    """Return the register with what a form says; raise Invalid for a word or number that is none."""
    info = register.info
    if "licence" in form:
        info = replace(
            info,
            title=form.get("title", info.title).strip(),
            licence=form.get("licence", info.licence).strip(),
            attribution=form.get("attribution", "").strip() or info.title,
        )
    try:
        rhythm = Rhythm(form.get("rhythm", register.rhythm.value))
        file_format = FileFormat(form.get("format", register.format.value))
        accepts = frozenset(RowKind(one) for one in form.getlist("accepts")) if "rules" in form else register.accepts
    except ValueError:
        raise Invalid("unknown word", "/rhythm", code="required") from None
    return replace(
        register,
        info=info,
        rhythm=rhythm,
        format=file_format,
        accepts=accepts,
        fetch_url=form.get("fetch_url", register.fetch_url).strip(),
        removal_share=_share(form.get("removal_share", ""), register.removal_share),
        grid=_grid(form["grid"]) if "grid" in form else register.grid,
        paused="paused" in form if "rules" in form else register.paused,
    )


def _share(raw: str, kept: float) -> float:
    text = raw.strip().removesuffix("%").strip().replace(",", ".")
    if not text:
        return kept
    try:
        return float(text) / 100 if 0 <= float(text) <= 100 else -1.0
    except ValueError:
        raise Invalid("no number", "/removal_share", code="range") from None


def _grid(raw: str) -> int | None:
    text = raw.strip().upper().removeprefix("EPSG:").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Invalid("no number", "/grid", code="grid")
    return int(text)


def _upload() -> Upload | None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    raw = request.form.get("as_of", "").strip()
    try:
        as_of = date.fromisoformat(raw) if raw else None
    except ValueError:
        raise Invalid("this is no day", "/as_of", code="not_a_date") from None
    return Upload(sent.filename, sent.read(), as_of=as_of)


def _new_page(form: Any, step: int, fault: str = "") -> str:
    return render_template(
        "desk/sources/new.html",
        form=form,
        step=step,
        fault=fault,
        mappings=words.mappings(),
        licences=[(one, one.replace("-", " ")) for one in LICENCES],
        rhythms=words.rhythms(),
        formats=words.formats(),
    )


def _page(code: str, fault: str = "", typed: Any = None) -> str:
    found = run_cases.read_register(services().unit_of_work(), actor(), code, _MOST_RUNS)
    register = found.register
    return render_template(
        "desk/sources/show.html",
        row=_row(found),
        register=register,
        fault=fault,
        typed=typed,
        runs=[run_row(one) for one in found.runs],
        open=run_row(found.open) if found.open else None,
        licences=[(one, one.replace("-", " ")) for one in dict.fromkeys((*LICENCES, register.info.licence))],
        rhythms=words.rhythms(),
        formats=words.formats(),
        rules=[(kind.value, words.rule_text(kind)) for kind in HARMLESS],
        mapping=next(one for one in words.mappings() if one["value"] == register.mapping),
        columns=[(name, target) for name, target in register.known_columns.items()],
    )


def _row(found: RegisterPage) -> dict[str, Any]:
    register, newest = found.register, found.runs[0] if found.runs else None
    last = newest.ran_at if newest else None
    title, attribution = source_words(register.info.code, register.info.title, register.info.attribution)
    state, tag, order = _standing(found, newest)
    return {
        "code": register.info.code,
        "url": url_for("desk.source", code=register.info.code),
        "title": title,
        "attribution": attribution,
        "licence": register.info.licence,
        "rhythm": dict(words.rhythms())[register.rhythm.value],
        "fetched": bool(register.fetch_url),
        "noun": _("Pacts") if register.noun is SourceNoun.PACTS else _("Premises"),
        "icon": "register",
        "state": state,
        "tag": tag,
        "order": (order, title.casefold()),
        "age": _("compared %(when)s", when=ago(last)) if last else _("never compared"),
        "counts": words.counted(newest.counts) if newest and newest.counts else "",
        "open_url": url_for("desk.source_run", run_id=found.open.id) if found.open else "",
    }


def _standing(found: RegisterPage, newest: SourceRun | None) -> tuple[str, str, int]:
    """Return how a register stands in words, the colour of its tag, and its place in the list."""
    if found.open is not None:
        state, tag = words.state_of(found.open)
        return state, tag, 2 if found.open.state in AT_WORK else 0
    if newest is not None and newest.state is RunState.FAILED:
        return _("Could not be fetched") if found.register.fetch_url else _("Could not be used"), "bad", 1
    if found.register.paused:
        return _("Paused"), "", 5
    if newest is None:
        return _("Never compared"), "", 3
    if is_late(found.register, newest.ran_at, now()):
        return _("Late"), "warn", 3
    return _("In step"), "ok", 4


def run_row(run: SourceRun) -> dict[str, Any]:
    """Return a run as one line of a list."""
    state, tag = words.state_of(run)
    return {
        "url": url_for("desk.source_run", run_id=run.id),
        "at": instant_text(run.ran_at),
        "ago": ago(run.ran_at),
        "file": run.file_name or _("from its address"),
        "state": state,
        "tag": tag,
        "found": words.counted(run.counts),
        "written": words.counted(run.written) if run.written is not None else "",
        "fault": words.fault_text(run.fault, run.fault_params) if run.fault else "",
    }
