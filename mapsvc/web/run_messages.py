"""Sentences for what can go wrong with runs, simulations and decisions of a call."""

from __future__ import annotations

from flask_babel import gettext as _


def run_messages() -> dict[str, str]:
    """Return the sentences by the code of the error."""
    return {
        "scores_unsigned": _("The matching is seen once every score is signed."),
        "call_not_matching": _("The call is not at its matching. Nothing was frozen."),
        "seed_missing": _("The seed of the draw has not been entered. Nothing was frozen."),
        "run_under_way": _("Another run of this call is under way. Open it, or discard it with a reason first."),
        "run_is_simulation": _("A simulation is never made official. Freeze the data for an official run."),
        "run_four_eyes": _("Who froze the run does not adopt it. Ask a director."),
        "run_overtaken": _("Another run was adopted since this one was frozen. Discard this one and freeze again."),
        "run_outdated": _(
            "Somebody withdrew, or a lot went away, since the run was frozen. Discard it and freeze again."
        ),
        "run_rank_sensitive": _("Missing data could turn this result: verify it, or write why it stands all the same."),
        "run_none_adopted": _("There is no adopted run to start from."),
        "run_prepared": _("The run is not that far yet."),
        "run_frozen": _("The run is frozen and not computed yet."),
        "run_computed": _("The run is computed already. Look at it again."),
        "run_reviewed": _("The run was reviewed already. Look at it again."),
        "run_adopted": _("The run is adopted already."),
        "run_superseded": _("A later run replaced this one."),
        "run_discarded": _("The run was discarded."),
        "weights_sum": _("The weights must add to 100."),
        "weights_members": _("Give all four weights."),
        "not_in_range": _("A whole number from 0 to 100 is needed."),
        "nothing_changed": _("Change something first: nothing differs from the call."),
        "unknown_lot": _("There is no such lot in this call."),
        "unknown_application": _("There is no such application in this call."),
        "no_lots": _("The call has no lots."),
        "lock_not_listed": _("The group did not list this lot, and does not accept others."),
        "lock_overrides": _("No decision overrides this rule: it is about law, safety or consent."),
        "lock_seats": _("More groups are given this lot than it has seats."),
        "lock_contradicts": _("This contradicts another decision. Lift one of them."),
        "lock_there_already": _("There is a decision about this already. Lift it first."),
        "lock_lifted": _("The decision was lifted in the meantime."),
        "lock_signed": _("The decision is signed already."),
        "lock_four_eyes": _("A second person signs: you proposed it yourself."),
        "not_wanted": _("This kind of decision does not name that."),
    }
