"""The doors of the application, one entry for each rule of the URL map, and a small world with secrets behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from mapsvc.domain.imports import Address as PlaceAddress
from mapsvc.domain.imports import (
    AreaRecord,
    Batch,
    CallRecord,
    CollectiveRecord,
    InitiativePlace,
    InitiativeRecord,
    LotRecord,
    PactRecord,
    StreetRecord,
)
from mapsvc.domain.publication import cell_bounds, cell_of
from tests.builders import SOURCE, Builder, square

LonLat = tuple[float, float]


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
    "desk.area": Door(who="desk", noun="area", queries=("", "commercial_precision=cell_100m&moderation=after")),
    "desk.area_decide": Door(who="desk", noun="area", form={"version": "1", "commercial_precision": "cell_100m"}),
    "desk.photo": Door(who="desk", noun="photo"),
    "desk.premises": Door(who="desk", queries=("", "q={word}", "state=submitted")),
    "desk.premises_export": Door(who="desk", noun="kind", queries=("", "q={word}")),
    "desk.premises_new": Door(who="desk"),
    "desk.stickers": Door(who="desk", queries=("", "q={word}")),
    "desk.premises_edit": Door(who="desk", noun="space", form={"version": "1", "name": "taken over"}),
    "desk.premises_place": Door(who="desk", noun="space", form={"version": "1", "lon": "7.62", "lat": "45.07"}),
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

#: Secret words are made of letters only, so that slugs, searches and trigrams keep them.
_NUMBERS = {"works_low_cents": 7311015, "works_high_cents": 7311016}
_SPACE_STATES = ("submitted", "hidden", "rejected")


@dataclass
class World:
    """What was added: public slugs by noun, secret ones by noun, secret words and exact places."""

    builder: Builder
    public: dict[str, list[str]] = field(default_factory=dict)
    secret: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    places: list[LonLat] = field(default_factory=list)
    south_words: list[str] = field(default_factory=list)

    def word(self, hint: str) -> str:
        """Return a new secret word."""
        letters = "".join(chr(ord("a") + int(digit)) for digit in f"{len(self.words):02d}")
        word = f"zq{hint}{letters}wx"
        self.words.append(word)
        return word

    def place(self, number: int, *, south: bool = False) -> LonLat:
        """Return a secret place; no two share a coordinate."""
        lon = round(7.61 + number * 0.00137 + 0.0000413, 7)
        lat = round((45.01 if south else 45.06) + number * 0.00131 + 0.0000317, 7)
        self.places.append((lon, lat))
        return lon, lat

    def keep(self, kind: dict[str, list[str]], noun: str, slug: object) -> None:
        """Remember a record."""
        kind.setdefault(noun, []).append(str(slug))


def same_cell(point: LonLat) -> tuple[LonLat, LonLat]:
    """Return two places in the 100 m cell that holds a point, neither of them its middle."""
    west, south, east, north = cell_bounds(*cell_of(point[1], point[0]))
    return tuple((west + part * (east - west), south + part * (north - south)) for part in (0.23, 0.81))  # type: ignore[return-value]


def seed_public(world: World) -> None:
    """Add what everybody may see, with what must not be seen of it."""
    make = world.builder
    make.begin(
        (AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),
         AreaRecord("s", "South", "neighbourhood", "", square(7.6, 45.0)))
    )  # fmt: skip
    make.load(Batch(SOURCE, streets=(StreetRecord("st", "Via Alta", (((7.61, 45.06), (7.63, 45.08)),)),)))
    reporter = make.account("reporter@" + world.word("mail") + ".example")
    space = make.space(
        "via-alta-9", 7.6205, 45.0705, name="Via Alta 9", street="Via Alta", number="9",
        features={"usable_area_m2": 61, "vacant_since": "2019-03", "hazards": ["asbestos"], **_NUMBERS},
        external_ids={"register": world.word("extid")}, state_reason=world.word("reason"), reported_by=reporter,
    )  # fmt: skip
    make.observation(space, days_ago=3, reporter=world.word("reporter"))
    make.observation(space, kind="registered_user", days_ago=9, reporter="user:5", note="A plain note",
                     note_state="published")  # fmt: skip
    make.audit("space", space, "edited", before={"name": world.word("before")}, after={"name": world.word("after")},
               reason=world.word("why"))  # fmt: skip
    world.keep(world.public, "photo", make.photo(space, "published"))
    world.keep(world.public, "space", "via-alta-9")
    for number, precision in enumerate(("cell_100m", "street", "district")):
        place = same_cell((7.6151 + number * 0.004, 45.0611 + number * 0.003))[0]
        coarse = make.space(
            f"space-{precision}", *place, publication_precision=precision,
            **_coarse_secrets(world, number), features={"usable_area_m2": 40, "former_use": world.word("use")},
        )  # fmt: skip
        make.observation(coarse, note=world.word("note"), note_state="published", days_ago=20)
        make.photo(coarse, "published")
        world.places.append(place)
        world.keep(world.public, "space", f"space-{precision}")
    _load_public_nouns(world)
    group = make.group("open-group", about="Public words")
    make.map("open-map", group, title="Open map")
    world.keep(world.public, "group", "open-group")
    world.keep(world.public, "map", "open-map")
    world.public |= {"area": ["north", "south"], "dataset": ["spaces", "initiatives", "pacts"], "kind": ["csv", "xlsx"]}


def _coarse_secrets(world: World, number: int) -> dict[str, object]:
    return {
        "name": f"Via {world.word('name')} {4000 + number}",
        "street": f"Via {world.word('street')}",
        "number": f"{4000 + number}",
        "floor": world.word("floor"),
        "postcode": world.word("zip"),
        "description": {"en": world.word("text")},
        "external_ids": {"register": world.word("ext")},
        "source_url": f"https://{world.word('url')}.example",
    }


def _load_public_nouns(world: World) -> None:
    world.builder.load(
        Batch(
            SOURCE,
            initiatives=(
                InitiativeRecord("i", "Open initiative", "project", places=(InitiativePlace("p", (7.63, 45.07)),)),
            ),
            pacts=(
                PactRecord("p", "Open pact", "signed", "signed", (7.631, 45.071), representative=world.word("person"),
                           representative_is_person=True),
            ),
            collectives=(
                CollectiveRecord(
                    "c", "Open collective", "association", "A story", "en", 3, ("dance",),
                    {"area_min_m2": 30, "budget_max_cents": 5647381, "deposit_max_cents": 5647382,
                     "own_works_cents": 5647383, "anchor_point": [7.6411413, 45.0711317]},
                    anchor=(7.6411413, 45.0711317),
                ),
            ),
        )
    )  # fmt: skip
    world.places.append((7.6411413, 45.0711317))
    _call(world, "open-call", "Open call", "open")
    for noun, slug in (("initiative", "open-initiative"), ("pact", "open-pact"), ("collective", "open-collective")):
        world.keep(world.public, noun, slug)
    world.keep(world.public, "call", "open-call")
    world.words += ["7311015", "7311016", "5647381", "5647382", "5647383", "asbestos", "56473,81", "56,473.81"]


def _call(world: World, code: str, title: str, state: str) -> None:
    lot = LotRecord(code, 1, "via-alta-9", date(2027, 1, 1), date(2028, 1, 1))
    record = CallRecord(code, code, {"en": title}, {"en": title}, state, date(2026, 11, 1), date(2026, 12, 24), (lot,))
    world.builder.load(Batch(SOURCE, calls=(record,)))


def seed_secrets(world: World) -> None:
    """Add what nobody may see, and change what must not be seen of the public records."""
    _secret_spaces(world)
    _secret_nouns(world)
    _secret_groups(world)
    _vary(world)


def _secret_spaces(world: World) -> None:
    make = world.builder
    survivor = make.rows("SELECT id FROM spaces WHERE slug = 'via-alta-9'")[0].id
    for number, south in enumerate((False, True)):
        for offset, state in enumerate((*_SPACE_STATES, "archived", "merged", "published")):
            start = len(world.words)
            slug = f"via-{world.word(state)}"
            place = world.place(2 + offset + 8 * number, south=south)
            space = make.space(
                slug, *place, record_state=state, merged_into=survivor if state == "merged" else None,
                publication_precision="hidden" if state == "published" else "exact",
                features={"usable_area_m2": 5000 + offset}, **_coarse_secrets(world, 10 + offset),
            )  # fmt: skip
            seen = make.observation(space, note=world.word("note"), note_state="published")
            make.follow_link(space, seen, f"{world.word('contact')}@example.org")
            make.audit("space", space, "reported", after={"name": world.word("audit")})
            noun = {"archived": "archived", "merged": "merged"}.get(state, "space")
            world.keep(world.secret, noun if not south else f"{noun}_south", slug)
            photo = make.photo(space, "published")
            if state != "archived":
                world.keep(world.secret, "photo" if not south else "photo_south", photo)
            if noun == "space":
                world.keep(world.secret, "observation", seen)
            if south:
                world.south_words += world.words[start:]
    public = survivor
    world.keep(world.secret, "photo", make.photo(public, "submitted"))
    world.keep(world.secret, "photo", make.photo(public, "rejected"))
    for state in ("held", "rejected", "withdrawn", "superseded"):
        make.observation(public, state=state, note=world.word("held"), note_state="queued", reporter=f"device:{state}")


def _secret_nouns(world: World) -> None:
    make = world.builder
    for number, state in enumerate(_SPACE_STATES):
        initiative, pact = world.word("initiative"), world.word("pact")
        place = world.place(20 + number)
        where = InitiativePlace("p", place, title=world.word("where"), address=PlaceAddress(world.word("addr"), "1"))
        make.load(
            Batch(
                SOURCE,
                initiatives=(InitiativeRecord(initiative, initiative, "project", places=(where,)),),
                pacts=(PactRecord(pact, pact, "signed", "signed", world.place(24 + number), place=world.word("at")),),
            )
        )
        make.state("initiatives", initiative, state)
        make.state("pacts", pact, state)
        world.keep(world.secret, "initiative", initiative)
        world.keep(world.secret, "pact", pact)
    for state in ("draft", "suspended", "dissolved"):
        name = world.word("collective")
        record = CollectiveRecord(name, name, "association", world.word("story"), "en", 9, (), {"area_min_m2": 20})
        make.load(Batch(SOURCE, collectives=(record,)))
        make.state("collectives", name, state)
        world.keep(world.secret, "collective", name)
    for state in ("draft", "approved"):
        code = world.word("call")
        _call(world, code, world.word("title"), state)
        world.keep(world.secret, "call", code)


def _secret_groups(world: World) -> None:
    make = world.builder
    approved = make.rows("SELECT id FROM groups WHERE slug = 'open-group'")[0].id
    for state in ("private", "archived"):
        slug = world.word("map")
        make.map(slug, approved, state, title=world.word("title"), intro=world.word("intro"))
        world.keep(world.secret, "map", slug)
    for state in ("requested", "refused", "closed"):
        slug, map_slug = world.word("group"), world.word("map")
        group = make.group(slug, state, about=world.word("about"), website=f"https://{world.word('web')}.example")
        make.map(map_slug, group, title=world.word("title"))
        world.keep(world.secret, "group", slug)
        world.keep(world.secret, "group_id", group)
        world.keep(world.secret, "map", map_slug)
    make.write(
        "INSERT INTO import_batches (id, file_name, created_at, summary, rows)"
        " VALUES (:id, :name, now(), '{}', '{\"rows\": []}')",
        id=(batch := uuid4()), name=world.word("file"),
    )  # fmt: skip
    world.keep(world.secret, "batch", batch)


def _vary(world: World) -> None:
    """Give the public records other secrets: another place in the same cell, another name, other private numbers."""
    make = world.builder
    for number, precision in enumerate(("cell_100m", "street", "district")):
        place = same_cell((7.6151 + number * 0.004, 45.0611 + number * 0.003))[1]
        secrets = _coarse_secrets(world, 50 + number)
        secrets |= {key: f'{{"x": "{world.word("json")}"}}' for key in ("description", "external_ids")}
        make.write(
            "UPDATE spaces SET name = :name, street = :street, number = :number, floor = :floor, postcode = :postcode,"
            " description = CAST(:description AS jsonb), external_ids = CAST(:external_ids AS jsonb),"
            " source_url = :source_url, point = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326),"
            " features = features || jsonb_build_object('former_use', CAST(:use AS text), 'shop_windows', 3,"
            " 'vacant_since', '2001-02') WHERE slug = :slug",
            slug=f"space-{precision}", lon=place[0], lat=place[1], use=world.word("use"), **secrets,
        )  # fmt: skip
        world.places.append(place)
    make.write(
        'UPDATE spaces SET features = features || \'{"works_low_cents": 7311025, "vacant_since": "2002-05"}\','
        " state_reason = :word, external_ids = '{}' WHERE slug = 'via-alta-9'",
        word=world.word("reason"),
    )
    make.write("UPDATE pacts SET representative = :word WHERE slug = 'open-pact'", word=world.word("person"))
    make.write(
        "UPDATE collectives SET members_count = 4, anchor = NULL,"
        " needs = '{\"area_min_m2\": 30, \"budget_max_cents\": 1}' WHERE slug = 'open-collective'"
    )
