"""What happened to a call is told in the time of its own clock: a deadline at noon in Rome reads 12:00."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import Babel

from mapsvc.web.call_words import event_row

NOON_IN_ROME = datetime(2027, 1, 10, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    """A page that speaks English."""
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(("zone", "told"), [("Europe/Rome", "12:00"), ("Europe/London", "11:00")])
def test_a_longer_deadline_is_told_in_the_time_of_the_call(zone: str, told: str) -> None:
    days = {"from": "2027-01-03T11:00:00+00:00", "to": NOON_IN_ROME.isoformat()}
    row = event_row("extended", "open", days, "More groups asked.", NOON_IN_ROME, zone)
    assert row["text"] == f"From 3 Jan 2027, {told} to 10 Jan 2027, {told}. More groups asked."
