"""The hard rules H02 to H19 as one table (matching.md 3.2); a rule with several measures has one row for each.

H01 (eligibility), H20 (cohabitation) and H21 (reserved pairs) speak about calls and belong to them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from mapsvc.domain.features import VENTILATION
from mapsvc.domain.matches import Effect, Offer
from mapsvc.matching.micro import IntArray
from mapsvc.matching.pairs import LATEST, MIN_TERM, TERM_DESIRED, TERM_MIN, Batch, Pair
from mapsvc.matching.readings import (
    MISSING,
    Always,
    Code,
    Computed,
    Number,
    Reading,
    Stated,
    must,
    nice,
    present,
)
from mapsvc.matching.repairs import (
    APPLICANT,
    CITY,
    OWNER,
    Proposal,
    Repair,
    drop_need,
    early_access,
    end_later,
    in_features,
    in_needs,
    lower_rent,
    meet_day,
    meet_need,
    open_on_time,
    provide,
    raise_subsidy,
    renew_certificates,
    set_feature,
    set_need,
    set_offer,
    state_window,
    verify,
)
from mapsvc.matching.rules import Pairwise, Rule, Threshold
from mapsvc.matching.sets import DistrictRule, HoursRule, UseRule

HEATING = ("none", "autonomous", "central", "electric")
INTERNET = ("none", "copper", "fttc", "ftth", "mobile_only")
GOODS = ("none", "street_loading", "loading_bay", "goods_lift")
VENTILATION_RANK = {code: rank for rank, code in enumerate(VENTILATION)}

AREA = Number("features.usable_area_m2", 10)
AREA_MAX = Number("area_max_m2", 10)
IN_UNITS = Computed(lambda offer: int(offer.features.capacity_mode == "units"))
LAST_CHECK = Computed(lambda offer: offer.last_official_check_on and offer.last_official_check_on.toordinal())
ALL_IN = Computed(lambda offer: offer.features.all_in_cents)


def _earliest_expiry(offer: Offer) -> int | None:
    certificates = offer.features.certificates or ()
    return min((one.valid_until.toordinal() for one in certificates if one.valid_until), default=None)


EARLIEST_EXPIRY = Computed(_earliest_expiry)


def _column(number: int) -> IntArray:
    return np.full((1, 1), number, dtype=np.int64)


def _area_max(pair: Pair) -> tuple[int | None, int | None]:
    exclusive = pair.offer.features.capacity_mode != "units"
    return (AREA_MAX.of(pair.needs) if exclusive else None), AREA.of(pair.offer)


def _area_max_columns(batch: Batch) -> tuple[IntArray, IntArray]:
    return np.where(batch.have(IN_UNITS) == 1, MISSING, batch.need(AREA_MAX)), batch.have(AREA)


def _start(pair: Pair) -> tuple[int | None, int | None]:
    return LATEST.of(pair.needs), pair.timing.start if pair.timing else None


def _term(pair: Pair) -> tuple[int | None, int | None]:
    return max(pair.needs.term_min_days or 0, 1), pair.timing.days if pair.timing else None


def _term_columns(batch: Batch) -> tuple[IntArray, IntArray]:
    return np.maximum(batch.need(TERM_MIN), 1), batch.timing.days


def _min_term(pair: Pair) -> tuple[int | None, int | None]:
    timing, desired = pair.timing, pair.needs.term_desired_days
    used = None if timing is None else timing.days if desired is None else min(desired, timing.days)
    return MIN_TERM.of(pair.offer), used


def _min_term_columns(batch: Batch) -> tuple[IntArray, IntArray]:
    days, desired = batch.timing.days, batch.need(TERM_DESIRED)
    used = np.where((desired == MISSING) | (days == MISSING), days, np.minimum(desired, days))
    return np.broadcast_to(batch.have(MIN_TERM), used.shape), used


def _certificates(pair: Pair) -> tuple[int | None, int | None]:
    return pair.timing.start if pair.timing else None, EARLIEST_EXPIRY.of(pair.offer)


def _check(pair: Pair) -> tuple[int | None, int | None]:
    return pair.today.toordinal() - pair.policy.check_valid_days, LAST_CHECK.of(pair.offer)


def _check_columns(batch: Batch) -> tuple[IntArray, IntArray]:
    return _column(batch.today.toordinal() - batch.policy.check_valid_days), batch.have(LAST_CHECK)


def _availability(pair: Pair) -> tuple[int | None, int | None]:
    state = pair.offer.availability_state
    return 1, None if state is None else int(state in pair.policy.accepted_states)


def _availability_columns(batch: Batch) -> tuple[IntArray, IntArray]:
    table = dict.fromkeys(batch.policy.accepted_states, 1)
    states = [offer.availability_state for offer in batch.offers.subjects]
    have = np.fromiter((MISSING if one is None else table.get(one, 0) for one in states), np.int64, len(states))
    return _column(1), have[None, :]


def _distance(pair: Pair) -> tuple[int | None, int | None]:
    return pair.needs.max_distance_m, pair.distance


def _minimum(code: str, part: str, need: str, have: str, scale: int, unit: str, *, by: str = "",
             unknown: Effect = Effect.CONDITIONAL) -> Threshold:  # fmt: skip
    """Return a rule about a minimum that can be marked as welcome; ``by`` names who could raise the value."""
    fix: Repair = provide(have, by, scale) if by else verify(have, scale)
    reading = Number(need, scale)
    return Threshold(
        code=code, part=part, need=Stated(reading, need, must=True), nice=Stated(reading, need, must=False),
        have=Number(f"features.{have}", scale), scale=scale, unit=unit, unknown=unknown,
        repairs=(meet_need(need, scale), fix), fixable_by=(APPLICANT, by) if by else (APPLICANT,),
    )  # fmt: skip


def _service(part: str, have: Reading, repair: Repair, *, code: str = "H12", by: str = OWNER) -> Threshold:
    """Return a rule about something that is there or not."""
    return Threshold(
        code=code, part=part, need=must(part), nice=nice(part), have=have, repairs=(drop_need(part), repair),
        fixable_by=(APPLICANT, by),
    )  # fmt: skip


def _flag(part: str, have: str, code: str = "H12") -> Threshold:
    return _service(part, Number(f"features.{have}"), set_feature(have, True, OWNER), code=code)


def _noise(band: str) -> Threshold:
    need, have = f"noise_emission_{band}", f"noise_tolerance_{band}"
    # Somebody who makes no noise cannot be too loud, so that nothing needs to be known about the place.
    return Threshold(
        code="H09", part=band, need=Code(need, {1: 1, 2: 2, 3: 3}), have=Number(f"features.{have}"),
        repairs=(meet_need(need), provide(have, OWNER)), fixable_by=(APPLICANT, OWNER),
    )  # fmt: skip


def _condition(offer: Offer) -> int | None:
    condition = offer.features.condition
    return None if condition is None else int(condition != "unsafe")


def _hazards(offer: Offer) -> int | None:
    hazards = offer.features.hazards
    return None if hazards is None else len(hazards)


def _wc(offer: Offer) -> int | None:
    count = offer.features.wc_count
    return None if count is None else int(count > 0)


def _vacant(offer: Offer) -> int | None:
    status = offer.vacancy_status
    return None if status is None else int(status == "confirmed_vacant")


VENTILATION_NEED = Code("ventilation_min", VENTILATION_RANK)


def _less_ventilation(pair: Pair, _need: int, have: int | None) -> Proposal | None:
    return None if have is None else in_needs(pair, "ventilation_min", VENTILATION[have])


def _more_ventilation(pair: Pair, need: int, _have: int | None) -> Proposal | None:
    return in_features(pair, "ventilation", VENTILATION[need], OWNER)


def _longer_term(pair: Pair, need: int, _have: int | None) -> Proposal | None:
    return in_needs(pair, "term_desired_days", need)


def _shorter_minimum(pair: Pair, _need: int, have: int | None) -> Proposal | None:
    return None if have is None or have < 0 else in_features(pair, "min_term_days", have, OWNER)


def _check_today(pair: Pair, need: int, have: int | None) -> Proposal | None:
    return set_offer("last_official_check_on", pair.today, CITY)(pair, need, have)


def _flagged(need: str) -> Code:
    """Read 1 where a declared emission is true; false and unstated are no need."""
    return Code(need, {True: 1})


SIZE: tuple[Rule, ...] = (
    Threshold(
        code="H02", part="min", need=Number("area_min_m2", 10), have=AREA, scale=10, unit="m2", unknown=Effect.BLOCK,
        repairs=(meet_need("area_min_m2", 10), verify("usable_area_m2", 10)), fixable_by=(APPLICANT,),
    ),
    Pairwise(
        code="H02", part="max", one=_area_max, many=_area_max_columns, at_most=True, scale=10, unit="m2",
        unknown=Effect.BLOCK, repairs=(meet_need("area_max_m2", 10), verify("usable_area_m2", 10)),
        fixable_by=(APPLICANT,),
    ),
    Threshold(
        code="H03", part="people", need=Number("people_peak"), have=Number("features.max_occupancy"), unit="people",
        repairs=(meet_need("people_peak"), verify("max_occupancy")), fixable_by=(APPLICANT,),
    ),
)  # fmt: skip

TIME: tuple[Rule, ...] = (
    Pairwise(
        code="H04", part="start", one=_start, many=lambda batch: (batch.need(LATEST), batch.timing.start),
        at_most=True, unit="days", unknown=Effect.BLOCK, show=date.fromordinal,
        repairs=(meet_day("start_latest"), open_on_time), fixable_by=(APPLICANT, OWNER),
    ),
    Pairwise(
        code="H05", part="term", one=_term, many=_term_columns, unit="days", unknown=Effect.BLOCK,
        repairs=(meet_need("term_min_days"), early_access, end_later, provide("max_term_days", OWNER)),
        fixable_by=(APPLICANT, OWNER),
    ),
    Pairwise(
        code="H05", part="min_term", one=_min_term, many=_min_term_columns, unit="days", unknown=Effect.BLOCK,
        repairs=(_longer_term, _shorter_minimum, state_window), fixable_by=(APPLICANT, OWNER),
    ),
)  # fmt: skip

MONEY: tuple[Rule, ...] = (
    Threshold(
        code="H06", part="budget", need=Number("budget_max_cents"), have=ALL_IN, at_most=True, unit="cents_month",
        unknown=Effect.BLOCK, repairs=(meet_need("budget_max_cents"), lower_rent, raise_subsidy),
        fixable_by=(APPLICANT, OWNER, CITY),
    ),
    Threshold(
        code="H06", part="deposit", need=Number("deposit_max_cents"), have=Number("features.deposit_cents"),
        at_most=True, unit="cents", unknown=Effect.BLOCK,
        repairs=(meet_need("deposit_max_cents"), provide("deposit_cents", OWNER)), fixable_by=(APPLICANT, OWNER),
    ),
)  # fmt: skip

USE: tuple[Rule, ...] = (
    UseRule(code="H07", part="use", unknown=Effect.BLOCK, fixable_by=(APPLICANT, CITY)),
    Threshold(
        code="H08", part="live_work", need=Code("live_work", {"required": 2}), nice=Code("live_work", {"wanted": 1}),
        have=Code("features.live_work", {"not_allowed": 0, "with_adaptation": 1, "allowed": 2}), conditional_at=1,
        unknown=Effect.BLOCK, show=lambda rank: ("not_allowed", "with_adaptation", "allowed")[rank],
        repairs=(set_need("live_work", "wanted"), set_feature("live_work", "with_adaptation", OWNER)),
        fixable_by=(APPLICANT, OWNER),
    ),
    *(_noise(band) for band in ("day", "evening", "night")),
    Threshold(
        code="H10", part="dust_odour", need=Code("dust_odour", {1: 1, 2: 2, 3: 3}),
        have=Number("features.dust_odour_tolerance"), at_most=False, unknown=Effect.BLOCK,
        repairs=(meet_need("dust_odour"), provide("dust_odour_tolerance", OWNER)), fixable_by=(APPLICANT, OWNER),
    ),
    Threshold(
        code="H10", part="solvents", need=_flagged("solvents"), unknown=Effect.BLOCK,
        have=Code("features.ventilation", {code: int(code == "local_extraction") for code in VENTILATION}),
        repairs=(set_need("solvents", False), set_feature("ventilation", "local_extraction", OWNER)),
        fixable_by=(APPLICANT, OWNER),
    ),
    Threshold(
        code="H10", part="hot_work", need=_flagged("hot_work"), have=Number("features.hot_work_allowed"),
        unknown=Effect.BLOCK, repairs=(set_need("hot_work", False), set_feature("hot_work_allowed", True, OWNER)),
        fixable_by=(APPLICANT, OWNER),
    ),
    HoursRule(code="H11", part="hours", fixable_by=(APPLICANT, OWNER)),
)  # fmt: skip

SERVICES: tuple[Rule, ...] = (
    *(_flag(part, part) for part in ("water", "hot_water", "sink", "gas", "accessible_wc", "acoustic_treatment")),
    _flag("drain", "floor_drain"),
    _service("wc", Computed(_wc), set_feature("wc_count", 1, OWNER)),
    _service("heating", present("features.heating", "none", options=HEATING),
             set_feature("heating", "electric", OWNER)),
    _service("cooling", present("features.cooling", "none", options=HEATING),
             set_feature("cooling", "electric", OWNER)),
    _service("internet", present("features.internet", "none", options=INTERNET),
             set_feature("internet", "ftth", OWNER)),
    Threshold(
        code="H12", part="ventilation", need=Stated(VENTILATION_NEED, "ventilation_min", must=True),
        nice=Stated(VENTILATION_NEED, "ventilation_min", must=False),
        have=Code("features.ventilation", VENTILATION_RANK), show=VENTILATION.__getitem__,
        repairs=(_less_ventilation, _more_ventilation), fixable_by=(APPLICANT, OWNER),
    ),
    _minimum("H12", "storage", "storage_min_m2", "storage_m2", 10, "m2"),
    _minimum("H13", "power", "power_min_kw", "power_kw", 10, "kW", by=OWNER),
    _flag("three_phase", "three_phase", "H13"),
    _minimum("H14", "height", "height_min_m", "clear_height_min_m", 100, "m"),
    _minimum("H14", "door", "door_min_cm", "door_clear_width_cm", 1, "cm"),
    _minimum("H14", "column_free", "column_free_min_m", "column_free_span_m", 10, "m"),
    replace(
        _minimum("H14", "load", "floor_load_min_kn_m2", "floor_load_kn_m2", 10, "kN/m2"),
        blocks_from=lambda policy: policy.heavy_load,
    ),
    _service("goods_access", present("features.goods_access", "none", options=GOODS),
             set_feature("goods_access", "street_loading", CITY), code="H14", by=CITY),
    _service("step_free", Code("features.step_free", {"no": 0, "with_ramp": 1, "yes": 1}),
             set_feature("step_free", "with_ramp", OWNER), code="H15"),
)  # fmt: skip

STATE: tuple[Rule, ...] = (
    Threshold(
        code="H16", part="condition", need=Always(1), have=Computed(_condition), unknown=Effect.BLOCK,
        repairs=(set_feature("condition", "heavy_works", OWNER),), fixable_by=(OWNER,),
    ),
    Threshold(
        code="H16", part="hazards", need=Always(0), have=Computed(_hazards), at_most=True, unknown=Effect.BLOCK,
        repairs=(set_feature("hazards", (), OWNER),), fixable_by=(OWNER,),
    ),
    Pairwise(
        code="H16", part="certificates", one=_certificates, show=date.fromordinal, unit="days", optional=True,
        many=lambda batch: (batch.timing.start, batch.have(EARLIEST_EXPIRY)),
        repairs=(renew_certificates,), fixable_by=(OWNER,),
    ),
    Threshold(
        code="H17", part="status", need=Always(1), have=Computed(_vacant), unknown=Effect.BLOCK,
        repairs=(set_offer("vacancy_status", "confirmed_vacant", CITY),), fixable_by=(CITY,),
    ),
    Threshold(
        code="H17", part="band", need=Always(1), unknown=Effect.BLOCK,
        have=Code("band", {"fresh": 1, "ageing": 1, "stale": 0, "none": 0}),
        repairs=(set_offer("band", "fresh", CITY),), fixable_by=(CITY,),
    ),
    Pairwise(
        code="H17", part="check", one=_check, many=_check_columns, show=date.fromordinal, unit="days",
        unknown=Effect.BLOCK, repairs=(_check_today,), fixable_by=(CITY,),
    ),
    Threshold(
        code="H18", part="consent", need=Always(1), have=Number("owner_consents"), optional=True, unknown=Effect.BLOCK,
        repairs=(set_offer("owner_consents", True, OWNER),), fixable_by=(OWNER,),
    ),
    Pairwise(
        code="H18", part="state", one=_availability, many=_availability_columns, unknown=Effect.BLOCK,
        repairs=(set_offer("availability_state", "offered", OWNER),), fixable_by=(OWNER,),
    ),
    DistrictRule(code="H19", part="district", unknown=Effect.BLOCK, fixable_by=(APPLICANT,)),
    Pairwise(
        code="H19", part="distance", one=_distance, at_most=True, unit="m", unknown=Effect.BLOCK,
        many=lambda batch: (batch.need(Number("max_distance_m")), batch.distance),
        repairs=(meet_need("max_distance_m"),), fixable_by=(APPLICANT,),
    ),
)  # fmt: skip

RULES: tuple[Rule, ...] = SIZE + TIME + MONEY + USE + SERVICES + STATE
RULE_BY_KEY = {rule.key: rule for rule in RULES}
# The rules whose need can be marked as welcome; they make up the criterion of amenities.
AMENITIES = tuple(rule for rule in RULES if isinstance(rule, Threshold) and rule.nice is not None)
