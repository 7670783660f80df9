"""Identifiers and slugs: time-ordered UUIDs, readable addresses, secret tokens."""

import hashlib
import re
import secrets
import time
import unicodedata
import uuid

_NOT_WORD = re.compile(r"[^a-z0-9]+")
SLUG_LIMIT = 72


def new_id() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562 section 5.7), so that primary keys grow in time order."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(secrets.token_bytes(10))
    value = (value & ~(0xF << 76)) | (7 << 76)
    value = (value & ~(0x3 << 62)) | (2 << 62)
    return uuid.UUID(int=value)


def slugify(text: str) -> str:
    """Return `text` as lower-case ASCII words joined by hyphens, at most 72 characters, never empty."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = _NOT_WORD.sub("-", ascii_text.lower()).strip("-")[:SLUG_LIMIT].strip("-")
    return slug or "place"


def new_token() -> str:
    """Return a URL-safe secret of 128 bits, as safety.md asks for follow-up links."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token in hex; only this is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
