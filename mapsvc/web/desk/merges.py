"""`/desk/merges`: records that may be one place, two of them side by side, joining them and taking it back."""

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale, VersionRequired
from mapsvc.domain.geometry import distance_m
from mapsvc.domain.people import Action, holds_anywhere
from mapsvc.spatial import desk_merges, desk_records
from mapsvc.usecases import merges as cases
from mapsvc.web.current import actor, connection, forget, now, services
from mapsvc.web.desk import decisions, maps, merge_words, records
from mapsvc.web.desk.blueprint import bp, scope
from mapsvc.web.desk.decisions import key_of
from mapsvc.web.desk.merge_rows import merge_row, pair_row, record_row
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.i18n import ago, date_text, number_text
from mapsvc.web.labels import label, source_words
from mapsvc.web.messages import sentence
from mapsvc.web.place_words import css_of, symbol_of
from mapsvc.web.problems import wants_json

#: Pairs that one page shows; the others follow when these are decided.
_MOST_PAIRS = 40
#: Fields of the form that choose a side begin with this.
CHOICE = "field-"
#: Degrees that the map shows around the two places, about 40 m.
_MARGIN = 0.0004
_STATUS = {Stale: 412, Conflict: 409, Forbidden: 403, Invalid: 422}


@bp.get("/merges")
def merges() -> str:
    """List pairs that may be one place, proposals that wait, and merges that can still be taken back."""
    may_moderate()
    area, number = request.args.get("area", "")[:80], _page_number()
    found, looked_at = desk_merges.suggestions(
        connection(), scope(Action.MODERATE), area=area, offset=(number - 1) * desk_merges.WINDOW
    )
    rows = desk_merges.merges(connection(), scope(Action.MODERATE), cases.UNDO_DAYS)
    return render_template(
        "desk/merges.html",
        pairs=[pair_row(one) for one in found[:_MOST_PAIRS]],
        more=max(0, len(found) - _MOST_PAIRS),
        looked_at=number_text(looked_at),
        waiting=[merge_row(row) for row in rows if row["state"] == "proposed"],
        done=[merge_row(row) for row in rows if row["state"] == "done"],
        areas=[(row["slug"], row["name"]) for row in desk_records.areas(connection(), scope(Action.MODERATE))],
        area=area,
        back=url_for("desk.merges", area=area or None, page=number - 1) if number > 1 else "",
        on=url_for("desk.merges", area=area or None, page=number + 1) if looked_at == desk_merges.WINDOW else "",
    )


def may_moderate() -> None:
    """Raise Forbidden for an account that moderates nowhere: whoever only publishes does not join."""
    if not holds_anywhere(actor(), Action.MODERATE):
        raise Forbidden("this account may not join records", code="forbidden")


@bp.get("/merges/new")
def merges_new() -> ResponseReturnValue:
    """Show two records side by side, by the rule's choices; `words` may name the second one."""
    may_moderate()
    return _compare(_pair(request.args.to_dict(), {}), "")


@bp.post("/merges")
def merges_make() -> ResponseReturnValue:
    """Join the two, or propose it; both versions and the key come with the form."""
    chosen = {
        name.removeprefix(CHOICE): value for name, value in request.form.items() if name.startswith(CHOICE) and value
    }
    pair = _pair(request.form.to_dict(), chosen)
    reason = request.form.get("reason", "")
    wish = cases.Wish(pair, _version("version_a"), _version("version_b"), key_of(request.form.get("key", "")), reason)
    forget()
    try:
        done = cases.merge_spaces(services().unit_of_work(), actor(), wish, now())
    except (Stale, Conflict, Invalid) as error:
        return _refused(error, pair, reason)
    except Forbidden as error:
        if pair.choices and holds_anywhere(actor(), Action.MODERATE):
            return _refused(error, pair, reason)
        raise
    if done.state == "proposed":
        words = _("Proposed. The two are joined when a second person agrees.")
        return decisions.done(words, None)
    words = _("%(name)s was joined with the other record.", name=_name_of(done.loser))
    return decisions.done(words, {"what": "merge", "id": str(done.merge_id)})


@bp.post("/merges/different")
def merges_different() -> ResponseReturnValue:
    """Remember that two records are two places; the pair is not suggested again."""
    pair = _pair(request.form.to_dict(), {})
    forget()
    cases.judge_different(services().unit_of_work(), actor(), pair, now())
    words = _("Noted: two places. They are not suggested again.")
    if request.form.get("from") == "list":
        flash(words, "ok")
        return redirect(url_for("desk.merges"), 303)
    return decisions.done(words, None)


@bp.get("/merges/<uuid:merge_id>")
def merges_show(merge_id: UUID) -> ResponseReturnValue:
    """Show one merge: what was proposed or done, and what can still be decided about it."""
    may_moderate()
    return _merge_page(merge_id)


@bp.post("/merges/<uuid:merge_id>/decision")
def merges_decide(merge_id: UUID) -> ResponseReturnValue:
    """Agree to a proposal, refuse it, or take a merge back."""
    verb = request.form.get("verb", "")
    uow = services().unit_of_work()
    try:
        if verb == "agree":
            done = cases.agree(uow, actor(), merge_id, (_version("version_a"), _version("version_b")), now())
            words = _("%(name)s was joined with the other record.", name=_name_of(done.loser))
            return decisions.done(words, {"what": "merge", "id": str(merge_id)})
        if verb == "refuse":
            cases.refuse(uow, actor(), merge_id, now())
            return decisions.done(_("The proposal was put away. Both records stay."), None)
        if verb != "undo":
            raise Invalid("there is no such decision", "/verb", code="unknown_value", value=verb[:80])
        done = cases.undo_merge(uow, actor(), merge_id, now())
    except (Stale, Conflict) as error:
        if wants_json():
            raise
        return _merge_page(merge_id, error)
    flash(undone_text(done), "ok")
    return redirect(url_for("desk.merges_show", merge_id=merge_id), 303)


def undone_text(done: cases.Done) -> str:
    """Return what taking back did, with the fields that somebody edited since and that therefore stay."""
    words = _("The two records are separate again.")
    if done.kept:
        fields = ", ".join(merge_words.field_label(name) for name in done.kept)
        words += " " + _("Edited since, so it stays as it is: %(fields)s.", fields=fields)
    return words


def _merge_page(merge_id: UUID, error: DomainError | None = None) -> ResponseReturnValue:
    row = desk_merges.merge(connection(), scope(Action.MODERATE), merge_id)
    if row is None:
        raise NotFound("there is no such merge")
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 200)
    if row["state"] == "proposed":
        choices = {name: row[f"{side}_slug"] for name, side in row["choices"].items()}
        pair = cases.Pair(row["survivor_slug"], row["loser_slug"], row["survivor_slug"], choices)
        return _compare(pair, _message(error), status, merge=row)
    shown = {
        **merge_row(row),
        "state": row["state"],
        "survivor": {"slug": row["survivor_slug"], "name": row["survivor_name"]},
        "loser": {"slug": row["loser_slug"], "name": row["loser_name"]},
        "agreed_by": row["agreed_by_name"],
        "swap_reason": row["swap_reason"],
        "undone": date_text(row["undone_at"].date()) if row["undone_at"] else "",
        "undone_by": row["undone_by_name"] or _("somebody of the office"),
        "days": cases.UNDO_DAYS - (now().date() - row["done_at"].date()).days if row["done_at"] else 0,
        "moved": merge_words.moving_text({name: len(keys) for name, keys in row["memory"].get("moved", {}).items()}),
        "fields": [
            {
                "label": merge_words.field_label(name),
                "before": merge_words.value_text(name, value),
                "after": merge_words.value_text(name, row["memory"]["after"].get(name)),
            }
            for name, value in row["memory"].get("before", {}).items()
            if name in merge_words.SHOWN or "." in name
        ],
    }
    return render_template("desk/merge_done.html", merge=shown, message=_message(error)), status


def _compare(
    pair: cases.Pair, message: str, status: int = 200, *, merge: Mapping[str, Any] | None = None, reason: str = ""
) -> ResponseReturnValue:
    forget()
    preview = cases.preview_merge(services().unit_of_work(), actor(), pair, now().date())
    sides = {"survivor": preview.plan.survivor, "loser": preview.plan.loser}
    rows = {side: records.find(party.space.slug) for side, party in sides.items()}
    slugs = {side: row["slug"] for side, row in rows.items()}
    order = ("survivor", "loser") if pair.one == slugs["survivor"] else ("loser", "survivor")
    fields = [merge_words.field_row(one, slugs) for one in preview.plan.fields if merge_words.is_shown(one.name)]
    for field in fields:
        field["values"].sort(key=lambda value: value["slug"] != pair.one)
    page = render_template(
        "desk/merge.html",
        sides=[_side(rows[side], sides[side].lots, "AB"[place]) for place, side in enumerate(order)],
        letters={rows[side]["slug"]: "AB"[place] for place, side in enumerate(order)},
        keep=slugs["survivor"],
        by_rule=preview.by_rule,
        conflicts=[one for one in fields if one["conflict"]],
        filled=[one for one in fields if not one["conflict"] and not one["same"]],
        same=[one for one in fields if one["same"] and one["values"][0]["text"]],
        likeness=merge_words.likeness(preview.comparison, records_apart(rows)),
        obstacle=merge_words.obstacle_text(preview.obstacle) if merge is None else "",
        waiting=preview.waiting if merge is None else None,
        judged_different=preview.judged_different,
        second_person=preview.plan.needs_second_person,
        after=_after(preview),
        moving=merge_words.moving_text(preview.moving),
        message=message,
        reason=reason,
        merge=None if merge is None else {**merge_row(merge), "swap_reason": merge["swap_reason"]},
        key=uuid4(),
        choice=CHOICE,
        **_map(rows),
    )
    return page, status


def records_apart(rows: Mapping[str, Mapping[str, Any]]) -> float:
    """Return how far two records lie from each other, in metres."""
    one, other = rows.values()
    return distance_m((one["lon"], one["lat"]), (other["lon"], other["lat"]))


def _side(row: Mapping[str, Any], lots: tuple[UUID, ...], letter: str) -> dict[str, Any]:
    pictures = desk_records.photos(connection(), row["id"])
    return {
        **record_row(row),
        "letter": letter,
        "version": row["version"],
        "count": row["observation_count"],
        "added": date_text(row["created_at"].date()),
        "source": source_words(row["source_code"], row["source_title"], "")[0],
        "lots": len(lots),
        "demonstration": row["demonstration"],
        "photos": [
            {"src": url_for("desk.photo", photo_id=one["id"], small=1), "alt": one["alt"]} for one in pictures[:4]
        ],
    }


def _after(preview: cases.Preview) -> dict[str, Any]:
    evidence = preview.evidence
    return {
        "symbol": symbol_of("space", evidence.status_codes[0]),
        "css": css_of("space", evidence.band_codes[0]),
        "headline": label("vacancy_status", evidence.status_codes[0]),
        "when": ago(evidence.last_confirmed_on),
        "count": evidence.observation_count,
    }


def _map(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    lons, lats = [row["lon"] for row in rows.values()], [row["lat"] for row in rows.values()]
    box = (min(lons) - _MARGIN, min(lats) - _MARGIN, max(lons) + _MARGIN, max(lats) + _MARGIN)
    middle = (box[1] + box[3]) / 2, (box[0] + box[2]) / 2
    shell = maps.shell("desk", *middle, 18, box, f"m{secrets.token_hex(4)}")
    places = {"places": [records.marker(row) for row in rows.values()]}
    return {"shell": shell, "map_texts": map_texts(), "places": places}


def _refused(error: DomainError, pair: cases.Pair, reason: str) -> ResponseReturnValue:
    """Show the two again with what was chosen and why nothing was joined."""
    if wants_json():
        raise error
    status = next(code for kind, code in _STATUS.items() if isinstance(error, kind))
    if isinstance(error, Invalid) and error.code != "swap_reason":
        raise error
    return _compare(pair, _message(error), status, reason=reason)


def _message(error: DomainError | None) -> str:
    if error is None:
        return ""
    return merge_words.obstacle_text(error.code) or sentence(error)


def _pair(values: Mapping[str, str], choices: Mapping[str, str]) -> cases.Pair:
    one, other = values.get("a", ""), _named(values.get("words", "")) or values.get("b", "")
    if not one or not other:
        raise Invalid("name both records", "/b", code="no_such_space")
    # Whoever cannot see one of the two learns nothing about the other either.
    for slug in (one, other):
        records.find(slug)
    if one == other:
        raise Invalid("a record cannot be joined with itself", "/b", code="same_record")
    keep = values.get("keep", "")
    return cases.Pair(one, other, keep, choices)


def _named(words: str) -> str:
    """Return the slug of the public record that somebody typed as address or name; empty for nothing typed."""
    words = words.strip()[:200].replace("\x00", "")
    if not words:
        return ""
    slug = words.rstrip("/").rsplit("/", 1)[-1] if "/" in words else words
    found = desk_records.named_like(connection(), scope(), slug)
    found = found or desk_records.named_like(connection(), scope(), words)
    if len(found) > 1 and found[0]["slug"] != slug:
        raise Invalid("several records have this name", "/words", code="several_spaces")
    if not found:
        raise Invalid("name a published space", "/words", code="no_such_space")
    return str(found[0]["slug"])


def _version(name: str) -> int:
    raw = request.form.get(name, "")
    if not raw.isdecimal() or len(raw) > 9:
        raise VersionRequired("the form does not say which version it is about", code="version_required")
    return int(raw)


def _name_of(slug: str) -> str:
    return str(records.find(slug)["name"])


def _page_number() -> int:
    raw = request.args.get("page", "1")
    return min(max(int(raw), 1), 1_000) if raw.isdecimal() and len(raw) < 5 else 1
