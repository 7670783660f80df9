"""What fits: spaces for a collective (`/collectives/<slug>/fits`); collectives for a space and one pair (`/desk`)."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.ids import slugify
from mapsvc.usecases import matching
from mapsvc.usecases.market import Market
from mapsvc.usecases.matching import Fits, Fitting
from mapsvc.web import fit_words
from mapsvc.web.current import actor, now, services
from mapsvc.web.i18n import instant_text
from mapsvc.web.labels import label
from mapsvc.web.mini_map import mini_map
from mapsvc.web.paging import Paging, words
from mapsvc.web.problems import problem, wants_json

bp = Blueprint("matching", __name__)
_PAGE = 25
#: Rows of each list of the start page; the search box finds the others.
_LISTED = 50


@bp.before_request
def guard() -> ResponseReturnValue | None:
    """Send whoever is not signed in to sign in first; what each may see is asked in the use cases."""
    if actor().signed_in:
        return None
    if wants_json():
        return problem(401, _("Sign in first. Nothing was saved."), code="sign_in")
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


def signed_in(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Send whoever is not signed in away from a page of another blueprint; the next page shows no message of it."""

    @wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        refused = guard()
        return view(**values) if refused is None else refused

    return guarded


@bp.after_request
def never_kept(response: Response) -> Response:
    """Tell browsers and proxies to keep nothing: needs and budgets are not public."""
    response.headers["Cache-Control"] = "no-store"
    return response


def market() -> Market:
    """Return the offers that this process keeps ready."""
    kept: Market = current_app.extensions.setdefault("mapsvc_market", Market())
    return kept


@bp.get("/collectives/<slug>/fits")
def collective(slug: str) -> str:
    """Show the ranked spaces for one collective."""
    paging = Paging.read(_PAGE)
    fits = _spaces(slug, paging)
    rows = [_space_row(fit, fits, place) for place, fit in enumerate(fits.rows, fits.first + 1)]
    return render_template(
        "collectives/fits.html", fits=fits, rows=rows, letters=fit_words.letters(), pager=paging.links(fits.total),
        map=_map(rows), lines=_lines(fits, rows), as_of=instant_text(now()),
        no_needs=not (fits.collective and fits.collective.needs), own=None if fits.office else fits.collective,
        state_text=label("collective_state", fits.collective.state) if fits.collective else "",
    )  # fmt: skip


@bp.get("/collectives/<slug>/fits.json")
def collective_json(slug: str) -> Response:
    """Answer the ranked spaces for one collective as codes and figures."""
    return _json(_spaces(slug, Paging.read(_PAGE)))


@bp.get("/desk/matching")
def start() -> str:
    """Choose a space or a collective to compare."""
    query = slugify(words()) if words() else ""
    offers, collectives = matching.choices(services().unit_of_work(), market(), actor())
    found = [row for row in offers if query in slugify(f"{row.space.name} {row.area_name or ''}")]
    groups = [
        one
        for one in collectives
        if query in slugify(f"{one.name} {fit_words.collective_line(one)}")
    ]  # fmt: skip
    return render_template(
        "matching/start.html", q=words(), spaces=[_offer_entry(row) for row in found[:_LISTED]],
        collectives=[{"name": one.name, "line": fit_words.collective_line(one), "demonstration": one.demonstration,
                      "url": url_for("matching.collective", slug=one.slug)} for one in groups[:_LISTED]],
        spaces_total=len(found), collectives_total=len(groups), listed=_LISTED,
    )  # fmt: skip


def _offer_entry(row: Any) -> dict[str, Any]:
    shown = fit_words.offer_place(row, url_for("matching.space", slug=row.space.slug))
    return shown | {"line": fit_words.offer_line(row)}


@bp.get("/desk/matching/spaces/<slug>")
def space(slug: str) -> str:
    """Show the ranked collectives for one space."""
    paging = Paging.read(_PAGE)
    fits = _collectives(slug, paging)
    rows = [_collective_row(fit, place) for place, fit in enumerate(fits.rows, fits.first + 1)]
    own = fit_words.offer_place(fits.offer) if fits.offer else {}
    return render_template(
        "matching/space.html", fits=fits, space=own, rows=rows, letters=fit_words.letters(),
        line=fit_words.offer_line(fits.offer) if fits.offer else "", pager=paging.links(fits.total),
        map=mini_map([own], moving=True), lines=_anchor_lines(fits), as_of=instant_text(now()),
    )  # fmt: skip


@bp.get("/desk/matching/spaces/<slug>.json")
def space_json(slug: str) -> Response:
    """Answer the ranked collectives for one space as codes and figures."""
    return _json(_collectives(slug, Paging.read(_PAGE)))


@bp.get("/desk/matching/spaces/<slug>/<collective>")
def pair(slug: str, collective: str) -> str:
    """Show one pair with every rule, every criterion and every change, on a page that can be printed."""
    fit = matching.one_pair(services().unit_of_work(), actor(), slug, collective, now().date())
    return render_template(
        "matching/pair.html", fit=fit, card=fit_words.card(fit), space=fit_words.offer_place(fit.offer),
        space_line=fit_words.offer_line(fit.offer), collective_line=fit_words.collective_line(fit.collective),
        rules=fit_words.rule_rows(fit.pair), criteria=fit_words.fit_rows(fit.pair),
        changes=fit_words.change_rows(fit.pair), coverage=round(100 * fit.pair.coverage / fit_words.MICRO),
        as_of=instant_text(now()),
    )  # fmt: skip


@bp.get("/desk/matching/spaces/<slug>/<collective>.json")
def pair_json(slug: str, collective: str) -> Response:
    """Answer one pair as codes and figures."""
    fit = matching.one_pair(services().unit_of_work(), actor(), slug, collective, now().date())
    return jsonify({"as_of": now().isoformat(timespec="seconds"), **fit_words.pair_json(fit)})


def _spaces(slug: str, paging: Paging) -> Fits:
    return matching.spaces_for(
        services().unit_of_work(), market(), actor(), slug, now().date(), first=paging.offset, limit=paging.size
    )


def _collectives(slug: str, paging: Paging) -> Fits:
    return matching.collectives_for(
        services().unit_of_work(), actor(), slug, now().date(), first=paging.offset, limit=paging.size
    )


def _json(fits: Fits) -> Response:
    return jsonify(
        {
            "as_of": now().isoformat(timespec="seconds"),
            "total": fits.total,
            "feasible": fits.feasible,
            "first": fits.first,
            "rows": [fit_words.pair_json(fit) for fit in fits.rows],
        }
    )


def _space_row(fit: Fitting, fits: Fits, place: int) -> dict[str, Any]:
    shown = fit_words.offer_place(fit.offer)
    css = "s-space" if fit.pair.feasible else "s-space fit-out"
    marker = shown | {"symbol": "m-lot" if shown["precision"] == "exact" else "m-approx", "css": css, "band": "fresh"}
    return fit_words.card(fit) | {
        "number": place,
        "id": shown["id"],
        "name": shown["name"],
        "url": shown["url"],
        "line": fit_words.offer_line(fit.offer),
        "pair_url": fit_words.pair_url(fit) if fits.office else "",
        "marker": marker | {"name": f"{place}. {shown['name']}", "number": place},
    }


def _collective_row(fit: Fitting, place: int) -> dict[str, Any]:
    return fit_words.card(fit) | {
        "number": place,
        "id": str(fit.collective.id),
        "name": fit.collective.name,
        "url": url_for("matching.collective", slug=fit.collective.slug),
        "line": fit_words.collective_line(fit.collective),
        "pair_url": fit_words.pair_url(fit),
        "marker": None,
    }


def _map(rows: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    return mini_map([row["marker"] for row in rows], moving=True)


def _lines(fits: Fits, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return where the collective is, with a line to each space that fits it, dashed where something is to verify."""
    if fits.collective is None or fits.needs is None or fits.needs.anchor_point is None:
        return {"people": [], "lines": []}
    lon, lat = fits.needs.anchor_point
    return {
        "people": [{"at": [lat, lon], "name": fits.collective.name}],
        "lines": [
            {"from": [lat, lon], "to": [row["marker"]["lat"], row["marker"]["lon"]],
             "dashed": bool(fit.pair.conditional_on)}
            for row, fit in zip(rows, fits.rows, strict=True) if fit.pair.feasible
        ],
    }  # fmt: skip


def _anchor_lines(fits: Fits) -> dict[str, Any]:
    """Return where the collectives that fit a space are, each with its line to the space."""
    ends = [
        (fit.collective.name, [fit.collective.anchor_lat, fit.collective.anchor_lon], bool(fit.pair.conditional_on))
        for fit in fits.rows
        if fit.pair.feasible and fit.collective.anchor_lat is not None
    ]
    here = [fits.offer.space.lat, fits.offer.space.lon] if fits.offer else []
    return {
        "people": [{"at": at, "name": name} for name, at, _dashed in ends],
        "lines": [{"from": at, "to": here, "dashed": dashed} for _name, at, dashed in ends],
    }
