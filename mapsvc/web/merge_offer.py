"""The answer to an edit that somebody overtook: what both changed joined in the form, and where they clash, a choice.

A form carries what it began with (`base`) beside its version. Nothing typed is lost, and nothing is stored before the
joined form is sent again, based on the version that was shown.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from mapsvc.domain.three_way import Joined, join, same

BASE = "base"
KEEP = "keep-"
THEIRS = "theirs"
#: More than any form holds; a longer text is no base of ours.
_LONGEST = 300_000


@dataclass(frozen=True)
class Offer:
    """What a page says about a joined form: fields with both values to choose from, and fields taken from theirs."""

    clashes: list[dict[str, str]]
    taken: list[dict[str, str]]


def base_text(values: Mapping[str, Any]) -> str:
    """Return what a form begins with, for its hidden field."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)


def sent_base() -> dict[str, Any] | None:
    """Return what the sent form began with; None where it does not say so, and every difference counts as a clash."""
    raw = request.form.get(BASE, "")
    if not raw or len(raw) > _LONGEST:
        return None
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def chosen(values: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return sent values with the stored ones wherever the sender chose theirs."""
    theirs = {
        name.removeprefix(KEEP) for name, value in request.form.items() if name.startswith(KEEP) and value == THEIRS
    }
    return {**values, **{name: stored.get(name) for name in theirs if name in values or name in stored}}


def offer(
    base: Mapping[str, Any] | None,
    yours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    name_of: Callable[[str], str],
    text_of: Callable[[str, Any], str],
) -> tuple[Joined, Offer]:
    """Return the joined fields, and what the page says about them in words."""
    joined = join(base, yours, theirs)
    clashes = [
        {
            "name": KEEP + clash.name,
            "field": name_of(clash.name),
            "yours": text_of(clash.name, clash.yours),
            "theirs": text_of(clash.name, clash.theirs),
        }
        for clash in joined.clashes
    ]
    taken = [
        {"field": name_of(name), "text": text_of(name, joined.values[name])}
        for name in joined.taken
        if not same(joined.values[name], yours.get(name))
    ]
    return joined, Offer(clashes, taken)
