"""Texts as they are stored: what is refused, what is cleaned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Invalid
from mapsvc.domain.texts import clean_text


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
