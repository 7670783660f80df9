"""`/desk`: what needs a decision, worst first, with the chosen one beside the list."""

import secrets
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, send_file, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import NotFound
from mapsvc.domain.people import Action, allows, holds_anywhere
from mapsvc.spatial import desk_queue, desk_records
from mapsvc.web.current import actor, connection, now, services
from mapsvc.web.desk import maps, queue_words, records
from mapsvc.web.desk.blueprint import bp, scope
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.i18n import date_text, number_text
from mapsvc.web.labels import choices, label

#: Rows of the list; the rest follows when these are decided.
_MOST_ROWS = 60
#: What can be taken back is kept in the session under this name.
UNDO = "desk_undo"


@bp.get("")
def queue() -> str:
    """Show the queue, filtered by kind, and the chosen item or the first one."""
    return page(request.args.get("kind", ""), request.args.get("item", ""))


def page(kind: str, key: str, message: str = "") -> str:
    """Return the page of the queue with `key` chosen; `message` says why a decision was not taken."""
    kind = kind if kind in queue_words.KINDS else ""
    items, counts = _items(key)
    total = sum(counts.values())
    waits = total - counts["check"]
    listed = [item for item in items if not kind or item["kind"] == kind][:_MOST_ROWS]
    chosen = next((item for item in items if item["key"] == key), None)
    detail = _detail(chosen or (listed[0] if listed and not key else None), key)
    waiting = [item["hours"] for item in items if item["hours"] is not None]
    return render_template(
        "desk/queue.html",
        made_at=now().isoformat(),
        kind=kind,
        title=ngettext("%(count)s thing needs a decision", "%(count)s things need a decision", waits,
                       count=number_text(waits)),
        checks=counts["check"],
        oldest=round(max(waiting)) if waiting else None,
        chips=[
            {"text": queue_words.kind_label(code), "count": number_text(counts[code] if code else total),
             "url": url_for("desk.queue", kind=code or None), "on": code == kind}
            for code in ("", *queue_words.KINDS) if not code or counts[code] or code == kind
        ],
        letters=queue_words.key_of_letters(),
        items=listed,
        more=max(0, (counts[kind] if kind else total) - len(listed)),
        opened=bool(key),
        message=message,
        undo=session.get(UNDO) if request.args.get("done") else None,
        detail=detail,
        map_texts=map_texts(),
        key=uuid4(),
    )  # fmt: skip


def _items(key: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return what waits, worst first, and how many there are of each kind."""
    rows = desk_queue.candidates(connection(), scope(Action.MODERATE), key)
    evidence = desk_queue.evidence(connection(), [row["id"] for row in rows])
    counts = dict.fromkeys(queue_words.KINDS, 0) | {row["kind"]: row["of_kind"] for row in rows}
    items = [queue_words.space_item(row, evidence.get(row["id"], [])) for row in rows]
    groups = _waiting_groups()
    counts["group"] = len(groups)
    items += [queue_words.group_item(group) for group in groups]
    return sorted(items, key=queue_words.order), counts


def _waiting_groups() -> list[Any]:
    if not holds_anywhere(actor(), Action.APPROVE_GROUP):
        return []
    with services().unit_of_work() as uow:
        return [
            group
            for group in uow.groups.waiting()
            if allows(actor(), Action.APPROVE_GROUP, uow.areas.path(group.area_id))
        ]


def _detail(item: dict[str, Any] | None, key: str) -> dict[str, Any] | None:
    """Return what stands beside the list; a record that no longer waits is still shown when its address is opened."""
    if item is None and not key:
        return None
    slug = item["key"] if item else key
    if slug.startswith("group:"):
        return _group_detail(slug.removeprefix("group:"))
    try:
        row = records.find(slug)
    except NotFound:
        return None
    entries, pictures, near = records.said(row["id"]), records.photos(row["id"]), records.nearby(row)
    seen = desk_queue.evidence(connection(), [row["id"]]).get(row["id"], [])
    map_id = f"q{secrets.token_hex(4)}"
    shell = maps.shell("desk", row["lat"], row["lon"], 17, records.bounds(row), map_id)
    return {
        "kind": "space",
        "row": row,
        "item": item,
        "symbol": records.marker(row),
        "state_text": _state_text(row, item),
        "said": entries,
        "claims": queue_words.claims_text(seen),
        "photos": pictures,
        "waits": row["record_state"] == "published" and records.waits(entries, pictures),
        "gone": row["status"] == "gone_pending" and allows(actor(), Action.EDIT_SPACE, row["area_path"] or ()),
        "near": near,
        "offered": [one for one in near if one["offered"]][:4],
        "siblings": [one for one in near if not one["offered"]][:4],
        "shell": shell,
        "places": {"places": [records.marker(row), *(one["marker"] for one in near)]},
        "rejections": choices("rejection_reason"),
        "hidings": choices("hiding_reason"),
        "may_edit": allows(actor(), Action.EDIT_SPACE, row["area_path"] or ()),
    }


def _state_text(row: dict[str, Any], item: dict[str, Any] | None) -> str:
    state = label("record_state", row["record_state"])
    if row["record_state"] == "published":
        state = label("vacancy_status", row["status"])
    if row["last_confirmed_on"] and row["record_state"] == "published":
        state = _("%(state)s, last confirmed %(day)s", state=state, day=date_text(row["last_confirmed_on"]))
    parts = [state, label("asset_kind", row["asset_kind"]), row["area_name"] or ""]
    if item is None:
        parts.insert(1, _("nothing waits here"))
    return " · ".join(part for part in parts if part)


def _group_detail(slug: str) -> dict[str, Any] | None:
    with services().unit_of_work() as uow:
        group = uow.groups.by_slug(slug)
        if group is None or not allows(actor(), Action.APPROVE_GROUP, uow.areas.path(group.area_id)):
            return None
        account = uow.people.get(group.requested_by) if group.requested_by is not None else None
    areas = {row["id"]: row["name"] for row in desk_records.areas(connection(), scope(Action.APPROVE_GROUP))}
    return {"kind": "group", "group": group, "account": account, "area": areas.get(group.area_id, "")}


@bp.get("/photos/<uuid:photo_id>.jpg")
def photo(photo_id: UUID) -> Response:
    """Answer a photo in any state to whoever moderates its place."""
    slug = desk_records.space_of_photo(connection(), photo_id)
    if slug is None:
        raise NotFound("there is no such photo")
    records.find(slug)
    path = services().photos.path(photo_id, small=bool(request.args.get("small")))
    if not path.exists():
        raise NotFound("the file of this photo is away")
    return send_file(path, mimetype="image/jpeg")
