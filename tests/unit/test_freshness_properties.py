"""What must hold for any observations: freshness 4.1 and 4.2 as properties, and `timeline` day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mapsvc.domain.freshness import assess, timeline
from mapsvc.domain.freshness_policy import DEFAULT, FreshnessPolicy
from mapsvc.domain.observations import Claim, Observation, Quality, SourceKind

START = datetime(2026, 1, 1, tzinfo=UTC)
SPAN = 900
END = START.date() + timedelta(days=SPAN)
CLAIMS = (Claim.VACANT, Claim.OCCUPIED, Claim.GONE)
DUST = 1e-9

instants = st.integers(0, SPAN * 24).map(lambda hours: START + timedelta(hours=hours))


def observation(number, claim, source, quality, at, delay, reporter, key, phi):
    return Observation(
        f"{number:04}", claim, source, quality, at, at + timedelta(hours=delay), f"r{reporter}", key, phi
    )


def observations(claims=tuple(Claim), sources=tuple(SourceKind), most=7):
    row = st.tuples(
        st.sampled_from(claims),
        st.sampled_from(sources),
        st.sampled_from(tuple(Quality)),
        instants,
        st.integers(0, 48),
        st.integers(0, 4),
        st.sampled_from((None, "k1", "k2")),
        st.sampled_from((0.75, 1.0, 1.333)),
    )
    return st.lists(row, max_size=most).map(lambda rows: [observation(i, *row) for i, row in enumerate(rows)])


@given(observations(), st.integers(0, 2 * SPAN))
def test_p_is_a_distribution_and_masses_are_not_negative(evidence, day):
    found = assess(evidence, START.date() + timedelta(days=day))
    assert abs(sum(found.p.values()) - 1) < DUST
    assert all(0 <= p <= 1 for p in found.p.values())
    assert found.mass >= 0
    assert 0 <= found.freshness <= 1


@given(observations(), st.integers(0, 1000), st.integers(1, 1000))
def test_mass_and_freshness_only_fall_with_time_alone(evidence, first, more):
    before = assess(evidence, END + timedelta(days=first))
    after = assess(evidence, END + timedelta(days=first + more))
    assert after.mass <= before.mass + DUST
    assert after.freshness <= before.freshness
    assert all(after.masses[claim] <= before.masses[claim] + DUST for claim in CLAIMS)


@given(
    observations(),
    st.sampled_from(CLAIMS),
    st.sampled_from(tuple(SourceKind)),
    st.sampled_from(tuple(Quality)),
    instants,
)
def test_agreeing_evidence_of_another_reporter_never_lowers_p(evidence, claim, source, quality, at):
    more = Observation("new", claim, source, quality, at, at, "somebody else", "another key")
    assert assess([*evidence, more], END).p[claim] >= assess(evidence, END).p[claim] - DUST


@given(observations(), st.data())
def test_repeating_ones_own_claim_never_lowers_it(evidence, data):
    said = sorted(
        (o for o in evidence if o.claim is not Claim.UNSURE), key=lambda o: (o.counted_at, o.submitted_at, o.id)
    )
    if not said:
        return
    who = data.draw(st.sampled_from(said)).who
    last = [o for o in said if o.who == who][-1]
    hours = data.draw(st.integers(0, SPAN * 24))
    again = replace(
        last,
        id="zzzz",
        quality=data.draw(st.sampled_from(tuple(Quality))),
        observed_at=last.submitted_at + timedelta(hours=hours),
        submitted_at=last.submitted_at + timedelta(hours=hours),
    )
    day = max(END, again.counted_on)
    assert assess([*evidence, again], day).p[last.claim] >= assess(evidence, day).p[last.claim] - DUST


@given(observations(), st.randoms(use_true_random=False), st.integers(0, SPAN))
def test_the_order_of_arrival_does_not_matter(evidence, random, day):
    shuffled = evidence[:]
    random.shuffle(shuffled)
    on = START.date() + timedelta(days=day)
    assert assess(shuffled, on) == assess(evidence, on)
    assert timeline(shuffled, on) == timeline(evidence, on)


@given(observations(sources=(SourceKind.ANONYMOUS,), most=20), st.integers(0, SPAN))
def test_anonymous_evidence_alone_never_confirms(evidence, day):
    status = assess(evidence, START.date() + timedelta(days=day)).status
    assert not status.startswith("confirmed")
    assert status not in {"gone_pending", "gone"}


def crowd_after(claim, count=30):
    """A crowd of devices that all say the same on the last day of the visit's freshness."""
    at = START + timedelta(days=179, hours=13)
    more = {"source_kind": SourceKind.ANONYMOUS, "quality": Quality.PHOTO_ONSITE, "observed_at": at, "submitted_at": at}
    return [Observation(f"{n:04}", claim, reporter=f"d{n}", cluster_key=f"k{n}", **more) for n in range(count)]


@given(
    observations(sources=(SourceKind.ANONYMOUS,), most=25),
    st.sampled_from(CLAIMS),
    st.integers(0, SPAN),
    st.floats(0, 1),
)
@example(crowd_after(Claim.OCCUPIED), Claim.VACANT, 0, 1.0)
@example(crowd_after(Claim.GONE), Claim.VACANT, 0, 1.0)
def test_anonymous_evidence_never_makes_another_claim_lead_over_a_fresh_visit(crowd, claim, day, share):
    """Fresh: an officer's photo no older than one half-life of what it shows."""
    at = START + timedelta(days=day, hours=12)
    visit = Observation("visit", claim, SourceKind.OFFICER_VISIT, Quality.PHOTO_ONSITE, at, at, "officer")
    found = assess([*crowd, visit], at.date() + timedelta(days=int(share * DEFAULT.half_lives[claim])))
    assert found.p[claim] > max(p for other, p in found.p.items() if other is not claim)


def statuses(evidence, since: date, days: int, **more):
    return [(f.status, f.band) for f in (assess(evidence, since + timedelta(days=n), **more) for n in range(days))]


def spelled_out(periods, since: date, days: int):
    last = since + timedelta(days=days)
    out = []
    for period, following in zip(periods, [*(p.starts_on for p in periods[1:]), last], strict=True):
        end = min(following, last)
        out += [(period.status, period.band)] * max(0, (end - period.starts_on).days)
    return out


def tight(gap):
    """A close race of two claims, the kind in which p crosses a threshold more than once."""
    at = START + timedelta(days=gap)
    first = Observation("1", Claim.GONE, SourceKind.OFFICER_VISIT, Quality.PHOTO_ONSITE, START, START, "a")
    return [first, Observation("2", Claim.VACANT, SourceKind.OFFICER_VISIT, Quality.PHOTO_ONSITE, at, at, "b")]


@settings(max_examples=60, deadline=None)
@given(observations(most=5), st.integers(-5, SPAN), st.booleans())
@example(tight(0), 0, False)
@example(tight(200), 200, True)
def test_the_timeline_is_what_assess_says_every_day(evidence, since_day, gone_confirmed):
    since = START.date() + timedelta(days=since_day)
    periods = timeline(evidence, since, gone_confirmed=gone_confirmed)
    days = 2000
    assert periods[0].starts_on == since
    assert all(a.starts_on < b.starts_on and (a.status, a.band) != (b.status, b.band) for a, b in pairwise(periods))
    assert spelled_out(periods, since, days)[:days] == statuses(evidence, since, days, gone_confirmed=gone_confirmed)


policies = st.builds(
    FreshnessPolicy,
    half_life_vacant=st.sampled_from((2, 40, 700)),
    half_life_occupied=st.sampled_from((2, 60, 700)),
    half_life_gone=st.sampled_from((3, 50, 900)),
    anonymous_cap=st.sampled_from((0.1, 0.6, 2.0)),
    supersession_limit=st.sampled_from((0.0, 2.0)),
)


@settings(max_examples=60, deadline=None)
@given(observations(most=6), policies, st.integers(0, SPAN))
def test_the_timeline_is_right_where_claims_race_each_other(evidence, policy, since_day):
    since = START.date() + timedelta(days=since_day)
    periods = timeline(evidence, since, policy)
    assert spelled_out(periods, since, 1200)[:1200] == statuses(evidence, since, 1200, policy=policy)


def test_the_timeline_sees_a_status_that_comes_and_goes():
    policy = FreshnessPolicy(half_life_vacant=2, half_life_occupied=900, supersession_limit=0)
    row = {"observed_at": START, "submitted_at": START, "source_kind": SourceKind.OWNER_STATEMENT}
    evidence = [
        Observation("1", Claim.VACANT, quality=Quality.REMOTE, reporter="a", reliability=0.62, **row),
        Observation("2", Claim.OCCUPIED, quality=Quality.REMOTE, reporter="b", reliability=0.88, **row),
    ]
    periods = timeline(evidence, START.date(), policy)
    assert [p.status for p in periods][:3] == ["unverified", "probable_occupied", "unverified"]
    assert spelled_out(periods, START.date(), 2000)[:2000] == statuses(evidence, START.date(), 2000, policy=policy)


@given(observations(), st.booleans())
def test_the_timeline_ends_in_its_final_state(evidence, gone_confirmed):
    last = timeline(evidence, END, gone_confirmed=gone_confirmed)[-1]
    found = assess(evidence, date(9999, 1, 1), gone_confirmed=gone_confirmed)
    assert (last.status, last.band) == (found.status, found.band)
    assert last.status in {"unverified", "gone"}
