"""The page that puts a record back to before an entry of its history; the same for every kind of record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from mapsvc.domain.errors import Conflict, Invalid, NotFound, Stale
from mapsvc.domain.rollback import RollBack, Stays
from mapsvc.web.current import forget
from mapsvc.web.desk.decisions import version
from mapsvc.web.desk.history_words import words_of
from mapsvc.web.desk.import_words import problem_text
from mapsvc.web.messages import sentence
from mapsvc.web.problems import wants_json

#: Larger than any number that the database gives to an entry.
_NO_ENTRY = 2**63


@dataclass(frozen=True)
class Record:
    """A record whose history is shown: its name and version, the address of its history, and where its pages stand.

    `crumbs` are the pages above the history, as text and address.
    """

    noun: str
    name: str
    version: int
    history: str
    crumbs: Sequence[tuple[str, str]]
    nav: str
    desk: bool = True


@dataclass(frozen=True)
class Plan:
    """What putting back would do; `effects` is what follows from a policy for the places of its area."""

    roll_back: RollBack
    effects: Any = None


def answer(
    entry_id: int, find: Callable[[], Record], plan: Callable[[], Plan], put_back: Callable[[int, str], str]
) -> ResponseReturnValue:
    """Show what putting a record back would change, or do it; `put_back` takes version and reason, returns an address.

    A form made against another version is 412, a reason that is missing 422, what cannot be put back 409.
    """
    record = find()
    forget()
    if entry_id >= _NO_ENTRY:
        raise NotFound("there is no such entry")
    if request.method == "GET":
        return _page(record, plan)
    reason = request.form.get("reason", "")
    try:
        address = put_back(version(), reason)
    except Invalid as error:
        fault = problem_text(error.code, error.params) if error.pointer != "/reason" else sentence(error)
        return _page(record, plan, reason, fault), 422
    except (Stale, Conflict) as error:
        if wants_json():
            raise
        return _page(find(), plan, reason, _again(error)), 412 if isinstance(error, Stale) else 409
    flash(_("%(name)s is put back. The history says so.", name=record.name), "ok")
    return redirect(address)


def _page(record: Record, plan: Callable[[], Plan], reason: str = "", fault: str = "") -> str:
    planned: Plan | None = None
    refused = ""
    try:
        planned = plan()
    except Conflict as error:
        refused = _refusal(error)
    words, found = words_of(record.noun), planned.roll_back if planned else None
    return render_template(
        "desk/roll_back.html",
        record=record,
        desk=record.desk,
        nav=record.nav,
        reason=reason,
        fault=fault,
        refused=refused,
        effects=planned.effects if planned else None,
        changes=[
            {"field": words.field(one.name), "now": words.value(one.name, one.now),
             "back": words.value(one.name, one.back)}
            for one in (found.changes if found else ())
        ],
        stays=[{"field": words.field(name), "why": _why(stays)} for name, stays in (found.stays if found else ())],
    )  # fmt: skip


def _again(error: Stale | Conflict) -> str:
    if isinstance(error, Stale):
        return _("Somebody changed the record in between. Nothing was put back. Below is what would change now.")
    return _refusal(error)


def _refusal(error: Conflict) -> str:
    return {
        "rollback_no_facts": _(
            "This entry is a decision or an answer. It changed no facts that could go back; decide anew instead."
        ),
        "rollback_joined": _("Records were joined or separated since. Undo that first, then the facts can go back."),
        "rollback_nothing": _("The record already is as it was before. Nothing would change."),
    }.get(error.code, sentence(error))  # fmt: skip


def _why(stays: Stays) -> str:
    return {
        Stays.ERASED: _("what stood there was erased"),
        Stays.DECIDED: _("it was decided since, and decisions are not put back"),
        Stays.NOT_A_FACT: _("it follows its own states"),
    }[stays]
