"""What the history keeps, how facts go back, how two changes are joined, and what the chain proves."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.config import ROOT
from mapsvc.domain.errors import Conflict, NotFound
from mapsvc.domain.history import (
    ERASED,
    FIELDS,
    REFERENCE,
    Entry,
    Kept,
    difference,
    flat,
    is_classified,
    kept_as,
    references,
    resolved,
    sift,
    whole,
)
from mapsvc.domain.ids import new_id
from mapsvc.domain.people import OPERATOR, SYSTEM, Actor, Grant, Role
from mapsvc.domain.rollback import Stays, put_back
from mapsvc.domain.seals import Chain, Fault, Seal, SealedRow
from mapsvc.domain.three_way import join, same
from mapsvc.store.schema import METADATA

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OFFICER = Actor(user_id=7, name="Olmo", grants=(Grant(Role.OFFICER),))
RESIDENT = Actor(user_id=9, name="Rea")
#: Which table a noun of the history is stored in.
TABLES = {
    "space": "spaces", "observation": "observations", "photo": "photos", "area": "areas", "group": "groups",
    "map": "curated_maps", "collective": "collectives", "import": "import_batches", "source": "sources",
    "city": "city", "user": "users", "initiative": "initiatives", "pact": "pacts", "flag": "flags",
    "appeal": "appeals", "owner_claim": "owner_claims", "office_message": "office_messages",
    "subscription": "subscriptions", "reminder": "reminders", "merge": "merges", "contact": "contacts",
    "call": "calls", "application": "applications", "indicators": "indicators",
    "match_run": "match_runs", "match_lock": "match_locks", "award": "award_offers",
}  # fmt: skip
USECASES = sorted((ROOT / "mapsvc" / "usecases").glob("*.py"))


# What is personal -----------------------------------------------------------------------------------------------------


def test_every_noun_has_a_table() -> None:
    assert set(TABLES) == set(FIELDS)


@pytest.mark.parametrize("noun", sorted(FIELDS))
def test_every_field_of_every_noun_is_classified(noun: str) -> None:
    columns = [column.name for column in METADATA.tables[TABLES[noun]].columns]
    assert [name for name in columns if not is_classified(noun, name)] == []


@pytest.mark.parametrize(
    ("noun", "name"),
    [
        ("space", "name"), ("space", "description"), ("space", "description.it"), ("space", "features.house_rules"),
        ("space", "owner_note"), ("observation", "note"), ("observation", "reporter"), ("photo", "alt"),
        ("group", "about"), ("group", "slug"), ("map", "intro"), ("map", "filters.q"), ("collective", "story"),
        ("collective", "needs"), ("import", "file_name"), ("user", "email"), ("user", "name"), ("pact", "proposer"),
        ("appeal", "text"), ("owner_claim", "proof_text"), ("office_message", "note"), ("contact", "email"),
        ("space", "something new"), ("no such noun", "anything"),
    ],
)  # fmt: skip
def test_what_could_name_a_person_is_personal(noun: str, name: str) -> None:
    assert kept_as(noun, name) is Kept.PERSONAL


def test_an_entry_holds_references_in_place_of_personal_values() -> None:
    kept = sift(
        RESIDENT, "space", "s1", {"asset_kind": "office"},
        {"name": "Bottega Rossi", "features": {"house_rules": "call Ada", "wc_count": 1}, "asset_kind": "workshop"},
        "Ada asked for it", new_id,
    )  # fmt: skip
    text = json.dumps([kept.before, kept.after, kept.reason])
    assert "Rossi" not in text
    assert "Ada" not in text
    assert kept.after is not None
    assert kept.after["asset_kind"] == "workshop"
    assert kept.after["features"]["wc_count"] == 1  # type: ignore[index]
    known = {one.id: one.value for one in kept.apart}
    assert set(known) == references([kept.before, kept.after, kept.reason])
    assert resolved(kept.after, known)["name"] == "Bottega Rossi"
    assert resolved(kept.reason, known) == "Ada asked for it"
    assert resolved(kept.after, {})["name"] == ERASED
    assert {one.user_id for one in kept.apart} == {9}


def test_a_password_is_kept_nowhere() -> None:
    kept = sift(OPERATOR, "user", "12", None, {"password": "hash", "email": "a@b.example"}, None, new_id)
    assert "hash" not in json.dumps(kept.after) + repr(kept.apart)
    assert [one.value for one in kept.apart] == ["a@b.example"]
    assert [one.user_id for one in kept.apart] == [12]


def test_a_code_stays_as_a_reason_and_what_the_office_writes_is_the_offices() -> None:
    assert sift(OFFICER, "space", "s", None, None, "not_vacant", new_id).reason == "not_vacant"
    kept = sift(OFFICER, "space", "s", None, {"name": "x"}, None, new_id)
    assert [one.user_id for one in kept.apart] == [None]
    assert (SYSTEM.kind, OPERATOR.kind) == ("system", "operator")


@given(st.dictionaries(st.sampled_from(["name", "slug", "asset_kind", "description", "note"]), st.text(min_size=1)))
def test_what_is_sifted_reads_back_the_same(values: dict[str, str]) -> None:
    kept = sift(RESIDENT, "space", "s", values, None, None, new_id)
    assert resolved(kept.before, {one.id: one.value for one in kept.apart}) == values
    personal = {name for name in values if kept_as("space", name) is Kept.PERSONAL}
    assert {name for name, value in (kept.before or {}).items() if isinstance(value, dict)} == personal
    assert all(set(value) == {REFERENCE} for value in (kept.before or {}).values() if isinstance(value, dict))


# Differences ----------------------------------------------------------------------------------------------------------


def test_differences_name_members_and_positions() -> None:
    old = {"name": "a", "lon": 7.0, "lat": 45.0, "features": {"gas": True, "wc_count": 1}}
    new = {"name": "a", "lon": 7.1, "lat": 45.0, "features": {"gas": True, "sink": False}}
    before, after = difference(old, new)
    assert before == {"point": [7.0, 45.0], "features.wc_count": 1, "features.sink": None}
    assert after == {"point": [7.1, 45.0], "features.wc_count": None, "features.sink": False}
    assert flat(old | whole(after, old)) == flat(new)


# Every use case writes its entry --------------------------------------------------------------------------------------

#: What changes no record of the map: mail, derived columns, the chain itself, and who wants which mail, which is the
#: receiver's own business and leaves no trace once it ends.
MACHINERY = {"evidence_parts.py", "outbox.py", "reminders.py", "seals.py", "subscriptions.py"}
#: A run of a register that waits for somebody: whoever asked for it and whoever decides are told of by their entries.
WAITING = "source_worker.py: _wait"


def _calls(function: ast.AST, imported: Mapping[str, str]) -> set[str]:
    calls = {ast.unparse(node.func).split("(")[0] for node in ast.walk(function) if isinstance(node, ast.Call)}
    return {imported.get(call, call) for call in calls}


def functions() -> dict[str, dict[str, set[str]]]:
    """Return the calls of every function of the use cases, by module and name."""
    found: dict[str, dict[str, set[str]]] = {}
    for path in USECASES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imports = [name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names]
        imported = {name.asname: name.name for name in imports if name.asname}
        definitions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        found[path.name] = {node.name: _calls(node, imported) for node in definitions}
    return found


def writes_entry(name: str, every: Mapping[str, set[str]], seen: frozenset[str] = frozenset()) -> bool:
    """Tell whether a function adds an entry itself or through another use case."""
    calls = every.get(name, set())
    if any(call.endswith("audit.add") for call in calls):
        return True
    below = {call.split(".")[-1] for call in calls} - seen - {name}
    return any(writes_entry(one, every, seen | {name}) for one in below if one in every)


def test_every_use_case_that_commits_writes_an_entry() -> None:
    modules = functions()
    every: dict[str, set[str]] = {}
    for calls in modules.values():
        for name, made in calls.items():
            every[name] = every.get(name, set()) | made
    silent = [
        f"{module}: {name}"
        for module, calls in modules.items()
        if module not in MACHINERY
        for name, made in calls.items()
        if any(call.endswith(".commit") for call in made) and not writes_entry(name, every)
    ]
    assert silent == [WAITING]


def test_the_scan_of_use_cases_sees_a_silent_one() -> None:
    every = {
        "loud": {"uow.audit.add"},
        "quiet": {"uow.commit"},
        "through": {"_helper", "uow.commit"},
        "_helper": {"loud"},
    }
    assert not writes_entry("quiet", every)
    assert writes_entry("through", every)


def entry_keys(path: Path) -> list[tuple[str, str]]:
    """Return noun and key of every literal value that a use case writes into an entry."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("audit.add") and len(node.args) > 2):
            continue
        noun = node.args[2]
        if not isinstance(noun, ast.Constant):
            continue
        for keyword in node.keywords:
            if keyword.arg in ("before", "after"):
                for part in ast.walk(keyword.value):
                    if isinstance(part, ast.Dict):
                        found += [(str(noun.value), key.value) for key in part.keys if isinstance(key, ast.Constant)]
    return found


def test_what_use_cases_write_is_classified() -> None:
    keys = {pair for path in USECASES for pair in entry_keys(path)}
    assert len(keys) > 10
    assert sorted(pair for pair in keys if not is_classified(*pair)) == []


# Putting back ---------------------------------------------------------------------------------------------------------

EDITABLE = ("name", "owner_type", "lon", "lat", "features", "description", "owner_consent", "publication_precision")


def entry(number: int, action: str = "edited", before: Any = None, after: Any = None) -> Entry:
    return Entry(number, NOW + timedelta(minutes=number), action, before or {}, after or {})


def test_facts_go_back_to_before_an_entry_through_all_later_ones() -> None:
    entries = [
        entry(1, before={"name": "one"}, after={"name": "two"}),
        entry(2, "observed", after={"claim": "vacant"}),
        entry(3, before={"name": "two", "features.gas": None}, after={"name": "three", "features.gas": True}),
        entry(4, "imported", before={"point": [7.0, 45.0]}, after={"point": [7.1, 45.1]}),
    ]
    stored = {"name": "three", "lon": 7.1, "lat": 45.1, "features": {"gas": True, "sink": True}}
    plan = put_back(entries, 1, stored, EDITABLE)
    assert plan.values == {"name": "one", "features.gas": None, "point": [7.0, 45.0]}
    assert whole(plan.values, stored) == {"name": "one", "lon": 7.0, "lat": 45.0, "features": {"sink": True}}
    assert put_back(entries[2:], 3, stored, EDITABLE).values["name"] == "two"


def test_what_cannot_go_back_says_why() -> None:
    entries = [
        entry(1, before={"description.it": ERASED, "owner_consent": True, "availability_state": "offered", "name": "a"},
              after={"description.it": "b", "owner_consent": None, "availability_state": "in_call", "name": "b"}),
        entry(2, "owner_verified", after={"wish": "object"}),
    ]  # fmt: skip
    stored = {"name": "b", "description": {"it": "b"}, "owner_consent": False, "availability_state": "in_call"}
    plan = put_back(entries, 1, stored, EDITABLE)
    assert plan.values == {"name": "a"}
    assert dict(plan.stays) == {
        "description.it": Stays.ERASED, "owner_consent": Stays.DECIDED, "availability_state": Stays.NOT_A_FACT,
    }  # fmt: skip


@pytest.mark.parametrize("action", ["hide", "publish", "observed", "reported", "same_as"])
def test_decisions_and_answers_are_not_put_back(action: str) -> None:
    with pytest.raises(Conflict):
        put_back([entry(1, action, {"state": "published"}, {"state": "hidden"})], 1, {}, EDITABLE)


def test_joinings_are_undone_first_and_unknown_entries_are_not_there() -> None:
    entries = [entry(1, before={"name": "a"}, after={"name": "b"}), entry(2, "same_as", after={"state": "published"})]
    with pytest.raises(Conflict) as refused:
        put_back(entries, 1, {"name": "b"}, EDITABLE)
    assert refused.value.code == "rollback_joined"
    with pytest.raises(NotFound):
        put_back(entries, 5, {"name": "b"}, EDITABLE)


# Two changes of one record --------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(0, 3), st.sampled_from(["", "a", "b"]), st.lists(st.text("ab"), max_size=2)
)
RECORDS = st.dictionaries(st.sampled_from("pqrst"), VALUES)


@given(RECORDS, RECORDS)
def test_who_changed_nothing_gets_the_others_changes(base: dict[str, Any], other: dict[str, Any]) -> None:
    theirs, mine = join(base, base, other), join(base, other, base)
    assert theirs.clashes == mine.clashes == ()
    for name in {*base, *other}:
        assert same(theirs.values.get(name), other.get(name))
        assert same(mine.values.get(name), other.get(name))
    assert mine.taken == ()


@given(RECORDS, RECORDS, RECORDS)
def test_nothing_typed_is_lost_and_nothing_stored_is_silently_replaced(
    base: dict[str, Any], yours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    joined = join(base, yours, theirs)
    clashing = {clash.name for clash in joined.clashes}
    for name in {*yours, *theirs}:
        mine, other, was = yours.get(name), theirs.get(name), base.get(name)
        if not same(mine, was):
            assert same(joined.values[name], mine)
        if not same(other, was) and not same(other, joined.values[name]):
            assert name in clashing
    swapped = join(base, theirs, yours)
    assert {clash.name for clash in swapped.clashes} == clashing
    assert all(same(joined.values[name], swapped.values[name]) for name in joined.values if name not in clashing)


@given(RECORDS, RECORDS)
def test_without_a_beginning_every_difference_is_asked(yours: dict[str, Any], theirs: dict[str, Any]) -> None:
    joined = join(None, yours, theirs)
    different = {name for name in {*yours, *theirs} if not same(yours.get(name), theirs.get(name))}
    assert {clash.name for clash in joined.clashes} == different
    assert joined.taken == ()


def test_no_and_zero_are_not_the_same_as_not_known() -> None:
    assert not same(False, None)
    assert not same(0, None)
    assert not same(False, 0)
    assert same("", None)
    assert not same([], None), "known to be none is more than not known"


# The chain ------------------------------------------------------------------------------------------------------------


def row(number: int, **changed: Any) -> SealedRow:
    values: dict[str, Any] = {
        "id": number, "at": NOW, "actor_user_id": 1, "actor_kind": "officer", "action": "edited", "noun": "space",
        "record_id": "s", "before": '{"a": 1}', "after": None, "reason": None,
    }  # fmt: skip
    return SealedRow(**values | changed)


def sealed(count: int) -> list[tuple[Seal, SealedRow | None]]:
    chain = Chain()
    return [(chain.add(row(number)), row(number)) for number in range(10, 10 + count)]


def test_an_untouched_chain_holds_whatever_the_zone_of_its_instants() -> None:
    links = sealed(4)
    chain = Chain()
    assert chain.check(links) is None
    assert (chain.seq, chain.head) == (4, links[-1][0].sha256)
    elsewhere = [(seal, row(one.id, at=NOW.astimezone())) for seal, one in links if one]
    assert Chain().check(elsewhere) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"at": NOW + timedelta(microseconds=1)}, {"actor_user_id": None}, {"actor_kind": "system"}, {"action": "hide"},
        {"noun": "area"}, {"record_id": "t"}, {"before": '{"a": 2}'}, {"after": "null"}, {"reason": ""}, {"id": 99},
    ],
)  # fmt: skip
def test_any_column_that_changes_breaks_its_link(changed: dict[str, Any]) -> None:
    links = sealed(4)
    links[2] = (links[2][0], row(12, **changed))
    broken = Chain().check(links)
    assert broken is not None
    assert (broken.fault, broken.seq, broken.entry_id) == (Fault.CHANGED, 3, 12)


def test_missing_entries_and_seals_are_told_apart() -> None:
    links = sealed(4)
    gone = Chain().check([*links[:1], (links[1][0], None), *links[2:]])
    assert gone is not None
    assert (gone.fault, gone.seq, gone.entry_id) == (Fault.MISSING_ENTRY, 2, 11)
    hole = Chain().check([*links[:1], *links[2:]])
    assert hole is not None
    assert (hole.fault, hole.seq, hole.entry_id) == (Fault.MISSING_SEAL, 2, None)
    assert Chain().check(links[:2]) is None, "a chain that was cut off still holds: its head has to be kept outside"
