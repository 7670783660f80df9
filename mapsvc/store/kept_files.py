"""The files that belong to rows with a person behind them: photos, proofs of owners, documents of applications."""

import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from mapsvc.store.photos import PhotoFolder

#: A file is written before its row is committed; a younger one may still be on its way.
STRAY_SECONDS = 24 * 3600


class KeptFiles:
    """Counts and deletes files by what they belong to."""

    def __init__(self, photos: PhotoFolder, proofs: Path, documents: Path) -> None:
        self._photos = photos
        self._proofs = proofs
        self._documents = documents

    def present(self, photo_ids: Sequence[UUID], proof_files: Sequence[str], document_ids: Sequence[UUID]) -> int:
        """Count the files that these leave behind."""
        return sum(path.is_file() for path in self._paths(photo_ids, proof_files, document_ids))

    def delete(self, photo_ids: Sequence[UUID], proof_files: Sequence[str], document_ids: Sequence[UUID]) -> int:
        """Delete those files; return how many there were."""
        there = [path for path in self._paths(photo_ids, proof_files, document_ids) if path.is_file()]
        for path in there:
            path.unlink(missing_ok=True)
        return len(there)

    def strays(self, known: set[UUID]) -> list[UUID]:
        """Return photos that lie there for more than a day without a row, as a crash in between may leave them."""
        youngest = time.time() - STRAY_SECONDS
        return sorted(photo_id for photo_id, at in self._photos.all() if photo_id not in known and at < youngest)

    def _paths(self, photo_ids: Sequence[UUID], proof_files: Sequence[str], document_ids: Sequence[UUID]) -> list[Path]:
        pictures = [self._photos.path(photo_id, small=small) for photo_id in photo_ids for small in (False, True)]
        # Only the last part of a name is used: what stands in a row must not lead to another folder.
        proofs = [self._proofs / Path(name).name for name in proof_files if Path(name).name]
        return pictures + proofs + [self._documents / str(document_id) for document_id in document_ids]
