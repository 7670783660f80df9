"""Palermo's register of pacts as a source that is kept in step: rows with what they state, refusals and questions."""

from collections.abc import Mapping

from mapsvc.domain.imports import PactRecord, RowProblem, Upload
from mapsvc.domain.pacts import pact_values
from mapsvc.domain.sources import RefusedRow, SourceFile, SourceRow
from mapsvc.exchange import palermo
from mapsvc.exchange.cells import text_of
from mapsvc.exchange.headers import recognise
from mapsvc.exchange.uploads import read_table

NEEDED = ("Id", "Titolo proposta", "Stato di avanzamento")
#: The newest name of every column that the register ever had.
COLUMNS = (
    *NEEDED, "Lat.", "Long.", "Indirizzo", "UPL", "Quartiere", "Circoscrizione", "Ambiti di azione", "Coordinate",
    "Proponente", "Rappresentante", "Nota per attività conclusive", "Scarica il Patto", "Foto", "googlemaps", "geouri",
)  # fmt: skip
#: Which fields a column that is filled in states.
_STATED = {
    "Titolo proposta": ("title",),
    "Stato di avanzamento": ("state",),
    "Indirizzo": ("place_text",),
    "UPL": ("neighbourhood_text",),
    "Quartiere": ("neighbourhood_text",),
    "Circoscrizione": ("district_text",),
    "Ambiti di azione": ("fields_of_action",),
    "Proponente": ("proposer", "representative_is_person"),
    "Scarica il Patto": ("document_url",),
}
#: What can name a person: a blank cell withdraws it. Elsewhere a blank cell says nothing.
_WITHDRAWN = {"Rappresentante": "representative", "Nota per attività conclusive": "note"}


def read(upload: Upload, answers: Mapping[str, str]) -> SourceFile:
    """Return the rows of one publication; a key that stands for two different rows is refused with both.

    Raises what `read_table` raises, and Invalid where the columns of a register are missing.
    """
    table = read_table(upload.data)
    found, questions = recognise(table.columns, COLUMNS, NEEDED, palermo.RENAMED_COLUMNS, answers)
    if questions:
        return SourceFile((), questions=questions)
    as_of = upload.as_of or palermo.date_of_file(upload.file_name)
    pacts: list[tuple[int, PactRecord, dict[str, str]]] = []
    refused = list[RefusedRow]()
    for row in table.rows:
        named = {found[name]: text_of(cell) for name, cell in row.cells.items() if name in found}
        problems = [RowProblem(row.number, column, code) for column, code in row.faults]
        pact = None if problems else palermo.pact_of(named, as_of, palermo.Report(row.number, problems))
        if pact is None:
            refused.append(_refused(problems[0], named.get("Id", "")))
        else:
            pacts.append((row.number, pact, named))
    spelled = palermo.one_spelling([pact for _, pact, _ in pacts])
    rows: dict[str, list[tuple[int, SourceRow]]] = {}
    for (number, _, named), pact in zip(pacts, spelled, strict=True):
        rows.setdefault(pact.source_key, []).append((number, SourceRow(pact.source_key, _stated(pact, named), pact)))
    doubles = {key: several for key, several in rows.items() if any(row != several[0][1] for _, row in several)}
    for key, several in doubles.items():
        refused += [RefusedRow(key, number, "Id", "double_row", {"key": key}) for number, _ in several]
    single = tuple(several[0][1] for key, several in rows.items() if key not in doubles)
    return SourceFile(single, tuple(refused))


def _refused(problem: RowProblem, key: str) -> RefusedRow:
    return RefusedRow(key or f"row {problem.row}", problem.row, problem.column, problem.code, problem.params)


def _stated(pact: PactRecord, named: Mapping[str, str]) -> dict[str, object]:
    values = pact_values(pact)
    fields = {field for column, names in _STATED.items() if named.get(column) for field in names}
    fields |= {field for column, field in _WITHDRAWN.items() if column in named}
    if pact.point is not None:
        fields.add("point")
    return {name: value for name, value in values.items() if name in fields}
