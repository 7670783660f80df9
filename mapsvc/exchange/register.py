"""The register of premises as files: what the use cases of importing are handed by the start-up."""

from collections.abc import Sequence

from mapsvc.domain.imports import Upload
from mapsvc.domain.spaces import Space
from mapsvc.domain.uploads import ComparedRow, ImportRow, ReadFile, Reading
from mapsvc.exchange import difference, mapping


class RegisterReader:
    """Reads uploaded registers and compares them with stored spaces; holds no state."""

    def read(self, upload: Upload, reading: Reading) -> ReadFile:
        """Return the rows of a file; raises what `mapping.read_spaces` raises."""
        return mapping.read_spaces(upload, reading)

    def compare(self, rows: Sequence[ImportRow], stored: Sequence[Space], source_code: str) -> list[ComparedRow]:
        """Return what each row would do to the stored spaces."""
        return difference.compare(rows, stored, source_code)
