"""The rule of merges: which record lives on, which values it keeps, and that undoing is the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.domain.merges import (
    PLAIN,
    Memory,
    Origin,
    Party,
    Side,
    Why,
    check_pair,
    columns,
    facts,
    joined,
    kind_of,
    more_careful,
    plan,
    remember,
    restored,
    survivor_first,
    without,
    written,
)
from mapsvc.domain.observations import SourceKind
from mapsvc.domain.spaces import Space

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD = NOW - timedelta(days=400)


def space(key: int = 1, /, **values: object) -> Space:
    given = {"name": "Via Nizza 18", "record_state": "published", "created_at": NOW, "updated_at": NOW} | values
    return Space(id=UUID(int=key), slug=f"s{key}", lon=7.68, lat=45.05, source_code="x", source_key=str(key), **given)


def party(key: int = 1, kind: SourceKind = SourceKind.ANONYMOUS, at: datetime = NOW, /, **values: object) -> Party:
    lots = values.pop("lots", ())
    published_at = values.pop("published_at", at)
    return Party(space(key, **values), {"": Origin(kind, at)}, published_at, lots)


def chosen(survivor: Party, loser: Party, name: str, /, **choices: str) -> tuple[object, Why]:
    field = next(one for one in plan(survivor, loser, choices).fields if one.name == name)
    return field.kept, field.why


# Which record lives on ------------------------------------------------------------------------------------------------


def test_a_pact_or_a_lot_goes_before_age_and_a_public_record_before_one_that_waits():
    young, old = party(1, published_at=NOW), party(2, published_at=OLD)
    waits = party(3, published_at=OLD - timedelta(days=1), record_state="submitted")
    lot = party(4, published_at=NOW, lots=(UUID(int=9),))
    pact = party(5, published_at=NOW, availability_state="in_use")
    assert survivor_first(young, old) == survivor_first(old, young) == (old, young)
    assert survivor_first(waits, young)[0] is young
    assert survivor_first(old, lot)[0] is lot
    assert survivor_first(old, pact)[0] is pact
    assert [one.committed for one in (old, lot, pact)] == [False, True, True]


def test_the_pair_is_checked_before_anything_is_planned():
    one, other = party(1), party(2)
    check_pair(one, other)
    with pytest.raises(Invalid):
        check_pair(one, one)
    for state in ("hidden", "rejected", "merged", "archived"):
        with pytest.raises(Conflict):
            check_pair(one, party(2, record_state=state))
    with pytest.raises(Conflict):
        check_pair(party(1, record_state="submitted"), other)
    call = UUID(int=9)
    with pytest.raises(Conflict):
        check_pair(party(1, lots=(call,)), party(2, lots=(UUID(int=8), call)))


# Which value is kept ------------------------------------------------------------------------------------------------


def test_the_more_trusted_source_wins_then_the_newer_one():
    officer = party(1, SourceKind.OFFICER_VISIT, OLD, name="Officer")
    crowd = party(2, SourceKind.REGISTERED_USER, NOW, name="Crowd")
    assert chosen(crowd, officer, "name") == ("Officer", Why.TRUST)
    assert chosen(officer, crowd, "name") == ("Officer", Why.TRUST)
    older = party(3, SourceKind.REGISTERED_USER, OLD, name="Older")
    assert chosen(older, crowd, "name") == ("Crowd", Why.NEWER)


def test_a_field_has_the_origin_of_whoever_wrote_it_last():
    edited = party(1, name="Edited")
    edited = replace(edited, origins=edited.origins | {"name": Origin(SourceKind.OFFICER_VISIT, OLD)})
    register = party(2, SourceKind.IMPORT_OFFICIAL, NOW, name="Register")
    assert chosen(register, edited, "name") == ("Edited", Why.TRUST)


def test_what_only_one_knows_is_kept_and_what_both_say_is_no_conflict():
    one = party(1, floor="0", owner_type="municipality", features={"usable_area_m2": 60.0})
    other = party(2, SourceKind.OFFICER_VISIT, features={"wc_count": 1}, description={"it": "Vetrina"})
    found = plan(one, other, {})
    kept = found.facts()
    assert (kept["floor"], kept["owner_type"]) == ("0", "municipality")
    assert (kept["features.usable_area_m2"], kept["features.wc_count"]) == (60.0, 1)
    assert kept["description.it"] == "Vetrina"
    assert [field.name for field in found.fields if field.conflict] == []


def test_street_and_number_are_one_choice_and_so_is_the_position():
    one = party(1, street="Via Nizza", number="18")
    other = party(2, SourceKind.OFFICER_VISIT, street="Via Po", number=None, floor="1")
    assert chosen(one, other, "address") == (["Via Po", None], Why.TRUST)
    near = replace(one, space=replace(one.space, lon=7.68 + 1e-7))
    assert chosen(one, near, "place")[1] is Why.SAME
    far = replace(other, space=replace(other.space, lon=7.69, geocode_precision="entrance"))
    assert chosen(one, far, "place") == ([7.69, 45.05, "entrance"], Why.TRUST)


@pytest.mark.parametrize(("one", "other", "kept"), [("exact", "cell_100m", "cell_100m"), ("hidden", "exact", "hidden"),
                                                   ("district", "street", "district")])  # fmt: skip
def test_the_more_careful_precision_wins_whatever_the_source(one, other, kept):
    left = party(1, SourceKind.OFFICER_VISIT, publication_precision=one)
    right = party(2, publication_precision=other)
    assert chosen(left, right, "publication_precision") == (kept, Why.CAREFUL)
    assert chosen(right, left, "publication_precision") == (kept, Why.CAREFUL)
    assert plan(left, right, {}).looser == ()
    assert more_careful(one, other) == kept


def test_choosing_to_show_more_is_named_and_refused_against_an_objection():
    exact, coarse = party(1), party(2, publication_precision="cell_100m")
    shown = plan(exact, coarse, {"publication_precision": "survivor"})
    assert shown.looser == ("publication_precision",)
    result = joined(shown, NOW)
    assert (result.publication_precision, result.office_precision) == ("exact", "exact")
    objected = party(2, publication_precision="cell_100m", owner_objection=True, owner_note="No.")
    with pytest.raises(Conflict):
        joined(plan(exact, objected, {"publication_precision": "survivor"}), NOW)
    careful = joined(plan(exact, objected, {}), NOW)
    assert (careful.owner_objection, careful.owner_note) == (True, "No.")
    consent = plan(party(1, owner_consent=True), party(2, owner_consent=False), {"owner_consent": "survivor"})
    assert consent.looser == ("owner_consent",)
    assert chosen(party(1, owner_consent=True), party(2, owner_consent=False), "owner_consent")[0] is False


def test_the_availability_of_the_survivor_stays():
    assert chosen(party(1, availability_state="offered"), party(2, availability_state="withdrawn"),
                  "availability_state") == ("offered", Why.OWN)  # fmt: skip
    assert chosen(party(1), party(2, availability_state="offered"), "availability_state") == ("offered", Why.ONLY)


def test_a_choice_wins_and_an_unknown_one_is_refused():
    one, other = party(1, SourceKind.OFFICER_VISIT, name="A"), party(2, name="B")
    assert chosen(one, other, "name", name="loser") == ("B", Why.CHOSEN)
    for choices in ({"name": "third"}, {"colour": "loser"}, {"office_precision": "loser"}):
        with pytest.raises(Invalid):
            plan(one, other, choices)


def test_two_people_are_needed_where_a_pact_or_a_lot_hangs_on_either():
    assert not plan(party(1), party(2), {}).needs_second_person
    assert plan(party(1, lots=(UUID(int=9),)), party(2), {}).needs_second_person
    assert plan(party(1), party(2, availability_state="assigned"), {}).needs_second_person


def test_who_writes_counts_as_what_they_see():
    assert kind_of("officer") is SourceKind.OFFICER_VISIT
    assert kind_of("anonymous") is SourceKind.ANONYMOUS
    assert kind_of("nobody we know") is SourceKind.IMPORT_OPEN


# Taking back --------------------------------------------------------------------------------------------------------

WORDS = st.text("ab", min_size=1, max_size=3)
MAYBE = st.none() | WORDS
SPACES = st.builds(
    dict,
    name=WORDS,
    street=MAYBE,
    number=MAYBE,
    floor=MAYBE,
    postcode=MAYBE,
    city_name=MAYBE,
    asset_kind=st.sampled_from(["office", "workshop"]),
    owner_type=st.sampled_from(["unknown", "municipality", "church"]),
    owner_consent=st.sampled_from([None, True, False]),
    publication_precision=st.sampled_from(["exact", "street", "cell_100m", "district", "hidden"]),
    office_precision=st.sampled_from([None, "exact", "district"]),
    availability_state=st.sampled_from(["not_offered", "offered", "in_use"]),
    features=st.dictionaries(st.sampled_from(["usable_area_m2", "wc_count"]), st.integers(1, 3)),
    description=st.dictionaries(st.sampled_from(["it", "en"]), WORDS),
    external_ids=st.dictionaries(st.sampled_from(["osm", "own"]), WORDS),
)
KINDS = st.sampled_from(list(SourceKind))
SIDES = st.dictionaries(st.sampled_from([name for name in PLAIN if name != "place"]), st.sampled_from(list(Side)))


@given(SPACES, SPACES, KINDS, KINDS, SIDES)
def test_merging_and_undoing_is_the_identity_on_both_records(one, other, kind, other_kind, sides):
    survivor, loser = party(1, kind, OLD, **one), party(2, other_kind, NOW, **other)
    result = joined(plan(survivor, loser, {name: side.value for name, side in sides.items()}), NOW)
    memory = remember(survivor.space, result, loser.space, {})
    back, kept = restored(result, Memory(**memory.to_json()))
    assert kept == ()
    assert replace(back, updated_at=NOW) == replace(survivor.space, updated_at=NOW)
    assert (memory.loser_state, memory.loser_reason) == (loser.space.record_state, loser.space.state_reason)


@given(st.tuples(SPACES, SPACES, SPACES), st.tuples(KINDS, KINDS, KINDS), st.booleans())
def test_two_merges_into_one_record_can_be_undone_in_any_order(spaces, kinds, first_first):
    one, other, third = spaces
    base = party(1, kinds[0], OLD, **one)
    second, last = party(2, kinds[1], NOW, **other), party(3, kinds[2], NOW, **third)
    after_first = joined(plan(base, second, {}), NOW)
    first_memory = remember(base.space, after_first, second.space, {})
    after_both = joined(plan(replace(base, space=after_first), last, {}), NOW)
    second_memory = remember(after_first, after_both, last.space, {})
    if first_first:
        middle, _kept = restored(after_both, first_memory)
        back, kept = restored(middle, without(second_memory, first_memory))
    else:
        middle, _kept = restored(after_both, second_memory)
        back, kept = restored(middle, first_memory)
    assert kept == ()
    assert facts(back) == facts(base.space)


@given(SPACES, SPACES, WORDS)
def test_what_was_edited_since_stays_and_everything_else_comes_back(one, other, name):
    survivor, loser = party(1, SourceKind.ANONYMOUS, OLD, **one), party(2, SourceKind.OFFICER_VISIT, NOW, **other)
    result = joined(plan(survivor, loser, {}), NOW)
    memory = remember(survivor.space, result, loser.space, {})
    back, kept = restored(replace(result, name=f"{name} edited"), memory)
    assert back.name == f"{name} edited"
    assert kept == (("name",) if "name" in memory.before else ())
    assert facts(replace(back, name=survivor.space.name)) == facts(survivor.space)


def test_an_objection_keeps_the_place_as_coarse_as_it_is():
    exact, coarse = party(1), party(2, publication_precision="cell_100m")
    result = joined(plan(exact, coarse, {}), NOW)
    memory = remember(exact.space, result, coarse.space, {})
    back, _kept = restored(replace(result, owner_objection=True), memory)
    assert back.publication_precision == "cell_100m"
    assert restored(result, memory)[0].publication_precision == "exact"


@given(SPACES)
def test_fields_and_records_say_the_same(values):
    one = space(1, **values)
    assert written(space(1, name="another"), facts(one)) == one
    assert columns({"address": None, "floor": "1"}) == {"street": None, "number": None, "floor": "1"}
    assert set(columns(facts(one))) >= {"street", "number", "lon", "lat", "geocode_precision"}
