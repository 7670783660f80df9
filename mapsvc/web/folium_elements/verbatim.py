"""The second wall: text that Folium has already rendered is never read as a Jinja template again.

branca hands rendered text to ``Element(str)``, which compiles it as a template, so ``{{7*7}}`` in any option is
evaluated on the server and ``50% {% of`` is an error. After ``install()`` such text goes into an element that
returns it unchanged. No other change of Folium belongs here.
"""

from __future__ import annotations

import re
from typing import Any

import branca.element
import folium.features
import folium.map
from branca.element import Element, Figure, MacroElement

_PARTS = ("header", "html", "script")
_NEWLINE = re.compile(r"\r\n|\r")


class _AnyElement(type):
    """Folium also asks ``isinstance(html, Element)`` by the name we replace; every element must keep answering yes."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, Element)


class Verbatim(Element, metaclass=_AnyElement):
    """An element whose rendering is the text it was given, with Jinja's own treatment of line ends and no other.

    Without a text it is branca's plain container, because Folium builds its containers with the same name.
    """

    def __init__(self, template: str | None = None, template_name: str | None = None) -> None:
        super().__init__(template_name=template_name)
        self._name = "Element"
        self._text = None if template is None else _NEWLINE.sub("\n", template).removesuffix("\n")

    def render(self, **kwargs: Any) -> str:
        """Return the text; a container renders its children."""
        if self._text is None:
            return super().render(**kwargs)
        return self._text


def _render_parts(element: Any, kwargs: dict[str, Any]) -> None:
    """Put what the macros of an element yield into the three parts of its figure, as text."""
    figure = element._parent if isinstance(element, Figure) else element.get_root()
    if not isinstance(figure, Figure):
        raise TypeError("You cannot render this element if it is not in a Figure.")
    for part in _PARTS:
        macro = element._template.module.__dict__.get(part)
        if macro is not None:
            getattr(figure, part).add_child(Verbatim(macro(element, kwargs)), name=element.get_name())


def _render_macro_element(self: MacroElement, **kwargs: Any) -> None:
    """Render the macros as text, then the children (the order of branca's own method)."""
    _render_parts(self, kwargs)
    for child in self._children.values():
        child.render(**kwargs)


def _render_div(self: branca.element.Div, **kwargs: Any) -> None:
    """Render a Div as branca does, with its macros as text."""
    figure = self._parent
    if not isinstance(figure, Figure):
        raise TypeError("You cannot render this element if it is not in a Figure.")
    for child in self._children.values():
        child.render(**kwargs)
    for part in ("header", "script"):
        for name, child in getattr(self, part)._children.items():
            getattr(figure, part).add_child(child, name=name)
    _render_parts(self, kwargs)


def install() -> None:
    """Replace the places where branca and Folium compile rendered text, for this whole process.

    Call it once at start-up, before the first map is rendered; calling it again changes nothing.
    """
    MacroElement.render = _render_macro_element  # type: ignore[method-assign]
    branca.element.Div.render = _render_div  # type: ignore[method-assign]
    folium.map.Element = Verbatim  # type: ignore[misc]
    folium.features.Element = Verbatim  # type: ignore[misc]


def installed() -> bool:
    """Tell whether ``install()`` has run in this process."""
    return MacroElement.render is _render_macro_element
