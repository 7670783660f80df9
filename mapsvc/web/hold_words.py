"""What a contributor reads when an answer waits instead of counting at once."""

from collections.abc import Sequence

from flask_babel import gettext as _


def held_text(rules: Sequence[str]) -> str:
    """Return why an answer waits, for the rule that says most; empty when nothing holds it."""
    texts = {
        "M9": _("Thank you. Answers differ here, so an officer goes and looks before any other answer counts."),
        "M17": _("Thank you. A call is open on this place, so somebody checks your answer before it counts."),
        "M4": _("Thank you. That a place is gone counts after somebody has checked it."),
        "M8": _("Thank you. It is the same as what came before, so somebody looks at it before it counts."),
    }
    return next((text for rule, text in texts.items() if rule in rules), "")
