"""Words for the options of the attributes of premises, one function for each vocabulary."""

from flask_babel import gettext as _

from mapsvc.web.labels import label


def option_label(code: str, option: str) -> str:
    """Return the word for an option of a field; the option itself where it needs none, such as an energy class."""
    if code in ("permitted_uses", "prohibited_uses"):
        return label("discipline", option)
    if code.endswith("_by"):
        return _payers().get(option, option)
    words = {**_size_options(), **_house_options(), **_use_options()}.get(code, {})
    return words.get(option, option)


def _size_options() -> dict[str, dict[str, str]]:
    return {
        "area_method": {"measured": _("Measured"), "declared": _("Declared"), "estimated": _("Estimated")},
        "daylight_level": {
            "0": _("0, none"), "1": _("1, poor"), "2": _("2, good"), "3": _("3, excellent"),
        },
        "orientation": {
            "N": _("North"), "NE": _("North-east"), "E": _("East"), "SE": _("South-east"), "S": _("South"),
            "SW": _("South-west"), "W": _("West"), "NW": _("North-west"),
        },
        "ventilation": {
            "none": _("None"), "natural": _("Natural"), "mechanical": _("Mechanical"),
            "local_extraction": _("Extraction at the source"),
        },
    }  # fmt: skip


def _house_options() -> dict[str, dict[str, str]]:
    heat = {"none": _("None"), "autonomous": _("Own system"), "central": _("Central"), "electric": _("Electric")}
    return {
        "heating": heat,
        "cooling": heat,
        "internet": {
            "none": _("None"), "copper": _("Copper line"), "fttc": _("Fibre to the street"),
            "ftth": _("Fibre to the unit"), "mobile_only": _("Mobile only"),
        },
        "goods_access": {
            "none": _("None"), "street_loading": _("Loading in the street"), "loading_bay": _("Loading bay"),
            "goods_lift": _("Goods lift"),
        },
        "condition": {
            "ready": _("Ready to use"), "cosmetic": _("Needs paint"), "light_works": _("Needs light works"),
            "heavy_works": _("Needs heavy works"), "unsafe": _("Not safe"),
        },
        "hazards": {
            "asbestos": _("Asbestos"), "damp": _("Damp"), "structural": _("Structure"),
            "electrical": _("Electrical system"), "access": _("Access"), "other": _("Something else"),
        },
        "energy_class": {"exempt": _("Exempt")},
        "certificates": {
            "habitability": _("Fitness for use (agibilità)"), "energy": _("Energy (APE)"),
            "fire": _("Fire safety (SCIA, CPI)"), "electrical": _("Electrical system"), "acoustic": _("Acoustics"),
        },
        "heritage_constraint": {"none": _("None"), "listed": _("Listed building"), "landscape": _("Landscape")},
        "step_free": {"yes": _("Yes"), "with_ramp": _("With a ramp"), "no": _("No")},
        "wheelchair": {"yes": _("Yes"), "limited": _("Partly"), "no": _("No")},
    }  # fmt: skip


def _use_options() -> dict[str, dict[str, str]]:
    noise = {
        "0": _("0, silence"), "1": _("1, speech"), "2": _("2, acoustic music, tools"), "3": _("3, amplified music"),
    }  # fmt: skip
    return {
        "use_category": {
            "residential": _("Residential"), "tourist": _("Tourist"),
            "productive_and_directional": _("Productive and offices"), "commercial": _("Commercial"),
            "rural": _("Rural"),
        },
        "legal_route": {
            "no_change_needed": _("No change needed"), "ordinary_pact": _("Ordinary pact"),
            "complex_pact": _("Complex pact"), "civic_collective_use": _("Civic and collective use"),
            "concession": _("Concession"), "loan_for_use": _("Loan for use"),
            "transitional_lease": _("Transitional lease"),
            "temporary_use_convention": _("Temporary-use agreement"), "meanwhile_lease": _("Meanwhile lease"),
        },
        "live_work": {
            "not_allowed": _("Not allowed"), "allowed": _("Allowed"), "with_adaptation": _("After works"),
        },
        "noise_tolerance_day": noise,
        "noise_tolerance_evening": noise,
        "noise_tolerance_night": noise,
        "dust_odour_tolerance": {
            "0": _("0, none"), "1": _("1, little"), "2": _("2, some"), "3": _("3, a lot"),
        },
        "public_access": {
            "required": _("Required"), "possible": _("Possible"), "not_possible": _("Not possible"),
        },
        "capacity_mode": {"exclusive": _("One group alone"), "units": _("Several groups together")},
    }  # fmt: skip


def _payers() -> dict[str, str]:
    return {
        "owner": _("the owner"), "user": _("whoever uses it"), "city": _("the City"), "shared": _("shared"),
    }  # fmt: skip
