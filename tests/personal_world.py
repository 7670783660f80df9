"""One person with something of hers in every table that can hold something, and a second one beside her.

Each text of hers holds the word HERS, so that a test can look for what is left of her anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from mapsvc.bootstrap import Services
from mapsvc.domain.ids import new_id, token_hash
from mapsvc.domain.imports import AreaRecord, Batch, CollectiveRecord
from mapsvc.operations.connections import fetch
from tests.builders import NOW, SOURCE, Builder, square
from tests.personal_call_world import apply
from tests.personal_living_world import found

HERS = "zqannawx"
HIS = "zqbrunowx"
HER_ADDRESS = f"{HERS}@people.example"
HIS_ADDRESS = f"{HIS}@people.example"
#: The key of her network and browser on one day, as `web.current` makes such keys.
HER_KEY = "5ec0ffee" * 4
TEXTS = (
    "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    " AND format_type(a.atttypid, NULL) IN ('text', 'jsonb', 'text[]', 'json', 'character varying')"
    " AND c.relname <> 'spatial_ref_sys' ORDER BY 1, 2"
)


def where(services: Services, word: str) -> list[str]:
    """Return every column of the database that holds a word, as table.column."""
    url = services.settings.owner_url
    found = []
    for table, column in fetch(url, TEXTS):
        query = f'SELECT EXISTS (SELECT FROM "{table}" WHERE position(%s IN lower("{column}"::text)) > 0)'
        if fetch(url, query, (word.lower(),))[0][0]:
            found.append(f"{table}.{column}")
    return found


@dataclass
class People:
    """Whom the tests are about, and their records."""

    make: Builder
    anna: int
    bruno: int
    token: str = ""
    his_token: str = ""
    spaces: dict[str, UUID] = field(default_factory=dict)
    observations: dict[str, UUID] = field(default_factory=dict)
    photos: dict[str, UUID] = field(default_factory=dict)
    #: Documents by what becomes of their application (over, draft, withdrawn) and the word of whoever sent them.
    documents: dict[str, UUID] = field(default_factory=dict)
    judged: list[UUID] = field(default_factory=list)

    def one(self, query: str, **values: object) -> Any:
        """Return the only value of a query."""
        return self.make.rows(query, **values)[0][0]


def populate(services: Services) -> People:
    """Add both people and everything of theirs."""
    make = Builder(services)
    make.begin((AreaRecord("n", "North", "neighbourhood", "", square(7.6, 45.05)),))
    people = People(make, make.account(HER_ADDRESS, "moderator"), make.account(HIS_ADDRESS, "officer"))
    make.account("city@people.example", "administrator")
    for slug, lon in (("hers", 7.61), ("his", 7.62), ("both", 7.63)):
        people.spaces[slug] = make.space(slug, lon, 45.06, reported_by=people.anna if slug == "hers" else None)
    _what_they_saw(people)
    for user, word, address in ((people.anna, HERS, HER_ADDRESS), (people.bruno, HIS, HIS_ADDRESS)):
        _beside_reports(people, user, word, address)
    return people


def _what_they_saw(people: People) -> None:
    make = people.make
    for name, user, word in (("hers", people.anna, HERS), ("his", people.bruno, HIS)):
        own = make.observation(
            people.spaces[name], kind="registered_user", days_ago=40, reporter=f"user:{user}", user_id=user,
            note=f"A note of {word}", note_state="published", device_lon=7.6112345, device_lat=45.0612345, accuracy_m=9,
        )  # fmt: skip
        people.observations[name] = own
        people.photos[name] = photo = make.photo(people.spaces[name], "published")
        make.write("UPDATE photos SET observation_id = :own WHERE id = :id", own=own, id=photo)
        again = make.observation(
            people.spaces["both"], kind="registered_user", days_ago=12, reporter=f"user:{user}", user_id=user
        )
        people.observations[f"{name}-both"] = again
    key = f"device:{HER_KEY}"
    visitor = make.observation(
        people.spaces["both"], days_ago=20, reporter=key, note=f"Seen by {HERS}", note_state="queued"
    )
    people.observations["visitor"] = visitor
    neighbour = make.observation(people.spaces["both"], days_ago=20, reporter="device:" + "ab" * 16)
    people.observations["neighbour"] = neighbour
    for one in (visitor, neighbour):
        # Both came from the same network on that day: together they have one vote.
        make.write("UPDATE observations SET cluster_key = :key WHERE id = :id", key="c0ffee00" * 4, id=one)
    people.photos["visitor"] = photo = make.photo(people.spaces["both"])
    make.write("UPDATE photos SET observation_id = :own WHERE id = :id", own=visitor, id=photo)
    people.token = make.follow_link(people.spaces["both"], visitor, HER_ADDRESS)
    people.his_token = make.follow_link(people.spaces["his"], people.observations["his"], HIS_ADDRESS)
    at = NOW - timedelta(days=21)
    make.write("UPDATE follow_links SET created_at = :at", at=at)


def _beside_reports(people: People, user: int, word: str, address: str) -> None:
    make, space = people.make, people.spaces["both"]
    write = make.write
    contact = people.one("SELECT id FROM contacts WHERE email = :email", email=address)
    other = new_id()
    write("INSERT INTO contacts VALUES (:id, :email, 'it', :at)", id=other, email=address.upper(), at=NOW)
    area = make.areas["north"]
    write(
        "INSERT INTO subscriptions (id, area_id, contact_id, rhythm, token_hash, created_at, confirmed_at, told_until,"
        " told_on) VALUES (:id, :area, :contact, 'daily', :token, :at, :at, :at, :at)",
        id=new_id(), area=area, contact=other, token=token_hash(word), at=NOW,
    )  # fmt: skip
    write(
        "INSERT INTO reminders (id, space_id, contact_id, due_on, sent_at) VALUES (:id, :space, :contact, :on, :at)",
        id=new_id(), space=space, contact=contact, on=NOW.date(), at=NOW,
    )  # fmt: skip
    write(
        "INSERT INTO flags (id, noun, record_id, kind, note, reporter, user_id, created_at)"
        " VALUES (:id, 'space', :space, 'wrong', :note, :reporter, :user, :at)",
        id=new_id(), space=space, note=f"{word} says so", reporter=f"user:{user}", user=user, at=NOW,
    )  # fmt: skip
    ruling = new_id()
    write(
        "INSERT INTO rulings (id, space_id, subject, record_id, verdict, reason, decided_at)"
        " VALUES (:id, :space, 'note', :record, 'reject', 'other', :at)",
        id=ruling, space=space, record=people.observations["hers" if word == HERS else "his"], at=NOW,
    )  # fmt: skip
    write(
        "INSERT INTO appeals (id, ruling_id, space_id, observation_id, text, created_at)"
        " VALUES (:id, :ruling, :space, :seen, :text, :at)",
        id=new_id(), ruling=ruling, space=space, seen=people.observations["hers" if word == HERS else "his"],
        text=f"{word} appeals", at=NOW,
    )  # fmt: skip
    _as_owner(people, user, word, other)
    write(
        "INSERT INTO office_messages (id, kind, point, note, reporter, created_at) VALUES (:id, 'lived_in',"
        " ST_SetSRID(ST_MakePoint(7.61, 45.06), 4326), :note, :reporter, :at)",
        id=new_id(), note=f"{word} lives there", reporter=f"user:{user}", at=NOW,
    )  # fmt: skip
    with make.services.unit_of_work() as uow:
        uow.outbox.add(address, "follow_link", "en", {"token": word, "place": "x"}, NOW)
        uow.people.invite(token_hash("invited" + word), user, NOW + timedelta(days=1))
        uow.commit()
    write(
        "INSERT INTO personal_values (id, noun, record_id, user_id, value, created_at)"
        " VALUES (:id, 'space', :space, :user, to_jsonb(CAST(:word AS text)), :at)",
        id=new_id(), space=str(space), user=user, word=f"a value of {word}", at=NOW,
    )  # fmt: skip
    write("INSERT INTO rate_counters VALUES (:key, 1, :at)", key=f"LIMITS:LIMITER/user:{user}/x/1", at=NOW)
    write("INSERT INTO reporters (reporter, upheld, reliability, reckoned_on) VALUES (:key, 4, 1.2, :on)",
          key=f"user:{user}", on=NOW.date())  # fmt: skip
    make.group(f"group-of-{word}", "requested", name=f"Group of {word}", requested_by=user)
    make.map(f"map-{user}", make.group(f"approved-{user}", requested_by=user))
    write("UPDATE curated_maps SET created_by = :user WHERE slug = :slug", user=user, slug=f"map-{user}")
    make.load(
        Batch(
            SOURCE,
            collectives=(CollectiveRecord(word, f"Studio {word}", "individual", f"I am {word}", "en", 1, (), {}),),
        )
    )
    alone = people.one("SELECT id FROM collectives WHERE source_key = :key", key=word)
    with make.services.unit_of_work() as uow:
        uow.people.grant(user, "collective_rep", collective_id=alone, granted_by=people.bruno, at=NOW)
        uow.imports.add(new_id(), "a.csv", user, NOW, {}, {"rows": []})
        uow.commit()
    apply(people, user, word, alone, other)
    found(people, user, word, other)
    _history(people, user, space)


def _as_owner(people: People, user: int, word: str, contact: UUID) -> None:
    file = people.make.services.settings.proof_folder / f"{word}.pdf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"a proof")
    people.make.write(
        "INSERT INTO owner_claims (id, space_id, wish, public_note, proof_text, proof_file, contact_id, user_id,"
        " reporter, token_hash, created_at)"
        " VALUES (:id, :space, 'note', :note, :text, :file, :contact, :user, :reporter, :token, :at)",
        id=new_id(), space=people.spaces["both"], note=f"{word} owns it", text=f"I am {word}", file=file.name,
        contact=contact, user=user, reporter=f"user:{user}", token=token_hash("owner" + word), at=NOW,
    )  # fmt: skip
    people.make.write("UPDATE spaces SET owner_note = :note WHERE id = :id AND owner_note IS NULL",
                      note=f"{word} owns it", id=people.spaces["both"])  # fmt: skip


def _history(people: People, user: int, space: UUID) -> None:
    from mapsvc.domain.people import Actor

    with people.make.services.unit_of_work() as uow:
        uow.audit.add(Actor(user_id=user), "observed", "space", space, at=NOW)
        uow.commit()
