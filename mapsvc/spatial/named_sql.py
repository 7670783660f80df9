"""The SQL files beside this module, by name."""

from functools import cache
from importlib.resources import files

from sqlalchemy import TextClause, text


@cache
def source(name: str) -> str:
    """Return the text of spatial/sql/<name>.sql."""
    return (files("mapsvc.spatial") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def named(name: str) -> TextClause:
    """Return spatial/sql/<name>.sql as a statement with its named parameters."""
    return text(source(name))
