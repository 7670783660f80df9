"""Who may decide what about a record, and what the screening sees in a text: publication 5.2."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Conflict, Forbidden, Invalid
from mapsvc.domain.moderation import SYSTEM, StateChange, allowed_targets, check_change, first_state, is_trusted
from mapsvc.domain.screening import redact, screen
from mapsvc.domain.spaces import RecordState
from mapsvc.domain.texts import clean_text

S = RecordState
DAY = date(2026, 11, 22)
TARGET = UUID(int=1)
FULL = {"reason": "spam", "target": TARGET, "today": DAY, "decided_on": DAY, "gone": True}


def test_only_the_listed_changes_exist():
    allowed = set()
    for before, after in product(S, S):
        reason = "dangerous" if after is S.HIDDEN else "spam"
        try:
            check_change(StateChange(before, after, ["officer"], **{**FULL, "reason": reason}))
        except Conflict:
            continue
        allowed.add((before.value, after.value))
    assert allowed == {
        ("submitted", "published"),
        ("submitted", "rejected"),
        ("submitted", "merged"),
        ("published", "merged"),
        ("published", "hidden"),
        ("published", "archived"),
        ("hidden", "published"),
        ("rejected", "submitted"),
        ("merged", "published"),
        ("merged", "submitted"),
    }


def test_roles_decide():
    assert allowed_targets(S.PUBLISHED, ["moderator"]) == {S.MERGED, S.HIDDEN}
    assert allowed_targets(S.PUBLISHED, ["officer"]) == {S.MERGED, S.HIDDEN, S.ARCHIVED}
    assert allowed_targets(S.SUBMITTED, [SYSTEM]) == {S.PUBLISHED}
    for roles in ([], ["curator"], ["member", "collective_rep"]):
        assert all(not allowed_targets(state, roles) for state in S)
        with pytest.raises(Forbidden):
            check_change(StateChange(S.SUBMITTED, S.PUBLISHED, roles))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (StateChange(S.SUBMITTED, S.REJECTED, ["moderator"]), Invalid),
        (StateChange(S.SUBMITTED, S.REJECTED, ["moderator"], reason="because"), Invalid),
        (StateChange(S.PUBLISHED, S.HIDDEN, ["moderator"], reason="spam"), Invalid),
        (StateChange(S.SUBMITTED, S.MERGED, ["moderator"]), Invalid),
        (StateChange(S.PUBLISHED, S.ARCHIVED, ["officer"]), Invalid),
        (StateChange(S.PUBLISHED, S.ARCHIVED, ["moderator"], gone=True), Forbidden),
        (StateChange(S.HIDDEN, S.PUBLISHED, ["moderator"], needs_second_person=True), Forbidden),
        (StateChange(S.MERGED, S.PUBLISHED, ["moderator"]), Invalid),
        (StateChange(S.MERGED, S.PUBLISHED, ["moderator"], today=DAY, decided_on=DAY - timedelta(91)), Conflict),
        (StateChange(S.REJECTED, S.SUBMITTED, ["moderator"], today=DAY, decided_on=DAY - timedelta(31)), Conflict),
        (StateChange(S.REJECTED, S.SUBMITTED, ["moderator"], today=DAY, decided_on=DAY, same_person=True), Forbidden),
    ],
)
def test_guards(change, error):
    with pytest.raises(error):
        check_change(change)


@pytest.mark.parametrize(
    "change",
    [
        StateChange(S.SUBMITTED, S.REJECTED, ["moderator"], reason="not_a_space"),
        StateChange(S.PUBLISHED, S.ARCHIVED, [SYSTEM], gone=True),
        StateChange(S.HIDDEN, S.PUBLISHED, ["moderator"], needs_second_person=True, second_person=True),
        StateChange(S.MERGED, S.PUBLISHED, ["moderator"], today=DAY, decided_on=DAY - timedelta(90)),
        StateChange(S.REJECTED, S.SUBMITTED, ["moderator"], today=DAY, decided_on=DAY - timedelta(30)),
    ],
)
def test_guards_let_through(change):
    check_change(change)


def test_where_a_new_place_starts():
    assert first_state("before", []) is S.SUBMITTED
    assert first_state("after", []) is S.PUBLISHED
    assert first_state("before", [], trusted=True) is S.PUBLISHED
    assert first_state("before", ["moderator"]) is S.PUBLISHED
    assert is_trusted(10, 0, 1.1)
    assert not any((is_trusted(9, 0, 1.1), is_trusted(10, 1, 1.1), is_trusted(10, 0, 1.0)))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("chiama 011 1234567", {"phone"}),
        ("tel. +39 333-1234567", {"phone"}),
        ("011.123.456", {"phone"}),
        ("(011) 123 4567", {"phone"}),
        ("٣٣٣١٢٣٤٥٦٧", {"phone"}),
        ("3331234567", {"phone"}),
        ("scrivi a nome.cognome@posta.it", {"email"}),
        ("nome (at) posta.it", {"email"}),
        ("IT60 X054 2811 1010 0000 0123 456", {"iban"}),
        ("IT60X0542811101000000123456", {"iban"}),
        ("GB29 NWBK 6016 1331 9268 19", {"iban"}),
        ("RSSMRA85T10A562S", {"fiscal_code"}),
        ("rssmra85t10a562s", {"fiscal_code"}),
        ("auto AB 123 CD sempre davanti", {"plate"}),
        ("ab123cd", {"plate"}),
        ("occupato abusivamente", {"accusation"}),
        ("abbandonato da Mario Rossi", {"accusation"}),
        ("drug dealers inside", {"accusation"}),
        ("chiama 011 1234567, abandoned by the bank", {"phone", "accusation"}),
    ],
)
def test_what_holds_a_text(text, found):
    assert screen(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "68 m², chiuso dal 2019-2021",
        "serranda giù dal 12/03/2024",
        "visto il 2024-03-12 14:30",
        "Via Nizza 18, 10126 Torino",
        "da 100 mq, affitto 1.200 euro",
        "Drogheria chiusa, abbandonato da anni",
        "ex spaccio aziendale",
        "45.0561, 7.6785",
        "",
    ],
)
def test_what_does_not(text):
    assert screen(text) == set()


def test_redaction_leaves_the_rest():
    text = "Chiedere a a.b@c.it o 011 1234567, auto AB123CD; 68 m²"
    assert redact(text) == "Chiedere a […] o […], auto […]; 68 m²"
    assert redact("68 m² vuoti") == "68 m² vuoti"


@given(st.text(max_size=80))
def test_a_redacted_text_holds_no_personal_data(text):
    assert screen(redact(text)) <= {"accusation"}


@pytest.mark.parametrize(
    "value", [None, 5, b"x", "a\x00b", "a\ud800b", "a\x1bb", "a\x85b", "\ufffe", "\ufdd0", "x" * 21]
)
def test_texts_that_are_refused(value):
    with pytest.raises(Invalid) as refused:
        clean_text(value, "/note", 20)
    assert refused.value.pointer == "/note"


def test_texts_that_are_cleaned():
    assert clean_text("  caffe\u0300  \t bar \r\n", "/note", 20) == "caffè bar"
    assert clean_text("one\r\ntwo\rthree ", "/note", 20, several_lines=True) == "one\ntwo\nthree"
    assert clean_text("one\ntwo", "/note", 20) == "one two"
    assert clean_text("a\u202eb\u2066c", "/note", 20) == "abc"
    assert clean_text("{{7*7}} ${x} <b> 50% {%", "/note", 40) == "{{7*7}} ${x} <b> 50% {%"
    assert clean_text("👩\u200d🎨", "/note", 20) == "👩\u200d🎨"


@given(st.text(max_size=60), st.booleans())
def test_cleaning_twice_changes_nothing(text, several_lines):
    try:
        once = clean_text(text, "/note", 60, several_lines=several_lines)
    except Invalid:
        return
    assert clean_text(once, "/note", 60, several_lines=several_lines) == once
    once.encode("utf-8")
