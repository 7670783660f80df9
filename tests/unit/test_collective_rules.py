"""States of collectives, what of their numbers is public, the silence of a year, and the secret in their mails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.collectives import (
    NOTICE,
    PUBLIC_STATES,
    SILENCE,
    Collective,
    CollectiveDraft,
    CollectiveState,
    Move,
    Trust,
    collective_of_token,
    collective_token,
    is_due_for_dissolution,
    is_due_for_notice,
    moves_from,
    published_count,
    state_after,
)
from mapsvc.domain.errors import Conflict, Invalid
from mapsvc.notify.messages import compose
from mapsvc.usecases.collectives import checked

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ID = UUID(int=5)
EMPTY = Collective(ID, "a", "A", "", "it", "association", (), None, {}, "active", None, None, heard_at=NOW)
DRAFT = CollectiveDraft("Coro", "We sing", "informal_group", ("music_acoustic",), 9)


def in_state(state: str, trust: str = Trust.NEW) -> Collective:
    return replace(EMPTY, state=state, trust=trust)


@pytest.mark.parametrize(
    ("state", "move", "after"),
    [
        ("draft", Move.ACTIVATE, "active"), ("active", Move.VERIFY, "verified"), ("active", Move.SUSPEND, "suspended"),
        ("verified", Move.SUSPEND, "suspended"), ("suspended", Move.LIFT, "active"),
        ("draft", Move.DISSOLVE, "dissolved"), ("verified", Move.DISSOLVE, "dissolved"),
        ("suspended", Move.DISSOLVE, "dissolved"),
    ],
)  # fmt: skip
def test_states_follow_the_table(state: str, move: Move, after: str) -> None:
    assert state_after(in_state(state), move) == after


@given(state=st.sampled_from(list(CollectiveState)), move=st.sampled_from(list(Move)))
def test_every_other_move_is_refused(state: CollectiveState, move: Move) -> None:
    one = in_state(state)
    if move in moves_from(one):
        assert state_after(one, move) != state
    else:
        with pytest.raises(Conflict) as caught:
            state_after(one, move)
        assert caught.value.code == "collective_state"


def test_nothing_leads_out_of_dissolved() -> None:
    assert moves_from(in_state("dissolved")) == ()


def test_who_was_verified_is_so_after_a_suspension() -> None:
    assert state_after(in_state("suspended", Trust.VERIFIED_BY_BROKER), Move.LIFT) == "verified"


@pytest.mark.parametrize(("count", "shown"), [(None, None), (0, None), (4, None), (5, 5), (39, 39)])
def test_a_number_that_would_point_at_people_is_not_published(count: int | None, shown: int | None) -> None:
    assert published_count(count) == shown


@given(silent=st.integers(0, 800), asked=st.none() | st.integers(0, 800), state=st.sampled_from(list(CollectiveState)))
def test_nobody_is_dissolved_without_a_year_of_silence_and_thirty_days_of_notice(
    silent: int, asked: int | None, state: CollectiveState
) -> None:
    heard = NOW - timedelta(days=silent)
    one = replace(in_state(state), heard_at=heard, noticed_at=None if asked is None else NOW - timedelta(days=asked))
    due = is_due_for_dissolution(one, NOW)
    if due:
        assert state in PUBLIC_STATES
        assert silent >= SILENCE.days
        assert asked is not None
        assert NOTICE.days <= asked <= silent
    assert not (due and is_due_for_notice(one, NOW)), "asked or dissolved, never both"


def test_an_answer_ends_the_notice() -> None:
    asked = replace(EMPTY, heard_at=NOW - timedelta(days=400), noticed_at=NOW - timedelta(days=31))
    assert is_due_for_dissolution(asked, NOW)
    assert not is_due_for_dissolution(replace(asked, heard_at=NOW, noticed_at=None), NOW)
    assert not is_due_for_notice(asked, NOW), "asked once, not every night"


@given(secret=st.text(min_size=1), other=st.text(min_size=1), key=st.uuids())
def test_a_token_opens_its_own_collective_only(secret: str, other: str, key: UUID) -> None:
    token = collective_token(secret, key)
    assert collective_of_token(secret, token) == key
    assert secret == other or collective_of_token(other, token) is None
    assert collective_of_token(secret, collective_token(secret, uuid4())[:22] + token[22:]) is None


@given(text=st.text(max_size=80))
def test_any_other_text_is_no_token(text: str) -> None:
    assert collective_of_token("secret", text) is None


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"name": " "}, "/name", "required"),
        ({"form": "club"}, "/form", "unknown_value"),
        ({"disciplines": ("magic",)}, "/disciplines", "unknown_value"),
        ({"members_count": 0}, "/members_count", "members_range"),
        ({"members_under_30": -1}, "/members_under_30", "members_range"),
        ({"members_under_30": 10}, "/members_under_30", "members_part"),
        ({"members_under_35": 10}, "/members_under_35", "members_part"),
        ({"members_under_30": 5, "members_under_35": 4}, "/members_under_30", "members_part"),
        ({"members_count": None, "members_under_30": 5, "members_under_35": 4}, "/members_under_30", "members_part"),
        ({"website": "javascript:alert(1)"}, "/website", "website"),
        ({"legal_id": "9" * 61}, "/legal_id", "text_length"),
        ({"needs": {"area_min_m2": -1}}, "/needs/area_min_m2", "too_small"),
        ({"needs": {"castle": 1}}, "/needs/castle", "unknown_field"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], pointer: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        checked(EMPTY, replace(DRAFT, **change))  # type: ignore[arg-type]
    assert (caught.value.pointer, caught.value.code) == (pointer, code)


def test_a_profile_is_kept_clean() -> None:
    kept = checked(EMPTY, replace(DRAFT, name="  Coro\n di  strada ", members_under_30=4, members_under_35=9,
                                  website="coro.example", legal_id=" 97 ", needs={"water": "must"}))  # fmt: skip
    assert (kept.name, kept.website, kept.legal_id) == ("Coro di strada", "https://coro.example", "97")
    assert (kept.members_count, kept.members_under_30, kept.members_under_35) == (9, 4, 9)
    assert kept.needs == {"water": "must"}
    assert kept.version == EMPTY.version


ALERT = {
    "token": "TOKEN", "collective": "Coro", "slug": "coro", "count": 12, "signs_in": True,
    "spaces": [{"slug": "via-a", "name": "Via A 1", "area": "San Salvario", "fit": 87, "verify": 1},
               {"slug": "b", "name": "", "area": "Vanchiglia", "fit": 80, "verify": 0}],
}  # fmt: skip


def test_the_mail_about_spaces_names_each_with_its_link_and_how_to_stop() -> None:
    mail = compose("a@example.org", "fit_alert", "en", ALERT, public_url="https://map.example", city="Torino")
    assert mail.subject == "12 new spaces fit Coro"
    for part in ("Via A 1: fit 87 of 100, something is still to be checked", "https://map.example/spaces/via-a",
                 "Space in Vanchiglia", "10 more", "/collectives/coro/fits"):  # fmt: skip
        assert part in mail.body
    assert mail.end_url == "https://map.example/collectives/alerts/TOKEN"
    assert mail.end_url in mail.body
    without = compose("a@example.org", "fit_alert", "en", ALERT | {"signs_in": False}, public_url="https://m.example",
                      city="Torino")  # fmt: skip
    assert "/fits" not in without.body, "whoever has no account cannot open that page"


@pytest.mark.parametrize("move", ["verify", "suspend", "lift", "dissolve"])
@pytest.mark.parametrize("lang", ["en", "it"])
def test_a_decision_is_told_with_its_reason(move: str, lang: str) -> None:
    params = {"collective": "Coro", "slug": "coro", "move": move, "reason": "A good one" if move == "suspend" else ""}
    mail = compose("a@example.org", "collective_decided", lang, params, public_url="https://m.example", city="Torino")
    assert ("A good one" in mail.body) == (move == "suspend")
    assert "Coro" in mail.subject


def test_the_question_of_a_year_has_one_link_and_a_day() -> None:
    params = {"token": "T", "collective": "Coro", "until": "2026-12-22"}
    mail = compose("a@example.org", "collective_silent", "en", params, public_url="https://m.example", city="Torino")
    assert "https://m.example/collectives/here/T" in mail.body
    assert "22 December 2026" in mail.body
