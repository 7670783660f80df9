"""`/desk`: what needs a decision, worst first, with the chosen one beside the list."""

from typing import Any
from uuid import uuid4

from flask import render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.web.current import now
from mapsvc.web.desk import (
    queue_appeals,
    queue_flags,
    queue_groups,
    queue_held,
    queue_merges,
    queue_messages,
    queue_owners,
    queue_spaces,
    queue_words,
)
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.queue_sections import Section
from mapsvc.web.folium_elements import map_texts
from mapsvc.web.i18n import number_text

#: Rows of the list; the rest follows when these are decided.
_MOST_ROWS = 60
#: What can be taken back is kept in the session under this name.
UNDO = "desk_undo"
#: Whatever can wait for a decision; the section of spaces comes last, since its keys have no prefix.
SECTIONS: tuple[Section, ...] = (
    queue_appeals.SECTION,
    queue_flags.SECTION,
    queue_held.SECTION,
    queue_owners.SECTION,
    queue_messages.SECTION,
    queue_merges.SECTION,
    queue_groups.SECTION,
    queue_spaces.SECTION,
)
#: Kinds in the order of the chips: what is most of the daily work first.
KINDS = {kind.code: kind for section in reversed(SECTIONS) for kind in section.kinds}


@bp.get("")
def queue() -> str:
    """Show the queue, filtered by kind, and the chosen item or the first one."""
    return page(request.args.get("kind", ""), request.args.get("item", ""))


def page(kind: str, key: str, message: str = "") -> str:
    """Return the page of the queue with `key` chosen; `message` says why a decision was not taken."""
    kind = kind if kind in KINDS else ""
    items, counts = _items(key)
    total = sum(counts.values())
    listed = [item for item in items if not kind or item["kind"] == kind][:_MOST_ROWS]
    chosen = next((item for item in items if item["key"] == key), None)
    detail, template = _detail(chosen or (listed[0] if listed and not key else None), key)
    waiting = [item["hours"] for item in items if item["hours"] is not None]
    waits = sum(count for code, count in counts.items() if KINDS[code].deadline)
    return render_template(
        "desk/queue.html",
        made_at=now().isoformat(),
        kind=kind,
        title=ngettext("%(count)s thing needs a decision", "%(count)s things need a decision", waits,
                       count=number_text(waits)),
        checks=total - waits,
        oldest=round(max(waiting)) if waiting else None,
        chips=_chips(kind, counts),
        letters=queue_words.key_of_letters(),
        items=listed,
        more=max(0, (counts[kind] if kind else total) - len(listed)),
        opened=bool(key),
        message=message,
        undo=session.get(UNDO) if request.args.get("done") else None,
        detail=detail,
        detail_template=template,
        map_texts=map_texts(),
        key=uuid4(),
    )  # fmt: skip


def _chips(kind: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    everything = [("", _("All"), sum(counts.values()))]
    kinds = [(code, one.chip(), counts[code]) for code, one in KINDS.items() if counts[code] or code == kind]
    return [
        {
            "text": words,
            "count": number_text(count),
            "url": url_for("desk.queue", kind=code or None),
            "on": code == kind,
        }
        for code, words, count in everything + kinds
    ]


def _items(key: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return what waits, worst first, and how many there are of each kind."""
    items: list[dict[str, Any]] = []
    counts = dict.fromkeys(KINDS, 0)
    for section in SECTIONS:
        found, numbers = section.items(key)
        items += found
        counts |= numbers
    return sorted(items, key=queue_words.order), counts


def _detail(item: dict[str, Any] | None, key: str) -> tuple[dict[str, Any] | None, str]:
    """Return what stands beside the list, and the template that shows it."""
    key = item["key"] if item else key
    if not key:
        return None, ""
    section = next(section for section in SECTIONS if key.startswith(section.prefix))
    return section.detail(key, item), section.template
