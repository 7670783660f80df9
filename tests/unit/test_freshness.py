"""The worked examples of freshness 4.3, to the stated decimals and days, and the rules they leave open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mapsvc.domain.errors import Invalid
from mapsvc.domain.evidence import explain, read_history
from mapsvc.domain.freshness import (
    Band,
    VacancyStatus,
    age_band,
    asks_for_check,
    assess,
    history,
    next_change_on,
    next_check_due,
    timeline,
    urgency,
)
from mapsvc.domain.freshness_policy import FreshnessPolicy, read_policy
from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind, accept, reliability

DAY0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
PHOTO, SEEN, REMOTE = Quality.PHOTO_ONSITE, Quality.ONSITE_NO_PHOTO, Quality.REMOTE
VACANT, OCCUPIED, GONE, UNSURE = Claim.VACANT, Claim.OCCUPIED, Claim.GONE, Claim.UNSURE


def on(day: int) -> date:
    return DAY0.date() + timedelta(days=day)


def seen(day, who, claim=VACANT, source=SourceKind.REGISTERED_USER, quality=PHOTO, **more):
    at = DAY0 + timedelta(days=day, hours=more.pop("hour", 0))
    fields = {"submitted_at": at, "id": f"{who}-{day}-{claim}", **more}
    return Observation(claim=claim, source_kind=source, quality=quality, observed_at=at, reporter=who, **fields)


def officer(day, claim=VACANT, quality=PHOTO, who="officer"):
    return seen(day, who, claim, SourceKind.OFFICER_VISIT, quality)


def passer_by(day, device, claim=VACANT, quality=PHOTO, key=None):
    return seen(day, device, claim, SourceKind.ANONYMOUS, quality, cluster_key=key)


F1 = [passer_by(0, "a", quality=SEEN)]
F2 = [*F1, seen(10, "r1")]
F2B = [*F2, seen(12, "r2")]
F4 = [*F2B, seen(60, "b", OCCUPIED, SourceKind.TRUST_BROKER)]


def about(value):
    return pytest.approx(value, abs=0.0005)


def test_f1_one_passer_by_does_not_verify():
    found = assess(F1, on(0))
    assert (found.mass, found.p[VACANT], found.status) == (about(0.175), about(0.484), VacancyStatus.UNVERIFIED)
    assert found.band is Band.NONE


def test_f2_a_second_and_third_reporter():
    second, third = assess(F2, on(10)), assess(F2B, on(12))
    assert (second.mass, second.p[VACANT], second.status) == (about(0.668), about(0.685), "probable_vacant")
    assert (third.mass, third.p[VACANT], third.status) == (about(1.163), about(0.773), "confirmed_vacant")


def test_f3_nothing_more_happens():
    assert [(p.starts_on, p.status, p.band) for p in timeline(F2B, on(12))] == [
        (on(12), "confirmed_vacant", "fresh"),
        (on(126), "probable_vacant", "fresh"),
        (on(193), "probable_vacant", "ageing"),
        (on(259), "unverified", "ageing"),
        (on(373), "unverified", "stale"),
    ]
    assert next_change_on(F2B, on(12)) == on(126)
    assert next_change_on(F2B, on(373)) is None


def test_f4_a_broker_contradicts():
    found = assess(F4, on(60))
    assert (found.masses[VACANT], found.masses[OCCUPIED]) == (about(0.483), about(1.0))
    assert (found.p[VACANT], found.p[OCCUPIED]) == (about(0.328), about(0.576))
    assert found.status is VacancyStatus.DISPUTED


@pytest.mark.parametrize(
    ("claim", "p", "status"), [(OCCUPIED, 0.833, "confirmed_occupied"), (VACANT, 0.805, "confirmed_vacant")]
)
def test_f5_an_officer_settles_it(claim, p, status):
    found = assess([*F4, officer(63, claim)], on(63))
    assert (found.p[claim], found.status) == (about(p), status)


@pytest.mark.parametrize(
    ("evidence", "confirmed_until", "probable_until"),
    [
        ([officer(0)], 254, 387),
        ([seen(0, "o", source=SourceKind.OWNER_STATEMENT)], 122, 254),
        ([seen(0, "b", source=SourceKind.TRUST_BROKER)], 74, 207),
        ([seen(0, "r1"), seen(0, "r2")], 74, 207),
        ([seen(0, "r1")], None, 27),
    ],
)
def test_f6_a_single_source_alone(evidence, confirmed_until, probable_until):
    starts = {}
    for period in timeline(evidence, on(0)):
        starts.setdefault(period.status, period.starts_on)
    if confirmed_until is None:
        assert "confirmed_vacant" not in starts
    else:
        assert starts["probable_vacant"] == on(confirmed_until + 1)
    assert starts["unverified"] == on(probable_until + 1)


def test_f7_five_devices_are_capped_and_one_device_counts_once():
    crowd = assess([passer_by(0, f"d{i}", key=f"k{i}") for i in range(5)], on(0))
    assert (crowd.mass, crowd.p[VACANT], crowd.status) == (about(0.6), about(0.667), "probable_vacant")
    alone = assess([passer_by(0, f"d{i}", key="k") for i in range(5)], on(0))
    assert (alone.mass, alone.status) == (about(0.25), "unverified")


def test_f8_not_sure_changes_nothing_and_two_of_them_ask_for_a_check():
    first = [*F2B, seen(20, "r3", UNSURE)]
    found = assess(first, on(20))
    assert (found.mass, found.status) == (about(1.128), "confirmed_vacant")
    assert found.freshness == assess(F2B, on(20)).freshness
    assert not asks_for_check(first, on(20))
    assert not asks_for_check([*first, seen(22, "r3", UNSURE)], on(22))
    assert asks_for_check([*first, seen(70, "r4", UNSURE)], on(70))
    assert not asks_for_check([*first, seen(81, "r4", UNSURE)], on(81))


def test_f9_gone_is_disputed_until_an_officer_says_it():
    two = [*F2B, seen(30, "g1", GONE), seen(31, "g2", GONE)]
    found = assess(two, on(31))
    assert (found.masses[VACANT], found.masses[GONE], found.p[GONE]) == (about(0.541), about(1.0), about(0.561))
    assert found.status is VacancyStatus.DISPUTED
    settled = assess([*two, officer(31, GONE)], on(31))
    assert (settled.p[GONE], settled.status) == (about(0.827), "gone_pending")


def test_f10_what_is_looked_at_first():
    officer_long_ago = assess([officer(0)], on(170))
    assert urgency(assess(F4, on(60)), 3, in_call=True) == about(0.518)
    assert urgency(assess(F2B, on(200)), 0, in_call=False) == about(0.421)
    assert urgency(officer_long_ago, 5, in_call=True) == about(0.716)


def test_time_alone_never_raises_gone_pending():
    two = [*F2B, seen(30, "g1", GONE), seen(31, "g2", GONE)]
    assert assess(two, on(1000)).p[GONE] > 0.70
    assert {p.status for p in timeline(two, on(31))} == {"disputed", "unverified"}
    asked_again = [*two, seen(1000, "g3", GONE)]
    assert assess(asked_again, on(1000)).status is VacancyStatus.GONE_PENDING


def test_gone_needs_a_moderator_and_stays_until_an_observation_overturns_it():
    evidence = [officer(0, GONE)]
    assert assess(evidence, on(20_000)).status is VacancyStatus.UNVERIFIED
    assert assess(evidence, on(20_000), gone_confirmed=True).status is VacancyStatus.GONE
    assert [p.status for p in timeline(evidence, on(0), gone_confirmed=True)][-1] == "gone"
    back = [*evidence, officer(30, who="other officer")]
    assert assess(back, on(30), gone_confirmed=True).status is VacancyStatus.CONFIRMED_VACANT
    assert assess(F2B, on(12), gone_confirmed=True).status is VacancyStatus.CONFIRMED_VACANT


def test_a_reporter_who_changes_the_claim_has_one_vote():
    changed = [seen(0, "r1"), seen(5, "r1", OCCUPIED)]
    found = assess(changed, on(5))
    assert (found.masses[VACANT], found.masses[OCCUPIED]) == (0.0, about(0.5))
    assert dict(found.weights) == {"r1-0-vacant": 0.0, "r1-5-occupied": 0.5}


def test_the_heaviest_of_a_reporters_repetitions_counts():
    repeated = [officer(0), officer(30, quality=REMOTE)]
    found = assess(repeated, on(30))
    assert found.masses[VACANT] == pytest.approx(2 * 2 ** (-30 / 180))
    assert (found.freshness, found.last_confirmed_on, found.count) == (1.0, on(30), 2)


def test_no_crowd_overturns_an_officer():
    crowd = [passer_by(1, f"d{i}", OCCUPIED) for i in range(40)]
    assert assess([officer(0), *crowd], on(1)).masses[VACANT] == pytest.approx(2 * 2 ** (-1 / 180) * 0.5**0.6)


def test_days_are_whole_utc_days_and_later_observations_are_ignored():
    late = seen(0, "r1", hour=11)
    assert assess([late], on(0)).mass == 0.5
    assert assess([late], on(-1)).count == 0
    east = datetime.fromisoformat("2026-01-02T00:30:00+02:00")
    early = Observation("x", VACANT, SourceKind.REGISTERED_USER, PHOTO, east, east, "r")
    assert assess([early], on(0)).mass == 0.5


def test_equal_instants_are_ordered_by_their_sending():
    first = seen(0, "r1")
    second = seen(0, "r2", OCCUPIED, submitted_at=DAY0 + timedelta(minutes=1))
    for evidence in ([first, second], [second, first]):
        found = assess(evidence, on(0))
        assert (found.masses[VACANT], found.masses[OCCUPIED]) == (pytest.approx(0.5 * 0.5**0.5), 0.5)


def test_a_threshold_reached_in_decimals_is_reached():
    found = assess(
        [passer_by(0, "a", quality=SEEN), passer_by(0, "b", quality=SEEN), passer_by(0, "c", quality=REMOTE)], on(0)
    )
    assert found.status is VacancyStatus.PROBABLE_VACANT


def test_last_confirmed_is_about_the_likeliest_claim():
    found = assess([officer(0), passer_by(5, "d", OCCUPIED)], on(5))
    assert (found.last_confirmed_on, found.last_source_kind) == (on(0), "officer_visit")


def test_the_next_check_comes_before_a_call():
    assert next_check_due(F2B, on(12)) == on(126)
    assert next_check_due(F2B, on(12), call_opens_on=on(100)) == on(70)
    assert next_check_due(F2B, on(12), call_opens_on=on(400)) == on(126)
    assert next_check_due([], on(12)) is None


def test_nothing_known():
    found = assess([], on(0))
    assert (found.status, found.band, found.mass, found.count) == ("unverified", "none", 0.0, 0)
    assert sum(found.p.values()) == pytest.approx(1)
    assert len(timeline([], on(0))) == 1
    assert history([], on(0)) == ()


def test_other_records_age_with_their_own_half_life():
    assert age_band(on(0), on(365), 365) == (0.5, Band.FRESH)
    assert age_band(on(0), on(366), 365)[1] is Band.AGEING
    assert age_band(on(0), on(731), 365)[1] is Band.STALE
    assert age_band(None, on(0), 365) == (0.0, Band.NONE)


def test_a_history_has_a_point_for_every_observation_and_a_forecast():
    points = history(F4, on(70), forecast_days=30, step_days=10)
    days = [(p.on - DAY0.date()).days for p in points]
    assert days == sorted(set(days))
    assert [d for d, p in zip(days, points, strict=True) if p.observed] == [0, 10, 12, 60]
    assert days[-1] == 100
    assert [d for d, p in zip(days, points, strict=True) if p.forecast] == [80, 90, 100]
    for point in points:
        found = assess(F4, point.on)
        assert (point.masses, point.p, point.status, point.band) == (found.masses, found.p, found.status, found.band)


def test_the_reliability_of_a_reporter():
    assert [round(reliability(u, o), 3) for u, o in ((0, 0), (8, 0), (8, 2), (1, 6))] == [1.0, 1.333, 1.214, 0.773]


def test_a_policy_without_meaning_is_refused():
    for numbers in ({"half_life_vacant": 0}, {"p_probable": 0.4}, {"mass_probable": 1.0}, {"ageing_from": 0.6}):
        with pytest.raises(Invalid):
            FreshnessPolicy(**numbers)


def test_a_deployment_sets_some_numbers():
    policy = read_policy({"half_life_vacant": 210, "weight_registered_user": 0.6, "unsure_reporters": 3})
    assert (policy.half_lives[VACANT], policy.weight_anonymous, policy.unsure_reporters) == (210, 0.25, 3)
    assert read_policy({}) == FreshnessPolicy()


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"half_life_empty": 5}, "half_life_empty is not a number"),
        ({"half_life_vacant": "180"}, "half_life_vacant must be a number"),
        ({"half_life_vacant": True}, "half_life_vacant must be a number"),
        ({"half_life_vacant": float("nan")}, "half_life_vacant must be a number"),
        ({"half_life_vacant": -1}, "half_life_vacant must be a number"),
        ({"half_life_vacant": 0}, "positive"),
        ({"unsure_reporters": 1.5}, "unsure_reporters must be a whole number"),
        ({"anonymous_cap": 0.75}, "anonymous_cap must be below mass_confirmed"),
        ({"quality_remote": 1.1}, "at most 1"),
        ({"urgency_age": 0.9}, "urgency add up to 1"),
        ({"p_probable": 0.5}, "one half"),
    ],
)
def test_numbers_under_which_the_rule_loses_its_meaning_are_refused(numbers, said):
    with pytest.raises(Invalid, match=said):
        read_policy(numbers)


def test_a_new_observation_is_never_newer_than_its_sending():
    ahead = seen(0, "r1", submitted_at=DAY0 - timedelta(hours=1))
    assert accept(ahead, DAY0).observed_at == DAY0 - timedelta(hours=1)
    with pytest.raises(Invalid) as refused:
        accept(seen(1, "r1"), DAY0)
    assert refused.value.pointer == "/submitted_at"
    with pytest.raises(Invalid) as refused:
        accept(seen(1, "r1", submitted_at=DAY0), DAY0)
    assert refused.value.pointer == "/observed_at"


def test_an_explanation_can_be_recomputed_from_its_file():
    rows = [
        {
            "id": o.id,
            "claim": o.claim.value,
            "source_kind": o.source_kind.value,
            "quality": o.quality.value,
            "observed_at": o.observed_at.isoformat(),
            "submitted_at": o.submitted_at.isoformat(),
            "reporter": o.reporter,
        }
        for o in F4
    ]
    assert read_history(rows) == F4
    told = explain(read_history(rows), on(60))
    assert (told["status"], told["band"], told["last_confirmed_on"]) == ("disputed", "fresh", on(60).isoformat())
    assert sum(o["weight"] for o in told["observations"]) == pytest.approx(told["mass"])


GOOD = {
    "id": "1",
    "claim": "vacant",
    "source_kind": "anonymous",
    "quality": "remote",
    "observed_at": "2026-01-01T00:00:00Z",
    "submitted_at": "2026-01-01T00:00:00Z",
    "reporter": "r",
}


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({}, ""),
        ([1], "/0"),
        ([{**GOOD, "wish": 1}], "/0/wish"),
        ([{**GOOD, "a/b": 1}], "/0/a~1b"),
        ([{k: v for k, v in GOOD.items() if k != "claim"}], "/0/claim"),
        ([GOOD, GOOD], "/1/id"),
        ([{**GOOD, "claim": "empty"}], "/0/claim"),
        ([{**GOOD, "claim": ["vacant"]}], "/0/claim"),
        ([{**GOOD, "observed_at": "2026-01-01T00:00:00"}], "/0/observed_at"),
        ([{**GOOD, "observed_at": "0001-01-01T00:00:00+14:00"}], "/0/observed_at"),
        ([{**GOOD, "submitted_at": 5}], "/0/submitted_at"),
        ([{**GOOD, "reporter": " "}], "/0/reporter"),
        ([{**GOOD, "reporter": "a\x00b"}], "/0/reporter"),
        ([{**GOOD, "reliability": float("nan")}], "/0/reliability"),
        ([{**GOOD, "reliability": True}], "/0/reliability"),
        ([{**GOOD, "reliability": 9}], "/0/reliability"),
    ],
)
def test_a_file_of_observations_is_read_strictly(data, pointer):
    with pytest.raises(Invalid) as refused:
        read_history(data)
    assert refused.value.pointer == pointer
