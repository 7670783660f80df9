"""Work that the worker does for somebody who does not wait for it; how a run is taken is the store's business."""

from datetime import datetime
from typing import Protocol


class Jobs(Protocol):
    """The jobs that are due."""

    def enter(self, name: str, due_at: datetime) -> bool:
        """Note that a job is due; tell whether it is new."""
        ...
