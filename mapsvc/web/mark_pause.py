"""Waiting before one more place (M7): a signed note that says how long, so that no session and no puzzle is needed.

A note is good for one form of one contributor, and only as long as no other place of theirs came in between; so many
forms cannot wait at the same time.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mapsvc.usecases.holds import SlowDown
from mapsvc.web.current import actor, now, services


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait that was asked for: until when, after how many places, and the note that the form carries."""

    ready_at: datetime
    places: int
    note: str

    @property
    def seconds(self) -> int:
        """Return how many seconds are left, rounded up."""
        return max(0, -int((now() - self.ready_at).total_seconds() // 1))


def asked(key: str, slow: SlowDown, note: str) -> Pause:
    """Return the wait for this form: the one that `note` promised already if it still holds, else a new one."""
    before = _read(key, note)
    if before is not None and before.places == slow.places:
        return before
    ready = (now() + timedelta(seconds=slow.retry_after)).replace(microsecond=0) + timedelta(seconds=1)
    text = f"{slow.places}.{int(ready.timestamp())}"
    return Pause(ready, slow.places, f"{text}.{_signature(key, text)}")


def served(key: str, note: str) -> int | None:
    """Return after how many places a wait was served with this note; None when none was, or not to its end."""
    pause = _read(key, note)
    return pause.places if pause is not None and pause.ready_at <= now() else None


def _read(key: str, note: str) -> Pause | None:
    places, _dot, rest = note.partition(".")
    ready, _dot, signature = rest.partition(".")
    if not (places.isascii() and places.isdecimal() and ready.isascii() and ready.isdecimal() and len(note) < 100):
        return None
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(key, f"{places}.{ready}").encode()):
        return None
    return Pause(datetime.fromtimestamp(int(ready), UTC), int(places), note)


def _signature(key: str, text: str) -> str:
    who = actor()
    signed = f"pause|{key}|{who.user_id}|{who.network}|{text}".encode()
    return hmac.new(services().settings.secret_key.encode(), signed, hashlib.sha256).hexdigest()[:32]
