"""What a group is told about its result, in words: why this lot, why not another one, what would have changed it.

The engine gives codes and figures (``domain.results``); nothing is decided here, and no other group is spoken of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from mapsvc.domain.results import OwnAward, OwnReason, PassedOver, Way
from mapsvc.web.desk.match_words import capital, exact, ordinal, rules_text, share
from mapsvc.web.explanations import FIT_NAMES, MICRO, change_sentence, constraint_sentence

LotName = Callable[[str], str]


def figures(own: int, other: int) -> tuple[str, str]:
    """Return two priorities with as many digits as it takes to tell them apart."""
    if own != other and share(own) == share(other):
        return exact(own), exact(other)
    return share(own), share(other)


def award_lines(award: OwnAward) -> list[str]:
    """Return in short sentences why a group has its lot."""
    lines = [
        _("Your %(nth)s choice of %(count)s.", nth=ordinal(award.rank), count=award.wishes)
        if award.rank
        else _("Not on your list; you accept other lots.")
    ]
    if award.seat == "lock":
        lines.append(_("A decision of the office gave it to you."))
    elif award.seat == "reserve":
        lines.append(_("On a reserved seat."))
    else:
        lines.append(_("On an open seat."))
    if award.cutoff is None:
        lines.append(
            _("Your priority here is %(own)s. A seat was free, so none was needed.", own=share(award.priority))
        )
    elif not award.margin:
        lines.append(_("Your priority here is %(own)s, which is the cut-off of the lot.", own=share(award.priority)))
    else:
        own, cutoff = figures(award.priority, award.cutoff)
        lines.append(
            _("Your priority here is %(own)s. The cut-off is %(cutoff)s: you are %(margin)s above it.",
              own=own, cutoff=cutoff, margin=exact(award.margin) if len(own) > _SHORT else share(award.margin))
        )  # fmt: skip
    return lines


_SHORT = 4
"""Signs of a priority with two digits; a longer one was written out to tell it from another one."""


def reason_text(reason: OwnReason, lot_name: LotName) -> str:
    """Return the one reason why a group does not have a lot."""
    params = reason.params
    if reason.code == "infeasible":
        return _infeasible(reason)
    if reason.code == "got_better":
        return _("You got %(lot)s, which stands higher on your list.", lot=lot_name(str(params["lot"])))
    if reason.code == "priority_below_cutoff":
        own, cutoff = figures(int(str(params["yours"])), int(str(params["cutoff"])))
        return _("Your priority of %(own)s is below the cut-off of %(cutoff)s.", own=own, cutoff=cutoff)
    if reason.code == "seat_reserved" and params.get("cutoff") is not None:
        own, cutoff = figures(int(str(params["yours"])), int(str(params["cutoff"])))
        return _("A seat is reserved by the rules of the call. For the open seats your priority of %(own)s is below the"
                 " cut-off of %(cutoff)s.", own=own, cutoff=cutoff)  # fmt: skip
    return plain_reasons().get(reason.code, reason.code)


def plain_reasons() -> Mapping[str, str]:
    """Return the sentences of the reasons that need no figures."""
    return {
        "not_listed": _("You did not list it."),
        "below_threshold": _("Your points are below the threshold of the call."),
        "tie_lost": _("Your priority is the same as the cut-off, and the published draw decided."),
        "seat_reserved": _("Its seats are reserved by the rules of the call."),
        "officer_decision": _("A decision of the office, with reason and two signatures."),
        "lot_withdrawn": _("The lot was taken out of the call."),
        "best_total": _("The published way of matching fills more lots, or reaches more priority in all, without it."),
    }


def _infeasible(reason: OwnReason) -> str:
    said = [constraint_sentence(one) for one in reason.rules]
    known = {one.key for one in reason.rules}
    rest = [key for key in reason.rule_keys if key not in known]
    if rest:
        said.append(rules_text(rest))
    return ngettext(
        "A rule of the lot keeps you apart: %(rules)s.", "Rules of the lot keep you apart: %(rules)s.", len(said),
        rules="; ".join(said),
    )  # fmt: skip


def way_text(way: Way) -> str:
    """Return something that would have given the group the lot; it was found true by matching again."""
    if way.lever == "merit":
        points = way.amount or 0
        return ngettext("%(num)s point more from the committee", "%(num)s points more from the committee", points)
    if way.lever == "fit":
        return _("A fit of the place higher by %(value)s", value=_small(way.amount or 0)) + _criteria(way)
    if way.changes:
        return f" {_('and')} ".join(change_sentence(one) for one in way.changes)
    return _("Met: %(rules)s", rules=rules_text(way.rules))


def _criteria(way: Way) -> str:
    if not way.criteria:
        return ""
    said = [
        _("%(name)s by %(value)s", name=FIT_NAMES[code][1](), value=_small(more))
        for code, more in sorted(way.criteria.items(), key=lambda item: item[1])
    ]
    return " " + _("(for example one of these alone: %(criteria)s)", criteria=", ".join(said))


def _small(micro: int) -> str:
    """Return a difference with two digits, or with as many as it needs not to be nothing."""
    return str(format_decimal(micro / MICRO, "0.00" if micro >= MICRO // 100 else "0.000000"))


def way_by(way: Way) -> str:
    """Return who could have done it."""
    if way.lever != "rule":
        return {"merit": _("Committee"), "fit": _("You, or the place")}[way.lever]
    who = {"applicant": _("You"), "owner": _("Owner"), "city": _("City")}
    return ", ".join(dict.fromkeys(who.get(one.by, one.by) for one in way.changes))


def passed_over_lines(found: tuple[PassedOver, ...], lot_name: LotName) -> list[str]:
    """Return the statement about lower priorities: that there is none, or each lot with the cause."""
    if not found:
        return [_("No lot that you wanted more went to a group with a lower priority.")]
    causes = {
        "lock": _("%(lot)s went to a lower priority by a decision of the office."),
        "reserve": _("%(lot)s went to a lower priority on a reserved seat."),
        "best_total": _("%(lot)s went to a lower priority because more groups are placed in all."),
    }
    return [causes[one.cause] % {"lot": capital(lot_name(one.lot))} for one in found]


def published_kind(code: str) -> str:
    """Return which list was published."""
    return {
        "provisional": _("Provisional list"),
        "final": _("Final list"),
        "waiting_list": _("List after the waiting list moved"),
    }.get(code, code)


def seat_kind(code: str) -> str:
    """Return on which kind of seat somebody is placed."""
    return {"open": _("open seat"), "reserve": _("reserved seat"), "lock": _("by decision")}.get(code, code)
