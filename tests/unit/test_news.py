"""Which news a mail tells, when it is due, and how its secret is made."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.errors import Invalid
from mapsvc.domain.reminders import is_due as reminder_due
from mapsvc.domain.subscriptions import (
    News,
    Rhythm,
    by_day,
    digest,
    is_due,
    news_day,
    rhythm_of,
    subscription_token,
)

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
STATUSES = ("unverified", "probable_vacant", "confirmed_vacant", "disputed")


def news(place: int, kind: str, before: str | None, after: str, day: date = DAY) -> News:
    return News(UUID(int=place), f"s-{place}", f"Place {place}", "", "North", kind, before, after, day)


def test_a_status_that_came_back_is_no_news() -> None:
    told = [news(1, "status", "unverified", "disputed"), news(1, "status", "disputed", "unverified")]
    assert digest(told) == []


def test_several_changes_of_a_place_are_told_as_one() -> None:
    told = digest(
        [
            news(1, "status", "unverified", "disputed"),
            news(2, "new", None, "unverified"),
            news(1, "status", "disputed", "confirmed_vacant"),
            news(2, "status", "unverified", "probable_vacant"),
        ]
    )
    assert [(one.slug, one.kind, one.before, one.after) for one in told] == [
        ("s-1", "status", "unverified", "confirmed_vacant"),
        ("s-2", "new", None, "probable_vacant"),
    ]


def test_a_place_that_came_and_went_unseen_is_not_told() -> None:
    assert digest([news(1, "new", None, "unverified"), news(1, "archived", "unverified", "gone")]) == []
    assert [one.kind for one in digest([news(1, "archived", "unverified", "gone")])] == ["archived"]


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(STATUSES)), max_size=20))
def test_a_digest_names_each_changed_place_once(steps: list[tuple[int, str]]) -> None:
    now = dict.fromkeys(range(1, 5), "unverified")
    told = []
    for place, after in steps:
        if now[place] != after:
            told.append(news(place, "status", now[place], after))
            now[place] = after
    changed = {place for place, status in now.items() if status != "unverified"}
    found = digest(told)
    assert {one.space_id.int for one in found} == changed
    assert len(found) == len(changed)
    assert all((one.before, one.after) == ("unverified", now[one.space_id.int]) for one in found)


def test_the_newest_day_comes_first() -> None:
    older = news(1, "new", None, "unverified", DAY - timedelta(days=1))
    assert [day for day, _ in by_day([older, news(2, "new", None, "unverified")])] == [DAY, DAY - timedelta(days=1)]


def test_daily_and_weekly_news_come_in_the_morning() -> None:
    told_on = news_day(NOW)
    early, morning = NOW.replace(day=21, hour=4), NOW.replace(day=21, hour=6)
    assert is_due(Rhythm.IMMEDIATE, told_on, NOW)
    assert not is_due(Rhythm.DAILY, told_on, early)
    assert is_due(Rhythm.DAILY, told_on, morning)
    assert not is_due(Rhythm.WEEKLY, told_on, morning + timedelta(days=5))
    assert is_due(Rhythm.WEEKLY, told_on, morning + timedelta(days=6))


def test_an_unknown_rhythm_is_refused() -> None:
    with pytest.raises(Invalid):
        rhythm_of("hourly")


def test_the_secret_has_128_bits_and_depends_on_key_and_subscription() -> None:
    token = subscription_token("key", UUID(int=1))
    assert len(token) == 22
    assert token == subscription_token("key", UUID(int=1))
    assert len({token, subscription_token("other", UUID(int=1)), subscription_token("key", UUID(int=2))}) == 3


def test_a_reminder_waits_for_its_day_for_silence_and_for_sixty_days() -> None:
    long_ago = NOW - timedelta(days=60)
    assert reminder_due(DAY, None, None, NOW)
    assert reminder_due(DAY, DAY - timedelta(days=1), long_ago, NOW)
    assert not reminder_due(None, None, None, NOW)
    assert not reminder_due(DAY + timedelta(days=1), None, None, NOW)
    assert not reminder_due(DAY, DAY, None, NOW)
    assert not reminder_due(DAY, None, long_ago + timedelta(seconds=1), NOW)
