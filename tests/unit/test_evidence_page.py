"""The page that explains the evidence says the numbers of the policy, and its picture is the one the rules draw."""

import re

from docs import evidence_pictures
from mapsvc.config import ROOT
from mapsvc.domain.freshness_policy import DEFAULT
from mapsvc.domain.observations import Claim, Quality, SourceKind, reliability

PAGE = (ROOT / "docs" / "evidence.md").read_text()
SOURCES = {
    "officer's visit": SourceKind.OFFICER_VISIT,
    "owner's statement": SourceKind.OWNER_STATEMENT,
    "community facilitator": SourceKind.TRUST_BROKER,
    "partner organisation": SourceKind.PARTNER_ORG,
    "official register": SourceKind.IMPORT_OFFICIAL,
    "neighbour with an account": SourceKind.REGISTERED_USER,
    "open data": SourceKind.IMPORT_OPEN,
    "passer-by without an account": SourceKind.ANONYMOUS,
}
QUALITIES = {
    "on the spot, with a photo": Quality.PHOTO_ONSITE,
    "register": Quality.REGISTER,
    "on the spot, no photo": Quality.ONSITE_NO_PHOTO,
    "from memory": Quality.REMOTE,
}
CLAIMS = {"vacant": Claim.VACANT, "in use": Claim.OCCUPIED, "gone": Claim.GONE, "not sure": Claim.UNSURE}


def table(head: str) -> dict[str, float]:
    rows = PAGE.split(f"| {head} |\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return {name.strip(): float(number) for name, number in (row.strip("|").split("|") for row in rows)}


def test_the_tables_are_the_policy():
    assert table("source | weight") == {name: DEFAULT.source_weights[code] for name, code in SOURCES.items()}
    assert set(SOURCES.values()) == set(SourceKind)
    assert table("how it was seen | factor") == {name: DEFAULT.qualities[code] for name, code in QUALITIES.items()}
    assert table("answer | half-life in days") == {name: DEFAULT.half_lives[code] for name, code in CLAIMS.items()}


def test_the_thresholds_are_the_policy():
    said = {
        status: [float(number) for number in re.findall(r"≥ ([\d.]+)", rule)]
        for status, rule in re.findall(r"^\| (confirmed|disputed|probable) \| ([^|]+) \|", PAGE, re.MULTILINE)
    }
    assert said == {
        "confirmed": [DEFAULT.mass_confirmed, DEFAULT.p_confirmed],
        "disputed": [DEFAULT.mass_confirmed, DEFAULT.p_disputed],
        "probable": [DEFAULT.mass_probable, DEFAULT.p_probable],
    }


def test_the_factors_of_reporters_are_those_of_the_rule():
    shown = table("checks so far | factor")
    tallies = {name: [int(number) for number in re.findall(r"\d+", name)] for name in shown if name != "none"}
    assert shown["none"] == reliability(0, 0)
    assert {name: round(reliability(*[*found, 0][:2]), 3) for name, found in tallies.items()} == {
        name: factor for name, factor in shown.items() if name != "none"
    }


def test_the_picture_is_what_the_rules_draw():
    assert evidence_pictures.PICTURE.read_text() == evidence_pictures.drawing()
