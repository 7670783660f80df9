"""`/desk/stickers`: sheets of stickers for the records that a filter of the register leaves."""

from flask import render_template

from mapsvc.domain.publication import Precision
from mapsvc.domain.spaces import RecordState
from mapsvc.spatial import desk_register
from mapsvc.web.current import connection
from mapsvc.web.desk.blueprint import bp, scope
from mapsvc.web.desk.premises import register_query
from mapsvc.web.stickers import sticker

#: Stickers of one print: 25 sheets of paper.
MOST_PRINTED = 100
_ON_A_SHEET = 4


@bp.get("/stickers")
def stickers() -> str:
    """Show sheets of A4 with four stickers each, of the exact public records of the present filter."""
    rows = desk_register.exported(connection(), scope(), register_query())
    public = [
        space
        for space, *_rest in rows
        if space.record_state == RecordState.PUBLISHED and space.publication_precision == Precision.EXACT
    ]
    ones = [sticker(space.slug, space.name) for space in public[:MOST_PRINTED]]
    return render_template(
        "stickers/desk.html",
        sheets=[ones[start : start + _ON_A_SHEET] for start in range(0, len(ones), _ON_A_SHEET)],
        count=len(ones),
        left_out=len(public) - len(ones),
    )
