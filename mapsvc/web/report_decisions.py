"""The decisions on a reporter's private page, in words, and the form with which one objects."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from flask_babel import gettext as _

from mapsvc.bootstrap import ruling_words
from mapsvc.domain.rulings import Verdict
from mapsvc.usecases.appeals import Decided
from mapsvc.web.i18n import date_text


def spoken(decided: Sequence[Decided]) -> list[dict[str, Any]]:
    """Return decisions for the page: what, why, what is kept, whether one can object, and what came of it."""
    told_above = {Verdict.PUBLISH, Verdict.SAME_AS}
    return [_one(one) for one in decided if one.ruling.verdict not in told_above]


def _one(decided: Decided) -> dict[str, Any]:
    ruling, appeal = decided.ruling, decided.appeal
    words = ruling_words(_, ruling.subject, ruling.verdict, ruling.reason)
    taken_back = appeal is not None and appeal.state == "upheld"
    return {
        "id": ruling.id,
        "title": words.title,
        "reason": words.reason,
        "kept": "" if taken_back else words.kept,
        "day": date_text(ruling.decided_at.astimezone(UTC)),
        "open": decided.open,
        "until": date_text(ruling.appeal_until.astimezone(UTC)),
        "appeal": _appeal_text(appeal.state) if appeal is not None else "",
        "answer": (appeal.answer or "") if appeal is not None else "",
    }


def _appeal_text(state: str) -> str:
    return {
        "open": _("You objected. Somebody else looks at it now; you find the answer here."),
        "upheld": _("Your objection was granted. The decision does not stand any more."),
        "refused": _("Your objection was not granted. The decision stands."),
    }[state]
