"""The SQL files beside this module, by name."""

import re
from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text

_COMMENT = re.compile(r"--[^\n]*")


@cache
def source(name: str) -> str:
    """Return the text of spatial/sql/<name>.sql without its comments.

    The driver writes values into the statement wherever their name stands. In a comment a value with a line break would
    end the comment, and what follows would run; therefore no comment ever reaches the driver.
    """
    return _COMMENT.sub("", (files("mapsvc.spatial") / "sql" / f"{name}.sql").read_text(encoding="utf-8"))


@cache
def named(name: str) -> TextClause:
    """Return spatial/sql/<name>.sql as a statement with its named parameters."""
    return text(source(name))
