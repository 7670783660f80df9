"""The registers that can be kept in step, and the reader of each kind of columns."""

from collections import Counter

from mapsvc.domain.imports import Upload
from mapsvc.domain.sources import (
    RefusedRow,
    Register,
    Rhythm,
    SourceFile,
    SourceNoun,
    SourceReading,
    SourceRow,
)
from mapsvc.domain.uploads import ImportRow, Reading
from mapsvc.exchange import mapping, palermo, palermo_register
from mapsvc.exchange.difference import stated_values

PALERMO = Register(palermo.SOURCE, SourceNoun.PACTS, "palermo", Rhythm.IRREGULAR)
REGISTERS = {PALERMO.info.code: PALERMO}
#: How the columns of a register can be read, and what its rows become.
MAPPINGS = {"palermo": SourceNoun.PACTS, "premises": SourceNoun.SPACES}


class SourceReader:
    """Reads the files of registers; holds no state."""

    def known(self, code: str) -> Register | None:
        """Return a register that the product knows without being told."""
        return REGISTERS.get(code)

    def read(self, register: Register, upload: Upload, reading: SourceReading) -> SourceFile:
        """Return the rows of a file; raises what the reader of its mapping raises."""
        if register.mapping == "palermo":
            return palermo_register.read(upload, register.columns)
        return _premises(upload, reading)


def _premises(upload: Upload, reading: SourceReading) -> SourceFile:
    file = mapping.read_spaces(upload, Reading(reading.today, reading.region, reading.locate))
    # Which of two rows with one key comes first must not matter: both are refused.
    keys = Counter(key for row in file.rows if (key := _key(row)))
    doubles = {problem.params["key"] for row in file.rows for problem in row.problems if problem.code == "double_row"}
    rows, refused = list[SourceRow](), list[RefusedRow]()
    for row in file.rows:
        if row.record is None:
            problem = row.problems[0]
            key = str(problem.params.get("key") or f"row {row.number}")
            refused.append(RefusedRow(key, row.number, problem.column, problem.code, problem.params))
        elif keys[_key(row)] > 1 or _key(row) in doubles:
            refused.append(RefusedRow(_key(row), row.number, "", "double_row", {"key": _key(row)}))
        else:
            rows.append(SourceRow(_key(row), stated_values(row.record, row.stated), row.record))
    return SourceFile(tuple(rows), tuple(refused))


def _key(row: ImportRow) -> str:
    return row.record.source_key if row.record else ""
