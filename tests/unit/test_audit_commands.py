"""The commands for auditors: canonical output, standard input, one sentence and exit code 2 for bad input."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from mapsvc.cli import main
from mapsvc.domain.canonical import canonical
from mapsvc.domain.evidence import explain, read_history
from tests.unit.test_mechanisms import E2

HISTORY = [
    {"claim": "vacant", "source_kind": "anonymous", "quality": "onsite_no_photo", "observed_at": "2027-01-01",
     "reporter": "a", "cluster_key": "d"},
    {"claim": "vacant", "source_kind": "registered_user", "quality": "photo_onsite", "observed_at": "2027-01-11",
     "reporter": "b"},
    {"claim": "occupied", "source_kind": "trust_broker", "quality": "photo_onsite", "observed_at": "2027-03-01",
     "reporter": "c"},
]  # fmt: skip


def run(*arguments, text=None):
    return CliRunner().invoke(main, arguments, input=text)


def test_a_market_is_solved_from_a_file_and_from_standard_input(tmp_path):
    file = tmp_path / "market.json"
    file.write_bytes(canonical(E2))
    result = run("match", "solve", str(file))
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["assignment"] == {"A": "X", "B": "Y", "C": "Z"}
    assert result.stdout_bytes == canonical(told) + b"\n"
    assert run("match", "solve", "-", text=json.dumps(E2, indent=3)).stdout == result.stdout


def test_the_trace_goes_to_standard_error():
    result = run("match", "solve", "-", "--trace", text=json.dumps(E2))
    assert result.stderr.splitlines()[1:3] == ["B asks for X, B is rejected", "B asks for Y"]
    assert "asks" not in result.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Error: This is not JSON: "),
        ("[" * 100_000, "Error: Lists and objects are nested too deeply."),
        ('{"a": ' + "9" * 5000 + "}", "Error: A number in this file is too long."),
        ('{"capacity": NaN}', "Error: This is not JSON: NaN is not a number."),
        ('{"a": {"b": 1, "b": 2}}', "Error: /a/b: This member comes twice."),
        (b"\xff", "Error: This is not a text in UTF-8 (byte 0)."),
        ("[]", "Error: An object is needed."),
        (json.dumps({**E2, "prefs": {**E2["prefs"], "A": ["Q"]}}), "Error: /prefs/A/0: There is no such lot."),
    ],
)
def test_a_wrong_market_is_refused_with_one_sentence(text, message):
    result = run("match", "solve", "-", text=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_file_is_named(tmp_path):
    result = run("match", "solve", str(tmp_path / "none.json"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "none.json cannot be read" in result.stderr


def test_evidence_is_explained_by_the_rules_of_the_service():
    result = run("evidence", "explain", "-", "--at", "2027-02-01", text=json.dumps(HISTORY))
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    whole = [
        {**row, "id": str(place), "observed_at": row["observed_at"] + "T00:00:00Z",
         "submitted_at": row["observed_at"] + "T00:00:00Z"}
        for place, row in enumerate(HISTORY)
    ]  # fmt: skip
    assert told == explain(read_history(whole), date(2027, 2, 1))
    assert told["status"] == "probable_vacant"
    assert [row["weight"] > 0 for row in told["observations"]] == [True, True, False]


def test_the_order_in_the_file_does_not_matter():
    same_day = [{**row, "observed_at": "2027-01-01"} for row in HISTORY]
    there = json.loads(run("evidence", "explain", "-", "--at", "2027-02-01", text=json.dumps(same_day)).stdout)
    back = json.loads(run("evidence", "explain", "-", "--at", "2027-02-01", text=json.dumps(same_day[::-1])).stdout)
    assert {**there, "observations": 0} == {**back, "observations": 0}
    assert [(row["claim"], row["weight"]) for row in there["observations"]] == [
        (row["claim"], row["weight"]) for row in back["observations"]
    ]


def test_evidence_is_explained_by_the_numbers_of_the_deployment(tmp_path, monkeypatch):
    numbers = tmp_path / "numbers.toml"
    monkeypatch.setenv("MAPSVC_FRESHNESS_POLICY", str(numbers))
    numbers.write_text("weight_registered_user = 0.9\n")
    told = json.loads(run("evidence", "explain", "-", "--at", "2027-02-01", text=json.dumps(HISTORY)).stdout)
    assert told["status"] == "confirmed_vacant"
    for text, said in (("weight_registered_user =", "is not TOML"), ("weight = 1", "weight is not a number")):
        numbers.write_text(text)
        result = run("evidence", "explain", "-", "--at", "2027-02-01", text=json.dumps(HISTORY))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "MAPSVC_FRESHNESS_POLICY" in result.stderr
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({}, "Error: A list of observations is needed."),
        ([1], "Error: /0: An observation is an object."),
        ([{**HISTORY[0], "claim": "empty"}], "Error: /0/claim: One of these is needed"),
        ([HISTORY[1], {**HISTORY[0], "observed_at": "2027-02-30"}], "Error: /1/observed_at: A date and time"),
        ([{**HISTORY[0], "observed_at": 5}], "Error: /0/observed_at: "),
        ([{**HISTORY[0], "wish": 1}], "Error: /0/wish: This member is not known."),
        ([{**HISTORY[0], "reporter": "\ud800"}], "Error: /0/reporter: Only printable characters."),
    ],
)
def test_a_wrong_history_is_refused_with_one_sentence(history, message):
    result = run("evidence", "explain", "-", "--at", "2027-02-01", text=json.dumps(history))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(message)
