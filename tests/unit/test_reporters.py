"""Reliability of reporters: what checks say about earlier observations, and how tallies fade (freshness 4.1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.observations import Adjudication, Claim, Observation, Quality, SourceKind
from mapsvc.domain.reporters import Reliability, Verdict, adjudicate, reckon

DAY0 = datetime(2026, 1, 1, 12, tzinfo=UTC)
UPHELD, OVERRULED = Adjudication.UPHELD, Adjudication.OVERRULED
VACANT, OCCUPIED, UNSURE = Claim.VACANT, Claim.OCCUPIED, Claim.UNSURE
USER, OFFICER, OWNER = SourceKind.REGISTERED_USER, SourceKind.OFFICER_VISIT, SourceKind.OWNER_STATEMENT


def on(day: int) -> date:
    return DAY0.date() + timedelta(days=day)


def said(day: int, who: str, claim: Claim = VACANT, source: SourceKind = USER) -> Observation:
    at = DAY0 + timedelta(days=day)
    return Observation(f"{who}-{day}", claim, source, Quality.ONSITE_NO_PHOTO, at, at, who)


def verdicts(*observations: Observation) -> dict[str, tuple[Adjudication, date | None]]:
    return {key: (found.adjudication, found.on) for key, found in adjudicate(observations).items()}


def test_a_check_within_30_days_upholds_or_overrules():
    check = said(30, "officer", source=OFFICER)
    found = verdicts(said(0, "a"), said(5, "b", OCCUPIED), said(-1, "late"), check)
    assert found == {"a-0": (UPHELD, on(30)), "b-5": (OVERRULED, on(30))}


def test_the_first_check_decides():
    checks = [said(3, "officer", OCCUPIED, OFFICER), said(4, "owner", VACANT, OWNER)]
    assert verdicts(said(0, "a"), *checks)["a-0"] == (OVERRULED, on(3))


def test_only_the_vote_before_the_check_is_judged():
    corrected = verdicts(said(0, "a", OCCUPIED), said(2, "a"), said(3, "a"), said(9, "officer", source=OFFICER))
    assert corrected == {"a-3": (UPHELD, on(9))}


def test_who_is_judged_by_whom():
    owner, officer = said(2, "owner", OCCUPIED, OWNER), said(4, "officer", VACANT, OFFICER)
    register = said(0, "register", OCCUPIED, SourceKind.IMPORT_OFFICIAL)
    visit = said(1, "other officer", OCCUPIED, OFFICER)
    found = verdicts(register, said(0, "a", OCCUPIED), visit, owner, officer)
    assert found == {"a-0": (UPHELD, on(1)), "owner-2": (OVERRULED, on(4))}


def test_nobody_checks_oneself_and_not_sure_says_nothing():
    assert verdicts(said(0, "a"), said(1, "a", OCCUPIED, OFFICER)) == {}
    assert verdicts(said(0, "a", UNSURE), said(1, "officer", OCCUPIED, OFFICER)) == {}
    assert verdicts(said(0, "a"), said(1, "officer", UNSURE, OFFICER)) == {}


def test_tallies_halve_each_year():
    upheld = [Verdict(UPHELD, on(0))] * 8
    assert reckon(upheld, on(0)) == Reliability(8.0, 0.0)
    assert round(reckon(upheld, on(364)).factor, 3) == 1.333
    assert reckon(upheld, on(365)) == Reliability(4.0, 0.0)
    assert reckon([*upheld, Verdict(OVERRULED, on(365))], on(2 * 365)) == Reliability(2.0, 0.5)
    assert reckon(upheld, on(-1)).factor == 1.0


@pytest.mark.parametrize(("upheld", "overruled", "factor"), [(0, 0, 1.0), (8, 0, 1.333), (8, 2, 1.214), (1, 6, 0.773)])
def test_the_factor_is_that_of_the_design(upheld, overruled, factor):
    given_verdicts = [Verdict(UPHELD, on(0))] * upheld + [Verdict(OVERRULED, on(0))] * overruled
    assert round(reckon(given_verdicts, on(0)).factor, 3) == factor


many = st.lists(
    st.tuples(
        st.integers(0, 60), st.sampled_from("abc"), st.sampled_from(tuple(Claim)), st.sampled_from(tuple(SourceKind))
    ),
    max_size=8,
)


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(rows, random):
    observations = [
        Observation(str(n), claim, source, Quality.REMOTE, at := DAY0 + timedelta(days=day), at, who)
        for n, (day, who, claim, source) in enumerate(rows)
    ]
    shuffled = observations[:]
    random.shuffle(shuffled)
    assert adjudicate(shuffled) == adjudicate(observations)


@given(
    st.lists(st.builds(Verdict, st.sampled_from((UPHELD, OVERRULED)), st.integers(0, 2000).map(on))),
    st.integers(0, 4000),
)
def test_the_factor_stays_between_its_ends_and_fades_to_one(found, day):
    factor = reckon(found, on(day)).factor
    assert 0.5 < factor < 1.5
    assert abs(reckon(found, on(day + 40 * 365)).factor - 1.0) < 1e-3
