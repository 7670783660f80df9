"""Folium elements of mapsvc: they draw the empty shell of a map; no resident's text ever passes through them.

Use::

    folium_elements.install()                        # once, in the app factory
    shell = render_shell(ShellOptions(kind="home", lat=45.05, lon=7.68, zoom=15))

and in a template::

    {% import "map/shell.html" as maps with context %}
    {% block head %}{{ maps.head(shell) }}{% endblock %}
    {{ maps.canvas(shell, data) }}                   # data: {"places": [...]} as in /places.json, or nothing
    {% block scripts %}{{ maps.scripts(shell, map_texts) }}{% endblock %}

What stands in a data block reaches the page as JSON and is drawn with ``textContent`` by ``static/js/map``.
"""

from mapsvc.web.folium_elements.shell import (
    Credit,
    Shell,
    ShellOptions,
    TileSource,
    box_around,
    render_shell,
)
from mapsvc.web.folium_elements.texts import map_texts
from mapsvc.web.folium_elements.verbatim import install

__all__ = [
    "Credit",
    "Shell",
    "ShellOptions",
    "TileSource",
    "box_around",
    "install",
    "map_texts",
    "render_shell",
]
