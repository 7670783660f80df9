"""The registers that can be kept in step, and the reader of each kind of columns."""

from collections import Counter
from collections.abc import Callable, Mapping

from mapsvc.domain.errors import UnsupportedType
from mapsvc.domain.imports import Upload
from mapsvc.domain.sources import (
    ColumnQuestion,
    FileFormat,
    RefusedRow,
    Register,
    Rhythm,
    SourceFile,
    SourceNoun,
    SourceReading,
    SourceRow,
)
from mapsvc.domain.uploads import ImportRow, Reading
from mapsvc.exchange import mapping, overpass, palermo, palermo_register, san_francisco
from mapsvc.exchange.difference import stated_values
from mapsvc.exchange.headers import likeness
from mapsvc.exchange.uploads import kind_of

PALERMO = Register(palermo.SOURCE, SourceNoun.PACTS, "palermo", Rhythm.IRREGULAR)
REGISTERS = {PALERMO.info.code: PALERMO}
_LIKE = 0.5
"""Names of columns that are less alike are not worth a question."""

_Reader = Callable[[Register, Upload, SourceReading], SourceFile]


class SourceReader:
    """Reads the files of registers; holds no state."""

    def known(self, code: str) -> Register | None:
        """Return a register that the product knows without being told."""
        return REGISTERS.get(code)

    def check(self, register: Register, data: bytes) -> None:
        """Raise TooLarge, Invalid or UnsupportedType for a file that is too large, empty or of another kind."""
        found = kind_of(data)
        if register.format not in (FileFormat.ANY, found):
            raise UnsupportedType(
                f"The file is {found.value}, not {register.format.value}.",
                code="other_format",
                found=found.value,
                wanted=register.format.value,
            )

    def read(self, register: Register, upload: Upload, reading: SourceReading) -> SourceFile:
        """Return the rows of a file; raises what `check` and the reader of its mapping raise."""
        self.check(register, upload.data)
        return _READERS[register.mapping](register, upload, reading)

    def fields(self) -> tuple[str, ...]:
        """Return what a column of a register of premises can stand for."""
        return tuple(sorted(mapping.FIELDS - {"record"}))


def _palermo(register: Register, upload: Upload, reading: SourceReading) -> SourceFile:  # noqa: ARG001 - one shape
    return palermo_register.read(upload, register.columns)


def _overpass(register: Register, upload: Upload, reading: SourceReading) -> SourceFile:  # noqa: ARG001 - one shape
    return overpass.read(upload, reading)


def _san_francisco(register: Register, upload: Upload, reading: SourceReading) -> SourceFile:  # noqa: ARG001 - one shape
    return san_francisco.read_register(upload, reading)


def _premises(register: Register, upload: Upload, reading: SourceReading) -> SourceFile:
    asked = Reading(reading.today, reading.region, reading.locate, reading.told, register.columns, register.grid)
    file = mapping.read_spaces(upload, asked)
    columns = dict(file.understood) | dict.fromkeys(file.not_understood, "")
    questions = _questions(register, columns)
    if questions:
        return SourceFile((), questions=questions, columns=columns)
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
            rows.append(SourceRow(_key(row), stated_values(row.record, row.stated), row.record, row.remarks))
    return SourceFile(tuple(rows), tuple(refused), columns=columns)


def _questions(register: Register, columns: Mapping[str, str]) -> tuple[ColumnQuestion, ...]:
    """Return a question for each column that is missing where a new one could be it.

    A column that was left alone before is not new, and one that somebody answered about is not asked about again.
    """
    before = register.known_columns
    targets = {target for target in columns.values() if target}
    missing = [name for name, target in before.items() if target and target not in targets and name not in columns]
    new = [
        name for name, target in columns.items() if not target and name not in before and name not in register.columns
    ]
    questions = list[ColumnQuestion]()
    for name in missing:
        guess = max(new, key=lambda column: likeness(column, name), default=None)
        if guess is not None and (likeness(guess, name) >= _LIKE or len(new) == 1):
            new.remove(guess)
            questions.append(ColumnQuestion(guess, name))
    return tuple(questions)


def _key(row: ImportRow) -> str:
    return row.record.source_key if row.record else ""


_READERS: Mapping[str, _Reader] = {
    "premises": _premises,
    "openstreetmap": _overpass,
    "san_francisco": _san_francisco,
    "palermo": _palermo,
}
