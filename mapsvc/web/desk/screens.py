"""Every screen of the desk: each puts its routes on the blueprint when it is imported."""

from mapsvc.web.desk import decisions, imports, people, premises, queue
from mapsvc.web.desk.blueprint import bp

__all__ = ["bp", "decisions", "imports", "people", "premises", "queue"]
