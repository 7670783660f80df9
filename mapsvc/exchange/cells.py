"""One cell of a table as one value of a described field: numbers with comma or point, euros, yes and no, dates."""

import math
import re
from datetime import date, datetime

from mapsvc.domain.errors import Invalid
from mapsvc.domain.fields import FieldSpec, read_value, write_value
from mapsvc.exchange.columns import NO, YES, fold

_UNITS = re.compile(r"(m2|m²|mq|sqm|kw|€|eur|euro|cm|m|kg)\.?$", re.IGNORECASE)
_THOUSANDS_OR_DECIMALS = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")
_ITALIAN_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
FAR_OUT = 1e15
"""No measure, price or position is larger; beyond it a float no longer holds every whole number."""

_GUARDED = re.compile(r"'[=+\-@\t\r]")


def text_of(cell: object) -> str:
    """Return a cell as text, blank for an empty one, without the mark that exports put before a formula sign."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if _GUARDED.match(text) else text


def value_of(spec: FieldSpec, cell: object) -> object:
    """Return the JSON value of a field from a cell, None for a blank one; raises `Invalid` with a code."""
    if text_of(cell) == "":
        return None
    return write_value(read_value(spec, _json_form(spec, cell)))


def number_of(cell: object, *, exact: bool = False) -> float:
    """Return a number written with point or comma, with or without a unit.

    Raises `Invalid`: `not_a_number`, `not_finite`, or `ambiguous_number` for `1.234`, which is a thousand in one
    country and one in another; with `exact` (coordinates) such a number is a decimal.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        # A whole number of hundreds of digits has no float; it is as far out as infinity.
        number = float(cell) if abs(cell) < FAR_OUT else math.inf
    else:
        text = (
            _UNITS.sub("", text_of(cell).removeprefix("€").strip())
            .replace("\u00a0", "")
            .replace(" ", "")
            .replace("'", "")
        )
        if not exact and _THOUSANDS_OR_DECIMALS.fullmatch(text):
            raise Invalid("This number can be read in two ways.", code="ambiguous_number")
        if "," in text and "." in text:
            group = "." if text.rfind(",") > text.rfind(".") else ","
            text = text.replace(group, "")
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            raise Invalid("This must be a number.", code="not_a_number") from None
    if not abs(number) < FAR_OUT:
        raise Invalid("This number is not finite.", code="not_finite")
    return number


def date_of(cell: object) -> date:
    """Return a day written as 2026-11-22, 22/11/2026 or as a spreadsheet's date; raises `Invalid` (`not_a_date`)."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    match = _ITALIAN_DATE.fullmatch(text)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else date.fromisoformat(text[:10])
    except ValueError:
        raise Invalid("This must be a day such as 2026-11-22 or 22/11/2026.", code="not_a_date") from None


def _json_form(spec: FieldSpec, cell: object) -> object:
    """Return the form that `read_value` expects; what cannot be understood is passed on and refused there."""
    if spec.kind == "decimal":
        return number_of(cell)
    if spec.kind in ("integer", "level"):
        number = number_of(cell)
        return int(number) if number.is_integer() else number
    if spec.kind in ("money", "money_month"):
        return round(number_of(cell) * 100)
    if spec.kind == "boolean":
        word = fold(text_of(cell))
        return True if word in YES else False if word in NO else text_of(cell)
    if spec.kind == "enum":
        return _option(spec, text_of(cell))
    if spec.kind == "codes":
        return [_option(spec, part.strip()) for part in re.split(r"[;,]", text_of(cell)) if part.strip()]
    if spec.kind == "date" or isinstance(cell, date):
        return date_of(cell).isoformat()
    return text_of(cell)


def _option(spec: FieldSpec, text: str) -> str:
    for option in (*spec.options, "unknown"):
        if fold(option) == fold(text):
            return option
    # Yes and no answer a question that an option also answers, such as step_free.
    word = fold(text)
    return "yes" if word in YES and "yes" in spec.options else "no" if word in NO and "no" in spec.options else text
