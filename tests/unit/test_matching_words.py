"""Every result of matching has its words, short and without a code in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask_babel import Babel

from mapsvc.domain.matches import Candidate, ConstraintResult, Effect, State
from mapsvc.matching.constraints import RULES
from mapsvc.matching.policy import DEFAULT_WEIGHTS
from mapsvc.matching.rank import explain
from mapsvc.web.explanations import FIT_NAMES, TOPICS, change_lines, chips, constraint_sentence, fit_parts, fit_text
from tests.unit.matching_inputs import TODAY, Inputs
from tests.unit.test_matching_examples import e1


@pytest.fixture(autouse=True)
def page():
    """A page in English."""
    app = Flask("words")
    Babel(app)
    with app.test_request_context():
        yield


def test_every_rule_and_every_criterion_has_a_name():
    of_calls = {
        "H01.admitted", "H01.rules", "H20.sharing", "H20.tag", "H20.practices", "H21.forbidden", "H21.held_out",
        "H21.withdrawn",
    }  # fmt: skip
    assert set(TOPICS) == {rule.key for rule in RULES} | of_calls
    assert set(FIT_NAMES) == set(DEFAULT_WEIGHTS)
    assert len({letter for letter, _ in FIT_NAMES.values()}) == len(FIT_NAMES)


def test_the_chips_read_like_the_drawing():
    def said(*facts: object, unit: str = "") -> str:
        code, part, state, need, have, gap = facts
        return constraint_sentence(ConstraintResult(code, part, state, Effect.NONE, need, have, gap, unit))

    assert said("H02", "min", State.PASS, 40.0, 68.0, None, unit="m2") == "Area 68 m², needs 40"
    assert said("H06", "budget", State.PASS, 35_000, 28_000, None, unit="cents_month") == "€ 280 a month, can pay 350"
    assert said("H04", "start", State.FAIL, None, None, 14, unit="days") == "Start: 14 days too late"
    assert said("H04", "start", State.FAIL, None, None, 1, unit="days") == "Start: 1 day too late"
    assert said("H09", "evening", State.UNKNOWN, 2, None, None) == "Noise after 20:00: not measured"
    assert said("H03", "people", State.PASS, 5, 12, None, unit="people") == "5 people, room for 12"
    assert said("H07", "use", State.FAIL, ("dance",), (), ("dance",)) == "Use not allowed: Dance"
    assert said("H12", "water", State.FAIL, 1, 0, 1) == "Water: missing"
    assert said("H14", "height", State.FAIL, 3.0, 2.7, 0.3, unit="m") == "Height 2.7 m: 0.3 too little"


@pytest.mark.parametrize("seed", range(40))
def test_anything_can_be_said(seed):
    inputs = Inputs(seed)
    pair = explain(Candidate("c", inputs.needs()), inputs.offer(), TODAY)
    for chip in chips(pair.constraints):
        assert chip.text
        assert chip.verdict in ("pass", "fail", "unknown")
        assert "%(" not in chip.text
        assert "_" not in chip.text
    for line in change_lines(pair.changes):
        assert line.text
        assert "%(" not in line.text
        assert "_" not in line.text
    assert abs(sum(part.value for part in fit_parts(pair.fits)) - pair.fit / 1_000_000) < 1e-6
    assert fit_text(pair).startswith("Fit 0") or pair.fit > 994_999


def test_a_fit_with_a_missing_datum_says_its_interval():
    pair = e1()
    text = fit_text(explain(Candidate("c", pair.needs), pair.offer, pair.today, pair.policy))
    assert text == "Fit 0.73, between 0.68 and 0.78"


def test_a_convention_is_proposed_as_a_change_and_a_missing_term_is_not_a_need():
    pair = e1()
    needs = replace(pair.needs, activities=("dance", "food"))
    offer = replace(pair.offer, features=replace(pair.offer.features, permitted_uses=("dance",)))
    result = explain(Candidate("c", needs), offer, TODAY)
    assert "A temporary-use agreement covers the use" in {line.text for line in change_lines(result.changes)}
    assert "Free for 730 days" in {chip.text for chip in chips(result.constraints)}
