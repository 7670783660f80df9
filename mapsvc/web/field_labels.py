"""Names of the described fields of premises and of needs, and words for their options; how a value reads is in
``field_words``.
"""

from flask_babel import gettext as _

from mapsvc.web.labels import label

_DISCIPLINES = frozenset({"activities", "permitted_uses", "prohibited_uses", "incompatible_practices"})


def field_label(code: str) -> str:
    """Return the name of a field of premises or of needs; the code itself for an unknown one."""
    return {**_place_fields(), **_terms_fields(), **_need_fields()}.get(code, code)


def option_label(field: str, option: str) -> str:
    """Return the word for an option of a field; the option itself for an unknown one."""
    if field in _DISCIPLINES:
        return label("discipline", option)
    if field == "nice":
        return field_label(option)
    if field in {"works_by", "insurance_by", "restitution_by"}:
        return _parties().get(option, option)
    return _special().get((field, option)) or {**_common(), **_building(), **_legal()}.get(option, option)


def _place_fields() -> dict[str, str]:
    return {
        "usable_area_m2": _("Floor area"),
        "area_method": _("How the area is known"),
        "gross_area_m2": _("Gross floor area"),
        "outdoor_m2": _("Outdoor area"),
        "basement_m2": _("Basement"),
        "storage_m2": _("Storage"),
        "floor_level": _("Floor"),
        "frontage_m": _("Front to the street"),
        "shop_windows": _("Shop windows"),
        "clear_height_min_m": _("Clear height"),
        "door_clear_width_cm": _("Door width"),
        "door_clear_height_cm": _("Door height"),
        "column_free_span_m": _("Width without columns"),
        "floor_load_kn_m2": _("Floor load"),
        "daylight_level": _("Daylight"),
        "window_floor_ratio": _("Window area to floor area"),
        "orientation": _("Faces"),
        "ventilation": _("Ventilation"),
        "electricity_present": _("Electricity"),
        "power_kw": _("Electric power"),
        "three_phase": _("Three-phase power"),
        "meter_active": _("Meter active"),
        "water": _("Water"),
        "hot_water": _("Hot water"),
        "sink": _("Sink"),
        "floor_drain": _("Floor drain"),
        "gas": _("Gas"),
        "wc_count": _("Toilets"),
        "accessible_wc": _("Accessible toilet"),
        "heating": _("Heating"),
        "cooling": _("Cooling"),
        "internet": _("Internet"),
        "goods_access": _("Access for goods"),
        "goods_lift_kg": _("Goods lift"),
        "acoustic_treatment": _("Sound insulation"),
        "condition": _("Condition"),
        "works_low_cents": _("Works, low estimate"),
        "works_high_cents": _("Works, high estimate"),
        "works_days": _("Duration of the works"),
        "hazards": _("Hazards"),
        "energy_class": _("Energy class"),
        "certificates": _("Certificates"),
        "heritage_constraint": _("Heritage protection"),
        "former_use": _("Was before"),
        "former_use_code": _("Kind of former use"),
        "vacant_since": _("Empty since"),
        "step_free": _("Step-free entrance"),
        "step_cm": _("Step at the entrance"),
        "wheelchair": _("By wheelchair"),
    }


def _terms_fields() -> dict[str, str]:
    return {
        "use_category": _("Planning category"),
        "permitted_uses": _("Permitted uses"),
        "prohibited_uses": _("Uses not permitted"),
        "legal_route": _("Kind of agreement"),
        "live_work": _("Living there"),
        "hours_allowed": _("Allowed hours"),
        "acoustic_class": _("Acoustic zone"),
        "noise_tolerance_day": _("Noise allowed by day"),
        "noise_tolerance_evening": _("Noise allowed after 20:00"),
        "noise_tolerance_night": _("Noise allowed after 22:00"),
        "dust_odour_tolerance": _("Dust and smells allowed"),
        "hot_work_allowed": _("Hot work allowed"),
        "public_access": _("Open to the public"),
        "house_rules": _("House rules"),
        "rent_cents": _("Rent"),
        "service_charges_cents": _("Service charges"),
        "utilities_cents": _("Electricity, water, heating"),
        "subsidy_cents": _("Contribution of the city"),
        "deposit_cents": _("Deposit"),
        "guarantee_cents": _("Guarantee"),
        "rent_free_days": _("Without rent at first"),
        "fit_out_access_from": _("Access for works from"),
        "min_term_days": _("Shortest term"),
        "max_term_days": _("Longest term"),
        "renewal": _("Renewal"),
        "owner_notice_days": _("Notice by the owner"),
        "restitution_required": _("To be given back as it was"),
        "reversible_only": _("Reversible works only"),
        "restitution_cost_cents": _("Cost of giving it back as it was"),
        "restitution_by": _("Gives it back as it was"),
        "insurance_by": _("Pays the insurance"),
        "works_by": _("Does the works"),
        "windows": _("Free from"),
        "capacity_mode": _("For one group or several"),
        "max_occupancy": _("Room for"),
    }


def _need_fields() -> dict[str, str]:
    return {
        "area_min_m2": _("At least"),
        "area_ideal_m2": _("Best area"),
        "area_max_m2": _("At most"),
        "people_peak": _("People at most"),
        "people_daily": _("People on a usual day"),
        "height_min_m": _("Height at least"),
        "door_min_cm": _("Door at least"),
        "floor_load_min_kn_m2": _("Floor load at least"),
        "column_free_min_m": _("Without columns at least"),
        "storage_min_m2": _("Storage at least"),
        "frontage_wanted_m": _("Front to the street, wanted"),
        "daylight_min": _("Daylight at least"),
        "ventilation_min": _("Ventilation at least"),
        "power_min_kw": _("Electric power at least"),
        "drain": _("Floor drain"),
        "wc": _("Toilet"),
        "noise_emission_day": _("Noise by day"),
        "noise_emission_evening": _("Noise after 20:00"),
        "noise_emission_night": _("Noise after 22:00"),
        "dust_odour": _("Dust and smells"),
        "hot_work": _("Hot work"),
        "solvents": _("Solvents"),
        "activities": _("What they do there"),
        "residents_count": _("People who would live there"),
        "hours": _("Hours of use"),
        "public_opening_h_week": _("Open to the public, a week"),
        "events_per_year": _("Events a year"),
        "sharing": _("Sharing with others"),
        "incompatible_practices": _("Does not go together with"),
        "budget_max_cents": _("Can pay"),
        "deposit_max_cents": _("Can deposit"),
        "own_works_cents": _("Can put into works"),
        "own_works_skills": _("Can do themselves"),
        "start_earliest": _("Start, earliest"),
        "start_latest": _("Start, latest"),
        "term_min_days": _("For at least"),
        "term_desired_days": _("Best for"),
        "fit_out_days": _("Time to fit it out"),
        "districts_ok": _("Where"),
        "anchor_point": _("Close to"),
        "max_distance_m": _("Not further than"),
        "nice": _("Welcome, not necessary"),
    }


def _special() -> dict[tuple[str, str], str]:
    return {
        ("live_work", "none"): _("not wanted"),
        ("live_work", "required"): _("necessary"),
        ("public_access", "required"): _("necessary"),
        ("hazards", "other"): _("something else"),
        ("own_works_skills", "other"): _("something else"),
        ("certificates", "electrical"): _("electrical system"),
        ("hazards", "electrical"): _("electrical system"),
        ("own_works_skills", "electrical"): _("electrical work"),
    }


def _common() -> dict[str, str]:
    return {
        "must": _("necessary"),
        "nice": _("welcome"),
        "none": _("none"),
        "yes": _("yes"),
        "no": _("no"),
        "measured": _("measured"),
        "declared": _("declared by the owner"),
        "estimated": _("estimated"),
        "limited": _("with limits"),
        "with_ramp": _("with a ramp"),
        "possible": _("possible"),
        "not_possible": _("not possible"),
        "allowed": _("allowed"),
        "not_allowed": _("not allowed"),
        "with_adaptation": _("after works"),
        "wanted": _("welcome"),
        "exclusive": _("for one group"),
        "units": _("for several groups"),
        "exclusive_only": _("alone only"),
        "shared_ok": _("fine"),
        "shared_preferred": _("preferred"),
        "painting": _("painting"),
        "carpentry": _("carpentry"),
        "masonry": _("masonry"),
        "plumbing": _("plumbing"),
        "metalwork": _("metalwork"),
        "cleaning": _("cleaning"),
        "gardening": _("gardening"),
        "habitability": _("fitness for use"),
        "energy": _("energy performance"),
        "fire": _("fire safety"),
        "acoustic": _("sound insulation"),
    }


def _building() -> dict[str, str]:
    return {
        "natural": _("windows"),
        "mechanical": _("mechanical"),
        "local_extraction": _("extraction at the workplace"),
        "autonomous": _("own system"),
        "central": _("central"),
        "electric": _("electric"),
        "copper": _("telephone line"),
        "fttc": _("fibre to the street cabinet"),
        "ftth": _("fibre to the building"),
        "mobile_only": _("mobile only"),
        "street_loading": _("loading from the street"),
        "loading_bay": _("loading bay"),
        "goods_lift": _("goods lift"),
        "ready": _("ready to use"),
        "cosmetic": _("needs paint and cleaning"),
        "light_works": _("needs light works"),
        "heavy_works": _("needs heavy works"),
        "unsafe": _("not safe"),
        "exempt": _("exempt"),
        "listed": _("listed building"),
        "landscape": _("protected landscape"),
        "asbestos": _("asbestos"),
        "damp": _("damp"),
        "structural": _("structure"),
        "access": _("access"),
    }


def _legal() -> dict[str, str]:
    return {
        "residential": _("residential"),
        "tourist": _("tourist"),
        "productive_and_directional": _("production and offices"),
        "commercial": _("commercial"),
        "rural": _("rural"),
        "no_change_needed": _("no change of use needed"),
        "ordinary_pact": _("ordinary pact of collaboration"),
        "complex_pact": _("complex pact of collaboration"),
        "civic_collective_use": _("civic and collective urban use"),
        "concession": _("concession"),
        "loan_for_use": _("loan for use"),
        "transitional_lease": _("transitional lease"),
        "temporary_use_convention": _("temporary-use agreement"),
        "meanwhile_lease": _("meanwhile lease"),
    }


def _parties() -> dict[str, str]:
    return {"owner": _("the owner"), "user": _("the group"), "city": _("the city"), "shared": _("shared")}
