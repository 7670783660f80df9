"""Photos: their rows in the database, their files in one folder."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from mapsvc.domain.photos import CheckedPhoto, KeptPhoto
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
                image_hash=_stored(photo.image_hash),
            )
        )

    def get(self, photo_id: UUID, *, lock: bool = False) -> KeptPhoto | None:
        """Return the row of a photo, locked against other deciders on request."""
        columns = (photos.c[name] for name in KeptPhoto.__dataclass_fields__)
        query = select(*columns).where(photos.c.id == photo_id)
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        return None if row is None else KeptPhoto(**row)

    def replace(self, photo_id: UUID, photo: CheckedPhoto) -> None:
        """Write what is known of the new files, and raise the version."""
        self._connection.execute(
            update(photos)
            .where(photos.c.id == photo_id)
            .values(
                sha256=photo.sha256,
                width=photo.width,
                height=photo.height,
                image_hash=_stored(photo.image_hash),
                version=photos.c.version + 1,
            )
        )


def _stored(image_hash: int | None) -> int | None:
    return None if image_hash is None else signed(image_hash)


def signed(image_hash: int) -> int:
    """Return 64 bits as the signed number that the database keeps; `unsigned` is the way back."""
    return image_hash - 2**64 if image_hash >= 2**63 else image_hash


def unsigned(stored: int) -> int:
    """Return a stored hash as 0 to 2**64 - 1."""
    return stored % 2**64


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

    def read(self, photo_id: UUID) -> bytes | None:
        """Return the picture; None when its file is away."""
        path = self.path(photo_id, small=False)
        return path.read_bytes() if path.is_file() else None

    def path(self, photo_id: UUID, *, small: bool) -> Path:
        """Return where the picture or its thumbnail lies."""
        return self._folder / (f"{photo_id}-small.jpg" if small else f"{photo_id}.jpg")

    def all(self) -> list[tuple[UUID, float]]:
        """Return every photo that lies here, with the time of its file in seconds since 1970."""
        found = []
        for path in self._folder.glob("*.jpg") if self._folder.exists() else ():
            try:
                found.append((UUID(path.stem.removesuffix("-small")), path.stat().st_mtime))
            except (ValueError, FileNotFoundError):
                # No photo of ours, or one that went away meanwhile.
                continue
        return found
