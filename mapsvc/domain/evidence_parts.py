"""The evidence of many spaces at once, part by part, as it is read and written when everything is concluded again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from mapsvc.domain.observations import Observation
from mapsvc.domain.reporters import Verdict
from mapsvc.domain.spaces import Evidence

Part = tuple[UUID, UUID]
"""The first and the last id of the spaces of a part, both included."""


@dataclass(frozen=True, slots=True)
class KeptEvidence:
    """A space with its counted observations, the stored verdicts about any, and what was concluded before."""

    space_id: UUID
    archived: bool
    observations: Sequence[Observation]
    verdicts: Mapping[UUID, Verdict]
    evidence: Evidence


class EvidenceParts(Protocol):
    """Reads and writes the evidence of whole parts."""

    def parts(self, size: int) -> list[Part]:
        """Return all spaces in parts of at most `size`."""
        ...

    def read(self, part: Part) -> list[KeptEvidence]:
        """Return the spaces of a part, locked against other writers, without a limit of time."""
        ...

    def of(self, space_ids: Sequence[UUID]) -> list[KeptEvidence]:
        """Return some spaces, locked against other writers, without a limit of time."""
        ...

    def write(self, found: Mapping[UUID, Evidence]) -> None:
        """Write what follows from the observations of these spaces."""
        ...
