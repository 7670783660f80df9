"""What is refused before any page looks at it: signs that no column can store, long forms, and bodies of JSON."""

from flask import Flask, request
from werkzeug.exceptions import UnsupportedMediaType

from mapsvc.domain.errors import Invalid, NotFound, TooLarge

_NUL = "\x00"


def install(app: Flask) -> None:
    """Refuse NUL in addresses (404), in parameters, fields and names of files (422 naming them), and JSON (415)."""
    app.before_request(_refuse)


def _refuse() -> None:
    if _NUL in request.path:
        raise NotFound("no address holds a NUL character")
    # Forms are all that is read here; a library below would take JSON apart, however deep somebody nests it.
    if request.is_json and (request.content_length or "Transfer-Encoding" in request.headers):
        raise UnsupportedMediaType
    longest = request.max_form_memory_size
    # Werkzeug holds its limit for forms in parts only; a plain one is read whole.
    if longest and request.mimetype == "application/x-www-form-urlencoded" and (request.content_length or 0) > longest:
        raise TooLarge("the form is too long", code="form_too_large")
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            if _NUL in value or _NUL in name:
                pointer = "/" + name.replace(_NUL, "")
                raise Invalid(f"{pointer} holds a NUL character", pointer, code="nul")
    for name, file in request.files.items(multi=True):
        if _NUL in (file.filename or ""):
            raise Invalid(f"the name of {name} holds a NUL character", f"/{name}", code="nul")
