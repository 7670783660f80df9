"""The canonical form of JSON and its hash: what is published once can be checked by anybody later (matching 3.10)."""

import hashlib
import json


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value: UTF-8, keys sorted by code point, no spaces (matching 3.10)."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def sha256(value: object) -> str:
    """Return the SHA-256 of the canonical form in 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def pointer_to(pointer: str, member: object) -> str:
    """Return the JSON pointer of a member of what `pointer` names (RFC 6901)."""
    return f"{pointer}/{str(member).replace('~', '~0').replace('/', '~1')}"
