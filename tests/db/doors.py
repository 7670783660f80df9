"""The doors of the application, one entry for each rule of the URL map; the world behind them is in `doors_world`."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Door:
    """How to call a rule and for whom it is: anyone, account (signed in), desk, link (a secret in the address).

    `noun` names what its parameter is; `form` is what a POST sends; `other` fills parameters that name no record.
    """

    who: str = "anyone"
    noun: str = ""
    form: dict[str, str] = field(default_factory=dict)
    other: dict[str, object] = field(default_factory=dict)
    queries: tuple[str, ...] = ()


_KEY = str(UUID(int=7))
_ANSWER = {"claim": "vacant", "key": _KEY, "note": "seen"}
_BOX = "bbox=7.5,44.9,7.8,45.2"

DOORS: dict[str, Door] = {
    "home.show": Door(queries=("", "q={word}", "lat={lat}&lon={lon}&z=18", "lat=45.05&lon=7.65&z=11")),
    "home.health": Door(),
    "places.by_box": Door(
        queries=(
            f"{_BOX}&zoom=4",
            f"{_BOX}&zoom=12",
            f"{_BOX}&zoom=19",
            f"{_BOX}&zoom=18&q={{word}}",
            "bbox={box}&zoom=19",
            f"{_BOX}&zoom=12&min_m2=4000",
            f"{_BOX}&zoom=12&area=south&status=unverified",
        )
    ),
    "places.search": Door(queries=("q={word}", "q={word}&lon={lon}&lat={lat}", "q=via")),
    "places.background_tile": Door(other={"z": 16, "x": 34160, "y": 23592}),
    "spaces.catalogue": Door(queries=("", "q={word}", "min_m2=4000", "area=south")),
    "spaces.show": Door(noun="space"),
    "spaces.show_json": Door(noun="space"),
    "spaces.observe": Door(noun="space", form=_ANSWER),
    "spaces.undo": Door(noun="observation"),
    "stickers.sheet": Door(noun="space", queries=("", "size=a4")),
    "stickers.as_svg": Door(noun="space"),
    "stickers.door": Door(noun="space", queries=("", f"answered={_KEY}")),
    "stickers.observe": Door(noun="space", form=_ANSWER),
    "looks.show": Door(queries=("", "lat={lat}&lon={lon}", "space={slug}", "area=south", "address={word}")),
    "looks.show_json": Door(queries=("lat={lat}&lon={lon}",)),
    "owners.show": Door(noun="space"),
    "owners.send": Door(noun="space", form={"wish": "object", "key": _KEY}),
    "owners.follow": Door(who="link", noun="token"),
    "owners.withdraw": Door(who="link", noun="token"),
    "photos.full": Door(noun="photo"),
    "photos.small": Door(noun="photo"),
    "areas.catalogue": Door(),
    "indicators.show": Door(),
    "indicators.as_csv": Door(),
    "indicators.as_json": Door(),
    "areas.show": Door(noun="area"),
    "subscriptions.ask_page": Door(noun="area"),
    "subscriptions.ask": Door(noun="area", form={"email": "a@example.org", "rhythm": "daily"}),
    "subscriptions.show": Door(who="link", noun="token"),
    "subscriptions.confirm": Door(who="link", noun="token"),
    "subscriptions.rhythm": Door(who="link", noun="token", form={"rhythm": "daily"}),
    "subscriptions.end_page": Door(who="link", noun="token"),
    "subscriptions.end": Door(who="link", noun="token"),
    "feeds.everywhere": Door(queries=("", "lang=it")),
    "feeds.of_area": Door(noun="area"),
    "initiatives.catalogue": Door(queries=("", "q={word}")),
    "initiatives.show": Door(noun="initiative"),
    "pacts.catalogue": Door(queries=("", "q={word}")),
    "pacts.show": Door(noun="pact"),
    "collectives.catalogue": Door(queries=("", "q={word}")),
    "collectives.show": Door(noun="collective"),
    "calls.catalogue": Door(queries=("", "q={word}")),
    "calls.show": Door(noun="call"),
    "data.show": Door(),
    "data.as_csv": Door(noun="dataset"),
    "data.as_geojson": Door(noun="dataset"),
    "transparency.show": Door(),
    "transparency.as_csv": Door(),
    "transparency.as_json": Door(),
    "mark.where": Door(),
    "mark.near": Door(queries=("address={word}", "lon={lon}&lat={lat}&placed=map", "address=Via+Alta+7")),
    "mark.see": Door(queries=("space={slug}", "beside={slug}&lon={lon}&lat={lat}&placed=map")),
    "mark.send": Door(form={**_ANSWER, "space": "{slug}"}),
    "mark.streets": Door(queries=("q={word}", "q=via")),
    "mark.thanks": Door(who="link"),
    "mark.home": Door(),
    "reports.show": Door(who="link", noun="token"),
    "reports.photo": Door(who="link", noun="token"),
    "reports.answer": Door(who="link", noun="token", form=_ANSWER),
    "reports.note": Door(who="link", noun="token", form={"note": "seen"}),
    "reports.appeal": Door(who="link", noun="token", form={"ruling": _KEY, "text": "wrong"}),
    "reports.withdraw": Door(who="link", noun="token"),
    "reminders.show": Door(who="link", noun="token"),
    "reminders.answer": Door(who="link", noun="token", form={"claim": "vacant"}),
    "flags.new": Door(queries=("noun=space&record={slug}", "noun=photo&record={slug}", "noun=map&record={slug}")),
    "flags.send": Door(form={"noun": "space", "record": "{slug}", "kind": "private"}),
    "flags.thanks": Door(),
    "groups.index": Door(),
    "groups.show": Door(noun="group"),
    "groups.new": Door(who="account"),
    "groups.ask": Door(who="account"),
    "maps.show": Door(noun="map"),
    "maps.oembed": Door(queries=("url=http://127.0.0.1:8000/maps/{slug}",)),
    "maps.new": Door(who="account", noun="group"),
    "maps.create": Door(who="account", noun="group", form={"title": "x", "key": _KEY}),
    "maps.edit": Door(who="account", noun="map"),
    "map_history.show": Door(who="account", noun="map"),
    "map_history.roll_back_entry": Door(who="account", noun="map", other={"entry_id": 1}, form={"version": "1"}),
    "maps.save": Door(who="account", noun="map", form={"title": "x", "version": "1"}),
    "embed.show": Door(noun="map"),
    "embed.script": Door(noun="map"),
    "embed.observe": Door(noun="space", form=_ANSWER, other={"slug": "open-map"}),
    "embed.undo": Door(noun="observation", other={"slug": "open-map"}),
    "embed.by_box": Door(noun="map", queries=(f"{_BOX}&zoom=12", f"{_BOX}&zoom=19", "bbox={box}&zoom=19")),
    "pages.accessibility": Door(),
    "pages.privacy": Door(),
    "pages.components": Door(),
    "pages.accent_css": Door(),
    "pages.account": Door(who="account"),
    "personal_data.show": Door(who="account"),
    "personal_data.account_archive": Door(who="account"),
    "personal_data.erase_account": Door(who="account", form={"password": "not it"}),
    "personal_data.report_archive": Door(who="link", noun="token"),
    "personal_data.erase_report": Door(who="link", noun="token", form={"sure": "no"}),
    "personal_data.erased": Door(),
    "pages.account_language": Door(who="account", form={"lang": "it"}),
    "needs.edit": Door(who="account", noun="collective"),
    "needs.save": Door(who="account", noun="collective", form={"version": "1"}),
    "matching.collective": Door(who="account", noun="collective"),
    "matching.collective_json": Door(who="account", noun="collective"),
    "invitations.show": Door(who="link", noun="token"),
    "invitations.accept": Door(who="link", noun="token", form={"password": "x" * 12, "again": "x" * 12}),
    "static_files.serve": Door(other={"version": "0", "name": "css/app.css"}),
    "security.login": Door(),
    "security.logout": Door(),
    "security.change_password": Door(who="account"),
    "security.static": Door(other={"filename": "js/webauthn.js"}),
    "desk.queue": Door(who="desk", queries=("", "item={slug}")),
    "desk.decide": Door(who="desk", noun="space", form={"verb": "publish", "version": "1"}),
    "desk.finding": Door(who="desk", noun="space", form=_ANSWER),
    "desk.texts": Door(who="desk", noun="space", form={"show": "1", "version": "1"}),
    "desk.decide_note": Door(who="desk", noun="observation", form={"verb": "show"}),
    "desk.decide_photo": Door(who="desk", noun="photo", form={"verb": "show", "version": "1"}),
    "desk.blur_page": Door(who="desk", noun="photo"),
    "desk.blur": Door(who="desk", noun="photo", form={"version": "1", "marks": "{}"}),
    "desk.decide_appeal": Door(who="desk", noun="appeal", form={"verb": "grant"}),
    "desk.decide_held": Door(who="desk", form={"verb": "count", "id": _KEY}),
    "desk.look": Door(who="desk", noun="space"),
    "desk.settle_flags": Door(
        who="desk", form={"verb": "dismiss", "flag": _KEY}, other={"noun": "space", "record_id": UUID(int=7)}
    ),
    "desk.decide_group": Door(who="desk", noun="group_id", form={"verb": "approve", "version": "1"}),
    "desk.undo": Door(who="desk"),
    "desk.decide_owner": Door(who="desk", noun="owner_claim", form={"verb": "verify"}),
    "desk.owner_proof": Door(who="desk", noun="owner_claim"),
    "desk.close_message": Door(who="desk", noun="office_message"),
    "desk.areas": Door(who="desk"),
    "desk.needs": Door(who="desk"),
    "desk.needs_weigh": Door(who="desk"),
    "desk.needs_load": Door(who="desk"),
    "desk.area": Door(who="desk", noun="area", queries=("", "commercial_precision=cell_100m&moderation=after")),
    "desk.area_history": Door(who="desk", noun="area"),
    "desk.area_roll_back": Door(
        who="desk", noun="area", other={"entry_id": 1}, form={"version": "1", "reason": "as it was"}
    ),
    "desk.area_decide": Door(who="desk", noun="area", form={"version": "1", "commercial_precision": "cell_100m"}),
    "desk.photo": Door(who="desk", noun="photo"),
    "desk.premises": Door(who="desk", queries=("", "q={word}", "state=submitted")),
    "desk.premises_export": Door(who="desk", noun="kind", queries=("", "q={word}")),
    "desk.premises_new": Door(who="desk"),
    "desk.stickers": Door(who="desk", queries=("", "q={word}")),
    "desk.premises_edit": Door(who="desk", noun="space", form={"version": "1", "name": "taken over"}),
    "desk.premises_place": Door(who="desk", noun="space", form={"version": "1", "lon": "7.62", "lat": "45.07"}),
    "desk.premises_history": Door(who="desk", noun="space", queries=("", "kind=facts", "kind=seen&page=2")),
    "desk.premises_roll_back": Door(
        who="desk", noun="space", other={"entry_id": 1}, form={"version": "1", "reason": "as it was"}
    ),
    "desk.call_applications": Door(who="desk", noun="call"),
    "desk.call_application": Door(who="desk", noun="call", other={"application": "APP-0001"}),
    "desk.call_document": Door(who="desk", noun="call", other={"application": "APP-0001", "document_id": UUID(int=7)}),
    "desk.call_application_check": Door(
        who="desk", noun="call", other={"application": "APP-0001"}, form={"rule": "seat", "state": "pass", "note": "x"}
    ),
    "desk.call_application_decide": Door(
        who="desk", noun="call", other={"application": "APP-0001"}, form={"verb": "admit", "version": "1"}
    ),
    "desk.call_committee": Door(who="desk", noun="call"),
    "desk.call_committee_change": Door(who="desk", noun="call", form={"verb": "add", "email": "x@example.org"}),
    "desk.call_owners": Door(who="desk", noun="call"),
    "desk.call_owners_note": Door(who="desk", noun="call", form={"lot": "1"}),
    "committee.mine": Door(who="account"),
    "committee.call": Door(who="account", noun="call"),
    "committee.sheet": Door(who="account", noun="call", other={"application": "APP-0001"}),
    "committee.write": Door(
        who="account", noun="call", other={"application": "APP-0001"}, form={"verb": "save", "version": "0"}
    ),
    "committee.conflict": Door(who="account", noun="call", other={"application": "APP-0001"}, form={"reason": "x"}),
    "committee.document": Door(
        who="account", noun="call", other={"application": "APP-0001", "document_id": UUID(int=7)}
    ),
    "desk.match": Door(who="desk", noun="call", queries=("", "mechanism=optimal&show=placed")),
    "desk.match_about": Door(who="desk", noun="call"),
    "desk.match_try": Door(who="desk", noun="call"),
    "desk.match_simulate": Door(who="desk", noun="call", form={"exclude": "APP-0001"}),
    "desk.match_runs": Door(who="desk", noun="call"),
    "desk.match_run": Door(who="desk", noun="call", other={"run_id": UUID(int=7)}),
    "desk.match_freeze": Door(who="desk", noun="call"),
    "desk.match_compute": Door(who="desk", noun="call", other={"run_id": UUID(int=7)}, form={"version": "1"}),
    "desk.match_review": Door(who="desk", noun="call", other={"run_id": UUID(int=7)}, form={"version": "1"}),
    "desk.match_adopt": Door(
        who="desk", noun="call", other={"run_id": UUID(int=7)}, form={"version": "1", "act": "DD 1"}
    ),
    "desk.match_discard": Door(
        who="desk", noun="call", other={"run_id": UUID(int=7)}, form={"version": "1", "reason": "x"}
    ),
    "desk.match_locks": Door(who="desk", noun="call"),
    "desk.match_locks_propose": Door(
        who="desk", noun="call", form={"kind": "hold_out", "lot": "1", "reason": "safety", "text": "x"}
    ),
    "desk.match_lock_sign": Door(who="desk", noun="call", other={"lock_id": UUID(int=7)}),
    "desk.match_lock_lift": Door(who="desk", noun="call", other={"lock_id": UUID(int=7)}, form={"reason": "x"}),
    "desk.audit": Door(who="desk", queries=("", "noun=space", "action=edited&who=officer&first=2026-01-01")),
    "desk.audit_export": Door(who="desk", queries=("", "noun=space")),
    "desk.merges": Door(who="desk", queries=("", "area=south", "page=2")),
    "desk.merges_new": Door(who="desk", queries=("a={slug}&b=via-alta-9", "a=via-alta-9&words={word}")),
    "desk.merges_make": Door(
        who="desk", form={"a": "via-alta-9", "b": "{slug}", "version_a": "1", "version_b": "1", "key": _KEY}
    ),
    "desk.merges_different": Door(who="desk", form={"a": "via-alta-9", "b": "{slug}"}),
    "desk.merges_show": Door(who="desk", noun="merge"),
    "desk.merges_decide": Door(who="desk", noun="merge", form={"verb": "undo"}),
    "desk.imports": Door(who="desk"),
    "desk.imports_upload": Door(who="desk"),
    "desk.imports_show": Door(who="desk", noun="batch"),
    "desk.imports_decide": Door(who="desk", noun="batch", form={"verb": "discard"}),
    "desk.people": Door(who="desk"),
    "desk.people_invite": Door(who="desk"),
    "desk.people_erase": Door(who="desk", noun="user", form={"reason": ""}),
    "desk.people_erase_address": Door(who="desk", form={"email": "nobody@example.org", "reason": ""}),
    "desk.people_change": Door(who="desk", noun="user", form={"verb": "close"}),
    "matching.start": Door(who="desk"),
    "matching.space": Door(who="desk", noun="space"),
    "matching.space_json": Door(who="desk", noun="space"),
    "matching.pair": Door(who="desk", noun="space", other={"collective": "open-collective"}),
    "matching.pair_json": Door(who="desk", noun="space", other={"collective": "open-collective"}),
}
