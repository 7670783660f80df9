"""Photos: their rows in the database, their files in one folder."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, insert

from mapsvc.domain.photos import CheckedPhoto
from mapsvc.store.tables import photos


class PhotoRepository:
    """Writes the rows of photos on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, photo_id: UUID, space_id: UUID, observation_id: UUID | None, photo: CheckedPhoto, at: datetime
    ) -> None:
        """Add a submitted photo."""
        self._connection.execute(
            insert(photos).values(
                id=photo_id,
                space_id=space_id,
                observation_id=observation_id,
                sha256=photo.sha256,
                width=photo.width,
                height=photo.height,
                created_at=at,
            )
        )


class PhotoFolder:
    """Keeps the files of photos as <id>.jpg and <id>-small.jpg."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, photo_id: UUID, photo: CheckedPhoto) -> None:
        """Keep picture and thumbnail under the id; a file is complete or absent."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, data in ((f"{photo_id}.jpg", photo.data), (f"{photo_id}-small.jpg", photo.thumbnail)):
            unfinished = self._folder / f".{name}"
            unfinished.write_bytes(data)
            unfinished.replace(self._folder / name)

    def path(self, photo_id: UUID, *, small: bool) -> Path:
        """Return where the picture or its thumbnail lies."""
        return self._folder / (f"{photo_id}-small.jpg" if small else f"{photo_id}.jpg")
