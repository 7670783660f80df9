"""What the screening sees in a text, and what it leaves of it: M1 and M3 of publication 5.2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.screening import redact, screen, spots

#: Pieces whose neighbourhood could become a finding once something between them is gone.
PARTS = ("011", "1234567", "a@b.it", "squat", "AB123CD", "drug", "abandoned by", "la", "serranda", "2019-2021", "+39")


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
    assert redact("Serranda giù da maggio, occupato abusivamente") == "Serranda giù da maggio, occupato […]"


def test_the_spots_are_where_they_stand():
    text = "Squat, chiamare 011 1234567"
    assert [(what.value, text[start:end]) for what, start, end in spots(text)] == [
        ("accusation", "Squat"),
        ("phone", "011 1234567"),
    ]


@given(st.text(max_size=80) | st.lists(st.sampled_from(PARTS), max_size=8).map(" ".join))
def test_a_redacted_text_holds_nothing_any_more(text):
    assert screen(redact(text)) == set()
