"""What is refused before any page looks at it: signs that no text of ours can hold and no column can store."""

from flask import Flask, request

from mapsvc.domain.errors import Invalid, NotFound

_NUL = "\x00"


def install(app: Flask) -> None:
    """Refuse NUL in addresses (404), and in parameters, fields and names of files (422 naming them)."""
    app.before_request(_refuse)


def _refuse() -> None:
    if _NUL in request.path:
        raise NotFound("no address holds a NUL character")
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            if _NUL in value or _NUL in name:
                pointer = "/" + name.replace(_NUL, "")
                raise Invalid(f"{pointer} holds a NUL character", pointer, code="nul")
    for name, file in request.files.items(multi=True):
        if _NUL in (file.filename or ""):
            raise Invalid(f"the name of {name} holds a NUL character", f"/{name}", code="nul")
