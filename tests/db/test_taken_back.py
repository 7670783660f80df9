"""What its sender took back is shown by nobody, though a queue held it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from mapsvc.domain.errors import Conflict
from mapsvc.domain.observations import Claim
from mapsvc.domain.people import Actor, Grant, Role
from mapsvc.usecases.notes import decide_note, settle
from mapsvc.usecases.observations import Answer, add_observation, undo_observation
from tests.builders import jpeg
from tests.mark_town import NOW, found, rows

HOME = "via-nizza-18"
MODERATOR = Actor(device="desk", grants=(Grant(Role.MODERATOR),))
SENDER = Actor(device="sender", network="net-sender")


@pytest.fixture
def town(settings):
    yield from found(settings)


def test_an_answer_taken_back_at_once_takes_its_text_and_photo_along(town):
    answer = Answer(uuid4(), Claim.VACANT, "Shutter down since May", photo=town.check_photo(jpeg()))
    sent = add_observation(town.unit_of_work(), town.photos, SENDER, HOME, answer, NOW)
    undo_observation(town.unit_of_work(), SENDER, sent.observation_id, NOW)

    assert rows(town, "SELECT note, note_state, state FROM observations") == [(None, "none", "withdrawn")]
    assert rows(town, "SELECT state FROM photos") == [("rejected",)]
    with pytest.raises(Conflict):
        decide_note(town.unit_of_work(), MODERATOR, sent.observation_id, "show", "", NOW, NOW)
    version = rows(town, f"SELECT version FROM spaces WHERE slug = '{HOME}'")[0][0]
    settle(town.unit_of_work(), MODERATOR, HOME, version, show=True, reason="", seen_at=NOW, now=NOW)
    assert rows(town, "SELECT count(*) FROM public_photos") == [(0,)]
    assert rows(town, "SELECT count(*) FROM observations WHERE note_state = 'published'") == [(0,)]
