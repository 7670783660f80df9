"""Each rule of moderation by itself, and what the table says as a whole: publication 5.2, M1 to M12 and M17."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain import moderation_rules as rules
from mapsvc.domain.flags import FlagKind
from mapsvc.domain.moderation_rules import DEFAULT, RULES, Contribution, Contributor, Do, Part, Site, What, judge
from mapsvc.domain.observations import Claim, SourceKind

PLACE, ANSWER, FLAG = (Contribution(what) for what in (What.PLACE, What.ANSWER, What.FLAG))
ACCOUNT = Contributor(named=True, contributions=3)
TRUSTED = Contributor(named=True, contributions=20, published=10, reliability=1.1)
DESK = Contributor(named=True, desk=True)
OFFICE = Contributor(named=True, desk=True, office=True)


def said(rule, contribution) -> set[tuple[str, str, str]]:
    """Return what one rule of the table wants: what is done, to which part, for which reason."""
    outcomes = RULES[rule](contribution, DEFAULT)
    assert all(outcome.rule == rule for outcome in outcomes)
    return {(outcome.do.value, outcome.part.value, outcome.reason) for outcome in outcomes}


def test_personal_data_hold_a_text_and_are_redacted():
    found = said("M1", replace(ANSWER, text="call 011 1234567"))
    assert found == {("hold", "text", "phone"), ("redact", "text", "phone")}
    assert said("M1", replace(ANSWER, text="shutter down since May")) == set()
    assert said("M1", replace(PLACE, address="Via Nizza, 333 1234567")) == {("hold", "place", "phone")}
    # Not even an officer publishes a telephone number in passing.
    assert said("M1", replace(ANSWER, text="a@example.org", by=OFFICE))


def test_every_photo_waits():
    assert said("M2", replace(ANSWER, photo=True, by=OFFICE)) == {("hold", "photo", "photo")}
    assert said("M2", ANSWER) == set()


def test_accusations_hold_a_text():
    found = said("M3", replace(ANSWER, text="abandoned by the bank"))
    assert found == {("hold", "text", "accusation"), ("redact", "text", "accusation")}
    assert said("M3", replace(ANSWER, text="empty since the bank left")) == set()
    assert said("M3", replace(PLACE, address="squat")) == {("hold", "place", "accusation")}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"claim": Claim.GONE}, {("hold", "answer", "gone")}),
        ({"claim": Claim.VACANT}, set()),
        ({"moved_m": 30.0}, set()),
        ({"moved_m": 30.1}, {("hold", "facts", "moved")}),
        ({"fields": frozenset({"owner_consent", "floor"})}, {("hold", "facts", "owner_consent")}),
        ({"fields": frozenset({"availability_state", "owner_type"})},
         {("hold", "facts", "availability_state"), ("hold", "facts", "owner_type")}),
    ],
)  # fmt: skip
def test_grave_changes_wait_unless_the_office_makes_them(change, expected):
    for who in (Contributor(), ACCOUNT, TRUSTED, DESK):
        assert said("M4", replace(Contribution(What.EDIT), by=who, **change)) == expected
    assert said("M4", replace(Contribution(What.EDIT), by=OFFICE, **change)) == set()


def test_newcomers_count_and_their_texts_wait():
    text = replace(ANSWER, text="shutter down")
    assert said("M5", text) == {("count", "answer", "anonymous"), ("hold", "text", "anonymous")}
    assert said("M5", ANSWER) == {("count", "answer", "anonymous")}
    for earlier in (0, 2):
        new = Contributor(named=True, contributions=earlier)
        assert ("hold", "text", "new_account") in said("M5", replace(text, by=new))
    assert said("M5", replace(text, by=ACCOUNT)) == set()
    assert said("M5", replace(text, by=DESK)) == set()


def test_trusted_contributors_publish_places():
    place = replace(PLACE, by=TRUSTED, id=UUID(int=1))
    assert ("publish", "place", "trusted") in said("M6", place)
    for missing in ({"published": 9}, {"rejected_lately": 1}, {"reliability": 1.09}, {"named": False}):
        assert said("M6", replace(place, by=replace(TRUSTED, **missing))) == set()
    assert said("M6", replace(place, site=Site(in_territory=False))) == set()
    assert said("M6", replace(ANSWER, by=TRUSTED)) == set()


def test_one_in_ten_is_looked_at_and_always_the_same():
    picked = [rules.sampled(UUID(int=number), 10) for number in range(5000)]
    assert picked == [rules.sampled(UUID(int=number), 10) for number in range(5000)]
    assert 400 < sum(picked) < 600
    one = UUID(int=picked.index(True))
    assert ("sample", "place", "sample") in said("M6", replace(PLACE, by=TRUSTED, id=one))


@pytest.mark.parametrize(
    ("who", "slowed"),
    [
        (Contributor(places_last_hour=4), False),
        (Contributor(places_last_hour=5), True),
        (Contributor(named=True, places_last_hour=9, places_last_day=29), False),
        (Contributor(named=True, places_last_hour=10), True),
        (Contributor(named=True, places_last_day=30), True),
        (Contributor(named=True, desk=True, places_last_hour=200), False),
    ],
)
def test_many_places_slow_down_and_are_held_after_the_wait(who, slowed):
    assert said("M7", replace(PLACE, by=who)) == ({("slow_down", "place", "rate")} if slowed else set())
    waited = replace(PLACE, by=replace(who, waited=True))
    assert said("M7", waited) == ({("hold", "place", "rate")} if slowed else set())
    assert said("M7", replace(ANSWER, by=who)) == set()


def test_each_further_place_waits_longer():
    waits = [rules.wait_seconds(places, 5) for places in range(5, 14)]
    assert waits[:3] == [20, 40, 60]
    assert waits[-1] == 120
    assert waits == sorted(waits)


def test_the_third_report_with_the_same_words_is_held():
    for earlier, held in ((1, set()), (2, {("hold", "answer", "repeated")})):
        assert said("M8", replace(ANSWER, by=Contributor(same_reports=earlier))) == held
    third = replace(PLACE, by=Contributor(same_reports=2))
    assert said("M8", third) == {("hold", "answer", "repeated"), ("hold", "place", "repeated")}
    assert said("M8", replace(ANSWER, by=replace(DESK, same_reports=5))) == set()


def test_three_contradictions_in_an_open_call_freeze_the_evidence():
    site = Site(call_open=True, contradicting=3)
    assert said("M9", replace(ANSWER, site=site)) == {("freeze", "record", "flip"), ("hold", "answer", "frozen")}
    assert said("M9", replace(ANSWER, site=replace(site, contradicting=2))) == set()
    assert said("M9", replace(ANSWER, site=replace(site, call_open=False))) == set()


def test_frozen_evidence_waits_for_an_officer():
    frozen = replace(ANSWER, site=Site(frozen=True))
    for source in SourceKind:
        held = set() if source is SourceKind.OFFICER_VISIT else {("hold", "answer", "frozen")}
        assert said("M9", replace(frozen, source_kind=source)) == held


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        (Site(), None),
        (Site(in_territory=False), "outside"),
        (Site(building_m=15.0), None),
        (Site(building_m=15.1), "far_from_buildings"),
    ],
)
def test_a_place_off_the_map_is_asked_about_then_held(site, reason):
    asked = {("ask", "place", reason)} if reason else set()
    held = {("hold", "place", reason)} if reason else set()
    assert said("M10", replace(PLACE, site=site)) == asked
    assert said("M10", replace(PLACE, site=replace(site, confirmed=True))) == held
    assert said("M10", replace(PLACE, site=site, by=DESK)) == set()
    assert said("M10", replace(ANSWER, site=site)) == set()


def test_one_flag_puts_a_record_into_the_queue_and_grave_ones_hide_it():
    for kind in FlagKind:
        hides = kind in (FlagKind.PRIVATE, FlagKind.DANGEROUS)
        wanted = {("hold", "record", kind.value)} | ({("hide", "record", kind.value)} if hides else set())
        assert said("M11", replace(FLAG, flag=kind)) == wanted


def test_hiding_at_once_has_its_limits():
    private = replace(FLAG, flag=FlagKind.PRIVATE)
    waits = {("hold", "record", "private")}
    assert said("M11", replace(private, by=Contributor(hidings=2))) != waits
    assert said("M11", replace(private, by=Contributor(hidings=3))) == waits
    assert said("M11", replace(private, site=Site(settled=True))) == waits


def test_an_owners_objection_hides_the_exact_place():
    assert said("M12", Contribution(What.OBJECTION)) == {("hide", "place", "owner_objection")}
    assert said("M12", ANSWER) == set()


def test_in_an_open_call_only_the_office_the_owner_and_brokers_count():
    call = replace(ANSWER, site=Site(call_open=True))
    counting = {source for source in SourceKind if not said("M17", replace(call, source_kind=source))}
    assert counting == {SourceKind.OFFICER_VISIT, SourceKind.OWNER_STATEMENT, SourceKind.TRUST_BROKER}
    assert said("M17", ANSWER) == set()


def test_the_table_holds_the_rules_of_the_design():
    assert list(RULES) == [f"M{number}" for number in (*range(1, 13), 17)]
    for code, rule in RULES.items():
        assert rule.__doc__.startswith(f"{code}: ")


def test_the_page_for_moderators_names_every_rule():
    page = (Path(__file__).parents[2] / "docs" / "moderation.md").read_text()
    assert set(re.findall(r"^\| (M\d+) ", page, re.M)) == set(RULES)


contributors = st.builds(
    Contributor,
    named=st.booleans(), office=st.booleans(), desk=st.booleans(), contributions=st.integers(0, 40),
    published=st.integers(0, 40), rejected_lately=st.integers(0, 2), reliability=st.floats(0.5, 1.5),
    places_last_hour=st.integers(0, 40), places_last_day=st.integers(0, 80), waited=st.booleans(),
    same_reports=st.integers(0, 5), hidings=st.integers(0, 5),
)  # fmt: skip
sites = st.builds(
    Site,
    in_territory=st.booleans(), building_m=st.none() | st.floats(0, 100), confirmed=st.booleans(),
    call_open=st.booleans(), frozen=st.booleans(), contradicting=st.integers(0, 6), settled=st.booleans(),
)  # fmt: skip
contributions = st.builds(
    Contribution,
    what=st.sampled_from(What), by=contributors, site=sites, id=st.uuids(), claim=st.none() | st.sampled_from(Claim),
    source_kind=st.sampled_from(SourceKind), text=st.sampled_from(["", "plain", "011 1234567", "squat"]),
    address=st.sampled_from(["", "Via Nizza 18", "011 1234567"]), photo=st.booleans(), moved_m=st.floats(0, 200),
    fields=st.frozensets(st.sampled_from(["floor", "owner_consent"])), flag=st.none() | st.sampled_from(FlagKind),
)  # fmt: skip


@given(contributions)
def test_whatever_is_said_the_rules_agree_with_themselves(said):
    found = judge(said)
    assert found == judge(said)
    # Nobody is slowed down and held by one rule, or asked and held: the second follows the answer to the first.
    for first in (Do.SLOW_DOWN, Do.ASK):
        assert not set(found.rules(first)) & set(found.rules(Do.HOLD, Part.PLACE))
    if said.source_kind is SourceKind.OFFICER_VISIT and said.by.office:
        assert not set(found.rules(Do.HOLD, Part.ANSWER)) - {"M8"}
    if said.photo:
        assert found.rules(Do.HOLD, Part.PHOTO) == ("M2",)
    assert set(found.rules(Do.REDACT)) <= set(found.rules(Do.HOLD, Part.TEXT))


@given(contributions)
def test_nothing_but_rules_about_the_record_concern_flags_and_objections(said):
    if said.what in (What.FLAG, What.OBJECTION):
        quiet = replace(said, text="", address="", photo=False, claim=None, moved_m=0.0, fields=frozenset(), by=DESK)
        assert {outcome.rule for outcome in judge(quiet).outcomes} <= {"M11", "M12"}


@given(contributors, sites, st.uuids())
def test_a_newcomer_is_never_trusted(by, site, record_id):
    place = Contribution(What.PLACE, by=replace(by, published=0), site=site, id=record_id)
    assert not judge(place).rules(Do.PUBLISH)
