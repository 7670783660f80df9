"""`/desk/audit`: the history of everything in an account's areas; auditors read all of it, without names."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from mapsvc.domain.errors import Forbidden, Invalid
from mapsvc.domain.history import FIELDS
from mapsvc.domain.people import Action, Role, holds_anywhere
from mapsvc.spatial import desk_history
from mapsvc.spatial.desk_history import MOST_EXPORTED, PAGE, AuditQuery
from mapsvc.web.current import actor, connection, now, services
from mapsvc.web.desk import record_history
from mapsvc.web.desk.blueprint import bp, scope
from mapsvc.web.desk.history_words import actions, noun_text, nouns
from mapsvc.web.i18n import instant_text, number_text
from mapsvc.web.labels import choices
from mapsvc.web.paging import Paging, one_of


@bp.get("/audit")
def audit() -> str:
    """Show the entries of the history, filtered and page by page, and the state of the chain."""
    _allowed()
    query, paging = _query(), Paging.read(PAGE)
    rows, more = desk_history.page(connection(), scope(Action.READ_AUDIT), query, paging.number)
    pages = paging.links(paging.offset + len(rows) + (1 if more else 0))
    return render_template(
        "desk/audit.html",
        entries=_entries(rows),
        filters=_filters(),
        query=query,
        chosen=any(vars(query).values()),
        chain=_chain(),
        pages=pages,
        page_text=_("Page %(number)s", number=number_text(paging.number)) if more or paging.number > 1 else "",
        export=url_for("desk.audit_export") + _search(),
        apart=_without_names(),
    )


@bp.get("/audit.csv")
def audit_export() -> Response:
    """Answer the present filter as CSV; cells that would run as a formula are neutralised."""
    _allowed()
    rows, _more = desk_history.page(connection(), scope(Action.READ_AUDIT), _query(), 1, MOST_EXPORTED)
    body = services().history_csv(_cells(row) for row in rows)
    name = f"history-{now().date().isoformat()}.csv"
    return Response(
        list(body), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )  # fmt: skip


def _allowed() -> None:
    if not holds_anywhere(actor(), Action.READ_AUDIT):
        raise Forbidden("the history is for the office and for auditors", code="forbidden")


def _without_names() -> bool:
    """Tell whether the reader sees no persons: an auditor who is not also the administrator of everything."""
    grants = actor().grants
    everything = any(grant.role is Role.ADMINISTRATOR and grant.area_id is None for grant in grants)
    return not everything and any(grant.role is Role.AUDITOR for grant in grants)


def pseudonym(user_id: int | str) -> str:
    """Return a word for an account that is always the same here and tells nothing elsewhere."""
    key = services().settings.secret_key.encode()
    return hmac.new(key, f"history:{user_id}".encode(), hashlib.sha256).hexdigest()[:6].upper()


def _entries(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    apart = _without_names()
    shown = rows if apart else desk_history.filled(connection(), rows)
    named = {} if apart else desk_history.records(connection(), rows)
    return [_entry(row, named, apart) for row in shown]


def _entry(row: Mapping[str, Any], named: Mapping[tuple[str, str], tuple[str, str]], apart: bool) -> dict[str, Any]:
    found = named.get((row["noun"], row["record_id"]))
    who = None
    if apart:
        who = _("Person %(code)s", code=pseudonym(row["actor_user_id"])) if row["actor_user_id"] is not None else ""
    return {
        **record_history.entry(row, who=who, apart=apart),
        "noun": noun_text(row["noun"]),
        "record": found[1] if found else record_text(row, apart),
        "url": url_for("desk.premises_history", slug=found[0]) if found and row["noun"] == "space" else "",
        "sealed": row["sealed"],
    }


def record_text(row: Mapping[str, Any], apart: bool) -> str:
    """Return what stands for a record that has no name here; the number of an account is a person's, too."""
    if row["noun"] == "user" and apart:
        return _("Person %(code)s", code=pseudonym(row["record_id"]))
    return str(row["record_id"])


def _cells(row: Mapping[str, Any]) -> dict[str, object]:
    """Return an entry as cells; values are as they stand in the chain, so that personal ones are not in any file."""
    account = row["actor_user_id"]
    apart = _without_names()
    return {
        "id": row["id"],
        "at": row["at"].isoformat(),
        "actor_kind": row["actor_kind"],
        "actor": "" if account is None else pseudonym(account) if apart else account,
        "action": row["action"],
        "noun": row["noun"],
        "record_id": pseudonym(row["record_id"]) if apart and row["noun"] == "user" else row["record_id"],
        "before": row["before"],
        "after": row["after"],
        "reason": row["reason"],
        "sealed": row["sealed"],
    }


def _query() -> AuditQuery:
    kinds = [code for code, _words in choices("actor_kind")]
    return AuditQuery(
        noun=one_of("noun", tuple(FIELDS)),
        action=one_of("action", [code for code, _words in actions()]),
        who=one_of("who", kinds),
        first=_day("first"),
        last=_day("last"),
    )


def _day(name: str) -> date | None:
    raw = request.args.get(name, "").strip()
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError:
        raise Invalid("a day is written as 2026-11-22", f"/{name}", code="not_a_date", value=raw[:80]) from None


def _search() -> str:
    """Return the filter of the address, to be put behind another one."""
    kept = {name: value for name, value in request.args.items() if name not in ("page", "lang") and value}
    return f"?{urlencode(kept)}" if kept else ""


def _filters() -> list[dict[str, Any]]:
    named = [
        ("noun", _("Kind of record"), nouns()),
        ("action", _("What was done"), actions()),
        ("who", _("Who"), choices("actor_kind")),
    ]
    return [{"name": name, "label": words, "options": options} for name, words, options in named]


def _chain() -> dict[str, Any]:
    state = desk_history.chain(connection())
    return {
        "sealed": number_text(state["sealed"] or 0),
        "waiting": number_text(max(0, state["waiting"])),
        "head": (state["head"] or "")[:16],
        "sealed_at": instant_text(state["sealed_at"]),
        "checked_at": instant_text(state["checked_at"]),
        "broken_at": number_text(state["broken_at"]) if state["broken_at"] else "",
    }
