"""What the forms of awards send, as values; anything else is refused with the control that it is about."""

from datetime import date
from uuid import UUID

from flask import request

from mapsvc.domain.errors import Invalid
from mapsvc.usecases.award_contracts import HandoverNote


def given_day(name: str) -> date:
    """Return the day of a control; raise Invalid."""
    raw = request.form.get(name, "")
    try:
        if len(raw) == 10:
            return date.fromisoformat(raw)
    except ValueError:
        pass
    raise Invalid("a day is needed", f"/{name}", code="not_a_day")


def given_number(name: str) -> int | None:
    """Return the whole number of a control, None where it is empty; raise Invalid."""
    raw = request.form.get(name, "").strip()
    if not raw:
        return None
    if not raw.isascii() or not raw.isdecimal() or len(raw) > 9:
        raise Invalid("a whole number is needed", f"/{name}", code="not_a_number", value=raw[:40])
    return int(raw)


def given_id(name: str) -> UUID:
    """Return the id of a hidden control; raise Invalid."""
    raw = request.form.get(name, "")
    try:
        return UUID(raw)
    except ValueError:
        raise Invalid("this is no id", f"/{name}", code="unknown_value", value=raw[:40]) from None


def note_of() -> HandoverNote:
    """Return the report of a handover or a return; raise Invalid."""
    keys = given_number("keys")
    if keys is None:
        raise Invalid("a number of keys is needed", "/keys", code="required")
    form = request.form
    return HandoverNote(given_day("done_on"), keys, form.get("report", ""), form.get("meters", ""))
