"""Pages of a long list: which one is wanted, and links that keep the filters."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from mapsvc.domain.errors import Invalid
from mapsvc.domain.texts import clean_text
from mapsvc.web.i18n import number_text

#: Beyond this nobody turns pages; a filter is the way.
_LAST = 10_000
_LONGEST_WORDS = 200


@dataclass(frozen=True)
class Paging:
    """One page of a list; `number` counts from 1, `size` is in rows."""

    number: int = 1
    size: int = 30

    @classmethod
    def read(cls, size: int = 30) -> "Paging":
        """Read the page from the address; raise Invalid when it is no number from 1 on."""
        raw = request.args.get("page", "1")
        if not (raw.isascii() and raw.isdigit() and len(raw) < 9 and 1 <= int(raw) <= _LAST):
            raise Invalid("page must be a number from 1 on", "/page", code="not_a_number", value=raw)
        return cls(int(raw), size)

    @property
    def offset(self) -> int:
        """The number of rows before this page."""
        return (self.number - 1) * self.size

    def links(self, total: int) -> dict[str, str]:
        """Return back, on and text for the pager of `total` rows; addresses keep every other parameter."""
        first, last = self.offset + 1, min(self.offset + self.size, total)
        text = _("%(first)s to %(last)s of %(total)s", first=number_text(first), last=number_text(last),
                 total=number_text(total))  # fmt: skip
        return {
            "back": _address(self.number - 1) if self.number > 1 else "",
            "on": _address(self.number + 1) if last < total else "",
            "text": text if first <= last else "",
        }


def _address(number: int) -> str:
    pairs = [(name, value) for name, values in request.args.lists() if name != "page" for value in values]
    return f"{request.path}?{urlencode([*pairs, ('page', number)])}"


def words(name: str = "q") -> str:
    """Return the words of a search box; raise Invalid for what no honest text contains."""
    return clean_text(request.args.get(name, ""), f"/{name}", _LONGEST_WORDS)


def one_of(name: str, allowed: list[str] | tuple[str, ...]) -> str:
    """Return a code of the address, empty without one; raise Invalid for a code that is not on the list."""
    code = request.args.get(name, "")
    if code and code not in allowed:
        raise Invalid(f"{name} has no value {code!r}", f"/{name}", code="unknown_value", value=code)
    return code
