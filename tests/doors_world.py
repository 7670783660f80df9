"""A small world with secrets behind the doors of the application: what everybody sees, and what nobody may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import uuid4

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
from tests.builders import NOW, SOURCE, TODAY, Builder, square

LonLat = tuple[float, float]

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


@dataclass(frozen=True)
class Coarse:
    """A coarse record that lies at one place, and then at another with the same public place."""

    precision: str
    before: LonLat
    after: LonLat
    state: str = "published"


#: The line of the only street.
VIA_ALTA = ((7.61, 45.06), (7.63, 45.08))
#: Every precision that has a page, by slug: two places far apart along a street, in a cell, in the area North.
COARSE = {
    "space-cell_100m": Coarse("cell_100m", *same_cell((7.6151, 45.0611))),
    "space-street": Coarse("street", (7.61413, 45.06437), (7.62517, 45.07488)),
    # No street is near: its cell stands for it.
    "space-lonely": Coarse("street", *same_cell((7.6391, 45.0611))),
    "space-district": Coarse("district", (7.62311, 45.05671), (7.64427, 45.09223)),
    "space-archived": Coarse("cell_100m", *same_cell((7.6187, 45.0911)), state="archived"),
    "space-objected": Coarse("cell_100m", *same_cell((7.6333, 45.0537))),
}


def seed_public(world: World) -> None:
    """Add what everybody may see, with what must not be seen of it."""
    make = world.builder
    make.begin(
        (AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),
         AreaRecord("s", "South", "neighbourhood", "", square(7.6, 45.0)))
    )  # fmt: skip
    make.load(Batch(SOURCE, streets=(StreetRecord("st", "Via Alta", (VIA_ALTA,)),)))
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
    for number, (slug, coarse) in enumerate(COARSE.items()):
        space = make.space(
            slug, *coarse.before, publication_precision=coarse.precision, record_state=coarse.state,
            **_coarse_secrets(world, number), features={"usable_area_m2": 40, "former_use": world.word("use")},
        )  # fmt: skip
        make.observation(space, note=world.word("note"), note_state="published", days_ago=20)
        world.keep(world.secret, "photo", make.photo(space, "published"))
        world.places.append(coarse.before)
        world.keep(world.public, "space" if coarse.state == "published" else "page", slug)
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
    _secret_care(world)
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


def _secret_care(world: World) -> None:
    """Add what residents and owners told the office, and what the desk thinks of it."""
    make = world.builder
    space = make.rows("SELECT id, area_id FROM spaces WHERE slug = 'via-alta-9'")[0]
    at = {"space": space.id, "area": space.area_id, "now": NOW}
    contact = uuid4()
    make.write("INSERT INTO contacts (id, email, lang, created_at) VALUES (:id, :email, 'en', :now)",
               id=contact, email=f"{world.word('owner')}@example.org", now=NOW)  # fmt: skip
    for noun in ("space", "photo"):
        make.write(
            "INSERT INTO flags (id, noun, record_id, area_id, kind, note, reporter, created_at)"
            " VALUES (:id, :noun, :space, :area, 'wrong', :word, :who, :now)",
            id=uuid4(), noun=noun, word=world.word("flag"), who=world.word("flagger"), **at,
        )  # fmt: skip
    for wish, state in (("consent", "received"), ("note", "received"), ("note", "refused"), ("note", "verified")):
        make.write(
            "INSERT INTO owner_claims (id, space_id, wish, public_note, proof_text, proof_file, contact_id, reporter,"
            " token_hash, state, created_at, reason) VALUES (:id, :space, :wish, :note, :proof, :file, :contact, :who,"
            " :token, :state, :now, :reason)",
            id=(claim := uuid4()), wish=wish, state=state, note=world.word("claim"), proof=world.word("proof"),
            file=world.word("deed"), contact=contact, who=world.word("claimer"), token=world.word("token"),
            reason=world.word("why"), space=space.id, now=NOW,
        )  # fmt: skip
        world.keep(world.secret, "owner_claim", claim)
    for number in range(2):
        lon, lat = world.place(30 + number)
        make.write(
            "INSERT INTO office_messages (id, kind, area_id, point, note, reporter, created_at)"
            " VALUES (:id, 'lived_in', :area, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :note, :who, :now)",
            id=(message := uuid4()), lon=lon, lat=lat, note=world.word("home"), who=world.word("teller"),
            area=space.area_id, now=NOW,
        )  # fmt: skip
        world.keep(world.secret, "office_message", message)
    make.write(
        "WITH ruling AS (INSERT INTO rulings (id, space_id, subject, record_id, verdict, reason, decided_at)"
        " VALUES (:ruling, :space, 'note', :space, 'reject', :reason, :now))"
        " INSERT INTO appeals (id, ruling_id, space_id, text, created_at) VALUES (:id, :ruling, :space, :text, :now)",
        id=uuid4(), ruling=uuid4(), reason=world.word("refused"), text=world.word("appeal"), space=space.id, now=NOW,
    )  # fmt: skip
    make.write(
        "INSERT INTO subscriptions (id, area_id, contact_id, rhythm, token_hash, created_at, confirmed_at, told_until,"
        " told_on) VALUES (:id, :area, :contact, 'daily', :token, :now, :now, :now, :today)",
        id=uuid4(), contact=contact, token=world.word("subscription"), today=TODAY, area=space.area_id, now=NOW,
    )  # fmt: skip
    make.write("INSERT INTO reminders (id, space_id, contact_id, due_on, sent_at)"
               " VALUES (:id, :space, :contact, :today, :now)",
               id=uuid4(), contact=contact, today=TODAY, space=space.id, now=NOW)  # fmt: skip
    make.write("INSERT INTO personal_values (id, noun, record_id, value, created_at)"
               " VALUES (:id, 'space', :record, to_jsonb(CAST(:word AS text)), :now)",
               id=uuid4(), record=str(space.id), word=world.word("personal"), now=NOW)  # fmt: skip


def _vary(world: World) -> None:
    """Give the public records other secrets: another place in the same cell, another name, other private numbers."""
    make = world.builder
    for number, (slug, coarse) in enumerate(COARSE.items()):
        place = coarse.after
        secrets = _coarse_secrets(world, 50 + number)
        secrets |= {key: f'{{"x": "{world.word("json")}"}}' for key in ("description", "external_ids")}
        make.write(
            "UPDATE spaces SET name = :name, street = :street, number = :number, floor = :floor, postcode = :postcode,"
            " description = CAST(:description AS jsonb), external_ids = CAST(:external_ids AS jsonb),"
            " source_url = :source_url, point = ST_SetSRID(ST_MakePoint(:lon, :lat), 4326),"
            " features = features || jsonb_build_object('former_use', CAST(:use AS text), 'shop_windows', 3,"
            " 'vacant_since', '2001-02'), owner_note = :owner_note, owner_objection = :objected WHERE slug = :slug",
            owner_note=world.word("ownernote"), objected=slug == "space-objected",
            slug=slug, lon=place[0], lat=place[1], use=world.word("use"), **secrets,
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
