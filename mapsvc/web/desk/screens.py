"""Every screen of the desk: each puts its routes on the blueprint when it is imported."""

from mapsvc.web.desk import (
    appeals,
    decisions,
    erasures,
    flags,
    holds,
    imports,
    notes,
    people,
    photos,
    premises,
    queue,
    stickers,
)
from mapsvc.web.desk.blueprint import bp

__all__ = [
    "appeals",
    "bp",
    "decisions",
    "erasures",
    "flags",
    "holds",
    "imports",
    "notes",
    "people",
    "photos",
    "premises",
    "queue",
    "stickers",
]
