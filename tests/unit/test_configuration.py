"""The documented example is the default, every setting is documented, and what cannot be read is named."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from mapsvc.config import ROOT, Settings

PAGE = ROOT / "docs" / "configuration.md"
NAMES = {f"MAPSVC_{item.name.upper()}" for item in fields(Settings)}


def example() -> dict[str, str]:
    """Return the variables of the example block."""
    block = re.search(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    lines = (line.split("#")[0].strip() for line in block.group(1).splitlines())
    return dict(line.split("=", 1) for line in lines if line)


def test_every_setting_is_in_the_example_and_in_a_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    tables = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    assert set(example()) == NAMES
    assert {name for name in NAMES if f"`{name}`" not in tables} == set()


def test_the_documented_example_is_the_default() -> None:
    given = {name: value for name, value in example().items() if name != "MAPSVC_VAR"}
    assert Settings.from_environment(given) == Settings.from_environment({})
    assert ROOT / example()["MAPSVC_VAR"] == Settings().var


@pytest.mark.parametrize(("name", "value"), [("MAPSVC_PORT", "eight"), ("MAPSVC_RATE_LIMITS", "perhaps")])
def test_a_value_that_cannot_be_read_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings.from_environment({name: value})


def test_secrets_do_not_show_in_a_printed_setting() -> None:
    shown = repr(Settings(secret_key="geheim-1", password_salt="geheim-2", var=Path("x")))
    assert "geheim" not in shown
