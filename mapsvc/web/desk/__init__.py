"""The desk: the queue, the register of premises, imports, people. Who may do what is asked inside the use cases."""

from mapsvc.web.desk import decisions, imports, people, premises, queue
from mapsvc.web.desk.blueprint import bp

__all__ = ["bp", "decisions", "imports", "people", "premises", "queue"]
