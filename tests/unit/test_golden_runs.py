"""Kept snapshots: the engine gives the same bytes as when they were written, and one changed byte is refused."""

import json

import pytest

from mapsvc.domain.errors import Invalid
from mapsvc.matching.run_files import read_run, replay
from mapsvc.matching.runs import check_run
from tests.golden_runs import FOLDER, golden_files, golden_runs

RUNS = list(golden_runs())
ASSIGNED = {
    "e2": {"A": "X", "B": "Y", "C": "Z"},
    "e2-optimal": {"A": "Y", "B": "X", "C": "Z"},
    "e2b": {"A": "X", "B": None, "C": "Z"},
    "e2b-optimal": {"A": "Y", "B": "X", "C": "Z"},
    "e3": {"A": "H", "B": "H", "C": "S", "D": "H", "E": None},
    "e4": {"P": "L", "Q": None, "R": None},
    "e5": {"A": "Y", "B": "Z", "C": "X"},
    "e6": {"APP-0007": None, "APP-0011": None, "APP-0019": "X", "APP-0023": None},
    "e7": {"A": "X", "B": None},
}


def test_the_files_are_what_the_engine_gives_today():
    files = golden_files()
    assert set(files) == {path.name for path in FOLDER.iterdir()}
    for name, data in files.items():
        assert (FOLDER / name).read_bytes() == data, name


@pytest.mark.parametrize("name", sorted(ASSIGNED))
def test_the_worked_examples_have_their_results(name):
    assert json.loads((FOLDER / f"{name}.json").read_bytes())["result"]["assignment"] == ASSIGNED[name]


def test_e1_is_sensitive():
    assert json.loads((FOLDER / "e1.json").read_bytes())["result"]["rank_sensitive"] == [["ours", "X"]]


@pytest.mark.parametrize("name", RUNS)
def test_a_kept_run_is_replayed(name):
    kept = json.loads((FOLDER / f"{name}.json").read_bytes())
    check_run(read_run(kept["run"]))
    assert replay(kept)["same"] is True


def test_every_changed_digit_of_a_kept_run_is_refused_or_told():
    text = (FOLDER / "e2.json").read_text()
    where = [place for place, character in enumerate(text) if character.isdigit()]
    for place in where[:: max(1, len(where) // 60)]:
        changed = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
        try:
            given = json.loads(changed)
        except json.JSONDecodeError:
            continue
        try:
            assert replay(given)["same"] is False
        except Invalid:
            continue
