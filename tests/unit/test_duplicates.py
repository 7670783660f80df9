"""Whether two records are the same place: the examples of publication 5.3, the fixed rules, written addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.addresses import Address, normalised_street, parse_address, same_street, with_number
from mapsvc.domain.duplicates import (
    Candidate,
    Parcel,
    Verdict,
    candidate,
    compare,
    name_similarity,
    similarity,
    weighted,
)
from mapsvc.domain.errors import Invalid

NIZZA_12 = Address("Via Nizza", 12)


def near(metres):
    return similarity(Candidate(), Candidate(), metres)["distance"]


@pytest.mark.parametrize(
    ("parts", "score"),
    [
        ({"distance": near(6), "address": 1, "name": 0.8, "area": 60 / 68}, 0.846),
        ({"distance": near(12), "address": 0.6, "name": 0.2}, 0.512),
        ({"distance": near(25), "address": 0.3, "name": 0.9, "image": 0.95}, 0.479),
        ({"distance": near(40), "address": 0}, 0.097),
        ({"distance": near(18), "address": 1, "area": 0.9, "image": 0.8}, 0.699),
        ({}, 0.0),
    ],
)
def test_the_examples_d1_to_d5(parts, score):
    assert weighted(parts) == pytest.approx(score, abs=0.0005)


def test_d1_suggests_a_merge_and_d5_asks():
    one = Candidate(NIZZA_12, "Panetteria Rossi", area_m2=60)
    other = Candidate(parse_address("v. Nizza, 12"), "Panetteria Rossi", area_m2=68)
    assert compare(one, other, 6).verdict is Verdict.SUGGEST_MERGE
    asked = compare(
        Candidate(NIZZA_12, area_m2=90, image_hashes=(0,)),
        Candidate(NIZZA_12, area_m2=100, image_hashes=(0b1111111111111,)),
        18,
    )
    assert asked.verdict is Verdict.ASK
    assert asked.score == pytest.approx(0.699, abs=0.001)
    assert not asked.look_at_images


def test_d2_another_exponent_is_a_sibling():
    found = compare(Candidate(NIZZA_12), Candidate(Address("Via Nizza", 12, "B")), 12)
    assert (found.verdict, found.rule, found.parts["address"]) == (Verdict.SIBLINGS, "exponent", 0.6)


def test_d3_equal_pictures_alone_call_for_a_look():
    found = compare(
        Candidate(Address("Via Nizza", 12), image_hashes=(0b111,)),
        Candidate(Address("Via Nizza", 30), image_hashes=(0,)),
        25,
    )
    assert (found.verdict, found.look_at_images) == (Verdict.NEW, True)


def test_d4_another_street_is_new():
    found = compare(Candidate(NIZZA_12), Candidate(Address("Via Saluzzo", 12)), 40)
    assert (found.verdict, found.score) == (Verdict.NEW, pytest.approx(0.097, abs=0.0005))


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        (Candidate(external_ids={"osm": "node/1"}), Candidate(external_ids={"osm": "node/1"}), Verdict.SAME),
        # The same key under two schemes that do not name one unit says nothing.
        (Candidate(external_ids={"own": "1"}), Candidate(external_ids={"own": "1"}), Verdict.NEW),
        (Candidate(parcel=Parcel("12", "7", "3")), Candidate(parcel=Parcel("012", "7", "3")), Verdict.SAME),
        (Candidate(parcel=Parcel("12", "7", "3")), Candidate(parcel=Parcel("12", "7", "4")), Verdict.SIBLINGS),
        (Candidate(parcel=Parcel("12", "7", "3")), Candidate(parcel=Parcel("12", "7")), Verdict.NEW),
        (
            Candidate(parcel=Parcel("12", "7", "3", "L219")),
            Candidate(parcel=Parcel("12", "7", "3", "G273")),
            Verdict.NEW,
        ),
        (Candidate(NIZZA_12, floor="0"), Candidate(NIZZA_12, floor="1"), Verdict.SIBLINGS),
        (
            Candidate(NIZZA_12, floor="0", external_ids={"inventory": "A"}),
            Candidate(NIZZA_12, floor="1", external_ids={"inventory": "A"}),
            Verdict.SAME,
        ),
        (Candidate(Address("Via Po", 1), floor="0"), Candidate(Address("Via Roma", 1), floor="1"), Verdict.NEW),
    ],
)
def test_fixed_rules_come_before_the_score(one, other, verdict):
    assert compare(one, other, 40).verdict is verdict
    assert compare(other, one, 40).verdict is verdict


@pytest.mark.parametrize(
    ("one", "other", "verdict", "rule"),
    [
        ("1234/56/7", "L219-1234-56-7", Verdict.NEW, "score"),
        ("1234/56/7", "1234 / 056 / 7", Verdict.SAME, "parcel"),
        ("L219/1234/56/7", "l219-1234-56-7", Verdict.SAME, "parcel"),
        ("1234/56/7", "1234/56/8", Verdict.SIBLINGS, "parcel_unit"),
        ("1234/56", "1234/56", Verdict.NEW, "score"),
        ("no idea", "no idea", Verdict.NEW, "score"),
    ],
)
def test_a_parcel_is_read_from_the_key_of_the_land_register(one, other, verdict, rule):
    def written(key):
        return candidate({"street": None, "number": None, "name": "", "floor": None, "external_ids": {"cadastre": key}})

    found = compare(written(one), written(other), 40)
    assert (found.verdict, found.rule) == (verdict, rule)


def test_a_register_with_parcel_and_unit_under_two_keys_knows_its_siblings():
    def lot(unit, parcel="3702"):
        keys = {"sf-mapblklot": parcel, "sf-blklot": unit}
        return candidate(
            {"street": "Fell St", "number": "1275", "name": "1275 Fell St", "floor": None, "external_ids": keys}
        )

    assert compare(lot("3702001"), lot("3702002"), 0).verdict is Verdict.SIBLINGS
    assert compare(lot("3702001"), lot("3702001"), 30).verdict is Verdict.SAME
    assert compare(lot("3702001"), lot("3703001", "3703"), 0).verdict is Verdict.SUGGEST_MERGE


def test_one_photo_of_the_same_front_is_enough():
    one, other = Candidate(image_hashes=(0, 2**63)), Candidate(image_hashes=(2**64 - 1, 2**63 | 1))
    assert similarity(one, other, 25)["image"] == 1 - 1 / 64
    assert "image" not in similarity(one, Candidate(), 25)


def test_siblings_stay_siblings_whatever_the_pictures_show():
    one = Candidate(NIZZA_12, image_hashes=(5,))
    found = compare(one, Candidate(Address("Via Nizza", 12, "B"), image_hashes=(5,)), 1)
    assert (found.verdict, found.look_at_images) == (Verdict.SIBLINGS, False)


def test_a_distance_is_a_number():
    for metres in (-1, float("nan")):
        with pytest.raises(Invalid):
            compare(Candidate(), Candidate(), metres)


def test_names_by_trigrams():
    assert name_similarity("Caffè Roma", "caffe roma") == 1
    assert name_similarity("Bar", "Officina") == 0
    assert 0.3 < name_similarity("Panetteria Rossi", "Panificio Rossi") < 0.8


@given(st.text(max_size=30), st.text(max_size=30), st.floats(0, 1e6))
def test_the_score_is_symmetric_and_bounded(first, second, metres):
    one, other = Candidate(parse_address(first), first), Candidate(parse_address(second), second)
    found, back = compare(one, other, metres), compare(other, one, metres)
    assert (found.verdict, found.score) == (back.verdict, back.score)
    assert 0 <= found.score <= 1


@pytest.mark.parametrize(
    ("text", "street", "number", "exponent"),
    [
        ("Via Nizza 18", "Via Nizza", 18, ""),
        ("Via Nizza,18", "Via Nizza", 18, ""),
        ("Corso Francia, 12/B", "Corso Francia", 12, "B"),
        ("via Roma n. 12 bis", "via Roma", 12, "BIS"),
        ("Via Asti n° 22", "Via Asti", 22, ""),
        ("Via Nizza 18/bis", "Via Nizza", 18, "BIS"),
        ("Via Nizza 18 A", "Via Nizza", 18, "A"),
        ("Via Nizza 18-20", "Via Nizza", 18, "20"),
        ("Via Nizza 18/B scala C int 4", "Via Nizza", 18, "B"),
        ("Via Nizza 18, int. 3", "Via Nizza", 18, ""),
        ("Via Po snc", "Via Po", None, ""),
        ("Via 4 Novembre", "Via 4 Novembre", None, ""),
        ("Corso 11 Settembre 5", "Corso 11 Settembre", 5, ""),
        ("Via XX Settembre 12", "Via XX Settembre", 12, ""),
        ("Via della Scala 5", "Via della Scala", 5, ""),
        ("12, via Nizza", "via Nizza", 12, ""),
        ("1234 Market St", "Market St", 1234, ""),
        ("123 1/2 Main Street", "Main Street", 123, "1/2"),
        ("123A Main St", "Main St", 123, "A"),
        ("2298-2300 Market St", "Market St", 2298, "2300"),
        ("450 A St", "A St", 450, ""),
        ("500 4th Street", "4th Street", 500, ""),
        ("4th Street", "4th Street", None, ""),
        ("500 Market St, Suite 5", "Market St", 500, ""),
        ("", "", None, ""),
        ("18", "18", None, ""),
    ],
)
def test_written_addresses(text, street, number, exponent):
    assert parse_address(text) == Address(street, number, exponent)


def test_street_and_number_in_two_fields():
    assert with_number("Via Nizza", "12/B") == Address("Via Nizza", 12, "B")
    assert with_number("Via Nizza ", "n. 12 bis") == Address("Via Nizza", 12, "BIS")
    assert with_number("Via Nizza", None) == with_number("Via Nizza", "snc") == Address("Via Nizza")
    assert [a.civic for a in (Address("x"), Address("x", 5), Address("x", 5, "B"), Address("x", 5, "BIS"))] == [
        "",
        "5",
        "5/B",
        "5 bis",
    ]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("v. Nizza", "via nizza"),
        ("v.Nizza", "via nizza"),
        ("VIA NIZZA", "via nizza"),
        ("C.so Unità d'Italia", "corso unita d italia"),
        ("c.so Francia", "corso francia"),
        ("P.za Castello", "piazza castello"),
        ("p.zza Castello", "piazza castello"),
        ("Piazza Castello", "piazza castello"),
        ("V.le dei Mughetti", "viale dei mughetti"),
        ("L.go Dora", "largo dora"),
        ("Market St.", "market street"),
        ("Van Ness Ave", "van ness avenue"),
    ],
)
def test_normalised_streets(written, key):
    assert normalised_street(written) == key
    assert normalised_street(key) == key


def test_the_kind_of_street_may_be_left_out_but_not_exchanged():
    assert same_street("Nizza", "Via Nizza")
    assert same_street("Market", "Market St")
    assert not same_street("Corso Nizza", "Via Nizza")
    assert not same_street("", "Via Nizza")


def test_a_street_named_after_a_person_goes_by_the_surname():
    assert same_street("Via Cecchi", "Via Antonio Cecchi")
    assert same_street("V. Claudio Luigi Berthollet", "via Berthollet")
    assert not same_street("Corso Cecchi", "Via Antonio Cecchi")
    assert not same_street("Via Antonio", "Via Antonio Cecchi")
    assert not same_street("Cecchi", "Via Antonio Cecchi")
