"""Collectives from the first form to the last mail: registered, decided about, told of spaces, asked after a year."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from mapsvc.bootstrap import build
from mapsvc.config import Settings
from mapsvc.domain.collectives import CollectiveDraft, Move
from mapsvc.domain.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.ids import new_id, token_hash
from mapsvc.domain.imports import AreaRecord
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.jobs import tell_fits, watch_collectives
from mapsvc.usecases import collective_states, fit_alerts
from mapsvc.usecases.collectives import (
    activate_collective,
    add_collective,
    change_collective,
    collective_to_edit,
    edit_collective,
    register_collective,
)
from mapsvc.usecases.market import Market
from mapsvc.usecases.matching import spaces_for
from mapsvc.web.app import create_app
from tests.builders import NOW, TODAY, Builder, square

READY: dict[str, object] = {
    "usable_area_m2": 60, "rent_cents": 20_000, "deposit_cents": 20_000, "hazards": [], "condition": "ready",
    "windows": [{"from": "2027-01-01", "to": "2030-01-01"}], "legal_route": "no_change_needed",
    "permitted_uses": ["dance", "visual"], "max_occupancy": 20, "energy_class": "B", "daylight_level": 2,
}  # fmt: skip
NEEDS: dict[str, object] = {"area_min_m2": 40, "budget_max_cents": 30_000, "start_latest": "2027-06-01",
                            "term_min_days": 365}  # fmt: skip
DRAFT = CollectiveDraft("Coro di Strada", "We sing", "informal_group", ("dance",), 9, NEEDS, 5, 7, "97000000000")
WEST, EAST = (7.62, 45.02), (7.67, 45.02)


@dataclass
class Town:
    make: Builder
    ada: int
    bea: int

    @property
    def uow(self) -> Any:
        return self.make.services.unit_of_work()

    def actor(self, user: int) -> Actor:
        with self.uow as uow:
            return Actor(user, "x", grants=uow.people.grants_of(user))

    def one(self, query: str, **values: object) -> Any:
        return self.make.rows(query, **values)[0][0]

    def mails(self, template: str) -> list[Any]:
        query = "SELECT recipient, lang, params FROM outbox WHERE template = :template ORDER BY id"
        return list(self.make.rows(query, template=template))

    def offer(self, slug: str, **features: object) -> UUID:
        space = self.make.space(slug, *WEST, features=READY | features, availability_state="offered",
                                owner_consent=True)  # fmt: skip
        self.make.observation(space, kind="officer_visit", days_ago=20)
        return space


@pytest.fixture
def town(settings: Settings) -> Iterator[Town]:
    services = build(replace(settings, today=TODAY.isoformat()))
    make = Builder(services)
    make.begin(
        [AreaRecord("w", "West", "neighbourhood", "w", square(7.6, 45.0)),
         AreaRecord("e", "East", "neighbourhood", "e", square(7.65, 45.0))]
    )  # fmt: skip
    made = Town(make, make.account("ada@example.org"), make.account("bea@example.org"))
    made.offer("good")
    yield made
    services.engine.dispose()


def registered(town: Town, draft: CollectiveDraft = DRAFT, *, publish: bool = True) -> str:
    return register_collective(town.uow, town.actor(town.ada), new_id(), draft, "it", NOW, publish=publish).slug


OFFICER = Actor(None, "officer", grants=(Grant(Role.OFFICER),))
BROKER = Actor(None, "broker", grants=(Grant(Role.TRUST_BROKER),))


def decide(town: Town, slug: str, move: Move, reason: str = "", actor: Actor = OFFICER) -> None:
    version = town.one("SELECT version FROM collectives WHERE slug = :slug", slug=slug)
    collective_states.decide(town.uow, actor, slug, move, version, reason, NOW)


# Registering ----------------------------------------------------------------------------------------------------------


def test_whoever_registers_a_collective_speaks_for_it(town: Town) -> None:
    slug = registered(town)
    ada = town.actor(town.ada)
    found = collective_to_edit(town.uow, ada, slug)
    assert (found.state, found.trust, found.members_under_30, found.legal_id) == ("active", "new", 5, "97000000000")
    assert found.original_lang == "it"
    changed = edit_collective(town.uow, ada, slug, found.version, replace(DRAFT, story="Louder"), NOW)
    assert changed.story == "Louder"
    with pytest.raises(Forbidden):
        edit_collective(town.uow, town.actor(town.bea), slug, 3, DRAFT, NOW)


def test_a_draft_is_its_own_business(town: Town) -> None:
    slug = registered(town, publish=False)
    assert town.make.rows("SELECT 1 FROM public_collectives WHERE slug = :slug", slug=slug) == []
    for actor in (town.actor(town.bea), OFFICER):
        with pytest.raises((NotFound, Forbidden)):
            spaces_for(town.uow, Market(), actor, slug, TODAY)
    assert spaces_for(town.uow, Market(), town.actor(town.ada), slug, TODAY).feasible == 1
    collective_states.publish_collective(town.uow, town.actor(town.ada), slug, NOW)
    assert town.one("SELECT state FROM public_collectives WHERE slug = :slug", slug=slug) == "active"
    with pytest.raises(Forbidden):
        collective_states.publish_collective(town.uow, town.actor(town.bea), slug, NOW)


def test_one_key_registers_once_and_one_name_twice(town: Town) -> None:
    key, ada = new_id(), town.actor(town.ada)
    first = register_collective(town.uow, ada, key, DRAFT, "it", NOW, publish=True)
    again = register_collective(town.uow, ada, key, DRAFT, "it", NOW, publish=True)
    assert first.id == again.id
    other = register_collective(town.uow, ada, new_id(), DRAFT, "it", NOW, publish=True)
    assert other.slug != first.slug
    assert town.one("SELECT count(*) FROM collectives") == 2
    with pytest.raises(Conflict):
        register_collective(town.uow, ada, key, replace(DRAFT, name="Another"), "it", NOW, publish=True)
    reserved = register_collective(town.uow, ada, new_id(), replace(DRAFT, name="New"), "en", NOW, publish=False)
    assert reserved.slug != "new"


def test_nobody_registers_without_an_account_or_a_name(town: Town) -> None:
    with pytest.raises(Forbidden):
        register_collective(town.uow, Actor(device="x"), new_id(), DRAFT, "it", NOW, publish=True)
    with pytest.raises(Invalid):
        register_collective(town.uow, town.actor(town.ada), new_id(), replace(DRAFT, name=""), "it", NOW, publish=True)
    assert town.one("SELECT count(*) FROM collectives") == 0


def test_an_application_brings_its_group_along_without_an_account(town: Town) -> None:
    with town.uow as uow:
        made = add_collective(uow, Actor(device="x"), DRAFT, "it", NOW)
        changed = change_collective(uow, Actor(device="x"), made, replace(DRAFT, name="Coro"), NOW)
        shown = activate_collective(uow, Actor(device="x"), changed, NOW)
        assert (shown.state, shown.version) == ("active", 3)
        assert activate_collective(uow, Actor(device="x"), shown, NOW) == shown
        broker = add_collective(uow, town.actor(town.bea), DRAFT, "it", NOW, on_behalf=True)
        uow.commit()
    assert town.one("SELECT count(*) FROM role_grants WHERE collective_id IN (:a, :b)", a=made.id, b=broker.id) == 0


def test_small_numbers_are_published_as_less_than_five(town: Town) -> None:
    slug = registered(town, replace(DRAFT, members_under_30=4))
    query = "SELECT members_count, members_under_30, members_under_35 FROM public_collectives WHERE slug = :slug"
    assert town.make.rows(query, slug=slug) == [(9, None, 7)]
    columns = town.make.rows("SELECT * FROM public_collectives")[0]._mapping
    assert not {"legal_id", "anchor", "created_by", "state_reason", "alerts"} & set(columns)


# What the office decides ----------------------------------------------------------------------------------------------


def test_an_officer_and_a_broker_verify_each_in_their_own_name(town: Town) -> None:
    slug = registered(town)
    decide(town, slug, Move.VERIFY, actor=BROKER)
    query = "SELECT state, trust FROM public_collectives WHERE slug = :slug"
    assert town.make.rows(query, slug=slug) == [("verified", "verified_by_broker")]
    other = registered(town, replace(DRAFT, name="Other"))
    decide(town, other, Move.VERIFY)
    assert town.make.rows(query, slug=other) == [("verified", "verified_identity")]
    assert [mail.recipient for mail in town.mails("collective_decided")] == ["ada@example.org"] * 2


def test_a_suspended_collective_disappears_until_it_is_lifted(town: Town) -> None:
    slug = registered(town)
    with pytest.raises(Invalid):
        decide(town, slug, Move.SUSPEND)
    decide(town, slug, Move.SUSPEND, "Not who they say")
    assert town.make.rows("SELECT 1 FROM public_collectives WHERE slug = :slug", slug=slug) == []
    assert town.mails("collective_decided")[0].params["reason"] == "Not who they say"
    assert collective_to_edit(town.uow, town.actor(town.ada), slug).state_reason == "Not who they say"
    with pytest.raises(Conflict):
        collective_states.publish_collective(town.uow, town.actor(town.ada), slug, NOW)
    decide(town, slug, Move.LIFT)
    found = collective_to_edit(town.uow, town.actor(town.ada), slug)
    assert (found.state, found.state_reason) == ("active", None)


def test_a_broker_does_not_close_a_page_and_nobody_decides_about_themselves(town: Town) -> None:
    slug = registered(town)
    for move in (Move.SUSPEND, Move.DISSOLVE):
        with pytest.raises(Forbidden):
            decide(town, slug, move, "why", BROKER)
    own = Actor(town.ada, "x", grants=(*town.actor(town.ada).grants, Grant(Role.OFFICER)))
    with pytest.raises(Conflict):
        decide(town, slug, Move.VERIFY, actor=own)
    with pytest.raises(Conflict):
        collective_states.endorse(town.uow, own, slug, "House", "We know them", NOW)
    with pytest.raises(Stale):
        collective_states.decide(town.uow, OFFICER, slug, Move.VERIFY, 99, "", NOW)
    for nobody in (Actor(), town.actor(town.bea)):
        with pytest.raises(Forbidden):
            collective_states.desk_collective(town.uow, nobody, slug)


def test_an_officer_of_an_area_decides_about_groups_of_the_area(town: Town) -> None:
    west = registered(town, replace(DRAFT, needs=NEEDS | {"anchor_point": list(WEST)}))
    nowhere = registered(town, replace(DRAFT, name="Anywhere"))
    east = Actor(None, "e", grants=(Grant(Role.OFFICER, town.make.areas["east"]),))
    with pytest.raises(NotFound):
        decide(town, west, Move.VERIFY, actor=east)
    decide(town, nowhere, Move.VERIFY, actor=east)
    also = registered(town, replace(DRAFT, name="Both", needs=NEEDS | {"districts_ok": ["east"]}))
    decide(town, also, Move.VERIFY, actor=east)


def test_what_an_organisation_says_stands_on_the_page_until_it_is_taken_back(town: Town) -> None:
    slug = registered(town)
    said = collective_states.endorse(town.uow, BROKER, slug, "Casa del Quartiere", "They rehearse here", NOW)
    assert town.one("SELECT organisation FROM public_collective_endorsements") == "Casa del Quartiere"
    with pytest.raises(Invalid):
        collective_states.endorse(town.uow, BROKER, slug, "Casa del Quartiere", " ", NOW)
    collective_states.withdraw_endorsement(town.uow, BROKER, slug, said.id, NOW)
    assert town.make.rows("SELECT 1 FROM public_collective_endorsements") == []
    with pytest.raises(NotFound):
        collective_states.withdraw_endorsement(town.uow, BROKER, slug, said.id, NOW)


def test_who_dissolves_their_own_collective_closes_it_for_good(town: Town) -> None:
    slug = registered(town)
    collective_states.dissolve_own(town.uow, town.actor(town.ada), slug, NOW)
    with pytest.raises(NotFound):
        spaces_for(town.uow, Market(), town.actor(town.ada), slug, TODAY)
    with pytest.raises(Conflict):
        decide(town, slug, Move.LIFT)


# A year of silence ----------------------------------------------------------------------------------------------------


def silent(town: Town, slug: str, days: int) -> None:
    town.make.write("UPDATE collectives SET heard_at = :at, noticed_at = NULL WHERE slug = :slug",
                    at=NOW - timedelta(days=days), slug=slug)  # fmt: skip


def test_silence_asks_once_and_dissolves_thirty_days_later(town: Town) -> None:
    services, slug = town.make.services, registered(town)
    silent(town, slug, 364)
    assert watch_collectives.run(services, NOW) == {"asked": 0, "dissolved": 0}
    silent(town, slug, 366)
    assert watch_collectives.run(services, NOW) == {"asked": 1, "dissolved": 0}
    assert watch_collectives.run(services, NOW + timedelta(days=29)) == {"asked": 0, "dissolved": 0}
    assert watch_collectives.run(services, NOW + timedelta(days=30)) == {"asked": 0, "dissolved": 1}
    assert town.make.rows("SELECT state, state_reason FROM collectives") == [("dissolved", "silence")]
    [asked] = town.mails("collective_silent")
    assert (asked.recipient, asked.params["until"]) == (
        "ada@example.org",
        (NOW + timedelta(days=30)).date().isoformat(),
    )
    assert len(town.mails("collective_decided")) == 1


def test_one_tap_or_any_change_keeps_a_collective(town: Town) -> None:
    services = town.make.services
    kept = [registered(town), registered(town, replace(DRAFT, name="Other"))]
    for slug in kept:
        silent(town, slug, 400)
    assert watch_collectives.run(services, NOW)["asked"] == 2
    found = services.collective_of_token(town.mails("collective_silent")[0].params["token"])
    assert found is not None
    collective_states.still_here(town.uow, found, NOW + timedelta(days=3))
    other = next(slug for slug in kept if town.one("SELECT id FROM collectives WHERE slug = :s", s=slug) != found)
    version = town.one("SELECT version FROM collectives WHERE slug = :s", s=other)
    edit_collective(town.uow, town.actor(town.ada), other, version, replace(DRAFT, name="Other"), NOW)
    assert watch_collectives.run(services, NOW + timedelta(days=60)) == {"asked": 0, "dissolved": 0}


def test_who_applies_is_not_silent(town: Town) -> None:
    slug = registered(town)
    silent(town, slug, 500)
    application(town, slug, None)
    assert watch_collectives.run(town.make.services, NOW) == {"asked": 0, "dissolved": 0}


# Alerts ---------------------------------------------------------------------------------------------------------------


def application(town: Town, slug: str, email: str | None) -> None:
    """Store an application of a collective, with an address where nobody has an account."""
    contact = new_id() if email else None
    if email:
        town.make.write("INSERT INTO contacts VALUES (:id, :email, 'it', :at)", id=contact, email=email, at=NOW)
    call = new_id()
    town.make.write(
        "INSERT INTO calls (id, code, title, source_id, source_key, created_at, updated_at)"
        " SELECT :id, 'C-' || :id, '{}', id, 'C-' || :id, :at, :at FROM sources LIMIT 1", id=call, at=NOW,
    )  # fmt: skip
    town.make.write(
        "INSERT INTO applications (id, call_id, collective_id, state, lang, contact_id, token_hash, created_at,"
        " updated_at) SELECT :id, :call, c.id, 'draft', 'it', :contact, :token, :at, :at FROM collectives c"
        " WHERE c.slug = :slug",
        id=new_id(), call=call, contact=contact, token=token_hash(str(call)), at=NOW, slug=slug,
    )  # fmt: skip


def alerts(town: Town, slug: str, wanted: bool) -> None:
    fit_alerts.set_alerts(town.uow, Market(), town.actor(town.ada), slug, wanted=wanted, now=NOW)


def test_each_new_space_that_fits_is_told_once(town: Town) -> None:
    services, slug = town.make.services, registered(town)
    assert tell_fits.run(services, NOW) == {"told": 0, "spaces": 0}, "nobody asked for it"
    alerts(town, slug, True)
    assert tell_fits.run(services, NOW) == {"told": 0, "spaces": 0}, "what fits now stands on the page"
    town.offer("new-one")
    town.offer("too-small", usable_area_m2=10)
    assert tell_fits.run(services, NOW) == {"told": 1, "spaces": 1}
    assert tell_fits.run(services, NOW) == {"told": 0, "spaces": 0}
    [mail] = town.mails("fit_alert")
    assert (mail.recipient, [one["slug"] for one in mail.params["spaces"]]) == ("ada@example.org", ["new-one"])
    town.make.write("UPDATE spaces SET availability_state = 'not_offered' WHERE slug = 'new-one'")
    assert tell_fits.run(services, NOW)["told"] == 0
    town.make.write("UPDATE spaces SET availability_state = 'offered' WHERE slug = 'new-one'")
    assert tell_fits.run(services, NOW)["told"] == 0, "told before"


def test_alerts_end_by_the_page_and_by_the_link_of_a_mail(town: Town) -> None:
    services, slug = town.make.services, registered(town)
    alerts(town, slug, True)
    alerts(town, slug, False)
    town.offer("second")
    assert tell_fits.run(services, NOW)["told"] == 0
    alerts(town, slug, True)
    found = town.one("SELECT id FROM collectives")
    client = create_app(services).test_client()
    address = f"/collectives/alerts/{services.collective_token(found)}"
    assert client.get(address).status_code == 200
    assert town.one("SELECT alerts FROM collectives") is True, "opening a link ends nothing"
    for _ in range(2):
        assert client.post(address).status_code == 200, "a mail program has no session"
        assert town.one("SELECT alerts FROM collectives") is False
    assert client.get("/collectives/alerts/none").status_code == 404
    assert client.post(f"/collectives/alerts/{services.collective_token(new_id())}").status_code == 404
    with pytest.raises(Forbidden):
        fit_alerts.set_alerts(town.uow, Market(), town.actor(town.bea), slug, wanted=True, now=NOW)


def test_a_group_without_an_account_is_told_at_the_address_of_its_application(town: Town) -> None:
    with town.uow as uow:
        made = add_collective(uow, Actor(device="x"), DRAFT, "it", NOW)
        uow.collectives.update(replace(made, alerts=True), NOW)
        uow.commit()
    assert tell_fits.run(town.make.services, NOW)["told"] == 0, "there is nobody to tell"
    application(town, made.slug, "group@example.org")
    assert tell_fits.run(town.make.services, NOW) == {"told": 1, "spaces": 1}
    [mail] = town.mails("fit_alert")
    assert (mail.recipient, mail.lang, mail.params["signs_in"]) == ("group@example.org", "it", False)


def test_nobody_is_told_more_of_a_place_than_the_public_knows(town: Town) -> None:
    slug = registered(town)
    alerts(town, slug, True)
    space = town.offer("via-segreta-7")
    town.make.write(
        "UPDATE spaces SET name = 'Via Segreta 7', publication_precision = 'cell_100m' WHERE id = :id", id=space
    )
    assert tell_fits.run(town.make.services, NOW)["told"] == 1
    [told] = town.mails("fit_alert")[0].params["spaces"]
    assert told["name"] == ""


def test_a_suspended_collective_is_told_of_nothing(town: Town) -> None:
    slug = registered(town)
    alerts(town, slug, True)
    decide(town, slug, Move.SUSPEND, "why")
    town.offer("new-one")
    assert tell_fits.run(town.make.services, NOW)["told"] == 0
    alerts(town, slug, False)
    with pytest.raises(Conflict):
        alerts(town, slug, True)


# Pages ----------------------------------------------------------------------------------------------------------------


def client_of(town: Town, email: str = "") -> FlaskClient:
    client = create_app(town.make.services).test_client()
    if email:
        key = town.one("SELECT fs_uniquifier FROM users WHERE email = :email", email=email)
        with client.session_transaction() as session:
            session.update(_user_id=key, _fresh=True, _id="test")
    return client


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


def test_a_collective_is_registered_by_the_form_with_a_preset_that_can_be_changed(town: Town) -> None:
    assert client_of(town).get("/collectives/new").status_code == 302
    client = client_of(town, "ada@example.org")
    page = client.get("/collectives/new").text
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    typed = {"csrf_token": token_in(page), "key": key[1], "name": "Terra <b>viva</b>", "form": "informal_group",
             "members_count": "8", "members_under_30": "6", "preset": "ceramics", "power_min_kw": "7"}  # fmt: skip
    filled = client.post("/collectives/new", data=typed | {"do": "preset"})
    assert filled.status_code == 200
    assert re.search(r'id="f-power_min_kw"[^>]*value="7"', filled.text), "what was typed stays"
    assert re.search(r'<option value="must" selected>[^<]*</option>', filled.text), "what was empty is filled in"
    assert town.one("SELECT count(*) FROM collectives") == 0
    bad = client.post("/collectives/new", data=typed | {"do": "publish", "members_under_30": "9"})
    assert bad.status_code == 422
    assert "Terra &lt;b&gt;viva" in bad.text
    assert 'href="#f-members_under_30"' in bad.text
    done = client.post("/collectives/new", data=typed | {"do": "publish", "water": "nice", "three_phase": "must"})
    assert done.status_code == 302
    again = client.post("/collectives/new", data=typed | {"do": "publish", "water": "nice", "three_phase": "must"})
    assert again.headers["Location"] == done.headers["Location"], "a double tap registers once"
    needs = town.one("SELECT needs FROM collectives")
    assert {name: needs[name] for name in ("power_min_kw", "water", "three_phase")} == {
        "power_min_kw": 7, "water": "nice", "three_phase": "must"
    }  # fmt: skip
    shown = client.get("/collectives/terra-b-viva-b").text
    assert "<b>viva" not in shown
    assert "Under 30" in shown
    assert "You speak for" in client.get("/collectives").text


def test_the_page_of_a_group_switches_alerts_publishes_and_dissolves(town: Town) -> None:
    slug = registered(town, publish=False)
    client = client_of(town, "ada@example.org")
    moved = client.get(f"/collectives/{slug}")
    assert (moved.status_code, moved.headers["Location"]) == (302, f"/collectives/{slug}/fits")
    assert client_of(town).get(f"/collectives/{slug}").status_code == 404
    token = {"csrf_token": token_in(client.get(f"/collectives/{slug}/fits").text)}
    assert client.post(f"/collectives/{slug}/alerts", data=token | {"wanted": "1"}).status_code == 302
    assert client.post(f"/collectives/{slug}/alerts", data=token | {"wanted": "maybe"}).status_code == 422
    assert client.post(f"/collectives/{slug}/publish", data=token).status_code == 302
    assert town.make.rows("SELECT state, alerts FROM collectives") == [("active", True)]
    client.post(f"/collectives/{slug}/dissolve", data=token)
    assert town.one("SELECT state FROM collectives") == "active", "not without the tick"
    client.post(f"/collectives/{slug}/dissolve", data=token | {"sure": "1"})
    assert town.one("SELECT state FROM collectives") == "dissolved"
    other = client_of(town, "bea@example.org")
    token = {"csrf_token": token_in(other.get("/collectives/new").text)}
    for verb in ("publish", "dissolve", "alerts"):
        answer = other.post(f"/collectives/{slug}/{verb}", data=token | {"wanted": "1", "sure": "1"})
        assert answer.status_code == 404, verb


def test_the_desk_lists_filters_and_decides(town: Town) -> None:
    town.make.account("olmo@example.org", "officer")
    slug = registered(town)
    registered(town, replace(DRAFT, name="Banda Larga"), publish=False)
    client = client_of(town, "olmo@example.org")
    page = client.get("/desk/collectives").text
    assert "Coro di Strada" in page
    assert "Banda Larga" in page
    assert "Banda Larga" not in client.get("/desk/collectives?state=active").text
    assert "Coro di Strada" not in client.get("/desk/collectives?q=banda").text
    assert client.get("/desk/collectives?state=gone").status_code == 422
    one = client.get(f"/desk/collectives/{slug}").text
    assert "97000000000" in one
    fields = {"csrf_token": token_in(one), "version": "2"}
    address = f"/desk/collectives/{slug}/decision"
    refused = client.post(address, data=fields | {"verb": "suspend", "reason": ""})
    assert refused.status_code == 422
    assert "Write a reason" in refused.text
    late = client.post(address, data=fields | {"verb": "suspend", "reason": "I typed this", "version": "1"})
    assert late.status_code == 409
    assert "I typed this" in html.unescape(late.text)
    assert client.post(address, data=fields | {"verb": "close"}).status_code == 422
    assert client.post(address, data=fields | {"verb": "verify"}).status_code == 302
    said = {"csrf_token": fields["csrf_token"], "organisation": "Casa <i>", "text": "They <script> sing"}
    assert client.post(f"/desk/collectives/{slug}/endorsements", data=said).status_code == 302
    shown = client_of(town).get(f"/collectives/{slug}").text
    assert "They &lt;script&gt; sing" in shown
    assert "Verified by the office" in shown
    assert "97000000000" not in shown
    taken = town.one("SELECT id FROM collective_endorsements")
    back = client.post(f"/desk/collectives/{slug}/endorsements",
                       data={"csrf_token": fields["csrf_token"], "withdraw": str(taken)})  # fmt: skip
    assert back.status_code == 302
    assert "They &lt;script&gt;" not in client_of(town).get(f"/collectives/{slug}").text


def test_the_question_of_a_year_is_answered_by_a_page(town: Town) -> None:
    slug = registered(town)
    silent(town, slug, 400)
    services = town.make.services
    watch_collectives.run(services, NOW)
    client = client_of(town)
    address = f"/collectives/here/{services.collective_token(town.one('SELECT id FROM collectives'))}"
    token = token_in(client.get(address).text)
    assert town.one("SELECT noticed_at FROM collectives") is not None, "opening the link says nothing"
    assert client.post(address, data={"csrf_token": token}).status_code == 200
    assert town.one("SELECT noticed_at FROM collectives") is None
    decide(town, slug, Move.SUSPEND, "why")
    assert client.get(address).status_code == 404
