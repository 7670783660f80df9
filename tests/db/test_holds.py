"""Contributions that the rules of moderation hold, slow down or freeze, and what a moderator does about them."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from mapsvc.bootstrap import build
from mapsvc.domain.errors import Forbidden, Invalid, NotFound, Stale
from mapsvc.domain.moderation_rules import DEFAULT
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases import holds
from mapsvc.usecases.holds import SlowDown
from mapsvc.usecases.marking import Report, report_space
from mapsvc.usecases.observations import Answer, add_observation, undo_observation
from mapsvc.usecases.seeding import DEMONSTRATION_CITY, prepare_city
from tests.mark_town import NOW, found, rows

HOME = "via-nizza-18"
MODERATOR = Actor(user_id=None, device="desk", grants=(Grant(Role.MODERATOR),))
OFFICER = Actor(user_id=None, device="office", grants=(Grant(Role.OFFICER),))


@pytest.fixture
def town(settings):
    yield from found(settings)


def person(town, name: str, role: Role | None = None) -> Actor:
    with town.unit_of_work() as uow:
        user = uow.people.add(f"{name}@example.org", name, "en", None, NOW, demonstration=False)
        uow.commit()
    return Actor(user_id=user, device=name, network=name, grants=(Grant(role),) if role else ())


def passer_by(name: str) -> Actor:
    return Actor(device=name, network=f"net-{name}")


def say(town, claim: str, actor: Actor, slug: str = HOME, note: str = "", minutes: int = 0):
    answer = Answer(uuid4(), Claim(claim), note)
    return add_observation(
        town.unit_of_work(), town.photos, actor, slug, answer, NOW + timedelta(minutes=minutes)
    )  # fmt: skip


def mark(town, actor: Actor, number: int, minutes: float = 0, policy=DEFAULT, **values):
    given = {"lon": 7.62 + number / 1000, "lat": 45.05, "street": "Via Lunga", "number": str(number)} | values
    report = Report(uuid4(), uuid4().hex, claim=Claim.VACANT, **given)
    return report_space(town.unit_of_work(), town.photos, actor, report, NOW + timedelta(minutes=minutes), policy)


def write(town, statement: str, **params) -> None:
    with town.engine.begin() as connection:
        connection.execute(text(statement), params)


def open_call(town, slug: str = HOME) -> None:
    write(
        town,
        "WITH c AS (INSERT INTO calls (id, code, title, state, opens_on, closes_on, source_id, source_key, created_at,"
        " updated_at) SELECT gen_random_uuid(), 'TO-1', '{\"en\": \"Call\"}', 'open', :from, :to, id, 'c', now(), now()"
        " FROM sources LIMIT 1 RETURNING id)"
        " INSERT INTO lots (id, call_id, space_id, number, starts_on, ends_on)"
        " SELECT gen_random_uuid(), c.id, s.id, 1, :from, :to FROM c, spaces s WHERE s.slug = :slug",
        **{"from": NOW.date() - timedelta(days=1), "to": NOW.date() + timedelta(days=20), "slug": slug},
    )


def states(town, slug: str = HOME) -> list[tuple[str, list[str]]]:
    query = (
        "SELECT o.state, o.hold_rules FROM observations o JOIN spaces s ON s.id = o.space_id"
        f" WHERE s.slug = '{slug}' ORDER BY o.submitted_at, o.id"
    )
    return [tuple(row) for row in rows(town, query)]


def held_ids(town) -> list[UUID]:
    return [row[0] for row in rows(town, "SELECT id FROM observations WHERE state = 'held' ORDER BY submitted_at, id")]


def decide(town, ids, verb="count", reason="", actor=MODERATOR):
    return holds.decide_held(town.unit_of_work(), actor, ids, verb, reason, NOW)


# M4, and what a moderator decides -------------------------------------------------------------------------------------


def test_gone_waits_and_counts_once_a_moderator_lets_it(town):
    said = say(town, "gone", passer_by("a"))
    assert said.held == ("M4",)
    assert states(town) == [("held", ["M4"])]
    assert rows(town, f"SELECT observation_count FROM public_spaces WHERE slug = '{HOME}'") == [(0,)]
    assert rows(town, "SELECT count(*) FROM public_observations") == [(0,)]

    assert decide(town, held_ids(town)) == 1

    assert states(town)[0][0] == "counted"
    assert rows(town, f"SELECT observation_count FROM public_spaces WHERE slug = '{HOME}'") == [(1,)]
    actions = [row[0] for row in rows(town, "SELECT action FROM audit_log WHERE noun = 'space' ORDER BY id")]
    assert actions[-2:] == ["observation_held", "observation_counted"]


def test_an_officer_says_gone_at_once(town):
    assert say(town, "gone", OFFICER).held == ()


def test_refusing_needs_a_reason_and_the_right(town):
    say(town, "gone", passer_by("a"))
    ids = held_ids(town)
    for bad, kind in (("", Invalid), ("because", Invalid)):
        with pytest.raises(kind):
            decide(town, ids, "reject", bad)
    for nobody in (passer_by("b"), Actor(device="c", grants=(Grant(Role.TRUST_BROKER),))):
        with pytest.raises(Forbidden):
            decide(town, ids, actor=nobody)
    with pytest.raises(NotFound):
        decide(town, [uuid4()])
    for nothing in ([], [uuid4()] * 60):
        with pytest.raises((Invalid, NotFound)):
            decide(town, nothing)
    with pytest.raises(Invalid):
        decide(town, ids, "publish")
    assert states(town) == [("held", ["M4"])]

    decide(town, ids, "reject", "in_use")

    assert rows(town, "SELECT state, state_reason, decided_at IS NOT NULL FROM observations") == [
        ("rejected", "in_use", True)
    ]


def test_two_moderators_decide_once(town):
    say(town, "gone", passer_by("a"))
    say(town, "gone", passer_by("b"))
    first, second = held_ids(town)
    decide(town, [first], "reject", "spam")
    with pytest.raises(Stale):
        decide(town, [first, second])
    assert [state for state, _ in states(town)] == ["rejected", "held"], "all or none"


def test_two_moderators_at_the_same_moment(town):
    say(town, "gone", passer_by("a"))
    ids, told, start = held_ids(town), [], threading.Barrier(2)

    def work(verb: str, reason: str) -> None:
        start.wait()
        try:
            told.append(decide(town, ids, verb, reason))
        except Stale:
            told.append("stale")

    threads = [threading.Thread(target=work, args=pair) for pair in (("count", ""), ("reject", "spam"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, told)) == ["1", "stale"]
    decisions = "SELECT 1 FROM audit_log WHERE action IN ('observation_counted', 'observation_rejected')"
    assert len(rows(town, decisions)) == 1


def test_a_held_answer_can_be_taken_back(town):
    said = say(town, "gone", passer_by("a"))
    # The instant of an answer stands in its identifier.
    undo_observation(town.unit_of_work(), passer_by("a"), said.observation_id, NOW)
    assert states(town)[0][0] == "withdrawn"


def test_sent_twice_it_is_held_once_and_says_so_again(town):
    answer = Answer(uuid4(), Claim.GONE)
    told = [
        add_observation(town.unit_of_work(), town.photos, passer_by("a"), HOME, answer, NOW) for _ in range(2)
    ]  # fmt: skip
    assert [one.held for one in told] == [("M4",), ("M4",)]
    assert len(held_ids(town)) == 1


# M1, M3, M5: texts ----------------------------------------------------------------------------------------------------


def note_states(town) -> list[str]:
    return [row[0] for row in rows(town, "SELECT note_state FROM observations ORDER BY submitted_at, id")]


def test_texts_of_newcomers_wait_and_of_others_show(town):
    neighbour = person(town, "neighbour")
    for number in range(3):
        say(town, "vacant", neighbour, note=f"shutter {number}", minutes=20 * number)
    say(town, "vacant", neighbour, note="shutter half open", minutes=80)
    say(town, "vacant", neighbour, note="call 011 1234567", minutes=100)
    say(town, "vacant", neighbour, note="abandoned by the bank", minutes=120)
    say(town, "vacant", passer_by("a"), note="shutter down", minutes=140)

    assert note_states(town) == ["queued", "queued", "queued", "published", "queued", "queued", "queued"]
    assert [rules for _, rules in states(town)] == [["M5"], ["M5"], ["M5"], [], ["M1"], ["M3"], ["M5"]]
    assert {state for state, _ in states(town)} == {"counted"}, "what was seen counts at once"


def test_a_telephone_number_in_the_address_holds_the_place(town):
    write(town, "UPDATE areas SET moderation = 'after'")
    assert mark(town, passer_by("a"), 1).state == "published"
    assert mark(town, passer_by("b"), 2, street="Via Nizza 011 1234567").state == "submitted"
    assert rows(town, "SELECT hold_rules FROM spaces WHERE number = '2'") == [(["M1"],)]
    assert rows(town, "SELECT count(*) FROM public_spaces WHERE name LIKE '%1234567%'") == [(0,)]


def test_where_the_area_looks_afterwards_texts_still_wait(town):
    write(town, "UPDATE areas SET moderation = 'after'")
    neighbour = person(town, "neighbour")
    for number in range(4):
        mark(town, neighbour, number, note=f"shutter {number}")
    assert set(note_states(town)) == {"queued"}


# M6: trust ------------------------------------------------------------------------------------------------------------


def trust(town, actor: Actor, places: int = 10) -> None:
    for number in range(places):
        mark(town, actor, 100 + number, minutes=-3000 + 200 * number)
    write(town, "UPDATE spaces SET record_state = 'published' WHERE reported_by = :user", user=actor.user_id)
    write(
        town,
        "INSERT INTO reporters (reporter, upheld, overruled, reliability, reckoned_on)"
        " VALUES (:reporter, 2, 0, 1.17, :day) ON CONFLICT (reporter) DO UPDATE SET reliability = 1.17",
        reporter=actor.reporter,
        day=NOW.date(),
    )


def test_a_trusted_contributor_publishes_at_once(town):
    neighbour = person(town, "neighbour")
    assert mark(town, neighbour, 1).state == "submitted"
    trust(town, neighbour)
    assert mark(town, neighbour, 2, note="shutter down").state == "published"
    assert rows(town, "SELECT o.note_state FROM observations o JOIN spaces s ON s.id = o.space_id"
                      " WHERE s.number = '2'") == [("published",)]  # fmt: skip
    assert mark(town, neighbour, 3, lon=9.19, lat=45.46, right_place=True).state == "submitted"

    write(town, "UPDATE spaces SET record_state = 'rejected', state_reason = 'spam', updated_at = :at"
                " WHERE number = '1' AND reported_by = :user", at=NOW, user=neighbour.user_id)  # fmt: skip
    assert mark(town, neighbour, 4).state == "submitted"


def test_one_in_ten_is_looked_at(town):
    neighbour = person(town, "neighbour")
    trust(town, neighbour)
    slug = mark(town, neighbour, 5, policy=replace(DEFAULT, sample_one_in=1)).slug
    assert rows(town, f"SELECT record_state, hold_rules FROM spaces WHERE slug = '{slug}'") == [("published", ["M6"])]
    with pytest.raises(Forbidden):
        holds.look(town.unit_of_work(), neighbour, slug, NOW)
    holds.look(town.unit_of_work(), MODERATOR, slug, NOW)
    with pytest.raises(Stale):
        holds.look(town.unit_of_work(), MODERATOR, slug, NOW)


# M7: rates ------------------------------------------------------------------------------------------------------------


def test_the_sixth_place_of_a_network_waits_and_is_held(town):
    for number in range(5):
        mark(town, passer_by("a"), number, minutes=number)
    with pytest.raises(SlowDown) as slow:
        mark(town, passer_by("a"), 6, minutes=6)
    assert (slow.value.retry_after, slow.value.places, slow.value.code) == (20, 5, "slow_down")
    assert rows(town, "SELECT count(*) FROM spaces WHERE street = 'Via Lunga'") == [(5,)]

    assert mark(town, passer_by("b"), 7, minutes=6).state == "submitted", "somebody else need not wait"
    done = mark(town, passer_by("a"), 6, minutes=7, waited_for=5)
    assert rows(town, f"SELECT record_state, hold_rules FROM spaces WHERE slug = '{done.slug}'") == [
        ("submitted", ["M7"])
    ]
    with pytest.raises(SlowDown) as again:
        mark(town, passer_by("a"), 8, minutes=8, waited_for=5)
    assert again.value.retry_after == 40, "one wait is good for one place"
    assert mark(town, passer_by("a"), 9, minutes=70)


def test_an_account_may_mark_more(town):
    neighbour = person(town, "neighbour")
    for number in range(10):
        mark(town, neighbour, number, minutes=number)
    with pytest.raises(SlowDown):
        mark(town, neighbour, 11, minutes=11)
    for number in range(20):
        mark(town, neighbour, 20 + number, minutes=100 + 30 * number)
    with pytest.raises(SlowDown):
        mark(town, neighbour, 50, minutes=760)
    broker = person(town, "broker", Role.TRUST_BROKER)
    for number in range(12):
        assert mark(town, broker, 60 + number, minutes=number).state == "published"


def test_the_rate_holds_across_workers_at_the_same_moment(town, settings):
    for number in range(4):
        mark(town, passer_by("a"), number, minutes=number)
    other = build(settings)
    told, start = [], threading.Barrier(4)

    def work(services, number: int) -> None:
        start.wait()
        try:
            told.append(mark(services, passer_by("a"), 10 + number, minutes=5).state)
        except SlowDown:
            told.append("slow")

    threads = [threading.Thread(target=work, args=((town, other)[n % 2], n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.engine.dispose()
    assert sorted(told) == ["slow", "slow", "slow", "submitted"]


# M8: repetition -------------------------------------------------------------------------------------------------------


def test_the_same_words_three_times_on_a_street_count_once(town):
    mark(town, passer_by("x"), 40, street="Via Nizza")
    write(town, "UPDATE spaces SET record_state = 'published' WHERE street = 'Via Nizza'")
    slugs = [row[0] for row in rows(town, "SELECT slug FROM spaces WHERE street = 'Via Nizza' ORDER BY name")][:3]
    spammer = passer_by("a")
    for minute, slug in enumerate(slugs):
        say(town, "vacant", replace(spammer, device=f"phone {minute}"), slug, "Sfitto da anni", minute)

    query = "SELECT state FROM observations WHERE note = 'Sfitto da anni' ORDER BY submitted_at"
    assert [row[0] for row in rows(town, query)] == ["counted", "held", "held"]
    second = rows(town, f"SELECT observation_count FROM spaces WHERE slug = '{slugs[1]}'")[0][0]
    assert second == len([state for state, _ in states(town, slugs[1]) if state == "counted"])
    assert decide(town, held_ids(town), "reject", "repeated") == 2


def test_other_words_other_streets_and_silence_are_no_repetition(town):
    for minute, note in enumerate(("", "", "", "one", "two", "three")):
        assert say(town, "vacant", passer_by("a"), note=note, minutes=minute).held == ()
    for minute in (0, 11, 22):
        assert say(town, "vacant", passer_by("b"), note="the same", minutes=minute).held == ()


# M9 and M17: calls ----------------------------------------------------------------------------------------------------


def test_in_an_open_call_only_some_observations_count(town):
    open_call(town)
    neighbour = person(town, "neighbour")
    broker = person(town, "broker", Role.TRUST_BROKER)
    assert say(town, "vacant", neighbour).held == ("M17",)
    assert say(town, "vacant", passer_by("a"), minutes=1).held == ("M17",)
    assert say(town, "vacant", broker, minutes=2).held == ()
    assert say(town, "vacant", OFFICER, minutes=3).held == ()
    kinds = rows(town, "SELECT source_kind FROM public_observations ORDER BY submitted_at")
    assert kinds == [("trust_broker",), ("officer_visit",)]
    write(town, "UPDATE calls SET state = 'closed'")
    assert say(town, "vacant", passer_by("b"), minutes=4).held == ()


def test_three_contradictions_freeze_until_an_officer_has_looked(town):
    say(town, "vacant", OFFICER, minutes=-5000)
    open_call(town)
    for minute, name in enumerate(("a", "b")):
        assert say(town, "occupied", passer_by(name), minutes=minute).held == ("M17",)
    assert say(town, "occupied", passer_by("b"), minutes=3).held == ("M17",), "one person contradicts once"
    assert rows(town, f"SELECT frozen_at FROM spaces WHERE slug = '{HOME}'") == [(None,)]
    assert set(say(town, "gone", passer_by("c"), minutes=4).held) == {"M4", "M9", "M17"}
    assert rows(town, f"SELECT frozen_at IS NOT NULL FROM spaces WHERE slug = '{HOME}'") == [(True,)]

    broker = person(town, "broker", Role.TRUST_BROKER)
    assert say(town, "occupied", broker, minutes=5).held == ("M9",), "not even a broker counts now"
    assert rows(town, f"SELECT status FROM public_spaces WHERE slug = '{HOME}'") == [("confirmed_vacant",)]

    assert say(town, "occupied", OFFICER, minutes=6).held == ()
    assert rows(town, f"SELECT frozen_at FROM spaces WHERE slug = '{HOME}'") == [(None,)]
    assert say(town, "occupied", broker, minutes=7).held == ()
    said = [row[0] for row in rows(town, "SELECT action FROM audit_log ORDER BY id")]
    assert (said.count("frozen"), said.count("thawed")) == (1, 1)


def test_without_a_call_contradiction_freezes_nothing(town):
    say(town, "vacant", OFFICER, minutes=-5000)
    for minute, name in enumerate(("a", "b", "c", "d")):
        assert say(town, "occupied", passer_by(name), minutes=minute).held == ()


# M10: off the map -----------------------------------------------------------------------------------------------------


def test_a_place_outside_the_territory_is_asked_about_then_held(town):
    write(town, "UPDATE areas SET moderation = 'after'")
    away = {"lon": 9.19, "lat": 45.46}
    with pytest.raises(Invalid) as asked:
        mark(town, passer_by("a"), 1, **away)
    assert (asked.value.code, asked.value.pointer) == ("outside", "/right_place")
    done = mark(town, passer_by("a"), 1, **away, right_place=True)
    assert rows(town, f"SELECT record_state, hold_rules FROM spaces WHERE slug = '{done.slug}'") == [
        ("submitted", ["M10"])
    ]


def test_without_areas_no_place_lies_outside(settings):
    services = build(settings)
    prepare_city(services.unit_of_work(), DEMONSTRATION_CITY, NOW)
    assert mark(services, passer_by("a"), 1, lon=9.19, lat=45.46).state == "submitted"
    services.engine.dispose()
