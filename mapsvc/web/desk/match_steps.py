"""What the office may do next with the matching of a call, as buttons; the use cases decide, this only offers."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mapsvc.domain.match_runs import MatchRun, RunState
from mapsvc.domain.people import Action, Actor, allows
from mapsvc.usecases.match_boards import Board
from mapsvc.usecases.match_runs import ShownRun, Workspace
from mapsvc.web.desk.match_words import run_state


def trial(space: Workspace, actor: Actor) -> dict[str, Any]:
    """Return the next step from the trial run: the run under way, else freezing the data for an official one."""
    call = space.market.call
    runs: list[dict[str, Any]] = []
    for run, text in ((space.under_way, _("Open the run under way")), (space.adopted, _("Open the adopted run"))):
        if run is not None:
            runs.append(_link(url_for("desk.match_run", code=call.code, run_id=run.id), text, primary=not runs))
    if space.under_way is not None:
        return {"text": run_state(space.under_way.state.value), "buttons": runs, "why": ""}
    if not allows(actor, Action.RUN_CALL, call.path):
        return {"text": "", "buttons": runs, "why": _("An officer freezes the data; you adopt the result.")}
    why = _not_yet(space)
    freeze = {
        "method": "post", "url": url_for("desk.match_freeze", code=call.code), "closed": bool(why), "fields": [],
        "words": _("Freeze the data and compute"), "primary": False,
    }  # fmt: skip
    return {"text": "", "buttons": [*runs, freeze], "why": why or _before_adoption(space)}


def _not_yet(space: Workspace) -> str:
    """Why nothing can be frozen yet; empty where it can."""
    if space.market.call.state != "matching":
        return _("The call is not at its matching.")
    if space.market.provisional_seed:
        return _("Opens when the seed of the draw is entered; ties are drawn provisionally until then.")
    if space.market.unscored:
        return ngettext("Opens when %(num)s score is signed.", "Opens when %(num)s scores are signed.",
                        len(space.market.unscored))  # fmt: skip
    return ""


def _before_adoption(space: Workspace) -> str:
    sensitive = len(Board(space.solved).rank_sensitive)
    if not sensitive:
        return _("You review the result; a second person adopts it.")
    return ngettext(
        "Missing data of %(num)s pair could turn the result: verify it, or say at the review why it stands.",
        "Missing data of %(num)s pairs could turn the result: verify them, or say at the review why it stands.",
        sensitive,
    )


def _link(url: str, text: str, *, primary: bool = False) -> dict[str, Any]:
    return {"method": "get", "url": url, "words": text, "primary": primary, "closed": False, "fields": []}


def of_run(shown: ShownRun, actor: Actor, sensitive: int) -> dict[str, Any]:
    """Return what may be done with a run: which forms its page shows, and why one is closed."""
    record, call = shown.record, shown.call
    officer = allows(actor, Action.RUN_CALL, call.path)
    director = allows(actor, Action.APPROVE_CALL, call.path)
    state = record.state
    open_run = record.official and state in (RunState.FROZEN, RunState.COMPUTED, RunState.REVIEWED)
    return {
        "compute": officer and record.official and state is RunState.FROZEN,
        "review": officer and record.official and state is RunState.COMPUTED,
        "needs_note": bool(sensitive),
        "try_more": officer and not record.official,
        "adopt": director and record.official and state is RunState.REVIEWED and actor.user_id != record.frozen_by,
        "discard": officer and (open_run or (not record.official and state is RunState.COMPUTED)),
        "why": _why(record, actor, officer=officer, director=director),
    }


def _why(record: MatchRun, actor: Actor, *, officer: bool, director: bool) -> str:
    if not record.official:
        return _("A simulation is never adopted.")
    if record.state is RunState.REVIEWED and director and actor.user_id == record.frozen_by:
        return _("You froze it, so somebody else adopts it.")
    if record.state is RunState.REVIEWED and not director:
        return _("A director adopts it: a second person, who did not freeze it.")
    if record.state in (RunState.FROZEN, RunState.COMPUTED) and not officer:
        return _("An officer computes and reviews it first.")
    return ""


def steps(record: MatchRun) -> list[dict[str, Any]]:
    """Return the way of an official run, done steps with their day first."""
    done = [
        (_("Frozen"), record.frozen_at),
        (_("Computed"), record.started_at if record.result_sha256 else None),
        (_("Reviewed"), record.reviewed_at),
        (_("Adopted"), record.adopted_at),
    ]
    return [{"text": text, "at": at} for text, at in done]
