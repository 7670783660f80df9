"""The mails about the steps of a call: reason, deadline in the time of the city, private link."""

import pytest

from mapsvc.notify.messages import compose

PARAMS = {"call": {"en": "Casa Bottega"}, "zone": "Europe/Rome", "token": "secret", "reason": "A flood."}


def written(template, **params):
    return compose(
        "a@example.org", template, "en", PARAMS | params, public_url="https://map.example", city="Torino"
    )  # fmt: skip


def test_more_time_is_told_with_its_reason_in_the_time_of_the_city():
    mail = written("call_extended", until="2027-01-10T11:00:00+00:00")
    assert mail.subject == "More time: Casa Bottega"
    for text in ("10 January 2027, 12:00", "A flood.", "https://map.example/a/secret"):
        assert text in mail.body


@pytest.mark.parametrize(
    ("state", "words"),
    [("suspended", "is suspended"), ("cancelled", "is cancelled"), ("final", "final list"), ("evaluation", "goes on")],
)
def test_a_step_is_told_in_words(state, words):
    mail = written("call_moved", state=state)
    assert words in mail.body
    assert "The office writes: A flood." in mail.body
    assert "The office writes" not in written("call_moved", state=state, reason="").body
