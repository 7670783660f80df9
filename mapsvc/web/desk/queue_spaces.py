"""Spaces in the queue: new reports, two answers, said to be gone, texts and photos, checks that are due."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.errors import NotFound
from mapsvc.domain.freshness import assess, urgency
from mapsvc.domain.observations import Claim, Observation
from mapsvc.domain.people import Action, allows
from mapsvc.domain.rulings import Subject
from mapsvc.spatial import desk_queue
from mapsvc.web.current import actor, connection, freshness_policy, now
from mapsvc.web.desk import maps, parts, records
from mapsvc.web.desk.blueprint import scope
from mapsvc.web.desk.queue_sections import Kind, Section
from mapsvc.web.desk.queue_words import TARGET_HOURS, key_of_letters, time_left
from mapsvc.web.i18n import ago, date_text
from mapsvc.web.labels import choices, label
from mapsvc.web.place_words import css_of, symbol_of

KINDS = (
    Kind("new", lambda: _("New reports"), lambda: _("New report")),
    Kind("disputed", lambda: _("Two answers"), lambda: _("Two answers"), "warn"),
    Kind("gone", lambda: _("Said to be gone"), lambda: _("Said to be gone"), "bad"),
    Kind("texts", lambda: _("Texts and photos"), lambda: _("Text or photo to look at")),
    # A check can be late without anybody waiting.
    Kind("check", lambda: _("Checks due"), lambda: _("Not updated"), deadline=False),
)
_KINDS = {kind.code: kind for kind in KINDS}


def items(key: str) -> tuple[list[dict[str, Any]], Mapping[str, int]]:
    """Return the spaces that wait, and how many there are of each kind."""
    rows = desk_queue.candidates(connection(), scope(Action.PUBLISH), freshness_policy(), key)
    evidence = desk_queue.evidence(connection(), [row["id"] for row in rows])
    counts = {row["kind"]: row["of_kind"] for row in rows}
    return [space_item(row, evidence.get(row["id"], [])) for row in rows], counts


def detail(key: str, item: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what stands beside the list; a space that no longer waits is still shown when its address is opened."""
    try:
        row = records.find(key)
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
        "claims": claims_text(seen),
        "photos": pictures,
        "texts": parts.of_space(row["id"]),
        "waits": row["record_state"] == "published" and records.waits(entries, pictures),
        "gone": row["status"] == "gone_pending" and allows(actor(), Action.EDIT_SPACE, row["area_path"] or ()),
        "near": near,
        "offered": [one for one in near if one["offered"]][:4],
        "siblings": [one for one in near if one["sibling"]][:4],
        "shell": shell,
        "places": {"places": [records.marker(row), *(one["marker"] for one in near)]},
        "rejections": parts.reasons(Subject.SPACE),
        "hidings": choices("hiding_reason"),
        "may_moderate": allows(actor(), Action.MODERATE, row["area_path"] or ()),
        "may_publish": allows(actor(), Action.PUBLISH, row["area_path"] or ()),
        "hold_rules": [label("hold_rule", rule) for rule in row["hold_rules"]],
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


def space_item(row: Mapping[str, Any], observations: Sequence[Observation]) -> dict[str, Any]:
    """Return a row of the queue about a space."""
    found = assess(observations, now().date(), freshness_policy())
    in_call = row["call_opens_on"] is not None
    kind = row["kind"]
    since = _since(row)
    hours = None if since is None else (now() - since).total_seconds() / 3600
    return {
        "key": row["slug"],
        "kind": kind,
        "tag": _("Check before the call") if kind == "check" and in_call else _KINDS[kind].tag(),
        "tag_css": "warn" if in_call else _KINDS[kind].css,
        "waits": _KINDS[kind].deadline,
        "time": time_left(hours) if hours is not None else _check_text(row),
        "hours": hours,
        "late": hours is not None and hours > TARGET_HOURS,
        "name": row["name"],
        "why": " ".join(_why(row, observations)),
        "symbol": symbol_of("space", row["status"]),
        "css": css_of("space", row["band"]),
        "parts": _parts(found.freshness, urgency(found, 0, in_call, freshness_policy()), in_call),
        "urgency": urgency(found, 0, in_call, freshness_policy()),
        "in_call": in_call,
        "area": row["area_name"],
        "demonstration": row["demonstration"],
    }


def _parts(freshness: float, total: float, in_call: bool) -> list[dict[str, Any]]:
    """Return the reasons of U; the part of groups waiting is zero until groups can say that they are interested."""
    old = freshness_policy().urgency_age * (1 - freshness)
    call = freshness_policy().urgency_call * in_call
    letters = key_of_letters()
    values = (old, max(0.0, total - old - call), call)
    return [{"value": value, **letter} for value, letter in zip(values, letters, strict=True)]


def _since(row: Mapping[str, Any]) -> datetime | None:
    if row["kind"] == "new":
        created: datetime = row["created_at"]
        return created
    if row["kind"] == "texts":
        waiting: datetime = row["waiting_since"]
        return waiting
    if row["kind"] in ("disputed", "gone"):
        return datetime.combine(row["status_since"], time(), UTC)
    return None


def _check_text(row: Mapping[str, Any]) -> str:
    due: date | None = row["next_check_due"]
    return _("check due %(day)s", day=date_text(due)) if due else _("no deadline")


def claim_counts(observations: Sequence[Observation]) -> Counter[Claim]:
    """Return how many reporters say what; each counts once, by what they said last."""
    last: dict[object, Claim] = {}
    for seen in observations:
        if seen.claim is not Claim.UNSURE:
            last[seen.who] = seen.claim
    return Counter(last.values())


def claims_text(observations: Sequence[Observation]) -> str:
    """Return who says what in one sentence, such as `2 say vacant, 1 says in use.`."""
    counts = claim_counts(observations)
    said = [
        ngettext("%(num)s says %(claim)s", "%(num)s say %(claim)s", counts[claim], claim=label("claim", claim.value))
        for claim in (Claim.VACANT, Claim.OCCUPIED, Claim.GONE)
        if counts[claim]
    ]
    return ", ".join(said) + "." if said else _("Nobody has said what they saw.")


def _why(row: Mapping[str, Any], observations: Sequence[Observation]) -> list[str]:
    kind = row["kind"]
    if kind == "check":
        words = [_looked(row["last_confirmed_on"])]
        if row["unsure"]:
            words.append(_("Several people were not sure what they see."))
    elif kind == "texts":
        words = [_("Published; what was sent with it is not shown yet.")]
    elif kind == "new" and observations:
        newest = observations[-1]
        who, claim = label("source_kind", newest.source_kind.value), label("claim", newest.claim.value)
        words = [_("%(who)s says %(claim)s, %(when)s.", who=who, claim=claim, when=ago(row["created_at"]))]
    else:
        words = [claims_text(observations)]
    if row["photo_count"]:
        words.append(ngettext("%(num)s photo.", "%(num)s photos.", row["photo_count"]))
    if row["call_opens_on"]:
        words.append(_("In a call from %(day)s.", day=date_text(row["call_opens_on"])))
    return words


def _looked(day: date | None) -> str:
    if day is None:
        return _("Nobody has looked yet.")
    return _("Last confirmed %(when)s.", when=ago(day))


SECTION = Section("", KINDS, items, detail, "desk/space_detail.html")
