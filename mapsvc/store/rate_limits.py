"""Counters of rate limits in PostgreSQL, so that several workers count together; Flask-Limiter's library has none."""

import time
from typing import Any

from limits.storage import Storage
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

SCHEME = "mapsvc-postgresql"


class PostgresStorage(Storage):
    """Fixed windows, one row for each key; a key whose window has passed starts again."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - the library's registry reads a plain list

    def __init__(self, uri: str, wrap_exceptions: bool = False, *, engine: Engine, **options: Any) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._engine = engine

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what the library may wrap."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more for the key, whose window ends `expiry` seconds after its first hit."""
        with self._engine.begin() as connection:
            return int(
                connection.execute(
                    text(
                        "INSERT INTO rate_counters AS c (key, hits, expires_at)"
                        " VALUES (:key, :amount, now() + :expiry * interval '1 second')"
                        " ON CONFLICT (key) DO UPDATE SET"
                        " hits = CASE WHEN c.expires_at <= now() THEN excluded.hits ELSE c.hits + excluded.hits END,"
                        " expires_at = CASE WHEN c.expires_at <= now() THEN excluded.expires_at ELSE c.expires_at END"
                        " RETURNING hits"
                    ),
                    {"key": key, "amount": amount, "expiry": expiry},
                ).scalar_one()
            )

    def _read(self, key: str) -> tuple[int, float]:
        query = text(
            "SELECT hits, extract(epoch FROM expires_at) FROM rate_counters WHERE key = :key AND expires_at > now()"
        )
        with self._engine.connect() as connection:
            row = connection.execute(query, {"key": key}).one_or_none()
        return (0, time.time()) if row is None else (int(row[0]), float(row[1]))

    def get(self, key: str) -> int:
        """Return the hits of the key's present window."""
        return self._read(key)[0]

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds since 1970."""
        return self._read(key)[1]

    def check(self) -> bool:
        """Tell whether the database answers."""
        try:
            self.get("check")
        except SQLAlchemyError:
            return False
        return True

    def reset(self) -> int | None:
        """Forget every counter; return how many there were."""
        with self._engine.begin() as connection:
            return int(connection.execute(text("DELETE FROM rate_counters")).rowcount)

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._engine.begin() as connection:
            connection.execute(text("DELETE FROM rate_counters WHERE key = :key"), {"key": key})


def remove_expired(engine: Engine) -> int:
    """Delete counters whose window has passed; return how many."""
    with engine.begin() as connection:
        return int(connection.execute(text("DELETE FROM rate_counters WHERE expires_at <= now()")).rowcount)
