"""Sentences for the workspace of a call: who moves, why a pair is as it is, what a simulation changes.

The engine speaks in codes and figures (``domain.match_boards``); here they become short words, and nothing is decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.domain.match_boards import Cell, Move, PairBoard, Standing
from mapsvc.domain.run_changes import ADDED_LOT
from mapsvc.web.explanations import MICRO, TOPICS, topic

LETTERS = {"merit": "M", "impact": "D", "fit": "F", "owner": "O"}
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class LotFace:
    """A lot as the pages show it; `point` is (latitude, longitude) in degrees."""

    id: str
    number: str
    name: str
    area: str = ""
    point: tuple[float, float] | None = None
    url: str = ""
    slug: str = ""


@dataclass(frozen=True, slots=True)
class GroupFace:
    """A group as the pages show it; `point` is its anchor or the middle of its district, (latitude, longitude)."""

    code: str
    name: str
    line: str = ""
    point: tuple[float, float] | None = None
    url: str = ""


@dataclass(frozen=True)
class Faces:
    """What lots and groups of a run are called."""

    lots: Mapping[str, LotFace]
    groups: Mapping[str, GroupFace]

    def lot(self, lot: str) -> str:
        """Return "lot 3", or what a lot is called that only a simulation knows."""
        face = self.lots.get(lot)
        if lot == ADDED_LOT:
            return _("the added lot")
        return _("lot %(number)s", number=face.number if face else lot)

    def group(self, application: str) -> str:
        """Return the name of a group, its code where nobody knows it."""
        face = self.groups.get(application)
        return face.name if face else application


def capital(text: str) -> str:
    """Return a text with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def share(micro: int | None) -> str:
    """Return a priority or a part of it with two digits."""
    return "" if micro is None else str(format_decimal(micro / MICRO, "0.00"))


def exact(micro: int) -> str:
    """Return a priority with six digits, for whoever compares two that look alike."""
    return str(format_decimal(micro / MICRO, "0.000000"))


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd of a list of wishes."""
    if number % 100 not in (11, 12, 13):
        if number % 10 == 1:
            return _("%(num)sst", num=number)
        if number % 10 == 2:
            return _("%(num)snd", num=number)
        if number % 10 == 3:
            return _("%(num)srd", num=number)
    return _("%(num)sth", num=number)


def rule_name(key: str) -> str:
    """Return what a rule is about; a rule that only an old run knows keeps its code."""
    return topic(key) if key in TOPICS else key


def rules_text(keys: Sequence[str]) -> str:
    """Return the names of some rules as a list."""
    return ", ".join(dict.fromkeys(rule_name(key) for key in keys))


def names(faces: Faces, applications: Sequence[str], last_word: str = "") -> str:
    """Return groups as a list in words, with how many more there are beyond a few."""
    shown = [faces.group(one) for one in applications[:_MOST_NAMED]]
    more = len(applications) - len(shown)
    if more > 0:
        return ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=", ".join(shown))
    if len(shown) < 2:
        return "".join(shown)
    joining = last_word or _("and")
    return f"{', '.join(shown[:-1])} {joining} {shown[-1]}"


def cell_name(cell: Cell, faces: Faces) -> str:
    """Return everything that a cell of the matrix says, for whoever hears it."""
    parts = [f"{faces.group(cell.application)}, {faces.lot(cell.lot)}: {_standing(cell)}"]
    if cell.priority is not None and cell.standing in (Standing.GETS, Standing.LISTED):
        parts.append(_("priority %(value)s", value=share(cell.priority)))
    if cell.rank is not None:
        parts.append(_("%(nth)s choice", nth=ordinal(cell.rank)))
    if cell.failed and cell.standing is Standing.FAILS:
        parts.append(rules_text(cell.failed))
    if cell.to_verify and cell.standing in (Standing.GETS, Standing.LISTED):
        parts.append(_("not verified: %(rules)s", rules=rules_text(cell.to_verify)))
    if cell.lock:
        parts.append(lock_kind(cell.lock))
    return ", ".join(parts)


def _standing(cell: Cell) -> str:
    return {
        Standing.GETS: _("gets the lot"),
        Standing.LISTED: _("on its list"),
        Standing.FAILS: _("fails a rule"),
        Standing.UNLISTED: _("not on its list"),
    }[cell.standing]


def term_text(code: str, value: int) -> str:
    """Return a term of a priority with its value in words."""
    if code == "merit":
        return _("committee, %(points)s of 100", points=format_decimal(100 * value / MICRO, "0.#"))
    return {
        "impact": _("what the district needs"),
        "fit": _("fit of the place"),
        "owner": _("word of the owner"),
    }[code]


def term_name(code: str) -> str:
    """Return what a weight of the call is about."""
    return {
        "merit": _("Committee"),
        "impact": _("Need of the district"),
        "fit": _("Fit of the place"),
        "owner": _("Owner"),
    }[code]


def why_gets(pair: PairBoard) -> str:
    """Return in one or two sentences why a group has a lot."""
    rank, priority = pair.cell.rank, share(pair.cell.priority)
    parts = [_("Their %(nth)s choice.", nth=ordinal(rank)) if rank else _("Not on their list; they accept other lots.")]
    if pair.seat == "lock":
        parts.append(_("Given by a decision of the office."))
    elif pair.seat == "reserve":
        parts.append(_("On a reserved seat."))
    if pair.next_priority is None:
        parts.append(_("Priority %(own)s; no other group would rather have it.", own=priority))
    elif share(pair.next_priority) == priority:
        parts.append(
            _(
                "Priority %(own)s; the next group has %(next)s.",
                own=exact(pair.cell.priority or 0),
                next=exact(pair.next_priority),
            )
        )
    else:
        parts.append(_("Priority %(own)s; the next group has %(next)s.", own=priority, next=share(pair.next_priority)))
    return " ".join(parts)


def why_not(pair: PairBoard, faces: Faces) -> str:
    """Return the one reason why a group does not have a lot, with its figures."""
    params, code = pair.params, pair.reason
    if code == "infeasible":
        return _("A rule keeps them apart: %(rules)s.", rules=rules_text(_texts(params.get("rules"))) or _("see below"))
    if code == "got_better":
        return _("They got %(lot)s, which they wanted more.", lot=faces.lot(str(params["lot"])))
    if code == "priority_below_cutoff":
        yours, cutoff = int(str(params["yours"])), int(str(params["cutoff"]))
        figures = (share(yours), share(cutoff)) if share(yours) != share(cutoff) else (exact(yours), exact(cutoff))
        return _("Priority %(own)s is below the cut-off of %(cutoff)s.", own=figures[0], cutoff=figures[1])
    if code == "best_total":
        return _("The sum of all priorities is higher with another group here.")
    return {
        "not_listed": _("They did not list it."),
        "below_threshold": _("Their score is below the threshold of the call."),
        "tie_lost": _("Same priority, and the draw decided for another group."),
        "seat_reserved": _("The remaining seat is reserved."),
        "officer_decision": _("A decision of the office keeps them apart."),
        "lot_withdrawn": _("The lot is held out."),
    }.get(code, code)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def change_text(lever: str, amount: int | None, rules: Sequence[str]) -> str:
    """Return one change that would give the group the lot; each was tried by another run."""
    if lever == "merit":
        points = amount or 0
        return ngettext("%(num)s point more from the committee", "%(num)s points more from the committee", points)
    if lever == "fit":
        return _("a fit higher by %(value)s", value=share(amount))
    if lever == "rule" and len(rules) == 1:
        return _("this rule met: %(rule)s", rule=rule_name(rules[0]))
    if lever == "rule":
        return _("these rules met together: %(rules)s", rules=rules_text(rules))
    return _("the lot on their list")


def move_text(move: Move, faces: Faces) -> str:
    """Return where a group goes: "Officina Rumore to lot 2"."""
    name = faces.group(move.application)
    if move.after is None:
        return _("%(group)s to no place", group=name)
    return _("%(group)s to %(lot)s", group=name, lot=faces.lot(move.after))


def place_text(lot: str | None, rank: int | None, faces: Faces) -> str:
    """Return a result with the rank it has on the list: "lot 2, 3rd choice"."""
    if lot is None:
        return _("no place")
    if rank is None:
        return faces.lot(lot)
    return _("%(lot)s, %(nth)s choice", lot=faces.lot(lot), nth=ordinal(rank))


def if_it_fails(moves: Sequence[Move], faces: Faces) -> str:
    """Return what follows when a rule to verify is not met."""
    if not moves:
        return _("If it fails, nobody moves.")
    listed = ", ".join(move_text(move, faces) for move in moves[:_MOST_NAMED])
    more = len(moves) - _MOST_NAMED
    if more > 0:
        listed = ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names=listed)
    return ngettext(
        "If it fails, %(num)s group moves: %(moves)s.", "If it fails, %(num)s groups move: %(moves)s.", len(moves),
        moves=listed,
    )  # fmt: skip


def mechanism_name(code: str) -> str:
    """Return the name of a mechanism."""
    return {"stable": _("Stable"), "optimal": _("Optimal")}.get(code, code)


def lock_kind(code: str) -> str:
    """Return what a decision taken beforehand does."""
    return {
        "require": _("given by decision"),
        "forbid": _("kept apart by decision"),
        "hold_out": _("lot held out"),
        "exclude": _("group taken out"),
    }.get(code, code)


def lock_kinds() -> list[tuple[str, str]]:
    """Return the kinds of decisions for a form."""
    return [
        ("require", _("Give this lot to this group")),
        ("forbid", _("Keep this group from this lot")),
        ("hold_out", _("Hold this lot out")),
        ("exclude", _("Take this group out")),
    ]


def lock_reasons() -> list[tuple[str, str]]:
    """Return the reasons of decisions for a form; the list is closed."""
    return [
        ("continuity", _("A signed pact goes on")),
        ("safety", _("Safety")),
        ("court_order", _("Order of a court")),
        ("conflict_of_interest", _("Conflict of interest")),
        ("technical_visit", _("Outcome of a technical visit")),
        ("owner_withdrawal", _("The owner withdrew")),
    ]


def run_kind(code: str) -> str:
    """Return what a run is for."""
    return {"simulation": _("Simulation"), "official": _("Official run"), "rerun": _("Run for the waiting list")}[code]


def run_state(code: str) -> str:
    """Return how far a run is."""
    return {
        "prepared": _("Prepared"),
        "frozen": _("Frozen, not computed yet"),
        "computed": _("Computed, to review"),
        "reviewed": _("Reviewed, waits for adoption"),
        "adopted": _("Adopted"),
        "superseded": _("Replaced by a later run"),
        "discarded": _("Discarded"),
    }[code]
