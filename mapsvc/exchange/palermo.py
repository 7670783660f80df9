"""Reads the register of Palermo's commons pacts in all eight headers that it had in ten months."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from mapsvc.domain.errors import Invalid
from mapsvc.domain.geometry import distance_m, parse_point
from mapsvc.domain.imports import Batch, LonLat, PactRecord, RowProblem, SourceInfo
from mapsvc.exchange.files import read_rows

SOURCE = SourceInfo(
    code="palermo-pacts",
    title="Pacts of collaboration of Palermo",
    licence="CC-BY-4.0",
    attribution="PalermoHub, Dashboard-Monitoraggio",
    url="https://palermohub.github.io/Dashboard-Monitoraggio/",
)
CITY = "Palermo"

#: Italian labels of the published register, folded by `fold`, and the states of domain.md 2.8 that they stand for.
STATUSES = {
    "in attesa di integrazione": "integration",
    "respinta": "rejected",
    "istruttoria in corso": "co_design",
    "patto stipulato": "signed",
    "proroga e/o monitoraggio e valutazione dei risultati": "renewal",
    "archiviata": "archived",
}
#: Kinds of proposer, folded by `fold`, and the forms of domain.md 2.3.
PROPOSERS = {
    "associazione": "association",
    "società": "company",
    "persona fisica": "individual",
    "gruppo informale": "informal_group",
    "comitato civico": "informal_group",
    "istituto": "other",
}
#: The newest name of each column that was ever renamed, by its older names.
RENAMED_COLUMNS = {
    "Nota per la Richiesta": "Nota per attività conclusive",
    "Patto di Collaborazione sottoscritto": "Scarica il Patto",
    "link": "Scarica il Patto",
}
SAME_PLACE_M = 2.0
"""The three positions of one row differ by rounding only; two metres is far above that and far below a street."""

_PAIR = re.compile(r"(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)")
#: A title followed by a name: notes of the office name its own staff, who are no part of the public record.
_TITLED_NAME = re.compile(
    r"\b((?:arch|dott|dr|ing|geom|avv|prof|sig)(?:\.?ssa|\.?ra)?\.?)\s+[A-ZÀ-Ý][\w'’]+", re.IGNORECASE
)
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


def read(path: Path) -> Batch:
    """Return the proposals and pacts of one publication of the register.

    A row with a blank Id or an unknown status is reported and left out, never guessed; what is missing from a file says
    nothing about the pacts that are stored. The date of the file is read from its name (`current_2026-06-12.csv`).
    """
    as_of = date_of_file(path.name)
    pacts, problems = list[PactRecord](), list[RowProblem]()
    for number, row in enumerate(read_rows(path), start=1):
        named = {RENAMED_COLUMNS.get(name, name): value for name, value in row.items()}
        pact = pact_of(named, as_of, Report(number, problems))
        if pact is not None:
            pacts.append(pact)
    return Batch(SOURCE, pacts=one_spelling(pacts), problems=tuple(problems))


def fold(text: str) -> str:
    """Return a label in lower case with single spaces, so that trailing spaces and capitals never split a category."""
    return " ".join(text.split()).casefold()


def one_spelling(pacts: Sequence[PactRecord]) -> tuple[PactRecord, ...]:
    """Return pacts whose fields of action and districts are spelled as most of them spell them."""
    spelled: dict[str, Counter[str]] = {}
    for pact in pacts:
        for label in (*pact.fields_of_action, pact.district, pact.neighbourhood, pact.unit):
            spelled.setdefault(fold(label), Counter())[label] += 1
    usual = {key: max(sorted(labels), key=labels.__getitem__) for key, labels in spelled.items()}
    return tuple(
        replace(
            pact,
            fields_of_action=tuple(usual[fold(label)] for label in pact.fields_of_action),
            district=usual[fold(pact.district)],
            neighbourhood=usual[fold(pact.neighbourhood)],
            unit=usual[fold(pact.unit)],
        )
        for pact in pacts
    )


class Report:
    """Collects what is odd about one row."""

    def __init__(self, row: int, problems: list[RowProblem]) -> None:
        self._row = row
        self._problems = problems

    def __call__(self, column: str, code: str, **params: object) -> None:
        """Note what is odd about a column."""
        self._problems.append(RowProblem(self._row, column, code, params))


def pact_of(row: dict[str, str], as_of: date | None, report: Report) -> PactRecord | None:
    """Return the pact of a row by the newest names of the columns; None, and a problem, where it cannot be one."""
    label = " ".join(row.get("Stato di avanzamento", "").split())
    status = STATUSES.get(fold(label))
    if not row.get("Id"):
        report("Id", "missing_id", title=row.get("Titolo proposta", ""))
        return None
    if status is None:
        report("Stato di avanzamento", "unknown_status", value=label)
        return None
    proposer = PROPOSERS.get(fold(row.get("Proponente", "")), "other" if row.get("Proponente") else "unknown")
    return PactRecord(
        source_key=row["Id"],
        title=_line(row["Titolo proposta"]),
        status=status,
        status_label=label,
        point=_point(row, report),
        as_of=as_of,
        city=CITY,
        place=_line(row.get("Indirizzo", "")),
        district=row.get("Circoscrizione", ""),
        neighbourhood=_line(row.get("Quartiere", "")),
        unit=_line(row.get("UPL", "")),
        fields_of_action=tuple(filter(None, [_line(row.get("Ambiti di azione", ""))])),
        proposer_kind=proposer,
        representative=_line(row.get("Rappresentante", "")),
        # An unknown kind of proposer is treated as a person: hiding a firm does less harm than showing a person.
        representative_is_person=proposer in ("individual", "unknown"),
        note=_TITLED_NAME.sub(r"\1 […]", _line(row.get("Nota per attività conclusive", ""))),
        document_url=_address(row.get("Scarica il Patto", "")),
        source_url=SOURCE.url,
    )


def _line(text: str) -> str:
    return " ".join(text.split())


def _address(text: str) -> str:
    return text if _WEB_ADDRESS.fullmatch(text) else ""


def _point(row: dict[str, str], report: Report) -> LonLat | None:
    """Return the most exact of the three positions of a row, and report when they do not agree."""
    readings: tuple[Callable[[], str], ...] = (
        lambda: row.get("Coordinate", ""),
        lambda: f"{row.get('Lat.', '')},{row.get('Long.', '')}",
        lambda: row.get("geouri", "").removeprefix("geo:"),
    )
    points = [point for reading in readings if (point := _pair(reading(), report)) is not None]
    if not points:
        report("Coordinate", "no_position")
        return None
    for other in points[1:]:
        if distance_m(points[0], other) > SAME_PLACE_M:
            report("Coordinate", "positions_differ", metres=round(distance_m(points[0], other)))
    return points[0]


def _pair(text: str, report: Report) -> LonLat | None:
    match = _PAIR.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return parse_point(float(match[2]), float(match[1]))
    except Invalid as fault:
        report("Coordinate", fault.code)
        return None


def date_of_file(name: str) -> date | None:
    """Return the day that stands in the name of a file."""
    match = re.search(r"\d{4}-\d{2}-\d{2}", name)
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None
