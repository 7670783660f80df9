"""The record of a call's decision on paper and as a workbook, and the archive of its runs; auditors read codes only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, render_template
from flask_babel import format_decimal
from flask_babel import gettext as _

from mapsvc.domain.match_runs import RunKind
from mapsvc.usecases import decision_records, match_runs
from mapsvc.usecases.decision_records import DecisionRecord
from mapsvc.web.application_words import local_text
from mapsvc.web.call_labels import mechanism_text, weight_names
from mapsvc.web.current import actor, services
from mapsvc.web.desk import match_words as words
from mapsvc.web.desk.blueprint import bp
from mapsvc.web.desk.call_nav import reader_frame
from mapsvc.web.evaluation_words import state_text
from mapsvc.web.i18n import text_in
from mapsvc.web.result_words import published_kind, seat_kind

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/calls/<code>/archive")
def call_archive(code: str) -> str:
    """List the kept runs of a call with their hashes; each can be downloaded and computed again."""
    found = decision_records.archive(services().unit_of_work(), actor(), code)
    rows = [
        {
            "id": one.id,
            "kind": words.run_kind(one.kind.value),
            "state": words.run_state(one.state.value),
            "when": local_text(found.call, one.started_at),
            "input": one.input_sha256,
            "result": one.result_sha256 or "",
            "simulation": one.kind is RunKind.SIMULATION,
        }
        for one in found.runs
    ]
    return render_template(
        "desk/calls/archive.html",
        frame=reader_frame(found.call, found.progress, "desk.call_archive", _("Archived runs"), whole=found.whole),
        code=code,
        rows=rows,
        adopted=found.progress.adopted,
        published=[
            {"kind": published_kind(one.kind.value), "when": local_text(found.call, one.published_at),
             "sha256": one.sha256}
            for one in found.published
        ],
    )  # fmt: skip


@bp.get("/calls/<code>/archive/<uuid:run_id>.json")
def call_snapshot(code: str, run_id: UUID) -> Response:
    """Answer the archived snapshot of a run, byte by byte, for `mapsvc match replay`."""
    text = match_runs.archived(services().unit_of_work(), actor(), code, run_id)
    name = f"{code}-{run_id}.json"
    return Response(
        text, mimetype="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@bp.get("/calls/<code>/record")
def call_record(code: str) -> str:
    """Show the record of the decision, made for paper."""
    record = decision_records.record_of(services().unit_of_work(), actor(), code)
    return render_template(
        "desk/calls/record.html",
        frame=reader_frame(record.call, record.progress, "desk.call_record", _("Record"), whole=record.whole),
        code=code,
        record=record,
        sections=sections(record),
        signers=[_("Officer in charge"), _("Director")],
    )


@bp.get("/calls/<code>/record.xlsx")
def call_record_xlsx(code: str) -> Response:
    """Answer the same record as a workbook with a sheet for each table."""
    record = decision_records.record_of(services().unit_of_work(), actor(), code)
    sheets = {one["title"]: [one["head"], *one["rows"]] for one in sections(record)}
    return Response(
        services().sheets_xlsx(sheets),
        mimetype=_XLSX,
        headers={"Content-Disposition": f'attachment; filename="{code}-record.xlsx"'},
    )


def sections(record: DecisionRecord) -> list[dict[str, Any]]:
    """Return the tables of a record: title, head and rows of plain values; codes stand for whoever has no name here."""
    made = (
        (_("Call and rules"), [_("What"), _("Value")], _call_rows(record)),
        (_("Admissibility"), [_("State"), _("Applications")], _state_rows(record)),
        (_("Scores"), _score_head(), _score_rows(record)),
        (_("Decisions before the match"), [_("Decision"), _("Reason"), _("Norm"), _("Text"), _("Signed by")],
         _lock_rows(record)),
        (_("Run and hashes"), [_("What"), _("Value")], _run_rows(record)),
        (_("Comparison"), [_("Match"), _("Lots filled"), _("Groups placed"), _("Average choice"),
                           _("Sum of priorities"), _("Passed over"), _("Blocking pairs")], _comparison_rows(record)),
        (_("What the decisions change"), [_("Group"), _("Without"), _("With")], _effect_rows(record)),
        (_("Lower priority preferred"), [_("Group"), _("Lot"), _("Kind")], _pair_rows(record)),
        (_("List"), [_("Lot"), _("Place"), _("Group"), _("Seat"), _("Priority"), _("Choice"), _("Cut-off")],
         _list_rows(record)),
    )  # fmt: skip
    return [{"title": title, "head": head, "rows": rows} for title, head, rows in made if rows]


def _call_rows(record: DecisionRecord) -> list[list[object]]:
    call, weights = record.call, record.board.weights
    said = ", ".join(f"{name} {weights[code]}" for code, name in weight_names().items() if weights.get(code))
    return [
        [_("Call"), f"{text_in(call.title)[0]} ({call.code})"],
        [_("Office"), call.office],
        [_("Rules fixed at the opening, SHA-256"), call.frozen_sha256 or ""],
        [_("Way of matching"), mechanism_text(record.board.mechanism)],
        [_("Weights"), said],
        [_("Public draw"), call.draw_description],
        [_("Commitment to the draw, SHA-256"), call.seed_commitment or ""],
        [_("Seed of the lottery"), call.lottery_seed or ""],
    ]


def _state_rows(record: DecisionRecord) -> list[list[object]]:
    rows: list[list[object]] = [[state_text(code), count] for code, count in sorted(record.states.items())]
    refused = [[_("Refused: %(norm)s", norm=norm or _("no norm stated")), n] for norm, n in record.refused.items()]
    return [*rows, *refused]


def _score_head() -> list[object]:
    return [_("Group"), _("Mean"), _("Lowest"), _("Highest"), _("Members")]


def _score_rows(record: DecisionRecord) -> list[list[object]]:
    return [
        [_who(record, code), one.total.mean / 100, one.total.low, one.total.high, one.total.members]
        for code, one in record.scores.items()
    ]


def _lock_rows(record: DecisionRecord) -> list[list[object]]:
    reasons = dict(words.lock_reasons())
    rows: list[list[object]] = []
    for one in record.locks:
        lot = _("lot %(number)s", number=one.lot) if one.lot else ""
        about = ", ".join(filter(None, [words.lock_kind(one.kind.value), one.application or "", lot]))
        signed = f"{_person(record, one.author_id)}, {_person(record, one.signed_by)}"
        rows.append([about, reasons.get(one.reason.value, one.reason.value), one.norm, one.text, signed])
    return rows


def _run_rows(record: DecisionRecord) -> list[list[object]]:
    run, call = record.run, record.call
    rows: list[list[object]] = [
        [_("Run"), f"{words.run_kind(run.kind.value)}, {run.id}"],
        [_("Input, SHA-256"), run.input_sha256 or ""],
        [_("Result, SHA-256"), run.result_sha256 or ""],
        [_("Engine"), f"{run.engine_version}, Python {run.python_version}, {run.git_commit or ''}".rstrip(", ")],
        [_("Frozen"), f"{local_text(call, run.frozen_at)}, {_person(record, run.frozen_by)}"],
        [_("Reviewed"), f"{local_text(call, run.reviewed_at)}, {_person(record, run.reviewed_by)}"],
        [_("Adopted"), f"{local_text(call, run.adopted_at)}, {_person(record, run.adopted_by)}"],
        [_("Act"), run.act or ""],
    ]
    if run.review_note and record.whole:
        rows.append([_("Note of the review"), run.review_note])
    rows += [
        [f"{published_kind(one.kind.value)}, SHA-256", f"{one.sha256}, {local_text(call, one.published_at)}"]
        for one in record.published
    ]
    return rows


def _comparison_rows(record: DecisionRecord) -> list[list[object]]:
    rows: list[list[object]] = []
    for board, said in ((record.board, _("adopted")), (record.board.other, _("for comparison"))):
        one = board.figures
        rows.append([
            f"{words.mechanism_name(board.mechanism)}, {said}", one.lots_filled, one.placed,
            "" if one.mean_rank is None else round(one.mean_rank, 2), words.share(one.priority_sum), one.passed_over,
            one.blocking,
        ])  # fmt: skip
    return rows


def _effect_rows(record: DecisionRecord) -> list[list[object]]:
    effect = record.board.lock_effect()
    if effect is None:
        return []

    def lot(number: str | None) -> str:
        return _("no place") if number is None else _("lot %(number)s", number=number)

    moved: list[list[object]] = [
        [_who(record, one.application), lot(one.before), lot(one.after)] for one in effect.moves
    ]
    return moved or [[_("The decisions change nothing."), "", ""]]


def _pair_rows(record: DecisionRecord) -> list[list[object]]:
    found = [
        *((pair, _("passed over")) for pair in record.board.passed_over()),
        *((pair, _("blocking pair")) for pair in record.board.blocking()),
    ]
    rows: list[list[object]] = [[_who(record, group), lot, kind] for (group, lot), kind in found]
    return rows or [[_("None: no lot went to a lower priority than that of somebody who wanted it more."), "", ""]]


def _list_rows(record: DecisionRecord) -> list[list[object]]:
    rows: list[list[object]] = []
    for number in record.board.lots:
        lot = record.lots.get(number)
        name = "" if lot is None else lot.name or lot.slug
        holders = record.board.holders[number]
        for code in holders:
            pair = record.board.pair(code, number)
            rows.append([
                number, name, _who(record, code), seat_kind(pair.seat),
                "" if pair.cell.priority is None else words.exact(pair.cell.priority),
                "" if pair.cell.rank is None else pair.cell.rank,
                "" if pair.cutoff is None else words.exact(pair.cutoff),
            ])  # fmt: skip
        if not holders:
            rows.append([number, name, _("nobody"), "", "", "", ""])
    rows += [["", "", _who(record, code), _("no place"), "", "", ""]
             for code, held in record.board.assignment.items() if held is None]  # fmt: skip
    return rows


def _who(record: DecisionRecord, code: str) -> str:
    name = record.groups.get(code, "")
    return f"{code}, {name}" if name else code


def _person(record: DecisionRecord, user_id: int | None) -> str:
    """Return who decided; auditors read a number, so that they see two people without their names."""
    if user_id is None:
        return ""
    return record.people.get(user_id) or _("account %(number)s", number=format_decimal(user_id, "0"))
