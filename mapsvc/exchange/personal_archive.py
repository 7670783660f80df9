"""What is held about one person as a ZIP file: one JSON document, and the pictures as they are kept."""

import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

#: The version of the document's form; it is raised when a program that reads it would have to change.
FORMAT = 1
DOCUMENT = "data.json"
#: A larger archive is put together in a file instead of in memory.
_MEMORY_BYTES = 8 * 1024 * 1024


def personal_archive(
    about: Mapping[str, str],
    kind: str,
    made_at: datetime,
    rows: Mapping[str, list[dict[str, Any]]],
    pictures: Iterable[tuple[str, Path]],
) -> BinaryIO:
    """Return the archive, open at its beginning: `data.json` in UTF-8 and `photos/<id>.jpg`.

    Times are ISO 8601 in UTC, places GeoJSON in longitude and latitude; the tables are those of the privacy notice.
    """
    document = {"format": FORMAT, **about, "about": kind, "made_at": made_at, "records": rows}
    archive = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 - the caller sends and closes it
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(DOCUMENT, json.dumps(document, default=_written, ensure_ascii=False, indent=2))
        for name, path in pictures:
            zipped.write(path, f"photos/{name}", zipfile.ZIP_STORED)
    archive.seek(0)
    return archive  # type: ignore[return-value]  # a spooled file is one in all that matters


def _written(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
