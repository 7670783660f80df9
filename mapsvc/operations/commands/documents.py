"""What the commands for auditors share: JSON from a file or standard input, and one sentence where it is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from mapsvc.domain.errors import DomainError, Invalid
from mapsvc.matching.snapshots import read_json


class Refused(click.ClickException):
    """The input cannot be used; nothing has been printed."""

    exit_code = 2


def open_document(name: str) -> object:
    """Return the value of the JSON file, or of standard input for -; raises Invalid where it is not JSON."""
    if name == "-":
        return read_json(sys.stdin.buffer.read())
    try:
        return read_json(Path(name).read_bytes())
    except OSError as error:
        raise Refused(f"{name} cannot be read: {error.strerror}.") from None


@contextmanager
def refusing() -> Iterator[None]:
    """Turn an error of the input into one sentence that begins with its JSON pointer, with exit code 2."""
    try:
        yield
    except Invalid as error:
        raise Refused(f"{error.pointer}: {error.message}" if error.pointer else error.message) from None
    except DomainError as error:
        raise Refused(error.message) from None
