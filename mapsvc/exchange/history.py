"""The history as CSV; cells that a spreadsheet program would run as a formula get an apostrophe in front."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping

from mapsvc.domain.cells import neutral

COLUMNS = (
    "id", "at", "actor_kind", "actor", "action", "noun", "record_id", "before", "after", "reason", "sealed",
)  # fmt: skip


def to_csv(rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """Yield the entries in UTF-8 with a byte order mark, line by line; values before and after are JSON."""
    yield b"\xef\xbb\xbf" + _line(COLUMNS)
    for row in rows:
        yield _line([_cell(row.get(name)) for name in COLUMNS])


def _line(cells: Iterable[str]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow(cells)
    return stream.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return neutral(json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value))
