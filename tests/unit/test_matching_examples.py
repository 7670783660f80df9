"""The worked examples E1 and E4 of the design, to the figures written there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mapsvc.domain.features import Features
from mapsvc.domain.fields import Window
from mapsvc.domain.matches import Candidate, Offer, State
from mapsvc.domain.needs import NeedsProfile
from mapsvc.matching.changes import judge_all
from mapsvc.matching.distance import metres, place_of
from mapsvc.matching.fits import fits_of, score_of
from mapsvc.matching.pairs import Pair
from mapsvc.matching.policy import WHAT_FITS_NOW, Policy
from mapsvc.matching.rank import explain

TODAY = date(2026, 11, 22)
ANCHOR = (7.68, 45.055)
NORTH = (7.68, 45.0603984)


def e1() -> Pair:
    offer = Offer(
        "saluzzo-42",
        Features(
            usable_area_m2=68, rent_cents=28_000, daylight_level=2, frontage_m=5, works_high_cents=900_000, water=True,
            heating="central", internet="none", energy_class="E",
            windows=(Window(date(2027, 3, 1), date(2029, 2, 28)),),
        ),
        point=NORTH,
    )  # fmt: skip
    needs = NeedsProfile(
        area_min_m2=40, area_ideal_m2=60, budget_max_cents=35_000, daylight_min=3, frontage_wanted_m=4,
        own_works_cents=200_000, term_desired_days=730, noise_emission_evening=2, water="nice", heating="nice",
        internet="nice", anchor_point=ANCHOR,
    )  # fmt: skip
    return Pair(needs, offer, TODAY, Policy(grant_cents=500_000))


def test_e1_the_two_points_are_600_metres_apart():
    assert metres(place_of(ANCHOR), place_of(NORTH)) == 600


def test_e1_fit_with_one_missing_datum():
    fits = fits_of(e1())
    assert {one.code: one.micro for one in fits} == {
        "area": 1_000_000, "time": 1_000_000, "cost": 400_000, "light": 666_667, "quiet": 500_000, "works": 800_000,
        "front": 1_000_000, "prox": 659_754, "amen": 666_667, "energy": 222_222,
    }  # fmt: skip
    assert [one.code for one in fits if one.state is State.UNKNOWN] == ["quiet"]
    score = score_of(fits)
    assert [round(value / 1e6, 4) for value in (score.fit, score.low, score.high)] == [0.7341, 0.6841, 0.7841]
    assert score.coverage == 900_000


def test_e1_noise_is_the_condition():
    pair = e1()
    noise = next(one for one in judge_all(pair) if one.key == "H09.evening")
    assert (noise.state, noise.effect.name, noise.required, noise.actual) == (State.UNKNOWN, "CONDITIONAL", 2, None)


LOT = Offer("lot", Features(), windows=(Window(date(2027, 3, 1), date(2028, 9, 1)),))
P = NeedsProfile(
    start_earliest=date(2027, 1, 15), start_latest=date(2027, 4, 1), term_min_days=540, term_desired_days=730
)


def timed(needs: NeedsProfile, offer: Offer = LOT):
    result = explain(Candidate("c", needs), offer, TODAY)
    by_key = {one.key: one for one in result.constraints}
    return result, by_key["H04.start"], by_key["H05.term"]


def test_e4_p_fits_the_window():
    result, start, term = timed(P)
    assert (start.state, term.state) == (State.PASS, State.PASS)
    assert (result.start, result.days) == (date(2027, 3, 1), 550)
    assert next(one.micro for one in result.fits if one.code == "time") == 753_425


def test_e4_q_starts_14_days_too_early_for_the_owner():
    result, start, term = timed(replace(P, start_latest=date(2027, 2, 15)))
    assert (start.state, start.gap, term.state) == (State.FAIL, 14, State.PASS)
    changes = {(one.by, one.field): (one.before, one.after) for one in result.changes if one.constraint == "H04.start"}
    assert changes == {
        ("applicant", "start_latest"): (date(2027, 2, 15), date(2027, 3, 1)),
        ("owner", "windows.from"): (date(2027, 3, 1), date(2027, 2, 15)),
    }


def test_e4_r_needs_50_days_more():
    _, start, term = timed(replace(P, term_min_days=600))
    assert (start.state, term.state, term.required, term.actual, term.gap) == (State.PASS, State.FAIL, 600, 550, 50)


def test_e4_p_with_works_lacks_20_days():
    result, _, term = timed(replace(P, fit_out_days=30))
    assert (term.state, term.actual, term.gap) == (State.FAIL, 520, 20)
    changes = {(one.by, one.field): one.after for one in result.changes if one.constraint == "H05.term"}
    assert changes[("applicant", "term_min_days")] == 520
    assert changes[("owner", "fit_out_access_from")] == date(2027, 2, 9)


def test_e4_access_before_the_start_takes_the_works_out_of_the_term():
    early = replace(LOT, features=Features(fit_out_access_from=date(2027, 1, 30)))
    _, _, term = timed(replace(P, fit_out_days=30), early)
    assert (term.state, term.actual) == (State.PASS, 550)


def test_evidence_warns_in_what_fits_me_now_and_blocks_where_a_call_asks_for_it():
    doubtful = replace(LOT, vacancy_status="probable_vacant")
    assert any(one.key == "H17.status" for one in explain(Candidate("c", P), doubtful, TODAY).warnings)
    strict = replace(WHAT_FITS_NOW, warn_only=frozenset())
    result = explain(Candidate("c", P), doubtful, TODAY, strict)
    assert "H17.status" in {one.key for one in result.blocking}
