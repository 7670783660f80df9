"""The list of erasures beside the photos: append-only, and never part of a backup, so that a restore can be cleaned."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from mapsvc.domain.erasures import Erasure, SubjectKind

NAME = "erasures.jsonl"


class ErasureList:
    """One JSON object in each line: identifiers and times, no address, no text."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def note(self, erasures: Sequence[Erasure]) -> None:
        """Add the erasures that are not in the list yet, and return when they are safely on the disk."""
        known = {erasure.id for erasure in self.read()}
        lines = "".join(line_of(erasure) + "\n" for erasure in erasures if erasure.id not in known)
        if not lines:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self._file.exists()
        # One write in append mode: two processes never mix their lines.
        handle = os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            end = os.fstat(handle).st_size
            # A line that a crash cut off must not swallow the next one.
            torn = end > 0 and os.pread(handle, 1, end - 1) != b"\n"
            os.write(handle, ("\n" * torn + lines).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            folder = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def read(self) -> list[Erasure]:
        """Return the list, the oldest first; a line that a crash cut off is left out."""
        return read_lines(self._file.read_text()) if self._file.exists() else []


def line_of(erasure: Erasure) -> str:
    """Return one erasure as a line."""
    told = {"id": str(erasure.id), "kind": erasure.kind.value, "subject": erasure.subject_id}
    return json.dumps(told | {"at": erasure.at.isoformat()})


def read_lines(lines: str) -> list[Erasure]:
    """Return the erasures of a list, each once."""
    found: dict[UUID, Erasure] = {}
    for line in lines.splitlines():
        try:
            told = json.loads(line)
            at = datetime.fromisoformat(told["at"])
            erasure = Erasure(UUID(told["id"]), SubjectKind(told["kind"]), str(told["subject"]), at)
        except (ValueError, KeyError, TypeError):
            continue
        found.setdefault(erasure.id, erasure)
    return sorted(found.values(), key=lambda erasure: (erasure.at, erasure.id))
