"""Where the browser's files are: our own under static/, and vendored packages with a manifest of versions and hashes.

Every style sheet and script of a page or of a Folium figure is looked up here; an unknown one raises, so that no page
can start to ask a foreign host or a file that is not there. Serving the files belongs to the application, not here.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).with_name("static")
MANIFEST = STATIC / "vendor" / "manifest.json"


class UnknownAsset(LookupError):
    """A page asked for a file that is neither ours nor in the manifest."""


@dataclass(frozen=True)
class VendoredFile:
    """One committed file of a vendored package."""

    package: str
    version: str
    licence: str
    name: str
    sha256: str
    stands_for: tuple[str, ...]


@cache
def vendored_files() -> tuple[VendoredFile, ...]:
    """Return every file of the manifest, named by its path below static/."""
    packages = json.loads(MANIFEST.read_text(encoding="utf-8"))["packages"]
    return tuple(
        VendoredFile(
            package=package["name"],
            version=package["version"],
            licence=package["licence"],
            name=f"vendor/{package['name']}-{package['version']}/{file['path']}",
            sha256=file["sha256"],
            stands_for=tuple(file.get("stands_for", ())),
        )
        for package in packages
        for file in package["files"]
    )


@cache
def _by_name() -> dict[str, VendoredFile]:
    return {file.name: file for file in vendored_files()}


@cache
def _by_foreign_address() -> dict[str, VendoredFile]:
    return {address: file for file in vendored_files() for address in file.stands_for}


def hash_of(name: str) -> str:
    """Return the first 12 hex digits of the SHA-256 of a file below static/; UnknownAsset when there is none."""
    file = (STATIC / name).resolve()
    if not file.is_relative_to(STATIC.resolve()) or not file.is_file():
        raise UnknownAsset(name)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


@cache
def _known_hash(name: str) -> str:
    return hash_of(name)


def locate(name: str, *, reload: bool = False) -> str:
    """Return `name?v=<hash>` for a file below static/, e.g. `css/tokens.css`; raise UnknownAsset when there is none.

    A file below vendor/ must stand in the manifest. `reload` reads the file again, for development.
    """
    if name.startswith("vendor/") and name not in _by_name():
        raise UnknownAsset(name)
    return f"{name}?v={hash_of(name) if reload else _known_hash(name)}"


def local_url(address: str) -> str:
    """Return the name below static/ of our file for a link of a Folium figure; raise UnknownAsset if we carry none.

    A link is the address of a file on a foreign host that a vendored file stands for, or already a name below static/.
    """
    file = _by_foreign_address().get(address)
    name = file.name if file else address
    locate(name)
    return name
