"""Community groups in the queue, which ask to be approved."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from mapsvc.domain.groups import Group
from mapsvc.domain.people import Action, allows, holds_anywhere
from mapsvc.spatial import desk_records
from mapsvc.web.current import actor, connection, now, services
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.queue_sections import Kind, Section
from mapsvc.web.desk.queue_words import TARGET_HOURS, time_left
from mapsvc.web.i18n import ago

PREFIX = "group:"
KIND = Kind("group", lambda: _("Groups waiting"), lambda: _("Group"))


def items(_key: str) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """Return the groups that wait in the account's areas, and how many they are."""
    if not holds_anywhere(actor(), Action.APPROVE_GROUP):
        return [], {}
    with services().unit_of_work() as uow:
        waiting = [
            group
            for group in uow.groups.waiting()
            if allows(actor(), Action.APPROVE_GROUP, uow.areas.path(group.area_id))
        ]
    return [_item(group) for group in waiting], {KIND.code: len(waiting)}


def _item(group: Group) -> dict[str, Any]:
    """Return a row of the queue about a group that asks to be approved."""
    hours = (now() - group.created_at).total_seconds() / 3600
    return {
        "key": f"group:{group.slug}",
        "kind": "group",
        "tag": KIND.tag(),
        "tag_css": KIND.css,
        "waits": KIND.deadline,
        "time": time_left(hours),
        "hours": hours,
        "late": hours > TARGET_HOURS,
        "name": group.name,
        "why": _("Wants to make its own map. Asked %(when)s.", when=ago(group.created_at)),
        "symbol": "m-area",
        "css": "",
        "parts": [],
        "urgency": 0.0,
        "in_call": False,
        "area": "",
        "demonstration": group.demonstration,
    }


def detail(key: str, item: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a group with whoever asked, for an account that may approve it."""
    with services().unit_of_work() as uow:
        group = uow.groups.by_slug(key.removeprefix(PREFIX))
        if group is None or not allows(actor(), Action.APPROVE_GROUP, uow.areas.path(group.area_id)):
            return None
        account = uow.people.get(group.requested_by) if group.requested_by is not None else None
    areas = {row["id"]: row["name"] for row in desk_records.areas(connection(), scope(Action.APPROVE_GROUP))}
    return {"kind": "group", "item": item, "group": group, "account": account, "area": areas.get(group.area_id, "")}


SECTION = Section(PREFIX, (KIND,), items, detail, "desk/group_detail.html")
